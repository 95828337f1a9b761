"""What turns an installation's settings into a client, and who may start one."""

from collections.abc import Sequence
from importlib.metadata import version

from pricing import errors
from pricing.fetching.client import Client, Manners
from pricing.fetching.plans import Request
from pricing.fetching.running import Network, Report, run
from pricing.sources.base import Source
from steelyard.core.clock import utc_now
from steelyard.core.database import Database
from steelyard.core.settings import Settings


def user_agent(settings: Settings) -> str:
    """Who we say we are: the program, its version, and whom a publisher can turn to."""
    contact = settings.fetch_contact or settings.public_url
    return f"Steelyard/{version('steelyard')} (price reader{f'; {contact}' if contact else ''})"


def fetch_due(db: Database, settings: Settings, source: Source, manners: Manners | None = None) -> Report:
    """One run of a source; raises `FetchingIsOff` where the installation may not call the outside."""
    return _fetch(db, settings, source, None, manners)


def fetch_wanted(
    db: Database, settings: Settings, source: Source, wanted: Sequence[Request], manners: Manners | None = None
) -> Report:
    """Ask for certain documents although they are not due; raises `FetchingIsOff`."""
    return _fetch(db, settings, source, wanted, manners)


def _fetch(
    db: Database, settings: Settings, source: Source, wanted: Sequence[Request] | None, manners: Manners | None
) -> Report:
    if not settings.fetch_prices:
        raise errors.FetchingIsOff
    client = Client(db, user_agent(settings), manners)
    try:
        return run(db, source, Network(client, settings.secret_key, utc_now), wanted)
    finally:
        client.close()
