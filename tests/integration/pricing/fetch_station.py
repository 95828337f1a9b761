"""A worker as a process of its own that dies by SIGKILL between storing an answer and reading it.

Run by path with the database's address and the publisher's home.
"""

import os
import signal
import sys
from dataclasses import replace
from datetime import UTC, date, datetime, time
from urllib.parse import urlsplit

from pricing.fetching import running
from pricing.fetching.client import Client, Manners
from pricing.fetching.plans import Daily, FetchPlan, Request
from pricing.sources import shfe
from pricing.sources.base import ParseResult, RawDocument, Source
from steelyard.core.database import Database

MOMENT = datetime(2026, 9, 7, 8, 0, tzinfo=UTC)


def exchange(home: str) -> Source:
    """The daily files of the exchange, fetched from a publisher on this machine."""

    def requests(day: date) -> tuple[Request, ...]:
        return (Request(f"{home}/kx{day:%Y%m%d}.dat", day),)

    hosts = frozenset({urlsplit(home).netloc})
    plan = FetchPlan(hosts, "shfe", (time(15, 40),), Daily(requests), catch_up_days=0)
    return Source(replace(shfe.CONTRACT, min_seconds_between_requests=0), shfe.parse, shfe.day_of_url, plan)


def die(document: RawDocument) -> ParseResult:
    """Read nothing more."""
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError(f"alive after SIGKILL, at {document.url}")


def main(address: str, home: str) -> None:
    """Fetch, and die."""
    db = Database(address)
    client = Client(db, "x", Manners(attempts=1, allow_private=True), lambda: MOMENT)
    running.run(db, replace(exchange(home), parse=die), running.Network(client, "k" * 32, lambda: MOMENT))


if __name__ == "__main__":
    main(*sys.argv[1:])
