"""Taking in one document: parse, hold against the contract, merge, judge, tell; in the caller's transaction.

Its rows are set aside first (:mod:`pricing.operations.staging`), so a document that is refused has changed
nothing and one of a million rows takes no more memory than one of fifty. Documents of one statistic are merged
one at a time, under a lock that the transaction holds, and `known_from` is read after the lock is held: so it
grows with every document, and what was known at a moment never changes.
"""

import zlib
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from pricing import errors
from pricing.merging import Stamp
from pricing.models import RawDocument
from pricing.operations import merge, quality, repeats, statements, succession
from pricing.operations.staging import YEARS_AHEAD, Tally, check_editions, stage
from pricing.sources.base import (
    VALUELESS,
    Drop,
    Fault,
    Finding,
    Outcome,
    ParsedRow,
    ParseResult,
    Source,
    StreamBroken,
    breach_of,
)
from pricing.sources.base import RawDocument as Fetched
from pricing.sources.catalogue import SOURCES
from steelyard.core import audit, outbox
from steelyard.core.actors import Actor
from steelyard.core.clock import utc_now
from steelyard.core.database import db_now

CLOCKS_DIFFER = timedelta(minutes=5)
"""By how much the clock of whoever fetched a document may be ahead of the database's."""

_REFUSALS: dict[Outcome, type[errors.DocumentRefused]] = {
    Outcome.NO_SESSION: errors.DocumentNotThere,
    Outcome.EMPTY: errors.DocumentEmpty,
    Outcome.BLOCKED: errors.DocumentBlocked,
    Outcome.FAILED: errors.DocumentUnreadable,
}
_REFUSALS_BY_FAULT: dict[Fault, type[errors.DocumentRefused]] = {
    Fault.TRUNCATED: errors.DocumentTruncated,
    Fault.UNSETTLED: errors.DocumentNotSettled,
    Fault.ABSENT: errors.DocumentNotThere,
}


@dataclass(frozen=True, slots=True)
class IngestReport:
    """What became of a document; `repeated` where this very fetch had been taken in before."""

    document_id: int
    rows: int
    kept: int
    dropped: int
    appended: int
    unchanged: int
    repeated: bool = False


def ingest(
    session: Session,
    actor: Actor | None,
    *,
    source: str,
    url: str,
    fetched_at: datetime,
    content: bytes,
    http_status: int = 200,
) -> IngestReport:
    """Take in the bytes that a source's publisher sent at `fetched_at` (aware).

    Raises `SourceUnknown`, `FetchedInFuture`, or the `DocumentRefused` that fits; then nothing was written.
    """
    found = SOURCES.get(source)
    if found is None:
        raise errors.SourceUnknown(source=source)
    requested = found.day_of_url(url)
    fetched = Fetched(source, url, fetched_at, content, http_status=http_status, requested_day=requested)
    if found.stream is not None:
        return ingest_stream(session, actor, found, fetched)
    return ingest_parsed(session, actor, found, fetched, found.parse(fetched))


def ingest_parsed(
    session: Session, actor: Actor | None, source: Source, fetched: Fetched, result: ParseResult
) -> IngestReport:
    """Take in a document that was parsed already; raises as `ingest`."""
    if result.outcome is not Outcome.OK:
        raise refusal(source, result.outcome, result.finding)
    check_editions(result.kept)
    tally = _set_aside(session, source, (*result.dropped, *result.kept))
    return _take_in(session, actor, source, fetched, tally)


def ingest_stream(session: Session, actor: Actor | None, source: Source, fetched: Fetched) -> IngestReport:
    """Take in a document row by row as its source's `stream` gives them; raises as `ingest`."""
    assert source.stream is not None
    try:
        tally = _set_aside(session, source, source.stream(fetched))
    except StreamBroken as broken:
        raise refusal(source, broken.outcome, broken.finding) from broken
    repeats.drop_repeats(session, source, tally)
    return _take_in(session, actor, source, fetched, tally)


def refusal(source: Source, outcome: Outcome, finding: Finding | None) -> errors.DocumentRefused:
    """The error that tells why a document was refused."""
    assert finding is not None
    kind = _REFUSALS_BY_FAULT.get(finding.fault) or _REFUSALS.get(outcome, errors.DocumentRefused)
    detail = f"{finding.fault}: {finding.detail}" if finding.detail else str(finding.fault)
    return kind(source=source.contract.publisher, detail=detail)


def _set_aside(session: Session, source: Source, items: Iterable[ParsedRow | Drop]) -> Tally:
    """Stage the rows; raises the refusal of a document that keeps none, or too few for its contract."""
    tally = Tally(last_year=utc_now().year + YEARS_AHEAD)
    stage(session, items, tally)
    if tally.kept == 0:
        raise refusal(source, Outcome.EMPTY, Finding(Fault.EMPTY, "no instrument"))
    if source.stream is not None:
        valueless = sum(drop.reason in VALUELESS for drop in tally.dropped)
        commodities = {traits.commodity for traits in tally.traits.values()}
        breach = breach_of(source.contract, tally.kept, valueless, commodities)
        if breach is not None:
            raise refusal(source, *breach)
    return tally


