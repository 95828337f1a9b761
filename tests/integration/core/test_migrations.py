"""Migrations: up, down and up again on both databases, and equal to the models."""

import re
from concurrent.futures import ThreadPoolExecutor

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text

from steelyard.migrations import run as migrations
from steelyard.migrations.tables import metadata

SQLITE = (
    """SELECT m.name, 'column', c.name, c.cid, upper(c.type), c."notnull", c.dflt_value, c.pk
    FROM sqlite_schema m, pragma_table_xinfo(m.name) c WHERE m.type = 'table'""",
    """SELECT m.name, 'reference', f."table", f."from", f."to", f.seq, f.on_delete, f.on_update
    FROM sqlite_schema m, pragma_foreign_key_list(m.name) f WHERE m.type = 'table'""",
    """SELECT m.name, 'index', iif(i.origin = 'c', i.name, i.origin), i."unique", i.partial, c.seqno, c.name, c."desc"
    FROM sqlite_schema m, pragma_index_list(m.name) i, pragma_index_xinfo(i.name) c WHERE m.type = 'table'""",
    "SELECT tbl_name, type, name FROM sqlite_schema WHERE type IN ('index', 'trigger') AND sql IS NOT NULL",
    "SELECT name, 'text', sql FROM sqlite_schema WHERE type = 'table'",
)
POSTGRESQL = (
    """SELECT c.relname, 'column', a.attname, row_number() OVER (PARTITION BY c.oid ORDER BY a.attnum),
    format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attidentity::text, pg_get_expr(d.adbin, d.adrelid)
    FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid AND c.relkind IN ('r', 'p')
    LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
    WHERE a.attnum > 0 AND NOT a.attisdropped AND c.relnamespace = 'public'::regnamespace""",
    """SELECT conrelid::regclass::text, contype::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
    WHERE connamespace = 'public'::regnamespace""",
    "SELECT tablename, 'index', indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'",
    "SELECT tgrelid::regclass::text, 'trigger', tgname FROM pg_trigger WHERE NOT tgisinternal",
)
NAMED = re.compile(r"CONSTRAINT \"?(\w+)\"? (CHECK|UNIQUE|FOREIGN|PRIMARY)", re.IGNORECASE)


def schema(db):
    """Everything that the database knows of its tables, in comparable form: of each table a list of what it has.

    Its own catalogue is asked with a few statements: SQLAlchemy would ask SQLite for each table five times.
    """
    with db.engine.connect() as connection:
        rows = [
            row
            for query in (SQLITE if db.dialect == "sqlite" else POSTGRESQL)
            for row in connection.execute(text(query))
        ]
    found = {row[0]: [] for row in rows}
    for name, kind, *rest in rows:
        if kind == "text":
            found[name] += sorted((kind, *named) for named in NAMED.findall(rest[0]))
        else:
            found[name].append((kind, *rest))
    return {name: sorted(map(repr, has)) for name, has in found.items()}


def triggers(found):
    return [one for has in found.values() for one in has if one.startswith("('trigger'")]


def revisions():
    scripts = ScriptDirectory.from_config(migrations._config())
    return [script.revision for script in reversed(list(scripts.walk_revisions()))]


def test_up_down_and_up_again_end_where_they_began(databases, dialect):
    db = databases.open(dialect, empty=True)
    migrations.upgrade(db)
    first = schema(db)
    migrations.downgrade(db, "base")
    assert schema(db).keys() == {"alembic_version"}
    assert triggers(first)
    migrations.upgrade(db)
    assert schema(db) == first
    assert set(metadata().tables) | {"alembic_version"} == {
        name for name in first if not name.startswith("partitions.")
    }


def test_each_step_can_be_taken_back(databases, dialect):
    db = databases.open(dialect, empty=True)
    before = [schema(db)]
    for revision in revisions():
        migrations.upgrade(db, revision)
        assert migrations.current(db) == revision
        before.append(schema(db))
    for revision, expected in zip(revisions()[-2::-1], before[-2:0:-1], strict=True):
        migrations.downgrade(db, revision)
        assert schema(db) == expected


def test_the_chain_is_one_line_in_the_order_of_its_numbers():
    found = revisions()
    assert found == [f"{number:04d}" for number in range(1, len(found) + 1)]
    assert found[-1] == migrations.head()


@pytest.mark.filterwarnings("ignore:autogenerate skipping metadata-specified expression-based index")  # SQLite has none
def test_models_and_migrations_agree(db):
    with db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata()) == []


def test_upgrading_twice_changes_nothing(db):
    before = schema(db)
    migrations.upgrade(db)
    assert schema(db) == before


def test_servers_that_start_together_migrate_once(databases, dialect):
    url = databases.url(dialect, empty=True)
    servers = [databases.connect(url) for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(migrations.upgrade, servers))
    assert [migrations.current(server) for server in servers] == [migrations.head()] * 4


def test_a_failed_migration_leaves_nothing_behind(databases, dialect):
    """All revisions are one transaction: where the last table exists already, not even the first is made."""
    db = databases.open(dialect, empty=True)
    with db.engine.begin() as connection:
        connection.execute(text("CREATE TABLE outbox_event (x INTEGER)"))
    with pytest.raises(Exception, match="already exists"):
        migrations.upgrade(db)
    assert inspect(db.engine).get_table_names() == ["outbox_event"]


def test_known_revisions_are_those_of_the_chain():
    assert all(migrations.knows(revision) for revision in revisions())
    assert not migrations.knows("9999")
    assert not migrations.knows("head")
