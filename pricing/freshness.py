"""How fresh a value is, by its publisher's own calendar; pure.

The exchange's holidays are not known here: every weekday counts as a session, so a value may be called late
on the first days after a holiday, never fresh when it is not.
"""

from datetime import date, datetime, time, timedelta
from enum import StrEnum

from pricing.sources.periods import next_period
from steelyard.core.clock import SHANGHAI

SETTLEMENT_OUT = time(17, 0)
"""When the day's settlement can be expected, Shanghai time."""
RELEASE_OUT = time(9, 30)
"""When a ten-day release comes out, Shanghai time."""
RELEASE_DELAY_DAYS = 4
"""The releases of the periods ending on the 10th, the 20th and the last day come out on the 14th, the 24th
and the 4th.
"""


class Freshness(StrEnum):
    """Whether a newer value should already be there."""

    FRESH = "fresh"
    LATE = "late"
    STALE = "stale"
    ENDED = "ended"


def freshness(frequency: str, day: date, contract: str | None, now: datetime) -> Freshness:
    """FRESH where no later value is due, LATE where one is missing, STALE where more are, ENDED for an
    expired contract.
    """
    local = now.astimezone(SHANGHAI)
    if contract is not None and _expired(contract, local.date()):
        return Freshness.ENDED
    if day >= local.date():  # nothing is due after it, and behind the last day of the calendar nothing can be counted
        return Freshness.FRESH
    missing = _missing_releases(day, local) if frequency == "ten_day" else _missing_sessions(day, local)
    return Freshness.FRESH if missing == 0 else Freshness.LATE if missing == 1 else Freshness.STALE


def _expired(contract: str, today: date) -> bool:
    """Whether the delivery month in a code like rb2610 has passed; a contract trades to the middle of its
    month.
    """
    digits = contract[-4:]
    if not (digits.isascii() and digits.isdigit()):
        return False
    return (2000 + int(digits[:2]), int(digits[2:])) < (today.year, today.month)


def _missing_releases(day: date, local: datetime) -> int:
    """Releases due since the period that ends on `day`, counted to two."""
    period, missing = next_period(day), 0
    while missing < 2 and _release_moment(period) <= local:
        period, missing = next_period(period), missing + 1
    return missing


def _release_moment(period: date) -> datetime:
    return datetime.combine(period + timedelta(days=RELEASE_DELAY_DAYS), RELEASE_OUT, SHANGHAI)


def _missing_sessions(day: date, local: datetime) -> int:
    """Weekdays whose settlement is due since `day`, counted to two."""
    last = local.date() if local.time() >= SETTLEMENT_OUT else local.date() - timedelta(days=1)
    session, missing = day + timedelta(days=1), 0
    while missing < 2 and session <= last:
        missing += session.isoweekday() <= 5
        session += timedelta(days=1)
    return missing
