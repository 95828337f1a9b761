"""Pages of stock: what lies where, one bundle, the way of a heat."""

from typing import Any

from flask import url_for
from flask_babel import gettext as _

from inventory import errors, process_reading, process_words, queries, rules, tracing, words
from inventory.certificates import reading
from inventory.epcis import exporting
from inventory.epcis.installation import names
from inventory.pages import filters
from inventory.pages.slice import LATEST, after, asked, offered, pages
from inventory.quality import reading as quality
from inventory.quality import words as told
from steelyard.api.calls import Call
from steelyard.api.pages import render

MOST_STEPS, MOST_BUNDLES = 200, 500
"""Most steps of a bundle and bundles of a heat on one page."""


@pages.view("/stock", rule=rules.SEE)
def stock(call: Call) -> str:
    """The stock that one sees, by filters."""
    rows: list[queries.Record] = []
    totals, next_, mistake = None, None, None
    try:
        wanted = filters.wanted()
        rows, next_ = queries.stock(call.session, call.actor, {**wanted, "after": after(), "limit": LATEST})
        totals = queries.totals(call.session, call.actor, wanted)
    except (errors.SizeUnreadable, errors.FilterUnreadable) as error:
        mistake = _(error.message) % error.params
    address: dict[str, Any] = {**filters.typed(), "after": next_}
    following = url_for("inventory_pages.stock", **address) if next_ else None
    return render(
        "inventory/stock.html",
        rows=rows,
        totals=totals,
        mistake=mistake,
        following=following,
        **filters.shown(call, mistake),
    )


@pages.view("/stock/bundles/<id:bundle_id>", rule=rules.SEE)
def bundle(call: Call, bundle_id: int) -> str:
    """One bundle: what it is, where it lies, the way it went."""
    trace = tracing.bundle_trace(call.session, call.actor, bundle_id, MOST_STEPS + 1)
    steps, cut = _newest_of(trace["steps"], MOST_STEPS)
    holds, defects = quality.of_bundle(call.session, call.actor, trace["bundle"])
    return render(
        "inventory/bundle.html",
        offered=offered(call),
        bundle=trace["bundle"],
        steps=steps,
        cut=cut,
        may_print=rules.KEEP.allows(call.actor),
        certificates=reading.of_heats(call.session, call.actor, [heat.id for heat in trace["bundle"]["heats"]]),
        reports=exporting.partners_on(call.session, names(), [trace["bundle"]]),
        may_work=rules.KEEP.allows(call.actor),
        may_sell=rules.SELL.allows(call.actor),
        kinds=process_words,
        open_processes=process_reading.open_to(call.session, call.actor, trace["bundle"]),
        holds=holds,
        defects=defects,
        may_report=rules.REPORT.allows(call.actor),
        told=told,
        words=words,
    )


def _newest_of(records: list[queries.Record], most: int) -> tuple[list[queries.Record], int | None]:
    """The last ``most`` records, and that number where there were more."""
    return records[-most:], most if len(records) > most else None


@pages.view("/stock/trace", rule=rules.SEE)
def trace(call: Call) -> str:
    """Where a heat went, forward to the waybills."""
    number = asked("heat_number").get("heat_number")
    found, more = tracing.heats(call.session, call.actor, number, None, LATEST) if number else ([], None)
    traces, cut = tracing.heat_traces(call.session, call.actor, found, MOST_BUNDLES) if found else ([], False)
    shown = sum(len(heat["bundles"]) for heat in traces) if cut or more else None
    bundles = [bundle for heat in traces for bundle in heat["bundles"]]
    return render(
        "inventory/trace.html",
        number=number or "",
        traces=traces,
        cut=shown,
        reports=exporting.partners_on(call.session, names(), bundles),
        words=words,
    )
