"""The database: writers lose nothing, readers do not wait, its clock decides, moments are aware."""

import subprocess
import sys
import textwrap
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from psycopg.pq import TransactionStatus
from sqlalchemy import Text, bindparam, func, insert, select, table, text
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError, StatementError

from steelyard.core import clock, database
from steelyard.core.audit import AuditEntry
from steelyard.core.database import Database, db_now
from steelyard.core.models import canonical_json
from steelyard.core.numbering import next_number, next_numbers
from steelyard.core.outbox import SubscriberCursor
from steelyard.core.prepared import run
from tests.support.statements import sent

DAY = date(2026, 11, 23)
PROCESSES, THREADS, EACH = 2, 4, 40


def entry(**values):
    usual = {"at": datetime(2026, 11, 23, tzinfo=UTC), "action": "a", "subject": "s", "detail": {}, "request_id": "-"}
    return AuditEntry(**usual | values)


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_eight_writers_in_two_processes_lose_nothing_on_sqlite(db):
    """Each reads a counter, computes and writes it back: only a lock taken at BEGIN keeps all of them."""
    with db.write() as session:
        session.execute(text("INSERT INTO document_counter (series, last) VALUES ('x', 0)"))
    program = f"""
        import sys, threading
        from sqlalchemy import text
        from steelyard.core.database import Database
        db = Database(sys.argv[1])
        def count():
            for _ in range({EACH}):
                with db.write() as session:
                    last = session.execute(text("SELECT last FROM document_counter WHERE series = 'x'")).scalar_one()
                    session.execute(text("UPDATE document_counter SET last = :n WHERE series = 'x'"), {{"n": last + 1}})
        threads = [threading.Thread(target=count) for _ in range({THREADS})]
        for thread in threads: thread.start()
        for thread in threads: thread.join()
    """
    command = [sys.executable, "-c", textwrap.dedent(program), str(db.url)]
    running = [subprocess.Popen(command, stderr=subprocess.PIPE, text=True) for _ in range(PROCESSES)]
    assert [process.communicate()[1] for process in running] == [""] * PROCESSES
    with db.read() as session:
        last = session.execute(text("SELECT last FROM document_counter WHERE series = 'x'")).scalar_one()
    assert last == PROCESSES * THREADS * EACH


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_without_the_lock_at_begin_a_writer_fails_half_way(db):
    """Why writers begin IMMEDIATE: one that began as a reader cannot write once another has."""
    with db.write() as session:
        session.execute(text("INSERT INTO document_counter (series, last) VALUES ('x', 0)"))
    change = text("UPDATE document_counter SET last = last + 1")
    with db.read() as reader:
        reader.execute(text("SELECT last FROM document_counter"))
        with db.write() as writer:
            writer.execute(change)
        with pytest.raises(OperationalError, match="locked"):
            reader.execute(change)


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_readers_do_not_wait_for_a_writer_on_sqlite(db):
    with db.write() as writer:
        writer.add(entry())
        writer.flush()
        start = time.monotonic()
        with db.read() as reader:
            assert reader.scalars(select(AuditEntry)).all() == []
        assert time.monotonic() - start < 5


@pytest.mark.postgresql
@pytest.mark.parametrize("dialect", ["postgresql"])
def test_a_read_transaction_refuses_to_write_on_postgresql(db):
    with db.read() as session, pytest.raises(DBAPIError, match="read-only"):
        session.execute(text("INSERT INTO document_counter (series, last) VALUES ('x', 0)"))


def test_what_is_written_in_a_reading_transaction_does_not_stay(db):
    with db.read() as session:
        if db.dialect == "sqlite":
            session.execute(text("INSERT INTO document_counter (series, last) VALUES ('x', 0)"))
    with db.read() as session:
        assert session.execute(text("SELECT count(*) FROM document_counter")).scalar_one() == 0


@pytest.mark.parametrize("dialect", ["postgresql"])
def test_postgresql_runs_queries_as_planned(db):
    """Compiling one that is expected to be large takes longer than it runs; the setting outlives a rollback."""
    for _ in range(2):
        with db.read() as session:
            assert session.execute(text("SHOW jit")).scalar_one() == "off"


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_sqlite_is_set_up_for_durability_and_references(db):
    expected = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "recursive_triggers": 1}
    with db.read() as session:
        found = {name: session.execute(text(f"PRAGMA {name}")).scalar_one() for name in expected}
    assert found == expected


