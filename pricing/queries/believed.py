"""What is believed of many series at once, in a fixed number of statements whatever their number.

Of the editions of a day the one that settles it counts: a named one (release, settlement) before a time of day,
and of those the latest. What nobody published as a price, and what was withdrawn, does not count; what is held
stands apart.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlalchemy.orm import Session

from pricing.changes import Figure
from pricing.models import PriceCurrent, PriceSeries
from pricing.moves import WINDOW, Point
from pricing.queries.prices import DERIVED
from pricing.sources.base import Status


@dataclass(frozen=True, slots=True)
class Believed:
    """What is believed of one day of one series."""

    series_id: int
    day: date
    edition: str
    mantissa: int
    scale: int
    printed: int | None
    status: str
    revision: int
    observation_id: int
    held: bool
    document_id: int
    published_at: datetime | None

    @property
    def point(self) -> Point:
        """The figure as calculations take it."""
        return Point(self.day, Figure(self.mantissa, self.scale), self.printed)


@dataclass(frozen=True, slots=True)
class Recent:
    """The last figures of a series in the order of their days, one a day; `held` is a later figure that is held."""

    rows: tuple[Believed, ...]
    held: Believed | None

    @property
    def last(self) -> Believed:
        """The latest figure."""
        return self.rows[-1]

    @property
    def points(self) -> list[Point]:
        """The figures as calculations take them."""
        return [row.point for row in self.rows]


def counts() -> ColumnElement[bool]:
    """The condition that a row of `price_current` was published as a price and not withdrawn."""
    return and_(PriceCurrent.edition.not_in(DERIVED), PriceCurrent.status != Status.WITHDRAWN)


def recent(session: Session, series_ids: Iterable[int], back: timedelta = WINDOW) -> dict[int, Recent]:
    """Each series' figures from `back` before its latest day on; two statements. A series without any is absent."""
    days = _last_days(session, set(series_ids))
    if not days:
        return {}
    by_day = groupby(sorted(days, key=lambda one: (days[one], one)), key=lambda one: days[one])
    wanted = [
        and_(PriceCurrent.series_id.in_(list(members)), PriceCurrent.day >= day - back) for day, members in by_day
    ]
    rows = session.execute(_columns().where(or_(*wanted), counts()).order_by(PriceCurrent.series_id, PriceCurrent.day))
    return _by_series(rows)


def between(session: Session, series_ids: Sequence[int], first: date, last: date) -> dict[int, Recent]:
    """The figures of each series of the days from `first` to `last`, both included; one statement."""
    rows = session.execute(
        _columns()
        .where(PriceCurrent.series_id.in_(series_ids), PriceCurrent.day.between(first, last), counts())
        .order_by(PriceCurrent.series_id, PriceCurrent.day)
    )
    return _by_series(rows)


def _by_series(rows: Iterable[Any]) -> dict[int, Recent]:
    """The rows, which are in the order of series and day, for each series that has one which counts."""
    believed = groupby((Believed(*row) for row in rows), key=lambda row: row.series_id)
    found = {series_id: one_a_day(list(members)) for series_id, members in believed}
    return {series_id: one for series_id, one in found.items() if one is not None}


def one_a_day(rows: Sequence[Believed]) -> Recent | None:
    """The rows of one series, in the order of their days, without the editions that another settles."""
    best: dict[date, Believed] = {}
    held: Believed | None = None
    for row in rows:
        if row.held:
            held = row
        elif row.day not in best or _settles(row) > _settles(best[row.day]):
            best[row.day] = row
    if not best:
        return None
    last = max(best)
    return Recent(tuple(best.values()), held if held is not None and held.day >= last else None)


def _settles(row: Believed) -> tuple[bool, str]:
    return not row.edition[:1].isdigit(), row.edition


def _last_days(session: Session, series_ids: set[int]) -> dict[int, date]:
    latest = (
        select(PriceCurrent.day)
        .where(PriceCurrent.series_id == PriceSeries.id, counts(), PriceCurrent.held.is_(False))
        .order_by(PriceCurrent.day.desc())
        .limit(1)
        .scalar_subquery()
    )
    rows: Iterable[Any] = session.execute(select(PriceSeries.id, latest).where(PriceSeries.id.in_(series_ids)))
    return {series_id: day for series_id, day in rows if day is not None}


def _columns() -> Select[Any]:
    row = PriceCurrent
    columns: tuple[Any, ...] = (
        row.series_id, row.day, row.edition, row.mantissa, row.scale, row.change_mantissa,
        row.status, row.revision, row.observation_id, row.held, row.document_id, row.published_at,
    )  # fmt: skip
    return select(*columns)


def by_id(session: Session, series_ids: Iterable[int]) -> Mapping[int, PriceSeries]:
    """The series of these ids; one statement."""
    return {row.id: row for row in session.scalars(select(PriceSeries).where(PriceSeries.id.in_(set(series_ids))))}
