"""The statements around a merge: locks, series, contents of documents, documents that were fetched later."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from datetime import date
from hashlib import sha256
from itertools import islice
from typing import Any, TypeVar

from sqlalchemy import Table, and_, func, or_, select, text, tuple_, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session, aliased

from pricing.errors import SeriesOfAnother
from pricing.merging import Stamp
from pricing.models import PriceSeries, RawContent, RawDocument
from pricing.sources.base import SeriesTraits
from steelyard.core.database import undisturbed

BATCH = 1000
T = TypeVar("T")
_STRANGE = text(
    "SELECT m.code, p.family FROM price_staged_series m LEFT JOIN price_series p ON p.code = m.code "
    "WHERE p.id IS NULL OR p.family <> :family ORDER BY m.ref"
)


def table_of(model: type[Any]) -> Table:
    """The table of a declared class."""
    table = model.__table__
    assert isinstance(table, Table)
    return table


@contextmanager
def unwritten(session: Session, family: str) -> Iterator[Session]:
    """A session to read a statistic in while no document of it is being written: it waits for one that is.

    PostgreSQL reads in the caller's own, which sees in every statement what was committed before.
    """
    if session.get_bind().dialect.name == "postgresql":
        lock_family(session, family, shared=True)
        yield session
    else:
        with undisturbed(session) as reader:
            yield reader


def lock_family(session: Session, family: str, *, shared: bool = False) -> None:
    """Let one transaction at a time write a statistic; `shared` only waits for it to end.

    SQLite needs no lock to write: a writer is alone from its BEGIN.
    """
    if session.get_bind().dialect.name == "postgresql":
        number = int.from_bytes(sha256(f"pricing:{family}".encode()).digest()[:8], signed=True)
        lock = func.pg_advisory_xact_lock_shared if shared else func.pg_advisory_xact_lock
        session.execute(select(lock(number)))


def upsert(session: Session, model: type[Any]) -> "postgresql.Insert | sqlite.Insert":
    """An INSERT of the session's dialect; both dialects end it with ON CONFLICT in one spelling."""
    table = table_of(model)
    return postgresql.insert(table) if session.get_bind().dialect.name == "postgresql" else sqlite.insert(table)


def batches(items: Iterable[T]) -> Iterator[list[T]]:
    """The items in lists of at most `BATCH`, which stays below the number of parameters that a database takes."""
    walk = iter(items)
    while batch := list(islice(walk, BATCH)):
        yield batch


def create_series(session: Session, family: str, traits: Mapping[str, SeriesTraits]) -> None:
    """Create the series that were staged and are not there yet, and link those whose predecessor has come.

    Raises `SeriesOfAnother` where one is there that another statistic states: two sources are never spliced.
    """
    missing = []
    for code, other in session.execute(_STRANGE, {"family": family}):
        if other is not None:
            raise SeriesOfAnother(code=code, family=other)
        missing.append(asdict(traits[code]) | {"family": family})
    if missing:
        session.execute(upsert(session, PriceSeries).on_conflict_do_nothing(index_elements=["code"]), missing)
        _link_predecessors(session)


def _link_predecessors(session: Session) -> None:
    """Make the links that wait for a series that is there now."""
    table, former = table_of(PriceSeries), table_of(PriceSeries).alias("former")
    linked = select(former.c.id).where(former.c.code == table.c.predecessor).scalar_subquery()
    waiting = table.c.predecessor.is_not(None) & table.c.predecessor_id.is_(None)
    session.execute(update(table).where(waiting).values(predecessor_id=linked))


def keep_content(session: Session, digest: str, size: int, packed: bytes) -> None:
    """Keep the bytes of a document unless they are there already."""
    row = {"sha256": digest, "size": size, "packed": packed}
    session.execute(upsert(session, RawContent).values(row).on_conflict_do_nothing(index_elements=["sha256"]))


def later_documents(session: Session, family: str, stamp: Stamp, first_day: date, last_day: date) -> list[RawDocument]:
    """The last readings of a statistic's documents that were fetched after `stamp` and speak of one of the days.

    They come in the order of their stamps.
    """
    document = RawDocument
    fetched_at, digest, reading = stamp
    after = or_(
        document.fetched_at > fetched_at,
        and_(document.fetched_at == fetched_at, document.sha256 > digest),
        and_(document.fetched_at == fetched_at, document.sha256 == digest, document.reading > reading),
    )
    days = (document.first_day <= last_day, document.last_day >= first_day)
    query = select(document).where(document.family == family, after, *days, is_last_reading())
    return list(session.scalars(query.order_by(document.fetched_at, document.sha256)))


def is_last_reading() -> Any:
    """The condition that no later reading of the same fetch is there."""
    newer, columns = aliased(RawDocument), ("source", "sha256", "fetched_at")
    same = tuple_(*(getattr(newer, name) for name in columns)) == tuple_(
        *(getattr(RawDocument, name) for name in columns)
    )
    return ~select(newer.id).where(same, newer.reading > RawDocument.reading).exists()


def packed_content(session: Session, digest: str) -> bytes:
    """The compressed bytes of a document."""
    return session.execute(select(RawContent.packed).where(RawContent.sha256 == digest)).scalar_one()
