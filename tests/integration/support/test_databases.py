"""The databases that the tests run on."""

from sqlalchemy import inspect, text

from steelyard.core.database import Database, db_now
from steelyard.migrations import run as migrations
from tests.support.databases import Databases


def test_a_fresh_database_is_migrated(db: Database) -> None:
    """A clone of the template stands at the newest revision."""
    assert migrations.current(db) == migrations.head()


def test_two_databases_of_one_test_know_nothing_of_each_other(databases: Databases, dialect: str) -> None:
    """What one clone holds the other does not."""
    one, other = databases.open(dialect), databases.open(dialect)
    with one.write() as session:
        session.execute(text("CREATE TABLE only_here (id INTEGER)"))
    assert inspect(one.engine).has_table("only_here")
    assert not inspect(other.engine).has_table("only_here")


def test_an_empty_database_has_no_table(databases: Databases, dialect: str) -> None:
    """For migrations and restores, which begin with nothing."""
    assert inspect(databases.open(dialect, empty=True).engine).get_table_names() == []


def test_the_database_tells_the_time_in_utc(db: Database) -> None:
    """Whatever zone the server stands in."""
    with db.read() as session:
        assert db_now(session).utcoffset().total_seconds() == 0
