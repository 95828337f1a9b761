"""What pricing does when something happens: what was dealt elsewhere, what became known here."""

from sqlalchemy.orm import Session

from pricing import alert_subscribers
from pricing.operations.indexes import take_deals
from steelyard.core.clock import business_date
from steelyard.core.outbox import Event, Subscriber


def on_deals_made(session: Session, event: Event) -> None:
    """Keep what was dealt on the platform for the index of its deals; an event that comes again changes nothing."""
    take_deals(session, event.id, business_date(event.occurred_at), event.data.get("lines", []))


SUBSCRIBERS = (
    Subscriber("pricing.deals", frozenset({"procurement.deals_made"}), on_deals_made),
    *alert_subscribers.SUBSCRIBERS,
)
