"""``steelyard prices reparse``: what today's parsers make of the stored documents."""

import click


@click.command()
@click.option("--source", help="Only the documents of this source.")
@click.option("--dry-run", is_flag=True, help="Say what would be appended and change nothing.")
def reparse(source: str | None, dry_run: bool) -> None:
    """Read the stored documents again; what they say otherwise is appended as revisions, nothing is rewritten."""
    from pricing.errors import SourceUnknown
    from pricing.operations.reparsing import reparse as read_again
    from pricing.sources.catalogue import SOURCES
    from steelyard.core.database import Database
    from steelyard.core.settings import Settings

    if source is not None and SOURCES.get(source) is None:
        raise SourceUnknown(source=source)
    db = Database(Settings.from_env().database_url)
    documents = changed = appended = refused = 0
    try:
        for found in read_again(db, source, dry_run=dry_run):
            documents += 1
            if found.refused is not None:
                refused += 1
                click.echo(
                    f"document {found.document_id} ({found.source}): refused, {found.refused}; it stays as it was"
                )
            elif found.appended:
                changed += 1
                appended += found.appended
                click.echo(
                    f"document {found.document_id} ({found.source}): {found.appended} observations appended, "
                    f"{found.withdrawn} of them withdrawals"
                )
    finally:
        db.close()
    done = "would be appended" if dry_run else "appended"
    click.echo(
        f"{documents} documents read, {changed} say something else, {appended} observations {done}, {refused} refused"
    )
