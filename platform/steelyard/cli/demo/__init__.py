"""The demonstration: the whole business once, through the HTTP API, as its users would call it."""

import time
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from steelyard.cli.demo.notebook import Notebook
    from steelyard.core.settings import Settings

HOST = "127.0.0.1"


@click.command()
@click.option("--once", is_flag=True, help="End after the report.")
@click.option("--port", type=click.IntRange(1, 65_535), default=8000, show_default=True)
def demo(once: bool, port: int) -> None:
    """Show the whole business once on published prices, then leave the console running."""
    from steelyard.cli.demo.notebook import Notebook
    from steelyard.cli.demo.server import Server
    from steelyard.cli.demo.stage import StepFailed
    from steelyard.cli.runtime import prepare

    settings = prepare()
    notebook = Notebook.open(settings.data_dir / "demo.json")
    _prepare(settings, notebook)
    with Server(HOST, port) as server:
        try:
            _tell(server.address, notebook)
        except StepFailed as failure:
            raise click.ClickException(f"演示中断 (the demonstration broke off): {failure}") from None
        if once:
            return
        _sign_in_data(server.address, notebook)
        server.wait()


def _prepare(settings: "Settings", notebook: "Notebook") -> None:
    """Bring the database up and name the players, as an administrator would on the command line."""
    from steelyard.cli.demo import cast
    from steelyard.core.database import Database
    from steelyard.migrations import run

    click.echo("准备数据库与演示组织 (database and players) …")
    db = Database(settings.database_url)
    run.upgrade(db)
    with db.write() as session:
        cast.engage(session, notebook)
        notebook.save()  # before the commit: what the database knows, the notebook knows
    db.close()


def _tell(address: str, notebook: "Notebook") -> None:
    from steelyard.cli.demo import buying, freight, prices, report, yard
    from steelyard.cli.demo.stage import Stage

    began = time.monotonic()
    stage = Stage(address, notebook)
    report.prices(prices.play(stage))
    bought = buying.play(stage)
    bought["ceilings"] = _ceilings(stage, bought)
    report.buying(bought)
    stored = yard.play(stage, bought)
    report.yard(stored)
    carried = freight.play(stage, stored)
    carried["delivery"] = stored["delivery"]["number"]
    report.freight(carried)
    report.trace(carried)
    report.ended(time.monotonic() - began, stage.calls)


def _ceilings(stage: Any, bought: dict[str, Any]) -> dict[int, int]:
    """Return each pledge's ceiling in fen per tonne."""
    pledges = stage.items("demo-operator", f"/campaigns/{bought['campaign']['id']}/pledges")
    return {one["id"]: one["ceiling_fen_per_t"] for one in pledges}


def _sign_in_data(address: str, notebook: "Notebook") -> None:
    from steelyard.cli.demo import cast

    click.secho(f"\n控制台 (console): {address}", bold=True)
    for part in cast.PARTS:
        if part.shown:
            click.echo(f"  {part.org} ({part.kind}): {part.login} / {notebook.passwords[part.login]}")
    click.echo("按 Ctrl-C 停止 (Ctrl-C stops it).")
