"""Writing down fetches: first what came, in a transaction of its own; then what became of it, exactly once."""

import logging
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from pricing.errors import DocumentRefused
from pricing.fetching import alarms, due
from pricing.fetching.answers import Answer
from pricing.fetching.due import Known, Purpose, Task
from pricing.fetching.models import DETAIL, FetchTarget, PriceFetch, PriceFetchOutcome, SourceState
from pricing.fetching.plans import FetchPlan, Link, Listed, Request
from pricing.models import URL, RawContent
from pricing.operations import statements
from pricing.operations.ingestion import ingest_parsed
from pricing.sources.base import Fault, Outcome, ParseResult, RawDocument, Source, Status, refused, turned_away
from steelyard.core.clock import business_date
from steelyard.core.database import Database
from steelyard.core.errors import SteelyardError

logger = logging.getLogger(__name__)
UNDERSTOOD = (Outcome.OK, Outcome.NOT_MODIFIED)
VALIDATED = frozenset({Outcome.OK, Outcome.NOT_YET})
"""After these an unchanged answer would be read the same way again; after all others it is worth reading anew."""


@dataclass(frozen=True, slots=True)
class Conclusion:
    """What became of a fetch; `links` are the documents that a list points to."""

    outcome: Outcome
    fault: str | None = None
    detail: str = ""
    rows: int = 0
    kept: int = 0
    dropped: Sequence[dict[str, Any]] = ()
    complete: bool = False
    readable: bool = False
    links: tuple[Link, ...] = ()
    result: ParseResult | None = None


def record(session: Session, source: Source, task: Task, answer: Answer) -> int:
    """Write what came, before anything of it is read; returns the fetch's id."""
    digest = sha256(answer.content).hexdigest() if answer.content else None
    if digest is not None:
        statements.keep_content(session, digest, len(answer.content), zlib.compress(answer.content))
    row = PriceFetch(
        source=source.contract.code,
        purpose=str(task.purpose),
        target=task.target,
        url=answer.url,
        day=task.request.day,
        asked_at=answer.asked_at,
        fetched_at=answer.fetched_at,
        http_status=answer.status,
        headers=dict(answer.headers),
        sha256=digest,
        size=len(answer.content),
        attempts=answer.attempts,
        trouble=None if answer.trouble is None else str(answer.trouble),
        detail=answer.detail[:DETAIL],
    )
    session.add(row)
    _target(session, row).asked_at = answer.asked_at
    session.flush()
    return row.id


def pending(session: Session, source: str) -> list[int]:
    """The fetches of which nobody has said yet what became of them, the oldest first."""
    outcome = PriceFetchOutcome
    query = select(PriceFetch.id).outerjoin(outcome, outcome.fetch_id == PriceFetch.id)
    return list(
        session.scalars(query.where(PriceFetch.source == source, outcome.fetch_id.is_(None)).order_by(PriceFetch.id))
    )


def conclude(db: Database, source: Source, fetch_id: int, now: datetime) -> PriceFetchOutcome:
    """Read a stored fetch and write what became of it, together with what it changes; once, whoever else tries.

    What goes wrong on our side is an outcome too, so that one document cannot hold up all others; only an
    unreachable database raises `DBAPIError`, and then the next run tries again.
    """
    with db.read() as session:
        fetch = session.get_one(PriceFetch, fetch_id)
        content = session.scalar(select(RawContent.packed).where(RawContent.sha256 == fetch.sha256)) or b""
        target = session.get(FetchTarget, (fetch.source, fetch.target))
    document = _document(source, fetch, zlib.decompress(content) if content else b"")
    found = _judge(source, fetch, target, document)
    try:
        return _write(db, source, fetch_id, document, found, now)
    except DBAPIError:
        raise
    except DocumentRefused as error:  # the pipeline behind the parser refuses too
        failed = Conclusion(Outcome.FAILED, error.code[-24:], str(error)[:DETAIL])
    except SteelyardError as error:
        failed = Conclusion(Outcome.FAILED, error.code[:24], str(error)[:DETAIL])
    except Exception as error:
        logger.exception("the document of fetch %d could not be taken in", fetch_id)
        failed = Conclusion(Outcome.FAILED, "internal", type(error).__name__)
    return _write(db, source, fetch_id, document, failed, now)


