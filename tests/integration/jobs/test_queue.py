"""Orders, effects, delivery of events, and what people see of them, without a second process."""

import threading
from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from steelyard.core import clock, jobs
from steelyard.core.database import Database
from steelyard.core.jobs import ClockJob, Job
from steelyard.core.outbox import Event, Subscriber, publish
from steelyard.jobs import effects, overview, pump, retention
from steelyard.jobs.models import DeliveryFailure, JobRun
from steelyard.jobs.queue import DurableQueue, create_tables

NOTE = text("CREATE TABLE note (word varchar(40) NOT NULL)")


@pytest.fixture
def queue(db: Database) -> Iterator[DurableQueue]:
    """The queue on ``db``, plugged into the port."""
    create_tables(db)
    durable = DurableQueue(db)
    jobs.plug_in(durable)
    yield durable
    jobs.plug_in(None)
    durable.close()


@pytest.fixture
def notes(db: Database) -> Database:
    """A database with a table in which jobs leave words."""
    with db.write() as session:
        session.execute(NOTE)
    return db


def _words(db: Database) -> list[str]:
    with db.read() as session:
        return list(session.scalars(text("SELECT word FROM note")))


def _write(session: Session, word: str) -> None:
    session.execute(text("INSERT INTO note (word) VALUES (:word)"), {"word": word})


def _fail(session: Session, word: str) -> None:
    _write(session, word)
    raise RuntimeError("after the write")


JOBS = {job.name: job for job in (Job("write", _write), Job("fail", _fail))}


def _orders(queue: DurableQueue) -> dict[str, str]:
    return {order.workflow_id: order.status for order in queue.client.list_workflows()}


def test_an_order_lives_and_dies_with_the_callers_transaction(db: Database, queue: DurableQueue) -> None:
    """What is rolled back was never ordered; what is committed is there, once for each key."""
    with db.write() as session:
        jobs.enqueue(session, "write", key="lost", word="a")
        session.rollback()
    with db.write() as session:
        jobs.enqueue(session, "write", key="kept", word="炉号")
        jobs.enqueue(session, "write", key="kept", word="again")
    with db.write() as session:
        jobs.enqueue(session, "write", key="kept", word="and again")
    assert _orders(queue) == {"order:write:kept": "ENQUEUED"}
    stored = queue.client.list_workflows()[0].input
    assert stored is not None
    assert list(stored["args"]) == ["write", "order:write:kept", {"word": "炉号"}]


def test_a_run_is_left_out_while_the_one_before_has_not_ended(db: Database, queue: DurableQueue) -> None:
    """A slow or stopped worker finds one run of a job, not a thousand; the same run twice is one."""
    assert queue.enqueue_run("tick", "clock:tick:1")
    assert queue.enqueue_run("tick", "clock:tick:1")
    assert not queue.enqueue_run("tick", "clock:tick:2")
    assert queue.enqueue_run("tock", "clock:tock:2")
    assert set(_orders(queue)) == {"clock:tick:1", "clock:tock:2"}


def test_without_a_queue_nothing_is_silently_lost(db: Database) -> None:
    """Ordering before a queue is plugged in is an error."""
    jobs.plug_in(None)  # an application that was made in this process plugged in its own
    with db.write() as session, pytest.raises(jobs.NoQueue):
        jobs.enqueue(session, "write", key="1", word="a")


def test_an_effect_is_there_once(notes: Database) -> None:
    """The second performance of an order changes nothing; another order of the same job does."""
    assert effects.perform(notes, JOBS, "write", "order:write:1", {"word": "a"}) == "done"
    assert effects.perform(notes, JOBS, "write", "order:write:1", {"word": "a"}) == "already done"
    assert effects.perform(notes, JOBS, "write", "order:write:2", {"word": "b"}) == "done"
    assert _words(notes) == ["a", "b"]


def test_slow_work_is_done_before_the_transaction_begins(notes: Database) -> None:
    """While a job prepares, another writes; what is done already is not prepared again."""
    seen: list[str] = []

    def prepare(db: Database, word: str) -> str:
        seen.append(word)
        with db.write() as session:  # would wait for ever for a transaction of its own job on SQLite
            _write(session, "meanwhile")
        return word.upper()

    def run(session: Session, prepared: str, word: str) -> None:
        assert word.upper() == prepared
        _write(session, prepared)

    shout = {"shout": Job("shout", run, prepare=prepare)}
    assert effects.perform(notes, shout, "shout", "order:shout:1", {"word": "a"}) == "done"
    assert effects.perform(notes, shout, "shout", "order:shout:1", {"word": "a"}) == "already done"
    assert (_words(notes), seen) == (["meanwhile", "A"], ["a"])


def test_a_failing_job_leaves_neither_effect_nor_proof(notes: Database) -> None:
    """What a job wrote before it failed is gone, and it may be tried again."""
    with pytest.raises(RuntimeError, match="after the write"):
        effects.perform(notes, JOBS, "fail", "order:fail:1", {"word": "a"})
    with pytest.raises(effects.UnknownJob, match="nowhere"):
        effects.perform(notes, JOBS, "nowhere", "order:nowhere:1", {})
    assert _words(notes) == []
    with notes.read() as session:
        assert session.scalar(select(func.count()).select_from(JobRun)) == 0


