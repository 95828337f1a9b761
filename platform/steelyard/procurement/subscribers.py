"""What group purchasing does when something happens elsewhere."""

from sqlalchemy.orm import Session

from inventory.states import Document
from steelyard.core.outbox import Event, Subscriber
from steelyard.procurement.operations.deliveries import receive_delivery, take_back, weigh_again

_POSTED, _REVERSED = "inventory.receipt_posted", "inventory.move_reversed"
_WEIGHED = "inventory.receipt_weighed"


def on_warehouse_event(session: Session, event: Event) -> None:
    """Count goods received under a DH number towards that delivery, less what is reversed, as they were weighed last.

    One subscriber hears all, so that a reversal or a late weighing is never heard before its receipt.
    """
    data = event.data
    if event.type == _WEIGHED:
        weigh_again(session, data["number"], data["reference"], data["difference_g"])
    if event.type == _REVERSED and data["document_kind"] == Document.RECEIPT:
        take_back(session, data["number"], data["move_id"], data["mass_g"])
    elif event.type == _POSTED and (data.get("advice_number") or "").startswith("DH-"):
        receive_delivery(session, data)


SUBSCRIBERS = (Subscriber("procurement.deliveries", frozenset({_POSTED, _REVERSED, _WEIGHED}), on_warehouse_event),)
