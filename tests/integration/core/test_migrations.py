"""Migrations: up, down and up again on both databases, and equal to the models."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text

from steelyard.migrations import run as migrations
from steelyard.migrations.tables import metadata


def schema(db):
    """Everything that the database knows of its tables, in comparable form."""
    with db.engine.connect() as connection:
        inspector = inspect(connection)
        columns, keys = inspector.get_multi_columns(), inspector.get_multi_pk_constraint()
        uniques, references = inspector.get_multi_unique_constraints(), inspector.get_multi_foreign_keys()
        checks, indexes = inspector.get_multi_check_constraints(), inspector.get_multi_indexes()
        found = {
            name: {
                "columns": [(c["name"], str(c["type"]), c["nullable"]) for c in columns[schema_, name]],
                "key": keys[schema_, name]["constrained_columns"],
                "unique": sorted((u["name"], u["column_names"]) for u in uniques.get((schema_, name), ())),
                "references": sorted(str(sorted(f.items())) for f in references.get((schema_, name), ())),
                "checks": sorted(c["name"] or "" for c in checks.get((schema_, name), ())),
                "indexes": sorted((i["name"], i["column_names"]) for i in indexes.get((schema_, name), ())),
            }
            for schema_, name in columns
        }
        if db.dialect == "sqlite":
            triggers = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        else:
            triggers = "SELECT tgrelid::regclass || tgname FROM pg_trigger WHERE NOT tgisinternal"
        found["triggers"] = sorted(connection.execute(text(triggers)).scalars())
    return found


def revisions():
    scripts = ScriptDirectory.from_config(migrations._config())
    return [script.revision for script in reversed(list(scripts.walk_revisions()))]


def test_up_down_and_up_again_end_where_they_began(databases, dialect):
    db = databases.open(dialect, empty=True)
    migrations.upgrade(db)
    first = schema(db)
    migrations.downgrade(db, "base")
    assert schema(db).keys() == {"alembic_version", "triggers"}
    assert schema(db)["triggers"] == []
    migrations.upgrade(db)
    assert schema(db) == first
    assert set(metadata().tables) | {"alembic_version", "triggers"} == first.keys()


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
