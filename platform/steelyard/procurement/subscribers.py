"""What group purchasing does when something happens elsewhere."""

from sqlalchemy.orm import Session

from inventory.states import Document
from steelyard.core.outbox import Event, Subscriber
from steelyard.procurement.operations.deliveries import receive_delivery, take_back

_POSTED, _REVERSED = "inventory.receipt_posted", "inventory.move_reversed"


def on_warehouse_event(session: Session, event: Event) -> None:
    """Count goods received under a DH number towards that delivery, and take back what is reversed.

    One subscriber hears both, so that a reversal is never heard before its receipt.
    """
    data = event.data
    if event.type == _REVERSED and data["document_kind"] == Document.RECEIPT:
        take_back(session, data["number"], data["move_id"], data["mass_g"])
    elif event.type == _POSTED and (data.get("advice_number") or "").startswith("DH-"):
        receive_delivery(session, data)


SUBSCRIBERS = (Subscriber("procurement.deliveries", frozenset({_POSTED, _REVERSED}), on_warehouse_event),)