def test_document_numbers_are_unique_among_threads(db):
    """Writers roll some of them back: gaps are allowed, repetitions are not."""

    def take(worker):
        taken = []
        for turn in range(20):
            try:
                with db.write() as session:
                    number = next_number(session, "JC", DAY)
                    assert turn % 5 or not worker % 2
            except AssertionError:
                continue
            taken.append(number)
        return taken

    with ThreadPoolExecutor(8) as pool:
        numbers = [number for taken in pool.map(take, range(8)) for number in taken]
    assert len(numbers) == len(set(numbers)) == 4 * 20 + 4 * 16
    assert set(numbers) <= {f"JC-20261123-{n:04d}" for n in range(1, 161)}


def test_numbers_count_by_series_and_day(db):
    with db.write() as session:
        assert next_number(session, "JC", DAY) == "JC-20261123-0001"
        assert next_number(session, "TB", DAY) == "TB-20261123-0001"
        assert next_number(session, "JC", DAY + timedelta(days=1)) == "JC-20261124-0001"
        assert next_numbers(session, "JC", DAY, 3) == [f"JC-20261123-{n:04d}" for n in (2, 3, 4)]
        session.execute(text("UPDATE document_counter SET last = 9999 WHERE series = 'JC-20261123'"))
        assert next_number(session, "JC", DAY) == "JC-20261123-10000"


def test_the_databases_clock_goes_on_and_can_be_moved(db):
    with db.read() as session:
        first, second = db_now(session), db_now(session)
        assert first <= second
        assert abs(first - datetime.now(UTC)) < timedelta(minutes=1)
        with clock.shifted(days=2):
            assert timedelta(days=2) <= db_now(session) - second < timedelta(days=2, minutes=1)


def test_the_databases_clock_does_not_stand_still_within_a_transaction(db):
    """A deadline that passes while a transaction waits for a lock has passed."""
    with db.write() as session:
        first = db_now(session)
        time.sleep(0.05)
        assert db_now(session) > first


BEIJING = timezone(timedelta(hours=8))


@pytest.mark.parametrize(
    "moment",
    [
        datetime(2026, 11, 23, 8, 0, 0, 123456, tzinfo=UTC),
        datetime(2026, 11, 23, 16, 30, tzinfo=BEIJING),
        datetime(1988, 7, 1, tzinfo=clock.SHANGHAI),
        datetime(9999, 12, 31, 23, 59, 59, 999999, tzinfo=UTC),
    ],
    ids=["microseconds", "other-offset", "summer-time", "last"],
)
def test_moments_come_back_aware_and_equal(db, moment):
    with db.write() as session:
        session.add(entry(at=moment))
    with db.read() as session:
        found = session.scalars(select(AuditEntry.at)).one()
        assert found == moment
        assert found.tzinfo is UTC
        assert session.scalars(select(AuditEntry.id).where(AuditEntry.at == moment)).all() == [1]


def test_a_moment_without_a_zone_is_refused(db):
    with pytest.raises(StatementError, match="without a time zone"), db.write() as session:
        session.add(entry(at=datetime(2026, 11, 23)))


def test_moments_sort_as_time_does(db):
    moments = [datetime(2026, 11, 23, tzinfo=UTC) + timedelta(microseconds=n) for n in (5, 0, 1_000_000, 999_999, 1)]
    with db.write() as session:
        session.add_all([entry(at=moment) for moment in moments])
    with db.read() as session:
        assert session.scalars(select(AuditEntry.at).order_by(AuditEntry.at)).all() == sorted(moments)


def test_json_is_kept_as_the_same_text_on_both(db):
    detail = {"b": [1, None, True, {"z": "捆", "a": 2**60}], "a": ""}
    with db.write() as session:
        session.add(entry(detail=detail))
    with db.read() as session:
        stored = session.execute(select(AuditEntry.detail.cast(Text))).scalar_one()
        raw = session.execute(text("SELECT detail FROM audit_entry")).scalar_one()
        assert raw == canonical_json(detail) == '{"a":"","b":[1,null,true,{"a":1152921504606846976,"z":"捆"}]}'
        assert stored in (raw, detail)
        assert session.scalars(select(AuditEntry.detail)).one() == detail


def test_json_has_no_infinity():
    with pytest.raises(ValueError, match="JSON"):
        canonical_json({"x": float("inf")})


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_every_spelling_of_postgresql_means_one_driver(scheme):
    db = Database(f"{scheme}://user:secret@host/database")
    assert (db.dialect, db.url.drivername) == ("postgresql", "postgresql+psycopg")
    db.close()


def test_threads_have_transactions_of_their_own(db):
    """What one thread has not committed the other does not see."""
    written, looked = threading.Event(), threading.Event()

    def write():
        with db.write() as session:
            session.add(entry())
            session.flush()
            written.set()
            looked.wait(10)

    thread = threading.Thread(target=write)
    thread.start()
    written.wait(10)
    with db.read() as session:
        during = session.scalars(select(AuditEntry)).all()
    looked.set()
    thread.join()
    with db.read() as session:
        assert (during, len(session.scalars(select(AuditEntry)).all())) == ([], 1)


