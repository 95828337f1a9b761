"""What the judging of figures reads: a fixed number of statements, whatever the number of keys.

First the database itself looks for figures of which anything could be found at all: those that begin a track, that
moved by more than the smallest floor, that contradict another figure of their day, or that were held before. Only
what lies around these is loaded.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Boolean, Date, Row
from sqlalchemy.orm import Session

from pricing.operations import quality_sql as sql
from pricing.quality_limits import DISAGREEMENT_BP, SMALLEST_FLOOR
from pricing.quality_tracks import AHEAD, BACK, REMEMBERED
from steelyard.core.models import JsonText

Track = tuple[int, str]
"""Series and edition."""
Range = tuple[int, str, date, date]
"""Series, edition, first and last day."""
Pair = tuple[int, str, date, date, int]
"""A range and another series."""

LOOK_BACK = BACK + REMEMBERED
"""Figures that are loaded before one that is judged."""
FAR = date(9999, 12, 31)


@dataclass(frozen=True, slots=True)
class Familiar:
    """Another series that bears on a track: a field of the same instrument, or the same price by another source."""

    track: Track
    first: date
    last: date
    other_id: int
    sibling: bool
    field: str
    other_field: str


@dataclass(frozen=True, slots=True)
class Stretch:
    """The days of a track to load, from `first` on where `born` or else with `LOOK_BACK` figures before `asked`."""

    track: Track
    first: date
    last: date
    born: bool


def _keys(ranges: Iterable[Sequence[Any]]) -> str:
    return json.dumps([[one.isoformat() if isinstance(one, date) else one for one in row] for row in ranges])


def familiars(session: Session, ranges: Iterable[Range]) -> list[Familiar]:
    """The other series that bear on these tracks, each with the days in question."""
    query = sql.statement(session, sql.FAMILIARS).columns(first=Date, last=Date, sibling=Boolean)
    found = session.execute(query, {"keys": _keys(ranges)})
    return [Familiar((row.series_id, row.edition), row.first, row.last, row.other_id, *_what(row)) for row in found]


def _what(row: Row[Any]) -> tuple[bool, str, str]:
    return row.sibling, row.field, row.other_field


def moved(session: Session, ranges: Iterable[Range]) -> set[tuple[int, date, str]]:
    """Figures from each range's first day on that begin a track or moved, as far as they depend on the range."""
    query = sql.statement(session, sql.MOVED).columns(day=Date)
    values = {"keys": _keys(ranges), "far": FAR.isoformat(), "ahead": AHEAD, "back": 0, "floor": SMALLEST_FLOOR - 1}
    return {(row.series_id, row.day, row.edition) for row in session.execute(query, values)}


def holds(session: Session, ranges: Iterable[Range]) -> list[Row[Any]]:
    """What is or was held of these ranges."""
    query = sql.statement(session, sql.HOLDS).columns(day=Date, findings=JsonText)
    return list(session.execute(query, {"keys": _keys(ranges)}))


def stretches(session: Session, keys: Iterable[tuple[int, date, str]]) -> list[Stretch]:
    """What to load around figures, those that overlap made one."""
    query = sql.statement(session, sql.SPANS).columns(low=Date, high=Date, first=Date)
    ranges = [(series_id, edition, day, day) for series_id, day, edition in keys]
    values = {"keys": _keys(ranges), "far": FAR.isoformat(), "ahead": REMEMBERED - 1, "back": LOOK_BACK - 1}
    merged: list[Stretch] = []
    rows = sorted(session.execute(query, values), key=lambda row: (row.series_id, row.edition, row.first))
    for row in rows:
        track, born = (row.series_id, row.edition), row.low is None
        low = date.min if born else row.low
        last = merged[-1] if merged else None
        if last is not None and last.track == track and low <= last.last:
            merged[-1] = Stretch(track, last.first, max(last.last, row.high), last.born)
        else:
            merged.append(Stretch(track, low, row.high, born))
    return merged


def figures(session: Session, parts: Iterable[Stretch]) -> list[Row[Any]]:
    """The believed figures of the stretches in the order of their days."""
    query = sql.statement(session, sql.FIGURES).columns(first=Date, day=Date)
    return list(session.execute(query, {"keys": _keys((*part.track, part.first, part.last) for part in parts)}))


def lots(session: Session, pairs: Iterable[Pair]) -> dict[tuple[Track, date], int]:
    """The open interest of each track's days, from the second series of each pair."""
    query = sql.statement(session, sql.LOTS).columns(day=Date)
    found = session.execute(query, {"keys": _keys(pairs)})
    return {((row.series_id, row.edition), row.day): row.mantissa for row in found}


def bars(session: Session, fields: Iterable[Pair]) -> list[Row[Any]]:
    """The fields of days that contradict each other; the first number of each pair tells bars apart."""
    query = sql.statement(session, sql.BARS).columns(day=Date)
    return list(session.execute(query, {"keys": _keys(fields)}))


def peers(session: Session, pairs: Iterable[Pair]) -> list[Row[Any]]:
    """The figures of the first series of each pair from which the second is too far away."""
    query = sql.statement(session, sql.PEERS).columns(day=Date)
    return list(session.execute(query, {"keys": _keys(pairs), "floor": DISAGREEMENT_BP - 1}))
