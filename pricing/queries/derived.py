"""What is worked out of one or two series as known at a moment; nothing of it is stored."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction

from sqlalchemy.orm import Session

from pricing.derived import indicators, normalising
from pricing.derived.indicators import Point
from pricing.derived.normalising import ExchangeRate, Footing, Normalised, NotNormalisable, Why, normalise
from pricing.errors import AsOfInFuture
from pricing.formulas.errors import NoExchangeRate, SeriesNotNormalisable
from pricing.models import PriceSeries
from pricing.queries.figures import values
from pricing.queries.prices import Revision
from pricing.sources.traits import Kind
from steelyard.core.database import db_now

OLDEST_RATE = timedelta(days=10)
"""How old an exchange rate may be for a day without one: the longest holidays have eight days."""
FIRST, LAST = date(1990, 1, 1), date(2099, 12, 31)


@dataclass(frozen=True, slots=True)
class Window:
    """The days asked for, both counted, and the moment (aware) whose knowledge counts."""

    first: date
    last: date
    moment: datetime


@dataclass(frozen=True, slots=True)
class NormalisedDay:
    """A normalised value with the figure that it was made of."""

    day: date
    row: Revision
    value: Normalised


def window(session: Session, first: date | None, last: date | None, as_of: datetime | None) -> Window:
    """The days and the moment asked for; raises `AsOfInFuture`."""
    now = db_now(session)
    moment = as_of or now
    if moment > now:
        raise AsOfInFuture(as_of=moment.isoformat())
    return Window(max(first or FIRST, FIRST), min(last or LAST, LAST), moment)


def points(session: Session, series: PriceSeries, asked: Window) -> list[Point]:
    """The usable figures of a series, in its own unit."""
    return [Point(day, _value(row)) for day, row in values(session, series, asked.first, asked.last, asked.moment)]


def normalised(
    session: Session,
    series: PriceSeries,
    asked: Window,
    exchange: PriceSeries | None = None,
    weighed_share: Fraction = normalising.WEIGHED_SHARE,
) -> list[NormalisedDay]:
    """A series on the common footing; raises `SeriesNotNormalisable`, `NoExchangeRate`."""
    if series.kind in (Kind.FX, Kind.INDEX):
        raise SeriesNotNormalisable(series=series.code, why=str(Why.UNIT))
    footing = Footing(series.unit, series.tax_included, series.weighing)
    rates = [] if exchange is None else _rates(session, exchange, asked)
    found = []
    for day, row in values(session, series, asked.first, asked.last, asked.moment):
        rate = _rate_on(rates, day)
        if exchange is not None and rate is None:
            raise NoExchangeRate(series=exchange.code, day=day.isoformat())
        try:
            found.append(NormalisedDay(day, row, normalise(_value(row), footing, day, rate, weighed_share)))
        except NotNormalisable as error:
            raise SeriesNotNormalisable(series=series.code, why=str(error.why)) from None
    return found


def _rates(session: Session, exchange: PriceSeries, asked: Window) -> list[tuple[date, ExchangeRate]]:
    """The rates that the days can take, by day; raises `SeriesNotNormalisable` for a series that is no rate."""
    found = []
    first = max(asked.first - OLDEST_RATE, FIRST)
    for day, row in values(session, exchange, first, asked.last, asked.moment):
        source = f"{exchange.code} {day.isoformat()} r{row.revision} #{row.document_id}"
        rate = normalising.rate_of(exchange.unit, _value(row), source)
        if rate is None:
            raise SeriesNotNormalisable(series=exchange.code, why=str(Why.CURRENCY))
        found.append((day, rate))
    return found


def _rate_on(rates: Sequence[tuple[date, ExchangeRate]], day: date) -> ExchangeRate | None:
    fitting = [rate for moment, rate in rates if day - OLDEST_RATE <= moment <= day]
    return fitting[-1] if fitting else None


def _value(row: Revision) -> Fraction:
    return Fraction(row.mantissa, 10**row.scale)


def basis(session: Session, spot: PriceSeries, futures: PriceSeries, asked: Window) -> list[tuple[Point, Point, Point]]:
    """Spot, futures and spot − futures in fen per tonne, on the days that both have; each on the common footing.

    Raises `SeriesNotNormalisable`.
    """
    sides = [
        [Point(one.day, Fraction(one.value.fen_per_t)) for one in normalised(session, series, asked)]
        for series in (spot, futures)
    ]
    by_day = [{point.day: point for point in side} for side in sides]
    return [(by_day[0][one.day], by_day[1][one.day], one) for one in indicators.basis(*sides)]
