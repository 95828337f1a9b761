"""Opening the bids, once both officers have approved: the moment in which bids get their public numbers."""

from sqlalchemy.orm import Session

from steelyard.core import audit
from steelyard.core.actors import Actor
from steelyard.core.clock import business_date
from steelyard.core.database import db_now
from steelyard.core.numbering import next_numbers
from steelyard.procurement import envelope, errors, queries
from steelyard.procurement.lifecycle import Act, Party
from steelyard.procurement.models import BidLine, Campaign, OpenedBid, SealedBid
from steelyard.procurement.operations.moves import advance, move


def open_bids(session: Session, actor: Actor, campaign: Campaign, secret: str) -> None:
    """Decrypt every mill's last bid, check it against its receipt, and number it in the order of receipts.

    A bid that cannot be read is listed without lines, never dropped. The shares are wiped afterwards.
    ``secret`` is the installation's. Raises ``ApprovalsMissing``, ``KeyUnusable``, ``WrongState``.
    """
    now = db_now(session)
    advance(session, campaign, now)
    move(session, campaign, Act.OPEN_BIDS, Party.OPERATOR, actor=actor)
    private_key = _private_key(campaign, secret)
    sealed = queries.final_sealed_bids(session, campaign.id)
    numbers = next_numbers(session, "TB", business_date(now), len(sealed))
    for number, bid in zip(numbers, sealed, strict=True):
        opened = _opened(campaign, bid, number, private_key)
        session.add(opened)
        detail = {
            "number": number,
            "org_id": bid.org_id,
            "handed_in_by": bid.user_id,
            "received_at": bid.received_at.isoformat(),
            "receipt": bid.receipt,
            "readable": opened.capacity_g is not None,
        }
        audit.record(session, actor, "bid.open", f"campaign:{campaign.number}", detail)
    for officer in campaign.officers:
        officer.held_share = None


def _private_key(campaign: Campaign, secret: str) -> bytes:
    first, second = (officer.held_share for officer in campaign.officers)
    assert first is not None
    assert second is not None
    try:
        return envelope.join_shares((first, second), secret)
    except envelope.EnvelopeDamaged:
        raise errors.KeyUnusable from None


def _opened(campaign: Campaign, sealed: SealedBid, number: str, private_key: bytes) -> OpenedBid:
    opened = OpenedBid(
        campaign_id=campaign.id,
        number=number,
        org_id=sealed.org_id,
        sealed_bid_id=sealed.id,
        receipt=sealed.receipt,
        received_at=sealed.received_at,
        lines=[],
    )
    try:
        content = envelope.unseal(private_key, sealed.ciphertext, sealed.receipt)
    except envelope.EnvelopeDamaged:
        return opened
    line_ids = {line.position: line.id for line in campaign.lines}
    opened.capacity_g = content["capacity_g"]
    opened.lines = [
        BidLine(
            line_id=line_ids[line["line"]],
            price_fen_per_t=line["price_fen_per_t"],
            capacity_g=line["capacity_g"],
        )
        for line in content["lines"]
    ]
    return opened
