"""The commands of the yard: ``steelyard inventory …``."""

import sys

import click


@click.group(name="inventory", help="The warehouse's ledger.")
def inventory() -> None:
    """Group of the yard's commands."""


@inventory.command()
def verify() -> None:
    """Rebuild every balance from the moves and compare; exit with 1 where something differs."""
    from inventory.operations.verification import verify as compare
    from steelyard.core.database import Database
    from steelyard.core.settings import Settings

    database = Database(Settings.from_env().database_url)
    try:
        with database.read() as session:
            report = compare(session)
    finally:
        database.close()
    for fault in report.faults:
        click.echo(str(fault), err=True)
    verdict = "they agree" if report.holds else f"{len(report.faults)} faults"
    click.echo(f"{report.moves} moves, {report.balances} balances: {verdict}.")
    sys.exit(0 if report.holds else 1)
