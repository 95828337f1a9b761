"""Messages to a person."""

from flask import url_for
from sqlalchemy import Select, func, select, update
from sqlalchemy.orm import Session

from pricing.alert_models import InboxMessage
from steelyard.api.pages import Waiting
from steelyard.core.actors import Actor
from steelyard.core.database import db_now
from steelyard.core.i18n import N_

MOST_COUNTED = 1000


def messages(actor: Actor, *, unread: bool = False) -> Select[InboxMessage]:
    """The messages to this person within his organisation."""
    query = select(InboxMessage).where(InboxMessage.user_id == actor.user_id, InboxMessage.org_id == actor.org_id)
    return query.where(InboxMessage.read_at.is_(None)) if unread else query


def unread_count(session: Session, actor: Actor) -> int:
    """How many messages he has not read, counted to `MOST_COUNTED`."""
    found = messages(actor, unread=True).with_only_columns(InboxMessage.id).limit(MOST_COUNTED).subquery()
    return session.scalar(select(func.count()).select_from(found)) or 0


def unread(session: Session, actor: Actor) -> list[Waiting]:
    """What the home page says of them."""
    count = unread_count(session, actor)
    if not count:
        return []
    return [Waiting(N_("%(count)s unread messages about prices"), count, url_for("pricing_pages.inbox"))]


def mark_read(session: Session, actor: Actor, up_to: int) -> None:
    """Count the person's messages up to this id as read."""
    mine = (InboxMessage.user_id == actor.user_id, InboxMessage.org_id == actor.org_id)
    session.execute(
        update(InboxMessage)
        .where(*mine, InboxMessage.read_at.is_(None), InboxMessage.id <= up_to)
        .values(read_at=db_now(session))
    )
