"""One run of one source: finish what was left, ask for what is due, one worker at a time.

The worker holds the source by a lease in the database and prolongs it with every fetch; a worker that died
leaves it to run out. Between two questions no transaction is open.
"""

import secrets
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from pricing import errors
from pricing.calendars import calendar
from pricing.fetching import access, due, recording, vault
from pricing.fetching.answers import Answer
from pricing.fetching.client import Client, HostRests
from pricing.fetching.due import Known, Purpose, Task
from pricing.fetching.models import FetchTarget, PriceFetchOutcome, SourceState
from pricing.fetching.plans import FetchPlan, Listed, Request
from pricing.fetching.vault import Vault
from pricing.queries.calendars import overrides
from pricing.sources.base import Source
from steelyard.core.database import Database

LEASE = timedelta(minutes=15)
"""Longer than one question can last with all its attempts and waits."""
BUDGET_SECONDS = 60.0
"""After so long a run begins no further question: the next run goes on."""


@dataclass(frozen=True, slots=True)
class Network:
    """What a run needs besides the database."""

    client: Client
    secret_key: str
    now: Callable[[], datetime]


@dataclass(slots=True)
class Report:
    """What a run did; `stopped` says why it ended early."""

    concluded: list[PriceFetchOutcome] = field(default_factory=list)
    stopped: str = ""


def plan_of(source: Source) -> FetchPlan:
    """The source's plan; raises `SourceNotFetched` where it has none."""
    if source.fetch is None:
        raise errors.SourceNotFetched(source=source.contract.code)
    return source.fetch


def is_on(source: Source, state: SourceState | None) -> bool:
    """Whether the source is switched on: by the operator's word, else as its contract says."""
    return source.contract.enabled if state is None or state.switched_on is None else state.switched_on


def run(db: Database, source: Source, network: Network, wanted: Sequence[Request] | None = None) -> Report:
    """Ask for what is due, or for what is `wanted` although it is not.

    Does nothing while another worker is at it or the publisher is to be left alone; `Report.stopped` says so.
    """
    plan, report, holder = plan_of(source), Report(), secrets.token_hex(16)
    code = source.contract.code
    reason = _take_lease(db, source, holder, network.now())
    if reason:
        report.stopped = reason
        return report
    try:
        with db.read() as session:
            left = recording.pending(session, code)
        for fetch_id in left:
            report.concluded.append(recording.conclude(db, source, fetch_id, network.now()))
        begun = time.monotonic()
        for step in range(plan.most_per_run if wanted is None else len(wanted)):
            now = network.now()
            task = _next(db, source, now) if wanted is None else _wanted(wanted[step], now)
            if task is None:
                break
            if time.monotonic() - begun > BUDGET_SECONDS and wanted is None:
                report.stopped = "budget"
                break
            if not _do(db, source, network, holder, task, report):
                break
    finally:
        _give_back(db, source, holder, network.now())
    return report


def _take_lease(db: Database, source: Source, holder: str, now: datetime) -> str:
    """Become the one who may fetch; the reason where that cannot be."""
    code = source.contract.code
    with db.write() as session:
        state = recording.state_of(session, code)
        if not is_on(source, state):
            return "off"
        if {one.name for one in plan_of(source).secrets} - set(vault.names(session, source.keyring)):
            return "key_missing"
        if state.lease_until is not None and state.lease_until > now:
            return "busy"
        state.lease_holder, state.lease_until = holder, now + LEASE
    return ""


def _give_back(db: Database, source: Source, holder: str, now: datetime) -> None:
    """Let others fetch, and note what is due next."""
    plan = plan_of(source)
    with db.write() as session:
        state = recording.state_of(session, source.contract.code)
        if state.lease_holder != holder:
            return
        state.lease_holder = state.lease_until = None
        days = calendar(plan.calendar, overrides(session, plan.calendar))
        tasks, known = tasks_of(session, source, now)
        state.next_at = due.next_run(plan, days, tasks, known, now)
        state.missing = sum(not known.get(task.target, Known()).done for task in tasks)
        span = days.known()
        state.calendar_until = span[1] if span else None


def _may_go_on(db: Database, code: str, holder: str, now: datetime) -> str:
    """Prolong the lease; the reason where the run has to end."""
    with db.write() as session:
        state = recording.state_of(session, code)
        if state.lease_holder != holder:
            return "busy"
        if state.resume_at is not None and state.resume_at > now:
            return "resting"
        state.lease_until = now + LEASE
    return ""


def tasks_of(session: Session, source: Source, now: datetime) -> tuple[list[Task], Mapping[str, Known]]:
    """All that should be known by now, and what is known of it."""
    plan = plan_of(source)
    tasks = due.expected(plan, calendar(plan.calendar, overrides(session, plan.calendar)), now)
    rows = session.scalars(select(FetchTarget).where(FetchTarget.source == source.contract.code)).all()
    known = {row.target: recording.known_of(row) for row in rows}
    if isinstance(plan.how, Listed):
        oldest = now - timedelta(days=plan.catch_up_days + 31)
        found = [row for row in rows if row.purpose == Purpose.DOCUMENT and not row.done]
        found.sort(key=lambda row: (row.day is None, row.day, row.target))
        tasks += [Task(Purpose.DOCUMENT, Request(row.target, row.day), oldest) for row in found]
    return tasks, known


def _next(db: Database, source: Source, now: datetime) -> Task | None:
    """What to ask next: lists first, then the oldest document."""
    with db.read() as session:
        tasks, known = tasks_of(session, source, now)
    found = due.due(plan_of(source), tasks, known, now)
    return found[0] if found else None


def _wanted(request: Request, now: datetime) -> Task:
    return Task(Purpose.DOCUMENT, request, now)


def _do(db: Database, source: Source, network: Network, holder: str, task: Task, report: Report) -> bool:
    """One question: ask, store, read; whether the run may go on."""
    code = source.contract.code
    report.stopped = _may_go_on(db, code, holder, network.now())
    if report.stopped:
        return False
    try:
        answer = _ask(db, source, network, task)
    except HostRests:
        report.stopped = "host_rests"
        return False
    with db.write() as session:
        fetch_id = recording.record(session, source, task, answer)
    report.concluded.append(recording.conclude(db, source, fetch_id, network.now()))
    return True


def _ask(db: Database, source: Source, network: Network, task: Task) -> Answer:
    plan, contract = plan_of(source), source.contract
    pace = timedelta(seconds=contract.min_seconds_between_requests)
    headers = {**plan.headers, **_validators(db, contract.code, task)}

    def ask(request: Request, given: Mapping[str, str]) -> Answer:
        return network.client.ask(request, plan.hosts, pace, given)

    if not plan.access:
        return ask(task.request, headers)
    vault = Vault(db, network.secret_key, source.keyring)
    return access.ask_with_access(access.KINDS[plan.access], task.request, ask, headers, vault, network.now())


def _validators(db: Database, code: str, task: Task) -> dict[str, str]:
    """The headers by which a publisher can say that nothing has changed since his last understood answer."""
    with db.read() as session:
        target = session.get(FetchTarget, (code, task.target))
    if target is None or task.request.body is not None:
        return {}
    pairs = (("If-None-Match", target.etag), ("If-Modified-Since", target.last_modified))
    return {name: value for name, value in pairs if value}
