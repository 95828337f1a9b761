"""What the clock does about quality."""

from datetime import timedelta

from sqlalchemy.orm import Session

from steelyard.core.jobs import ClockJob


def weigh(session: Session) -> None:
    """Open and close alarms."""
    from pricing.operations.alarms import weigh_alarms

    weigh_alarms(session)


JOBS = (ClockJob("pricing.alarms", weigh, every=timedelta(minutes=15)),)
