"""Recorded continuous futures: every day of the recorded files, their holidays, gaps and missing settlements."""

from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from pricing.calendars import calendar
from pricing.sources import continuous
from pricing.sources.base import DropReason, Fault, Outcome, ParseResult
from tests.support.price_documents import CONTINUOUS_HC, CONTINUOUS_RB, document, shipped

HEADER = b"date,open,high,low,close,volume,hold,settle,symbol\n"


def read(content: bytes) -> ParseResult:
    return continuous.parse(document("continuous.recorded", content))


RECORDED = {
    "RB": (2432, [date(2015, 9, 3), date(2015, 10, 1), date(2017, 1, 2)], 4),
    "HC": (2386, [date(2014, 5, 1), date(2015, 9, 3), date(2015, 10, 1), date(2017, 1, 2)], 3),
}
LACKING = {
    "RB": [date(2014, 1, 16), date(2014, 3, 7), date(2014, 3, 13), date(2015, 7, 2), date(2019, 4, 22)],
    "HC": [date(2019, 4, 22)],
}


@pytest.mark.parametrize("name", RECORDED)
def test_every_recorded_day_is_kept_or_named(shared_data: Path, name: str):
    lines, holidays, unsettled = RECORDED[name]
    result = read((shared_data / f"prices/continuous/{name}.csv").read_bytes())
    settled = {row.day for row in result.kept if row.traits.value_field == "settle"}
    closed = [row.day for row in result.kept if row.traits.value_field == "close"]
    dropped = Counter(drop.reason for drop in result.dropped)
    assert result.outcome is Outcome.OK
    assert len(closed) == len(set(closed)) == lines - len(holidays)
    assert dropped == {DropReason.NO_SESSION: len(holidays), DropReason.NO_VALUE: unsettled}
    assert [date.fromisoformat(drop.text[4:]) for drop in result.dropped if drop.reason == "no_session"] == holidays
    assert len(closed) - len(settled) == unsettled
    sessions = calendar("shfe").sessions(min(closed), max(closed))
    assert sorted(set(sessions) - set(closed)) == LACKING[name]


@pytest.mark.parametrize(("name", "file"), [("RB", CONTINUOUS_RB), ("HC", CONTINUOUS_HC)])
def test_shipped_days_say_what_the_recorded_ones_say(shared_data: Path, name: str, file: str):
    recorded = read((shared_data / f"prices/continuous/{name}.csv").read_bytes())
    whole = {(row.traits, row.day): (row.mantissa, row.scale) for row in recorded.kept}
    ours = {(row.traits, row.day): (row.mantissa, row.scale) for row in read(shipped(file)).kept}
    assert ours == {key: value for key, value in whole.items() if key[1] >= date(2022, 7, 1)}
    assert len({day for _, day in ours}) == 367


def test_december_of_2023_has_twenty_one_settlements_of_coil():
    found = [row for row in read(shipped(CONTINUOUS_HC)).kept if row.traits.code == "continuous.recorded:hc0:settle"]
    december = [row for row in found if row.day >= date(2023, 12, 1)]
    assert (len(december), december[-1].mantissa, december[-1].scale) == (21, 4110, 0)


def test_counts_of_both_sides_are_another_series_that_the_later_one_follows():
    lines = b"2019-12-31,1,1,1,1,20,30,1,RB0\n2020-01-02,1,1,1,1,10,15,1,RB0\n"
    volumes = [row for row in read(HEADER + lines).kept if row.traits.value_field == "volume"]
    before, after = (row.traits for row in volumes)
    assert (before.counting, after.counting) == ("both_sides", "one_sided")
    assert before.code != after.code
    assert after.predecessor == before.code
    assert before.instrument == after.instrument == "continuous.recorded.rb0"


BROKEN = {
    "columns slid": (b"open,date" + HEADER[9:], Outcome.SCHEMA_CHANGED, Fault.COLUMNS),
    "cut off": (HEADER + b"2020-01-02,1,1,1,1,10,15,1,R", Outcome.SCHEMA_CHANGED, Fault.TRUNCATED),
    "no days": (HEADER, Outcome.EMPTY, Fault.EMPTY),
    "prices are words": (HEADER + b"2020-01-02,1,1,1,-,10,15,1,RB0\n", Outcome.SCHEMA_CHANGED, Fault.NUMERIC_SHARE),
    "two closes of one day": (
        HEADER + b"2020-01-02,1,1,1,1,10,15,1,RB0\n2020-01-02,1,1,1,2,10,15,1,RB0\n",
        Outcome.SCHEMA_CHANGED,
        Fault.CONFLICT,
    ),
    "UTF-16": (HEADER.decode().encode("utf-16"), Outcome.FAILED, Fault.UNREADABLE),
}


@pytest.mark.parametrize(("content", "outcome", "fault"), BROKEN.values(), ids=BROKEN)
def test_broken_table_is_refused_whole(content: bytes, outcome: Outcome, fault: Fault):
    result = read(content)
    assert (result.outcome, result.kept, len(result.dropped)) == (outcome, (), result.rows)
    assert result.finding is not None
    assert result.finding.fault is fault
