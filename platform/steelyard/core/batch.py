"""Several writes in one statement where the database can do that, one after the other where it cannot.

PostgreSQL takes writes as common table expressions of one query: one way to the server and back for all of them.
All see the data as it stood before, and their order is open but for :func:`behind`. SQLite has no writing
expressions and no way to go: there each write is a statement of its own, in the order of adding.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import Column, ColumnElement, Insert, Text, Update, cast, func, literal_column, select, table, true
from sqlalchemy.orm import Session

from steelyard.core.prepared import POSTGRESQL, dialect_of, run


@dataclass(frozen=True, slots=True, eq=False)
class Write:
    """A write that is made once and used again, its name, and the column that it gives back of each row it wrote."""

    name: str
    statement: Insert | Update
    returning: Column[Any]


def behind(dialect: str, name: str) -> ColumnElement[bool]:
    """A condition for a later write's rows: it holds always, and only once the write ``name`` is done."""
    if dialect != POSTGRESQL:
        return true()
    return select(func.count()).select_from(table(name)).scalar_subquery() >= 0


class Batch:
    """Writes that are carried out together, with their parameters."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.dialect = dialect_of(session)
        self._writes: list[Write] = []
        self._parameters: dict[str, Any] = {}

    def add(self, write: Write, **parameters: Any) -> None:
        """Add a write; the names of parameters are its own among those of the batch."""
        self._writes.append(write)
        self._parameters.update(parameters)

    def run(self) -> Mapping[str, Sequence[Any]]:
        """Carry out the writes; return what each gave back, in no certain order."""
        if not self._writes:
            return {}
        if self.dialect != POSTGRESQL:
            return {
                write.name: [row[0] for row in run(self.session, _alone(write), self._parameters)]
                for write in self._writes
            }
        (row,) = run(self.session, _together(tuple(self._writes)), self._parameters)
        return {write.name: json.loads(made) for write, made in zip(self._writes, row, strict=True)}


@cache
def _alone(write: Write) -> Any:
    return write.statement.returning(write.returning)


@cache
def _together(writes: tuple[Write, ...]) -> Any:
    nothing: Any = literal_column("'[]'::jsonb")
    lists = []
    for write in writes:
        made = write.statement.returning(write.returning).cte(write.name)
        values = func.coalesce(func.jsonb_agg(made.c[write.returning.name]), nothing)
        lists.append(select(cast(values, Text)).scalar_subquery().label(write.name))
    return select(*lists)
