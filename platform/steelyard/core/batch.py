"""Several writes in one statement where the database can do that, one after the other where it cannot.

PostgreSQL takes writes as common table expressions of one query: one way to the server and back for all of them.
All see the data as it stood before, and their order is open but for what :meth:`Batch.behind` says. SQLite has no
writing expressions and no way to go: there each write is a statement of its own, in the order of adding.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import CTE, Column, ColumnElement, Insert, Update, func, literal_column, select, true
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Session


class Batch:
    """Writes that are carried out together, each under a name by which its returned values are found."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._together = session.get_bind().dialect.name == "postgresql"
        self._writes: dict[str, Insert | Update] = {}
        self._expressions: dict[str, tuple[CTE, str]] = {}

    def add(self, name: str, write: Insert | Update, returning: Column[Any]) -> None:
        """Add ``write``; it gives back the column ``returning`` of the rows that it wrote."""
        returned = write.returning(returning)
        self._writes[name] = returned
        if self._together:
            self._expressions[name] = (returned.cte(name), returning.name)

    def behind(self, name: str) -> ColumnElement[bool]:
        """A condition for a later write's rows: it holds always, and only once the write ``name`` is done."""
        if not self._together or name not in self._expressions:
            return true()
        done = select(func.count()).select_from(self._expressions[name][0]).scalar_subquery()
        return done >= 0

    def run(self) -> dict[str, Sequence[Any]]:
        """Carry out the writes; return what each gave back, in no certain order."""
        if not self._writes:
            return {}
        if not self._together:
            return {name: self._session.scalars(write).all() for name, write in self._writes.items()}
        lists = (
            select(func.coalesce(func.jsonb_agg(made.c[key]), literal_column("'[]'::jsonb"), type_=JSONB))
            .scalar_subquery()
            .label(name)
            for name, (made, key) in self._expressions.items()
        )
        return dict(self._session.execute(select(*lists)).one()._mapping)
