"""What is read: series, what is and was believed of them, the board, and where each number comes from."""

import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, Subquery, and_, case, func, or_, select
from sqlalchemy.orm import Session

from pricing.changes import decimal_text
from pricing.errors import AsOfInFuture
from pricing.models import PriceObservation, PriceSeries, RawContent, RawDocument
from pricing.operations.statements import unwritten
from pricing.queries.holds import held
from pricing.sources.base import DERIVED_EDITIONS
from pricing.sources.traits import Edition
from steelyard.core.database import db_now
from steelyard.core.errors import NotFound

DERIVED = [str(edition) for edition in sorted(DERIVED_EDITIONS)]
LEADING = [str(Edition.SETTLEMENT), str(Edition.RELEASE)]
MOST_POINTS = 5000


@dataclass(frozen=True, slots=True)
class Revision:
    """One revision of what is said of a day; `revision` counts from 1 in the order in which it was fetched.

    The last one is `held` where it was kept back at the moment that was asked for: it is shown and counts for nothing.
    """

    id: int
    day: date
    edition: str
    mantissa: int
    scale: int
    change_mantissa: int | None
    status: str
    published_at: datetime | None
    known_from: datetime
    fetched_at: datetime
    document_id: int
    revision: int
    revisions: int
    held: bool

    @property
    def derived(self) -> bool:
        """Whether nobody published it as a price."""
        return self.edition in DERIVED_EDITIONS

    @property
    def value(self) -> str:
        """The figure in digits."""
        return decimal_text(self.mantissa, self.scale)


def series(session: Session, series_id: int) -> PriceSeries:
    """One series; raises `NotFound`."""
    found = session.get(PriceSeries, series_id)
    if found is None:
        raise NotFound
    return found


def kin(session: Session, found: PriceSeries) -> tuple[list[PriceSeries], list[PriceSeries]]:
    """The series that one took the place of, and those that took its own."""
    rows = session.scalars(
        select(PriceSeries)
        .where(or_(PriceSeries.id == found.predecessor_id, PriceSeries.predecessor_id == found.id))
        .order_by(PriceSeries.id)
    ).all()
    return [one for one in rows if one.id == found.predecessor_id], [
        one for one in rows if one.predecessor_id == found.id
    ]


def all_series(filters: Mapping[str, Any]) -> Select[PriceSeries]:
    """The series, narrowed by the columns that `filters` names."""
    query = select(PriceSeries)
    for name in ("kind", "family", "category", "commodity", "contract", "instrument", "city"):
        if name in filters:
            query = query.where(getattr(PriceSeries, name) == filters[name])
    return query


def document(session: Session, document_id: int) -> tuple[RawDocument, int]:
    """One document and the number of its bytes; raises `NotFound`."""
    found = session.execute(
        select(RawDocument, RawContent.size)
        .join(RawContent, RawContent.sha256 == RawDocument.sha256)
        .where(RawDocument.id == document_id)
    ).one_or_none()
    if found is None:
        raise NotFound
    return found[0], found[1]


def documents() -> Select[RawDocument]:
    """The documents that were taken in."""
    return select(RawDocument)


def sizes(session: Session, rows: Sequence[RawDocument]) -> dict[str, int]:
    """The number of bytes of the documents' contents, by digest."""
    digests = {row.sha256 for row in rows}
    found = session.execute(select(RawContent.sha256, RawContent.size).where(RawContent.sha256.in_(digests)))
    return {row.sha256: row.size for row in found}


def content(session: Session, document_id: int) -> bytes:
    """The bytes of a document as they were fetched; raises `NotFound`."""
    packed = session.scalar(
        select(RawContent.packed)
        .join(RawDocument, RawContent.sha256 == RawDocument.sha256)
        .where(RawDocument.id == document_id)
    )
    if packed is None:
        raise NotFound
    return zlib.decompress(packed)


def revisions_of(series_id: int, filters: Mapping[str, Any]) -> Subquery:
    """All revisions of a series, numbered; `filters` may hold as_of, day_from, day_to and edition.

    Statements are ordered by their stamps; one that says what the one before said is no revision.
    """
    row, origin = PriceObservation, RawDocument
    compared = (row.mantissa, row.scale, row.change_mantissa, row.status)
    order = (origin.fetched_at, origin.sha256, origin.reading)
    lagged = [
        func.lag(column).over(partition_by=(row.day, row.edition), order_by=order).label(f"former_{column.key}")
        for column in compared
    ]
    stated = (
        select(row, origin.fetched_at, origin.sha256, origin.reading, *lagged)
        .join(origin, origin.id == row.document_id)
        .where(row.series_id == series_id, *_narrowed(filters))
        .subquery()
    )
    differs = or_(*(stated.c[f"former_{column.key}"].is_distinct_from(stated.c[column.key]) for column in compared))
    days = (stated.c.day, stated.c.edition)
    stamp = (stated.c.fetched_at, stated.c.sha256, stated.c.reading)
    number = func.row_number().over(partition_by=days, order_by=stamp)
    total = func.count().over(partition_by=days)
    columns = [stated.c[name] for name in Revision.__dataclass_fields__ if name in stated.c]
    return select(*columns, number.label("revision"), total.label("revisions")).where(differs).subquery()


