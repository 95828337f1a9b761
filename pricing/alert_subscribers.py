"""What a newly known price sets off for those who follow it."""

from datetime import date

from sqlalchemy.orm import Session

from pricing.operations import firing
from steelyard.core.outbox import Event, Subscriber


def _figures_arrived(session: Session, event: Event) -> None:
    if event.data["appended"]:
        firing.figures_arrived(session, int(event.data["document_id"]))


def _figure_released(session: Session, event: Event) -> None:
    firing.figure_released(session, int(event.data["series_id"]), date.fromisoformat(event.data["day"]))


def _figures_cleared(session: Session, event: Event) -> None:
    for one in event.data["holds"]:
        firing.figure_released(session, int(one["series_id"]), date.fromisoformat(one["day"]))


SUBSCRIBERS = (
    Subscriber("pricing.alerts", frozenset({"pricing.document_ingested"}), _figures_arrived),
    Subscriber("pricing.alerts_released", frozenset({"pricing.hold_released"}), _figure_released),
    Subscriber("pricing.alerts_cleared", frozenset({"pricing.hold_cleared"}), _figures_cleared),
)
