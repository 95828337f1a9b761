"""The outbox: events written in the transaction of the change they tell of, read by cursor."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    ForeignKey,
    Index,
    ScalarSelect,
    String,
    Text,
    bindparam,
    exists,
    func,
    insert,
    literal_column,
    select,
    true,
)
from sqlalchemy import cast as sql_cast
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, Session, mapped_column

from steelyard.core.batch import Batch, Write
from steelyard.core.clock import utc_now
from steelyard.core.models import Base, BigInt, JsonText, UtcDateTime, canonical_json
from steelyard.core.prepared import POSTGRESQL, given, packed
from steelyard.core.rowset import RowTypes
from steelyard.core.sequence import Cursor, Sequenced, read_after


class Event(Sequenced, Base):
    """Something that happened, in the past tense (``inventory.issue_posted``)."""

    __tablename__ = "outbox_event"
    type: Mapped[str] = mapped_column(String(80), nullable=False)
    subject: Mapped[str] = mapped_column(String(120), nullable=False)
    occurred_at: Mapped[datetime] = mapped_column(nullable=False)
    data: Mapped[dict[str, Any]] = mapped_column(JsonText, nullable=False)

    __table_args__ = (
        Index("ix_outbox_event_feed", "epoch", "txid", "id"),
        {"info": {"append_only": True}},
    )

    @property
    def cursor(self) -> Cursor:
        """The place of this event in the feed."""
        return Cursor(self.epoch, self.txid, self.id)


class EventAudience(Base):
    """An organisation that may read an event."""

    __tablename__ = "outbox_audience"
    org_id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    event_id: Mapped[int] = mapped_column(BigInt, ForeignKey("outbox_event.id"), primary_key=True, index=True)

    __table_args__ = ({"info": {"append_only": True}},)


class SubscriberCursor(Base):
    """How far a subscriber has come; moved on in the transaction of its effect."""

    __tablename__ = "outbox_subscriber"
    name: Mapped[str] = mapped_column(String(80), primary_key=True)
    epoch: Mapped[int] = mapped_column(BigInt, nullable=False)
    txid: Mapped[int] = mapped_column(BigInt, nullable=False)
    event_id: Mapped[int] = mapped_column(BigInt, nullable=False)


@dataclass(frozen=True, slots=True)
class Subscriber:
    """A slice's interest in events: ``handle`` runs in the transaction that moves the cursor on."""

    name: str
    types: frozenset[str]
    handle: Callable[[Session, Event], None]


def publish(session: Session, type_: str, *, subject: str, data: dict[str, Any], audience: Iterable[int] = ()) -> Event:
    """Write an event in the caller's transaction; ``audience`` holds the organisations that may read it."""
    event = Event(type=type_, subject=subject, data=data, occurred_at=utc_now())
    session.add(event)
    session.flush()
    rows = [{"org_id": org_id, "event_id": event.id} for org_id in sorted(set(audience))]
    if rows:
        session.execute(insert(EventAudience), rows)
    return event


@dataclass(frozen=True, slots=True)
class Notice:
    """An event to be published: its type, subject and data, and the organisations that may read it."""

    type: str
    subject: str
    data: dict[str, Any]
    audience: frozenset[int]


_NOTICE: RowTypes = {
    "type": String(), "subject": String(), "occurred_at": UtcDateTime(), "data": String(), "audience": String(),
}  # fmt: skip


_TOLD = ("type", "subject", "occurred_at", "data")


def add(batch: Batch, notices: Sequence[Notice]) -> None:
    """Publish events with other writes: one statement with them on PostgreSQL, two for any number on SQLite."""
    if not notices:
        return
    moment = utc_now()
    rows = packed(batch.dialect, "notices", _NOTICE, (_notice_row(one, moment) for one in notices))
    events, readers = _published(one=rows.one) if batch.dialect == POSTGRESQL else _published_in_turn(one=rows.one)
    batch.add(events, rows)
    batch.add(readers)


@cache
def _published(*, one: bool) -> tuple[Write, Write]:
    """The writes of events and of their readers, which share the numbers that the events are given (PostgreSQL)."""
    rows = given(POSTGRESQL, "notices", _NOTICE, one=one)
    new_id = func.nextval(func.pg_get_serial_sequence(Event.__tablename__, "id")).label("id")
    source = select(new_id, *(rows.c[name] for name in _NOTICE)).cte("numbered_notices")
    names = ["id", *_TOLD]
    events = insert(Event).from_select(names, select(*(source.c[name] for name in names)))
    org_ids = func.jsonb_array_elements_text(sql_cast(source.c.audience, JSONB)).table_valued("value", name="org_ids")
    pairs = select(sql_cast(org_ids.c.value, BigInteger), source.c.id).join_from(source, org_ids, true())
    readers = insert(EventAudience).from_select(["org_id", "event_id"], pairs)
    return (
        Write("events", events),
        Write("readers", readers),
    )


def _notice_row(notice: Notice, moment: datetime) -> dict[str, Any]:
    return {
        "type": notice.type,
        "subject": notice.subject,
        "occurred_at": moment,
        "data": canonical_json(notice.data),
        "audience": canonical_json(sorted(notice.audience)),
    }


@cache
def _published_in_turn(*, one: bool) -> tuple[Write, Write]:
    """The same on SQLite, where one writer at a time numbers on from the last event; nothing is ever deleted."""
    last = select(func.coalesce(func.max(Event.id), 0)).scalar_subquery()
    return _one_published(last) if one else _many_published(last)


def _one_published(last: ScalarSelect[int]) -> tuple[Write, Write]:
    row = given("sqlite", "notices", _NOTICE, one=True)
    events = insert(Event).from_select(["id", *_TOLD], select(last + 1, *(row.c[name] for name in _TOLD)))
    org_ids = func.json_each(row.c.audience).table_valued("value", name="org_ids")
    pairs = select(org_ids.c.value, last).select_from(row).join(org_ids, true())
    readers = insert(EventAudience).from_select(["org_id", "event_id"], pairs)
    return Write("events", events), Write("readers", readers)


def _many_published(last: ScalarSelect[int]) -> tuple[Write, Write]:
    notices = bindparam("notices", type_=Text())
    entries = func.json_each(notices).table_valued("key", "value")
    told = (func.json_extract(entries.c.value, literal_column(f"'$.{name}'")) for name in _TOLD)
    events = insert(Event).from_select(["id", *_TOLD], select(last + entries.c.key + 1, *told))
    audience = func.json_extract(entries.c.value, literal_column("'$.audience'"))
    org_ids = func.json_each(audience).table_valued("value", name="org_ids")
    own_id = last - func.json_array_length(notices) + entries.c.key + 1
    pairs = select(org_ids.c.value, own_id).select_from(entries).join(org_ids, true())
    readers = insert(EventAudience).from_select(["org_id", "event_id"], pairs)
    return (
        Write("events", events),
        Write("readers", readers),
    )


def read_events(
    session: Session,
    *,
    after: Cursor,
    limit: int,
    org_id: int | None = None,
    types: Iterable[str] | None = None,
) -> Sequence[Event]:
    """Return at most ``limit`` settled events behind ``after``; with ``org_id`` only those it may read."""
    query = select(Event)
    if org_id is not None:
        query = query.where(exists().where(EventAudience.event_id == Event.id, EventAudience.org_id == org_id))
    if types is not None:
        query = query.where(Event.type.in_(list(types)))
    return session.scalars(read_after(session, Event, query, after, limit)).all()
