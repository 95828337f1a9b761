"""The file format of a backup: a compressed tar of tables as JSON lines, stored files, and a manifest.

Members are `tables/<name>.jsonl`, `files/<sha256>` and, last, `manifest.json` with the SHA-256 of the others.
Nothing is ever extracted by name: a member of any other name, kind or content refuses the whole archive.
"""

import gzip
import json
import os
import re
import tarfile
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import IO, Any

from steelyard.core.errors import Refused
from steelyard.core.files import digest_of, sync_folder
from steelyard.core.i18n import N_

FORMAT = "steelyard-archive"
FORMAT_VERSION = 1
MANIFEST = "manifest.json"
MANIFEST_MOST_BYTES = 256 << 20
"""Bound of the manifest: about two million stored files."""

_TABLE = re.compile(r"tables/([a-z][a-z0-9_]{0,62})\.jsonl")
_FILE = re.compile(r"files/([0-9a-f]{64})")
_UNREADABLE = (tarfile.TarError, EOFError, zlib.error, gzip.BadGzipFile)
_COMPRESSION = 6


class ArchiveDamaged(Refused):
    """A file that is no archive of ours, or no longer the one that was written."""

    code = "archive_damaged"
    message = N_("The archive cannot be used: %(reason)s. Nothing was restored.")


class ArchiveTooNew(Refused):
    """An archive written by a newer version of the program."""

    code = "archive_too_new"
    message = N_("The archive was written by a newer version (%(found)s); install that version to restore it.")


class ArchiveExists(Refused):
    """There is already a file where the archive should be written."""

    code = "archive_exists"
    message = N_("%(path)s exists already; a backup never overwrites a file.")


@dataclass(frozen=True, slots=True)
class TableEntry:
    """One table of an archive: its columns with their kinds, in the order of the values, and its rows."""

    name: str
    columns: list[tuple[str, str]]
    rows: int


@dataclass(frozen=True, slots=True)
class Manifest:
    """What an archive holds. `members` maps names to SHA-256; `epoch` is the feed's when it was written."""

    revision: str
    epoch: int
    created_at: str
    dialect: str
    tables: list[TableEntry]
    members: dict[str, str] = field(default_factory=dict)

    def to_json(self) -> bytes:
        """The manifest as the archive keeps it."""
        content = {"format": FORMAT, "version": FORMAT_VERSION, **asdict(self)}
        return json.dumps(content, indent=1, sort_keys=True).encode()

    @classmethod
    def from_json(cls, content: bytes) -> "Manifest":
        """Read what `to_json` wrote; raises `ArchiveDamaged` or `ArchiveTooNew`."""
        try:
            data: dict[str, Any] = json.loads(content)
            name, version = data.pop("format"), data.pop("version")
            if name != FORMAT or not isinstance(version, int):
                raise ArchiveDamaged(reason="it is no backup of this program")
            if version > FORMAT_VERSION:
                raise ArchiveTooNew(found=f"format {version}")
            tables = [
                TableEntry(t["name"], [(c[0], c[1]) for c in t["columns"]], int(t["rows"])) for t in data.pop("tables")
            ]
            return cls(tables=tables, **data)
        except (ValueError, KeyError, TypeError, IndexError, AttributeError, RecursionError):
            raise ArchiveDamaged(reason="its manifest cannot be read") from None


class ArchiveWriter:
    """Writes members one after the other; `finish` adds the manifest."""

    def __init__(self, tar: tarfile.TarFile) -> None:
        self._tar = tar
        self.members: dict[str, str] = {}

    def add(self, name: str, content: IO[bytes], size: int, digest: str) -> None:
        """Add `size` bytes of `content`, whose SHA-256 is `digest`."""
        entry = tarfile.TarInfo(name)
        entry.size, entry.mode = size, 0o600
        self._tar.addfile(entry, content)
        _forget_members(self._tar)
        self.members[name] = digest

    def finish(self, manifest: Manifest) -> str:
        """Add the manifest and return its SHA-256, which stands for the whole archive."""
        content = manifest.to_json()
        digest = sha256(content).hexdigest()
        self.add(MANIFEST, BytesIO(content), len(content), digest)
        return digest


