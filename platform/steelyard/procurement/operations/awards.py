"""The award: proposed by one person of the operator, confirmed or declined by another.

It is worked out before the transaction that writes it begins, because the solver may take a minute and nobody
shall wait for its locks. The writing transaction then checks that nothing it depends on has changed.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from steelyard.core import audit, outbox
from steelyard.core.actors import Actor
from steelyard.core.database import db_now
from steelyard.core.errors import NotFound
from steelyard.core.units import amount_fen
from steelyard.procurement import errors, queries
from steelyard.procurement.award import Bid, NotProven, Offer
from steelyard.procurement.lifecycle import Act, Party, State
from steelyard.procurement.models import (
    Allocation,
    Award,
    AwardLine,
    AwardState,
    AwardTotal,
    Campaign,
    OpenedBid,
    Pledge,
)
from steelyard.procurement.operations.deliveries import order_deliveries
from steelyard.procurement.operations.moves import move
from steelyard.procurement.pooling import Firm, Outcome, Tender, decide

FEWEST_BIDS = 3
"""With fewer readable bids the proposal must give a reason, which is recorded."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """An award as it was worked out; ``outcome`` is ``None`` where it could not be proven in time."""

    tender: Tender
    outcome: Outcome | None


def prepare_award(session: Session, actor: Actor, campaign_id: int, reason: str | None) -> Prepared | None:
    """Work out the one right award (:mod:`~steelyard.procurement.pooling`); ``None`` where none can be proposed.

    Only reads, and gives its connection back before the solver begins.
    """
    try:
        campaign = queries.campaign(session, actor, campaign_id)
    except NotFound:
        return None
    bids = _readable(session, campaign)
    if campaign.stage is not State.OPENED or (len(bids) < FEWEST_BIDS and not reason):
        return None
    tender = _tender(campaign, _pledges(session, campaign), bids)
    session.rollback()
    try:
        outcome = decide(tender.lot_g, tender.pledges, tender.bids, tender.seed)
    except NotProven:
        return Prepared(tender, None)
    return Prepared(tender, outcome)


def propose_award(
    session: Session, actor: Actor, campaign: Campaign, reason: str | None, prepared: Prepared | None
) -> Award:
    """Propose what :func:`prepare_award` worked out; the caller holds the campaign's lock.

    Raises ``WrongState``, ``TooFewBids``, ``AwardInputsChanged``, ``AwardNotProven``, ``NothingToAward``.
    """
    if campaign.stage is not State.OPENED:
        raise errors.WrongState(number=campaign.number)
    bids, pledges = _readable(session, campaign), _pledges(session, campaign)
    if len(bids) < FEWEST_BIDS and not reason:
        raise errors.TooFewBids(count=len(bids), least=FEWEST_BIDS)
    if prepared is None or prepared.tender != _tender(campaign, pledges, bids):
        raise errors.AwardInputsChanged
    outcome = prepared.outcome
    if outcome is None:
        raise errors.AwardNotProven
    if not outcome.award.wins:
        raise errors.NothingToAward
    award = Award(
        campaign_id=campaign.id,
        state=AwardState.PROPOSED,
        reason=reason,
        proposed_by=actor.user_id,
        proposed_at=db_now(session),
        totals=_totals(campaign, pledges, outcome),
        lines=_lines(bids, outcome),
        allocations=_allocations(campaign, pledges, outcome),
    )
    session.add(award)
    session.flush()
    move(session, campaign, Act.PROPOSE, Party.OPERATOR, actor=actor, reason=reason)
    return award


def decline_award(session: Session, actor: Actor, campaign: Campaign, reason: str) -> None:
    """Send a proposal back to the opened bids. Raises ``SeparationOfDuties``, ``WrongState``."""
    award = _proposed(session, campaign)
    move(session, campaign, Act.DECLINE, Party.OPERATOR, actor=actor, reason=reason)
    _decided(session, actor, award, AwardState.DECLINED)


def confirm_award(session: Session, actor: Actor, campaign: Campaign) -> Award:
    """Confirm a proposal: deliveries are ordered, members and mills hear of it.

    Raises ``SeparationOfDuties``, ``WrongState``.
    """
    award = _proposed(session, campaign)
    move(session, campaign, Act.CONFIRM, Party.OPERATOR, actor=actor)
    _decided(session, actor, award, AwardState.CONFIRMED)
    order_deliveries(session, campaign, award)
    mills, members = (
        {line.org_id for line in award.lines},
        {share.org_id for share in award.allocations},
    )
    outbox.publish(
        session,
        "procurement.award_confirmed",
        subject=f"campaign:{campaign.number}",
        data={"campaign_id": campaign.id, "number": campaign.number, "award_id": award.id},
        audience={*queries.operators(session), *mills, *members},
    )
    _tell_deals(session, campaign, award)
    return award


def _tell_deals(session: Session, campaign: Campaign, award: Award) -> None:
    """Tell the platform itself what was dealt at which price: no organisation may read this event."""
    goods = {line.id: line for line in campaign.lines}
    outbox.publish(
        session,
        "procurement.deals_made",
        subject=f"campaign:{campaign.number}",
        data={
            "award_id": award.id,
            "lines": [
                {
                    "kind": goods[line.line_id].kind,
                    "grade": goods[line.line_id].grade,
                    "price_fen_per_t": line.price_fen_per_t,
                    "mass_g": line.mass_g,
                    "seller_org_id": line.org_id,
                }
                for line in award.lines
            ],
        },
    )


def _proposed(session: Session, campaign: Campaign) -> Award:
    query = select(Award).where(Award.campaign_id == campaign.id, Award.state == AwardState.PROPOSED)
    award = session.scalars(query).one_or_none()
    if award is None:
        raise errors.WrongState(number=campaign.number)
    return award


def _decided(session: Session, actor: Actor, award: Award, state: AwardState) -> None:
    award.state, award.decided_by, award.decided_at = state, actor.user_id, db_now(session)
    audit.record(session, actor, f"award.{state}", f"award:{award.id}")


def _readable(session: Session, campaign: Campaign) -> list[OpenedBid]:
    query = select(OpenedBid).where(OpenedBid.campaign_id == campaign.id, OpenedBid.capacity_g.is_not(None))
    return list(session.scalars(query.order_by(OpenedBid.id)))


def _pledges(session: Session, campaign: Campaign) -> list[Pledge]:
    return list(session.scalars(queries.standing_pledges(campaign.id).order_by(Pledge.id)))


def _tender(campaign: Campaign, pledges: Sequence[Pledge], bids: Sequence[OpenedBid]) -> Tender:
    """Gather, as plain data, all that the award depends on."""
    lot_g = {line.id: line.lot_g for line in campaign.lines}
    assert campaign.tie_seed is not None
    return Tender(
        lot_g,
        tuple(Firm(p.id, p.line_id, p.mass_g // lot_g[p.line_id], p.ceiling_fen_per_t) for p in pledges),
        tuple(
            Bid(
                bid.org_id,
                bid.capacity_g or 0,
                bid.received_at,
                bid.receipt,
                tuple(Offer(line.line_id, line.price_fen_per_t, line.capacity_g) for line in bid.lines),
            )
            for bid in bids
        ),
        campaign.tie_seed,
        campaign.version,
    )


def _totals(campaign: Campaign, pledges: list[Pledge], outcome: Outcome) -> list[AwardTotal]:
    settled = outcome.settlements
    return [
        AwardTotal(
            line_id=line.id,
            pledged_g=sum(pledge.mass_g for pledge in pledges if pledge.line_id == line.id),
            won_g=outcome.award.lots_of(line.id) * line.lot_g,
            price_fen_per_t=settled[line.id].price_fen_per_t if line.id in settled else None,
            leftover_fen=settled[line.id].leftover_fen if line.id in settled else 0,
        )
        for line in campaign.lines
    ]


def _lines(bids: list[OpenedBid], outcome: Outcome) -> list[AwardLine]:
    bid_ids = {bid.org_id: bid.id for bid in bids}
    return [
        AwardLine(
            bid_id=bid_ids[win.mill],
            org_id=win.mill,
            line_id=win.line,
            mass_g=win.mass_g,
            price_fen_per_t=win.price_fen_per_t,
            amount_fen=amount_fen(win.price_fen_per_t, win.mass_g),
        )
        for win in outcome.award.wins
    ]


def _allocations(campaign: Campaign, pledges: list[Pledge], outcome: Outcome) -> list[Allocation]:
    lot_g = {line.id: line.lot_g for line in campaign.lines}
    shares = []
    for pledge in pledges:
        mass = outcome.lots[pledge.id] * lot_g[pledge.line_id]
        price = outcome.settlements[pledge.line_id].price_fen_per_t if pledge.line_id in outcome.settlements else None
        shares.append(
            Allocation(
                pledge_id=pledge.id,
                org_id=pledge.org_id,
                line_id=pledge.line_id,
                pledged_g=pledge.mass_g,
                mass_g=mass,
                price_fen_per_t=price,
                amount_fen=amount_fen(price, mass) if price is not None else 0,
                over_ceiling=pledge.id in outcome.left_out,
            )
        )
    return shares
