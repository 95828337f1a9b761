"""What a comparison shows: the series, their figures, and the scale on which they stand."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy.orm import Session

from pricing.alert_errors import ComparisonTooWide, NothingToIndex, UnitsDiffer
from pricing.comparing import MOST, Row, base_day, indexed, rows
from pricing.models import PriceSeries
from pricing.moves import Point
from pricing.queries.believed import between, by_id, recent
from pricing.schemas.board import Scale
from steelyard.core.errors import NotFound

A_YEAR = timedelta(days=365)
MOST_POINTS = 5000


@dataclass(frozen=True, slots=True)
class Comparison:
    """Series in the order asked for, each with its points on the common scale; `unit` is None for an index."""

    series: tuple[PriceSeries, ...]
    lines: tuple[Sequence[Point], ...]
    scale: Scale
    unit: str | None
    base_day: date | None
    first: date
    last: date

    @property
    def rows(self) -> list[Row]:
        """The table: a row for each day, the latest first."""
        return rows(self.lines)


def ids_of(text: str) -> list[int]:
    """The ids in a list such as ``3,17``, each once, in their order."""
    return list(dict.fromkeys(int(part) for part in text.split(",")))


def compare(session: Session, query: Mapping[str, Any]) -> Comparison:
    """Set series side by side; a year up to the last figure unless days are given. At most four statements.

    Without a scale: absolute where all are in one unit, else indexed. Raises `NotFound`, `ComparisonTooWide`,
    `UnitsDiffer` where different units were to share an axis, and `NothingToIndex`.
    """
    ids = ids_of(query["series"])
    if len(ids) > MOST:
        raise ComparisonTooWide(most=MOST)
    found = by_id(session, ids)
    if len(found) != len(ids):
        raise NotFound
    series = tuple(found[one] for one in ids)
    units = {one.unit for one in series}
    scale = query.get("scale") or (Scale.ABSOLUTE if len(units) == 1 else Scale.INDEXED)
    if scale is Scale.ABSOLUTE and len(units) > 1:
        raise UnitsDiffer(units=", ".join(sorted(units)))
    first, last = _days(session, ids, query)
    figures = between(session, ids, first, last)
    lines = [figures[one].points[-MOST_POINTS:] if one in figures else [] for one in ids]
    if scale is Scale.ABSOLUTE:
        return Comparison(series, tuple(lines), scale, series[0].unit, None, first, last)
    return _indexed(series, lines, first, last)


def _indexed(series: tuple[PriceSeries, ...], lines: list[list[Point]], first: date, last: date) -> Comparison:
    base = base_day([line for line in lines if line])
    shown: list[Sequence[Point]] = []
    for one, line in zip(series, lines, strict=True):
        points = indexed(line, base) if line and base is not None else []
        if points is None:
            raise NothingToIndex(name=one.name)
        shown.append(points)
    return Comparison(series, tuple(shown), Scale.INDEXED, None, base, first, last)


def _days(session: Session, ids: Sequence[int], query: Mapping[str, Any]) -> tuple[date, date]:
    last = query.get("day_to")
    if last is None:
        latest = [one.last.day for one in recent(session, ids, timedelta(0)).values()]
        last = max(latest, default=date(2000, 1, 1))
    first = query.get("day_from")
    return (last - A_YEAR if first is None else first), last
