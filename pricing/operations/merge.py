"""Merging what is staged into the tables: one statement on PostgreSQL, a fixed number on SQLite."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Date, TextClause, bindparam, func, select, text
from sqlalchemy.orm import Session

from pricing.merging import Key
from pricing.models import PriceObservation
from pricing.operations import merge_sql
from pricing.operations.statements import create_series
from pricing.sources.traits import SeriesTraits
from steelyard.core import partitions
from steelyard.core.models import JsonText, UtcDateTime

TABLES = ("price_observation", "price_current")
_TYPES: dict[str, Any] = {
    "fetched_at": UtcDateTime(),
    "known_from": UtcDateTime(),
    "first_day": Date(),
    "last_day": Date(),
    "dropped": JsonText(),
}
FIGURES_AT_ONCE = 50_000


def make_room(session: Session, years: set[int]) -> None:
    """Make the partitions that the years want, in a transaction of their own: nobody waits for this one's end."""
    connection = session.connection()
    if connection.dialect.name == "postgresql" and partitions.missing(connection, TABLES, years):
        with connection.engine.begin() as aside:
            partitions.ensure(aside, TABLES, years)


def next_document_id(session: Session) -> int:
    """The id of the document that is about to be written; on SQLite the writer is alone."""
    if session.get_bind().dialect.name == "postgresql":
        query = "SELECT nextval('price_document_id_seq')"
    else:
        query = "SELECT coalesce(max(id), 0) + 1 FROM price_document"
    return int(session.execute(text(query)).scalar_one())


def merge(
    session: Session, document: Mapping[str, Any], traits: Mapping[str, SeriesTraits] | None, *, new_document: bool
) -> int:
    """Weigh the staged rows of `document` (its columns by name, with `document_id`) and write what they add.

    The record of the document is written too where it is new, and the series of its `traits` that are not there yet
    are made. Returns how many observations were appended. The caller holds the lock of the document's family.
    Raises `SeriesOfAnother` as :func:`pricing.operations.statements.create_series`.
    """
    if session.get_bind().dialect.name == "postgresql":
        return _merge_in_one(session, document, traits, new_document=new_document)
    if traits is not None:
        create_series(session, document["family"], traits)
    for statement in (*merge_sql.SQLITE_TABLES, *merge_sql.SQLITE_VIEWS):
        _run(session, statement, document)
    appended = int(_run(session, merge_sql.SQLITE_APPENDED, document).scalar_one())
    if new_document:
        _run(session, merge_sql.SQLITE_DOCUMENT, document)
    if appended:
        for statement in merge_sql.SQLITE_WRITES:
            _run(session, statement, document)
    return appended


def _merge_in_one(
    session: Session, document: Mapping[str, Any], traits: Mapping[str, SeriesTraits] | None, *, new_document: bool
) -> int:
    """Merge in the hope that every series is there, which spares a look at each beforehand; else make them first."""
    statement = merge_sql.postgresql(new_document=new_document)
    appended, unknown = _run(session, statement, document).one()
    if unknown and traits is not None:
        create_series(session, document["family"], traits)
        appended, unknown = _run(session, statement, document).one()
    assert not (unknown and new_document), "a document was merged whose series are not there"
    return int(appended)


def _run(session: Session, statement: str, values: Mapping[str, Any]) -> Any:
    clause = _typed(statement)
    return session.execute(clause, {name: values[name] for name in clause._bindparams})


@cache
def _typed(statement: str) -> TextClause:
    """The statement with the types of what it is given, read once."""
    clause = text(statement)
    return clause.bindparams(*(bindparam(name, type_=_TYPES[name]) for name in clause._bindparams if name in _TYPES))


def appended_spans(session: Session, document_id: int, known_from: datetime) -> Iterator[list[Key]]:
    """What a merge has appended, as the first and the last key of each series and edition.

    They come in lists of about `FIGURES_AT_ONCE` figures or of so many series, whatever is less.
    """
    row = PriceObservation
    counted = select(row.series_id, row.edition, func.min(row.day), func.max(row.day), func.count())
    mine = (row.document_id == document_id, row.known_from == known_from)
    keys: list[Key] = []
    figures = 0
    for series_id, edition, first, last, count in session.execute(
        counted.where(*mine).group_by(row.series_id, row.edition).order_by(row.series_id, row.edition)
    ):
        keys += [(series_id, first, edition), (series_id, last, edition)]
        figures += count
        if figures >= FIGURES_AT_ONCE:
            yield keys
            keys, figures = [], 0
    if keys:
        yield keys