def _document(source: Source, fetch: PriceFetch, content: bytes) -> RawDocument:
    return RawDocument(
        fetch.source,
        fetch.target,
        fetch.fetched_at,
        content,
        http_status=fetch.http_status or 0,
        requested_day=source.day_of_url(fetch.target),
    )


def _judge(source: Source, fetch: PriceFetch, target: FetchTarget | None, document: RawDocument) -> Conclusion:
    plan, known = source.fetch, _known(target)
    assert plan is not None
    if fetch.trouble is not None:
        return Conclusion(Outcome.FAILED, fetch.trouble, fetch.detail)
    same = target is not None and fetch.sha256 is not None and target.sha256 == fetch.sha256
    if fetch.purpose == Purpose.LIST:
        return _judge_list(plan, fetch, document)
    if fetch.http_status == 304 or same:
        complete = due.completes(plan, known, Outcome.NOT_MODIFIED, provisional=False)
        return Conclusion(Outcome.NOT_MODIFIED, detail="same bytes" if same else "", complete=complete)
    try:
        result = source.parse(document)
    except Exception as error:
        logger.exception("the parser of %s failed", fetch.source)
        return Conclusion(Outcome.FAILED, "internal", type(error).__name__)
    return _of_result(plan, known, result, document)


def _of_result(plan: FetchPlan, known: Known, result: ParseResult, document: RawDocument) -> Conclusion:
    provisional = any(row.status is Status.PROVISIONAL for row in result.kept)
    finding = result.finding
    return Conclusion(
        result.outcome,
        None if finding is None else str(finding.fault),
        "" if finding is None else finding.detail[:DETAIL],
        result.rows,
        len(result.kept),
        [{"row": one.row, "reason": str(one.reason), "text": one.text} for one in result.dropped],
        complete=due.completes(plan, known, result.outcome, provisional=provisional),
        readable=result.outcome in VALIDATED and document.http_status == 200,
        result=result,
    )


def _judge_list(plan: FetchPlan, fetch: PriceFetch, document: RawDocument) -> Conclusion:
    """What a list says. The newest is complete for its time only when it names a document of that time."""
    assert isinstance(plan.how, Listed)
    older = fetch.target != plan.how.page(0)
    if fetch.http_status == 304:
        return Conclusion(Outcome.NOT_MODIFIED, complete=older)
    result = turned_away(document, ())
    if result is not None:
        return _of_result(plan, Known(), result, document)
    links = tuple(one for one in plan.how.links(document.content, fetch.url) if _may_be_asked(plan, one))
    if not links:
        return _of_result(plan, Known(), refused(Outcome.EMPTY, Fault.EMPTY, "no release"), document)
    return Conclusion(Outcome.OK, rows=len(links), kept=len(links), complete=older, readable=True, links=links)


def _may_be_asked(plan: FetchPlan, link: Link) -> bool:
    return (
        link.url.startswith(("http://", "https://")) and len(link.url) <= URL and Request(link.url).host in plan.hosts
    )


