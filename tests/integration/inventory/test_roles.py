"""The program under a role of PostgreSQL that owns no table: it does all its work and can undo no record's keeping."""

import secrets
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from steelyard.cli import main
from steelyard.core import grants, partitions
from steelyard.core.database import Database
from tests.support.databases import Databases

from .conftest import Yard

pytestmark = pytest.mark.parametrize("dialect", ["postgresql"])


@pytest.fixture
def role(yard: Yard) -> Iterator[str]:
    """A role of the server that has no rights yet; its name is its password."""
    name = f"app_{secrets.token_hex(4)}"
    with yard.db.engine.begin() as connection:
        connection.execute(text(f"CREATE ROLE {name} LOGIN PASSWORD '{name}'"))
    yield name
    with yard.db.engine.begin() as connection:
        connection.execute(text(f"DROP OWNED BY {name}"))
        connection.execute(text(f"DROP ROLE {name}"))


@pytest.fixture
def reached(yard: Yard, role: str, databases: Databases) -> Database:
    """The yard's database, reached under the role."""
    url = yard.db.url.set(username=role, password=role)
    return databases.connect(url.render_as_string(hide_password=False))


@pytest.fixture
def restricted(yard: Yard, role: str, reached: Database) -> Iterator[Yard]:
    """The yard under the role, which was let in by the tables' owner."""
    with yard.db.engine.begin() as connection:
        grants.give(connection, role)
    yield replace(yard, db=reached)
    reached.close()


def test_it_receives_moves_and_reads(restricted: Yard) -> None:
    restricted.receive("T1", "T2")
    moved, unknown = restricted.scan(
        restricted.operation("move", "T1", place="B-01"), restricted.operation("move", "GHOST", place="B-01")
    )
    assert (moved.code, unknown.code) == ("moved", "bundle_unknown")
    restricted.assert_sound()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE stock_move SET pieces = 1",
        "DELETE FROM stock_move",
        "TRUNCATE stock_move",
        "DROP TRIGGER stock_move_rows_stay ON stock_move",
        "ALTER TABLE stock_move DISABLE TRIGGER ALL",
        "SET session_replication_role = replica",
        "CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$",
        "DROP TABLE stock_move CASCADE",
        "UPDATE alembic_version SET version_num = '0001'",
    ],
)
def test_it_cannot_undo_how_records_are_kept(restricted: Yard, statement: str) -> None:
    restricted.receive("T1")
    with pytest.raises(DBAPIError), restricted.db.engine.begin() as connection:
        connection.exec_driver_sql(statement)
    restricted.assert_sound()


def test_partitions_are_made_for_it(restricted: Yard) -> None:
    """By the owner's function, which makes nothing else."""
    tables = ("price_observation", "price_current")
    with restricted.db.engine.begin() as connection:
        partitions.ensure(connection, tables, {1999, 2031})
    with restricted.db.engine.begin() as connection:
        assert partitions.missing(connection, tables, {1999, 2031}) == []
    with pytest.raises(DBAPIError, match="not kept in partitions"), restricted.db.engine.begin() as connection:
        connection.execute(text("SELECT make_partition('stock_move', 2031)"))
    with pytest.raises(DBAPIError), restricted.db.engine.begin() as connection:
        connection.execute(text("TRUNCATE partitions.price_observation_2031"))


def test_who_owns_the_tables_is_known(yard: Yard, restricted: Yard) -> None:
    with yard.db.engine.connect() as connection:
        assert grants.owns_tables(connection)
    with restricted.db.engine.connect() as connection:
        assert not grants.owns_tables(connection)


def test_a_role_that_is_not_there_or_owns_is_refused(yard: Yard) -> None:
    with pytest.raises(grants.RoleUnknown), yard.db.engine.begin() as connection:
        grants.give(connection, "nobody; DROP TABLE bundle")
    with pytest.raises(grants.RoleOwns), yard.db.engine.begin() as connection:
        grants.give(connection, str(yard.db.url.username))


def test_the_command_says_what_it_did(
    yard: Yard, role: str, reached: Database, databases: Databases, tmp_path: Path
) -> None:
    def run(url: str, *command: str) -> tuple[int, str]:
        known = {"STEELYARD_DATA_DIR": str(tmp_path), "STEELYARD_DATABASE_URL": url, "STEELYARD_SECRET_KEY": "k" * 32}
        done = CliRunner().invoke(main, command, env=known)
        return done.exit_code, done.output

    url = yard.db.url.render_as_string(hide_password=False)
    assert run(url, "migrate", "upgrade")[0] == 0
    code, told = run(url, "migrate", "grant", "nobody")
    assert (code, "has no role nobody" in told) == (1, True)
    code, told = run(url, "migrate", "grant", role)
    assert (code, f"Role {role} may work with the tables and owns none." in told) == (0, True)
    with reached.read() as session:  # the queue's own tables, too
        assert session.scalar(text("SELECT count(*) FROM dbos.workflow_status")) == 0
    own_url = reached.url.render_as_string(hide_password=False)
    reached.close()
    assert run(own_url, "backup", str(tmp_path / "kept"))[0] == 0
    assert (tmp_path / "kept").stat().st_size > 0
    code, told = run(databases.url("sqlite"), "migrate", "grant", "nobody")
    assert (code, "SQLite has no roles" in told) == (1, True)
