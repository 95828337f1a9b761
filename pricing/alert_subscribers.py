"""What a newly known price sets off for those who follow it."""

from sqlalchemy.orm import Session

from pricing.operations import firing
from steelyard.core.outbox import Event, Subscriber


def _figures_arrived(session: Session, event: Event) -> None:
    if event.data["appended"]:
        firing.figures_arrived(session, int(event.data["document_id"]))


SUBSCRIBERS = (Subscriber("pricing.alerts", frozenset({"pricing.document_ingested"}), _figures_arrived),)
