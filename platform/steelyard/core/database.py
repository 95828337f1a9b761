"""The database: SQLite (embedded) and PostgreSQL (production) behind one small class."""

import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, create_engine, event, func, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import InvalidatePoolError, SQLAlchemyError
from sqlalchemy.orm import Session, sessionmaker

from steelyard.core import clock
from steelyard.core.prepared import POSTGRESQL, Line

_SQLITE_NOW = text("SELECT strftime('%Y-%m-%d %H:%M:%f', 'now')")
_POSTGRESQL_NOW = text("SELECT clock_timestamp()")
_READ_ONLY = "steelyard_read_only"
SQLITE_BUSY_SECONDS = 30
RESTED_SECONDS = 1.0
"""A connection that lay unused for longer is asked whether it still stands; asking each time costs a round trip."""


class Database:
    """An engine and its two kinds of transaction."""

    def __init__(self, url: str, **options: Any) -> None:
        """Connect lazily to ``url`` (``sqlite:///…`` or ``postgresql+psycopg://…``); ``options`` go to the engine."""
        parsed = make_url(url)
        if parsed.drivername in {"postgresql", "postgres"}:
            parsed = parsed.set(drivername="postgresql+psycopg")
        self.url = parsed
        self.dialect = parsed.get_backend_name()
        if self.dialect == POSTGRESQL:  # the connection used last has its statements at hand
            options = {"pool_use_lifo": True, **options}
        self.engine: Engine = create_engine(parsed, **options)
        if self.dialect == "sqlite":
            _prepare_sqlite(self.engine)
            reading = self.engine.execution_options(**{_READ_ONLY: True})
        else:
            _ask_the_rested(self.engine)
            _run_as_planned(self.engine)
            reading = self.engine.execution_options(postgresql_readonly=True)
        self._reading = sessionmaker(reading, expire_on_commit=False)

    @contextmanager
    def write(self) -> Iterator[Session]:
        """One transaction that may change things: commits at the end, rolls back on an exception."""
        with self.engine.connect() as connection:
            session = Session(connection, expire_on_commit=False)
            yield session
            session.flush()
            if session.identity_map:
                session.expunge_all()
            connection.commit()

    @contextmanager
    def read(self) -> Iterator[Session]:
        """One transaction that only reads; on SQLite it never waits for writers."""
        with self._reading() as session:
            yield session
            if self.dialect == POSTGRESQL:  # at a rollback the driver forgets every statement that it has prepared
                session.expunge_all()
                with suppress(SQLAlchemyError):  # what was asked for has been read
                    session.commit()

    @contextmanager
    def glance(self) -> Iterator[Line]:
        """A line for a single statement that reads; without a transaction it takes one round trip."""
        with closing(self.engine.raw_connection()) as held:
            raw: Any = held.driver_connection
            if self.dialect == POSTGRESQL:
                raw.autocommit = True
            try:
                yield Line(self.engine.dialect, held)
            finally:
                if self.dialect == POSTGRESQL and not raw.closed:
                    raw.autocommit = False

    def close(self) -> None:
        """Return every pooled connection."""
        self.engine.dispose()


def db_now(session: Session) -> datetime:
    """Return the database's clock, which decides every deadline (aware, UTC)."""
    if session.get_bind().dialect.name == "sqlite":
        moment = datetime.fromisoformat(session.execute(_SQLITE_NOW).scalar_one()).replace(tzinfo=UTC)
    else:
        moment = session.execute(_POSTGRESQL_NOW).scalar_one().astimezone(UTC)
    return moment + clock.shift()


def clock_text(dialect: str) -> ColumnElement[str]:
    """Return the database's clock as a column for a larger query; :func:`moment_of` reads it."""
    if dialect == "sqlite":
        return func.strftime("%Y-%m-%d %H:%M:%f", "now")
    return func.to_char(func.timezone("UTC", func.clock_timestamp()), "YYYY-MM-DD HH24:MI:SS.US")


def moment_of(text_: str) -> datetime:
    """Return what :func:`clock_text` gave as an aware moment, moved as :func:`db_now` is."""
    return datetime.fromisoformat(text_).replace(tzinfo=UTC) + clock.shift()


@contextmanager
def undisturbed(session: Session) -> Iterator[Session]:
    """A session for reading while nobody writes, on SQLite only: ``session`` itself where it writes, else another.

    A reader of SQLite sees what was committed when it began and waits for nobody. The other session takes a
    writer's turn instead: it waits for whoever writes, and until it ends nobody begins to.
    """
    reading = session.connection()
    if not reading.get_execution_options().get(_READ_ONLY):
        yield session
        return
    with Session(reading.engine.execution_options(**{_READ_ONLY: False})) as alone:
        yield alone


def _ask_the_rested(engine: Engine) -> None:
    """Replace connections that died while nobody used them, as after the server was started anew."""

    @event.listens_for(engine, "checkin")
    def _rest(_connection: Any, record: Any) -> None:
        record.info["unused_since"] = time.monotonic()

    @event.listens_for(engine, "checkout")
    def _wake(connection: Any, record: Any, _proxy: Any) -> None:
        since = record.info.get("unused_since")
        if since is None or time.monotonic() - since < RESTED_SECONDS:
            return
        try:
            engine.dialect.do_ping(connection)
        except engine.dialect.loaded_dbapi.Error as gone:
            raise InvalidatePoolError from gone


def _run_as_planned(engine: Engine) -> None:
    """Have PostgreSQL not compile queries: it does so where it expects many rows, for longer than ours then take."""

    @event.listens_for(engine, "connect")
    def _connect(connection: Any, record: Any) -> None:
        connection.autocommit = True
        connection.execute("SET jit = off")
        connection.autocommit = False


def _prepare_sqlite(engine: Engine) -> None:
    """Make SQLite's transactions explicit: a writer takes its lock at BEGIN, so none fails half-way."""

    @event.listens_for(engine, "connect")
    def _connect(connection: Any, record: Any) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in (
            f"busy_timeout={SQLITE_BUSY_SECONDS * 1000}",
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            "recursive_triggers=ON",
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        read_only = connection.get_execution_options().get(_READ_ONLY)
        connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")
