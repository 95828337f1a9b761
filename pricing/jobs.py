"""What the clock does for prices: each source that can be fetched is looked after by a job of its own."""

from functools import partial

from sqlalchemy.orm import Session

from pricing import alert_jobs, quality_jobs
from pricing.sources.base import Source
from pricing.sources.catalogue import SOURCES
from steelyard.core.database import Database
from steelyard.core.jobs import ClockJob

MINUTES = 5
"""How often a source's job looks whether anything is due; the sources take turns within it."""


def fetch(source: Source, db: Database) -> None:
    """Ask for what is due of one source, where the operator lets this installation call the outside."""
    from steelyard.core.settings import Settings

    settings = Settings.from_env()
    if settings.fetch_prices:
        from pricing.fetching.starting import fetch_due

        fetch_due(db, settings, source)


def forget(session: Session) -> None:
    """Delete what has had its time."""
    from pricing.operations import upkeep

    upkeep.forget(session)


def _nothing(session: Session, prepared: None) -> None:
    """All was written on the way: what came of a question must not wait for the next one."""


def _job(number: int, source: Source) -> ClockJob:
    name = f"pricing.fetch.{source.contract.code}"
    return ClockJob(name, _nothing, prepare=partial(fetch, source), cron=f"{number % MINUTES}-59/{MINUTES} * * * *")


_FETCHED = [source for source in SOURCES if source.fetch is not None]
JOBS = (
    *(_job(number, source) for number, source in enumerate(_FETCHED)),
    *quality_jobs.JOBS,
    *alert_jobs.JOBS,
    ClockJob("pricing.forget", forget, cron="40 3 * * *"),
)
