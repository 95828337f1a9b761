"""What every command that touches the installation begins with."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from steelyard.core import logs
from steelyard.core.database import Database
from steelyard.core.settings import Settings


def prepare() -> Settings:
    """Read the settings and set the logs up. Raises ``SettingsError``."""
    settings = Settings.from_env()
    logs.configure(settings.log_format, settings.log_level)
    logging.getLogger("alembic").setLevel(logging.WARNING)
    return settings


@contextmanager
def open_database(settings: Settings) -> Iterator[Database]:
    """Open the installation's database and close it at the end."""
    db = Database(settings.database_url)
    try:
        yield db
    finally:
        db.close()
