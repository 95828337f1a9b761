"""An order's effect, once: the job's writes and the row that proves them are one transaction."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from steelyard.core.context import request_id
from steelyard.core.database import Database, db_now
from steelyard.core.jobs import Job
from steelyard.jobs.models import JobRun

REQUEST_ID_LENGTH = 64


class UnknownJob(LookupError):
    """An order names a job that this version of the program does not have."""


def perform(db: Database, jobs: Mapping[str, Job], name: str, order_id: str, params: dict[str, Any]) -> str:
    """Run job ``name`` for ``order_id`` unless its effect is there: ``"done"`` or ``"already done"``.

    Two workers that run the same order at once meet at the primary key: the second waits for the first to
    commit or to roll back, and only in the latter case does the work. Raises ``UnknownJob`` and whatever the
    job raises, and then nothing was changed.
    """
    job = jobs.get(name)
    if job is None:
        raise UnknownJob(f"there is no job called {name}")
    token = request_id.set(order_id[-REQUEST_ID_LENGTH:])
    try:
        if job.prepare is not None:
            if _is_done(db, order_id):
                return "already done"
            params = params | {"prepared": job.prepare(db, **params)}
        with db.write() as session:
            if not _claim(session, name, order_id):
                return "already done"
            job.run(session, **params)
        return "done"
    finally:
        request_id.reset(token)


def _is_done(db: Database, order_id: str) -> bool:
    """Whether the order's effect is there: then what would be prepared for it is not done again."""
    with db.read() as session:
        return session.get(JobRun, order_id) is not None


def _claim(session: Session, name: str, order_id: str) -> bool:
    """Write the proof; ``False`` when it is there already."""
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    row = {"order_id": order_id, "job": name, "finished_at": db_now(session)}
    claim = insert(JobRun).values(row).on_conflict_do_nothing(index_elements=["order_id"])
    return session.scalar(claim.returning(JobRun.order_id)) is not None
