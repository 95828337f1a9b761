"""A mill hands in its bid, sealed; the last one before the deadline counts.

Nothing that others can see changes: no event, no entry in the audit trail, no version, no number. The sealed
row itself keeps who handed it in and when, and the opening tells it.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.orm import Session

from steelyard.core.actors import Actor
from steelyard.core.database import db_now
from steelyard.procurement import envelope, errors
from steelyard.procurement.lifecycle import State
from steelyard.procurement.models import Campaign, SealedBid
from steelyard.procurement.operations.moves import facts_of
from steelyard.procurement.shown import moment


def submit_bid(
    session: Session,
    actor: Actor,
    campaign: Campaign,
    *,
    capacity_g: int,
    lines: Sequence[Mapping[str, Any]],
    nonce: str,
) -> SealedBid:
    """Seal a bid: ``capacity_g`` for all lines together, ``lines`` of line_id, price_fen_per_t and
    capacity_g.

    ``nonce`` (64 hex digits) is the mill's own random secret. The caller shares the campaign's lock. Whether
    the pledges have ended is told by the clock, not by the state, so a lock that comes late keeps nobody
    from bidding. Raises ``BiddingNotOpen``, ``UnknownLine``, ``LineTwice``.
    """
    now = db_now(session)
    facts = facts_of(session, campaign, now)
    running = campaign.stage in {State.OPEN, State.LOCKED} and facts.pledged
    if not running or not campaign.pledge_deadline <= now < campaign.bid_deadline:
        raise errors.BiddingNotOpen(
            number=campaign.number, opens_at=moment(campaign.pledge_deadline), closes_at=moment(campaign.bid_deadline)
        )
    bid = canonical_bid(campaign, actor.org_id, capacity_g, lines)
    assert campaign.public_key is not None
    sealed = SealedBid(
        campaign_id=campaign.id,
        org_id=actor.org_id,
        user_id=actor.user_id,
        ciphertext=envelope.seal(campaign.public_key, bid, nonce),
        receipt=envelope.receipt_of(bid, nonce),
        received_at=now,
    )
    session.add(sealed)
    session.flush()
    return sealed


def canonical_bid(
    campaign: Campaign, org_id: int, capacity_g: int, lines: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    """Return the document that the receipt binds: lines by position in order. Raises ``UnknownLine``,
    ``LineTwice``.
    """
    positions = {line.id: line.position for line in campaign.lines}
    if any(line["line_id"] not in positions for line in lines):
        raise errors.UnknownLine
    if len({line["line_id"] for line in lines}) != len(lines):
        raise errors.LineTwice
    offers = [
        {
            "line": positions[line["line_id"]],
            "price_fen_per_t": line["price_fen_per_t"],
            "capacity_g": line["capacity_g"],
        }
        for line in lines
    ]
    return {
        "campaign": campaign.number,
        "mill": org_id,
        "capacity_g": capacity_g,
        "lines": sorted(offers, key=lambda offer: offer["line"]),
    }
