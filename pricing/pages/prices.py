"""The pages of prices: the board, one series, one document."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby
from typing import Any

from flask import request

from pricing import labels, rules
from pricing.pages.slice import pages
from pricing.queries import prices as queries
from pricing.queries.prices import BoardEntry
from pricing.sources.catalogue import SOURCES, publisher
from pricing.sources.nbs import FERROUS
from steelyard.api.calls import Call
from steelyard.api.pages import render
from steelyard.core.clock import SHANGHAI
from steelyard.core.errors import BadRequest

HEADLINES = ("无缝钢管", "热轧普通板卷", "螺纹钢")
"""What a maker of seamless pipe looks at first: his product, and the two steels that billet follows."""


@dataclass(frozen=True, slots=True)
class Group:
    """A part of the board: one class of goods of one publisher; `steel` ones stand open."""

    title: str
    publisher: str
    steel: bool
    entries: tuple[BoardEntry, ...]


@pages.view("/prices", rule=rules.SEE)
def board(call: Call) -> str:
    """Show the price board."""
    entries = queries.board(call.session, {})
    groups = sorted(_groups(entries), key=lambda group: not group.steel)
    headlines = [entry for name in HEADLINES for entry in entries if entry.series.commodity == name]
    return render("pricing/board.html", groups=groups, headlines=headlines, words=labels)


def _groups(entries: Iterable[BoardEntry]) -> Iterator[Group]:
    for (family, category), members in groupby(entries, key=lambda one: (one.series.family, one.series.category)):
        found = tuple(members)
        steel = category == FERROUS or found[0].series.kind == "futures"
        yield Group(category, publisher(family), steel, found)


@pages.view("/prices/<id:series_id>", rule=rules.SEE)
def series(call: Call, series_id: int) -> str:
    """Show one series: its line, what is believed of each period, its revisions and its origin."""
    as_of = _as_of()
    filters: dict[str, Any] = {} if as_of is None else {"as_of": as_of}
    found = queries.series(call.session, series_id)
    rows = queries.history(call.session, series_id, filters)[::-1]
    return render(
        "pricing/series.html",
        series=found,
        publisher=publisher(found.family),
        rows=rows,
        revised=queries.revised(call.session, series_id, filters),
        latest=next((row for row in rows if not row.derived), None),
        derived=any(row.derived for row in rows),
        as_of=as_of,
        words=labels,
    )


def _as_of() -> datetime | None:
    """The moment that the reader asks for, typed in Shanghai time; raises `BadRequest` for what is none."""
    text = request.args.get("as_of", "").strip()
    if not text:
        return None
    try:
        return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI).astimezone(UTC)
    except (ValueError, OverflowError):
        raise BadRequest(reason="as_of") from None


@pages.view("/prices/documents/<id:document_id>", rule=rules.SEE)
def document(call: Call, document_id: int) -> str:
    """Show where numbers come from: the document and what became of each of its rows."""
    found, size = queries.document(call.session, document_id)
    source = SOURCES.get(found.source)
    return render(
        "pricing/document.html",
        document=found,
        size=size,
        contract=source.contract if source else None,
        publisher=publisher(found.family),
        brought=queries.brought(call.session, document_id),
        words=labels,
    )
