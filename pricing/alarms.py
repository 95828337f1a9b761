"""What is wrong with a statistic, a series or a calendar as a whole, at a given moment; pure.

Told apart from `pricing.quality`: there a figure is suspected, here figures are not there, or no longer move.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from pricing.calendars import Calendar
from pricing.freshness import missing_figures
from pricing.quality import trailing_run
from pricing.quality_limits import repeats
from steelyard.core.clock import business_date

HORIZON_DAYS = 61
"""With fewer days left people are told; the notices for a year come out late in the year before."""
GRACE = timedelta(hours=3)
"""How late a publisher may be before anybody is told."""
LAST_TRADING_DAY = 15
"""A contract trades to the middle of its delivery month."""
MOST_DAYS = 20
"""Missing days that one alarm names; their number is always whole."""


class AlarmKind(StrEnum):
    """What is wrong."""

    STALE = "stale"
    MISSING_ROWS = "missing_rows"
    REPEATED = "repeated"
    HORIZON = "horizon"


@dataclass(frozen=True, slots=True)
class Tail:
    """The last figures of one series, in the order of their days."""

    series_id: int
    code: str
    kind: str
    family: str
    frequency: str
    contract: str | None
    replaced: bool
    days: Sequence[date]
    values: Sequence[tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Alarm:
    """Something that people should know of; `detail` holds whole numbers and days."""

    kind: AlarmKind
    subject: str
    series_id: int | None = None
    detail: Mapping[str, Any] = field(default_factory=dict)


def horizon_alarms(calendars: Iterable[Calendar], now: datetime) -> list[Alarm]:
    """The calendars that end within `HORIZON_DAYS`."""
    found = []
    for one in calendars:
        known = one.known()
        if known is not None and (known[1] - business_date(now)).days < HORIZON_DAYS:
            found.append(Alarm(AlarmKind.HORIZON, f"calendar:{one.name}", None, {"last": known[1].isoformat()}))
    return found


def family_alarms(tails: Sequence[Tail], days: Calendar, now: datetime) -> list[Alarm]:
    """What is wrong with one statistic: it is stale as a whole, or single series lack what the others have."""
    living = [one for one in tails if one.days and not one.replaced]
    if not living:
        return []
    last = max(one.days[-1] for one in living)
    missing = missing_figures(living[0].frequency, last, now - GRACE, days, most=99)
    stale = {"last": last.isoformat(), "missing": missing}
    found = [Alarm(AlarmKind.STALE, living[0].family, None, stale)] if missing else []
    there = {day for one in living for day in one.days}
    for one in living:
        found += [*_gaps(one, there, days, business_date(now)), *_repeated(one)]
    return found


def _gaps(one: Tail, there: set[date], days: Calendar, today: date) -> list[Alarm]:
    """Sessions between a series' first shown figure and now on which others of its statistic have one."""
    until = _trades_until(one.contract) or date.max
    if until < today:
        return []
    lacking = sorted(day for day in there - set(one.days) if one.days[0] < day <= until and days.is_session(day))
    if not lacking:
        return []
    detail = {"count": len(lacking), "days": [day.isoformat() for day in lacking[-MOST_DAYS:]]}
    return [Alarm(AlarmKind.MISSING_ROWS, one.code, one.series_id, detail)]


def _trades_until(contract: str | None) -> date | None:
    """The last day on which a contract like rb2610 can be expected; None for what is no contract."""
    digits = (contract or "")[-4:]
    if len(digits) < 4 or not (digits.isascii() and digits.isdigit()) or not 1 <= int(digits[2:]) <= 12:
        return None
    return date(2000 + int(digits[:2]), int(digits[2:]), LAST_TRADING_DAY) - timedelta(days=1)


def _repeated(one: Tail) -> list[Alarm]:
    run = trailing_run(one.values)
    if run < repeats(one.kind, one.frequency):
        return []
    mantissa, scale = one.values[-1]
    detail = {"count": run, "since": one.days[-run].isoformat(), "mantissa": mantissa, "scale": scale}
    return [Alarm(AlarmKind.REPEATED, one.code, one.series_id, detail)]
