"""Moving a database between revisions."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from steelyard.core.database import Database

_LOCK = 7_403_160_201  # any fixed number: PostgreSQL's advisory lock for migrations


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


def head() -> str:
    """Return the newest revision."""
    revision = ScriptDirectory.from_config(_config()).get_current_head()
    assert revision is not None
    return revision


def current(db: Database) -> str | None:
    """Return the revision that the database is at; ``None`` when it is empty."""
    with db.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def upgrade(db: Database, revision: str = "head") -> None:
    """Bring the database up to ``revision`` in one transaction; several servers may start at once."""
    with db.engine.begin() as connection:
        _take_turns(connection)
        command.upgrade(_config(connection), revision)


def upgrade_on(connection: Connection, revision: str) -> None:
    """Bring the database of ``connection`` up to ``revision`` within its running transaction."""
    _take_turns(connection)
    command.upgrade(_config(connection), revision)


def knows(revision: str) -> bool:
    """Return whether this version of the program has ``revision``."""
    return any(script.revision == revision for script in ScriptDirectory.from_config(_config()).walk_revisions())


def downgrade(db: Database, revision: str) -> None:
    """Bring the database down to ``revision`` (``base`` empties it) in one transaction."""
    with db.engine.begin() as connection:
        _take_turns(connection)
        command.downgrade(_config(connection), revision)


def _take_turns(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
