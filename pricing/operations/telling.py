"""Telling people: a message in the inbox of each whom a firing concerns, an order to each channel that he follows."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from pricing.alert_models import ChannelFollower, InboxMessage, PriceAlert, PriceChannel, Sending
from pricing.operations.statements import table_of, upsert
from pricing.wording import TITLES, alert, speaker
from steelyard.accounts.models import Membership, Organisation, User

LONGEST_BODY = 4000
QUEUED = "queued"


@dataclass(frozen=True, slots=True)
class Fired:
    """A firing that was just written."""

    firing_id: int
    alert: PriceAlert
    content: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who is told: who he is within which organisation, and his language."""

    user_id: int
    org_id: int
    locale: str


@dataclass(frozen=True, slots=True)
class Order:
    """A message for a channel; `key` names it for ever, so that it is ordered once."""

    key: str
    channel_id: int
    title: str
    body: str


def tell(session: Session, fired: Sequence[Fired], now: datetime) -> None:
    """Write the inbox messages and the orders of these firings; a channel gets one message for each firing."""
    if not fired:
        return
    people = members(session, {one.alert.org_id for one in fired})
    channels = followed(session, people, "alerts")
    messages: list[dict[str, Any]] = []
    orders: dict[str, Order] = {}
    for one in fired:
        for person in _concerned(one.alert, people):
            messages.append(message_to(person, "alert", one.content, now))
            say = speaker(person.locale)
            for channel_id in channels.get((person.user_id, person.org_id), ()):
                key = f"alert:{one.firing_id}:{channel_id}"
                orders.setdefault(key, Order(key, channel_id, say(TITLES["alert"]), alert(one.content, say)))
    put_messages(session, messages)
    put_orders(session, orders.values(), now)


def members(session: Session, org_ids: Iterable[int]) -> list[Person]:
    """The people who are active in these organisations."""
    rows = session.execute(
        select(Membership.user_id, Membership.org_id, User.locale)
        .join(User, User.id == Membership.user_id)
        .join(Organisation, Organisation.id == Membership.org_id)
        .where(Membership.org_id.in_(set(org_ids)), Membership.active, User.active, Organisation.active)
        .order_by(Membership.id)
    )
    return [Person(*row) for row in rows]


def followed(session: Session, people: Sequence[Person], what: str) -> Mapping[tuple[int, int], list[int]]:
    """The channels of his organisation that each person follows for `what` (``alerts`` or ``digest``)."""
    rows = session.execute(
        select(ChannelFollower.user_id, PriceChannel.org_id, PriceChannel.id)
        .join(PriceChannel, PriceChannel.id == ChannelFollower.channel_id)
        .where(
            PriceChannel.org_id.in_({person.org_id for person in people}),
            PriceChannel.active,
            getattr(ChannelFollower, what),
        )
        .order_by(PriceChannel.id)
    )
    found: dict[tuple[int, int], list[int]] = defaultdict(list)
    for user_id, org_id, channel_id in rows:
        found[user_id, org_id].append(channel_id)
    return found


def put_messages(session: Session, messages: Sequence[Mapping[str, Any]]) -> None:
    """Write messages into inboxes."""
    if messages:
        session.execute(insert(table_of(InboxMessage)), list(messages))


def put_orders(session: Session, orders: Iterable[Order], now: datetime) -> None:
    """Write what is to be sent; one that was ordered before is not ordered again."""
    rows = [
        {
            "key": order.key,
            "channel_id": order.channel_id,
            "title": order.title[:200],
            "body": order.body[:LONGEST_BODY],
            "status": QUEUED,
            "attempts": 0,
            "next_at": now,
            "created_at": now,
        }
        for order in orders
    ]
    if rows:
        session.execute(upsert(session, Sending).on_conflict_do_nothing(index_elements=["key"]), rows)


def message_to(person: Person, kind: str, content: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """The row of a message to one person."""
    whom = {"user_id": person.user_id, "org_id": person.org_id}
    return whom | {"kind": kind, "content": dict(content), "created_at": now}


def _concerned(one: PriceAlert, people: Iterable[Person]) -> list[Person]:
    return [
        person for person in people if person.org_id == one.org_id and (one.shared or person.user_id == one.user_id)
    ]
