"""Sending what was ordered: by jobs, outside of any transaction, tried again with growing pauses, all of it on record.

A message is sent at least once: where a worker dies between the other side's answer and our note of it, it is
sent again. After `PAUSES` is used up it counts as failed.
"""

import json
from datetime import timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from pricing.alert_models import PriceChannel, Sending
from pricing.notifying.addresses import ChannelKind
from pricing.operations.channels import PURPOSE
from pricing.operations.telling import QUEUED
from steelyard.core import jobs, vault
from steelyard.core.database import Database, db_now
from steelyard.core.settings import Settings

SEND = "pricing.send"
SENT = "sent"
FAILED = "failed"
PAUSES = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=2))
MOST_AT_ONCE = 200
REMOVED = "the channel was removed"


def dispatch(session: Session) -> None:
    """Order a job for each message that is due; the order's key is the attempt, so that none is made twice."""
    due = select(Sending).where(Sending.status == QUEUED, Sending.next_at <= db_now(session))
    for sending in session.scalars(due.order_by(Sending.next_at, Sending.id).limit(MOST_AT_ONCE)):
        jobs.enqueue(session, SEND, key=f"{sending.id}:{sending.attempts}", sending_id=sending.id)


def deliver(db: Database, sending_id: int, settings: Settings | None = None) -> dict[str, Any] | None:
    """Send one message and return how that went; None where there is nothing to send."""
    from pricing.notifying.delivery import Post, deliver

    with db.read() as session:
        found = session.execute(
            select(Sending, PriceChannel)
            .join(PriceChannel, PriceChannel.id == Sending.channel_id)
            .where(Sending.id == sending_id, Sending.status == QUEUED)
        ).one_or_none()
    if found is None:
        return None
    sending, channel = found
    if not channel.active:
        return {"sent": False, "reason": REMOVED}
    settings = settings or Settings.from_env()
    try:
        reached = json.loads(vault.unseal(settings.secret_key, PURPOSE, channel.sealed))
    except vault.SecretLost as error:
        return {"sent": False, "reason": str(error)}
    post = Post(settings.smtp_url, settings.mail_from or "") if settings.smtp_url else None
    outcome = deliver(ChannelKind(channel.kind), reached, sending.title, sending.body, post)
    return {"sent": outcome.sent, "reason": outcome.reason}


def note(session: Session, prepared: dict[str, Any] | None, sending_id: int) -> None:
    """Write down how a message went, and when it is tried again."""
    sending = session.get(Sending, sending_id, with_for_update=True)
    if prepared is None or sending is None or sending.status != QUEUED:
        return
    now = db_now(session)
    sending.attempts += 1
    sending.error = None if prepared["sent"] else prepared["reason"]
    if prepared["sent"]:
        sending.status, sending.next_at, sending.finished_at = SENT, None, now
    elif sending.attempts > len(PAUSES) or prepared["reason"] == REMOVED:
        sending.status, sending.next_at, sending.finished_at = FAILED, None, now
    else:
        sending.next_at = now + PAUSES[sending.attempts - 1]
