"""Deliveries: ordered at the confirmation, received as the warehouse posts its receipts."""

import logging
from typing import Any

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import Session

from steelyard.core import audit, outbox
from steelyard.core.clock import business_date
from steelyard.core.database import db_now
from steelyard.core.numbering import next_numbers
from steelyard.procurement.allocation import pair
from steelyard.procurement.lifecycle import Act, Party, State
from steelyard.procurement.models import Award, Campaign, Delivery, DeliveryReceipt, DeliveryState
from steelyard.procurement.operations.moves import move

log = logging.getLogger(__name__)

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
    for delivery in ordered:
        _tell_ordered(session, delivery)
    return ordered


def _tell_ordered(session: Session, delivery: Delivery) -> None:
    """Tell mill and member what is to come, in the words of a yard's advice."""
    goods = {name: getattr(delivery.line, name) for name in ("size", "grade", "standard")}
    outbox.publish(
        session,
        "procurement.delivery_ordered",
        subject=f"delivery:{delivery.number}",
        data={
            "delivery_id": delivery.id,
            "number": delivery.number,
            "mill_name": delivery.mill.name,
            "member_org_id": delivery.member_org_id,
            "mass_g": delivery.mass_g,
            "tolerance_permille": delivery.campaign.tolerance_permille,
            **goods,
        },
        audience=[delivery.mill_org_id, delivery.member_org_id],
    )


def receive_delivery(session: Session, receipt: dict[str, Any]) -> None:
    """Count a posted receipt towards the delivery that its advice number names; the same receipt counts once.

    A yard may type any advice number, and its receipt stands already: one whose goods are not the member's, or
    that names no delivery, is left aside and logged.
    """
    number, receipt_number, mass_g = receipt["advice_number"], receipt["number"], receipt["mass_g"]
    delivery = _lock(session, Delivery.number == number)
    if delivery is None or receipt["owner_org_id"] != delivery.member_org_id:
        log.warning("A receipt was left aside.", extra={"receipt": receipt_number, "delivery": number})
        return
    if any(known.receipt_number == receipt_number for known in delivery.receipts):
        return
    _count(session, delivery, receipt_number, mass_g)
    if delivery.campaign.stage is State.AWARDED:
        move(session, delivery.campaign, Act.PERFORM, Party.ARRIVAL, actor=None)
    _tell(session, delivery, "receive", "procurement.delivery_received", receipt_number, mass_g)


def take_back(session: Session, receipt_number: str, move_id: int, mass_g: int) -> None:
    """Take from a delivery what a yard reversed of a receipt that was counted; the same reversal counts once.

    What was received never falls below nothing. A campaign that is closed already stays so.
    """
    counted = exists().where(
        DeliveryReceipt.delivery_id == Delivery.id, DeliveryReceipt.receipt_number == receipt_number
    )
    delivery, reversal = _lock(session, counted), f"move:{move_id}"
    if delivery is None or any(known.receipt_number == reversal for known in delivery.receipts):
        return
    taken = min(mass_g, delivery.received_g)
    _count(session, delivery, reversal, -taken)
    _tell(session, delivery, "take_back", "procurement.delivery_reversed", receipt_number, taken)


def weigh_again(session: Session, receipt_number: str, reference: str, difference_g: int) -> None:
    """Add to a delivery what a late weighing changed of a receipt that was counted; the same weighing counts once."""
    counted = exists().where(
        DeliveryReceipt.delivery_id == Delivery.id, DeliveryReceipt.receipt_number == receipt_number
    )
    delivery = _lock(session, counted)
    if delivery is None or any(known.receipt_number == reference for known in delivery.receipts):
        return
    change = max(difference_g, -delivery.received_g)
    _count(session, delivery, reference, change)
    _tell(session, delivery, "weigh_again", "procurement.delivery_weighed", receipt_number, change)


def _lock(session: Session, condition: ColumnElement[bool]) -> Delivery | None:
    """The delivery that meets the condition; locks its campaign first, then itself."""
    known = session.scalars(select(Delivery).where(condition)).one_or_none()
    if known is None:
        return None
    session.get_one(Campaign, known.campaign_id, with_for_update=True, populate_existing=True)
    return session.get_one(Delivery, known.id, with_for_update=True, populate_existing=True)


def _count(session: Session, delivery: Delivery, reference: str, mass_g: int) -> None:
    """Enter grams (below zero for what is taken back) under the number of what brought them."""
    delivery.receipts.append(DeliveryReceipt(receipt_number=reference, mass_g=mass_g, posted_at=db_now(session)))
    delivery.received_g += mass_g
    full = delivery.received_g * 1000 >= delivery.mass_g * FULL_FROM_PERMILLE
    some = DeliveryState.PARTIAL if delivery.received_g else DeliveryState.EXPECTED
    delivery.state = DeliveryState.RECEIVED if full else some


def _tell(session: Session, delivery: Delivery, act: str, event: str, receipt_number: str, mass_g: int) -> None:
    detail = {"receipt": receipt_number, "mass_g": mass_g, "state": delivery.state}
    subject = f"delivery:{delivery.number}"
    audit.record(session, None, f"delivery.{act}", subject, detail)
    outbox.publish(
        session,
        event,
        subject=subject,
        data={"delivery_id": delivery.id, "number": delivery.number, **detail, "received_g": delivery.received_g},
        audience=[delivery.mill_org_id, delivery.member_org_id],
    )
