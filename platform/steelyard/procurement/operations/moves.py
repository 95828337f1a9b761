"""Moving a campaign on: the only place where its state is written."""

from datetime import datetime

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from steelyard.core import audit, merkle, outbox
from steelyard.core.actors import Actor
from steelyard.core.database import db_now
from steelyard.procurement import envelope, queries
from steelyard.procurement.lifecycle import Act, Facts, Party, State, due, target_of
from steelyard.procurement.models import Award, AwardState, Campaign, Delivery, DeliveryState, Pledge, SealedBid


def facts_of(session: Session, campaign: Campaign, now: datetime, person: int | None = None) -> Facts:
    """Gather what the conditions look at. Whether bids exist is looked up only after their deadline."""
    return Facts(
        number=campaign.number,
        now=now,
        pledge_deadline=campaign.pledge_deadline,
        bid_deadline=campaign.bid_deadline,
        officers=len(campaign.officers),
        approvals=sum(officer.approved_at is not None for officer in campaign.officers),
        pledged=_any(session, Pledge.campaign_id == campaign.id, Pledge.withdrawn_at.is_(None)),
        bid=now >= campaign.bid_deadline and _any(session, SealedBid.campaign_id == campaign.id),
        proposer=_proposer(session, campaign),
        person=person,
        all_received=_all_received(session, campaign),
    )


def move(
    session: Session, campaign: Campaign, act: Act, party: Party, *, actor: Actor | None, reason: str | None = None
) -> None:
    """Take ``act``: check the table, write state, audit entry and event. The caller holds the campaign's
    lock.

    Raises what the table's conditions raise.
    """
    facts = facts_of(session, campaign, db_now(session), actor.user_id if actor else None)
    before = campaign.stage
    after = target_of(before, act, party, facts)
    campaign.state = after
    detail = {"from": before, "to": after} | ({"reason": reason} if reason else {})
    audit.record(session, actor, f"campaign.{act}", f"campaign:{campaign.number}", detail)
    outbox.publish(
        session,
        f"procurement.campaign_{after}",
        subject=f"campaign:{campaign.number}",
        data={"campaign_id": campaign.id, "number": campaign.number, "state": after},
        audience=queries.audience(session) if campaign.published_at else queries.operators(session),
    )


def advance(session: Session, campaign: Campaign, now: datetime) -> None:
    """Do what passed deadlines call for; the caller holds the campaign's lock.

    Locking, cancelling, approving the opening and opening begin with this; every other command that a deadline
    decides looks at the clock itself. So a run that the clock missed changes no outcome.
    """
    while (act := due(campaign.stage, facts_of(session, campaign, now))) is not None:
        move(session, campaign, act, Party.CLOCK, actor=None)
        if act is Act.CLOSE_BIDS:
            receipts = [bytes.fromhex(bid.receipt) for bid in queries.final_sealed_bids(session, campaign.id)]
            campaign.receipts_root = merkle.root(receipts).hex()
            campaign.tie_seed = envelope.tie_seed(campaign.number, campaign.receipts_root)


def overdue(session: Session, now: datetime) -> list[int]:
    """Return the campaigns that wait for the clock, in the order of their ids."""
    query = select(Campaign.id).where(
        ((Campaign.state == State.OPEN) & (Campaign.pledge_deadline <= now))
        | ((Campaign.state == State.LOCKED) & (Campaign.bid_deadline <= now))
    )
    return list(session.scalars(query.order_by(Campaign.id)))


def _any(session: Session, *conditions: object) -> bool:
    return bool(session.scalar(select(exists().where(*conditions))))  # type: ignore[arg-type]  # columns' conditions


def _proposer(session: Session, campaign: Campaign) -> int | None:
    query = select(Award.proposed_by).where(Award.campaign_id == campaign.id, Award.state == AwardState.PROPOSED)
    return session.scalar(query)


def _all_received(session: Session, campaign: Campaign) -> bool:
    return not _any(session, Delivery.campaign_id == campaign.id, Delivery.state != DeliveryState.RECEIVED)
