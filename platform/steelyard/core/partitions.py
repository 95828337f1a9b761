"""Tables that PostgreSQL keeps in one partition for each year of their column ``day``; SQLite keeps them whole.

Partitions are made when the first row of their year comes. There is no default partition: a row whose year has
none is refused loudly instead of lying where nobody looks. They live in a schema of their own, so that the list
of our tables stays the list of our models. All days before `FIRST_YEAR` share one partition.
"""

from collections.abc import Iterable

from sqlalchemy import Connection, text

SCHEMA = "partitions"
FIRST_YEAR = 2000
_LOCK = 7_261_004_117
"""Number of the advisory lock under which partitions are made, one transaction at a time."""

_IS_PARTITIONED = text("SELECT EXISTS (SELECT FROM pg_partitioned_table WHERE partrelid = to_regclass(:table))")
_HAS_GUARD = text(
    "SELECT EXISTS (SELECT FROM pg_trigger WHERE tgrelid = to_regclass(:table) AND tgname = :name AND NOT tgisinternal)"
)


def partition_name(table: str, year: int) -> str:
    """The partition that holds the days of a year, without its schema."""
    return f"{table}_early" if year < FIRST_YEAR else f"{table}_{year}"


def is_partitioned(connection: Connection, table: str) -> bool:
    """Whether the table is kept in partitions on this database."""
    if connection.dialect.name != "postgresql":
        return False
    return bool(connection.execute(_IS_PARTITIONED, {"table": table}).scalar_one())


def missing(connection: Connection, tables: Iterable[str], years: Iterable[int]) -> list[tuple[str, int]]:
    """The pairs of table and year that have no partition yet, by one statement."""
    wanted = {partition_name(table, year): (table, year) for table in tables for year in sorted(years)}
    found = connection.execute(
        text("SELECT name FROM unnest(CAST(:names AS text[])) AS name WHERE to_regclass(:schema || name) IS NULL"),
        {"names": list(wanted), "schema": f"{SCHEMA}."},
    ).scalars()
    return [wanted[name] for name in found]


def ensure(connection: Connection, tables: Iterable[str], years: Iterable[int]) -> None:
    """Make what is missing, in this transaction; who comes second waits and finds it made.

    A partition is filled in aside and then attached, because attaching stops neither readers nor writers of the
    table, as creating it in its place would.
    """
    if not (absent := missing(connection, tables, years)):
        return
    connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": _LOCK})
    for table, year in missing(connection, {table for table, _ in absent}, {year for _, year in absent}):
        _make(connection, table, year)


def _make(connection: Connection, table: str, year: int) -> None:
    name = f"{SCHEMA}.{partition_name(table, year)}"
    first = "MINVALUE" if year < FIRST_YEAR else f"'{year}-01-01'"
    end = f"'{max(year + 1, FIRST_YEAR)}-01-01'"
    connection.execute(text(f"CREATE TABLE {name} (LIKE {table} INCLUDING ALL)"))
    connection.execute(text(f"ALTER TABLE {table} ATTACH PARTITION {name} FOR VALUES FROM ({first}) TO ({end})"))
    if connection.execute(_HAS_GUARD, {"table": table, "name": f"{table}_stays"}).scalar_one():
        connection.execute(
            text(  # row triggers come with the attaching, those of statements do not
                f"CREATE TRIGGER {table}_stays BEFORE TRUNCATE ON {name} "
                "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
            )
        )
