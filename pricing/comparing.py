"""Series side by side: indexed to 100, or in their own unit; pure.

Nothing is joined, filled or interpolated: each series keeps its own days. An index is set to 100 where the series
begin to have figures in common: on the first day by which each has one, with its last figure on that day or
before; so a ten-day price and a daily one can be indexed together.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from pricing.changes import Figure
from pricing.moves import Point

INDEX_SCALE = 2
LONGEST_APART = timedelta(days=31)
"""How long before the day of the 100 a figure may lie that is set to it."""
MOST = 12


@dataclass(frozen=True, slots=True)
class Row:
    """One day: the figure of each series in their order, None where it has none."""

    day: date
    figures: tuple[Figure | None, ...]


def base_day(lines: Sequence[Sequence[Point]]) -> date | None:
    """The first day by which every series has a figure; None where one has none at all."""
    return max((line[0].day for line in lines), default=None) if all(lines) else None


def indexed(line: Sequence[Point], day: date) -> list[Point] | None:
    """The series with 100 at its last figure on `day` or before, to two decimals, half up.

    None where that figure is not above zero, or older than `LONGEST_APART`: nothing can be indexed to it.
    """
    base = next((point for point in reversed(line) if point.day <= day), None)
    if base is None or base.value.mantissa <= 0 or base.day < day - LONGEST_APART:
        return None
    return [Point(point.day, _share(point.value, base.value)) for point in line]


def rows(lines: Sequence[Sequence[Point]]) -> list[Row]:
    """All days on which any series has a figure, the latest first."""
    by_day: list[Mapping[date, Figure]] = [{point.day: point.value for point in line} for line in lines]
    days = sorted({day for line in by_day for day in line}, reverse=True)
    return [Row(day, tuple(line.get(day) for line in by_day)) for day in days]


def _share(value: Figure, base: Figure) -> Figure:
    numerator = value.mantissa * 10**base.scale * 100 * 10**INDEX_SCALE
    denominator = base.mantissa * 10**value.scale
    return Figure((2 * numerator + denominator) // (2 * denominator), INDEX_SCALE)
