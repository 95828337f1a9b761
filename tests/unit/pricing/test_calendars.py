"""Which days count: sessions, working days, releases, nights; and where knowledge ends."""

import csv
import subprocess
import sys
from datetime import date, datetime
from pathlib import Path

import pytest

from pricing.calendars import NIGHT_CLOSES, calendar
from steelyard.core.clock import SHANGHAI

DAYS = {
    "an ordinary Monday": ("shfe", date(2026, 9, 7), True),
    "a Saturday": ("shfe", date(2026, 9, 5), False),
    "spring festival": ("dce", date(2026, 2, 17), False),
    "a make-up Saturday is no session": ("shfe", date(2026, 2, 14), False),
    "a make-up Saturday is worked": ("workdays", date(2026, 2, 14), True),
    "eve of 2024's spring festival, exchanges shut": ("shfe", date(2024, 2, 9), False),
    "eve of 2024's spring festival, worked": ("workdays", date(2024, 2, 9), True),
    "national day": ("workdays", date(2026, 10, 1), False),
    "last day known": ("shfe", date(2026, 12, 31), True),
    "beyond the horizon a weekday counts": ("shfe", date(2027, 1, 1), True),
    "beyond the horizon a Sunday does not": ("workdays", date(2027, 1, 3), False),
    "end of a period": ("nbs.ten_day", date(2026, 8, 31), True),
    "end of February": ("nbs.ten_day", date(2026, 2, 28), True),
    "29 February": ("nbs.ten_day", date(2028, 2, 28), False),
    "within a period": ("nbs.ten_day", date(2026, 8, 21), False),
    "no release for early October 2025": ("nbs.ten_day", date(2025, 10, 10), False),
    "no release for mid February 2026": ("nbs.ten_day", date(2026, 2, 20), False),
    "no calendar": ("none", date(2026, 9, 6), True),
    "the last day of all": ("nbs.ten_day", date(9999, 12, 31), True),
}


@pytest.mark.parametrize(("name", "day", "counts"), DAYS.values(), ids=DAYS)
def test_days_that_count(name: str, day: date, counts: bool):
    assert calendar(name).is_session(day) is counts


YEARS = {"2023": (2023, 242), "2024": (2024, 242), "2025": (2025, 243), "2026": (2026, 242)}


@pytest.mark.parametrize(("year", "count"), YEARS.values(), ids=YEARS)
def test_sessions_of_a_year(year: int, count: int):
    """A release of the library that knows one of these years otherwise shows here."""
    assert len(calendar("shfe").sessions(date(year, 1, 1), date(year, 12, 31))) == count


def test_neighbours_step_over_holidays():
    shfe = calendar("shfe")
    assert shfe.next(date(2026, 9, 30)) == date(2026, 10, 8)
    assert shfe.previous(date(2026, 10, 8)) == date(2026, 9, 30)
    assert calendar("nbs.ten_day").next(date(2026, 2, 10)) == date(2026, 2, 28)


def test_what_nobody_knows_is_marked():
    shfe, nbs = calendar("shfe"), calendar("nbs.ten_day")
    assert not shfe.assumed(date(2026, 12, 31))
    assert shfe.assumed(date(2027, 1, 4))
    assert nbs.assumed(date(2024, 12, 31))
    assert not calendar("none").assumed(date(2099, 1, 1))


def test_an_override_counts_before_and_behind_the_horizon():
    told = calendar("shfe", {date(2027, 1, 1): False, date(2026, 9, 8): False, date(2026, 9, 12): True})
    assert not told.is_session(date(2027, 1, 1))
    assert not told.assumed(date(2027, 1, 1))
    assert told.next(date(2026, 9, 7)) == date(2026, 9, 9)
    assert told.is_session(date(2026, 9, 12))
    assert calendar("shfe").is_session(date(2026, 9, 8))


def test_an_unknown_calendar_is_refused():
    with pytest.raises(KeyError):
        calendar("lme")


MOMENTS = {
    "by day": ("shfe", "2026-09-07T10:51", date(2026, 9, 7)),
    "after the close": ("shfe", "2026-09-07T16:30", date(2026, 9, 7)),
    "in the night": ("shfe", "2026-09-07T21:00", date(2026, 9, 8)),
    "after midnight": ("shfe", "2026-09-08T00:30", date(2026, 9, 8)),
    "Friday's night": ("dce", "2026-09-04T22:59", date(2026, 9, 7)),
    "Friday's night on Saturday": ("shfe", "2026-09-05T00:30", date(2026, 9, 7)),
    "eve of a holiday": ("shfe", "2026-09-30T21:30", date(2026, 10, 8)),
    "an evening where no night is held": ("workdays", "2026-09-07T21:00", date(2026, 9, 7)),
    "within a ten-day period": ("nbs.ten_day", "2026-08-13T10:00", date(2026, 8, 20)),
}


