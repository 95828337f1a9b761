"""The outbox: events written in the transaction of the change they tell of, read by cursor."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, exists, insert, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from steelyard.core.clock import utc_now
from steelyard.core.models import Base, BigInt, JsonText
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
