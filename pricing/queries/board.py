"""The price board: which series a person sees and in which order, and the latest price of each with its moves."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from pricing.alert_models import PriceWatch
from pricing.calendars import Calendar
from pricing.changes import Change, decimal_text
from pricing.freshness import Freshness, freshness
from pricing.models import PriceCurrent, PriceSeries
from pricing.moves import Moves, moves
from pricing.queries.believed import Believed, Recent, by_id, counts, recent
from pricing.queries.calendars import calendars
from pricing.searching import matches, terms
from pricing.sources.nbs import FERROUS
from steelyard.core.actors import Actor
from steelyard.core.database import db_now
from steelyard.core.errors import NotFound

FILTERS = ("kind", "family", "category", "commodity", "market")
HELPERS = ("open", "high", "low", "volume", "open_interest", "turnover")
"""Fields of a bar that are read with their instrument, on its page, and would only fill the board."""
MOST_FACETS = 100


@dataclass(frozen=True, slots=True)
class Entry:
    """The latest price of a series: its moves, its origin, how fresh it is, and whether the reader follows it."""

    series: PriceSeries
    believed: Believed
    moves: Moves
    published_at: datetime | None
    document_id: int
    freshness: Freshness
    held: Believed | None
    watched: bool

    day = property(lambda self: self.believed.day)
    mantissa = property(lambda self: self.believed.mantissa)
    scale = property(lambda self: self.believed.scale)
    status = property(lambda self: self.believed.status)

    @property
    def change(self) -> Change | None:
        """The move against the price before."""
        return self.moves.day

    @property
    def value(self) -> str:
        """The figure in digits."""
        return decimal_text(self.believed.mantissa, self.believed.scale)


@dataclass(frozen=True, slots=True)
class Board:
    """One page of the board: `total` counts what the filters find, `next` is the id behind which the rest begins."""

    entries: tuple[Entry, ...]
    total: int
    next: int | None


@dataclass(frozen=True, slots=True)
class Facets:
    """What can be narrowed by: the markets and the classes of goods with the number of their series."""

    markets: Sequence[tuple[str, int]]
    categories: Sequence[tuple[str, int]]


def board(session: Session, actor: Actor, filters: Mapping[str, Any]) -> Board:
    """One page of the board; what the reader follows comes first, steel before other goods. At most six statements.

    Raises `NotFound` where `after` names a series that the filters do not find.
    """
    found = _found(session, actor, filters)
    start = _behind([series_id for series_id, _ in found], filters.get("after"))
    page = dict(found[start : start + filters["limit"]])
    shown = entries(session, page)
    rest = found[start + len(page) :]
    return Board(tuple(shown), len(found), next(reversed(page)) if rest else None)


def entries(session: Session, watched: Mapping[int, bool]) -> list[Entry]:
    """The board's entries of these series (whether each is followed by the reader), in their order; five statements."""
    figures = recent(session, watched)
    series, days = by_id(session, figures), calendars(session)
    now = db_now(session)
    return [
        _entry(one := series[series_id], figures[series_id], days.for_series(one.family, one.frequency), now, followed)
        for series_id, followed in watched.items()
        if series_id in figures
    ]


def facets(session: Session) -> Facets:
    """The markets and classes of goods that there are, at most `MOST_FACETS` of each; two statements."""
    return Facets(_counted(session, PriceSeries.market), _counted(session, PriceSeries.category))


def _found(session: Session, actor: Actor, filters: Mapping[str, Any]) -> list[tuple[int, bool]]:
    """The ids of what the filters find, and whether each is followed; one statement, and the words are sought here.

    Folding cannot be said in SQL that both databases speak; ten thousand series take some tens of milliseconds.
    """
    wanted = terms(filters.get("q", ""))
    rows = session.execute(_query(actor, filters, searching=bool(wanted)))
    return [(row[0], bool(row[1])) for row in rows if not wanted or matches(wanted, row[2:])]


def _query(actor: Actor, filters: Mapping[str, Any], *, searching: bool) -> Select[Any]:
    series, watch = PriceSeries, PriceWatch
    mine = and_(watch.series_id == series.id, watch.user_id == actor.user_id, watch.org_id == actor.org_id)
    followed = case((watch.id.is_not(None), 1), else_=0)
    steel = case((or_(series.category == FERROUS, series.kind == "futures"), 0), else_=1)
    columns = (series.name, series.commodity, series.specification, series.grade, series.market, series.contract)
    query = (
        select(series.id, followed, *((*columns, series.code) if searching else ()))
        .outerjoin(watch, mine)
        .where(_priced(), *(getattr(series, name) == filters[name] for name in FILTERS if name in filters))
        .order_by(followed.desc(), steel, series.family, series.position, series.id)
    )
    if filters.get("watched"):
        query = query.where(watch.id.is_not(None))
    return query if filters.get("every_field") else query.where(_principal())


def _priced() -> ColumnElement[bool]:
    return exists().where(PriceCurrent.series_id == PriceSeries.id, counts())


def _principal() -> ColumnElement[bool]:
    """Of the fields of one instrument the settlement speaks for it, where there is none the close."""
    other = aliased(PriceSeries)
    settled = exists().where(
        other.instrument == PriceSeries.instrument, other.family == PriceSeries.family, other.value_field == "settle"
    )
    return and_(PriceSeries.value_field.not_in(HELPERS), or_(PriceSeries.value_field != "close", ~settled))


def _behind(ids: Sequence[int], after: int | None) -> int:
    if after is None:
        return 0
    try:
        return ids.index(after) + 1
    except ValueError:
        raise NotFound from None


def _entry(series: PriceSeries, figures: Recent, days: Calendar, now: datetime, watched: bool) -> Entry:
    last = figures.last
    return Entry(
        series=series,
        believed=last,
        moves=moves(figures.points, days, series.frequency),
        published_at=last.published_at,
        document_id=last.document_id,
        freshness=freshness(series.frequency, last.day, series.contract, now, days),
        held=figures.held,
        watched=watched,
    )


def _counted(session: Session, column: Any) -> list[tuple[str, int]]:
    query = select(column, func.count()).where(_principal()).group_by(column).order_by(func.count().desc(), column)
    return [(name, count) for name, count in session.execute(query.limit(MOST_FACETS))]
