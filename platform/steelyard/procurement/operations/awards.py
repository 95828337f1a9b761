"""The award: proposed by one person of the operator, confirmed or declined by another."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from steelyard.core import audit, outbox
from steelyard.core.actors import Actor
from steelyard.core.database import db_now
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
from steelyard.procurement.pooling import Firm, Outcome, decide

FEWEST_BIDS = 3
"""With fewer readable bids the proposal must give a reason, which is recorded."""


def propose_award(session: Session, actor: Actor, campaign: Campaign, reason: str | None) -> Award:
    """Work out the one right award (:mod:`~steelyard.procurement.pooling`) and propose it.

    Raises ``WrongState``, ``TooFewBids``, ``NothingToAward``, ``AwardNotProven``.
    """
    if campaign.stage is not State.OPENED:
        raise errors.WrongState(number=campaign.number)
    bids = session.scalars(select(OpenedBid).where(OpenedBid.campaign_id == campaign.id)).all()
    readable = [bid for bid in bids if bid.capacity_g is not None]
    if len(readable) < FEWEST_BIDS and not reason:
        raise errors.TooFewBids(count=len(readable), least=FEWEST_BIDS)
    pledges = list(session.scalars(queries.standing_pledges(campaign.id).order_by(Pledge.id)))
    outcome = _decide(campaign, pledges, readable)
    if not outcome.award.wins:
        raise errors.NothingToAward
    award = Award(
        campaign_id=campaign.id,
        state=AwardState.PROPOSED,
        reason=reason,
        proposed_by=actor.user_id,
        proposed_at=db_now(session),
        totals=_totals(campaign, pledges, outcome),
        lines=_lines(readable, outcome),
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
    return award


def _proposed(session: Session, campaign: Campaign) -> Award:
    query = select(Award).where(Award.campaign_id == campaign.id, Award.state == AwardState.PROPOSED)
    award = session.scalars(query).one_or_none()
    if award is None:
        raise errors.WrongState(number=campaign.number)
    return award


def _decided(session: Session, actor: Actor, award: Award, state: AwardState) -> None:
    award.state, award.decided_by, award.decided_at = state, actor.user_id, db_now(session)
    audit.record(session, actor, f"award.{state}", f"award:{award.id}")


def _decide(campaign: Campaign, pledges: list[Pledge], bids: list[OpenedBid]) -> Outcome:
    lot_g = {line.id: line.lot_g for line in campaign.lines}
    firm = [Firm(p.id, p.line_id, p.mass_g // lot_g[p.line_id], p.ceiling_fen_per_t) for p in pledges]
    offers = [
        Bid(
            bid.org_id,
            bid.capacity_g or 0,
            bid.received_at,
            bid.receipt,
            tuple(Offer(line.line_id, line.price_fen_per_t, line.capacity_g) for line in bid.lines),
        )
        for bid in bids
    ]
    assert campaign.tie_seed is not None
    try:
        return decide(lot_g, firm, offers, campaign.tie_seed)
    except NotProven:
        raise errors.AwardNotProven from None


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
