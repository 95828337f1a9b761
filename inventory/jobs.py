"""What the clock starts in the yard."""

from datetime import timedelta

from inventory.operations.seals import seal_ledger
from steelyard.core.jobs import ClockJob

JOBS = (ClockJob("inventory.seal_ledger", seal_ledger, every=timedelta(seconds=5)),)
