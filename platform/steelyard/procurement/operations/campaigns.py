"""The operator's own acts on a campaign: draft, change, publish, lock, close, cancel."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from steelyard.core import audit, outbox
from steelyard.core.actors import Actor
from steelyard.core.clock import business_date
from steelyard.core.database import db_now
from steelyard.core.numbering import next_number
from steelyard.procurement import envelope, errors, queries
from steelyard.procurement.lifecycle import Act, Party, State
from steelyard.procurement.models import Campaign, CampaignLine
from steelyard.procurement.operations.moves import advance, move

FARTHEST = timedelta(days=366)


def create_campaign(
    session: Session,
    actor: Actor,
    *,
    title: str,
    opens_at: datetime | None,
    pledge_deadline: datetime,
    bid_deadline: datetime,
    lines: Sequence[Mapping[str, Any]],
    tolerance_permille: int | None = None,
) -> Campaign:
    """Draft a campaign under a new JC number. Raises ``DeadlinesOutOfOrder``, ``DeadlinePassed``,
    ``DeliveryWindow``.
    """
    now = db_now(session)
    opens_at = opens_at or now
    _check_order(now, opens_at, pledge_deadline, bid_deadline)
    if pledge_deadline <= now:
        raise errors.DeadlinePassed
    for position, line in enumerate(lines, 1):
        if line["delivery_from"] > line["delivery_to"]:
            raise errors.DeliveryWindow(position=position)
    campaign = Campaign(
        number=next_number(session, "JC", business_date(now)),
        title=title,
        state=State.DRAFT,
        opens_at=opens_at,
        pledge_deadline=pledge_deadline,
        bid_deadline=bid_deadline,
        tolerance_permille=tolerance_permille,
        created_at=now,
        created_by=actor.user_id,
        lines=[CampaignLine(position=position, **line) for position, line in enumerate(lines, 1)],
        officers=[],
    )
    session.add(campaign)
    session.flush()
    audit.record(session, actor, "campaign.create", f"campaign:{campaign.number}", {"title": title})
    return campaign


def change_campaign(session: Session, actor: Actor, campaign: Campaign, changes: Mapping[str, Any]) -> None:
    """Change a draft, or extend a deadline of a published campaign before it passes.

    Raises ``OnlyExtended``, ``NothingExtended``, ``DeadlinePassed``, ``DeadlinesOutOfOrder``, ``WrongState``.
    """
    now = db_now(session)
    before = {name: getattr(campaign, name) for name in changes}
    if campaign.stage is not State.DRAFT:
        _check_extension(campaign, changes, now)
    for name, value in changes.items():
        setattr(campaign, name, value)
    _check_order(now, campaign.opens_at, campaign.pledge_deadline, campaign.bid_deadline)
    if "pledge_deadline" in changes and campaign.pledge_deadline <= now:
        raise errors.DeadlinePassed
    detail = {name: {"from": _plain(before[name]), "to": _plain(value)} for name, value in changes.items()}
    audit.record(session, actor, "campaign.change", f"campaign:{campaign.number}", detail)
    if campaign.stage is not State.DRAFT:
        data = {"campaign_id": campaign.id, "number": campaign.number, **detail}
        heard_by = queries.audience(session)
        outbox.publish(
            session,
            "procurement.deadline_extended",
            subject=f"campaign:{campaign.number}",
            data=data,
            audience=heard_by,
        )


def publish_campaign(session: Session, actor: Actor, campaign: Campaign) -> None:
    """Publish a draft: make its key, seal the two shares to its officers, and forget the private half.

    Raises ``OfficersMissing``, ``DeadlinePassed``, ``WrongState``.
    """
    campaign.published_at = db_now(session)
    move(session, campaign, Act.PUBLISH, Party.OPERATOR, actor=actor)
    first, second = campaign.officers
    key = envelope.make_campaign_key((first.public_key, second.public_key))
    campaign.public_key = key.public_key
    first.sealed_share, second.sealed_share = key.sealed_shares


def lock_campaign(session: Session, actor: Actor, campaign: Campaign) -> None:
    """End the pledges once their deadline has passed, whether or not the clock was here already.

    The outcome is ``locked`` or, without any pledge, ``failed_volume``. Raises ``TooEarly``, ``WrongState``.
    """
    advance(session, campaign, db_now(session))
    if campaign.stage not in {State.LOCKED, State.FAILED_VOLUME}:
        move(session, campaign, Act.LOCK, Party.OPERATOR, actor=actor)


def cancel_campaign(session: Session, actor: Actor, campaign: Campaign, reason: str) -> None:
    """Cancel a campaign before its award is confirmed. Raises ``WrongState``."""
    advance(session, campaign, db_now(session))
    campaign.ended_reason = reason
    move(session, campaign, Act.CANCEL, Party.OPERATOR, actor=actor, reason=reason)


def close_campaign(session: Session, actor: Actor, campaign: Campaign) -> None:
    """Close a campaign whose deliveries have all been received. Raises ``DeliveriesOpen``, ``WrongState``."""
    move(session, campaign, Act.CLOSE, Party.OPERATOR, actor=actor)


def _check_order(now: datetime, opens_at: datetime, pledge_deadline: datetime, bid_deadline: datetime) -> None:
    if any(abs(moment - now) > FARTHEST for moment in (opens_at, pledge_deadline, bid_deadline)):
        raise errors.MomentTooFar
    if not opens_at < pledge_deadline < bid_deadline:
        raise errors.DeadlinesOutOfOrder


def _check_extension(campaign: Campaign, changes: Mapping[str, Any], now: datetime) -> None:
    """For everyone, only later, only before it passes."""
    movable = {State.OPEN: {"pledge_deadline", "bid_deadline"}, State.LOCKED: {"bid_deadline"}}
    if campaign.stage not in movable:
        raise errors.WrongState(number=campaign.number)
    for name, value in changes.items():
        if name not in movable[campaign.stage] or value < getattr(campaign, name):
            raise errors.OnlyExtended
        if getattr(campaign, name) <= now:
            raise errors.DeadlinePassed
    if all(value == getattr(campaign, name) for name, value in changes.items()):
        raise errors.NothingExtended


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value
