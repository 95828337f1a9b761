"""What happens when a worker or a clock is killed, and when two of them run at once."""

from pathlib import Path

import pytest
from sqlalchemy import select, text

from steelyard.core.database import Database
from steelyard.jobs.clock import make_scheduler
from steelyard.jobs.models import JobRun
from steelyard.jobs.queue import DurableQueue, durable_queue
from steelyard.jobs.recovery import recover
from tests.integration.jobs.stations import Station, effects, prepare, station_jobs, wait_until
from tests.support.databases import Databases


@pytest.fixture
def queue_db(databases: Databases, dialect: str) -> Database:
    """A database with the queue's tables."""
    return databases.open(dialect, holding=prepare)


def _order(db: Database, job: str, name: str) -> None:
    with durable_queue(db) as queue, db.write() as session:
        queue.enqueue(session, job, key=name, params={"name": name})


def _runs(db: Database, job: str) -> list[str]:
    with db.read() as session:
        return list(session.scalars(select(JobRun.order_id).where(JobRun.job == job)))


def test_a_killed_workers_job_is_finished_elsewhere_once(queue_db: Database, tmp_path: Path) -> None:
    """`kill -9` in the middle of a job: nothing of it remains, another worker does it, its effect is there once."""
    with Station("worker", queue_db, tmp_path) as first:
        _order(queue_db, "held", "job")
        wait_until(lambda: list(tmp_path.glob("begun-job-*")), "the job to begin")
        first.kill()
    assert effects(queue_db, "job") == 0
    (tmp_path / "release").touch()
    with Station("worker", queue_db, tmp_path) as second, Station("clock", queue_db, tmp_path) as clock:
        wait_until(lambda: effects(queue_db, "job"), "the other worker to finish the job")
        clock.stop()
        second.stop()
    assert len(list(tmp_path.glob("begun-job-*"))) == 2
    assert effects(queue_db, "job") == 1


@pytest.mark.either_database
def test_a_worker_that_dies_after_the_commit_leaves_no_second_effect(queue_db: Database, tmp_path: Path) -> None:
    """Killed between the effect's commit and the queue's note of it: the job runs again and changes nothing."""
    with Station("doomed", queue_db, tmp_path) as doomed:
        _order(queue_db, "plain", "job")
        wait_until(doomed.died, "the worker to die")
    assert effects(queue_db, "job") == 1
    with (
        durable_queue(queue_db) as queue,
        Station("worker", queue_db, tmp_path) as worker,
        Station("clock", queue_db, tmp_path) as clock,
    ):
        done = {"workflow_ids": ["order:plain:job"], "status": "SUCCESS"}
        wait_until(lambda: queue.client.list_workflows(**done), "the queue to note that the job is done")
        assert queue.client.list_workflows(**done)[0].output == "already done"
        clock.stop()
        worker.stop()
    assert effects(queue_db, "job") == 1


def _cut_off(db: Database) -> bool:
    """End every session that holds an advisory lock."""
    with db.write() as session:
        ended = session.scalars(
            text("SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND granted")
        )
        return True in ended.all()


@pytest.mark.postgresql
def test_a_worker_that_was_only_cut_off_is_fenced(databases: Databases, tmp_path: Path) -> None:
    """Its lock is lost in the middle of a job and the job given away; it comes back: one effect, and it lives on."""
    db = databases.open("postgresql", holding=prepare)
    with durable_queue(db) as queue, Station("worker", db, tmp_path) as cut_off:
        _order(db, "held", "job")
        wait_until(lambda: list(tmp_path.glob("begun-job-*")), "the job to begin")
        wait_until(lambda: _cut_off(db) and recover(db, queue), "the job to be given away")
        with Station("worker", db, tmp_path) as other:
            wait_until(lambda: queue.client.list_workflows(status="PENDING"), "one of the two to take it")
            (tmp_path / "release").touch()
            wait_until(lambda: queue.client.list_workflows(status="SUCCESS"), "the job to be done")
            other.stop()
        _order(db, "plain", "next")
        wait_until(lambda: effects(db, "next"), "the worker to go on")
        cut_off.stop()
    assert effects(db, "job") == 1


def test_of_two_clocks_one_leads_and_the_other_takes_over(queue_db: Database, tmp_path: Path) -> None:
    """Each run is ordered once while two clocks run; after `kill -9` of the leader the other goes on."""
    with (
        Station("worker", queue_db, tmp_path) as worker,
        Station("clock", queue_db, tmp_path) as leader,
        Station("clock", queue_db, tmp_path) as other,
    ):
        wait_until(lambda: effects(queue_db, "tick") >= 2, "two runs")
        leader.kill()
        before = effects(queue_db, "tick")
        wait_until(lambda: effects(queue_db, "tick") >= before + 2, "two more runs under the other clock")
        other.stop()
        worker.stop()
        assert worker.log.read_text() == ""
    runs = _runs(queue_db, "tick")
    assert effects(queue_db, "tick") == len(runs) == len(set(runs))


@pytest.mark.either_database
def test_two_leaders_at_once_run_a_job_once(queue_db: Database, tmp_path: Path) -> None:
    """Even two clocks that both lead, without any lock between them, order each run once."""
    ordered: list[str] = []

    class Watched(DurableQueue):
        def enqueue_run(self, job: str, order_id: str) -> bool:
            new = super().enqueue_run(job, order_id)
            ordered.append(order_id)
            return new

    queues = [Watched(queue_db), Watched(queue_db)]
    schedulers = [make_scheduler(station_jobs(tmp_path)[2:3], queue) for queue in queues]
    with Station("worker", queue_db, tmp_path) as worker:
        for scheduler in schedulers:
            scheduler.start()
        wait_until(lambda: effects(queue_db, "tick") >= 3, "three runs")
        for scheduler in schedulers:
            scheduler.shutdown()
        waiting = {"status": ["ENQUEUED", "PENDING"], "workflow_id_prefix": "clock:tick:"}
        wait_until(lambda: not queues[0].client.list_workflows(**waiting), "the last run to end")
        worker.stop()
    for queue in queues:
        queue.close()
    assert len(ordered) > len(set(ordered)), "the two clocks did not meet"
    assert effects(queue_db, "tick") == len(_runs(queue_db, "tick")) <= len(set(ordered))
