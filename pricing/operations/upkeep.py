"""Forgetting what has had its time: messages, what was sent, and questions to publishers that brought nothing.

Observations, documents and what brought them, firings of alerts and decisions stay for ever.
"""

from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from pricing.alert_models import InboxMessage, PriceDigest, Sending
from pricing.fetching.models import PriceFetch, PriceFetchOutcome
from pricing.operations.statements import batches
from pricing.operations.telling import QUEUED
from steelyard.core.database import db_now

MESSAGES_STAY = timedelta(days=180)
SENDINGS_STAY = timedelta(days=90)
FETCHES_STAY = timedelta(days=400)
"""Longer than the year for which the database itself refuses to let them go."""
MOST_AT_ONCE = 5_000
"""Rows of a table that one run deletes at most, so that nobody waits long for it."""


def forget(session: Session) -> None:
    """Delete what is older than it is kept for."""
    now = db_now(session)
    for table, old in (
        (InboxMessage, InboxMessage.created_at < now - MESSAGES_STAY),
        (Sending, (Sending.status != QUEUED) & (Sending.created_at < now - SENDINGS_STAY)),
    ):
        some = select(table.id).where(old).order_by(table.id).limit(MOST_AT_ONCE)
        session.execute(delete(table).where(table.id.in_(some)).execution_options(synchronize_session=False))
    session.execute(delete(PriceDigest).where(PriceDigest.made_at < now - MESSAGES_STAY))
    _forget_fetches(session, now - FETCHES_STAY)


def _forget_fetches(session: Session, limit: datetime) -> None:
    """Delete old questions whose answers became no document, with what was noted of them."""
    outcome = PriceFetchOutcome
    old = (
        select(outcome.fetch_id)
        .join(PriceFetch, PriceFetch.id == outcome.fetch_id)
        .where(outcome.document_id.is_(None), outcome.concluded_at < limit, PriceFetch.asked_at < limit)
        .order_by(outcome.fetch_id)
        .limit(MOST_AT_ONCE)
    )
    for ids in batches(session.scalars(old).all()):
        session.execute(delete(outcome).where(outcome.fetch_id.in_(ids)))
        session.execute(delete(PriceFetch).where(PriceFetch.id.in_(ids)))
