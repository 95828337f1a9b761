"""``steelyard migrate``."""

import click

from steelyard.cli.runtime import open_database, prepare
from steelyard.core import grants
from steelyard.core.database import Database
from steelyard.core.errors import Refused


def bring_up(db: Database) -> None:
    """Bring the tables to the newest revision, and the job queue's own tables too."""
    from steelyard.jobs.queue import create_tables
    from steelyard.migrations import run

    run.upgrade(db)
    create_tables(db)


def require_up(db: Database) -> None:
    """Raise a sentence when the database is not what this program needs."""
    from steelyard.jobs.queue import has_tables
    from steelyard.migrations import run

    found, needed = run.current(db), run.head()
    if found != needed or not has_tables(db):
        raise click.ClickException(
            f"The database is at revision {found or 'base'} and this program needs {needed} and the queue's tables: "
            "run `steelyard migrate upgrade` first."
        )


@click.group()
def migrate() -> None:
    """Bring the database up or down, or tell where it is."""


@migrate.command()
def upgrade() -> None:
    """Bring the database to the newest revision; harmless when it is there."""
    from steelyard.migrations import run

    with open_database(prepare()) as db:
        bring_up(db)
        click.echo(f"The database is at revision {run.current(db)}.")


@migrate.command()
@click.argument("revision")
@click.confirmation_option(prompt="Going down deletes tables and what is in them. Go on?")
def downgrade(revision: str) -> None:
    """Bring the database down to REVISION; "base" leaves nothing."""
    from steelyard.migrations import run

    with open_database(prepare()) as db:
        run.downgrade(db, revision)
        click.echo(f"The database is at revision {run.current(db) or 'base'}.")


@migrate.command()
@click.argument("role")
def grant(role: str) -> None:
    """Let ROLE work with the tables and own none; the program then connects as ROLE (PostgreSQL).

    To be run as the tables' owner, who goes on bringing the database up. What is kept append-only can then be
    changed by nobody whom the program lets in, and not by the program either.
    """
    with open_database(prepare()) as db:
        if db.dialect != "postgresql":
            raise click.ClickException("SQLite has no roles: whoever may write its file may do everything.")
        require_up(db)
        try:
            with db.engine.begin() as connection:
                grants.give(connection, role)
        except Refused as refusal:
            raise click.ClickException(str(refusal)) from None
    click.echo(f"Role {role} may work with the tables and owns none. Name it in STEELYARD_DATABASE_URL.")


@migrate.command()
def current() -> None:
    """Tell the database's revision and the newest one."""
    from steelyard.migrations import run

    with open_database(prepare()) as db:
        click.echo(f"{run.current(db) or 'base'} (newest: {run.head()})")
