"""What the queue does and did, as lines for people."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

from sqlalchemy import select

from steelyard.core.database import Database
from steelyard.core.jobs import ClockJob, Job
from steelyard.jobs.models import DeliveryFailure
from steelyard.jobs.queue import APPLICATION, QUEUE, durable_queue

FAILED = ["ERROR", "MAX_RECOVERY_ATTEMPTS_EXCEEDED"]
WORDS = {
    "DELAYED": "waits",
    "ENQUEUED": "waits",
    "PENDING": "runs",
    "SUCCESS": "done",
    "ERROR": "failed",
    "CANCELLED": "cancelled",
    "MAX_RECOVERY_ATTEMPTS_EXCEEDED": "killed its workers",
}


def timetable(jobs: Iterable[Job]) -> Iterator[str]:
    """Yield a line for each job that the clock starts."""
    for job in sorted(jobs, key=lambda job: job.name):
        if isinstance(job, ClockJob):
            when = f"every {job.every.total_seconds():g} s" if job.every else f"at {job.cron}"
            yield f"clock    {job.name}  {when}"


def orders(db: Database, *, failed: bool, limit: int) -> list[str]:
    """Return a line for each order, the newest first."""
    with durable_queue(db) as queue:
        found = queue.client.list_workflows(
            application_name=APPLICATION,
            status=FAILED if failed else None,
            limit=limit,
            sort_desc=True,
            load_input=False,
        )
    lines = []
    for order in found:
        moment = datetime.fromtimestamp((order.created_at or 0) / 1000, UTC)
        error = f"  {order.error}" if order.error else ""
        word = WORDS.get(order.status, order.status)
        lines.append(f"{word:8} {order.workflow_id}  ordered {moment:%Y-%m-%d %H:%M:%S}Z{error}")
    return lines


def delivery_failures(db: Database) -> list[str]:
    """Return a line for each event that its subscriber could not handle yet."""
    with db.read() as session:
        failures = session.scalars(select(DeliveryFailure).order_by(DeliveryFailure.subscriber)).all()
    return [
        f"failed   event {row.event_id} for {row.subscriber}, attempt {row.attempts}, "
        f"next {row.retry_at:%Y-%m-%d %H:%M:%S}Z  {row.error}"
        for row in failures
    ]


def retry(db: Database, order_id: str) -> bool:
    """Put a failed order back into the queue; ``False`` when there is no such one."""
    with durable_queue(db) as queue:
        found = queue.client.list_workflows(
            workflow_ids=[order_id], status=FAILED, application_name=APPLICATION, load_input=False
        )
        if not found:
            return False
        queue.client.rewind_workflow(order_id, queue_name=QUEUE)
    return True
