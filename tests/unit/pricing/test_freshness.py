"""Freshness follows the publisher's calendar, with the clock given."""

from datetime import date, datetime

import pytest

from pricing.freshness import Freshness, freshness
from steelyard.core.clock import SHANGHAI

CASES = {
    "before the next release": ("ten_day", date(2026, 8, 20), None, "2026-09-04T09:29", Freshness.FRESH),
    "the next release is out": ("ten_day", date(2026, 8, 20), None, "2026-09-04T09:30", Freshness.LATE),
    "two releases are out": ("ten_day", date(2026, 8, 20), None, "2026-09-14T09:30", Freshness.STALE),
    "before the next settlement": ("daily", date(2026, 9, 7), "rb2610", "2026-09-08T16:59", Freshness.FRESH),
    "the next settlement is out": ("daily", date(2026, 9, 7), "rb2610", "2026-09-08T17:00", Freshness.LATE),
    "over the weekend": ("daily", date(2026, 9, 4), "rb2610", "2026-09-06T18:00", Freshness.FRESH),
    "a week later": ("daily", date(2026, 9, 7), "rb2610", "2026-09-14T18:00", Freshness.STALE),
    "delivery month over": ("daily", date(2026, 9, 7), "rb2609", "2026-10-01T08:00", Freshness.ENDED),
    "the calendar's last day": ("daily", date(9999, 12, 31), None, "2026-10-01T08:00", Freshness.FRESH),
    "the calendar's last period": ("ten_day", date(9999, 12, 31), None, "2026-10-01T08:00", Freshness.FRESH),
    "in a long holiday": ("daily", date(2026, 9, 30), "rb2611", "2026-10-07T18:00", Freshness.FRESH),
    "the first session after it is out": ("daily", date(2026, 9, 30), "rb2611", "2026-10-08T17:00", Freshness.LATE),
    "a make-up day is no session": ("daily", date(2026, 9, 18), "rb2611", "2026-09-20T18:00", Freshness.FRESH),
    "a make-up day is worked": ("daily", date(2026, 9, 18), None, "2026-09-20T18:00", Freshness.LATE),
    "a period without a release": ("ten_day", date(2026, 2, 10), None, "2026-02-24T10:00", Freshness.FRESH),
    "a month's figure is not due": ("monthly", date(2026, 9, 30), None, "2026-11-10T17:59", Freshness.FRESH),
    "a month's figure is due": ("monthly", date(2026, 9, 1), None, "2026-11-10T18:00", Freshness.LATE),
    "many months later": ("monthly", date(2016, 6, 1), None, "2026-11-23T18:00", Freshness.STALE),
    "a frequency without a calendar": ("irregular", date(2016, 6, 1), None, "2026-11-23T18:00", Freshness.FRESH),
    "today": ("daily", date(2026, 9, 8), "rb2610", "2026-09-08T23:59", Freshness.FRESH),
}


@pytest.mark.parametrize(("frequency", "day", "contract", "now", "expected"), CASES.values(), ids=CASES)
def test_freshness(frequency: str, day: date, contract: str | None, now: str, expected: Freshness):
    moment = datetime.fromisoformat(now).replace(tzinfo=SHANGHAI)
    assert freshness(frequency, day, contract, moment) is expected
