"""Filling whole tables at once: references checked at the end, and sequences moved behind what was loaded."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Table, func, inspect, select, text, types
from sqlalchemy.exc import IntegrityError


@contextmanager
def deferred_references(connection: Connection, tables: Iterable[Table]) -> Iterator[None]:
    """Let rows refer to rows that are loaded later; at the end every reference is checked.

    Raises `sqlalchemy.exc.IntegrityError` for one that leads nowhere. The constraints stay as they were.
    """
    if connection.dialect.name == "sqlite":
        connection.execute(text("PRAGMA defer_foreign_keys=ON"))
        yield
        broken = connection.execute(text("PRAGMA foreign_key_check")).first()
        if broken is not None:
            detail = f"a row of {broken[0]} refers to a row of {broken[2]} that is not there"
            raise IntegrityError(None, None, ValueError(detail))
        connection.execute(text("PRAGMA defer_foreign_keys=OFF"))
        return
    strict = list(_strict_references(connection, tables))
    for table, name in strict:
        connection.execute(text(f'ALTER TABLE "{table}" ALTER CONSTRAINT "{name}" DEFERRABLE INITIALLY DEFERRED'))
    yield
    connection.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))
    for table, name in strict:
        connection.execute(text(f'ALTER TABLE "{table}" ALTER CONSTRAINT "{name}" NOT DEFERRABLE'))


def fix_sequences(connection: Connection, tables: Iterable[Table]) -> None:
    """Let PostgreSQL count on behind the greatest id of each table; SQLite does so by itself."""
    if connection.dialect.name != "postgresql":
        return
    for table in tables:
        for column in table.primary_key.columns:
            if not isinstance(column.type, types.Integer):
                continue
            owner = {"table": f'"{table.name}"', "column": column.name}
            sequence = connection.execute(text("SELECT pg_get_serial_sequence(:table, :column)"), owner).scalar()
            if sequence is not None:
                last = connection.execute(select(func.max(column))).scalar()
                connection.execute(select(func.setval(sequence, last or 1, last is not None)))


def _strict_references(connection: Connection, tables: Iterable[Table]) -> Iterator[tuple[str, str]]:
    inspector = inspect(connection)
    for table in tables:
        for reference in inspector.get_foreign_keys(table.name):
            name = reference["name"]
            if name is not None and not reference["options"].get("deferrable"):
                yield table.name, name
