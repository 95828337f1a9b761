"""What a person may ask for although it is not due."""

from datetime import date

from sqlalchemy.orm import Session

from pricing.calendars import calendar
from pricing.errors import NotByDay
from pricing.fetching.plans import Daily, Request
from pricing.queries.calendars import overrides
from pricing.sources.base import Source

MOST_DAYS = 400
"""So many days are asked for at once at most."""


def requests_for(session: Session, source: Source, first: date, last: date) -> list[Request]:
    """The questions for the sessions of some days; raises `NotByDay` for a source that has no file for each day."""
    plan = source.fetch
    if plan is None or not isinstance(plan.how, Daily):
        raise NotByDay(source=source.contract.code)
    days = calendar(plan.calendar, overrides(session, plan.calendar)).sessions(first, last)[:MOST_DAYS]
    return [request for day in days for request in plan.how.requests(day)]
