"""``steelyard audit``."""

import click

from steelyard.cli.runtime import open_database, prepare

BROKEN = 1


@click.group()
def audit() -> None:
    """Prove the audit trail against its seals."""


@audit.command()
def verify() -> None:
    """Recompute every seal; exit 1 and tell each fault when something was altered."""
    from steelyard.core import sealing

    with open_database(prepare()) as db, db.read() as session:
        report = sealing.verify_audit(session)
    for fault in report.faults:
        click.echo(fault.detail, err=True)
    click.echo(f"{report.rows} entries in {report.blocks} blocks, {report.unsealed} not sealed yet; head {report.head}")
    if not report.holds:
        raise SystemExit(BROKEN)
