"""The commands of the yard: ``steelyard inventory …``."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from inventory.operations.verification import Report
    from steelyard.core.database import Database


@click.group(name="inventory", help="The warehouse's ledger.")
def inventory() -> None:
    """Group of the yard's commands."""


@inventory.command()
@click.option("--heads", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Heads exported earlier.")
@click.option("--repair", "mend", is_flag=True, help="Set balances that differ to the sum of their moves.")
def verify(heads: Path | None, mend: bool) -> None:
    """Rebuild every balance from the moves, compare moves, balances and genealogy, and prove the seals.

    Exits with 1 where something is wrong.

    The moves are never rewritten, by --repair neither.
    """
    from inventory.operations.repairing import repair
    from inventory.operations.seals import verify_seals
    from inventory.operations.verification import verify as compare

    known = _exported(heads) if heads else {}
    with _database() as database:
        if mend:
            with database.write() as session:
                before, report = repair(session)
            click.echo(f"{len(before.faults)} faults before, {len(report.faults)} after the repair.")
        with database.read() as session:
            report = compare(session)
            seals = list(verify_seals(session, known))
    _tell(report)
    for seal in seals:
        for fault in seal.faults:
            click.echo(f"{seal.stream}: {fault.detail}", err=True)
        what = seal.stream.partition(":")[0]
        told = f"{seal.rows} {what} in {seal.blocks} blocks, {seal.unsealed} not sealed yet; head {seal.head}"
        click.echo(f"{seal.stream}: {told}")
    sys.exit(0 if report.holds and all(seal.holds for seal in seals) else 1)


@inventory.command()
def heads() -> None:
    """Print the last block of each warehouse's chains as JSON; keep it where nobody of the yard can write."""
    from inventory.operations.seals import heads as last_blocks

    with _database() as database, database.read() as session:
        click.echo(json.dumps(last_blocks(session), indent=2, sort_keys=True))


def _tell(report: "Report") -> None:
    for fault in report.faults:
        click.echo(str(fault), err=True)
    verdict = "they agree" if report.holds else f"{len(report.faults)} faults"
    click.echo(f"{report.moves} moves, {report.balances} balances: {verdict}.")


def _exported(path: Path) -> dict[str, dict[int, str]]:
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        return {
            stream: {int(number): str(hash_) for number, hash_ in blocks.items()} for stream, blocks in document.items()
        }
    except (ValueError, AttributeError):
        raise click.ClickException(f"{path} holds no heads; write it with: steelyard inventory heads > FILE") from None


@contextmanager
def _database() -> Iterator["Database"]:
    from steelyard.core.database import Database
    from steelyard.core.settings import Settings

    database = Database(Settings.from_env().database_url)
    try:
        yield database
    finally:
        database.close()
