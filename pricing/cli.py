"""The commands of prices: ``steelyard prices …``."""

from datetime import date, datetime
from typing import Any

import click

from pricing.reparse_cli import reparse

DAY = click.DateTime(["%Y-%m-%d"])


@click.group(name="prices", help="Sources of prices: fetch, and see how they fare.")
def prices() -> None:
    """Group of the commands of prices."""


prices.add_command(reparse)


@prices.command()
@click.argument("source")
@click.option("--day", type=DAY, help="Ask for this day although it is not due.")
@click.option("--from", "first", type=DAY, help="Ask for the days from this one …")
@click.option("--to", "last", type=DAY, help="… to this one.")
def fetch(source: str, day: datetime | None, first: datetime | None, last: datetime | None) -> None:
    """Fetch what is due of SOURCE, or the days that are asked for; exit with 1 where something was refused."""
    from pricing.errors import SourceUnknown
    from pricing.fetching.starting import fetch_due, fetch_wanted
    from pricing.fetching.wanted import requests_for
    from pricing.sources.catalogue import SOURCES
    from steelyard.core.database import Database
    from steelyard.core.settings import Settings

    found = SOURCES.get(source)
    if found is None:
        raise SourceUnknown(source=source)
    span = _span(day, first, last)
    settings = Settings.from_env()
    db = Database(settings.database_url)
    try:
        if span is None:
            report = fetch_due(db, settings, found)
        else:
            with db.read() as session:
                wanted = requests_for(session, found, *span)
            report = fetch_wanted(db, settings, found, wanted)
        _tell(db, report)
    finally:
        db.close()


def _span(day: datetime | None, first: datetime | None, last: datetime | None) -> tuple[date, date] | None:
    if day is not None:
        if first or last:
            raise click.UsageError("Give either --day or --from and --to.")
        return day.date(), day.date()
    if first is None and last is None:
        return None
    if first is None or last is None or first > last:
        raise click.UsageError("Give both --from and --to, the earlier day first.")
    return first.date(), last.date()


def _tell(db: Any, report: Any) -> None:
    """Tell each outcome on a line, and why the run ended early."""
    from pricing.fetching.models import PriceFetch

    for outcome in report.concluded:
        with db.read() as session:
            asked = session.get_one(PriceFetch, outcome.fetch_id)
        parts = [outcome.outcome, outcome.fault, outcome.detail, f"{outcome.kept}/{outcome.rows} rows"]
        click.echo(f"{asked.target}: {', '.join(part for part in parts if part)}")
    if report.stopped:
        click.echo(f"Stopped: {STOPS[report.stopped]}", err=True)
    elif not report.concluded:
        click.echo("Nothing is due.")
    if report.stopped or any(one.outcome in REFUSED for one in report.concluded):
        raise SystemExit(1)


REFUSED = ("blocked", "schema_changed", "failed", "empty")
STOPS = {
    "budget": "the time of one run is over; the next run goes on.",
    "busy": "another worker is fetching this source.",
    "host_rests": "the host failed several times and is left alone for a while.",
    "key_missing": "the source needs a key that nobody has brought yet.",
    "off": "the source is switched off.",
    "resting": "the publisher is to be left alone for a while; see `steelyard prices status`.",
}


@prices.command()
def status() -> None:
    """Tell of each source when it was last asked, what came of it, and what is wrong."""
    from pricing.queries.sources import sources
    from steelyard.core.database import Database
    from steelyard.core.settings import Settings

    settings = Settings.from_env()
    db = Database(settings.database_url)
    try:
        with db.read() as session:
            views = sources(session)
    finally:
        db.close()
    if not settings.fetch_prices:
        click.echo("This installation fetches nothing by itself (STEELYARD_FETCH_PRICES is off).")
    for view in views:
        click.echo(_line(view))
        for alarm in view.alarms:
            click.echo(f"    ! {alarm.alarm} {alarm.detail}".rstrip())


def _line(view: Any) -> str:
    state = view.state
    switch = "by hand" if view.plan is None else "on" if view.on else "off"
    told = [f"{view.source.contract.code:28}", f"{switch:8}"]
    if state is not None and state.asked_at is not None:
        told.append(f"{state.outcome} at {_moment(state.asked_at)}")
        told.append(f"last success {_moment(state.succeeded_at)}" if state.succeeded_at else "no success yet")
        told.append(f"rests until {_moment(state.resume_at)}" if state.resume_at else f"next {_moment(state.next_at)}")
    return "  ".join(told)


def _moment(moment: datetime | None) -> str:
    from steelyard.core.clock import SHANGHAI

    return "–" if moment is None else moment.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")
