"""Calendars with what people set right in them, and how far each is known."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from pricing.alarms import HORIZON_DAYS
from pricing.calendars import NAMES, Calendar, calendar
from pricing.moves import calendar_of
from pricing.operations.calendar_overrides import LOCK
from pricing.operations.statements import unwritten
from pricing.quality_models import CalendarOverride, CalendarPast
from steelyard.core.clock import business_date
from steelyard.core.database import db_now
from steelyard.core.errors import NotFound


@dataclass(frozen=True, slots=True)
class Calendars:
    """All overrides, read once."""

    overrides: dict[str, dict[date, bool]]

    def of(self, name: str) -> Calendar:
        """The calendar of that name; raises `KeyError` for one that is none."""
        return calendar(name, self.overrides.get(name))

    def for_series(self, family: str, frequency: str) -> Calendar:
        """The calendar by which a series of a statistic counts."""
        return self.of(calendar_of(family, frequency).name)


@dataclass(frozen=True, slots=True)
class Reach:
    """How far a calendar is known; `ends_soon` where that is within `HORIZON_DAYS`."""

    name: str
    known_from: date
    known_to: date
    days_left: int
    ends_soon: bool


def calendars(session: Session) -> Calendars:
    """The calendars as they are now."""
    found: dict[str, dict[date, bool]] = {}
    for name, day, counts in session.execute(
        select(CalendarOverride.calendar, CalendarOverride.day, CalendarOverride.counts)
    ):
        found.setdefault(name, {})[day] = counts
    return Calendars(found)


def overrides(session: Session, name: str, as_of: datetime | None = None) -> dict[date, bool]:
    """What people say of the days of one calendar, or what they said of them at a moment that has passed.

    The answer for a moment never changes: it waits for whoever is setting a day right.
    """
    if as_of is None:
        return calendars(session).overrides.get(name, {})
    with unwritten(session, LOCK) as reader:
        while db_now(reader) == as_of:  # a day may still be set within this tick of the clock
            pass
        return _known_at(reader, name, as_of)


def _known_at(session: Session, name: str, as_of: datetime) -> dict[date, bool]:
    now, past = CalendarOverride, CalendarPast
    ended = select(past.day, past.counts).where(past.calendar == name, past.set_at <= as_of, past.taken_back_at > as_of)
    standing = select(now.day, now.counts).where(now.calendar == name, now.set_at <= as_of)
    return {day: counts for query in (ended, standing) for day, counts in session.execute(query)}


def all_overrides() -> Select[CalendarOverride]:
    """The entries that people made."""
    return select(CalendarOverride)


def override(session: Session, override_id: int) -> CalendarOverride:
    """One entry; raises `NotFound`."""
    found = session.get(CalendarOverride, override_id)
    if found is None:
        raise NotFound
    return found


def reaches(now: datetime) -> list[Reach]:
    """How far every calendar is known at a moment."""
    found = []
    for name in NAMES:
        known = calendar(name).known()
        if known is not None:
            left = (known[1] - business_date(now)).days
            found.append(Reach(name, *known, left, left < HORIZON_DAYS))
    return found


def latest_overrides(most: int) -> Select[CalendarOverride]:
    """The entries that people made, the latest days first, at most so many."""
    return select(CalendarOverride).order_by(CalendarOverride.day.desc(), CalendarOverride.id).limit(most)
