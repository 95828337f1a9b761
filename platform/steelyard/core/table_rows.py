"""Rows of any table as JSON lines that are the same bytes on both databases, and back.

A row is an array of its values in the order of the columns: integers, texts and truth values as in JSON,
moments as RFC 3339 in UTC with microseconds, days as ISO dates, bytes as base64, JSON columns as their value.
"""

import base64
import json
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from typing import IO, Any

from sqlalchemy import Connection, Table, insert, select, types

from steelyard.core import partitions

BATCH = 1_000
LONGEST_LINE = 64 << 20

Encoder = Callable[[Any], Any]


class UnknownKind(TypeError):
    """A column of a type that the archive has no form for; it names the column."""


_KINDS: tuple[tuple[type[types.TypeEngine[Any]], str], ...] = (
    (types.Boolean, "bool"),
    (types.Integer, "int"),
    (types.DateTime, "moment"),
    (types.Date, "day"),
    (types.LargeBinary, "bytes"),
    (types.Float, "real"),
    (types.JSON, "json"),
    (types.String, "text"),
)


def columns_of(table: Table) -> list[tuple[str, str]]:
    """Names and kinds of the columns that are stored (not computed), in order; raises `UnknownKind`."""
    return [(column.name, _kind(table, column.name)) for column in table.columns if column.computed is None]


def lines(connection: Connection, table: Table) -> Iterator[bytes]:
    """Every row of `table` in the order of its key, streamed; the order does not depend on the database."""
    columns = columns_of(table)
    keys = list(table.primary_key.columns) or [table.c[name] for name, _ in columns]
    postgresql = connection.dialect.name == "postgresql"
    order = [key.collate("C") if postgresql and isinstance(key.type, types.String) else key for key in keys]
    query = select(*(table.c[name] for name, _ in columns)).order_by(*order)
    encoders = [_ENCODE[kind] for _, kind in columns]
    result = connection.execute(query, execution_options={"yield_per": BATCH})
    for row in result:
        values = [None if value is None else encode(value) for encode, value in zip(encoders, row, strict=True)]
        yield json.dumps(values, ensure_ascii=True, separators=(",", ":"), sort_keys=True).encode() + b"\n"


def load(connection: Connection, table: Table, columns: list[tuple[str, str]], content: IO[bytes]) -> int:
    """Insert the rows that `lines` wrote and return how many; raises `ValueError` for what is no such row."""
    naive = connection.dialect.name == "sqlite"
    names = [name for name, _ in columns]
    decoders = [_decode_moment_naive if naive and kind == "moment" else _DECODE[kind] for _, kind in columns]
    split = partitions.is_partitioned(connection, table.name)
    batch: list[dict[str, Any]] = []
    count = 0
    for line in iter(lambda: content.readline(LONGEST_LINE), b""):
        values = json.loads(line)
        if not isinstance(values, list):
            raise ValueError("a row is no array")
        decoded = (None if value is None else decode(value) for decode, value in zip(decoders, values, strict=True))
        batch.append(dict(zip(names, decoded, strict=True)))
        if len(batch) == BATCH:
            count += _insert(connection, table, batch, split)
    return count + _insert(connection, table, batch, split)


def _insert(connection: Connection, table: Table, batch: list[dict[str, Any]], split: bool) -> int:
    count = len(batch)
    if batch:
        if split:
            partitions.ensure(connection, [table.name], {row["day"].year for row in batch})
        connection.execute(insert(table), batch)
        batch.clear()
    return count


def _kind(table: Table, name: str) -> str:
    type_ = table.c[name].type
    for known, kind in _KINDS:
        if isinstance(type_, known):
            return kind
    raise UnknownKind(f"column {table.name}.{name} has the type {type_}, which a backup cannot hold")


def _encode_moment(value: datetime) -> str:
    aware = value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
    return aware.isoformat(timespec="microseconds")


def _decode_moment(value: str) -> datetime:
    return datetime.fromisoformat(value).astimezone(UTC)


def _decode_moment_naive(value: str) -> datetime:
    return _decode_moment(value).replace(tzinfo=None)


def _same(value: Any) -> Any:
    return value


_ENCODE: dict[str, Encoder] = {
    "bool": bool,
    "int": int,
    "moment": _encode_moment,
    "day": date.isoformat,
    "bytes": lambda value: base64.b64encode(value).decode(),
    "real": float,
    "json": _same,
    "text": str,
}
_DECODE: dict[str, Encoder] = {
    **_ENCODE,
    "moment": _decode_moment,
    "day": date.fromisoformat,
    "bytes": lambda value: base64.b64decode(value, validate=True),
}
