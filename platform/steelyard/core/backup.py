"""Backup of the whole installation into one file, and restoring it into an empty place, on either database.

The archive is portable: what SQLite wrote PostgreSQL restores, and the other way round. It holds every row of
our tables in one consistent snapshot and every stored file. It does not hold the secret key, which is kept
apart, nor the queue's own tables: orders that still wait are not carried over.
"""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import IO

from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, MetaData, Table, func, inspect, select, text
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from steelyard.core import archive, table_rows
from steelyard.core.archive import ArchiveDamaged, ArchiveTooNew, ArchiveWriter, Manifest, TableEntry
from steelyard.core.clock import utc_now
from steelyard.core.database import Database
from steelyard.core.errors import Refused
from steelyard.core.files import FOLDER, FileStore, write_atomically
from steelyard.core.i18n import N_
from steelyard.core.loading import deferred_references, fix_sequences
from steelyard.migrations import run as migrations
from steelyard.migrations.tables import metadata

_REVISION_TABLE = "alembic_version"


class NotMigrated(Refused):
    """The database is not at the revision of this program."""

    code = "not_migrated"
    message = N_("The database is at revision %(found)s and this program at %(expected)s; run the migrations first.")


class PlaceNotEmpty(Refused):
    """Something is already where the archive should be restored."""

    code = "place_not_empty"
    message = N_("%(place)s is not empty; an archive is restored only into an empty place. Nothing was changed.")


class CannotBackUp(Refused):
    """The archive could not be written."""

    code = "cannot_back_up"
    message = N_("The backup could not be written: %(reason)s.")


class CannotRestore(Refused):
    """The archive is whole, but this database or folder does not take it."""

    code = "cannot_restore"
    message = N_("The archive could not be restored: %(reason)s. Nothing was changed.")


@dataclass(frozen=True, slots=True)
class Summary:
    """What was backed up or restored; `fingerprint` is the manifest's SHA-256 and covers everything."""

    revision: str
    tables: dict[str, int]
    files: int
    fingerprint: str

    @property
    def rows(self) -> int:
        """Rows of all tables."""
        return sum(self.tables.values())


def backup(db: Database, files: FileStore, path: Path) -> Summary:
    """Write everything to the new file `path`, as it was at one moment, while others go on working.

    Memory stays bounded. Raises `ArchiveExists`, `NotMigrated`, `FileDamaged` and `CannotBackUp`.
    """
    try:
        with archive.writing(path) as writer, _snapshot(db) as connection:
            revision = _require_head(connection)
            entries = [_add_table(writer, connection, table, path.parent) for table in _our_tables(connection)]
            stored = _add_files(writer, files)
            manifest = Manifest(
                revision=revision,
                epoch=connection.execute(text("SELECT epoch FROM feed_epoch")).scalar_one(),
                created_at=utc_now().isoformat(),
                dialect=db.dialect,
                tables=entries,
                members=dict(writer.members),
            )
            fingerprint = writer.finish(manifest)
    except OSError as error:
        raise CannotBackUp(reason=error.strerror or str(error)) from error
    except table_rows.UnknownKind as error:
        raise CannotBackUp(reason=str(error)) from error
    return Summary(revision, {entry.name: entry.rows for entry in entries}, stored, fingerprint)


def restore(url: str, data_dir: Path, path: Path) -> Summary:
    """Restore the archive `path` into the empty database `url` and the empty file store of `data_dir`.

    All or nothing: the database is brought to the archive's revision, filled, compared row by row with the
    archive and brought to this program's revision in one transaction. Cursors of the feed stay valid.
    Raises `ArchiveDamaged`, `ArchiveTooNew`, `PlaceNotEmpty` and `CannotRestore`.
    """
    manifest, fingerprint = archive.check(path)
    if not migrations.knows(manifest.revision):
        raise ArchiveTooNew(found=f"revision {manifest.revision}")
    try:
        with _staging(data_dir) as staging, _empty_database(url) as connection:
            migrations.upgrade_on(connection, manifest.revision)
            stored = _load(connection, manifest, path, staging)
            migrations.upgrade_on(connection, "head")
            if staging.is_dir():
                staging.rename(data_dir / FOLDER)
    except DBAPIError as error:
        raise CannotRestore(reason=str(error.orig).strip().splitlines()[0]) from error
    except SQLAlchemyError as error:
        raise CannotRestore(reason=str(error).splitlines()[0]) from error
    except OSError as error:
        raise CannotRestore(reason=error.strerror or str(error)) from error
    return Summary(manifest.revision, {table.name: table.rows for table in manifest.tables}, stored, fingerprint)


@contextmanager
def _snapshot(db: Database) -> Iterator[Connection]:
    """One read-only transaction that sees one moment of the database throughout."""
    isolation = {"isolation_level": "REPEATABLE READ"} if db.dialect == "postgresql" else {}
    with db.read() as session:
        yield session.connection(execution_options=isolation)


def _require_head(connection: Connection) -> str:
    found, expected = MigrationContext.configure(connection).get_current_revision(), migrations.head()
    if found != expected:
        raise NotMigrated(found=found or "-", expected=expected)
    return expected


def _our_tables(connection: Connection) -> list[Table]:
    """The tables of our models as the database has them; others (the queue's own) are not ours to copy.

    They come in the models' order, which knows what the database does not declare as a foreign key.
    """
    names = [table.name for table in metadata().sorted_tables]
    reflected = MetaData()
    reflected.reflect(connection, only=lambda name, _: name in names)
    if missing := set(names) - set(reflected.tables):
        raise CannotBackUp(reason=f"the table {min(missing)} is missing")
    return [reflected.tables[name] for name in names]


