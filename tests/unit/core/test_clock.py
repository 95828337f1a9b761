"""Time: aware UTC inside, business dates in Shanghai."""

from datetime import UTC, date, datetime, timedelta

import pytest

from steelyard.core import clock


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        (datetime(2026, 11, 23, 15, 59, 59, tzinfo=UTC), date(2026, 11, 23)),
        (datetime(2026, 11, 23, 16, 0, tzinfo=UTC), date(2026, 11, 24)),
        (datetime(2026, 11, 24, 0, 30, tzinfo=clock.SHANGHAI), date(2026, 11, 24)),
        (datetime(1988, 7, 1, 15, 30, tzinfo=UTC), date(1988, 7, 2)),
    ],
    ids=["a-second-to-midnight", "midnight", "local", "in-summer-time-of-1988"],
)
def test_business_days_change_at_midnight_in_shanghai(moment, day):
    assert clock.business_date(moment) == day


def test_now_is_aware_and_utc():
    assert clock.utc_now().utcoffset() == timedelta(0)


def test_the_clock_moves_only_within_the_context():
    before = clock.utc_now()
    with clock.shifted(hours=2):
        with clock.shifted(minutes=30):
            assert timedelta(hours=2.5) <= clock.utc_now() - before < timedelta(hours=2.6)
        assert timedelta(hours=2) <= clock.utc_now() - before < timedelta(hours=2.1)
    assert clock.shift() == timedelta(0)


def test_the_clock_moves_back_after_an_error():
    with pytest.raises(RuntimeError), clock.shifted(days=1):
        raise RuntimeError
    assert clock.shift() == timedelta(0)
