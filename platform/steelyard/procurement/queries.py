"""What reads campaigns, and who may see what of them.

The operator sees all but unopened bids. A member sees published campaigns, pooled totals, and its own
pledges, shares and deliveries. A mill sees published campaigns, pooled totals once pledges have ended, and
its own bid and deliveries.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Literal

from flask import url_for
from sqlalchemy import ColumnElement, Select, and_, exists, false, func, or_, select, true
from sqlalchemy.orm import Session

from steelyard.accounts.models import Organisation, User
from steelyard.api.access import Rule
from steelyard.api.pages import Waiting
from steelyard.core.actors import Actor, OrgKind
from steelyard.core.database import db_now
from steelyard.core.errors import NotFound
from steelyard.core.i18n import N_
from steelyard.procurement import rules
from steelyard.procurement.lifecycle import State
from steelyard.procurement.models import (
    Allocation,
    Award,
    AwardState,
    Campaign,
    Delivery,
    DeliveryState,
    OpenedBid,
    Pledge,
    SealedBid,
)

Lock = Literal["share", "update"]
_PARTIES = (OrgKind.OPERATOR, OrgKind.PIPE_MAKER, OrgKind.MILL)


def visible_campaigns(actor: Actor) -> ColumnElement[bool]:
    """Return the condition that ``actor`` may see a campaign."""
    if actor.is_operator:
        return true()
    return Campaign.published_at.is_not(None) if actor.org_kind in _PARTIES else false()


def campaigns(actor: Actor, *, state: State | None = None) -> Select[Campaign]:
    """Select the campaigns that ``actor`` may see."""
    query = select(Campaign).where(visible_campaigns(actor))
    return query if state is None else query.where(Campaign.state == state)


def campaign(session: Session, actor: Actor, campaign_id: int, *, lock: Lock | None = None) -> Campaign:
    """Return a campaign fresh from the database; raises ``NotFound`` where it is not ``actor``'s to see.

    Whoever pledges or bids shares the lock with others who do; whoever moves the campaign on holds it alone.
    The campaign's row is always locked before any other.
    """
    query = campaigns(actor).where(Campaign.id == campaign_id).execution_options(populate_existing=True)
    if lock is not None:
        query = query.with_for_update(read=lock == "share")
    found = session.scalars(query).one_or_none()
    if found is None:
        raise NotFound
    return found


def standing_pledges(campaign_id: int) -> Select[Pledge]:
    """Select the pledges that were not withdrawn."""
    return select(Pledge).where(Pledge.campaign_id == campaign_id, Pledge.withdrawn_at.is_(None))


def pledges(actor: Actor, campaign_id: int) -> Select[Pledge]:
    """Select the standing pledges that ``actor`` may see: his organisation's own, or all for the operator."""
    query = standing_pledges(campaign_id)
    return query if actor.is_operator else query.where(Pledge.org_id == actor.org_id)


def pledge(session: Session, actor: Actor, campaign_id: int, pledge_id: int) -> Pledge:
    """Return one standing pledge; raises ``NotFound``."""
    found = session.scalars(pledges(actor, campaign_id).where(Pledge.id == pledge_id)).one_or_none()
    if found is None:
        raise NotFound
    return found


def pooled(session: Session, campaign_ids: Iterable[int]) -> dict[int, int]:
    """Return the grams pledged for each line of some campaigns; a line without pledges is absent."""
    query = (
        select(Pledge.line_id, func.sum(Pledge.mass_g))
        .where(Pledge.campaign_id.in_(list(campaign_ids)), Pledge.withdrawn_at.is_(None))
        .group_by(Pledge.line_id)
    )
    return {line_id: int(mass) for line_id, mass in session.execute(query)}


def sees_pool(actor: Actor, campaign: Campaign, now: datetime) -> bool:
    """Whether ``actor`` may see the pooled totals: mills only after the pledges have ended."""
    return actor.org_kind is not OrgKind.MILL or now >= campaign.pledge_deadline


def own_sealed_bid(session: Session, actor: Actor, campaign_id: int) -> SealedBid | None:
    """Return the last bid that the actor's own organisation handed in."""
    query = select(SealedBid).where(SealedBid.campaign_id == campaign_id, SealedBid.org_id == actor.org_id)
    return session.scalars(query.order_by(SealedBid.id.desc()).limit(1)).one_or_none()


def final_sealed_bids(session: Session, campaign_id: int) -> list[SealedBid]:
    """Return each mill's last sealed bid, ordered by receipt: an order that tells nothing of who came
    when.
    """
    last = select(func.max(SealedBid.id)).where(SealedBid.campaign_id == campaign_id).group_by(SealedBid.org_id)
    query = select(SealedBid).where(SealedBid.id.in_(last)).order_by(SealedBid.receipt)
    return list(session.scalars(query))


def opened_bids(actor: Actor, campaign_id: int) -> Select[OpenedBid]:
    """Select the opened bids that ``actor`` may see: none before the opening, for anybody."""
    query = select(OpenedBid).where(OpenedBid.campaign_id == campaign_id)
    return query if actor.is_operator else query.where(OpenedBid.org_id == actor.org_id)


def award(session: Session, actor: Actor, campaign_id: int) -> Award | None:
    """Return the standing award; until it is confirmed only the operator sees it."""
    query = select(Award).where(Award.campaign_id == campaign_id, Award.state != AwardState.DECLINED)
    if not actor.is_operator:
        query = query.where(Award.state == AwardState.CONFIRMED)
    return session.scalars(query.order_by(Award.id.desc()).limit(1)).one_or_none()


def allocations(actor: Actor, award_id: int) -> Select[Allocation]:
    """Select the shares that ``actor`` may see: his organisation's own, or all for the operator."""
    query = select(Allocation).where(Allocation.award_id == award_id)
    return query if actor.is_operator else query.where(Allocation.org_id == actor.org_id)


