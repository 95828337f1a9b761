"""Tables that PostgreSQL keeps in one partition for each year of their column ``day``; SQLite keeps them whole.

Partitions are made when the first row of their year comes, by a function with the rights of the tables' owner
(:func:`define`), for the program's own role may own none (:mod:`steelyard.core.grants`). There is no default
partition: a row whose year has none is refused loudly instead of lying where nobody looks. They live in a schema of
their own, so that the list of our tables stays the list of our models. All days before `FIRST_YEAR` share one.
"""

from collections.abc import Iterable

from sqlalchemy import Connection, text

SCHEMA = "partitions"
FIRST_YEAR = 2000
_LOCK = 7_261_004_117
"""Number of the advisory lock under which partitions are made, one transaction at a time."""

_IS_PARTITIONED = text("SELECT EXISTS (SELECT FROM pg_partitioned_table WHERE partrelid = to_regclass(:table))")
_MADE = text("SELECT make_partition(:table, :year)")
_FUNCTION = """
CREATE OR REPLACE FUNCTION make_partition(parent text, year integer) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = {own}, pg_temp AS $$
DECLARE
  part text := format('{aside}.%I', parent || CASE WHEN year < {first} THEN '_early' ELSE '_' || year END);
  lower_end text := CASE WHEN year < {first} THEN 'MINVALUE' ELSE quote_literal(year || '-01-01') END;
  upper_end text := quote_literal(greatest(year + 1, {first}) || '-01-01');
BEGIN
  IF NOT EXISTS (SELECT FROM pg_partitioned_table WHERE partrelid = to_regclass(quote_ident(parent))) THEN
    RAISE EXCEPTION '% is not kept in partitions', parent;
  END IF;
  EXECUTE format('CREATE TABLE %s (LIKE %I INCLUDING ALL)', part, parent);
  EXECUTE format('ALTER TABLE %I ATTACH PARTITION %s FOR VALUES FROM (%s) TO (%s)',
    parent, part, lower_end, upper_end);
  IF EXISTS (SELECT FROM pg_trigger
             WHERE tgrelid = to_regclass(quote_ident(parent)) AND tgname = parent || '_stays') THEN
    -- Row triggers come with the attaching, those of statements do not.
    EXECUTE format('CREATE TRIGGER %I BEFORE TRUNCATE ON %s FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()',
      parent || '_stays', part);
  END IF;
END $$
"""


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
        connection.execute(_MADE, {"table": table, "year": year})


def define(connection: Connection) -> None:
    """Let every role make partitions that may call for it, with the rights of the tables' owner, who runs this."""
    own = connection.execute(text("SELECT quote_ident(current_schema())")).scalar_one()
    connection.exec_driver_sql(_FUNCTION.format(own=own, aside=SCHEMA, first=FIRST_YEAR).replace("%", "%%"))
    connection.execute(text("REVOKE EXECUTE ON FUNCTION make_partition FROM PUBLIC"))
