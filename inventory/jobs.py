"""What the clock starts in the yard."""

from datetime import timedelta

from sqlalchemy.orm import Session

from inventory.operations.seals import seal_ledger
from steelyard.core.jobs import ClockJob


def expire_deliveries(session: Session) -> None:
    """Free what is reserved for delivery orders that have run out."""
    from inventory.operations.expiring import expire

    expire(session)


JOBS = (
    ClockJob("inventory.seal_ledger", seal_ledger, every=timedelta(seconds=5)),
    ClockJob("inventory.expire_deliveries", expire_deliveries, every=timedelta(seconds=30)),
)