def test_two_workers_with_one_order_do_it_once(notes: Database) -> None:
    """The stale owner of an order and its new one meet at the proof: one effect, whoever is first."""
    both = threading.Barrier(2)
    answers: list[str] = []

    def work() -> None:
        both.wait()
        answers.append(effects.perform(notes, JOBS, "write", "order:write:1", {"word": "a"}))

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == ["already done", "done"]
    assert _words(notes) == ["a"]


def _publish(db: Database, *words: str, type_: str = "test.happened") -> None:
    for word in words:
        with db.write() as session:
            publish(session, type_, subject=f"word:{word}", data={"word": word})


def _take(session: Session, event: Event) -> None:
    _write(session, event.data["word"])


READER = Subscriber("reader", frozenset({"test.happened"}), _take)


def test_events_come_in_order_and_once(notes: Database) -> None:
    """A subscriber gets its types alone, in the order in which they were published, each once."""
    _publish(notes, "a", "b")
    _publish(notes, "other", type_="test.else")
    _publish(notes, "c")
    assert pump.deliver(notes, READER) == 4
    assert pump.deliver(notes, READER) == 0
    _publish(notes, "d")
    assert pump.deliver(notes, READER) == 1
    assert _words(notes) == ["a", "b", "c", "d"]


def test_a_failing_event_holds_up_its_subscriber_visibly(notes: Database, caplog: pytest.LogCaptureFixture) -> None:
    """Nothing overtakes it; it is logged, shown, tried again after a pause, and forgotten when it succeeds."""
    broken = {"b"}

    def take(session: Session, event: Event) -> None:
        _take(session, event)
        if event.data["word"] in broken:
            raise RuntimeError("cannot read this")

    subscriber = Subscriber("reader", READER.types, take)
    _publish(notes, "a", "b", "c")
    assert pump.deliver(notes, subscriber) == 1
    assert _words(notes) == ["a"]
    assert "could not handle event" in caplog.text
    assert "RuntimeError: cannot read this" in overview.delivery_failures(notes)[0]
    broken.clear()
    assert pump.deliver(notes, subscriber) == 0, "the pause is not over"
    with clock.shifted(seconds=2):
        assert pump.deliver(notes, subscriber) == 2
    assert _words(notes) == ["a", "b", "c"]
    assert overview.delivery_failures(notes) == []


def test_the_pause_grows_to_a_limit(notes: Database, caplog: pytest.LogCaptureFixture) -> None:
    """1, 2, 4, … seconds, never more than five minutes."""

    def refuse(session: Session, event: Event) -> None:
        raise RuntimeError("never")

    subscriber = Subscriber("reader", READER.types, refuse)
    _publish(notes, "a")
    pauses = []
    for attempt in range(1, 12):
        with clock.shifted(hours=attempt):
            pump.deliver(notes, subscriber)
        with notes.read() as session:
            failure = session.get_one(DeliveryFailure, "reader")
            assert failure.attempts == attempt
            pauses.append(failure.retry_at - failure.failed_at)
    assert pauses[:4] == [timedelta(seconds=seconds) for seconds in (1, 2, 4, 8)]
    assert pauses[-1] == pump.LONGEST_RETRY
    assert caplog.text.count("attempt") == 11


def test_pumps_of_several_workers_deliver_once(notes: Database) -> None:
    """Three workers poll at once; each event is handled by one of them, in order."""
    words = [f"{number:02}" for number in range(60)]
    pumps = [pump.Pump(notes, [READER], poll_seconds=0.01) for _ in range(3)]
    for one in pumps:
        one.start()
    _publish(notes, *words)
    until = threading.Event()
    for _ in range(500):
        if len(_words(notes)) == len(words):
            break
        until.wait(0.02)
    for one in pumps:
        one.stop()
    assert _words(notes) == words


def test_what_is_old_is_forgotten(db: Database, queue: DurableQueue) -> None:
    """Proofs of runs go after two days and failures after thirty; proofs of orders and waiting orders stay."""
    with db.write() as session:
        jobs.enqueue(session, "write", key="1", word="a")
    for order_id in ("clock:seal:1", "order:seal:1"):
        effects.perform(db, {"seal": Job("seal", lambda session: None)}, "seal", order_id, {})
    assert queue.enqueue_run("seal", "clock:seal:2")
    queue.client.cancel_workflow("clock:seal:2")
    assert retention.purge(db, queue) == 0
    with clock.shifted(days=3):
        assert retention.purge(db, queue) == 0
    with db.read() as session:
        assert session.scalars(select(JobRun.order_id)).all() == ["order:seal:1"]
    with clock.shifted(days=31):
        assert retention.purge(db, queue) == 1
    assert _orders(queue) == {"order:write:1": "ENQUEUED"}


def test_the_timetable_reads_well() -> None:
    """A line for each job of the clock."""
    clocked = ClockJob("core.seal", print, every=timedelta(seconds=5)), ClockJob("a.purge", print, cron="1 2 * * *")
    assert list(overview.timetable([*clocked, Job("write", _write)])) == [
        "clock    a.purge  at 1 2 * * *",
        "clock    core.seal  every 5 s",
    ]
