"""The price board, and putting a series on one's watch list."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Any
from urllib.parse import urlencode

from flask import Response, redirect, request, url_for
from marshmallow import ValidationError

from pricing import labels, rules
from pricing.forms import WatchForm
from pricing.operations import following
from pricing.pages.slice import pages
from pricing.queries import board as queries
from pricing.queries.board import Entry
from pricing.schemas.board import BoardQuery
from pricing.sources.catalogue import publisher
from pricing.sources.nbs import FERROUS
from steelyard.api.calls import Call
from steelyard.api.pages import inside, render

HEADLINES = ("无缝钢管", "热轧普通板卷", "螺纹钢")
"""What a maker of seamless pipe looks at first: his product, and the two steels that billet follows."""
MOST_TILES = 6
PAGE = 100
FILTERS = ("q", "kind", "market", "category", "watched")


@dataclass(frozen=True, slots=True)
class Group:
    """A part of the board: what the reader follows, or one class of goods of one publisher; `steel` ones stand open."""

    title: str
    publisher: str
    steel: bool
    watched: bool
    entries: tuple[Entry, ...]


@pages.view("/prices", rule=rules.SEE)
def board(call: Call) -> str:
    """Show the price board: what one follows first, by product and market, found by words and filters."""
    filters = _filters()
    found = queries.board(call.session, call.actor, filters | {"limit": PAGE})
    given = {name: request.args[name] for name in FILTERS if request.args.get(name)}
    return render(
        "pricing/board.html",
        board=found,
        groups=list(_groups(found.entries)),
        headlines=[] if given or "after" in filters else _headlines(found.entries),
        facets=queries.facets(call.session),
        given=given,
        more=None
        if found.next is None
        else f"{url_for('pricing_pages.board')}?{urlencode(given | {'after': found.next})}",
        may_bring=rules.BRING.allows(call.actor),
        words=labels,
    )


@pages.form("/prices/<id:series_id>/watch", rule=rules.FOLLOW, form=WatchForm)
def watch(call: Call, form: dict[str, Any], series_id: int) -> Response:
    """Put the series on the person's watch list, or take it off."""
    change = following.watch if form["watched"] else following.unwatch
    change(call.session, call.actor, series_id)
    back = request.referrer or ""
    here = inside("/" + back.removeprefix(request.host_url)) if back.startswith(request.host_url) else None
    response = redirect(here or url_for("pricing_pages.board"), 303)
    assert isinstance(response, Response)
    return response


def _address(given: dict[str, str]) -> str:
    return f"{url_for('pricing_pages.board')}?{urlencode(given)}"


def _filters() -> dict[str, Any]:
    """The filters of the address; what no board can be filtered by is left out, for people edit addresses."""
    names = (*FILTERS, "after")
    given = {name: request.args[name] for name in names if request.args.get(name)}
    try:
        loaded: dict[str, Any] = BoardQuery().load(given)
    except ValidationError as error:
        messages = error.messages if isinstance(error.messages, dict) else {}
        loaded = BoardQuery().load({name: value for name, value in given.items() if name not in messages})
    return loaded


def _headlines(entries: Iterable[Entry]) -> list[Entry]:
    """The tiles above the board: what one follows, else what a maker of pipe looks at first."""
    shown = list(entries)
    mine = [entry for entry in shown if entry.watched]
    return (
        mine[:MOST_TILES]
        or [entry for name in HEADLINES for entry in shown if entry.series.commodity == name][:MOST_TILES]
    )


def _groups(entries: Iterable[Entry]) -> Iterator[Group]:
    def place(entry: Entry) -> tuple[bool, str, str]:
        return (True, "", "") if entry.watched else (False, entry.series.family, entry.series.category)

    for (watched, family, category), members in groupby(entries, key=place):
        found = tuple(members)
        steel = watched or category == FERROUS or found[0].series.kind == "futures"
        yield Group(category, publisher(family) if family else "", steel, watched, found)
