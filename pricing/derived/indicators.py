"""Indicators of one series for charts: returns, moving averages, volatility, the same time of earlier years; pure.

All are integers at a named scale; only a chart turns them into floats. Every indicator is of one series and one
edition: nothing is joined, and a day without a figure is a gap.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Context, Decimal
from fractions import Fraction
from itertools import pairwise

from pricing.derived.rounding import half_up
from pricing.sources.periods import third_of

RETURN_SCALE = 8
"""Decimals of a return; rounded half up, once, before anything is worked out of it."""
AVERAGE_SCALE = 4
VOLATILITY_SCALE = 6
SESSIONS_A_YEAR = 242
"""By which volatility is brought to a year: the usual number of sessions of Chinese exchanges."""
_SQRT = Context(prec=40)


@dataclass(frozen=True, slots=True)
class Point:
    """A day and its figure."""

    day: date
    value: Fraction


@dataclass(frozen=True, slots=True)
class Reading:
    """A day and an indicator at a known scale, None where there is not enough before it."""

    day: date
    mantissa: int | None


def returns(points: Sequence[Point]) -> list[Reading]:
    """The simple return of each day against the figure before, at `RETURN_SCALE`; None for the first."""
    found = [Reading(points[0].day, None)] if points else []
    for before, now in pairwise(points):
        change = None if before.value == 0 else half_up((now.value / before.value - 1) * 10**RETURN_SCALE)
        found.append(Reading(now.day, change))
    return found


def moving_average(points: Sequence[Point], window: int) -> list[Reading]:
    """The mean of the last ``window`` figures, at `AVERAGE_SCALE`."""
    scaled = [half_up(point.value * 10**AVERAGE_SCALE) for point in points]
    found, total = [], 0
    for place, point in enumerate(points):
        total += scaled[place] - (scaled[place - window] if place >= window else 0)
        enough = place >= window - 1
        found.append(Reading(point.day, half_up(Fraction(total, window)) if enough else None))
    return found


def volatility(points: Sequence[Point], window: int) -> list[Reading]:
    """The yearly standard deviation of the last ``window`` returns (sample variance × `SESSIONS_A_YEAR`).

    At `VOLATILITY_SCALE`: 0.250000 is 25% a year.
    """
    steps = [one.mantissa for one in returns(points)]
    found = []
    for place, point in enumerate(points):
        recent = [one for one in steps[max(0, place - window + 1) : place + 1] if one is not None]
        enough = len(recent) == window and window > 1
        found.append(Reading(point.day, _deviation(recent) if enough else None))
    return found


def _deviation(steps: Sequence[int]) -> int:
    """Exact up to the square root, which has forty digits before it is rounded."""
    count, total = len(steps), sum(steps)
    variance = Fraction(count * sum(step * step for step in steps) - total * total, count * (count - 1))
    yearly = variance * SESSIONS_A_YEAR
    root = _SQRT.sqrt(_SQRT.divide(Decimal(yearly.numerator), Decimal(yearly.denominator)))
    return half_up(Fraction(root) * 10**VOLATILITY_SCALE / 10**RETURN_SCALE)


def seasons(points: Sequence[Point], *, ten_day: bool) -> dict[int, list[tuple[str, Fraction]]]:
    """The figures of each year by their place in it: ``MM-DD``, or ``MM上`` and so on for ten-day periods."""
    found: dict[int, list[tuple[str, Fraction]]] = {}
    for point in points:
        place = f"{point.day:%m}{third_of(point.day)}" if ten_day else f"{point.day:%m-%d}"
        found.setdefault(point.day.year, []).append((place, point.value))
    return found


def basis(spot: Sequence[Point], futures: Sequence[Point]) -> list[Point]:
    """The basis (基差) = spot − futures on each day for which both have a figure; positive where spot is dearer."""
    prices = {point.day: point.value for point in futures}
    return [Point(point.day, point.value - prices[point.day]) for point in spot if point.day in prices]
