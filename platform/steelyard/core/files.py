"""Stored files, addressed by the SHA-256 of their bytes; written once, never changed."""

import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import IO

from steelyard.core.errors import Invalid, NotFound, SteelyardError
from steelyard.core.i18n import N_

MOST_BYTES = 64 << 20
"""Size of the largest stored file, 64 MiB: a scanned certificate or photograph is far below."""
FOLDER = "files"

_DIGEST = re.compile(r"[0-9a-f]{64}")
_CHUNK = 1 << 20


class FileTooLarge(Invalid):
    """A file beyond the store's bound."""

    code = "file_too_large"
    status = 413
    message = N_("The file is larger than %(most)s MiB.")


class FileMissing(NotFound):
    """No file with this digest is stored."""

    code = "file_missing"
    message = N_("There is no stored file %(digest)s.")


class FileDamaged(SteelyardError):
    """The stored bytes no longer have the digest under which they were stored."""

    code = "file_damaged"
    message = N_("The stored file %(digest)s is damaged; restore it from a backup.")


class FileStore:
    """Files in two levels of folders below `data_dir/files`, each named by its digest.

    Writing is atomic and durable, and writing the same bytes twice is harmless, so that a file may be put
    before the transaction whose row names it commits.
    """

    def __init__(self, data_dir: Path, most_bytes: int = MOST_BYTES) -> None:
        self.folder = data_dir / FOLDER
        self.most_bytes = most_bytes

    def put(self, content: bytes) -> str:
        """Store `content` and return its SHA-256 in hexadecimal; raises `FileTooLarge`."""
        if len(content) > self.most_bytes:
            raise FileTooLarge(most=self.most_bytes >> 20)
        digest = sha256(content).hexdigest()
        target = self.path(digest)
        if not self._holds(target, digest):
            write_atomically(target, content)
        return digest

    def get(self, digest: str) -> bytes:
        """Return the bytes stored under `digest`; raises `FileMissing` or `FileDamaged`."""
        try:
            content = self.path(digest).read_bytes()
        except FileNotFoundError:
            raise FileMissing(digest=digest) from None
        if sha256(content).hexdigest() != digest:
            raise FileDamaged(digest=digest)
        return content

    def path(self, digest: str) -> Path:
        """Where the file of `digest` lies; raises `FileMissing` for a text that is no digest."""
        if not _DIGEST.fullmatch(digest):
            raise FileMissing(digest=digest[:64])
        return self.folder / digest[:2] / digest[2:]

    def digests(self) -> Iterator[str]:
        """The digests of all stored files, in order."""
        if not self.folder.is_dir():
            return
        for folder in sorted(entry for entry in self.folder.iterdir() if entry.is_dir()):
            for file in sorted(folder.iterdir()):
                digest = folder.name + file.name
                if _DIGEST.fullmatch(digest):
                    yield digest

    def _holds(self, target: Path, digest: str) -> bool:
        try:
            with target.open("rb") as file:
                return digest_of(file) == digest
        except FileNotFoundError:
            return False


def digest_of(stream: IO[bytes]) -> str:
    """The SHA-256 of what is left in `stream`, read in bounded pieces."""
    running = sha256()
    while chunk := stream.read(_CHUNK):
        running.update(chunk)
    return running.hexdigest()


def write_atomically(target: Path, content: bytes | IO[bytes]) -> None:
    """Write `target` so that it is there whole or not at all, even after a power cut."""
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(prefix=".part-", dir=target.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            if isinstance(content, bytes):
                file.write(content)
            else:
                shutil.copyfileobj(content, file, _CHUNK)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, target)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    sync_folder(target.parent)


def sync_folder(folder: Path) -> None:
    """Make the names in `folder` durable."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
