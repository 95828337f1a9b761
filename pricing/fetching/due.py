"""What is due: pure, from a plan, its calendar, the time and what is known of the addresses asked before."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from pricing.calendars import Calendar
from pricing.fetching.plans import Daily, FetchPlan, Latest, Listed, Request
from pricing.sources.base import Outcome
from steelyard.core.clock import SHANGHAI, business_date

DAY = timedelta(days=1)
STEADY_TRIES = 12
"""So many times an answer that is not there yet is asked for at the plan's own interval; then ever less often."""
RESTS: Mapping[Outcome, timedelta] = {
    Outcome.BLOCKED: DAY,
    Outcome.FAILED: timedelta(minutes=15),
    Outcome.SCHEMA_CHANGED: timedelta(hours=6),
}
"""How long to wait after such an outcome before the same is asked for again; doubled with each further one."""
LATEST_SPAN_DAYS = 10
OLDER_LISTS = timedelta(days=20)
"""How often older lists are read: what was published in a long outage stands there."""


class Purpose(StrEnum):
    """What an address is asked for: a document with prices, or a list that points to some."""

    DOCUMENT = "document"
    LIST = "list"


@dataclass(frozen=True, slots=True)
class Known:
    """Where the asking for one address stands."""

    outcome: str | None = None
    done: bool = False
    tries: int = 0
    asked_at: datetime | None = None
    next_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Task:
    """One address that should be known of; `since` is the moment from which its answer can be there."""

    purpose: Purpose
    request: Request
    since: datetime

    @property
    def target(self) -> str:
        """The address under which it is kept."""
        return self.request.origin


def slot_days(plan: FetchPlan, calendar: Calendar, first: date, last: date) -> list[date]:
    """The days on which the plan's times count."""
    if isinstance(plan.how, Daily) or calendar.name == "none":
        return calendar.sessions(first, last)
    return calendar.release_days(first, last)


def slots(plan: FetchPlan, calendar: Calendar, first: date, last: date) -> list[datetime]:
    """The moments from one day to another at which something is expected, in order."""
    days = slot_days(plan, calendar, first, last)
    return [datetime.combine(day, moment, SHANGHAI) for day in days for moment in plan.times]


def expected(plan: FetchPlan, calendar: Calendar, now: datetime) -> list[Task]:
    """All that should be known by now, the oldest first; of what changes only its latest moment counts."""
    today = business_date(now)
    if isinstance(plan.how, Daily):
        first = today - timedelta(days=plan.catch_up_days)
        days = {datetime.combine(day, plan.times[0], SHANGHAI): day for day in calendar.sessions(first, today)}
        return [
            Task(Purpose.DOCUMENT, request, since)
            for since, day in days.items()
            if since <= now
            for request in plan.how.requests(day)
        ]
    past = [one for one in slots(plan, calendar, today - timedelta(days=LATEST_SPAN_DAYS * 2), today) if one <= now]
    if not past:
        return []
    if isinstance(plan.how, Listed):
        newest = Task(Purpose.LIST, Request(plan.how.page(0), day=past[-1].date()), past[-1])
        older = [Request(plan.how.page(number)) for number in range(1, plan.how.most_pages)]
        return [newest, *(Task(Purpose.LIST, request, now - OLDER_LISTS) for request in older)]
    return [Task(Purpose.DOCUMENT, request, past[-1]) for request in plan.how.requests]


def repeats(plan: FetchPlan, purpose: str) -> bool:
    """Whether the same address is asked at every time of the plan, because its answer changes."""
    return isinstance(plan.how, Latest) or purpose == Purpose.LIST


def is_due(plan: FetchPlan, task: Task, known: Known | None, now: datetime) -> bool:
    """Whether to ask now."""
    if known is None or known.asked_at is None:
        return True
    rested = known.next_at is None or known.next_at <= now
    if not known.done:
        return rested
    return known.asked_at < task.since if repeats(plan, task.purpose) else known.next_at is not None and rested


def due(plan: FetchPlan, tasks: Iterable[Task], known: Mapping[str, Known], now: datetime) -> list[Task]:
    """The tasks to do now, in their order."""
    return [task for task in tasks if is_due(plan, task, known.get(task.target), now)]


def next_run(
    plan: FetchPlan, calendar: Calendar, tasks: Iterable[Task], known: Mapping[str, Known], now: datetime
) -> datetime | None:
    """The next moment at which something will be due: now, a postponed address, or the plan's next time."""
    moments = []
    for task in tasks:
        state = known.get(task.target)
        if is_due(plan, task, state, now):
            return now
        if state is not None and state.next_at is not None and state.next_at > now:
            moments.append(state.next_at)
    today = business_date(now)
    coming = slots(plan, calendar, today, today + timedelta(days=LATEST_SPAN_DAYS * 2))
    if isinstance(plan.how, Daily):
        coming = [one for one in coming if one.timetz().replace(tzinfo=None) == plan.times[0]]
    return min([*moments, *(one for one in coming if one > now)], default=None)


def completes(plan: FetchPlan, known: Known, outcome: Outcome, *, provisional: bool) -> bool:
    """Whether an address has said what it was asked for; what has not changed is as complete as it was."""
    if isinstance(plan.how, Latest):
        return outcome in (Outcome.OK, Outcome.NO_SESSION, Outcome.NOT_MODIFIED, Outcome.EMPTY)
    if outcome is Outcome.NOT_MODIFIED:
        return known.done
    return outcome in (Outcome.OK, Outcome.NO_SESSION) and not provisional


def after(
    plan: FetchPlan,
    purpose: str,
    known: Known,
    outcome: Outcome,
    *,
    complete: bool,
    now: datetime,
    wait: timedelta = timedelta(0),
) -> Known:
    """Where the asking for an address stands after one more outcome; `wait` is what the publisher asks for.

    A finished day is asked for once more where the plan wants late corrections; whatever comes of that, it
    stays finished.
    """
    told = known.outcome if outcome is Outcome.NOT_MODIFIED and known.outcome else str(outcome)
    if complete or (known.done and not repeats(plan, purpose)):
        wanted = complete and not known.done and outcome is Outcome.OK and isinstance(plan.how, Daily)
        again = now + plan.confirm_after if wanted and plan.confirm_after is not None else None
        return Known(told if complete else known.outcome, True, 0, now, again)
    tries = known.tries + 1
    missing = Outcome.NOT_YET if outcome in (Outcome.OK, Outcome.NOT_MODIFIED) else outcome
    return Known(told, False, tries, now, now + max(rest(plan, missing, tries), wait))


def rest(plan: FetchPlan, outcome: Outcome, tries: int) -> timedelta:
    """How long to wait before the same address is asked again."""
    base = RESTS.get(outcome)
    if base is None:
        base, tries = plan.retry, max(1, tries - STEADY_TRIES + 1)
    longest: timedelta = max(DAY, base)
    return min(base * (1 << min(tries - 1, 10)), longest)


def retry_after(headers: Mapping[str, str]) -> timedelta:
    """How long the publisher asks to be left alone, at most a day; zero where it does not say in seconds."""
    text = headers.get("retry-after", "").strip()
    plain = text.isascii() and text.isdigit() and len(text) < 9
    return min(timedelta(seconds=int(text)), DAY) if plain else timedelta(0)
