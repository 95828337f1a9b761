"""Capturing partners' events: what is new is kept, a repeat changes nothing, another body under an id is refused."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory.epcis.canonical import Context, contexts_of, dumps, fingerprint
from inventory.epcis.errors import EventExists, ValidationFailed
from inventory.epcis.models import CaptureJob, PartnerEvent, PartnerEventTerm
from inventory.epcis.structure import events_of, faults_of_event, faults_of_text
from inventory.epcis.terms import describe
from steelyard.accounts.models import Organisation
from steelyard.core import audit
from steelyard.core.actors import Actor
from steelyard.core.database import db_now
from steelyard.core.errors import SteelyardError
from steelyard.core.idents import random_id

Behaviour = Literal["rollback", "proceed"]
MOST_EVENTS = 1000
MOST_BYTES = 4 << 20
"""Most events and bytes of one capture."""
_PATHS = {"EPCISDocument": "epcisBody.eventList", "EPCISQueryDocument": "epcisBody.queryResults.resultsBody.eventList"}


@dataclass(frozen=True, slots=True)
class Sent:
    """A sound event with its id, the contexts in which it is to be read, and its fingerprint."""

    event: Mapping[str, Any]
    contexts: Context
    fingerprint: str

    @property
    def event_id(self) -> str:
        """The id, the sender's or one made of what the event says."""
        return str(self.event["eventID"])

    @property
    def is_declaration(self) -> bool:
        """Whether it says that an event was an error."""
        return "errorDeclaration" in self.event


@dataclass(frozen=True, slots=True)
class Delivery:
    """The events of a document in their order, each sound or with its error."""

    entries: Sequence[Sent | SteelyardError]


def read_document(document: Any) -> Delivery:
    """Take a document apart; raises ``ValidationFailed`` where what surrounds the events is wrong."""
    events, faults = events_of(document)
    if not faults and len(events) > MOST_EVENTS:
        faults = [("epcisBody", f"holds more than {MOST_EVENTS} events")]
    if faults:
        raise ValidationFailed.of(faults)
    path = _PATHS[document["type"]]
    return Delivery([_entry(document, event, f"{path}[{number}]") for number, event in enumerate(events)])


def read_event(event: Any) -> Sent:
    """Take a single event; it brings its own context. Raises ``ValidationFailed``."""
    faults = faults_of_text(event)
    if not faults and isinstance(event, Mapping) and "@context" not in event:
        faults = [("@context", "is missing")]
    if faults:
        raise ValidationFailed.of(faults)
    found = _entry({}, event, "")
    if isinstance(found, SteelyardError):
        raise found
    return found


def _entry(document: Mapping[str, Any], event: Any, path: str) -> Sent | SteelyardError:
    faults = faults_of_event(event)
    if faults:
        return ValidationFailed.of(faults, path)
    contexts = contexts_of(document, event)
    said = {name: value for name, value in event.items() if name not in {"@context", "recordTime"}}
    mark = fingerprint(said, contexts)
    if "eventID" not in said:
        # The same event sent again without an id is the same event: its id follows from what it says.
        said["eventID"] = f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_OID, mark)}"
        mark = fingerprint(said, contexts)
    return Sent(said, contexts, mark)


def capture(session: Session, actor: Actor, delivery: Delivery, behaviour: Behaviour) -> CaptureJob:
    """Capture a delivery: all of it or nothing, or with ``proceed`` what can be; return the job with its errors."""
    now = db_now(session)
    fresh, errors = _judge(session, actor, delivery.entries)
    if errors and behaviour == "rollback":
        fresh = []
    _store(session, actor, fresh)
    job = CaptureJob(
        capture_id=random_id(), org_id=actor.org_id, behaviour=behaviour, success=not errors,
        errors=[_problem(error) for error in errors], captured=len(fresh), created_at=now,
        finished_at=db_now(session), captured_by=actor.user_id,
    )  # fmt: skip
    session.add(job)
    session.flush()
    detail = {"captured": len(fresh), "errors": len(errors)}
    audit.record(session, actor, "inventory.events_captured", f"capture:{job.capture_id}", detail)
    return job


def capture_one(session: Session, actor: Actor, sent: Sent) -> None:
    """Capture one event; raises ``EventExists``."""
    fresh, errors = _judge(session, actor, [sent])
    for error in errors:
        raise error
    _store(session, actor, fresh)
    if fresh:
        audit.record(session, actor, "inventory.events_captured", f"organisation:{actor.org_id}", {"captured": 1})


def _judge(
    session: Session, actor: Actor, entries: Sequence[Sent | SteelyardError]
) -> tuple[list[Sent], list[SteelyardError]]:
    """Tell what is new from repeats and conflicts; captures of one organisation wait for each other."""
    session.execute(select(Organisation.id).where(Organisation.id == actor.org_id).with_for_update(key_share=True))
    ids = {entry.event_id for entry in entries if isinstance(entry, Sent)}
    rows = session.execute(
        select(PartnerEvent.event_id, PartnerEvent.is_declaration, PartnerEvent.fingerprint).where(
            PartnerEvent.org_id == actor.org_id, PartnerEvent.event_id.in_(ids)
        )
    )
    known: set[tuple[str, str]] = set()
    bodies: set[str] = set()
    for event_id, is_declaration, mark in rows:
        known.add((event_id, mark))
        bodies |= set() if is_declaration else {event_id}
    fresh: list[Sent] = []
    errors: list[SteelyardError] = []
    for entry in entries:
        if isinstance(entry, SteelyardError):
            errors.append(entry)
        elif (entry.event_id, entry.fingerprint) in known:
            continue
        elif entry.event_id in bodies and not entry.is_declaration:
            errors.append(EventExists(event_id=entry.event_id))
        else:
            fresh.append(entry)
            known.add((entry.event_id, entry.fingerprint))
            bodies |= set() if entry.is_declaration else {entry.event_id}
    return fresh, errors


def _store(session: Session, actor: Actor, fresh: Sequence[Sent]) -> None:
    now = db_now(session)
    rows: list[tuple[PartnerEvent, frozenset[tuple[str, str]]]] = []
    for sent in fresh:
        about = describe(sent.event, sent.contexts)
        row = PartnerEvent(
            org_id=actor.org_id, event_id=sent.event_id, is_declaration=sent.is_declaration,
            fingerprint=sent.fingerprint, type=sent.event["type"], recorded_at=now,
            document=dumps(sent.event), contexts=dumps(sent.contexts),
            **{name: getattr(about, name) for name in about.__slots__ if name != "terms"},
        )  # fmt: skip
        rows.append((row, about.terms))
    session.add_all([row for row, _ in rows])
    session.flush()
    session.add_all(
        PartnerEventTerm(row_id=row.id, kind=kind, value=value) for row, terms in rows for kind, value in sorted(terms)
    )
    session.flush()


def _problem(error: SteelyardError) -> dict[str, Any]:
    """Return an error of one event as the capture job shows it."""
    return {
        "type": error.problem_type,
        "title": type(error).__name__,
        "status": error.status,
        "detail": str(error),
    }