def _write(
    db: Database, source: Source, fetch_id: int, document: RawDocument, found: Conclusion, now: datetime
) -> PriceFetchOutcome:
    with db.write() as session:
        fetch = session.scalars(
            select(PriceFetch).where(PriceFetch.id == fetch_id).with_for_update(key_share=True)
        ).one()
        before = session.get(PriceFetchOutcome, fetch_id)
        if before is not None:
            return before
        document_id = None
        if found.outcome is Outcome.OK and fetch.purpose == Purpose.DOCUMENT:
            assert found.result is not None
            document_id = ingest_parsed(session, None, source, document, found.result).document_id
        outcome = PriceFetchOutcome(
            fetch_id=fetch_id,
            outcome=str(found.outcome),
            fault=found.fault,
            detail=found.detail,
            rows=found.rows,
            kept=found.kept,
            dropped=list(found.dropped),
            document_id=document_id,
            concluded_at=now,
        )
        session.add(outcome)
        _move_on(session, source, fetch, found, now)
        return outcome


def _move_on(session: Session, source: Source, fetch: PriceFetch, found: Conclusion, now: datetime) -> None:
    """Bring the address and the source to where they stand after a fetch."""
    plan = source.fetch
    assert plan is not None
    target = _target(session, fetch)
    complete = _add_links(session, plan, fetch, found.links, now) or found.complete
    wait = due.retry_after(fetch.headers) if fetch.http_status in (429, 503) else timedelta(0)
    state = due.after(plan, fetch.purpose, _known(target), found.outcome, complete=complete, now=now, wait=wait)
    target.outcome, target.done, target.tries, target.next_at = state.outcome, state.done, state.tries, state.next_at
    if found.outcome is not Outcome.NOT_MODIFIED:
        target.etag = fetch.headers.get("etag", "")[:DETAIL] or None if found.readable else None
        target.last_modified = fetch.headers.get("last-modified", "")[:DETAIL] or None if found.readable else None
        target.sha256 = fetch.sha256 if found.readable else None
    source_state = state_of(session, fetch.source)
    source_state.outcome, source_state.asked_at = str(found.outcome), fetch.asked_at
    if found.outcome in UNDERSTOOD:
        source_state.succeeded_at = fetch.fetched_at
    if found.outcome is Outcome.OK and fetch.purpose == Purpose.DOCUMENT:
        source_state.kept = found.kept
    alarms.weigh(session, source_state, found.outcome, found.fault, found.detail, now, wait)


def _add_links(session: Session, plan: FetchPlan, fetch: PriceFetch, links: Iterable[Link], now: datetime) -> bool:
    """Remember the documents that a list points to; whether one is of the time for which the list was asked."""
    oldest = business_date(now) - timedelta(days=plan.catch_up_days)
    asked_for = fetch.day or business_date(fetch.asked_at)
    current = new = False
    for link in links:
        if link.day is not None and link.day < oldest:
            continue
        current = current or (link.day is not None and link.day >= asked_for)
        row = FetchTarget(source=fetch.source, target=link.url, purpose=str(Purpose.DOCUMENT), day=link.day)
        if session.get(FetchTarget, (row.source, row.target)) is None:
            row.done, row.tries, new = False, 0, new or link.day is None
            session.add(row)
    return current or new


def _target(session: Session, fetch: PriceFetch) -> FetchTarget:
    """The address that a fetch asked; made where it is new."""
    row = session.get(FetchTarget, (fetch.source, fetch.target))
    if row is None:
        row = FetchTarget(source=fetch.source, target=fetch.target, purpose=fetch.purpose, day=fetch.day)
        row.done, row.tries = False, 0
        session.add(row)
    return row


def state_of(session: Session, source: str) -> SourceState:
    """The state of a source, held until the transaction ends; made where it is new."""
    fresh = {"source": source, "failures": 0, "missing": 0}
    session.execute(statements.upsert(session, SourceState).values(fresh).on_conflict_do_nothing())
    query = select(SourceState).where(SourceState.source == source).with_for_update()
    return session.scalars(query.execution_options(populate_existing=True)).one()


def _known(target: FetchTarget | None) -> Known:
    return Known() if target is None else known_of(target)


def known_of(target: FetchTarget) -> Known:
    """Where the asking for an address stands."""
    return Known(target.outcome, target.done, target.tries, target.asked_at, target.next_at)
