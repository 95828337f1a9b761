"""The audit trail: who did what, and nobody can change it through the database's front door."""

from contextlib import contextmanager

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from steelyard.core import audit
from steelyard.core.actors import Actor, OrgKind, Role
from steelyard.core.audit import AuditEntry
from steelyard.core.context import request_id

KEEPER = Actor(7, "老王", 3, OrgKind.WAREHOUSE, "东昌府库", frozenset({Role.KEEPER}))


@pytest.fixture
def recorded(db):
    token = request_id.set("req-9")
    with db.write() as session:
        audit.record(session, KEEPER, "inventory.receive", "receipt:RK-20261123-0001", {"mass_g": 3_512_000})
        audit.record(session, None, "core.sealed", "audit")
    request_id.reset(token)
    return db


def test_an_entry_says_who_did_what_in_which_request(recorded):
    with recorded.read() as session:
        mine, systems = session.scalars(select(AuditEntry).order_by(AuditEntry.id)).all()
        assert (mine.user_id, mine.org_id, mine.action) == (7, 3, "inventory.receive")
        assert (mine.subject, mine.detail) == ("receipt:RK-20261123-0001", {"mass_g": 3_512_000})
        assert (mine.request_id, systems.request_id) == ("req-9", "req-9")
        assert (systems.user_id, systems.org_id, systems.detail) == (None, None, {})


def test_an_entry_goes_with_the_change_that_failed(db):
    with pytest.raises(ZeroDivisionError), undone(db) as session:
        audit.record(session, KEEPER, "x.y", "z")
    with db.read() as session:
        assert session.scalars(select(AuditEntry)).all() == []


@contextmanager
def undone(db):
    """A transaction that fails after what was done in it."""
    with db.write() as session:
        yield session
        session.flush()
        assert 1 // 0


ATTACKS = {
    "update": "UPDATE audit_entry SET subject = 'other' WHERE id = 1",
    "update-all": "UPDATE audit_entry SET user_id = NULL",
    "delete": "DELETE FROM audit_entry WHERE id = 1",
    "delete-all": "DELETE FROM audit_entry",
    "seal-update": "UPDATE seal_block SET hash = 'x'",
    "event-delete": "DELETE FROM outbox_event",
    "audience-update": "UPDATE outbox_audience SET org_id = 99",
}
POSTGRESQL_ATTACKS = {
    "truncate": "TRUNCATE audit_entry",
    "truncate-cascade": "TRUNCATE outbox_event CASCADE",
    "upsert": (
        "INSERT INTO audit_entry (id, epoch, txid, at, action, subject, detail, request_id) "
        "VALUES (1, 1, 1, now(), 'a', 'b', '{}', 'r') ON CONFLICT (id) DO UPDATE SET subject = 'other'"
    ),
}
SQLITE_ATTACKS = {
    "replace": (
        "INSERT OR REPLACE INTO audit_entry (id, epoch, txid, at, action, subject, detail, request_id) "
        "VALUES (1, 1, 0, '2026-11-23 00:00:00.000000', 'a', 'b', '{}', 'r')"
    ),
    "update-or-replace": "UPDATE OR REPLACE audit_entry SET id = 2 WHERE id = 1",
}


def attack(db, statement):
    from steelyard.core import outbox, sealing

    with db.write() as session:
        outbox.publish(session, "t.t", subject="s", data={}, audience=[1])
        sealing.seal_audit(session)
    with db.read() as session:
        before = everything(session)
    with pytest.raises(DBAPIError, match="append-only"), db.write() as session:
        session.execute(text(statement))
    with db.read() as session:
        assert everything(session) == before


def everything(session):
    tables = ("audit_entry", "seal_block", "outbox_event", "outbox_audience")
    return [session.execute(text(f"SELECT * FROM {table} ORDER BY 1")).all() for table in tables]


@pytest.mark.parametrize("statement", ATTACKS.values(), ids=ATTACKS.keys())
def test_rows_cannot_be_changed(recorded, statement):
    attack(recorded, statement)


@pytest.mark.postgresql
@pytest.mark.parametrize("dialect", ["postgresql"])
@pytest.mark.parametrize("statement", POSTGRESQL_ATTACKS.values(), ids=POSTGRESQL_ATTACKS.keys())
def test_rows_cannot_be_changed_on_postgresql(recorded, statement):
    attack(recorded, statement)


@pytest.mark.parametrize("dialect", ["sqlite"])
@pytest.mark.parametrize("statement", SQLITE_ATTACKS.values(), ids=SQLITE_ATTACKS.keys())
def test_rows_cannot_be_changed_on_sqlite(recorded, statement):
    attack(recorded, statement)
