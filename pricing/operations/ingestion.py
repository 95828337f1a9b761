"""Taking in one document: parse, weigh against what is stored, write; in the caller's transaction.

Documents of one statistic are written one at a time, under a lock that the transaction holds, and
`known_from` is read after the lock is held: so it grows with every document, and what was known at a moment
never changes.
"""

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from pricing import errors
from pricing.merging import Key, Plan, Stamp, Statement, Value, plan
from pricing.models import RawDocument
from pricing.operations import statements
from pricing.sources.base import Fault, Outcome, ParsedRow, ParseResult, Source, Status
from pricing.sources.base import RawDocument as Fetched
from pricing.sources.catalogue import SOURCES
from steelyard.core import audit, outbox
from steelyard.core.actors import Actor
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


@dataclass(frozen=True, slots=True)
class _Weighed:
    """What a document says, set against what is stored."""

    stored: statements.Stored
    plan: Plan
    published: Mapping[Key, datetime | None]


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
    result = found.parse(fetched)
    if result.outcome is not Outcome.OK:
        raise refusal(found, result)
    statements.lock_family(session, found.contract.family)
    known_from = db_now(session)
    if fetched_at > known_from + CLOCKS_DIFFER:
        raise errors.FetchedInFuture(fetched_at=fetched_at.isoformat())
    before = _taken_in_before(session, fetched)
    if before is not None:
        return _report(before, repeated=True)
    report = _write(session, found, fetched, result, known_from)
    _tell(session, actor, found, report)
    return report


def refusal(source: Source, result: ParseResult) -> errors.DocumentRefused:
    """The error that tells why a document was refused."""
    finding = result.finding
    assert finding is not None
    kind = _REFUSALS_BY_FAULT.get(finding.fault) or _REFUSALS.get(result.outcome, errors.DocumentRefused)
    detail = f"{finding.fault}: {finding.detail}" if finding.detail else str(finding.fault)
    return kind(source=source.contract.publisher, detail=detail)


def _taken_in_before(session: Session, fetched: Fetched) -> RawDocument | None:
    return session.scalars(
        select(RawDocument).where(
            RawDocument.source == fetched.source,
            RawDocument.sha256 == fetched.sha256,
            RawDocument.fetched_at == fetched.fetched_at,
        )
    ).one_or_none()


def _report(document: RawDocument, *, repeated: bool) -> IngestReport:
    dropped = document.rows - document.kept
    return IngestReport(
        document.id, document.rows, document.kept, dropped, document.appended, document.unchanged, repeated
    )


def _write(
    session: Session, source: Source, fetched: Fetched, result: ParseResult, known_from: datetime
) -> IngestReport:
    """Write the document, what it adds, and what documents fetched after it add now that it is there."""
    family, stamp = source.contract.family, (fetched.fetched_at, fetched.sha256)
    weighed = _weigh(session, family, stamp, result.kept)
    days = [row.day for row in result.kept]
    appended, unchanged = len(weighed.plan.appended), weighed.plan.unchanged
    statements.keep_content(session, fetched.sha256, len(fetched.content), zlib.compress(fetched.content))
    document_id = statements.add_document(
        session,
        {
            "source": fetched.source,
            "family": family,
            "url": fetched.url,
            "fetched_at": fetched.fetched_at,
            "known_from": known_from,
            "sha256": fetched.sha256,
            "rows": result.rows,
            "kept": len(result.kept),
            "appended": appended,
            "unchanged": unchanged,
            "dropped": [{"row": one.row, "reason": one.reason, "text": one.text} for one in result.dropped],
            "first_day": min(days),
            "last_day": max(days),
        },
    )
    _put(session, weighed, stamp, document_id, known_from)
    if appended:
        for later, packed in statements.later_documents(session, family, stamp, min(days), max(days)):
            _merge_again(session, later, zlib.decompress(packed), known_from)
    return IngestReport(document_id, result.rows, len(result.kept), len(result.dropped), appended, unchanged)


def _weigh(session: Session, family: str, stamp: Stamp, kept: Sequence[ParsedRow]) -> _Weighed:
    ids = statements.series_ids(session, family, (row.traits for row in kept))
    rows: dict[Key, ParsedRow] = {(ids[row.traits.code], row.day, row.edition): row for row in kept}
    stored = statements.stored_statements(session, rows)
    said = {key: Statement(stamp, _value(row)) for key, row in rows.items()}
    published = {key: row.published_at for key, row in rows.items()}
    return _Weighed(stored, plan(stored.histories, said), published)


def _value(row: ParsedRow) -> Value:
    if row.status is Status.WITHDRAWN:
        return Value(0, 0, None, Status.WITHDRAWN)
    return Value(row.mantissa, row.scale, row.change_mantissa, row.status)


def _put(session: Session, weighed: _Weighed, stamp: Stamp, document_id: int, known_from: datetime) -> None:
    new = statements.append_observations(session, weighed.plan.appended, weighed.published, document_id, known_from)
    row_ids = weighed.stored.row_ids | {(key, stamp): row_id for key, row_id in new.items()}
    statements.write_beliefs(
        session,
        {key: (belief, row_ids[key, belief.statement.stamp]) for key, belief in weighed.plan.beliefs.items()},
    )


def _merge_again(session: Session, document: RawDocument, content: bytes, known_from: datetime) -> None:
    """Weigh a stored document once more, because one that was fetched before it has arrived after it."""
    source = SOURCES.get(document.source)
    assert source is not None
    kept = source.parse(Fetched(document.source, document.url, document.fetched_at, content)).kept
    stamp = (document.fetched_at, document.sha256)
    _put(session, _weigh(session, document.family, stamp, kept), stamp, document.id, known_from)


def _tell(session: Session, actor: Actor | None, source: Source, report: IngestReport) -> None:
    """Write down who brought the document, and tell whoever follows prices."""
    subject = f"price_document:{report.document_id}"
    detail = {"source": source.contract.code, "kept": report.kept, "appended": report.appended}
    audit.record(session, actor, "pricing.document_ingested", subject, detail)
    outbox.publish(
        session,
        "pricing.document_ingested",
        subject=subject,
        data=detail | {"document_id": report.document_id},
        audience=[] if actor is None else [actor.org_id],
    )
