"""What group purchasing does when something happens elsewhere."""

from sqlalchemy.orm import Session

from steelyard.core.outbox import Event, Subscriber
from steelyard.procurement.operations.deliveries import receive_delivery


def on_receipt_posted(session: Session, event: Event) -> None:
    """Count goods received under a DH number towards that delivery; other receipts are none of ours."""
    number = event.data.get("advice_number") or ""
    if number.startswith("DH-"):
        receive_delivery(session, number, event.data["number"], event.data["mass_g"])


SUBSCRIBERS = (Subscriber("procurement.deliveries", frozenset({"inventory.receipt_posted"}), on_receipt_posted),)
