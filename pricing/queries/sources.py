"""How the sources fare: what is read of their state, their hosts and their fetches."""

import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from pricing.fetching import vault
from pricing.fetching.models import HostState, PriceFetch, PriceFetchOutcome, SourceState
from pricing.fetching.plans import FetchPlan
from pricing.models import RawContent
from pricing.sources.base import Source
from pricing.sources.catalogue import SOURCES
from steelyard.core.clock import business_date
from steelyard.core.database import db_now
from steelyard.core.errors import NotFound

HORIZON = timedelta(days=45)
"""So long before a calendar ends somebody should see to it."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something about a source that a person should look at."""

    alarm: str
    detail: str
    since: datetime | None


@dataclass(frozen=True, slots=True)
class HostView:
    """A host that a source asks: the state of its circuit breaker."""

    host: str
    breaker: str
    opened_at: datetime | None


@dataclass(frozen=True, slots=True)
class SecretView:
    """A key that a source needs; never its value."""

    name: str
    label: str
    set_at: datetime | None


@dataclass(frozen=True, slots=True)
class SourceView:
    """A source and how it fares."""

    source: Source
    state: SourceState | None
    on: bool
    hosts: tuple[HostView, ...]
    secrets: tuple[SecretView, ...]
    alarms: tuple[Trouble, ...]

    @property
    def plan(self) -> FetchPlan | None:
        """How it is fetched, if it is."""
        return self.source.fetch


def find(code: str) -> Source:
    """The source of that code; raises `NotFound`."""
    source = SOURCES.get(code)
    if source is None:
        raise NotFound
    return source


def sources(session: Session) -> list[SourceView]:
    """All sources: those that can be fetched first."""
    states = {row.source: row for row in session.scalars(select(SourceState))}
    hosts = {row.host: row for row in session.scalars(select(HostState))}
    views = [_view(session, source, states.get(source.contract.code), hosts) for source in SOURCES]
    return sorted(views, key=lambda view: view.plan is None)


def source(session: Session, code: str) -> SourceView:
    """One source; raises `NotFound`."""
    found = find(code)
    hosts = {row.host: row for row in session.scalars(select(HostState))}
    return _view(session, found, session.get(SourceState, code), hosts)


def _view(session: Session, found: Source, state: SourceState | None, hosts: Mapping[str, HostState]) -> SourceView:
    plan = found.fetch
    on = found.contract.enabled if state is None or state.switched_on is None else state.switched_on
    if plan is None:
        return SourceView(found, state, False, (), (), ())
    set_at = vault.names(session, found.keyring) if plan.secrets else {}
    secrets = tuple(SecretView(one.name, one.label, set_at.get(one.name)) for one in plan.secrets)
    rows = [hosts[name] for name in sorted(plan.hosts) if name in hosts]
    views = tuple(HostView(row.host, row.breaker, row.opened_at) for row in rows)
    today = business_date(db_now(session))
    return SourceView(found, state, on, views, secrets, tuple(_troubles(state, on, views, secrets, today)))


def _troubles(
    state: SourceState | None,
    on: bool,
    hosts: tuple[HostView, ...],
    secrets: tuple[SecretView, ...],
    today: date,
) -> list[Trouble]:
    found = []
    if state is not None and state.alarm is not None:
        found.append(Trouble(state.alarm, state.alarm_detail or "", state.alarm_at))
    if on and any(one.set_at is None for one in secrets):
        found.append(Trouble("key_missing", ", ".join(one.name for one in secrets if one.set_at is None), None))
    found += [Trouble("host_rests", one.host, one.opened_at) for one in hosts if one.breaker != "closed"]
    if on and state is not None and state.calendar_until is not None and state.calendar_until - today < HORIZON:
        found.append(Trouble("calendar_ends", state.calendar_until.isoformat(), None))
    return found


Pair = tuple[PriceFetch, PriceFetchOutcome | None]


def _fetches(filters: Mapping[str, Any]) -> Any:
    """The fetches with their outcomes, narrowed by source and outcome."""
    outcome = PriceFetchOutcome
    query = select(PriceFetch, outcome).outerjoin(outcome, outcome.fetch_id == PriceFetch.id)
    if "source" in filters:
        query = query.where(PriceFetch.source == filters["source"])
    if "outcome" in filters:
        query = query.where(outcome.outcome == filters["outcome"])
    return query


def page_of_fetches(
    session: Session, filters: Mapping[str, Any], *, newest_first: bool = False
) -> tuple[list[Pair], int | None]:
    """One page of fetches and the id behind which the next one begins; `after` and `limit` as in the API."""
    key, after, limit = PriceFetch.id, filters.get("after"), filters["limit"]
    query = _fetches(filters).order_by(key.desc() if newest_first else key).limit(limit + 1)
    if after is not None:
        query = query.where(key < after if newest_first else key > after)
    rows = [(fetch, outcome) for fetch, outcome in session.execute(query)]
    return rows[:limit], (rows[limit - 1][0].id if len(rows) > limit else None)


def fetch(session: Session, fetch_id: int) -> Pair:
    """One fetch and its outcome (None while nobody has read it); raises `NotFound`."""
    found = session.execute(_fetches({}).where(PriceFetch.id == fetch_id)).one_or_none()
    if found is None:
        raise NotFound
    return found[0], found[1]


def content(session: Session, fetch_id: int) -> bytes:
    """The bytes that a fetch brought; raises `NotFound`, also where it brought none."""
    packed = session.scalar(
        select(RawContent.packed)
        .join(PriceFetch, PriceFetch.sha256 == RawContent.sha256)
        .where(PriceFetch.id == fetch_id)
    )
    if packed is None:
        raise NotFound
    return zlib.decompress(packed)
