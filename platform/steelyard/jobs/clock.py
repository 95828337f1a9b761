"""The clock: APScheduler in the one process that leads; it runs nothing and only writes orders.

The order of a run is named after the job and the run's time, and run times are counted from a fixed moment.
So two clocks that both believe to lead, for however long, still order each run once.
"""

import logging
import threading
import time
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from steelyard.core.clock import SHANGHAI
from steelyard.core.database import Database
from steelyard.core.jobs import ClockJob, Job
from steelyard.jobs.locks import process_lock
from steelyard.jobs.queue import CLOCK_PREFIX, DurableQueue
from steelyard.jobs.recovery import recover, sweep_lock_files
from steelyard.jobs.retention import purge

logger = logging.getLogger(__name__)

LEADER_LOCK = "clock.leader"
CANDIDATE_SECONDS = 1.0
RECOVERY_SECONDS = 2.0
PURGE_SECONDS = 60.0
EPOCH = datetime(2020, 1, 1, tzinfo=UTC)
CRON_CATCH_UP = timedelta(days=1)
"""A run by cron line that fell into a time without a clock is made good when it is no older than this."""


def order_id(job: str, run_time: datetime) -> str:
    """Return the name of one run; the same on every machine."""
    return f"{CLOCK_PREFIX}{job}:{run_time.astimezone(UTC).isoformat(timespec='milliseconds')}"


class Clock:
    """A candidate for the leadership; as long as it leads it orders runs, recovers and tidies up."""

    def __init__(self, db: Database, jobs: Iterable[Job]) -> None:
        self._db = db
        self._jobs = tuple(job for job in jobs if isinstance(job, ClockJob))
        self._queue = DurableQueue(db)
        self._lock = process_lock(db, LEADER_LOCK)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="clock", daemon=True)
        self._scheduler: Any = None
        self._due: dict[str, float] = {}

    @property
    def leads(self) -> bool:
        """Whether this clock orders runs at present."""
        return self._scheduler is not None

    def start(self) -> None:
        """Begin to stand for the leadership. The queue's tables must exist."""
        self._thread.start()

    def stop(self) -> None:
        """Order nothing more and give the leadership up."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        try:
            while not self._stop.is_set():
                try:
                    self._tend()
                except SQLAlchemyError as error:
                    logger.warning("the clock cannot reach the database: %s", error)
                except Exception:  # whatever it is, a thread that ends would let every deadline pass in silence
                    logger.exception("a round of the clock was broken off; the next one follows")
                self._stop.wait(CANDIDATE_SECONDS)
        finally:
            self._step_down()
            self._lock.release()
            self._queue.close()

    def _tend(self) -> None:
        """One round: stand for election, or do what the leader does besides ordering runs."""
        if not self.leads:
            if self._lock.acquire():
                self._lead()
            return
        if not self._lock.held():
            logger.warning("this clock lost its connection and no longer leads")
            self._step_down()
            return
        if self._is_due("recovery", RECOVERY_SECONDS):
            recover(self._db, self._queue)
        if self._is_due("purge", PURGE_SECONDS):
            purge(self._db, self._queue)

    def _is_due(self, what: str, seconds: float) -> bool:
        now = time.monotonic()
        if now < self._due.get(what, 0.0):
            return False
        self._due[what] = now + seconds
        return True

    def _lead(self) -> None:
        sweep_lock_files(self._db)
        scheduler = make_scheduler(self._jobs, self._queue)
        scheduler.start()
        self._scheduler = scheduler
        logger.info("this clock leads %d jobs", len(self._jobs))

    def _step_down(self) -> None:
        if self._scheduler is not None:
            self._scheduler.shutdown(wait=True)
            self._scheduler = None


def make_scheduler(jobs: Iterable[ClockJob], queue: DurableQueue) -> Any:
    """Return an APScheduler that orders the runs of ``jobs`` in ``queue``, not started yet."""
    from apscheduler.schedulers.background import BackgroundScheduler

    logging.getLogger("apscheduler").setLevel(logging.WARNING)
    scheduler = BackgroundScheduler(executors={"default": _ordering_executor(queue)}, timezone=UTC)
    now = datetime.now(UTC)
    for job in jobs:
        trigger = _trigger(job)
        back = CRON_CATCH_UP if job.every is None else job.every
        scheduler.add_job(
            _never_called,
            trigger,
            id=job.name,
            coalesce=True,
            misfire_grace_time=None,
            next_run_time=trigger.get_next_fire_time(None, now - back),
        )
    return scheduler


def _trigger(job: ClockJob) -> Any:
    """Return the job's trigger; intervals count from a fixed moment, so that all clocks count the same."""
    from apscheduler.triggers.cron import CronTrigger
    from apscheduler.triggers.interval import IntervalTrigger

    if job.every is not None:
        return IntervalTrigger(seconds=job.every.total_seconds(), start_date=EPOCH, timezone=UTC)
    return CronTrigger.from_crontab(job.cron, timezone=SHANGHAI)


def _ordering_executor(queue: DurableQueue) -> Any:
    from apscheduler.executors.base import BaseExecutor

    class OrderingExecutor(BaseExecutor):  # type: ignore[misc]  # apscheduler ships no types
        """Runs nothing: a run becomes an order in the durable queue."""

        def submit_job(self, job: Any, run_times: list[datetime]) -> None:
            for run_time in run_times:
                if not queue.enqueue_run(job.id, order_id(job.id, run_time)):
                    logger.debug("%s still runs; the run of %s is left out", job.id, run_time)

        def _do_submit_job(self, job: Any, run_times: list[datetime]) -> None:
            raise NotImplementedError("submit_job() never comes here")

    return OrderingExecutor()


def _never_called() -> None:
    raise AssertionError("the clock runs nothing itself")