def _narrowed(filters: Mapping[str, Any]) -> list[ColumnElement[bool]]:
    row = PriceObservation
    conditions = []
    if "as_of" in filters:
        conditions.append(row.known_from <= filters["as_of"])
    if "day_from" in filters:
        conditions.append(row.day >= filters["day_from"])
    if "day_to" in filters:
        conditions.append(row.day <= filters["day_to"])
    if "edition" in filters:
        conditions.append(row.edition == filters["edition"])
    return conditions


@contextmanager
def settled(session: Session, series_id: int, filters: Mapping[str, Any]) -> Iterator[Session]:
    """The session to answer in so that the answer for a moment can never change, whoever is writing now.

    `known_from` is read at the beginning of a writing and seen at its end; between the two the answer waits.
    Raises `NotFound`, and `AsOfInFuture` for a moment that has not passed.
    """
    found, as_of = series(session, series_id), filters.get("as_of")
    if as_of is None:
        yield session
        return
    with unwritten(session, found.family) as reader:
        now = db_now(reader)
        while now == as_of:  # a document may still come within this tick of the clock, of a millisecond at most
            now = db_now(reader)
        if as_of > now:
            raise AsOfInFuture(as_of=as_of.isoformat())
        yield reader


def observations(
    session: Session, series_id: int, filters: Mapping[str, Any], *, every_revision: bool = False
) -> tuple[list[Revision], int | None]:
    """One page of what is believed (or of every revision), by day, and the id behind which the next one begins."""
    found, limit = revisions_of(series_id, filters), filters["limit"]
    query = select(found).order_by(found.c.day, found.c.edition, found.c.revision).limit(limit + 1)
    if not every_revision:
        query = query.where(found.c.revision == found.c.revisions)
    with settled(session, series_id, filters) as reader:
        if filters.get("after") is not None:
            query = query.where(_behind(reader, found, filters["after"]))
        rows = reader.execute(query).all()
        shown = _revisions(reader, series_id, rows[:limit], filters)
    return shown, (shown[-1].id if len(rows) > limit else None)


def _behind(session: Session, found: Subquery, after: int) -> ColumnElement[bool]:
    """The condition that a row stands behind the observation `after`; raises `NotFound` for one of another series."""
    place = session.execute(select(found.c.day, found.c.edition, found.c.revision).where(found.c.id == after)).first()
    if place is None:
        raise NotFound
    day, edition, revision = place
    return or_(
        found.c.day > day,
        and_(found.c.day == day, found.c.edition > edition),
        and_(found.c.day == day, found.c.edition == edition, found.c.revision > revision),
    )


def _revisions(
    session: Session, series_id: int, rows: Sequence[Row[Any]], filters: Mapping[str, Any]
) -> list[Revision]:
    """The rows with what was held of them at the moment asked for."""
    if not rows:
        return []
    days = [row.day for row in rows]
    kept_back = held(session, series_id, first=min(days), last=max(days), as_of=filters.get("as_of"))
    return [
        Revision(**row._mapping, held=row.revision == row.revisions and (row.day, row.edition) in kept_back)
        for row in rows
    ]


def history(session: Session, series_id: int, filters: Mapping[str, Any]) -> list[Revision]:
    """What is believed of a series, by day, at most `MOST_POINTS` of the latest days."""
    found = revisions_of(series_id, filters)
    query = select(found).where(found.c.revision == found.c.revisions)
    query = query.order_by(found.c.day.desc(), found.c.edition.desc()).limit(MOST_POINTS)
    with settled(session, series_id, filters) as reader:
        return _revisions(reader, series_id, reader.execute(query).all()[::-1], filters)


def leading(session: Session, series_id: int, filters: Mapping[str, Any]) -> list[Revision]:
    """What is believed of a series, one figure a day, by day.

    That is the publisher's settlement or release where the day has one, else its latest time of day. A figure that
    nobody published as a price never leads, and no other edition fills a gap of the leading one.
    """
    found = revisions_of(series_id, filters)
    closing = case((found.c.edition.in_(LEADING), 1), else_=0)
    place = func.row_number().over(partition_by=found.c.day, order_by=(closing.desc(), found.c.edition.desc()))
    believed = (
        select(found, place.label("place"))
        .where(found.c.revision == found.c.revisions, found.c.edition.not_in(DERIVED))
        .subquery()
    )
    columns = [column for column in believed.c if column.key != "place"]
    query = select(*columns).where(believed.c.place == 1).order_by(believed.c.day)
    with settled(session, series_id, filters) as reader:
        return _revisions(reader, series_id, reader.execute(query).all(), filters)


def revised(session: Session, series_id: int, filters: Mapping[str, Any]) -> list[Revision]:
    """Every revision of the days that have more than one, at most `MOST_POINTS`, the latest days first."""
    found = revisions_of(series_id, filters)
    query = select(found).where(found.c.revisions > 1)
    query = query.order_by(found.c.day.desc(), found.c.edition, found.c.revision.desc()).limit(MOST_POINTS)
    with settled(session, series_id, filters) as reader:
        return _revisions(reader, series_id, reader.execute(query).all(), filters)


def brought(
    session: Session, document_id: int, *, limit: int = MOST_POINTS
) -> list[tuple[PriceObservation, PriceSeries]]:
    """What a document added, in the publisher's order, at most ``limit`` rows."""
    rows = session.execute(
        select(PriceObservation, PriceSeries)
        .join(PriceSeries, PriceSeries.id == PriceObservation.series_id)
        .where(PriceObservation.document_id == document_id)
        .order_by(PriceSeries.position, PriceSeries.id, PriceObservation.day)
        .limit(limit)
    )
    return [(observation, found) for observation, found in rows]
