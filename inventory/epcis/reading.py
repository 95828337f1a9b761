"""Reading captured events: one's own by query, and those that a trace shows."""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from inventory.epcis import querying
from inventory.epcis.canonical import STANDARD_CONTEXT, Event, loads
from inventory.epcis.errors import EventUnknown, QueryParameterWrong, QueryTooLarge
from inventory.epcis.mapping import ZONE
from inventory.epcis.models import CaptureJob, PartnerEvent, PartnerEventTerm
from inventory.epcis.moments import written
from inventory.epcis.vocabulary import EVENT_TYPES
from steelyard.accounts.models import Organisation
from steelyard.core.actors import Actor
from steelyard.core.database import db_now
from steelyard.core.errors import NotFound

MOST_IN_TRACE = 200


def own(actor: Actor) -> ColumnElement[bool]:
    """The condition on ``PartnerEvent`` that the caller's organisation captured it."""
    return PartnerEvent.org_id == actor.org_id


def as_sent(row: PartnerEvent) -> Event:
    """Return an event as it was sent, with its recording time and the contexts in which it is to be read."""
    event: Event = {**loads(row.document), "recordTime": written(row.recorded_at, ZONE)}
    contexts = loads(row.contexts)
    return {"@context": contexts, **event} if contexts else event


def alone(row: PartnerEvent) -> Event:
    """Return an event that stands by itself, outside of a document."""
    event = as_sent(row)
    return {**event, "@context": [STANDARD_CONTEXT, *event.get("@context", [])]}


def query(session: Session, actor: Actor, wanted: querying.Wanted) -> tuple[list[Event], str | None]:
    """Return a page of one's own events and the token of the next; raises ``QueryTooLarge``."""
    if wanted.most is not None:
        matching = select(PartnerEvent.id).where(own(actor), *wanted.conditions).limit(wanted.most + 1).subquery()
        if (session.scalar(select(func.count()).select_from(matching)) or 0) > wanted.most:
            raise QueryTooLarge(most=wanted.most)
    statement, left = querying.statement(wanted, own(actor))
    rows = session.scalars(statement).all()
    size = wanted.per_page if left is None else min(wanted.per_page, left)
    shown, more = rows[:size], len(rows) > size
    rest = None if left is None else left - len(shown)
    following = more and rest != 0
    token = querying.token_behind(wanted, shown[-1], rest) if following else None
    return [as_sent(row) for row in shown], token


def of_id(session: Session, actor: Actor, event_id: str) -> list[Event]:
    """Return one's own event under an id, with the declarations of its error; raises ``EventUnknown``."""
    rows = session.scalars(
        select(PartnerEvent).where(own(actor), PartnerEvent.event_id == event_id).order_by(PartnerEvent.id)
    ).all()
    if not rows:
        raise EventUnknown
    return [as_sent(row) for row in rows]


def one(session: Session, actor: Actor, event_id: str, mark: str) -> Event:
    """Return the event that was just captured."""
    found = select(PartnerEvent).where(own(actor), PartnerEvent.event_id == event_id, PartnerEvent.fingerprint == mark)
    return alone(session.scalars(found).one())


def types(session: Session, actor: Actor) -> list[str]:
    """Return the types of events: the standard's, and others that one captured."""
    found = session.scalars(select(PartnerEvent.type).where(own(actor)).distinct()).all()
    return [*EVENT_TYPES, *sorted(set(found) - set(EVENT_TYPES))]


def query_document(session: Session, events: Sequence[Event]) -> Event:
    """Return events as the answer to a query."""
    return {
        "@context": [STANDARD_CONTEXT],
        "type": "EPCISQueryDocument",
        "schemaVersion": "2.0",
        "creationDate": written(db_now(session), ZONE),
        "epcisBody": {"queryResults": {"queryName": "SimpleEventQuery", "resultsBody": {"eventList": list(events)}}},
    }


def jobs(session: Session, actor: Actor, wanted: querying.Wanted) -> tuple[list[Event], str | None]:
    """Return a page of one's own capture jobs, the newest first, and the token of the next page."""
    found = select(CaptureJob).where(CaptureJob.org_id == actor.org_id)
    if wanted.token is not None:
        parts = querying.decode_token(wanted.token)
        if len(parts) != 1 or type(parts[0]) is not int:
            raise QueryParameterWrong(name="nextPageToken")
        found = found.where(CaptureJob.id < parts[0])
    rows = session.scalars(found.order_by(CaptureJob.id.desc()).limit(wanted.per_page + 1)).all()
    shown = rows[: wanted.per_page]
    more = len(rows) > len(shown)
    return [job_document(job) for job in shown], querying.encode_token([shown[-1].id]) if more else None


def job(session: Session, actor: Actor, capture_id: str) -> Event:
    """Return one's own capture job; raises ``NotFound``."""
    query = select(CaptureJob).where(CaptureJob.org_id == actor.org_id, CaptureJob.capture_id == capture_id)
    found = session.scalars(query).one_or_none()
    if found is None:
        raise NotFound
    return job_document(found)


def job_document(found: CaptureJob) -> Event:
    """Return a job as the standard shows it; ours have always ended."""
    return {
        "captureID": found.capture_id,
        "createdAt": written(found.created_at, ZONE),
        "finishedAt": written(found.finished_at, ZONE),
        "running": False,
        "success": found.success,
        "captureErrorBehaviour": found.behaviour,
        "errors": found.errors,
    }


def about(session: Session, uris: Collection[str], most: int = MOST_IN_TRACE) -> list[dict[str, Any]]:
    """Return what partners reported of things that the caller was found to see, newest first, with who reported it.

    The caller must have made sure that each of ``uris`` names a thing that the actor sees.
    """
    if not uris:
        return []
    named = select(PartnerEventTerm.row_id).where(PartnerEventTerm.value.in_(uris))
    rows = session.execute(
        select(PartnerEvent, Organisation.name)
        .join(Organisation, Organisation.id == PartnerEvent.org_id)
        .where(PartnerEvent.id.in_(named))
        .order_by(PartnerEvent.event_at.desc(), PartnerEvent.id.desc())
        .limit(most)
    )
    return [
        {
            "event_id": event.event_id, "type": event.type, "event_at": event.event_at, "reporter": name,
            "action": event.action, "biz_step": event.biz_step, "disposition": event.disposition,
            "read_point": event.read_point, "biz_location": event.biz_location,
            "is_declaration": event.is_declaration,
        }
        for event, name in rows
    ]  # fmt: skip
