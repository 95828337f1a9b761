"""Pages of counting."""

import secrets
from datetime import UTC, datetime
from typing import Any

from flask import flash, redirect, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from inventory import documents, forms, rules
from inventory.answers import told
from inventory.models import Stocktake
from inventory.operations import approving, scans
from inventory.operations import stocktakes as counting
from inventory.pages.slice import choices, newest, pages
from inventory.scanning import Operation
from inventory.states import OperationKind, Outcome, StocktakeStatus
from steelyard.api.calls import Call
from steelyard.api.pages import render

MOST_LINES = 500
"""Most lines of a variance on one page."""


@pages.view("/warehouse/stocktakes", rule=rules.SEE_YARD)
def stocktakes(call: Call) -> str:
    """The newest stocktakes, and the form to open one."""
    return render(
        "inventory/stocktakes.html",
        rows=newest(call, documents.stocktakes(call.actor, {}), Stocktake.id),
        may_keep=rules.KEEP.allows(call.actor),
        **choices(call),
    )


@pages.form("/warehouse/stocktakes", rule=rules.KEEP, form=forms.StocktakeForm)
def open_stocktake(call: Call, form: dict[str, Any]) -> Response:
    """Open a stocktake."""
    document = counting.open_stocktake(call.session, call.actor, form["warehouse_id"], form.get("place"))
    return redirect(url_for("inventory_pages.stocktake", stocktake_id=document.id), 303)


@pages.view("/warehouse/stocktakes/<id:stocktake_id>", rule=rules.SEE_YARD)
def stocktake(call: Call, stocktake_id: int) -> str:
    """One stocktake: counting while it is open, its variance afterwards."""
    found = documents.stocktake(call.session, call.actor, stocktake_id, MOST_LINES + 1)
    return render(
        "inventory/stocktake.html",
        stocktake={**found, "lines": found["lines"][:MOST_LINES]},
        cut=MOST_LINES if len(found["lines"]) > MOST_LINES else None,
        may_count=rules.COUNT.allows(call.actor) and found["status"] == StocktakeStatus.OPEN,
        may_decide=rules.APPROVE.allows(call.actor) and found["status"] == StocktakeStatus.CLOSED,
        **choices(call),
    )


@pages.form("/warehouse/stocktakes/<id:stocktake_id>/count", rule=rules.COUNT, form=forms.CountForm)
def count(call: Call, form: dict[str, Any], stocktake_id: int) -> Response:
    """Take one count typed at a desk."""
    document = documents.stocktake(call.session, call.actor, stocktake_id)
    operation = Operation(
        client_op_id=f"desk-{secrets.token_hex(12)}", kind=OperationKind.COUNT, event_at=datetime.now(UTC),
        stocktake_number=document["number"], **form,
    )  # fmt: skip
    (answer,) = scans.perform(call.session, call.actor, document["warehouse_id"], [operation])
    flash(told(answer)["detail"], "success" if answer.outcome is Outcome.DONE else "error")
    return redirect(url_for("inventory_pages.stocktake", stocktake_id=stocktake_id), 303)


def _decided(stocktake_id: int, sentence: str) -> Response:
    flash(sentence, "success")
    return redirect(url_for("inventory_pages.stocktake", stocktake_id=stocktake_id), 303)


@pages.form("/warehouse/stocktakes/<id:stocktake_id>/close", rule=rules.COUNT)
def close_stocktake(call: Call, form: dict[str, Any], stocktake_id: int) -> Response:
    """End the counting."""
    counting.close(call.session, call.actor, stocktake_id)
    return _decided(stocktake_id, _("The counting has ended; a colleague who did not count approves the variance."))


@pages.form("/warehouse/stocktakes/<id:stocktake_id>/reopen", rule=rules.APPROVE)
def reopen_stocktake(call: Call, form: dict[str, Any], stocktake_id: int) -> Response:
    """Go on counting."""
    counting.reopen(call.session, call.actor, stocktake_id)
    return _decided(stocktake_id, _("The stocktake is open for counting again."))


@pages.form("/warehouse/stocktakes/<id:stocktake_id>/approve", rule=rules.APPROVE)
def approve_stocktake(call: Call, form: dict[str, Any], stocktake_id: int) -> Response:
    """Post the variance."""
    approving.approve(call.session, call.actor, stocktake_id)
    return _decided(stocktake_id, _("The variance was posted."))
