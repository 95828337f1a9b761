"""What the clock starts for freight."""

from datetime import timedelta

from sqlalchemy.orm import Session

from steelyard.core.jobs import ClockJob
from steelyard.logistics.operations import expiry


def expire_offers(session: Session) -> None:
    """Close offers and postings whose time is over."""
    expiry.expire_offers(session)
    expiry.lapse_postings(session)


JOBS = (ClockJob("logistics.expire_offers", expire_offers, every=timedelta(seconds=10)),)
