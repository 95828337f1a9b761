"""Pages of counting."""

import secrets
from datetime import UTC, datetime
from typing import Any

from flask import flash, redirect, url_for
from flask_babel import gettext as _
from sqlalchemy import select
from werkzeug.wrappers import Response

from inventory import cycle_reading, documents, forms, rules, stocktake_reports, variance_reading
from inventory.answers import told
from inventory.cycles import Due
from inventory.market import Quote
from inventory.models import Product, Stocktake, Warehouse
from inventory.operations import approving, scans
from inventory.operations import stocktakes as counting
from inventory.pages.slice import CHOICES, choices, newest, pages
from inventory.scanning import Operation
from inventory.states import Finding, OperationKind, Outcome, StocktakeStatus
from steelyard.api.calls import Call
from steelyard.api.pages import render
from steelyard.core.clock import business_date

MOST_PLANNED = 20
EXPLAINED = (StocktakeStatus.CLOSED, StocktakeStatus.POSTED)
MOST_LINES = 500
"""Most lines of a variance on one page."""


@pages.view("/warehouse/stocktakes", rule=rules.SEE_YARD)
def stocktakes(call: Call) -> str:
    """The newest stocktakes, and the form to open one."""
    return render(
        "inventory/stocktakes.html",
        rows=newest(call, documents.stocktakes(call.actor, {}), Stocktake.id),
        may_keep=rules.KEEP.allows(call.actor),
        plans=_plans(call),
        values=_values(call),
        market=_market(call),
        products=call.session.scalars(select(Product).order_by(Product.id).limit(CHOICES)).all(),
        **choices(call),
    )


def _values(call: Call) -> list[tuple[Warehouse, Product, int]]:
    """What products are worth in the actor's yards."""
    found = []
    for yard in documents.own_warehouses(call.session, call.actor):
        values = cycle_reading.standing_values(call.session, yard.id)
        products = call.session.scalars(select(Product).where(Product.id.in_(values)).order_by(Product.id))
        found += [(yard, product, values[product.id]) for product in products]
    return found[:CHOICES]


def _market(call: Call) -> list[tuple[Warehouse, Product, Quote]]:
    """What the market pays for products of which the actor's yards set no value."""
    found, today = [], business_date(call.db_now())
    for yard in documents.own_warehouses(call.session, call.actor):
        wanted = cycle_reading.lying_without_value(call.session, yard.id)
        found += [(yard, *one) for one in cycle_reading.market_values(call.session, wanted, today)]
    return found[:CHOICES]


def _plans(call: Call) -> list[tuple[Warehouse, list[Due]]]:
    """What the plan of cycle counts has due in each of the actor's yards, the longest overdue first."""
    today = business_date(call.db_now())
    yards = documents.own_warehouses(call.session, call.actor)
    return [(yard, cycle_reading.due(call.session, yard.id, today)[:MOST_PLANNED]) for yard in yards]


@pages.form("/warehouse/stocktakes", rule=rules.KEEP, form=forms.StocktakeForm)
def open_stocktake(call: Call, form: dict[str, Any]) -> Response:
    """Open a stocktake."""
    scope = counting.Scope(
        form.get("place"), form.get("owner_id"), form.get("product_id"), form.get("cycle", False),
        form.get("tolerance_pieces", 0),
    )  # fmt: skip
    document = counting.open_stocktake(call.session, call.actor, form["warehouse_id"], scope=scope)
    return redirect(url_for("inventory_pages.stocktake", stocktake_id=document.id), 303)


@pages.view("/warehouse/stocktakes/<id:stocktake_id>", rule=rules.SEE_YARD)
def stocktake(call: Call, stocktake_id: int) -> str:
    """One stocktake: counting while it is open, its variance afterwards."""
    found = documents.stocktake(call.session, call.actor, stocktake_id)
    lines = variance_reading.first(call.session, stocktake_id, MOST_LINES + 1)
    return render(
        "inventory/stocktake.html",
        stocktake={**found, "lines": lines[:MOST_LINES]},
        cut=MOST_LINES if len(lines) > MOST_LINES else None,
        may_count=rules.COUNT.allows(call.actor) and found["status"] == StocktakeStatus.OPEN,
        may_decide=rules.APPROVE.allows(call.actor) and found["status"] == StocktakeStatus.CLOSED,
        may_explain=rules.COUNT.allows(call.actor) and found["status"] in EXPLAINED,
        may_settle=rules.APPROVE.allows(call.actor) and found["status"] in EXPLAINED,
        may_relocate=rules.KEEP.allows(call.actor) and found["status"] in EXPLAINED,
        disputed=sum(one["count"] for one in found["findings"] if one["finding"] == Finding.DISPUTED),
        scope=stocktake_reports.scope(found),
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


@pages.form("/warehouse/stocktakes/<id:stocktake_id>/judge-anew", rule=rules.COUNT)
def judge_stocktake_anew(call: Call, form: dict[str, Any], stocktake_id: int) -> Response:
    """Judge again what late counts touch."""
    counting.judge_anew(call.session, call.actor, stocktake_id)
    return _decided(stocktake_id, _("What the late counts touch was judged anew."))


@pages.form("/warehouse/stocktakes/<id:stocktake_id>/reasons", rule=rules.COUNT, form=forms.ReasonForm)
def explain_variance(call: Call, form: dict[str, Any], stocktake_id: int) -> Response:
    """Keep what was found out about a line."""
    counting.explain(call.session, call.actor, stocktake_id, [form])
    return _decided(stocktake_id, _("The reason was noted."))


@pages.form("/warehouse/stocktakes/<id:stocktake_id>/approve", rule=rules.APPROVE)
def approve_stocktake(call: Call, form: dict[str, Any], stocktake_id: int) -> Response:
    """Post the variance."""
    approving.approve(call.session, call.actor, stocktake_id)
    return _decided(stocktake_id, _("The variance was posted."))
