"""Jobs that fail are tried again, then shown; locks fall free with their process or their connection."""

from pathlib import Path

import pytest
from sqlalchemy import text

from steelyard.core.database import Database
from steelyard.jobs import overview
from steelyard.jobs.locks import lock_folder, process_lock
from steelyard.jobs.queue import durable_queue
from steelyard.jobs.recovery import executor_lock_name, sweep_lock_files
from steelyard.jobs.worker import MAX_DEATHS
from tests.integration.jobs.stations import Station, effects, prepare, wait_until
from tests.support.databases import Databases


@pytest.mark.either_database
def test_a_hopeless_job_is_shown_and_can_be_tried_again(db: Database, tmp_path: Path) -> None:
    """After three attempts it stands among the failed ones with its reason; tried again with hope, it succeeds."""
    prepare(db)
    order = "clock:hopeless:1"
    with durable_queue(db) as queue, Station("worker", db, tmp_path) as worker:
        assert queue.enqueue_run("hopeless", order)
        wait_until(lambda: overview.orders(db, failed=True, limit=5), "the job to fail")
        assert order in overview.orders(db, failed=True, limit=5)[0]
        assert "there is no hope" in overview.orders(db, failed=True, limit=5)[0]
        assert effects(db, "hopeless") == 0
        (tmp_path / "hope").touch()
        assert overview.retry(db, order)
        wait_until(lambda: effects(db, "hopeless"), "the job to succeed")
        wait_until(lambda: overview.orders(db, failed=False, limit=5)[0].startswith("done"), "the note of it")
        assert not overview.retry(db, order), "only what failed is tried again"
        worker.stop()
    assert effects(db, "hopeless") == 1


@pytest.mark.either_database
def test_an_order_that_kills_its_workers_is_set_aside(db: Database, tmp_path: Path) -> None:
    """One that was running when ten workers died is not given to an eleventh; it is shown."""
    prepare(db)
    table = "dbos.workflow_status" if db.dialect == "postgresql" else "workflow_status"
    with durable_queue(db) as queue, db.write() as session:
        queue.enqueue(session, "plain", key="deadly", params={"name": "deadly"})
        queue.enqueue(session, "plain", key="tame", params={"name": "tame"})
        session.execute(
            text(f"UPDATE {table} SET recovery_attempts = :deaths WHERE workflow_uuid = 'order:plain:deadly'"),
            {"deaths": MAX_DEATHS + 1},
        )
    with Station("worker", db, tmp_path) as worker:
        wait_until(lambda: overview.orders(db, failed=True, limit=5), "the order to be set aside")
        wait_until(lambda: effects(db, "tame"), "the other order to be done")
        worker.stop()
    assert overview.orders(db, failed=True, limit=5)[0].startswith("killed its workers order:plain:deadly")
    assert effects(db, "deadly") == 0


def test_a_lock_has_one_holder(db: Database) -> None:
    """The second comer gets it only after the first has given it up; other names are other locks."""
    first, second, other = (process_lock(db, name) for name in ("leader", "leader", "another"))
    assert first.acquire()
    assert first.acquire(), "the holder may ask again"
    assert first.held()
    assert not second.acquire()
    assert not second.held()
    assert other.acquire()
    first.release()
    assert not first.held()
    assert second.acquire()
    for lock in (first, second, other):
        lock.release()


def test_lock_files_of_the_dead_are_swept(tmp_path: Path) -> None:
    """A killed worker's file goes, a living one's stays."""
    db = Database(f"sqlite:///{tmp_path / 'swept.db'}")
    alive = process_lock(db, executor_lock_name("alive"))
    assert alive.acquire()
    dead = lock_folder(db) / "executor.dead.lock"
    dead.touch()
    sweep_lock_files(db)
    assert not dead.exists()
    assert alive.held()
    assert [path.name for path in lock_folder(db).iterdir()] == ["executor.alive.lock"]
    alive.release()


def test_a_database_in_memory_has_no_locks() -> None:
    """Processes cannot share it, so asking for a lock is a mistake that is told."""
    with pytest.raises(ValueError, match="in memory"):
        process_lock(Database("sqlite://"), "leader")


@pytest.mark.postgresql
def test_a_lost_connection_is_noticed(databases: Databases) -> None:
    """When the server ends the session the lock is free, its holder knows it, and may take it again."""
    db = databases.open("postgresql")
    lock = process_lock(db, "leader")
    assert lock.acquire()
    with db.write() as session:
        ended = session.scalars(
            text("SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND database ="
                 " (SELECT oid FROM pg_database WHERE datname = current_database())")
        ).all()  # fmt: skip
    assert ended == [True]
    assert not lock.held()
    assert lock.acquire()
    assert lock.held()
    lock.release()
