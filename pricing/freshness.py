"""How fresh a value is, by its publisher's own calendar; pure."""

from datetime import date, datetime, time
from enum import StrEnum

from pricing.calendars import Calendar, calendar
from steelyard.core.clock import SHANGHAI

MONTH_OUT_DAY = 10
"""On which day of the next month a monthly figure can be expected at the latest; the World Bank's comes on its
first working days.
"""


class Freshness(StrEnum):
    """Whether a newer value should already be there."""

    FRESH = "fresh"
    LATE = "late"
    STALE = "stale"
    ENDED = "ended"


def freshness(
    frequency: str, day: date, contract: str | None, now: datetime, days: Calendar | None = None
) -> Freshness:
    """FRESH where no later value is due, LATE where one is missing, STALE where more are, ENDED for an
    expired contract.

    `days` is the source's calendar with its overrides; where none is given, the one that fits the frequency.
    """
    local = now.astimezone(SHANGHAI)
    if contract is not None and expired(contract, local.date()):
        return Freshness.ENDED
    if day >= local.date():  # nothing is due after it, and behind the last day of the calendar nothing can be counted
        return Freshness.FRESH
    missing = missing_figures(frequency, day, now, days or _usual(frequency, contract))
    return Freshness.FRESH if missing == 0 else Freshness.LATE if missing == 1 else Freshness.STALE


def missing_figures(frequency: str, day: date, now: datetime, days: Calendar, most: int = 2) -> int:
    """How many figures are due since that of `day`, counted to `most`."""
    if frequency == "monthly":
        return min(most, _missing_months(day, now))
    return days.missing_since(day, now, most)


def expired(contract: str, today: date) -> bool:
    """Whether the delivery month in a code like rb2610 has passed; a contract trades to the middle of its
    month.
    """
    digits = contract[-4:]
    if not (digits.isascii() and digits.isdigit()):
        return False
    return (2000 + int(digits[:2]), int(digits[2:])) < (today.year, today.month)


def _usual(frequency: str, contract: str | None) -> Calendar:
    if frequency == "ten_day":
        return calendar("nbs.ten_day")
    if frequency == "daily":
        return calendar("workdays" if contract is None else "shfe")
    return calendar("none")


def _missing_months(day: date, now: datetime) -> int:
    """Months behind that of `day` whose figure is due."""
    local = now.astimezone(SHANGHAI)
    out = local.day > MONTH_OUT_DAY or (local.day == MONTH_OUT_DAY and local.time() >= time(18, 0))
    return max(0, (local.year - day.year) * 12 + local.month - day.month - (1 if out else 2))
