"""Series stand side by side without being joined, filled or spliced."""

from datetime import date

from pricing.changes import Figure
from pricing.comparing import base_day, indexed, rows
from pricing.moves import Point


def _line(*points: tuple[str, int, int]) -> list[Point]:
    return [Point(date.fromisoformat(day), Figure(mantissa, scale)) for day, mantissa, scale in points]


TEN_DAY = _line(("2026-08-10", 40000, 1), ("2026-08-20", 40100, 1))
DAILY = _line(("2026-08-12", 3000, 0), ("2026-08-20", 3060, 0), ("2026-08-21", 2999, 0))


def test_both_stand_at_100_where_they_begin_to_have_figures_in_common() -> None:
    """The daily one begins on the 12th; the ten-day one has its figure of the 10th there."""
    assert base_day([TEN_DAY, DAILY]) == date(2026, 8, 12)
    shown = [indexed(line, date(2026, 8, 12)) for line in (TEN_DAY, DAILY)]
    assert [[point.value.mantissa for point in line or []] for line in shown] == [[10000, 10025], [10000, 10200, 9997]]


def test_a_series_without_figures_has_no_common_day() -> None:
    assert base_day([TEN_DAY, []]) is None
    assert base_day([]) is None


def test_what_is_not_above_zero_or_too_old_cannot_be_indexed() -> None:
    assert indexed(_line(("2026-08-10", -5, 0)), date(2026, 8, 12)) is None
    assert indexed(_line(("2023-12-29", 4000, 0)), date(2026, 8, 12)) is None
    assert indexed(DAILY, date(2026, 8, 1)) is None


def test_a_row_leaves_empty_what_was_not_observed() -> None:
    shown = [(row.day.day, [one and one.mantissa for one in row.figures]) for row in rows([TEN_DAY, DAILY])]
    assert shown == [(21, [None, 2999]), (20, [40100, 3060]), (12, [None, 3000]), (10, [40000, None])]
