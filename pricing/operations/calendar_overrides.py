"""Setting a calendar right: a holiday that it does not know, a session that was put in; by the operator."""

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from pricing.calendars import calendar
from pricing.operations.statements import lock_family
from pricing.quality_errors import OverrideExists, OverrideSaysNothing
from pricing.quality_models import CalendarOverride, CalendarPast
from steelyard.core import audit
from steelyard.core.actors import Actor
from steelyard.core.database import db_now

LOCK = "calendar"
"""Under this name calendars are written one at a time, as statistics are."""


def set_day(session: Session, actor: Actor, *, name: str, day: date, counts: bool, reason: str) -> CalendarOverride:
    """Say of a day that it counts or that it does not. Raises `OverrideExists`, `OverrideSaysNothing`."""
    lock_family(session, LOCK)
    stored = select(CalendarOverride.id).where(CalendarOverride.calendar == name, CalendarOverride.day == day)
    if session.scalar(stored) is not None:
        raise OverrideExists(day=day.isoformat())
    known = calendar(name)
    if known.is_session(day) is counts and not known.assumed(day):
        raise OverrideSaysNothing(day=day.isoformat())
    row = CalendarOverride(
        calendar=name, day=day, counts=counts, reason=reason, set_by=actor.user_id, set_at=db_now(session)
    )
    session.add(row)
    session.flush()
    _record(session, actor, "pricing.calendar_day_set", row)
    return row


def take_back(session: Session, actor: Actor, row: CalendarOverride) -> None:
    """Let the calendar speak for itself again; what was worked out before as of a moment stays as it was."""
    lock_family(session, LOCK)
    _record(session, actor, "pricing.calendar_day_taken_back", row)
    known = {"calendar": row.calendar, "day": row.day, "counts": row.counts, "set_at": row.set_at}
    session.add(CalendarPast(**known, taken_back_at=db_now(session)))
    session.delete(row)


def _record(session: Session, actor: Actor, action: str, row: CalendarOverride) -> None:
    detail = {"calendar": row.calendar, "day": row.day.isoformat(), "counts": row.counts, "reason": row.reason}
    audit.record(session, actor, action, f"price_calendar:{row.calendar}", detail)
