"""The jobs that every installation runs, whatever its slices bring."""

from steelyard.api import idempotency
from steelyard.core import sealing
from steelyard.core.jobs import ClockJob, Job

JOBS: tuple[Job, ...] = (
    *sealing.JOBS,
    ClockJob("api.purge_replays", idempotency.purge, cron="17 * * * *"),
)