@contextmanager
def writing(path: Path) -> Iterator[ArchiveWriter]:
    """Write the archive `path`, readable by its owner alone; it appears whole at the end or not at all.

    Raises `ArchiveExists`.
    """
    if path.exists():
        raise ArchiveExists(path=str(path))
    handle, temporary = tempfile.mkstemp(prefix=".backup-", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            with tarfile.open(fileobj=file, mode="w:gz", compresslevel=_COMPRESSION) as tar:
                yield ArchiveWriter(tar)
            file.flush()
            os.fsync(file.fileno())
        _name(Path(temporary), path)
    finally:
        Path(temporary).unlink(missing_ok=True)
    sync_folder(path.parent)


def check(path: Path) -> tuple[Manifest, str]:
    """Read the whole archive once and compare every member with the manifest, its last member.

    Returns the manifest and its SHA-256; raises `ArchiveDamaged` or `ArchiveTooNew`.
    """
    found: dict[str, str] = {}
    manifest: Manifest | None = None
    fingerprint = ""
    with damage_told():
        for name, content in members(path):
            if manifest is not None or name in found:
                raise ArchiveDamaged(reason=f"{name} stands where it should not")
            if name == MANIFEST:
                raw = content.read(MANIFEST_MOST_BYTES)
                fingerprint, manifest = sha256(raw).hexdigest(), Manifest.from_json(raw)
            else:
                found[name] = digest_of(content)
    if manifest is None:
        raise ArchiveDamaged(reason="its end is missing")
    _compare(manifest, found)
    return manifest, fingerprint


def _compare(manifest: Manifest, found: dict[str, str]) -> None:
    for name in sorted(found.keys() ^ manifest.members.keys()):
        raise ArchiveDamaged(reason=f"{name} is not what the manifest lists")
    for name, digest in found.items():
        if manifest.members[name] != digest:
            raise ArchiveDamaged(reason=f"{name} was altered")
        stored = stored_file(name)
        if stored is not None and stored != digest:
            raise ArchiveDamaged(reason=f"{name} was altered")
    if {f"tables/{table.name}.jsonl" for table in manifest.tables} != {name for name in found if table_name(name)}:
        raise ArchiveDamaged(reason="its tables are not what the manifest lists")


def members(path: Path) -> Iterator[tuple[str, IO[bytes]]]:
    """Each member's name and content, in order, without looking back; used within `damage_told`."""
    try:
        file = path.open("rb")
    except OSError as error:
        raise ArchiveDamaged(reason=error.strerror or "it cannot be read") from None
    with file, tarfile.open(fileobj=file, mode="r|gz") as tar:
        while (entry := tar.next()) is not None:
            _forget_members(tar)
            known = entry.name == MANIFEST or table_name(entry.name) or stored_file(entry.name)
            content = tar.extractfile(entry) if known and entry.isreg() and not entry.issparse() else None
            if content is None:
                raise ArchiveDamaged(reason="it holds a member that no backup of this program has")
            yield entry.name, content


@contextmanager
def damage_told() -> Iterator[None]:
    """Turn what goes wrong while an archive is read into `ArchiveDamaged`."""
    try:
        yield
    except _UNREADABLE:
        raise ArchiveDamaged(reason="it is cut off or is no backup of this program") from None


def table_name(member: str) -> str | None:
    """The table whose rows `member` holds, if it is one."""
    match = _TABLE.fullmatch(member)
    return match[1] if match else None


def stored_file(member: str) -> str | None:
    """The digest of the stored file that `member` is, if it is one."""
    match = _FILE.fullmatch(member)
    return match[1] if match else None


def _forget_members(tar: tarfile.TarFile) -> None:
    """Drop the list of what passed, which would grow with every stored file; going on needs none of it."""
    passed: list[tarfile.TarInfo] = vars(tar)["members"]
    passed.clear()


def _name(temporary: Path, path: Path) -> None:
    """Give the finished file its name; a link, unlike a rename, never replaces a file that came meanwhile."""
    try:
        os.link(temporary, path)
    except FileExistsError:
        raise ArchiveExists(path=str(path)) from None
    except OSError:  # a file system without links
        os.replace(temporary, path)
