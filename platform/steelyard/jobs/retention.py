"""How long the queue remembers."""

import logging
from datetime import timedelta

from sqlalchemy import delete

from steelyard.core.clock import utc_now
from steelyard.core.database import Database, db_now
from steelyard.jobs.models import JobRun
from steelyard.jobs.queue import APPLICATION, CLOCK_PREFIX, ORDER_PREFIX, DurableQueue

logger = logging.getLogger(__name__)

BATCH = 1000
FINISHED = ["SUCCESS"]
FAILED = ["ERROR", "CANCELLED", "MAX_RECOVERY_ATTEMPTS_EXCEEDED"]
RUNS_KEPT = timedelta(hours=1)
ORDERS_KEPT = timedelta(days=30)
FAILURES_KEPT = timedelta(days=30)
PROOFS_KEPT = timedelta(days=2)
"""Proofs of clock runs; those of orders stay for ever, because an order's key may come again."""


def purge(db: Database, queue: DurableQueue) -> int:
    """Forget ended orders that are old enough; return how many."""
    gone = _forget(queue, [CLOCK_PREFIX], FINISHED, RUNS_KEPT)
    gone += _forget(queue, [ORDER_PREFIX], FINISHED, ORDERS_KEPT)
    gone += _forget(queue, [CLOCK_PREFIX, ORDER_PREFIX], FAILED, FAILURES_KEPT)
    with db.write() as session:
        session.execute(
            delete(JobRun).where(
                JobRun.finished_at < db_now(session) - PROOFS_KEPT, JobRun.order_id.startswith(CLOCK_PREFIX)
            )
        )
    return gone


def _forget(queue: DurableQueue, prefixes: list[str], statuses: list[str], age: timedelta) -> int:
    old = queue.client.list_workflows(
        workflow_id_prefix=prefixes,
        status=statuses,
        application_name=APPLICATION,
        completed_before=(utc_now() - age).isoformat(),
        limit=BATCH,
        load_input=False,
        load_output=False,
    )
    if old:
        queue.client.delete_workflows([status.workflow_id for status in old])
    return len(old)
