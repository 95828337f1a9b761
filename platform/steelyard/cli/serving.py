"""``steelyard serve``, and its three parts alone: ``web``, ``worker``, ``clock``."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

import click

from steelyard.cli.runtime import open_database, prepare
from steelyard.cli.services import JobServices
from steelyard.cli.web_server import TRUST_ROUTE, WebOptions, require_free, run
from steelyard.core import grants
from steelyard.core.settings import Settings

if TYPE_CHECKING:
    from steelyard.cli.certificates import ServerCertificate

Command = TypeVar("Command", bound=Callable[..., None])

LOOPBACK = "127.0.0.1"
EVERYWHERE = "0.0.0.0"  # noqa: S104  # what --tls is for: a phone on the yard's network must reach it


def _web_options(command: Command) -> Command:
    """Add the options that ``serve`` and ``web`` share."""
    for option in (
        click.option("--tls-name", "tls_names", multiple=True, help="A further name or address for the certificate."),
        click.option("--tls", is_flag=True, help="Serve HTTPS with a certificate made for this machine."),
        click.option("--any-core", is_flag=True, help="Do not hold each web process to one core."),
        click.option("--threads", type=click.IntRange(1, 64), default=4, show_default=True),
        click.option("--workers", type=click.IntRange(1, 64), default=1, show_default=True, help="Web processes."),
        click.option("--port", type=click.IntRange(1, 65_535), default=8000, show_default=True),
        click.option("--host", help=f"Address to listen on; {LOOPBACK}, with --tls {EVERYWHERE}."),
    ):
        command = option(command)
    return command


@click.command()
@_web_options
def serve(**given: Any) -> None:
    """Run web, worker and clock together, after bringing the database up. Ctrl-C stops all.

    This is one process and its web processes, for an installation on one machine. The parts run alone as
    `steelyard web`, `steelyard worker` and `steelyard clock`.
    """
    from steelyard.cli.migrating import bring_up

    settings = prepare()
    options = _options(settings, **given)
    with open_database(settings) as db:
        bring_up(db)
    parts = JobServices(settings)
    _serve(settings, replace(options, respawn=False, after_start=parts.start, on_stop=parts.stop))


@click.command()
@_web_options
def web(**given: Any) -> None:
    """Run the web server alone. The database must have been brought up (`steelyard migrate upgrade`)."""
    settings = prepare()
    options = _options(settings, **given)
    _serve(settings, replace(options, after_start=partial(_require_up, settings)))


def _options(
    settings: Settings,
    *,
    host: str | None,
    port: int,
    tls: bool,
    tls_names: tuple[str, ...],
    any_core: bool,
    workers: int,
    threads: int,
) -> WebOptions:
    """What the command line asks for; SQLite works within the web process, which then needs every core."""
    address = host or _default_host(tls)
    require_free(address, port)
    return WebOptions(
        host=address,
        port=port,
        workers=workers,
        threads=threads,
        tls=_certificate(settings, tls_names) if tls else None,
        keep_core=not settings.database_url.startswith("sqlite") and not any_core,
    )


@click.command()
def worker() -> None:
    """Run a worker alone: it performs jobs and delivers events. Any number may run, on any machine."""
    JobServices(prepare(), clock=False).run_until_signal()


@click.command()
def clock() -> None:
    """Run a clock alone: it orders the jobs that are due. Of several, one leads and another takes over."""
    JobServices(prepare(), worker=False).run_until_signal()


def _serve(settings: Settings, options: WebOptions) -> None:
    click.echo(f"Steelyard is served at {options.address}; Ctrl-C stops it.")
    if options.tls is not None:
        _explain_trust(options, options.tls)
    run(options)
    click.echo("Steelyard has stopped.")


def _require_up(settings: Settings) -> None:
    """Look at the database while the web process builds the application, so that nobody waits for the look."""
    from steelyard.cli.migrating import require_up

    with open_database(settings) as db:
        require_up(db)
        with db.engine.connect() as connection:
            if grants.owns_tables(connection):
                click.echo(
                    "The database role owns the tables, and could undo what keeps their records as they were written: "
                    "see `steelyard migrate grant --help`.",
                    err=True,
                )


def _default_host(tls: bool) -> str:
    return EVERYWHERE if tls else LOOPBACK


def _certificate(settings: Settings, further: tuple[str, ...]) -> "ServerCertificate":
    from steelyard.cli import addresses, certificates

    names, numbers = certificates.split_names(list(further))
    return certificates.ensure(
        settings.data_dir / "tls", addresses.host_names() + names, addresses.addresses() + numbers
    )


def _explain_trust(options: WebOptions, certificate: "ServerCertificate") -> None:
    """Tell how a phone comes to trust this installation, once."""
    from steelyard.cli.certificates import PUBLIC_NAME

    click.echo(f"The certificate is good for: {', '.join(certificate.names)}.")
    click.echo(f"A phone has to trust the authority {certificate.authority} once:")
    click.echo(f"  1. open https://<one of these addresses>:{options.port}{TRUST_ROUTE}/{PUBLIC_NAME} on the phone;")
    click.echo("  2. Android: Settings > Security > Encryption & credentials > Install a certificate > CA;")
    click.echo("     iPhone: install the profile in Settings, then switch it on under General > About >")
    click.echo("     Certificate Trust Settings;")
    click.echo("  3. before you confirm, compare the authority's SHA-256 fingerprint:")
    click.echo(f"     {certificate.fingerprint}")
