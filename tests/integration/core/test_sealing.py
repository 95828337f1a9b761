"""Seals: the chain proves its rows, and each way of tampering behind the database's back is named."""

import threading
from contextlib import ExitStack

import pytest
from sqlalchemy import text

from steelyard.core import audit, sealing
from steelyard.core.audit import AuditEntry
from steelyard.core.sealing import AUDIT_STREAM, GENESIS, seal, verify_audit, verify_stream

TABLES = ("audit_entry", "seal_block")


def write(db, count, action="test.done"):
    with db.write() as session:
        for number in range(count):
            audit.record(session, None, action, f"thing:{number}", {"n": number})


def seal_next(db, **options):
    with db.write() as session:
        block = seal(session, AUDIT_STREAM, AuditEntry, AuditEntry.leaf, **options)
        return block and (block.number, block.count, block.hash)


def report(db, **options):
    with db.read() as session:
        return verify_audit(session, **options)


def faults(db, **options):
    return [(fault.block, fault.code) for fault in report(db, **options).faults]


@pytest.fixture
def chain(db):
    """Three blocks of four, three and two rows."""
    hashes = {}
    for count in (4, 3, 2):
        write(db, count)
        number, _, hash_ = seal_next(db)
        hashes[number] = hash_
    return hashes


@pytest.fixture
def tamper(db):
    """Runs a statement as somebody does who owns the tables and has put the triggers out of the way."""

    def run(*statements):
        with db.write() as session:
            for table in TABLES:
                if db.dialect == "postgresql":
                    session.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))
                else:
                    session.execute(text(f"DROP TRIGGER IF EXISTS {table}_no_update"))
                    session.execute(text(f"DROP TRIGGER IF EXISTS {table}_no_delete"))
            for statement in statements:
                assert session.execute(text(statement)).rowcount > 0

    return run


def test_nothing_to_seal_makes_no_block(db):
    assert seal_next(db) is None
    assert (report(db).holds, report(db).blocks, report(db).head) == (True, 0, GENESIS)


def test_blocks_follow_each_other(db, chain):
    found = report(db)
    assert (found.holds, found.blocks, found.rows, found.unsealed) == (True, 3, 9, 0)
    assert found.head == chain[3]
    write(db, 5)
    assert report(db).unsealed == 5
    assert seal_next(db)[:2] == (4, 5)


def test_a_block_is_bounded_and_the_rest_follows(db):
    write(db, 7)
    sizes = []
    while block := seal_next(db, limit=3):
        sizes.append(block[1])
    assert sizes == [3, 3, 1]
    assert report(db).holds


def test_streams_of_one_table_are_apart(db):
    write(db, 3, "a.done")
    write(db, 2, "b.done")
    for action in ("a.done", "b.done"):
        with db.write() as session:
            block = seal(session, action, AuditEntry, AuditEntry.leaf, where=AuditEntry.action == action)
            assert block.number == 1
        with db.read() as session:
            narrowed = {"where": AuditEntry.action == action}
            assert verify_stream(session, action, AuditEntry, AuditEntry.leaf, **narrowed).holds
    with db.read() as session:
        assert not verify_stream(
            session, "a.done", AuditEntry, AuditEntry.leaf, where=AuditEntry.action == "b.done"
        ).holds


BACKDATED = (
    "INSERT INTO audit_entry (id, epoch, txid, at, action, subject, detail, request_id) "
    "SELECT 0, epoch, txid, at, action, subject, detail, request_id FROM audit_entry WHERE id = 5"
)
TAMPERING = {
    "altered": (["UPDATE audit_entry SET subject = 'other' WHERE id = 6"], [(2, "rows_altered")]),
    "altered-detail": (["UPDATE audit_entry SET detail = '{}' WHERE id = 9"], [(3, "rows_altered")]),
    "altered-author": (["UPDATE audit_entry SET user_id = 4 WHERE id = 1"], [(1, "rows_altered")]),
    "deleted": (["DELETE FROM audit_entry WHERE id = 6"], [(2, "rows_missing")]),
    "deleted-edge": (["DELETE FROM audit_entry WHERE id = 4"], [(1, "rows_missing")]),
    "count-altered": (
        ["UPDATE seal_block SET count = 4 WHERE number = 2"],
        [(2, "block_altered"), (2, "rows_missing")],
    ),
    "block-time": (
        ["UPDATE seal_block SET sealed_at = '2020-01-01 00:00:00.000000+00' WHERE number = 2"],
        [(2, "block_altered")],
    ),
    "root-altered": (
        ["UPDATE seal_block SET merkle_root = prev_hash WHERE number = 2"],
        [(2, "block_altered"), (2, "rows_altered")],
    ),
    "block-hash": (
        ["UPDATE seal_block SET hash = prev_hash WHERE number = 2"],
        [(2, "block_altered"), (3, "chain_broken")],
    ),
    "cursor-spoiled": (
        ["UPDATE seal_block SET last_cursor = 'x' WHERE number = 3"],
        [(3, "block_altered"), (3, "rows_missing")],
    ),
    "block-deleted": (["DELETE FROM seal_block WHERE number = 2"], [(2, "block_missing")]),
    "first-deleted": (["DELETE FROM seal_block WHERE number = 1"], [(1, "block_missing")]),
    "emptied": (
        ["DELETE FROM audit_entry", "UPDATE seal_block SET count = 0"],
        [(n, code) for n in (1, 2, 3) for code in ("block_altered", "rows_moved")],
    ),
}