@pytest.mark.parametrize("dialect", ["postgresql"])
def test_connections_that_died_while_unused_are_replaced(db, databases, monkeypatch):
    """As after the server was started anew: whoever comes next notices nothing."""
    monkeypatch.setattr(database, "RESTED_SECONDS", 0.0)
    with db.read() as session:
        gone = session.execute(text("SELECT pg_backend_pid()")).scalar_one()
    other = databases.connect(db.url.render_as_string(hide_password=False))
    with other.read() as session:
        session.execute(text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": gone})
    with db.read() as session:
        assert session.execute(text("SELECT pg_backend_pid()")).scalar_one() != gone


def test_a_glance_takes_one_statement_and_no_turn(db):
    """It begins no transaction and sees what was committed, also while a writer holds the database."""
    count = select(func.count()).select_from(table("document_counter"))
    with sent(db) as said, db.glance() as line:
        assert run(line, count, {}) == [(0,)]
        raw = line.held.driver_connection
        assert (
            not raw.in_transaction if db.dialect == "sqlite" else raw.info.transaction_status == TransactionStatus.IDLE
        )
    assert len(said) == 1
    with db.write() as session:
        session.execute(text("INSERT INTO document_counter (series, last) VALUES ('x', 0)"))
        with db.glance() as line:
            assert run(line, count, {}) == [(0,)]
    with db.glance() as line:
        assert run(line, count, {}) == [(1,)]


@pytest.mark.parametrize("dialect", ["postgresql"])
def test_what_was_prepared_outlasts_a_reader(db):
    """At a rollback the driver forgets what it prepared, so that the next scan would be planned anew."""

    def prepared():
        with db.glance() as line:
            raw = line.held.driver_connection
            return raw.info.backend_pid, raw.execute(
                "SELECT name FROM pg_prepared_statements", prepare=False
            ).fetchall()

    for _ in range(8):
        with db.read() as session:
            session.execute(text("SELECT count(*) FROM audit_entry"))
    before = prepared()
    with db.read() as session:
        session.add(entry())  # never sent: a reader writes nothing
    assert before[1]
    assert prepared() == before
    with db.read() as session:
        assert session.scalars(select(AuditEntry)).all() == []


@pytest.mark.parametrize("dialect", ["postgresql"])
def test_a_line_that_broke_is_given_up(db, databases):
    """The error is SQLAlchemy's, as everywhere, and the next one gets another connection."""
    pid = select(func.pg_backend_pid())
    other = databases.connect(db.url.render_as_string(hide_password=False))

    def ask_twice(held):
        """Ask for the number of the connection, which is then ended, and ask again."""
        ((number,),) = run(held, pid, {})
        with other.glance() as killing:
            run(killing, select(func.pg_terminate_backend(bindparam("pid"), 5000)), {"pid": number})
        run(held, pid, {})

    for used in (db.glance, db.write):
        with pytest.raises(OperationalError) as broken, used() as held:
            ask_twice(held)
        assert broken.value.connection_invalidated
        with used() as held:
            assert run(held, pid, {})


def test_what_the_database_refuses_is_refused_as_everywhere(db):
    """An error of the driver's comes as SQLAlchemy's, without what was sent: that may be somebody's secret."""
    same = insert(SubscriberCursor).values(name=bindparam("given"), epoch=1, txid=0, event_id=0)
    with db.write() as session:
        run(session, same, {"given": "a-secret"})
    with pytest.raises(IntegrityError) as refused, db.write() as session:
        run(session, same, {"given": "a-secret"})
    assert "INSERT INTO outbox_subscriber" in refused.value.statement
    assert "[SQL parameters hidden due to hide_parameters=True]" in str(refused.value)
    with db.read() as session:
        assert len(session.scalars(select(SubscriberCursor)).all()) == 1


@pytest.mark.parametrize("dialect", ["postgresql"])
def test_a_reader_whose_connection_broke_has_read_what_it_has_read(db, databases):
    """As a page that shows itself without its counts; the next reader gets another connection."""
    other = databases.connect(db.url.render_as_string(hide_password=False))
    with db.read() as session:
        pid = session.scalar(select(func.pg_backend_pid()))
        with other.glance() as killing:
            run(killing, select(func.pg_terminate_backend(bindparam("pid"), 5000)), {"pid": pid})
        with pytest.raises(OperationalError):
            session.scalar(select(func.pg_backend_pid()))
    with db.read() as session:
        assert session.scalar(select(func.pg_backend_pid())) != pid
