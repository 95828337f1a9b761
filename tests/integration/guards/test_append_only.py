"""Tables whose rows may never change are guarded by the database itself."""

from sqlalchemy import Table, text

from steelyard.core import partitions
from steelyard.core.database import Database
from steelyard.migrations.tables import metadata

SQLITE = "SELECT tbl_name, upper(sql) FROM sqlite_master WHERE type = 'trigger'"
# tgtype is a bit field: 8 DELETE, 16 UPDATE, 32 TRUNCATE; tgenabled 'O' is an enabled trigger
POSTGRESQL = """
SELECT c.relname, t.tgtype FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
WHERE NOT t.tgisinternal AND t.tgenabled = 'O'
"""
PARTITIONS = """
SELECT part.relname, whole.relname FROM pg_inherits i JOIN pg_class part ON part.oid = i.inhrelid
JOIN pg_class whole ON whole.oid = i.inhparent WHERE part.relkind = 'r'
"""


def _guarded(db: Database) -> dict[str, set[str]]:
    """Return for each table the statements that a trigger of its own watches."""
    found: dict[str, set[str]] = {}
    with db.read() as session:
        rows = session.execute(text(SQLITE if db.dialect == "sqlite" else POSTGRESQL)).all()
    for table, what in rows:
        if db.dialect == "sqlite":
            statements = {verb for verb in ("UPDATE", "DELETE") if f"BEFORE {verb}" in what and "RAISE(ABORT" in what}
        else:
            statements = {verb for bit, verb in ((8, "DELETE"), (16, "UPDATE"), (32, "TRUNCATE")) if what & bit}
        found.setdefault(table, set()).update(statements)
    return found


def _partitions(db: Database) -> dict[str, str]:
    """Return the partitions with the table that each is a part of."""
    if db.dialect == "sqlite":
        return {}
    with db.read() as session:
        return dict(session.execute(text(PARTITIONS)).all())


def _append_only() -> list[Table]:
    return [table for table in metadata().tables.values() if table.info.get("append_only")]


def test_every_append_only_table_refuses_change(db: Database) -> None:
    """UPDATE and DELETE, and on PostgreSQL TRUNCATE, meet a trigger."""
    needed = {"UPDATE", "DELETE"} | ({"TRUNCATE"} if db.dialect == "postgresql" else set())
    guarded = _guarded(db)
    assert _append_only()
    assert {table.name: guarded.get(table.name, set()) & needed for table in _append_only()} == {
        table.name: needed for table in _append_only()
    }


def test_every_guarded_table_says_so_in_its_model(db: Database) -> None:
    """Who reads the model knows that a row stays."""
    parts = _partitions(db)
    full = {table for table, statements in _guarded(db).items() if statements >= {"UPDATE", "DELETE"}} - parts.keys()
    assert full == {table.name for table in _append_only()}


def test_every_partition_is_guarded_like_the_table_that_it_is_a_part_of(db: Database) -> None:
    """TRUNCATE of a single year meets a trigger of its own, which PostgreSQL does not pass on."""
    with db.engine.begin() as connection:
        if db.dialect == "postgresql":
            partitions.ensure(connection, ["price_observation", "price_current"], {1999, 2031})
    parts, guarded = _partitions(db), _guarded(db)
    protected = {table.name for table in _append_only()}
    found = {part: guarded.get(part, set()) for part, whole in parts.items() if whole in protected}
    assert [part for part, verbs in found.items() if verbs != {"UPDATE", "DELETE", "TRUNCATE"}] == []
    assert {"price_observation_early", "price_observation_2031"} <= found.keys() or db.dialect == "sqlite"


def test_replacing_a_row_meets_the_trigger_too(db: Database) -> None:
    """On SQLite INSERT OR REPLACE deletes silently unless triggers recurse."""
    if db.dialect == "sqlite":
        with db.read() as session:
            assert session.execute(text("PRAGMA recursive_triggers")).scalar_one() == 1
    else:
        with db.read() as session:
            assert session.execute(text("SHOW session_replication_role")).scalar_one() == "origin"