def _add_table(writer: ArchiveWriter, connection: Connection, table: Table, folder: Path) -> TableEntry:
    """Spool the rows to disk, because a tar wants the size before the content."""
    running, rows = sha256(), 0
    with tempfile.TemporaryFile(dir=folder) as spool:
        for line in table_rows.lines(connection, table):
            running.update(line)
            spool.write(line)
            rows += 1
        size = spool.tell()
        spool.seek(0)
        writer.add(f"tables/{table.name}.jsonl", spool, size, running.hexdigest())
    return TableEntry(table.name, table_rows.columns_of(table), rows)


def _add_files(writer: ArchiveWriter, files: FileStore) -> int:
    """Files are put before the row that names them commits, so all that the snapshot names are there."""
    count = 0
    for digest in files.digests():
        content = files.get(digest)
        writer.add(f"files/{digest}", BytesIO(content), len(content), digest)
        count += 1
    return count


@contextmanager
def _staging(data_dir: Path) -> Iterator[Path]:
    """A folder beside the file store in which files gather; on failure nothing of them stays."""
    target = data_dir / FOLDER
    if target.exists():
        if any(target.iterdir()):
            raise PlaceNotEmpty(place=str(target))
        target.rmdir()
    data_dir.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".restore-", dir=data_dir) as folder:
        try:
            yield Path(folder) / FOLDER
        except BaseException:
            shutil.rmtree(target, ignore_errors=True)
            raise


@contextmanager
def _empty_database(url: str) -> Iterator[Connection]:
    """One transaction on a database without tables; on failure it is left, or removed, as it was found."""
    db = Database(url)
    file = Path(db.url.database) if db.dialect == "sqlite" and db.url.database else None
    is_new = file is not None and not file.exists()
    if file is not None:
        file.parent.mkdir(parents=True, exist_ok=True)
    try:
        with db.engine.begin() as connection:
            if _has_tables(connection):
                raise PlaceNotEmpty(place=db.url.render_as_string(hide_password=True))
            yield connection
    except BaseException:
        db.close()
        if file is not None and is_new:
            for suffix in ("", "-wal", "-shm"):
                file.with_name(file.name + suffix).unlink(missing_ok=True)
        raise
    db.close()


def _has_tables(connection: Connection) -> bool:
    inspector = inspect(connection)
    schemas = [name for name in inspector.get_schema_names() if name != "information_schema"]
    return any(inspector.get_table_names(schema) for schema in schemas)


def _load(connection: Connection, manifest: Manifest, path: Path, staging: Path) -> int:
    """Fill tables and staging folder, prove that the rows are the archive's; returns the number of files."""
    reflected = MetaData()
    reflected.reflect(connection)
    tables = {name: table for name, table in reflected.tables.items() if name != _REVISION_TABLE}
    if tables.keys() != {entry.name for entry in manifest.tables}:
        raise ArchiveDamaged(reason="its tables are not those of its revision")
    with deferred_references(connection, tables.values()):
        for table in reversed(reflected.sorted_tables):
            _clear(connection, tables.get(table.name))
        stored = _load_members(connection, manifest, tables, path, staging)
    for entry in manifest.tables:
        _prove(connection, tables[entry.name], entry, manifest.members[f"tables/{entry.name}.jsonl"])
    fix_sequences(connection, tables.values())
    connection.execute(text("UPDATE feed_epoch SET epoch = epoch + 1"))
    return stored


def _clear(connection: Connection, table: Table | None) -> None:
    """Remove what the migrations wrote; the archive has it too."""
    if table is not None and connection.execute(select(func.count()).select_from(table)).scalar_one():
        connection.execute(table.delete())


def _load_members(
    connection: Connection, manifest: Manifest, tables: dict[str, Table], path: Path, staging: Path
) -> int:
    entries, stored = {entry.name: entry for entry in manifest.tables}, 0
    with archive.damage_told():
        for member, content in archive.members(path):
            if name := archive.table_name(member):
                _load_table(connection, tables[name], entries[name], content)
            elif digest := archive.stored_file(member):
                write_atomically(staging / digest[:2] / digest[2:], content)
                stored += 1
    return stored


def _load_table(connection: Connection, table: Table, entry: TableEntry, content: IO[bytes]) -> None:
    if [list(column) for column in table_rows.columns_of(table)] != [list(column) for column in entry.columns]:
        raise ArchiveDamaged(reason=f"the columns of {entry.name} are not those of its revision")
    try:
        count = table_rows.load(connection, table, entry.columns, content)
    except (ValueError, TypeError, RecursionError):
        raise ArchiveDamaged(reason=f"a row of {entry.name} cannot be read") from None
    if count != entry.rows:
        raise ArchiveDamaged(reason=f"{entry.name} has {count} rows and should have {entry.rows}")


def _prove(connection: Connection, table: Table, entry: TableEntry, digest: str) -> None:
    """Write the restored table out again: the same bytes mean that every value of every row arrived."""
    running = sha256()
    for line in table_rows.lines(connection, table):
        running.update(line)
    if running.hexdigest() != digest:
        raise CannotRestore(reason=f"the rows of {entry.name} did not arrive as they were written")
