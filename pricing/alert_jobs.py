"""What the clock starts for those who follow prices, and what the queue does for it."""

from datetime import timedelta

from sqlalchemy.orm import Session

from pricing.operations import digests, firing, sending
from steelyard.core.jobs import ClockJob, Job


def _stale(session: Session) -> None:
    firing.gone_stale(session)


JOBS = (
    ClockJob("pricing.dispatch_messages", sending.dispatch, every=timedelta(seconds=10)),
    ClockJob("pricing.find_stale", _stale, every=timedelta(minutes=15)),
    ClockJob("pricing.order_digests", digests.order_all, cron="30 17 * * *"),
    Job(sending.SEND, sending.note, prepare=sending.deliver),
    Job(digests.DIGEST, digests.make),
)