def _take_in(session: Session, actor: Actor | None, source: Source, fetched: Fetched, tally: Tally) -> IngestReport:
    statements.lock_family(session, source.contract.family)
    known_from = db_now(session)
    if fetched.fetched_at > known_from + CLOCKS_DIFFER:
        raise errors.FetchedInFuture(fetched_at=fetched.fetched_at.isoformat())
    before = _taken_in_before(session, fetched)
    if before is not None:
        return _report(before, repeated=True)
    level = 6 if len(fetched.content) < 1 << 20 else 1
    statements.keep_content(session, fetched.sha256, len(fetched.content), zlib.compress(fetched.content, level))
    report = write(session, source, fetched, tally, known_from)
    tell(session, actor, source, report)
    return report


def _taken_in_before(session: Session, fetched: Fetched) -> RawDocument | None:
    same_fetch = (
        RawDocument.source == fetched.source,
        RawDocument.sha256 == fetched.sha256,
        RawDocument.fetched_at == fetched.fetched_at,
    )
    return session.scalars(select(RawDocument).where(*same_fetch).order_by(RawDocument.reading.desc()).limit(1)).first()


def _report(document: RawDocument, *, repeated: bool) -> IngestReport:
    dropped = document.rows - document.kept
    return IngestReport(
        document.id, document.rows, document.kept, dropped, document.appended, document.unchanged, repeated
    )


def write(
    session: Session, source: Source, fetched: Fetched, tally: Tally, known_from: datetime, reading: int = 0
) -> IngestReport:
    """Merge what is staged as one document, and again what documents say that were fetched after it.

    The caller holds the family's lock and has stored the bytes.
    """
    merge.make_room(session, tally.years)
    document_id = merge.next_document_id(session)
    columns = {
        "document_id": document_id,
        "source": fetched.source,
        "family": source.contract.family,
        "url": fetched.url,
        "fetched_at": fetched.fetched_at,
        "known_from": known_from,
        "sha256": fetched.sha256,
        "rows": tally.rows,
        "kept": tally.kept,
        "dropped": [{"row": one.row, "reason": one.reason, "text": one.text} for one in tally.dropped],
        "first_day": tally.first_day,
        "last_day": tally.last_day,
        "reading": reading,
    }
    appended = merge.merge(session, columns, tally.traits, new_document=True)
    if appended:
        _reassess(session, document_id, known_from)
        _merge_later(session, source.contract.family, (fetched.fetched_at, fetched.sha256, reading), tally, known_from)
        succession.link(session, source.contract.family, tally.traits)
    unchanged = tally.kept - appended
    return IngestReport(document_id, tally.rows, tally.kept, len(tally.dropped), appended, unchanged)


def _merge_later(session: Session, family: str, stamp: Stamp, tally: Tally, known_from: datetime) -> None:
    """Merge stored documents once more, because one that was fetched before them has arrived after them."""
    for document in statements.later_documents(session, family, stamp, tally.first_day, tally.last_day):
        again = Tally(tally.last_year)
        stage(session, _read_again(session, document), again)
        if not again.kept:  # today's parser refuses it; a reparse tells
            continue
        columns = {name: getattr(document, name) for name in ("fetched_at", "sha256", "reading")}
        columns |= {"document_id": document.id, "family": family, "known_from": known_from}
        columns |= {"first_day": again.first_day, "last_day": again.last_day}
        if merge.merge(session, columns, None, new_document=False):
            _reassess(session, document.id, known_from)


def _read_again(session: Session, document: RawDocument) -> Iterator[ParsedRow | Drop]:
    """The rows of a stored document; its bytes are read first, because nothing can be asked during a COPY.

    Rows of days that its record does not span are what only today's parser reads in it: a reparse takes them in.
    """
    source = SOURCES.get(document.source)
    if source is None:
        return iter(())
    fetched = stored(session, source, document)
    rows = iter(source.parse(fetched).kept) if source.stream is None else _unbroken(source.stream(fetched))
    first, last = document.first_day, document.last_day
    return (row for row in rows if not isinstance(row, ParsedRow) or first <= row.day <= last)


def stored(session: Session, source: Source, document: RawDocument) -> Fetched:
    """A stored document as its source's parser takes it, with the day that its address asked for."""
    content = zlib.decompress(statements.packed_content(session, document.sha256))
    day = source.day_of_url(document.url)
    return Fetched(document.source, document.url, document.fetched_at, content, requested_day=day)


def _unbroken(rows: Iterator[ParsedRow | Drop]) -> Iterator[ParsedRow | Drop]:
    """The rows as far as the stream goes."""
    with suppress(StreamBroken):
        yield from rows


def _reassess(session: Session, document_id: int, known_from: datetime) -> None:
    """Let the quality of what is believed now be judged, before anybody can see it."""
    for keys in merge.appended_spans(session, document_id, known_from):
        quality.reassess(session, keys, known_from)


def tell(
    session: Session,
    actor: Actor | None,
    source: Source,
    report: IngestReport,
    action: str = "pricing.document_ingested",
) -> None:
    """Write down who brought the document or had it read again, and tell whoever follows prices."""
    subject = f"price_document:{report.document_id}"
    detail = {"source": source.contract.code, "kept": report.kept, "appended": report.appended}
    audit.record(session, actor, action, subject, detail)
    outbox.publish(
        session,
        "pricing.document_ingested",
        subject=subject,
        data=detail | {"document_id": report.document_id},
        audience=[] if actor is None else [actor.org_id],
    )
