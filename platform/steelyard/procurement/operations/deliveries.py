"""Deliveries: ordered at the confirmation, received as the warehouse posts its receipts."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from steelyard.core import audit, outbox
from steelyard.core.clock import business_date
from steelyard.core.database import db_now
from steelyard.core.numbering import next_numbers
from steelyard.procurement.allocation import pair
from steelyard.procurement.lifecycle import Act, Party, State
from steelyard.procurement.models import Award, Campaign, Delivery, DeliveryReceipt, DeliveryState
from steelyard.procurement.operations.moves import move

FULL_FROM_PERMILLE = 950
"""A delivery counts as received from 95% of its mass on: the contracts' customary tolerance of ±5%."""


def order_deliveries(session: Session, campaign: Campaign, award: Award) -> list[Delivery]:
    """Say which mill delivers how much of each line to which member, each under a DH number."""
    rows = []
    for line in campaign.lines:
        gives = [(win.org_id, win.mass_g) for win in award.lines if win.line_id == line.id]
        takes = [(share.org_id, share.mass_g) for share in award.allocations if share.line_id == line.id]
        rows += [(line.id, *row) for row in pair(gives, takes)]
    numbers = next_numbers(session, "DH", business_date(db_now(session)), len(rows))
    ordered = [
        Delivery(
            number=number,
            campaign_id=campaign.id,
            award_id=award.id,
            line_id=line_id,
            mill_org_id=mill,
            member_org_id=member,
            mass_g=mass,
            received_g=0,
            state=DeliveryState.EXPECTED,
        )
        for number, (line_id, mill, member, mass) in zip(numbers, rows, strict=True)
    ]
    session.add_all(ordered)
    session.flush()
    return ordered


def receive_delivery(session: Session, number: str, receipt_number: str, mass_g: int) -> Delivery | None:
    """Count a posted receipt towards delivery ``number``; the same receipt counts once. ``None`` if there is
    no such.

    Locks the campaign, then the delivery.
    """
    known = session.scalars(select(Delivery).where(Delivery.number == number)).one_or_none()
    if known is None:
        return None
    campaign = session.get_one(Campaign, known.campaign_id, with_for_update=True, populate_existing=True)
    delivery = session.get_one(Delivery, known.id, with_for_update=True, populate_existing=True)
    if any(receipt.receipt_number == receipt_number for receipt in delivery.receipts):
        return delivery
    delivery.receipts.append(DeliveryReceipt(receipt_number=receipt_number, mass_g=mass_g, posted_at=db_now(session)))
    delivery.received_g += mass_g
    full = delivery.received_g * 1000 >= delivery.mass_g * FULL_FROM_PERMILLE
    delivery.state = DeliveryState.RECEIVED if full else DeliveryState.PARTIAL
    if campaign.stage is State.AWARDED:
        move(session, campaign, Act.PERFORM, Party.ARRIVAL, actor=None)
    detail = {"receipt": receipt_number, "mass_g": mass_g, "state": delivery.state}
    audit.record(session, None, "delivery.receive", f"delivery:{delivery.number}", detail)
    outbox.publish(
        session,
        "procurement.delivery_received",
        subject=f"delivery:{delivery.number}",
        data={"delivery_id": delivery.id, "number": delivery.number, **detail, "received_g": delivery.received_g},
        audience=[delivery.mill_org_id, delivery.member_org_id],
    )
    return delivery