@pytest.mark.parametrize(("name", "moment", "expected"), MOMENTS.values(), ids=MOMENTS)
def test_a_night_belongs_to_the_next_session(name: str, moment: str, expected: date):
    assert calendar(name).trading_day(_shanghai(moment)) == expected


NIGHTS = {
    "rebar on a Monday": ("rb", date(2026, 9, 7), "2026-09-07T23:00"),
    "coking coal on a Friday": ("jm", date(2026, 9, 4), "2026-09-04T23:00"),
    "stainless past midnight": ("ss", date(2026, 9, 4), "2026-09-05T01:00"),
    "wire rod has none": ("wr", date(2026, 9, 7), None),
    "none before a holiday": ("rb", date(2026, 9, 30), None),
    "none on the Friday before a Monday's holiday": ("rb", date(2026, 4, 3), None),
    "none on a day without a session": ("hc", date(2026, 9, 5), None),
    "an unknown product": ("zz", date(2026, 9, 7), None),
}


@pytest.mark.parametrize(("product", "day", "closes"), NIGHTS.values(), ids=NIGHTS)
def test_night_sessions(product: str, day: date, closes: str | None):
    assert calendar("shfe").night_close(product, day) == (closes and _shanghai(closes))
    assert set(NIGHT_CLOSES) == {"rb", "hc", "i", "j", "jm", "ss", "wr"}


def test_releases_come_on_the_4th_the_14th_and_the_24th_on_sundays_too():
    nbs = calendar("nbs.ten_day")
    days = nbs.release_days(date(2026, 6, 1), date(2026, 6, 30))
    assert days == [date(2026, 6, 4), date(2026, 6, 14), date(2026, 6, 24)]
    assert date(2026, 6, 14).weekday() == 6
    assert nbs.due_at(date(2026, 6, 10)) == _shanghai("2026-06-14T09:30")
    assert nbs.release_days(date(2026, 2, 1), date(2026, 3, 4)) == [
        date(2026, 2, 4),
        date(2026, 2, 14),
        date(2026, 3, 4),
    ]
    assert calendar("none").release_days(date(2026, 6, 1), date(2026, 6, 30)) == []


DUE = {
    "before the settlement": ("shfe", "2026-09-08T16:59", date(2026, 9, 7)),
    "the settlement is out": ("shfe", "2026-09-08T17:00", date(2026, 9, 8)),
    "in a long holiday": ("shfe", "2026-10-06T12:00", date(2026, 9, 30)),
    "a make-up day": ("workdays", "2026-09-20T18:00", date(2026, 9, 20)),
    "before a release": ("nbs.ten_day", "2026-06-14T09:29", date(2026, 5, 31)),
    "a release on a Sunday": ("nbs.ten_day", "2026-06-14T09:30", date(2026, 6, 10)),
    "nothing is ever due": ("none", "2026-06-14T09:30", None),
}


@pytest.mark.parametrize(("name", "moment", "expected"), DUE.values(), ids=DUE)
def test_what_is_due(name: str, moment: str, expected: date | None):
    assert calendar(name).last_due(_shanghai(moment)) == expected


def test_missing_figures_are_counted_by_sessions():
    shfe, evening = calendar("shfe"), _shanghai("2026-10-09T18:00")
    assert [shfe.missing_since(day, evening, 9) for day in (date(2026, 10, 9), date(2026, 9, 30))] == [0, 2]
    assert shfe.missing_since(date(2016, 1, 4), evening) == 2
    assert calendar("none").missing_since(date(2016, 1, 4), evening) == 0


RECORDED = {
    "RB": (
        [date(2015, 9, 3), date(2015, 10, 1), date(2017, 1, 2)],
        [date(2014, 1, 16), date(2014, 3, 7), date(2014, 3, 13), date(2015, 7, 2), date(2019, 4, 22)],
    ),
    "HC": ([date(2014, 5, 1), date(2015, 9, 3), date(2015, 10, 1), date(2017, 1, 2)], [date(2019, 4, 22)]),
}


@pytest.mark.parametrize("symbol", RECORDED)
def test_the_recorded_series_against_the_calendar(symbol: str, shared_data: Path):
    """The series of a third party has rows on holidays and lacks sessions; its calendar is not believed."""
    with (shared_data / "prices" / "continuous" / f"{symbol}.csv").open(encoding="utf-8-sig") as file:
        days = [date.fromisoformat(row["date"]) for row in csv.DictReader(file)]
    sessions = calendar("shfe").sessions(days[0], days[-1])
    on_holidays, lacking = RECORDED[symbol]
    assert sorted(set(days) - set(sessions)) == on_holidays
    assert sorted(set(sessions) - set(days)) == lacking


def test_the_heavy_libraries_wait_until_a_day_is_asked_for():
    program = (
        "import sys, pricing.calendars; print({'pandas', 'exchange_calendars', 'chinese_calendar'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"


def _shanghai(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)
