"""Locks that belong to a living process and fall free when it dies, however it dies.

On PostgreSQL a session's advisory lock, on SQLite a ``flock`` on a file beside the database. Neither needs a
heartbeat: the server (or the kernel) notices the death.
"""

import fcntl
import hashlib
import os
import re
import threading
from abc import ABC, abstractmethod
from pathlib import Path
from typing import IO

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from steelyard.core.database import Database

KEEPALIVE_SECONDS = {"tcp_keepalives_idle": 5, "tcp_keepalives_interval": 2, "tcp_keepalives_count": 3}
"""How soon PostgreSQL gives up a client whose machine is gone: some eleven seconds."""


class ProcessLock(ABC):
    """A named lock with at most one holder in the whole installation."""

    @abstractmethod
    def acquire(self) -> bool:
        """Take the lock if it is free; never waits. ``True`` when this object holds it."""

    @abstractmethod
    def held(self) -> bool:
        """Whether this object still holds the lock; ``False`` once the connection under it was lost."""

    @abstractmethod
    def release(self) -> None:
        """Give the lock up; harmless when it is not held."""


class AdvisoryLock(ProcessLock):
    """A PostgreSQL advisory lock on a connection of its own."""

    def __init__(self, db: Database, name: str) -> None:
        self._db = db
        digest = hashlib.sha256(f"steelyard.{name}".encode()).digest()
        self._key = int.from_bytes(digest[:8], "big", signed=True)
        self._connection: Connection | None = None
        self._guard = threading.Lock()

    def acquire(self) -> bool:
        with self._guard:
            if self._connection is not None:
                return True
            connection = self._db.engine.connect().execution_options(isolation_level="AUTOCOMMIT")
            try:
                taken = bool(connection.scalar(text("SELECT pg_try_advisory_lock(:key)"), {"key": self._key}))
                if taken:
                    self._keep_alive(connection)
            except BaseException:
                connection.invalidate()
                connection.close()
                raise
            if not taken:
                connection.close()
                return False
            self._connection = connection
            return True

    def held(self) -> bool:
        with self._guard:
            if self._connection is None:
                return False
            try:
                self._connection.execute(text("SELECT 1"))
            except DBAPIError:
                self._drop()
                return False
            return True

    def release(self) -> None:
        with self._guard:
            if self._connection is not None:
                self._drop()

    def _drop(self) -> None:
        """Close the session itself rather than return it to the pool: that frees the lock in every case."""
        assert self._connection is not None
        self._connection.invalidate()
        self._connection.close()
        self._connection = None

    @staticmethod
    def _keep_alive(connection: Connection) -> None:
        setting = text("SELECT set_config(:name, :value, false)")
        for name, value in {**KEEPALIVE_SECONDS, "idle_session_timeout": 0}.items():
            connection.execute(setting, {"name": name, "value": str(value)})


class FileLock(ProcessLock):
    """A ``flock`` in the folder beside the SQLite file."""

    def __init__(self, db: Database, name: str) -> None:
        self.path = lock_folder(db) / (re.sub(r"[^A-Za-z0-9._-]", "_", name) + ".lock")
        self._file: IO[bytes] | None = None
        self._guard = threading.Lock()

    def acquire(self) -> bool:
        with self._guard:
            if self._file is not None:
                return True
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            file = self.path.open("ab")
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                file.close()
                return False
            if not _is_still(file, self.path):
                file.close()
                return False
            self._file = file
            return True

    def held(self) -> bool:
        with self._guard:
            return self._file is not None

    def release(self) -> None:
        with self._guard:
            if self._file is not None:
                self.path.unlink(missing_ok=True)
                self._file.close()
                self._file = None


def _is_still(file: IO[bytes], path: Path) -> bool:
    """Whether ``path`` names the very file that was locked; another process may have removed it meanwhile."""
    try:
        return os.fstat(file.fileno()).st_ino == path.stat().st_ino
    except FileNotFoundError:
        return False


def lock_folder(db: Database) -> Path:
    """Return the folder of the lock files. Raises ``ValueError`` for a database in memory."""
    if not db.url.database or db.url.database == ":memory:":
        raise ValueError("a SQLite database in memory cannot be shared by processes")
    return Path(db.url.database + ".locks").absolute()


def process_lock(db: Database, name: str) -> ProcessLock:
    """Return the lock called ``name`` of the installation that ``db`` belongs to."""
    return AdvisoryLock(db, name) if db.dialect == "postgresql" else FileLock(db, name)
