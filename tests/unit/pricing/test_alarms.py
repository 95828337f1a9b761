"""What is wrong with a statistic, a series or a calendar, with the clock given."""

from datetime import date, datetime

import pytest

from pricing.alarms import Alarm, AlarmKind, Tail, family_alarms, horizon_alarms
from pricing.calendars import calendar
from steelyard.core.clock import SHANGHAI

SHFE = calendar("shfe")
WEEK = [date(2026, 9, day) for day in (1, 2, 3, 4, 7, 8)]


def tail(code: str = "rb2611", days: list[date] | None = None, values: list[int] | None = None, **more: object) -> Tail:
    days = WEEK if days is None else days
    figures = values or list(range(3000, 3000 + len(days)))
    traits = {
        "series_id": 1, "code": code, "kind": "futures", "family": "shfe.daily", "frequency": "daily",
        "contract": code, "replaced": False,
    } | more  # fmt: skip
    return Tail(**traits, days=days, values=[(figure, 0) for figure in figures])  # type: ignore[arg-type]  # passed on as given


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def kinds(alarms: list[Alarm]) -> list[tuple[AlarmKind, str]]:
    return [(one.kind, one.subject) for one in alarms]


STALE = {
    "just out": ("2026-09-08T17:00", None),
    "the next one is not due": ("2026-09-09T16:59", None),
    "within the grace": ("2026-09-09T19:59", None),
    "late": ("2026-09-09T20:00", 1),
    "two late": ("2026-09-10T20:00", 2),
    "over the weekend no more": ("2026-09-13T12:00", 3),
}


@pytest.mark.parametrize(("now", "missing"), STALE.values(), ids=STALE)
def test_a_statistic_is_stale_by_its_calendar(now: str, missing: int | None):
    alarms = family_alarms([tail(), tail("rb2612")], SHFE, at(now))
    expected = [] if missing is None else [(AlarmKind.STALE, "shfe.daily")]
    assert kinds(alarms) == expected
    assert [one.detail for one in alarms] == ([{"last": "2026-09-08", "missing": missing}] if missing else [])


def test_an_operators_holiday_is_not_waited_for():
    told = calendar("shfe", {date(2026, 9, 9): False})
    assert family_alarms([tail()], told, at("2026-09-10T12:00")) == []


def test_a_release_that_was_never_due_is_not_missed():
    days = calendar("nbs.ten_day")
    one = tail("pipe", [date(2026, 1, 31), date(2026, 2, 10)], frequency="ten_day", contract=None, family="nbs.ten_day")
    assert family_alarms([one], days, at("2026-03-03T12:00")) == []
    assert kinds(family_alarms([one], days, at("2026-03-04T12:30"))) == [(AlarmKind.STALE, "nbs.ten_day")]


def test_a_series_lacks_the_days_that_others_have():
    short = tail("hc2611", [*WEEK[:2], *WEEK[3:5]])
    (alarm,) = family_alarms([tail(), short], SHFE, at("2026-09-08T18:00"))
    assert (alarm.kind, alarm.subject) == (AlarmKind.MISSING_ROWS, "hc2611")
    assert alarm.detail == {"count": 2, "days": ["2026-09-03", "2026-09-08"]}


UNMISSED = {
    "began later": {"days": WEEK[3:]},
    "another specification took over": {"days": WEEK[:3], "replaced": True},
    "the contract ended": {"days": WEEK[:3], "code": "rb2608", "contract": "rb2608"},
}


@pytest.mark.parametrize("traits", UNMISSED.values(), ids=UNMISSED)
def test_what_is_not_missed(traits: dict[str, object]):
    assert family_alarms([tail(), tail(**traits)], SHFE, at("2026-09-08T18:00")) == []  # type: ignore[arg-type]  # passed on as given


def test_a_value_that_never_moves_is_told():
    (alarm,) = family_alarms([tail(values=[2999, 3000, 3000, 3000, 3000, 3000])], SHFE, at("2026-09-08T18:00"))
    assert alarm.kind is AlarmKind.REPEATED
    assert alarm.detail == {"count": 5, "since": "2026-09-02", "mantissa": 3000, "scale": 0}
    assert family_alarms([tail(values=[2999, 2999, 3000, 3000, 3000, 3000])], SHFE, at("2026-09-08T18:00")) == []


def test_nothing_is_said_of_nothing():
    assert family_alarms([], SHFE, at("2026-09-08T18:00")) == []


HORIZON = {
    "62 days before": ("2026-10-30T12:00", 0),
    "60 days before": ("2026-11-01T12:00", 1),
    "behind": ("2027-02-01T12:00", 1),
}


@pytest.mark.parametrize(("now", "count"), HORIZON.values(), ids=HORIZON)
def test_people_are_told_before_a_calendar_ends(now: str, count: int):
    alarms = horizon_alarms([SHFE, calendar("none")], at(now))
    assert kinds(alarms) == [(AlarmKind.HORIZON, "calendar:shfe")] * count