def deliveries(actor: Actor) -> Select[Delivery]:
    """Select the deliveries that name the actor's organisation, or all for the operator."""
    if actor.is_operator:
        return select(Delivery)
    mine = or_(Delivery.mill_org_id == actor.org_id, Delivery.member_org_id == actor.org_id)
    return select(Delivery).where(mine)


def delivery(session: Session, actor: Actor, delivery_id: int) -> Delivery:
    """Return one delivery; raises ``NotFound``."""
    found = session.scalars(deliveries(actor).where(Delivery.id == delivery_id)).one_or_none()
    if found is None:
        raise NotFound
    return found


def audience(session: Session) -> list[int]:
    """Return the organisations that hear of a published campaign: operator, pipe makers, mills."""
    return list(session.scalars(select(Organisation.id).where(Organisation.kind.in_(_PARTIES))))


def operators(session: Session) -> list[int]:
    """Return the operator's organisations."""
    return list(session.scalars(select(Organisation.id).where(Organisation.kind == OrgKind.OPERATOR)))


def org_names(session: Session, org_ids: Iterable[int]) -> Mapping[int, str]:
    """Return organisations' names by id."""
    query = select(Organisation.id, Organisation.name).where(Organisation.id.in_(set(org_ids)))
    return dict(session.execute(query).tuples().all())


def user_names(session: Session, user_ids: Iterable[int]) -> Mapping[int, str]:
    """Return people's names by id."""
    query = select(User.id, User.name).where(User.id.in_(set(user_ids)))
    return dict(session.execute(query).tuples().all())


def progress(session: Session, actor: Actor, campaign: Campaign, now: datetime) -> dict[str, Any]:
    """Return the pooled totals that ``actor`` may see, and how many officers and approvals there are."""
    totals = pooled(session, [campaign.id]) if sees_pool(actor, campaign, now) else None
    return {
        "state": campaign.state,
        "lines": [
            {
                "line_id": line.id,
                "position": line.position,
                "pooled_g": None if totals is None else totals.get(line.id, 0),
            }
            for line in campaign.lines
        ],
        "officers": len(campaign.officers),
        "approvals": sum(officer.approved_at is not None for officer in campaign.officers),
    }


def award_seen(actor: Actor, award: Award) -> dict[str, Any]:
    """Return an award as far as ``actor`` may see it: members the totals, a mill what it won itself."""
    names = ("id", "campaign_id", "state", "reason", "proposed_at", "decided_at", "version")
    seen: dict[str, Any] = {name: getattr(award, name) for name in names}
    seen["reason"] = award.reason if actor.is_operator else None
    seen["totals"] = [] if actor.org_kind is OrgKind.MILL else award.totals
    seen["lines"] = [line for line in award.lines if actor.is_operator or line.org_id == actor.org_id]
    return seen


def waiting(session: Session, actor: Actor) -> list[Waiting]:
    """Return what waits for the person on his home page."""
    now = db_now(session)
    url = url_for("procurement_pages.campaign_list")
    found = [
        Waiting(label, count, url)
        for rule, label, condition in _waiting_for(actor, now)
        if rule.allows(actor) and (count := session.scalar(select(func.count()).select_from(Campaign).where(condition)))
    ]
    return [*found, *_goods_due(session, actor)]


def _goods_due(session: Session, actor: Actor) -> list[Waiting]:
    """What a mill still owes, and what a member still has to come."""
    labels = {
        OrgKind.MILL: N_("%(count)s deliveries are to be made"),
        OrgKind.PIPE_MAKER: N_("%(count)s deliveries are still to come"),
    }
    if actor.org_kind not in labels:
        return []
    due = deliveries(actor).where(Delivery.state != DeliveryState.RECEIVED).subquery()
    count = session.scalar(select(func.count()).select_from(due)) or 0
    return [Waiting(labels[actor.org_kind], count, url_for("procurement_pages.deliveries"))] if count else []


def _waiting_for(actor: Actor, now: datetime) -> list[tuple[Rule, str, ColumnElement[bool]]]:
    """The rules, labels and conditions of what may wait; none looks at bids that are not opened."""
    taking = and_(Campaign.state == State.OPEN, Campaign.opens_at <= now, Campaign.pledge_deadline > now)
    pledged = exists().where(
        Pledge.campaign_id == Campaign.id, Pledge.org_id == actor.org_id, Pledge.withdrawn_at.is_(None)
    )
    handed_in = exists().where(SealedBid.campaign_id == Campaign.id, SealedBid.org_id == actor.org_id)
    bidding = and_(
        Campaign.state.in_([State.OPEN, State.LOCKED]), Campaign.pledge_deadline <= now, Campaign.bid_deadline > now
    )
    mine = exists().where(
        Award.campaign_id == Campaign.id, Award.state == AwardState.PROPOSED, Award.proposed_by == actor.user_id
    )
    return [
        (rules.PLEDGE, N_("%(count)s campaigns wait for your pledge"), and_(taking, ~pledged)),
        (rules.BID, N_("%(count)s campaigns wait for your bid"), and_(bidding, ~handed_in)),
        (rules.RUN, N_("%(count)s drafts wait to be published"), Campaign.state == State.DRAFT),
        (rules.RUN, N_("%(count)s campaigns wait for their opening"), Campaign.state == State.BIDS_CLOSED),
        (rules.RUN, N_("%(count)s campaigns wait for an award"), Campaign.state == State.OPENED),
        (
            rules.RUN,
            N_("%(count)s awards wait for your confirmation"),
            and_(Campaign.state == State.AWARD_PROPOSED, ~mine),
        ),
    ]
