"""The page of a yard's reasons: which it uses, which are retired, and the form for a new one."""

from typing import Any

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from inventory import documents, forms, reason_reading, rules
from inventory.masters.models import Reason
from inventory.models import Warehouse
from inventory.operations import reasons as operations
from inventory.pages.slice import CHOICES, pages
from inventory.reasons import USES, ReasonUse
from steelyard.api.calls import Call
from steelyard.api.pages import render


@pages.view("/warehouse/reasons", rule=rules.SEE_YARD)
def reasons(call: Call) -> str:
    """The reasons of a yard for one kind of work, and the form for a new one."""
    seen = documents.warehouses(call.actor).order_by(Warehouse.code).limit(CHOICES)
    yards = call.session.scalars(seen).all()
    wanted, use = request.args.get("yard", ""), request.args.get("use", "")
    yard = next((one for one in yards if str(one.id) == wanted), yards[0] if yards else None)
    shown = ReasonUse(use) if use in set(ReasonUse) else ReasonUse.VARIANCE
    rows: list[Reason] = []
    if yard is not None:
        query = reason_reading.of_yard(yard.id, {"use": shown})
        rows = list(call.session.scalars(query.order_by(Reason.is_retired, Reason.id).limit(CHOICES)))
    return render(
        "inventory/reasons.html",
        yards=yards,
        yard=yard,
        rows=rows,
        uses=USES,
        shown=shown,
        may_keep=yard is not None and rules.KEEP.allows(call.actor) and yard.org_id == call.actor.org_id,
    )


def _back(warehouse_id: int, reason: Reason, sentence: str) -> Response:
    flash(sentence, "success")
    return redirect(url_for("inventory_pages.reasons", yard=warehouse_id, use=reason.use), 303)


@pages.form("/warehouse/yards/<id:warehouse_id>/reasons", rule=rules.KEEP, form=forms.YardReasonForm)
def add_reason(call: Call, form: dict[str, Any], warehouse_id: int) -> Response:
    """Add a reason."""
    made = operations.add(call.session, call.actor, warehouse_id, **form)
    return _back(warehouse_id, made, _("Reason %(code)s was added.", code=made.code))


@pages.form(
    "/warehouse/yards/<id:warehouse_id>/reasons/<id:reason_id>", rule=rules.KEEP, form=forms.YardReasonChangeForm
)
def change_reason(call: Call, form: dict[str, Any], warehouse_id: int, reason_id: int) -> Response:
    """Retire a reason, or take it up again."""
    found = operations.own_reason(call.session, call.actor, warehouse_id, reason_id)
    operations.change(call.session, call.actor, found, is_retired=form.get("is_retired", False))
    told = _("Reason %(code)s is retired; documents that have it go on naming it.", code=found.code)
    return _back(warehouse_id, found, told if found.is_retired else _("Reason %(code)s is in use.", code=found.code))
