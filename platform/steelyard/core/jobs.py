"""Work for later: what the clock starts, and the port by which any layer puts a job into the durable queue.

A job's effect is one database transaction. The queue runs it at least once and writes, in the same
transaction, a row that says so: therefore the effect happens once, whichever worker dies when.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Protocol

from sqlalchemy.orm import Session


@dataclass(frozen=True, slots=True)
class Job:
    """Work that can be enqueued: ``run(session, **params)`` in one transaction, committed by the queue.

    What must not happen within it, such as speaking to another machine, is done by ``prepare(db, **params)``
    before it begins; ``run`` is then given the result as ``prepared``. It may happen again where a worker dies
    between the two.
    """

    name: str
    run: Callable[..., object]
    prepare: Callable[..., Any] | None = field(default=None, kw_only=True)


@dataclass(frozen=True, slots=True)
class ClockJob(Job):
    """Work that the clock starts by itself (定时任务), ``every`` so often or by ``cron``.

    ``run(session)`` takes no parameters. ``cron`` has the five usual fields, in Asia/Shanghai. Exactly one of
    the two is given; anything else raises ``ValueError``.
    """

    every: timedelta | None = None
    cron: str | None = None

    def __post_init__(self) -> None:
        if (self.every is None) == (self.cron is None):
            raise ValueError(f"job {self.name} needs either an interval or a cron line")
        if self.every is not None and self.every < timedelta(milliseconds=100):
            raise ValueError(f"job {self.name} would run more often than ten times a second")


class JobQueue(Protocol):
    """What the layer above plugs in."""

    def enqueue(self, session: Session, job: str, *, key: str, params: dict[str, Any]) -> None:
        """Write the order for ``job`` in the caller's transaction."""


class NoQueue(RuntimeError):
    """A job was enqueued before a queue was plugged in: a mistake in the wiring, not of a user."""


class _Socket:
    """Where the queue is plugged in."""

    queue: JobQueue | None = None


def plug_in(queue: JobQueue | None) -> None:
    """Make ``queue`` the one that :func:`enqueue` writes to; ``None`` unplugs it."""
    _Socket.queue = queue


def enqueue(session: Session, job: str, *, key: str, **params: Any) -> None:
    """Order ``job`` in the caller's transaction: it runs once if that commits, never if it rolls back.

    ``key`` names this order for ever; a second order of the same job with the same key is ignored.
    ``params`` are JSON values. Raises ``NoQueue`` where no queue is plugged in.
    """
    if _Socket.queue is None:
        raise NoQueue(f"no queue is plugged in, so {job} cannot be enqueued")
    _Socket.queue.enqueue(session, job, key=key, params=params)
