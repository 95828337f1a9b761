"""The work of the dead goes back into the queue.

A worker that dies leaves its orders marked as running. Whoever leads looks for such orders of executors whose
process lock is free. A worker that was only cut off from the database, not dead, is fenced twice: the queue
refuses the outcome of an execution that it has handed on, and the effect's own row lets only one commit.
"""

import logging
from collections import defaultdict

from steelyard.core.database import Database
from steelyard.jobs.locks import FileLock, lock_folder, process_lock
from steelyard.jobs.queue import APPLICATION, QUEUE, VERSION, DurableQueue

logger = logging.getLogger(__name__)

EXECUTOR_PREFIX = "executor."


def executor_lock_name(executor_id: str) -> str:
    """Return the name of the lock that says that this executor lives."""
    return EXECUTOR_PREFIX + executor_id


def recover(db: Database, queue: DurableQueue) -> list[str]:
    """Put back the unfinished orders of dead executors; return the ids of those orders."""
    recovered: list[str] = []
    for executor_id, order_ids in _running(queue).items():
        lock = process_lock(db, executor_lock_name(executor_id))
        if not lock.acquire():
            continue
        try:
            # The public resume_workflow() would forget how often an order has already killed its worker.
            put_back = queue.client._sys_db.reenqueue_for_recovery
            back = [order for order in order_ids if put_back(order, [executor_id], QUEUE)]
        finally:
            lock.release()
        if back:
            logger.warning("worker %s is gone; its %d orders go back into the queue", executor_id, len(back))
        recovered += back
    return recovered


def _running(queue: DurableQueue) -> dict[str, list[str]]:
    """Return the orders marked as running, by executor."""
    by_executor: dict[str, list[str]] = defaultdict(list)
    for status in queue.client.list_workflows(
        status="PENDING",
        app_version=VERSION,
        application_name=APPLICATION,
        load_input=False,
        load_output=False,
    ):
        if status.executor_id:
            by_executor[status.executor_id].append(status.workflow_id)
    return by_executor


def sweep_lock_files(db: Database) -> None:
    """Remove the lock files that dead workers left beside a SQLite file."""
    if db.dialect == "postgresql":
        return
    for path in lock_folder(db).glob(f"{EXECUTOR_PREFIX}*.lock"):
        lock = FileLock(db, path.stem)
        if lock.acquire():
            lock.release()
