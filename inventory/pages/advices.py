"""Pages of advices: goods to come, announced by their owner or by the yard's keeper."""

from typing import Any

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from inventory import advice_forms as forms
from inventory import advice_reading, advice_sheets, advice_words, documents, rules
from inventory.advice_models import StockAdvice
from inventory.models import Warehouse
from inventory.operations import advices as announcing
from inventory.operations.advices import Announced, Announcement
from inventory.pages.slice import CHOICES, choices, newest, pages
from inventory.states import AdviceSource, AdviceStatus
from steelyard.api.bindings import BodyTooLarge
from steelyard.api.calls import Call
from steelyard.api.pages import render
from steelyard.core.actors import OrgKind


@pages.view("/warehouse/advices", rule=rules.SEE_OWNED)
def advices(call: Call) -> str:
    """The newest advices, and the form for a new one."""
    offered = choices(call)
    if call.actor.org_kind is not OrgKind.WAREHOUSE:
        seen = documents.warehouses(call.actor).order_by(Warehouse.code).limit(CHOICES)
        offered["warehouses"] = call.session.scalars(seen).all()
    return render(
        "inventory/advices.html",
        rows=newest(call, advice_reading.advices(call.actor, {}), StockAdvice.id),
        may_announce=rules.ANNOUNCE.allows(call.actor),
        may_keep=rules.KEEP.allows(call.actor),
        kinds=advice_words,
        **offered,
    )


@pages.form("/warehouse/advices", rule=rules.ANNOUNCE, form=forms.AdviceForm)
def announce_goods(call: Call, form: dict[str, Any]) -> Response:
    """Announce goods from a typed or pasted table, or from a file of the same form."""
    sheet = _file()
    lines = [_announced(call, row) for row in advice_sheets.read(sheet or form.get("bundles") or "")]
    wanted = Announcement(
        form["number"], form.get("owner_id", call.actor.org_id), lines, form.get("warehouse_id"), form.get("plate"),
        form.get("tolerance"), AdviceSource.FILE if sheet else AdviceSource.TYPED,
    )  # fmt: skip
    made = announcing.announce(call.session, call.actor, wanted)
    flash(_("Advice %(number)s was kept with %(count)s lines.", number=made.number, count=len(lines)), "success")
    return _to(made.id)


def _file() -> str | None:
    file = request.files.get("file")
    if file is None or not file.filename:
        return None
    content = file.stream.read(advice_sheets.MOST_BYTES + 1)
    if len(content) > advice_sheets.MOST_BYTES:
        raise BodyTooLarge(most=advice_sheets.MOST_BYTES >> 10)
    return advice_sheets.text_of(content)


def _announced(call: Call, row: dict[str, Any]) -> Announced:
    size, grade, standard = (row.pop(name, None) for name in ("size", "grade", "standard"))
    product_id = announcing.product_like(call.session, size, grade, standard) if size else None
    goods = " ".join(part for part in (size, grade, standard) if part) or None
    return Announced(product_id=product_id, goods=goods, **row)


@pages.view("/warehouse/advices/<id:advice_id>", rule=rules.SEE_OWNED)
def advice(call: Call, advice_id: int) -> str:
    """One advice: what was announced, and what has come."""
    found = advice_reading.advice(call.session, call.actor, advice_id)
    is_open = found["status"] == AdviceStatus.OPEN
    return render(
        "inventory/advice.html",
        advice=found,
        may_withdraw=is_open and rules.ANNOUNCE.allows(call.actor),
        may_keep=is_open and rules.KEEP.allows(call.actor),
        kinds=advice_words,
        **choices(call),
    )


@pages.form("/warehouse/advices/<id:advice_id>/withdraw", rule=rules.ANNOUNCE)
def withdraw_advice(call: Call, form: dict[str, Any], advice_id: int) -> Response:
    """Withdraw an advice, or end one whose rest will not come."""
    announcing.withdraw(call.session, call.actor, advice_id)
    flash(_("The advice is closed."), "success")
    return _to(advice_id)


def _to(advice_id: int) -> Response:
    return redirect(url_for("inventory_pages.advice", advice_id=advice_id), 303)
