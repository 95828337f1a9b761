"""Fresh databases in milliseconds: migrated once into a template, then cloned for each test."""

import atexit
import fcntl
import os
import pickle
import secrets
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from functools import cache
from pathlib import Path
from typing import Any
from zlib import crc32

import psycopg
from psycopg import sql
from sqlalchemy import Dialect

from steelyard.core.database import Database
from steelyard.migrations import run as migrations
from tests.support.memory import volatile_folder
from tests.support.postgres import Server, start

RUN_FOLDER = "STEELYARD_TEST_RUN"
DIALECTS = ("sqlite", "postgresql")
_TEMPLATE = "steelyard_template"
_PREFIX = "steelyard-tests-"
Filling = Callable[[Database], object]
"""What writes into a fresh database; its name names the template, and what it returns is kept with it."""


_COMPILED: dict[Any, Any] = {}
"""What SQLAlchemy compiled, for all engines of a worker: each test has one of its own, and would compile anew."""


def _alike(dialect: Dialect, other: object) -> bool:
    return type(dialect) is type(other)


def _hash_of_kind(dialect: Dialect) -> int:
    return hash(type(dialect))


@cache
def _equal_by_kind(kind: type[Dialect]) -> type[Dialect]:
    """Return ``kind`` with instances that equal each other: a compiled statement is kept under its dialect."""
    own = {"__eq__": _alike, "__hash__": _hash_of_kind, "supports_statement_cache": True}
    return type(kind.__name__, (kind,), own)


def one_dialect(name: str) -> str:
    """Return one of the two databases for the test ``name``: always the same, each for about half of the tests."""
    return DIALECTS[crc32(name.encode()) % len(DIALECTS)]


def begin_run() -> None:
    """Make the folder that the workers of this run share (called once, by the controlling process)."""
    for left in volatile_folder().glob(f"{_PREFIX}*"):
        owner = left.name.removeprefix(_PREFIX).partition("-")[0]
        if Path("/proc").exists() and not Path("/proc", owner).exists():
            shutil.rmtree(left, ignore_errors=True)  # of a run that was killed
    folder = tempfile.mkdtemp(prefix=f"{_PREFIX}{os.getpid()}-", dir=volatile_folder())
    # pytest makes the tests' own folders there too
    os.environ[RUN_FOLDER] = os.environ["PYTEST_DEBUG_TEMPROOT"] = folder


def end_run() -> None:
    """Stop what the run started and remove its folder."""
    folder = Path(os.environ.pop(RUN_FOLDER))
    for note in folder.glob("server-*"):
        if note.suffix != ".lock":
            Server.load(Path(note.read_text())).stop()
    shutil.rmtree(folder, ignore_errors=True)


class Databases:
    """Makes the databases of one test and removes them after it."""

    def __init__(self) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="test-", dir=os.environ[RUN_FOLDER]))
        self._open: list[Database] = []
        self._names: list[str] = []

    def url(self, dialect: str, *, empty: bool = False, holding: Filling | None = None) -> str:
        """Return the address of a new database: migrated, or without any table where ``empty``.

        ``holding`` fills a database once for all tests of a worker that ask for it.
        """
        name = f"test_{secrets.token_hex(8)}"
        if dialect == "sqlite":
            path = self._folder / f"{name}.db"
            if not empty:
                shutil.copyfile(_sqlite_template(holding), path)
            return f"sqlite:///{path}"
        template = "template1" if empty else _postgresql_template(holding)
        self._names.append(name)
        _administer(
            sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy").format(
                sql.Identifier(name), sql.Identifier(template)
            )
        )
        return _server().url(name)

    def open(self, dialect: str, *, empty: bool = False, holding: Filling | None = None, **options: Any) -> Database:
        """Return a new database as :meth:`url` says, connected lazily; ``options`` go to the engine."""
        return self.connect(self.url(dialect, empty=empty, holding=holding), **options)

    def held(self, dialect: str, holding: Filling) -> Any:
        """Return what ``holding`` returned when it filled the database that others are copied from."""
        (_sqlite_template if dialect == "sqlite" else _postgresql_template)(holding)
        return pickle.loads(_returned(dialect, holding).read_bytes())

    def connect(self, url: str, **options: Any) -> Database:
        """Return one more engine on ``url`` that is closed with the test."""
        database = Database(url, execution_options={"compiled_cache": _COMPILED}, **options)
        database.engine.dialect.__class__ = _equal_by_kind(type(database.engine.dialect))
        self._open.append(database)
        return database

    def close(self) -> None:
        """Close every engine and drop every database of this test."""
        for database in self._open:
            database.close()
        for name in self._names:
            _administer(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
        shutil.rmtree(self._folder)


@contextmanager
def once(name: str) -> Iterator[Path]:
    """Yield the run's file ``name``; whoever finds it absent makes it while the other workers wait."""
    folder = Path(os.environ[RUN_FOLDER])
    with (folder / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield folder / name


def _worker() -> str:
    """Return the name of this worker of the run.

    Each has a server of its own, because a feed shows a row only when every transaction of the whole server that
    began before it has ended: one worker's long transaction would hold up what another's test waits for.
    """
    return os.environ.get("PYTEST_XDIST_WORKER", "alone")


def _server() -> Server:
    with once(f"server-{_worker()}") as note:
        if not note.exists():
            owner = int(os.environ["STEELYARD_TEST_OWNER"])
            note.write_text(start(owner_pid=owner).folder)
        return Server.load(Path(note.read_text()))


def _administer(statement: sql.Composed | str) -> None:
    _administrator().execute(statement)


@cache
def _administrator() -> psycopg.Connection[Any]:
    """Return the one connection of this process over which databases come and go."""
    connection = psycopg.connect(_server().url("postgres").replace("+psycopg", ""), autocommit=True)
    atexit.register(connection.close)
    return connection


def _postgresql_template(holding: Filling | None = None) -> str:
    name, above = _TEMPLATE, "template1"
    if holding is not None:
        name, above = f"{_TEMPLATE}_{holding.__name__}", _postgresql_template()
    with once(f"postgresql-{name}-{_worker()}") as done:
        if not done.exists():
            query = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
            _administer(query.format(sql.Identifier(name), sql.Identifier(above)))
            (_migrate if holding is None else _filled("postgresql", holding))(_server().url(name))
            done.touch()
    return name


def _sqlite_template(holding: Filling | None = None) -> Path:
    base = None if holding is None else _sqlite_template()
    with once("template.db" if holding is None else f"template-{holding.__name__}.db") as path:
        if not path.exists():
            building = path.with_suffix(".new")
            if base is not None:
                shutil.copyfile(base, building)
            (_migrate if holding is None else _filled("sqlite", holding))(f"sqlite:///{building}")
            building.rename(path)
        return path


def _filled(dialect: str, holding: Filling) -> Callable[[str], None]:
    def fill(url: str) -> None:
        with closing(Database(url)) as database:
            _returned(dialect, holding).write_bytes(pickle.dumps(holding(database)))

    return fill


def _returned(dialect: str, holding: Filling) -> Path:
    whose = "all" if dialect == "sqlite" else _worker()
    return Path(os.environ[RUN_FOLDER]) / f"returned-{dialect}-{whose}-{holding.__name__}"


def _migrate(url: str) -> None:
    with closing(Database(url)) as database:
        migrations.upgrade(database)
