"""The days on which prices come about or are published (交易日历); pure, what people override is given.

Sessions of the futures exchanges are those of the Shanghai Stock Exchange, which keeps the same holidays, from
`exchange_calendars` (XSHG). Working days with their make-up days are from `chinesecalendar`: on a make-up day
offices work and exchanges are shut (2024-02-09, a Friday). Behind the last day that either knows, weekdays
count and are marked as assumed; an override says otherwise, before and behind that day.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache, lru_cache

from pricing.sources.periods import last_day, third_of
from steelyard.core.clock import SHANGHAI

NAMES = ("shfe", "dce", "workdays", "nbs.ten_day", "none")
"""Shanghai and Dalian futures, working days, the ten-day releases of the statistics bureau, no calendar at all."""
EXCHANGES = frozenset({"shfe", "dce"})

NIGHT_CLOSES: Mapping[str, time | None] = {
    "rb": time(23, 0),
    "hc": time(23, 0),
    "i": time(23, 0),
    "j": time(23, 0),
    "jm": time(23, 0),
    "ss": time(1, 0),
    "wr": None,
}
"""When the night session that opens at 21:00 ends, by product (exchanges' rules); None where a product has none."""
NIGHT_BEGINS = time(20, 0)
"""From here on a moment belongs to the next trading day: the day has closed at 15:00, the night's call auction is at
20:55, and nothing trades between them.
"""
SETTLEMENT_OUT = time(17, 0)
"""When the day's settlement can be expected, Shanghai time."""
WORKDAY_OUT = time(18, 0)
"""When the prices of a working day can be expected, Shanghai time."""
RELEASE_OUT = time(9, 30)
"""When a ten-day release comes out, Shanghai time, on Sundays too."""
RELEASE_DELAY_DAYS = 4
"""The periods that end on the 10th, the 20th and the last day come out on the 14th, the 24th and the 4th."""
UNRELEASED = frozenset({date(2025, 10, 10), date(2026, 2, 20)})
"""Ten-day periods, by their last day, for which the bureau published nothing: they lie in long holidays."""
RELEASES_KNOWN = (date(2025, 1, 1), date(2026, 12, 31))
"""The years in which the bureau's releases were looked at one by one."""

_STEP = timedelta(days=1)
_WEEKEND = timedelta(days=3)
"""From a Friday to the Monday."""


@dataclass(frozen=True, slots=True)
class Known:
    """The days that count from `first` to `last`; outside of it nothing is known."""

    days: frozenset[date]
    first: date
    last: date


@dataclass(frozen=True, slots=True)
class Calendar:
    """Which days count for a source. `overrides` says of a day that it counts, or that it does not."""

    name: str
    overrides: Mapping[date, bool]

    def is_session(self, day: date) -> bool:
        """Whether a figure comes about on that day; of a ten-day calendar whether a period that is released ends."""
        said = self.overrides.get(day)
        if said is not None:
            return said
        if self.name == "none":
            return True
        if self.name == "nbs.ten_day":
            return day not in UNRELEASED and _ends_period(day)
        known = _known(self.name)
        return day in known.days if known.first <= day <= known.last else day.weekday() < 5

    def assumed(self, day: date) -> bool:
        """Whether nobody knows and the rule of thumb speaks: outside of the known years, where no override says."""
        known = self.known()
        return known is not None and day not in self.overrides and not known[0] <= day <= known[1]

    def known(self) -> tuple[date, date] | None:
        """The first and the last day that are known; None where there is nothing to know."""
        if self.name == "none":
            return None
        if self.name == "nbs.ten_day":
            return RELEASES_KNOWN
        known = _known(self.name)
        return known.first, known.last

    def next(self, day: date) -> date:
        """The first session after a day; raises `OverflowError` at the end of time."""
        day += _STEP
        while not self.is_session(day):
            day += _STEP
        return day

    def previous(self, day: date) -> date:
        """The last session before a day; raises `OverflowError` at the beginning of time."""
        day -= _STEP
        while not self.is_session(day):
            day -= _STEP
        return day

    def sessions(self, first: date, last: date) -> list[date]:
        """The sessions from one day to another, both included."""
        days = (last - first).days + 1
        return [day for day in (first + timedelta(days=count) for count in range(days)) if self.is_session(day)]

    def trading_day(self, moment: datetime) -> date:
        """The session to which a moment (aware) belongs, whatever date a feed carries: a night's is the next one.

        It is the next one also for the hour after midnight, on a Saturday the Monday, after a holiday its first day.
        """
        local = moment.astimezone(SHANGHAI)
        night = self.name in EXCHANGES and local.time() >= NIGHT_BEGINS
        return local.date() if not night and self.is_session(local.date()) else self.next(local.date())

    def night_close(self, product: str, day: date) -> datetime | None:
        """When the night session that opens on the evening of `day` ends; None where there is none.

        The exchanges hold none on the evening before a holiday, weekends aside.
        """
        close = NIGHT_CLOSES.get(product)
        if close is None or not self.is_session(day):
            return None
        if self.next(day) - day != (_WEEKEND if day.weekday() == 4 else _STEP):
            return None
        return datetime.combine(day if close > NIGHT_BEGINS else day + _STEP, close, SHANGHAI)

    def due_at(self, session: date) -> datetime:
        """The moment from which the figure of a session can be expected (aware)."""
        if self.name == "nbs.ten_day":
            return datetime.combine(session + timedelta(days=RELEASE_DELAY_DAYS), RELEASE_OUT, SHANGHAI)
        return datetime.combine(session, SETTLEMENT_OUT if self.name in EXCHANGES else WORKDAY_OUT, SHANGHAI)

    def release_days(self, first: date, last: date) -> list[date]:
        """The days from one to another, both included, on which a figure comes out; Sundays among them for NBS."""
        if self.name == "none":
            return []
        days = (self.due_at(session).date() for session in self.sessions(first - timedelta(RELEASE_DELAY_DAYS), last))
        return [day for day in days if first <= day <= last]

    def last_due(self, moment: datetime) -> date | None:
        """The last session whose figure can be expected at a moment (aware); None where nothing ever is due."""
        if self.name == "none":
            return None
        day = moment.astimezone(SHANGHAI).date()
        session = day if self.is_session(day) else self.previous(day)
        while self.due_at(session) > moment:
            session = self.previous(session)
        return session

    def missing_since(self, day: date, moment: datetime, most: int = 2) -> int:
        """How many figures can be expected at a moment (aware) behind that of `day`, counted to `most`."""
        due, missing = self.last_due(moment), 0
        while due is not None and due > day and missing < most:
            due, missing = self.previous(due), missing + 1
        return missing


def calendar(name: str, overrides: Mapping[date, bool] | None = None) -> Calendar:
    """The calendar of one of `NAMES` with what people override in it; raises `KeyError` for another name."""
    return _calendar(name, frozenset((overrides or {}).items()))


@lru_cache(maxsize=64)
def _calendar(name: str, overrides: frozenset[tuple[date, bool]]) -> Calendar:
    if name not in NAMES:
        raise KeyError(name)
    return Calendar(name, dict(overrides))


def _ends_period(day: date) -> bool:
    return last_day(day.year, day.month, third_of(day)) == day


@cache
def _known(name: str) -> Known:
    return _exchange_sessions() if name in EXCHANGES else _working_days()


@cache
def _exchange_sessions() -> Known:
    from exchange_calendars.exchange_calendar_xshg import XSHGExchangeCalendar as Xshg  # brings pandas

    first, last = Xshg.bound_min(), Xshg.bound_max()
    days = frozenset(moment.date() for moment in Xshg(start=first, end=last).sessions)
    return Known(days, first.date(), last.date())


@cache
def _working_days() -> Known:
    from chinese_calendar import holidays, workdays

    first, last = date(min(holidays).year, 1, 1), date(max(holidays).year, 12, 31)
    every = (first + timedelta(days=count) for count in range((last - first).days + 1))
    days = frozenset(day for day in every if day in workdays or (day.weekday() < 5 and day not in holidays))
    return Known(days, first, last)
