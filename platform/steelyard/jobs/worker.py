"""The worker: performs the orders of the durable queue and delivers events to their subscribers."""

import logging
import os
import secrets
import socket
import threading
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy.exc import DBAPIError

from steelyard.core.database import Database
from steelyard.core.jobs import ClockJob, Job
from steelyard.core.outbox import Subscriber
from steelyard.jobs.effects import perform
from steelyard.jobs.locks import process_lock
from steelyard.jobs.pump import Pump
from steelyard.jobs.queue import APPLICATION, QUEUE, VERSION, WORKFLOW, queue_url, quiet
from steelyard.jobs.recovery import executor_lock_name

if TYPE_CHECKING:
    from dbos import DBOSConfig, StepOptions

logger = logging.getLogger(__name__)

CONCURRENCY = 8
POLL_SECONDS = 0.2
WATCH_SECONDS = 1.0
MAX_DEATHS = 10
"""An order that was running when this many workers died is set aside as failed."""
CLOCK_ATTEMPTS = 3
ORDER_ATTEMPTS = 8


class JobFailed(Exception):
    """A job failed at every attempt; the message is the last one's reason."""


def new_executor_id() -> str:
    """Return a name that no other worker ever had."""
    return f"{socket.gethostname()[:40]}-{os.getpid()}-{secrets.token_hex(4)}"


class Worker:
    """One per process, because DBOS is one per process."""

    def __init__(
        self,
        db: Database,
        jobs: Iterable[Job],
        subscribers: Sequence[Subscriber],
        *,
        poll_seconds: float = POLL_SECONDS,
    ) -> None:
        self._db = db
        self._jobs = {job.name: job for job in jobs}
        self._poll_seconds = poll_seconds
        self.executor_id = new_executor_id()
        self._lock = process_lock(db, executor_lock_name(self.executor_id))
        self._pump = Pump(db, subscribers)
        self._stop = threading.Event()
        self._watcher = threading.Thread(target=self._watch, name="worker-lock", daemon=True)

    def start(self) -> None:
        """Take the executor's lock, then orders. The queue's tables must exist."""
        from dbos import DBOS

        if not self._lock.acquire():
            raise RuntimeError(f"another worker runs as {self.executor_id}")
        quiet()
        DBOS(config=self._config())
        DBOS.workflow(name=WORKFLOW, max_recovery_attempts=MAX_DEATHS)(self._workflow())
        DBOS.listen_queues([QUEUE])
        DBOS.launch()
        DBOS.register_queue(QUEUE, worker_concurrency=CONCURRENCY, polling_interval_sec=self._poll_seconds)
        self._pump.start()
        self._watcher.start()
        logger.info("worker %s takes orders", self.executor_id)

    def stop(self, patience_seconds: int = 5) -> None:
        """Take nothing new, wait for what runs, give the lock up; what is not finished then is recovered."""
        from dbos import DBOS

        self._stop.set()
        self._pump.stop()
        DBOS.destroy(destroy_registry=True, workflow_completion_timeout_sec=patience_seconds)
        if self._watcher.is_alive():
            self._watcher.join()
        self._lock.release()
        logger.info("worker %s has stopped", self.executor_id)

    def _config(self) -> "DBOSConfig":
        return {
            "name": APPLICATION,
            "system_database_url": queue_url(self._db),
            "application_version": VERSION,
            "executor_id": self.executor_id,
            "log_level": "WARNING",
            "run_migrations": False,
            "use_listen_notify": True,
            "sys_db_pool_size": 5,
            "max_executor_threads": CONCURRENCY * 4,
        }

    def _workflow(self) -> Callable[[str, str, dict[str, Any]], str]:
        """Return the workflow of every order: one step that performs it."""
        from dbos import DBOS
        from dbos import error as dbos_error

        def order(job: str, order_id: str, params: dict[str, Any]) -> str:
            try:
                return DBOS.run_step(self._step(job), perform, self._db, self._jobs, job, order_id, params)
            except dbos_error.DBOSMaxStepRetriesExceeded as error:
                reason = error.errors[-1] if error.errors else error
                raise JobFailed(f"{type(reason).__name__}: {reason}") from error

        return order

    def _step(self, job: str) -> "StepOptions":
        attempts = CLOCK_ATTEMPTS if isinstance(self._jobs.get(job), ClockJob) else ORDER_ATTEMPTS
        return {
            "name": job,
            "retries_allowed": job in self._jobs,
            "max_attempts": attempts,
            "interval_seconds": 0.5,
            "backoff_rate": 2.0,
        }

    def _watch(self) -> None:
        """Take the lock again after a lost connection; until then the leader may give our orders away."""
        while not self._stop.wait(WATCH_SECONDS):
            try:
                if not self._lock.held() and self._lock.acquire():
                    logger.warning("worker %s lost its connection and has its lock again", self.executor_id)
            except DBAPIError as error:
                logger.warning("worker %s cannot reach the database: %s", self.executor_id, error)
            except Exception:  # whatever it is, a thread that ends would let the leader give our orders away
                logger.exception("worker %s could not look after its lock; it tries again", self.executor_id)
