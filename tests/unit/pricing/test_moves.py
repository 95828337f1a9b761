"""Each move stands against the right earlier figure of the series' own calendar."""

from datetime import date

import pytest

from pricing.changes import Basis, Figure
from pricing.moves import Moves, Point, calendar_of, moves

SHFE = calendar_of("shfe.daily", "daily")
NBS = calendar_of("nbs.ten_day", "ten_day")


def _points(values: dict[str, int], printed: dict[str, int] | None = None) -> list[Point]:
    changes = printed or {}
    return [Point(date.fromisoformat(day), Figure(value, 0), changes.get(day)) for day, value in values.items()]


def _shown(found: Moves) -> tuple[int | None, ...]:
    return tuple(None if one is None else one.mantissa for one in (found.day, found.week, found.month))


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        pytest.param({"2026-09-04": 3100, "2026-09-07": 3110}, (10, None, None), id="Monday against Friday"),
        pytest.param({"2026-09-03": 3100, "2026-09-07": 3110}, (None, None, None), id="Friday is missing"),
        pytest.param({"2026-09-30": 3000, "2026-10-08": 3050}, (50, 50, None), id="over the national holiday"),
        pytest.param(
            {"2026-08-31": 2900, "2026-09-24": 3000, "2026-09-30": 3050},
            (None, None, 150),
            id="previous session missing",
        ),
        pytest.param({"2026-08-07": 2950, "2026-09-07": 3110}, (None, None, 160), id="a month ago"),
        pytest.param({"2026-09-30": 3000, "2026-10-31": 3110}, (None, None, 110), id="a shorter month"),
        pytest.param({"2026-07-31": 3000, "2026-09-07": 3110}, (None, None, None), id="a month ago is too long ago"),
        pytest.param({"2026-09-07": 3110}, (None, None, None), id="alone"),
        pytest.param({}, (None, None, None), id="nothing"),
    ],
)
def test_daily_moves(values: dict[str, int], expected: tuple[int | None, ...]) -> None:
    assert _shown(moves(_points(values), SHFE, "daily")) == expected


def test_a_printed_change_goes_before_a_difference() -> None:
    """The price fell by 500 because the specification changed; the publisher prints a rise of 10."""
    found = moves(_points({"2026-08-10": 4500, "2026-08-20": 4000}, {"2026-08-20": 10}), NBS, "ten_day")
    assert found.day is not None
    assert (found.day.mantissa, found.day.basis_points, found.day.basis) == (10, 25, Basis.PUBLISHED)
    assert found.week is None


def test_a_month_of_releases_adds_up_the_printed_changes() -> None:
    """A rebase within the month is passed over where every release prints its change."""
    values = {"2026-07-20": 4500, "2026-07-31": 4510, "2026-08-10": 4520, "2026-08-20": 4000}
    printed = {"2026-07-31": 10, "2026-08-10": 10, "2026-08-20": -5}
    assert _shown(moves(_points(values, printed), NBS, "ten_day")) == (-5, None, 15)
    del printed["2026-08-10"]
    assert _shown(moves(_points(values, printed), NBS, "ten_day")) == (-5, None, -500)
    del values["2026-07-20"]
    assert _shown(moves(_points(values, printed), NBS, "ten_day")) == (-5, None, None)


def test_a_monthly_series_moves_by_the_month() -> None:
    found = moves(_points({"2026-06-30": 100, "2026-07-31": 110}), calendar_of("worldbank", "monthly"), "monthly")
    assert _shown(found) == (None, None, 10)


@pytest.mark.parametrize(
    ("family", "frequency", "name"),
    [
        ("nbs.ten_day", "ten_day", "nbs.ten_day"), ("shfe.daily", "daily", "shfe"), ("dce.day", "daily", "dce"),
        ("import.liaocheng", "daily", "workdays"), ("worldbank.pink", "monthly", "none"),
    ],
)  # fmt: skip
def test_a_series_has_the_calendar_of_its_publisher(family: str, frequency: str, name: str) -> None:
    assert calendar_of(family, frequency).name == name
