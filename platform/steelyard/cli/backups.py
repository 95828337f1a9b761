"""``steelyard backup`` and ``steelyard restore``."""

from pathlib import Path

import click

from steelyard.cli.runtime import open_database, prepare


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
def backup(file: Path) -> None:
    """Write every row and every stored file into the new FILE, as they are at one moment.

    Work goes on meanwhile. The secret key is not in it: keep that apart.
    """
    from steelyard.core import backup as backups
    from steelyard.core.files import FileStore

    settings = prepare()
    with open_database(settings) as db:
        summary = backups.backup(db, FileStore(settings.data_dir), file)
    click.echo(f"{summary.rows} rows and {summary.files} files are in {file}.")
    click.echo(f"SHA-256 of its manifest: {summary.fingerprint}")


@click.command()
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
def restore(file: Path) -> None:
    """Restore FILE into the empty database and data folder of the settings, on either kind of database."""
    from steelyard.cli.migrating import bring_up
    from steelyard.core import backup as backups

    settings = prepare()
    summary = backups.restore(settings.database_url, settings.data_dir, file)
    with open_database(settings) as db:
        bring_up(db)
    click.echo(f"{summary.rows} rows and {summary.files} files were restored.")
    click.echo(f"SHA-256 of the manifest: {summary.fingerprint}")
