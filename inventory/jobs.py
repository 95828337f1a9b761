"""What the clock starts in the yard."""

from datetime import timedelta

from inventory.operations.seals import seal_moves
from steelyard.core.jobs import ClockJob

JOBS = (ClockJob("inventory.seal_moves", seal_moves, every=timedelta(seconds=5)),)
