"""``steelyard jobs``."""

import click

from steelyard.cli.runtime import open_database, prepare


@click.group()
def jobs() -> None:
    """See what the job queue does and did."""


@jobs.command("list")
@click.option("--failed", is_flag=True, help="Only what failed.")
@click.option("--limit", type=click.IntRange(1, 1000), default=50, show_default=True)
def list_jobs(failed: bool, limit: int) -> None:
    """List the newest orders, the clock's jobs, and the events that a subscriber could not handle."""
    from steelyard.app import jobs as all_jobs
    from steelyard.jobs import overview

    with open_database(prepare()) as db:
        if not failed:
            for line in overview.timetable(all_jobs()):
                click.echo(line)
        for order in overview.orders(db, failed=failed, limit=limit):
            click.echo(order)
        for failure in overview.delivery_failures(db):
            click.echo(failure)


@jobs.command("retry")
@click.argument("order_id")
def retry_job(order_id: str) -> None:
    """Put a failed order back into the queue."""
    from steelyard.jobs import overview

    with open_database(prepare()) as db:
        if not overview.retry(db, order_id):
            raise click.ClickException(f"There is no failed order {order_id}.")
    click.echo(f"{order_id} is in the queue again.")
