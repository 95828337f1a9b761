"""``steelyard reference``."""

import click

from steelyard.cli.runtime import open_database, prepare


@click.group()
def reference() -> None:
    """Load published reference data."""


@reference.command()
def load() -> None:
    """Take in the published price documents that come with the package; harmless when they are there."""
    from pricing.reference import FIXTURES, load_fixtures

    with open_database(prepare()) as db, db.write() as session:
        load_fixtures(session, None)
    for fixture in FIXTURES:
        click.echo(f"{fixture.source}: {fixture.file} ({fixture.url})")
