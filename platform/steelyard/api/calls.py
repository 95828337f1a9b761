"""One call of the API: its transaction, its actor, and the small helpers that views share."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import request
from sqlalchemy import ColumnElement, Select
from sqlalchemy.orm import InstrumentedAttribute, Session

from steelyard.api.idempotency import Once
from steelyard.core.actors import Actor
from steelyard.core.database import db_now
from steelyard.core.errors import PreconditionRequired, StaleVersion, Unauthenticated


@dataclass(frozen=True, slots=True)
class Written:
    """A document that a view wrote as JSON itself, by the schema that its route names: for thousands of records."""

    text: str


@dataclass(slots=True)
class Call:
    """What a view is given. ``session`` is one transaction: of writing in verbs that change, else of reading.

    ``prepared`` is what the route's ``prepare`` worked out before that transaction began. ``once`` names the request
    to a view that keeps its answer by itself.
    """

    session: Session
    person: Actor | None
    prepared: Any = None
    once: Once | None = None

    @property
    def actor(self) -> Actor:
        """The acting person; on a public route a stranger raises ``Unauthenticated``."""
        if self.person is None:
            raise Unauthenticated
        return self.person

    def db_now(self) -> datetime:
        """Return the database's clock."""
        return db_now(self.session)

    def match(self, document: Any) -> None:
        """Check ``If-Match`` against the version of ``document``.

        Raises ``PreconditionRequired`` where the header is absent and ``StaleVersion`` where it names another version.
        """
        given = request.headers.get("If-Match")
        if given is None:
            raise PreconditionRequired
        if given != etag_of(document):
            raise StaleVersion

    def page(
        self,
        select: Select[Any],
        query: Mapping[str, Any],
        key: InstrumentedAttribute[int] | ColumnElement[int],
    ) -> tuple[Sequence[Any], int | None]:
        """Return one page of ``select`` by keyset on ``key`` and the id behind which the next one begins."""
        if query.get("after") is not None:
            select = select.where(key > query["after"])
        rows = self.session.scalars(select.order_by(key).limit(query["limit"] + 1)).all()
        if len(rows) <= query["limit"]:
            return rows, None
        name = key.key
        assert name is not None
        shown = rows[: query["limit"]]
        return shown, int(getattr(shown[-1], name))


def etag_of(document: Any) -> str | None:
    """Return the ETag of a versioned document, ``None`` for one without a version."""
    version = document.get("version") if isinstance(document, Mapping) else getattr(document, "version", None)
    return None if version is None else f'"{version}"'
