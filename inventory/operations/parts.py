"""Many questions as one statement: each row of its answer is the name of a part and a JSON list."""

import json
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import UTC, datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Executable,
    Select,
    Text,
    bindparam,
    cast,
    func,
    literal_column,
    select,
    union_all,
)
from sqlalchemy.orm import Session

from steelyard.core.prepared import POSTGRESQL, dialect_of, listed, run

WAREHOUSE = bindparam("warehouse_id", type_=BigInteger())
ORG = bindparam("org_id", type_=BigInteger())
Query = Select[*tuple[Any, ...]]
"""A query that gives some columns or others."""
Parts = Callable[[str], Iterable[Query]]
"""What makes the parts of a question for a database, ``postgresql`` or ``sqlite``."""
Wanted = Mapping[Parts, Mapping[str, Collection[Any]]]
"""The parts that are asked, each with the lists that they read as parameters."""
Rows = Mapping[str, list[Any]]
"""The rows of each part; of one that found nothing there are none."""


def part(dialect: str, name: str, query: Query, *columns: ColumnElement[Any] | Any) -> Query:
    """A part that gives ``columns`` of a query."""
    values = (func.jsonb_build_array if dialect == POSTGRESQL else func.json_array)(*columns)
    told = literal_column(f"'{name}'", Text()).label("part")
    return query.with_only_columns(told, cast(values, Text).label("row"))


def whole(dialect: str, name: str, query: Query) -> Query:
    """A part that gives all columns of a query, which may lock; parts that do are carried out in their order."""
    rows = query.cte(f"{name}_found")  # a name of its own: SQLite would take that of a table for the table
    return part(dialect, name, select(rows), *rows.c)


def given(dialect: str, wanted: Wanted) -> dict[str, Any]:
    """The parameters that the parts read."""
    return {name: listed(dialect, values) for lists in wanted.values() for name, values in lists.items()}


def answered(session: Session, question: Executable, parameters: Mapping[str, Any]) -> Rows:
    """Ask a question that is made of parts."""
    found: dict[str, list[Any]] = {}
    rows = run(session, question, parameters)
    values = json.loads(f"[{','.join([row for _, row in rows])}]")
    for (name, _), value in zip(rows, values, strict=True):
        found.setdefault(name, []).append(value)
    return found


def ask(session: Session, warehouse_id: int, wanted: Wanted) -> Rows:
    """Ask for parts in one statement, in none where nothing is wanted."""
    if not wanted:
        return {}
    dialect = dialect_of(session)
    return answered(
        session, _question(dialect, tuple(wanted)), {"warehouse_id": warehouse_id, **given(dialect, wanted)}
    )


@cache
def _question(dialect: str, wanted: tuple[Parts, ...]) -> Executable:
    return union_all(*(one for parts in wanted for one in parts(dialect)))


def moment(text: str) -> datetime:
    """An aware moment of a row: PostgreSQL writes its offset, SQLite keeps UTC without saying so."""
    found = datetime.fromisoformat(text)
    return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
