"""What freight does when something happens elsewhere; wired at the start of the application."""

from sqlalchemy.orm import Session

from steelyard.core.outbox import Event, Subscriber
from steelyard.logistics.operations.loading import load_waybill


def on_issue_posted(session: Session, event: Event) -> None:
    """Mark a waybill loaded when a yard's issue carries its number."""
    load_waybill(session, event.data)


SUBSCRIBERS = (Subscriber("logistics.loading", frozenset({"inventory.issue_posted"}), on_issue_posted),)
