"""One application for all tests of a worker, brought to the database of the test that is running."""

from functools import cache

from flask import Flask

from steelyard.core.database import Database
from steelyard.core.jobs import plug_in
from steelyard.core.settings import Settings


def on(settings: Settings, db: Database) -> Flask:
    """Return the application, working on ``db`` from now on."""
    from steelyard.jobs.queue import DurableQueue

    app = _made(settings.secret_key, settings.max_body_bytes, settings.requests_per_minute, settings.trusted_proxies)
    services = app.extensions["steelyard"]
    services.settings, services.db = settings, db
    plug_in(DurableQueue(db))
    return app


@cache
def _made(secret_key: str, max_body_bytes: int, requests_per_minute: int, trusted_proxies: int) -> Flask:
    """Make an application; what it takes from its settings once and for all is what tells two of them apart."""
    import tempfile
    from pathlib import Path

    from steelyard.app import create_app

    settings = Settings(
        Path(tempfile.gettempdir()),
        "sqlite://",
        secret_key,
        max_body_bytes=max_body_bytes,
        requests_per_minute=requests_per_minute,
        trusted_proxies=trusted_proxies,
    )
    return create_app(settings)
