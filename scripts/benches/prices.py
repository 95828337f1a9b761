"""What the benches of prices share: a PostgreSQL of their own, many series, and tables like ours to COPY into."""

# ruff: noqa: S608  # the names and figures that are put into statements are the bench's own
import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from benches.harness import BenchError

SCRIPTS = Path(__file__).resolve().parents[1]
sys.path.append(str(SCRIPTS.parent))

FIRST_DAY = date(2017, 1, 1)
FETCHED = datetime(2026, 11, 1, tzinfo=UTC)
SERVER = {"shared_buffers": "1GB", "max_wal_size": "8GB", "autovacuum": "off", "maintenance_work_mem": "512MB"}
"""Set for both sides: no vacuum begins in the middle of a measurement."""
_TABLES = ("price_observation", "price_current")


def number(name: str, usual: int) -> int:
    """A figure of the bench from the environment, for example ``BENCH_SERIES=500``."""
    text = os.environ.get(f"BENCH_{name}", str(usual))
    if not text.isdecimal() or not int(text):
        raise BenchError(f"BENCH_{name} must be a whole number above zero, not {text}")
    return int(text)


@contextmanager
def server() -> Iterator[Any]:
    """A migrated database on a PostgreSQL of its own in memory, or on the disk where that is short; never durable."""
    from steelyard.cli.migrating import bring_up
    from steelyard.core.database import Database
    from tests.support import postgres

    postgres.SPEED.update(SERVER)
    try:
        own = postgres.start(owner_pid=os.getpid())
    except postgres.NoServerError as error:
        raise BenchError(str(error)) from error
    database = Database(own.url("postgres"))
    try:
        bring_up(database)
        yield database
    finally:
        database.close()
        own.stop()


def traits(place: int) -> Any:
    """What the series of that place says of itself."""
    from pricing.sources.traits import SeriesTraits

    return SeriesTraits(
        code=f"history:bench-{place:05}",
        kind="spot",
        name=f"bench {place}",
        commodity="billet",
        category="steel",
        market="Tangshan",
        value_field="average",
        frequency="daily",
        unit="CNY/t",
        position=place,
    )


def rows(day: date, series: int, edition: str = "release") -> list[Any]:
    """One new figure of each series for a day."""
    from pricing.sources.base import ParsedRow

    return [ParsedRow(traits(place), place + 1, day, edition, 30_000 + place, 1) for place in range(series)]


def days_from(first: date) -> Iterator[date]:
    """That day and all that follow."""
    while True:
        yield first
        first += timedelta(days=1)


def fill(database: Any, series: int, days: int) -> None:
    """Write so many series with so many days each, on the server: as ten documents for each of them all."""
    from steelyard.core import partitions

    with database.engine.begin() as connection:
        run = connection.exec_driver_sql
        first, last = FIRST_DAY, FIRST_DAY + timedelta(days=days)
        partitions.ensure(connection, _TABLES, range(first.year, last.year + 1))
        run(
            "INSERT INTO price_series (code, family, kind, name, commodity, category, market, value_field, frequency, "
            "unit, tax_included, position) SELECT 'history:bench-' || lpad(n::text, 5, '0'), 'history', 'spot', "
            "'bench ' || n, 'billet', 'steel', 'Tangshan', 'average', 'daily', 'CNY/t', true, n "
            f"FROM generate_series(0, {series - 1}) n"
        )
        run("INSERT INTO price_raw_content (sha256, size, packed) VALUES (repeat('0', 64), 0, '')")
        run(
            "INSERT INTO price_document (source, family, url, fetched_at, known_from, sha256, rows, kept, appended, "
            "unchanged, dropped, first_day, last_day) SELECT 'history', 'history', 'https://example.org/', "
            f"timestamptz '2026-01-01' + n * interval '1 minute', now(), repeat('0', 64), 1, 1, 1, 0, '[]', "
            f"'{first}', '{last}' FROM generate_series(1, 10) n"
        )
        run(
            "INSERT INTO price_observation (series_id, day, edition, mantissa, scale, status, known_from, document_id) "
            f"SELECT s.id, date '{first}' + d, 'release', 30000 + s.position + d, 1, 'final', now(), 1 + mod(d, 10) "
            f"FROM generate_series(0, {days - 1}) d, price_series s"
        )
        run(
            "INSERT INTO price_current (series_id, day, edition, mantissa, scale, status, revision, held, "
            "observation_id, document_id) SELECT series_id, day, edition, mantissa, scale, status, 1, false, id, "
            "document_id FROM price_observation"
        )
    vacuum(database)


def vacuum(database: Any) -> None:
    """Let the server know what it stores, as its own clock would have."""
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("VACUUM ANALYZE")


def mirror(database: Any, first: date, days: int) -> None:
    """Make tables with the keys, indexes, partitions and rows of ours in the schema ``mirror``.

    The trigger that stands for the foreign keys of observations comes with them: it looks the same series and
    documents up as ours does.
    """
    from steelyard.core import partitions

    with database.engine.begin() as connection:
        run = connection.exec_driver_sql
        partitions.ensure(connection, _TABLES, range(first.year, (first + timedelta(days=days)).year + 1))
        run("CREATE SCHEMA mirror")
        for table in _TABLES:
            run(f"CREATE TABLE mirror.{table} (LIKE {table} INCLUDING ALL) PARTITION BY RANGE (day)")
            parts = run(
                "SELECT c.relname, pg_get_expr(c.relpartbound, c.oid) FROM pg_inherits i "
                f"JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = '{table}'::regclass"
            ).all()
            for name, bound in parts:
                run(f"CREATE TABLE mirror.{name} PARTITION OF mirror.{table} {bound}")
            run(f"INSERT INTO mirror.{table} SELECT * FROM {table}")
        run(
            "CREATE TRIGGER price_observation_refers AFTER INSERT ON mirror.price_observation "
            "REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION price_observation_refers()"
        )
    vacuum(database)


def copy(database: Any, table: str, content: bytes) -> None:
    """COPY a text into a table in a transaction of its own."""
    with database.engine.begin() as connection:
        cursor = connection.connection.driver_connection.cursor()
        with cursor.copy(f"COPY {table} FROM STDIN") as stream:
            stream.write(content)


def as_text(found: Iterable[Iterable[Any]]) -> bytes:
    """Rows in COPY's text form."""
    return "".join("\t".join(r"\N" if cell is None else str(cell) for cell in row) + "\n" for row in found).encode()
