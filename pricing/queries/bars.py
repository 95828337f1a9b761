"""The bars of an instrument: open, close, low and high of each day, out of the series that its name ties."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from pricing.changes import Figure
from pricing.models import PriceSeries
from pricing.queries.believed import between

FIELDS = ("open", "close", "low", "high")
"""In the order in which ECharts takes a candle."""
MOST = 5000
_EVER = (date.min, date.max)


@dataclass(frozen=True, slots=True)
class Bar:
    """One day's open, close, low and high."""

    day: date
    figures: tuple[Figure, ...]


def fields_of(session: Session, series: PriceSeries) -> dict[str, PriceSeries]:
    """The series of the same instrument by their field, this one included; one statement."""
    if series.instrument is None:
        return {series.value_field: series}
    rows = session.scalars(
        select(PriceSeries)
        .where(PriceSeries.instrument == series.instrument, PriceSeries.family == series.family)
        .order_by(PriceSeries.position, PriceSeries.id)
    )
    return {row.value_field: row for row in rows}


def bars(session: Session, fields: Mapping[str, PriceSeries], filters: Mapping[str, Any]) -> list[Bar]:
    """The days on which all four are believed, at most the latest `MOST`; empty where the instrument has no bars."""
    if not set(FIELDS) <= set(fields):
        return []
    ids = [fields[name].id for name in FIELDS]
    first, last = filters.get("day_from", _EVER[0]), filters.get("day_to", _EVER[1])
    figures = between(session, ids, first, last)
    if len(figures) < len(ids):
        return []
    by_day = [{row.day: row.point.value for row in figures[one].rows} for one in ids]
    days = sorted(set.intersection(*(set(one) for one in by_day)))[-MOST:]
    return [Bar(day, tuple(one[day] for one in by_day)) for day in days]
