"""What the yard does when something happens elsewhere."""

from sqlalchemy.orm import Session

from steelyard.core.outbox import Event, Subscriber


def on_delivery_ordered(session: Session, event: Event) -> None:
    """Announce the goods of a group purchase's delivery, so that any yard can receive them by its DH number."""
    from inventory.operations.advices import from_delivery

    from_delivery(session, event.data)


SUBSCRIBERS = (
    Subscriber("inventory.advices", frozenset({"procurement.delivery_ordered"}), on_delivery_ordered),
)  # fmt: skip
