"""Time: UTC inside, Asia/Shanghai for business dates, one switch by which tests move it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")


class _Shift:
    """By how much this process's clock is moved."""

    by = timedelta(0)


def utc_now() -> datetime:
    """Return the application's clock, aware, in UTC."""
    return datetime.now(UTC) + _Shift.by


def business_date(moment: datetime) -> date:
    """Return the date on which ``moment`` falls in Asia/Shanghai."""
    return moment.astimezone(SHANGHAI).date()


def day_begins(day: date) -> datetime:
    """Return the moment at which ``day`` begins in Asia/Shanghai; for the first day there is, the first moment."""
    begins = datetime.combine(day, time(), SHANGHAI)
    return begins.replace(tzinfo=UTC) if day == date.min else begins.astimezone(UTC)


def shift() -> timedelta:
    """Return by how much tests have moved the clock; zero in production."""
    return _Shift.by


@contextmanager
def shifted(**delta: float) -> Iterator[None]:
    """Move this process's clock, the database's as seen by ``db_now`` included (for tests).

    ``delta`` takes the keyword arguments of :class:`datetime.timedelta`.
    """
    before = _Shift.by
    _Shift.by = before + timedelta(**delta)
    try:
        yield
    finally:
        _Shift.by = before
