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

from steelyard.core.prepared import POSTGRESQL, Packed, dialect_of, run


@dataclass(frozen=True, slots=True, eq=False)
class Write:
    """A write that is made once and used again, its name, and the column it tells of each row it wrote, if any."""

    name: str
    statement: Insert | Update
    returning: Column[Any] | None = None


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

    def add(self, write: Write, rows: Packed | None = None, **parameters: Any) -> None:
        """Add a write with the rows and parameters that it reads; their names are its own among those of the batch."""
        self._writes.append(write)
        if rows is not None:
            self._parameters.update(rows.parameters)
        self._parameters.update(parameters)

    def run(self) -> Mapping[str, Sequence[Any]]:
        """Carry out the writes; return what those tell that tell something, in no certain order."""
        if not self._writes:
            return {}
        if self.dialect != POSTGRESQL:
            done = {write.name: run(self.session, _alone(write), self._parameters) for write in self._writes}
            return {name: [row[0] for row in rows] for name, rows in done.items()}
        (row,) = run(self.session, _together(tuple(self._writes)), self._parameters)
        telling = [write.name for write in self._writes if write.returning is not None]
        return {name: json.loads(made) for name, made in zip(telling, row[1:], strict=True)}


@cache
def _alone(write: Write) -> Any:
    return write.statement if write.returning is None else write.statement.returning(write.returning)


@cache
def _together(writes: tuple[Write, ...]) -> Any:
    nothing: Any = literal_column("'[]'::jsonb")
    made, told = [], []
    for write in writes:
        made.append(_alone(write).cte(write.name))
        if write.returning is not None:
            values = func.coalesce(func.jsonb_agg(made[-1].c[write.returning.name]), nothing)
            told.append(select(cast(values, Text)).scalar_subquery().label(write.name))
    return select(literal_column("1"), *told).add_cte(*made)