@pytest.mark.parametrize(("statements", "expected"), TAMPERING.values(), ids=TAMPERING.keys())
def test_tampering_is_named(db, chain, tamper, statements, expected):
    if db.dialect == "sqlite":
        statements = [statement.replace("+00'", "'") for statement in statements]
    tamper(*statements)
    assert faults(db) == expected
    assert report(db).faults[0].detail


def test_a_backdated_row_is_named(db, chain, tamper):
    """Among the rows of the second block's transaction on PostgreSQL, before the first of all on SQLite."""
    tamper(BACKDATED)
    assert faults(db) == [(2 if db.dialect == "postgresql" else 1, "rows_added")]


def test_a_chain_that_was_cut_shows_against_an_exported_head(db, chain, tamper):
    tamper("DELETE FROM audit_entry WHERE id > 7", "DELETE FROM seal_block WHERE number = 3")
    assert report(db).holds
    assert faults(db, known={3: chain[3]}) == [(3, "chain_cut")]


def test_a_chain_that_was_rewritten_shows_against_an_exported_head(db, chain, tamper):
    tamper("DELETE FROM seal_block", "UPDATE audit_entry SET subject = 'other' WHERE id = 1")
    for limit in (4, 3, 2):
        seal_next(db, limit=limit)
    assert report(db).holds
    assert faults(db, known=chain) == [(number, "chain_rewritten") for number in (1, 2, 3)]


def test_verifying_does_not_trust_what_the_session_remembers(db, chain, tamper):
    with db.read() as session:
        assert verify_audit(session).holds
    with db.read() as session:
        remembered = session.query(AuditEntry).all()
        session.rollback()
        tamper("UPDATE audit_entry SET subject = 'other' WHERE id = 6")
        assert not verify_audit(session).holds
        assert len(remembered) == 9


@pytest.mark.postgresql
def test_a_row_that_commits_late_is_sealed_later_and_not_skipped(databases):
    db = databases.open("postgresql")
    with ExitStack() as stack:
        late = stack.enter_context(db.write())
        audit.record(late, None, "late.done", "x")
        late.flush()
        write(db, 2)
        assert seal_next(db) is None
    assert seal_next(db)[:2] == (1, 3)
    assert (report(db).rows, report(db).unsealed) == (3, 0)


def test_two_sealers_make_one_chain(db):
    """Sealers and writers at once: no fork, no row twice, none left out."""
    stop, errors = threading.Event(), []
    write(db, 2)
    seal_next(db)

    def keep(action):
        try:
            while not stop.is_set():
                action()
        except Exception as error:
            errors.append(error)

    def write_some():
        for _ in range(30):
            write(db, 2)

    sealers = [threading.Thread(target=keep, args=(lambda: seal_next(db),)) for _ in range(2)]
    writers = [threading.Thread(target=write_some) for _ in range(2)]
    for thread in (*sealers, *writers):
        thread.start()
    for thread in writers:
        thread.join()
    stop.set()
    for thread in sealers:
        thread.join()
    seal_next(db)
    found = report(db)
    assert errors == []
    assert (found.holds, found.rows, found.unsealed) == (True, 122, 0)
    assert found.blocks > 1


def test_the_clock_seals_the_audit_trail(db):
    [job] = sealing.JOBS
    write(db, 1)
    with db.write() as session:
        job.run(session)
    assert report(db).blocks == 1
