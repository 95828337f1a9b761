"""What the clock does for accounts."""

from datetime import timedelta

from steelyard.accounts.operations import sessions
from steelyard.core.jobs import ClockJob

JOBS = (ClockJob("accounts.purge_sessions", sessions.purge, every=timedelta(hours=1)),)
