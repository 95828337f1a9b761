"""Reading stored documents again with the parsers of today: what they say otherwise is appended, nothing rewritten.

A document that today's parser reads otherwise gets a record of its further reading. Its statements count in place
of those of the reading before: a changed figure is a revision, one that is no longer read is withdrawn, one that
was not read before is new. Who asks as of a moment before the reading gets the answer of that moment.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from pricing.models import RawDocument
from pricing.operations import ingestion, statements
from pricing.operations.staging import YEARS_AHEAD, Tally, stage
from pricing.sources.base import Drop, ParsedRow, Source, StreamBroken
from pricing.sources.base import RawDocument as Fetched
from pricing.sources.catalogue import SOURCES
from steelyard.core.clock import utc_now
from steelyard.core.database import Database, db_now


@dataclass(frozen=True, slots=True)
class Reread:
    """What reading one document again came to: `refused` says why it is no longer read at all, and then it stays."""

    document_id: int
    source: str
    rows: int = 0
    appended: int = 0
    withdrawn: int = 0
    reading: int | None = None
    refused: str | None = None


# What the former readings of a document say last of each key and today's reading does not mention.
_GONE = text(
    """
    INSERT INTO price_staged (ref, line, day, edition, mantissa, scale, change_mantissa, status, published_at)
    SELECT m.ref, 0, o.day, o.edition, 0, 0, NULL, 'withdrawn', NULL
    FROM price_observation o
    JOIN price_document d ON d.id = o.document_id AND d.source = :source AND d.sha256 = :sha256
      AND d.fetched_at = (SELECT fetched_at FROM price_document WHERE id = :id)
    JOIN price_series p ON p.id = o.series_id JOIN price_staged_series m ON m.code = p.code
    WHERE o.day BETWEEN :first_day AND :last_day
      AND NOT EXISTS (SELECT 1 FROM price_staged s WHERE s.ref = m.ref AND s.day = o.day AND s.edition = o.edition)
    GROUP BY m.ref, o.day, o.edition
    """
)
_FORMER_SERIES = text(
    """
    INSERT INTO price_staged_series (ref, code)
    SELECT :behind + row_number() OVER (ORDER BY code), code FROM (
      SELECT DISTINCT p.code FROM price_observation o JOIN price_series p ON p.id = o.series_id
      JOIN price_document d ON d.id = o.document_id AND d.source = :source AND d.sha256 = :sha256
        AND d.fetched_at = (SELECT fetched_at FROM price_document WHERE id = :id)
      WHERE p.code NOT IN (SELECT code FROM price_staged_series)
    ) former
    """
)
_STAGED_DAYS = text("SELECT DISTINCT day FROM price_staged")


def reparse(db: Database, source: str | None = None, *, dry_run: bool = False) -> Iterator[Reread]:
    """Read every document of a source, or of all, again in the order of their fetching; each in a transaction.

    With `dry_run` what would be appended is told, and each transaction is taken back.
    """
    with db.read() as session:
        query = select(RawDocument.id).where(statements.is_last_reading())
        if source is not None:
            query = query.where(RawDocument.source == source)
        ids = list(session.scalars(query.order_by(RawDocument.fetched_at, RawDocument.sha256, RawDocument.source)))
    for document_id in ids:
        with _transaction(db, keep=not dry_run) as session:
            found = read_again(session, session.get_one(RawDocument, document_id))
        yield found


@contextmanager
def _transaction(db: Database, *, keep: bool) -> Iterator[Session]:
    with db.write() as session:
        yield session
        if not keep:
            session.rollback()


def read_again(session: Session, document: RawDocument) -> Reread:
    """Read one document again; its further reading is written only where it says something else."""
    source = SOURCES.get(document.source)
    if source is None:
        return Reread(document.id, document.source, refused="source")
    fetched = ingestion.stored(session, source, document)
    tally = Tally(utc_now().year + YEARS_AHEAD)
    try:
        stage(session, _items(source, fetched), tally)
    except StreamBroken as broken:
        return Reread(document.id, document.source, refused=f"{broken.finding.fault}: {broken.finding.detail}")
    if tally.kept == 0:
        return Reread(document.id, document.source, rows=tally.rows, refused="empty")
    return _write(session, source, fetched, tally, document)


def _items(source: Source, fetched: Fetched) -> Iterator[ParsedRow | Drop]:
    """The rows as today's parser reads them; raises `StreamBroken` where it refuses the document."""
    if source.stream is not None:
        yield from source.stream(fetched)
        return
    result = source.parse(fetched)
    if result.finding is not None:
        raise StreamBroken(result.outcome, result.finding.fault, result.finding.detail)
    yield from result.dropped
    yield from result.kept


def _write(session: Session, source: Source, fetched: Fetched, tally: Tally, document: RawDocument) -> Reread:
    statements.lock_family(session, document.family)
    known_from = db_now(session)
    withdrawn = _withdraw(session, document, tally)
    with session.begin_nested() as attempt:
        reading = document.reading + 1
        report = ingestion.write(session, source, fetched, tally, known_from, reading)
        if not report.appended:
            attempt.rollback()
            return Reread(document.id, document.source, rows=tally.rows)
    ingestion.tell(session, None, source, report, action="pricing.document_read_again")
    return Reread(document.id, document.source, tally.rows, report.appended, withdrawn, reading)


def _withdraw(session: Session, document: RawDocument, tally: Tally) -> int:
    """Stage a withdrawal of each key that former readings state and this one does not; how many."""
    given = {"source": document.source, "sha256": document.sha256, "id": document.id}
    session.execute(_FORMER_SERIES, given | {"behind": len(tally.traits)})
    days = {"first_day": document.first_day, "last_day": document.last_day}
    gone = session.connection().execute(_GONE, given | days).rowcount
    if gone:
        tally.kept += gone
        for day in session.execute(_STAGED_DAYS).scalars():
            found = date.fromisoformat(day) if isinstance(day, str) else day
            tally.days.setdefault(found, found.isoformat())
    return gone
