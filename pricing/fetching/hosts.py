"""What all workers know of a host, in the database: a circuit breaker and a token bucket.

Both libraries leave the keeping of their state to us; here it is a row for each host, changed in short
transactions of its own. So a host that failed rests for every worker, also after a restart.
"""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from pybreaker import STATE_CLOSED, CircuitBreaker, CircuitBreakerStorage
from pyrate_limiter import Rate
from pyrate_limiter.abstracts.algorithm import TokenBucket
from pyrate_limiter.abstracts.store import StateStore
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from pricing.fetching.models import HostState
from pricing.operations.statements import upsert
from steelyard.core.database import Database

Now = Callable[[], datetime]
FAIL_MAX = 5
REST = timedelta(minutes=30)
"""After so many failed attempts in a row a host is left alone for so long; then one attempt is let through."""


def _put(session: Session, host: str) -> HostState:
    """The host's row, held until the transaction ends; made where it is missing."""
    fresh = {"host": host, "breaker": STATE_CLOSED, "failures": 0, "successes": 0, "bucket": []}
    session.execute(upsert(session, HostState).values(fresh).on_conflict_do_nothing(index_elements=["host"]))
    return session.scalars(select(HostState).where(HostState.host == host).with_for_update()).one()


class BreakerRow(CircuitBreakerStorage):
    """The state of a host's breaker in its row.

    The library compares `opened_at` with the wall clock; the row keeps our own clock's time, and the
    difference of the two is taken out when it is read.
    """

    def __init__(self, db: Database, host: str, now: Now) -> None:
        super().__init__(host)
        self._db, self._host, self._now = db, host, now

    def _get(self) -> HostState | None:
        with self._db.read() as session:
            return session.get(HostState, self._host)

    def _set(self, **values: Any) -> None:
        with self._db.write() as session:
            _put(session, self._host)
            session.execute(update(HostState).where(HostState.host == self._host).values(values))

    @property
    def state(self) -> str:
        """Closed, open or half-open."""
        row = self._get()
        return row.breaker if row else STATE_CLOSED

    @state.setter
    def state(self, state: str) -> None:
        self._set(breaker=state)

    @property
    def counter(self) -> int:
        """Failures in a row."""
        row = self._get()
        return row.failures if row else 0

    def increment_counter(self) -> None:
        """Count a failure."""
        self._set(failures=HostState.failures + 1)

    def reset_counter(self) -> None:
        """Forget the failures; nothing is written where there are none."""
        if self.counter:
            self._set(failures=0)

    @property
    def success_counter(self) -> int:
        """Successes in a row since it was half opened."""
        row = self._get()
        return row.successes if row else 0

    def increment_success_counter(self) -> None:
        """Count a success."""
        self._set(successes=HostState.successes + 1)

    def reset_success_counter(self) -> None:
        """Forget the successes."""
        self._set(successes=0)

    @property
    def opened_at(self) -> datetime | None:
        """When it opened, by the wall clock."""
        row = self._get()
        return row.opened_at + (datetime.now(UTC) - self._now()) if row and row.opened_at else None

    @opened_at.setter
    def opened_at(self, moment: datetime) -> None:
        self._set(opened_at=self._now())


def breaker(db: Database, host: str, now: Now, *, fail_max: int = FAIL_MAX, rest: timedelta = REST) -> CircuitBreaker:
    """The circuit breaker of a host, the same for all workers."""
    return CircuitBreaker(
        fail_max=fail_max,
        reset_timeout=rest.total_seconds(),
        state_storage=BreakerRow(db, host, now),
        throw_new_error_on_trip=False,
        name=host,
    )


class _BucketRow(StateStore):
    """The state of a host's token bucket in its row."""

    def __init__(self, db: Database, host: str) -> None:
        self._db, self._host = db, host

    def check(self, algorithm: Any, rates: list[Rate], now: int, weight: int) -> Any:
        """Take from the bucket if there is enough in it."""
        with self._db.write() as session:
            row = _put(session, self._host)
            state = tuple(row.bucket) if len(row.bucket) == len(rates) else algorithm.initial(rates)
            state, decision = algorithm.step(rates, state, now, weight)
            if decision.allowed:
                row.bucket = list(state)
            return decision

    def read(self, algorithm: Any, rates: list[Rate]) -> Any:
        """What the bucket holds."""
        with self._db.read() as session:
            row = session.get(HostState, self._host)
            return tuple(row.bucket) if row and len(row.bucket) == len(rates) else algorithm.initial(rates)

    def reset(self) -> None:
        """Fill the bucket up."""
        with self._db.write() as session:
            _put(session, self._host).bucket = []


def take_token(db: Database, host: str, pace: timedelta, now: Now, sleep: Callable[[float], None]) -> float:
    """Wait until the host may be asked again, one question every `pace`; returns the seconds waited."""
    if not pace:
        return 0.0
    store, rate = _BucketRow(db, host), [Rate(1, int(pace.total_seconds() * 1000))]
    waited = 0.0
    while True:
        decision = store.check(TokenBucket(), rate, int(now().timestamp() * 1000), 1)
        if decision.allowed:
            return waited
        seconds = (decision.retry_after_ms or 0) / 1000
        sleep(seconds)
        waited += seconds


def states(session: Session, hosts: Iterable[str]) -> dict[str, HostState]:
    """The rows of the hosts that were ever asked."""
    found = session.scalars(select(HostState).where(HostState.host.in_(list(hosts))))
    return {row.host: row for row in found}
