"""A contract's month for tests: daily files of an exchange, made to measure, as of a clock of one's own."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime, timedelta

from pricing.operations.ingestion import ingest
from steelyard.core import clock
from steelyard.core.clock import SHANGHAI
from steelyard.core.database import Database
from tests.support.price_documents import shfe_file

HC = "shfe.daily:hc2610:settle"


@contextmanager
def clock_at(moment: datetime) -> Iterator[None]:
    """Move the clock to a moment (aware), from where it goes on."""
    with clock.shifted(seconds=(moment - clock.utc_now()).total_seconds()):
        yield


def shanghai(text: str) -> datetime:
    """The moment written as Shanghai's local time."""
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def settle(db: Database, settlements: Mapping[date, int | str], *, minutes: int = 0) -> None:
    """Load a daily file for each day, fetched now, with the settlement of the contract that `HC` names."""
    with db.write() as session:
        for day, value in settlements.items():
            ingest(
                session,
                None,
                source="shfe.daily",
                url="https://example.org/",
                fetched_at=clock.utc_now() + timedelta(minutes=minutes),
                content=shfe_file({"hc2610": value}, day),
            )
