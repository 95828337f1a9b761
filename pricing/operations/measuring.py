"""The figure that an alert is held against, out of what is believed of its series."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from pricing.alert_models import PriceAlert
from pricing.alerting import PERCENTS, Measure
from pricing.changes import Figure, change
from pricing.models import PriceSeries
from pricing.moves import moves
from pricing.queries.believed import Believed, Recent
from pricing.queries.calendars import Calendars

LONGEST_APART = timedelta(days=15)
"""How far apart the two figures of a basis may lie: a ten-day price comes out four days after its period."""


@dataclass(frozen=True, slots=True)
class Measured:
    """A figure, the day of which it speaks, and the observation that brought it."""

    figure: Figure
    day: date
    believed: Believed


def measured(
    alert: PriceAlert, figures: Mapping[int, Recent], series: Mapping[int, PriceSeries], days: Calendars
) -> Measured | None:
    """What the alert measures now, None where figures are missing.

    A basis is the alert's series less the other one, each by its last figure, at most `LONGEST_APART`.
    """
    own = figures.get(alert.series_id)
    if own is None:
        return None
    measure = Measure(alert.measure)
    if measure is Measure.BASIS:
        return _basis(own, figures.get(alert.other_id or 0))
    if measure in (Measure.LEVEL, Measure.STALE):
        return Measured(Figure(own.last.mantissa, own.last.scale), own.last.day, own.last)
    return _move(own, measure, series[alert.series_id], days)


def _move(own: Recent, measure: Measure, series: PriceSeries, days: Calendars) -> Measured | None:
    found = moves(own.points, days.for_series(series.family, series.frequency), series.frequency)
    moved = found.week if measure in (Measure.WEEK_CHANGE, Measure.WEEK_PERCENT) else found.day
    if moved is None:
        return None
    if measure not in PERCENTS:
        return Measured(Figure(moved.mantissa, moved.scale), own.last.day, own.last)
    if moved.basis_points is None:
        return None
    return Measured(Figure(moved.basis_points, 2), own.last.day, own.last)


def _basis(own: Recent, other: Recent | None) -> Measured | None:
    if other is None or abs(own.last.day - other.last.day) > LONGEST_APART:
        return None
    value, base = own.last.point.value, other.last.point.value
    difference = change(value, None, base)
    assert difference is not None
    later = own.last if own.last.day >= other.last.day else other.last
    return Measured(Figure(difference.mantissa, difference.scale), later.day, later)
