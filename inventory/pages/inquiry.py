"""Pages of inquiry: figures of the stock, its ages, and its turnover."""

from datetime import date, timedelta
from typing import Any

from flask import url_for
from flask_babel import gettext as _

from inventory import errors, exporting, figures, in_transit, rules, words
from inventory.pages import filters
from inventory.pages.slice import LATEST, after, asked, pages
from inventory.queries import Record
from steelyard.api.calls import Call
from steelyard.api.pages import render
from steelyard.core.clock import business_date

PERIOD = timedelta(days=30)


@pages.view("/stock/figures", rule=rules.SEE)
def stock_figures(call: Call) -> str:
    """What is on hand, available, reserved and held, by product and owner, and how long it has been lying."""
    products: list[Record] = []
    aged: list[Record] = []
    next_, mistake = None, None
    try:
        wanted = filters.wanted()
        page = {**wanted, "after": after(), "limit": LATEST}
        products, next_ = figures.of_products(call.session, call.actor, page)
        aged, _more = figures.ages(call.session, call.actor, {**wanted, "limit": LATEST})
    except (errors.SizeUnreadable, errors.FilterUnreadable) as error:
        mistake = _(error.message) % error.params
    address: dict[str, Any] = {**filters.typed(), "after": next_}
    return render(
        "inventory/figures.html",
        products=products,
        ages=aged,
        coming=in_transit.lines(call.session, call.actor, {"limit": LATEST})[0] if not filters.typed() else [],
        shares=exporting.SHARES,
        total=figures.total(products) if products and not (next_ or after()) else None,
        mistake=mistake,
        following=url_for("inventory_pages.stock_figures", **address) if next_ else None,
        **filters.shown(call, mistake),
    )


@pages.view("/stock/turnover", rule=rules.SEE)
def turnover(call: Call) -> str:
    """How each product turned over from one day to another, thirty days if nothing is asked for."""
    today = business_date(call.db_now())
    given = asked("from_day", "to_day", "warehouse_id")
    rows: list[Record] = []
    next_, mistake = None, None
    wanted: dict[str, Any] = {"from_day": today - PERIOD + timedelta(days=1), "to_day": today}
    try:
        wanted |= {name: _day(given[name]) for name in ("from_day", "to_day") if name in given}
        if "warehouse_id" in given:
            wanted["warehouse_id"] = filters.number(given["warehouse_id"], 10**15)
        rows, next_ = figures.turnover(call.session, call.actor, {**wanted, "after": after(), "limit": LATEST})
    except (errors.PeriodUnsound, errors.FilterUnreadable) as error:
        mistake = _(error.message) % error.params
    address: dict[str, Any] = {**wanted, "after": next_}
    return render(
        "inventory/turnover.html",
        rows=rows,
        mistake=mistake,
        following=url_for("inventory_pages.turnover", **address) if next_ else None,
        period=wanted,
        yards=filters.yards(call),
        words=words,
    )


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise errors.FilterUnreadable(text=text) from None
