"""The set-based statements by which documents are written: no ORM, a fixed number of them for each batch of
rows.

What is looked up by key goes with `IN` in batches of `BATCH`, which stays below the number of parameters that
either database takes.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import date, datetime
from hashlib import sha256
from itertools import islice
from typing import Any, TypeVar

from sqlalchemy import Table, and_, func, insert, or_, select, tuple_, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from pricing.merging import Belief, Key, Stamp, Statement, Value
from pricing.models import PriceCurrent, PriceObservation, PriceSeries, RawContent, RawDocument
from pricing.sources.base import SeriesTraits
from steelyard.core.database import undisturbed

BATCH = 1000
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Stored:
    """The statements that are stored of some keys, and the ids of their rows."""

    histories: Mapping[Key, list[Statement]]
    row_ids: dict[tuple[Key, Stamp], int]


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
    """The items in lists of at most `BATCH`."""
    walk = iter(items)
    while batch := list(islice(walk, BATCH)):
        yield batch


def series_ids(session: Session, family: str, traits: Iterable[SeriesTraits]) -> dict[str, int]:
    """The ids of the series by code; those that are new are created."""
    wanted = {one.code: one for one in traits}
    found = _known_series(session, wanted)
    missing = [asdict(one) | {"family": family} for code, one in wanted.items() if code not in found]
    if missing:
        session.execute(upsert(session, PriceSeries).on_conflict_do_nothing(index_elements=["code"]), missing)
        found |= _known_series(session, (row["code"] for row in missing))
        _link_predecessors(session)
    return found


def _link_predecessors(session: Session) -> None:
    """Make the links that wait for a series that is there now."""
    table, former = table_of(PriceSeries), table_of(PriceSeries).alias("former")
    linked = select(former.c.id).where(former.c.code == table.c.predecessor).scalar_subquery()
    waiting = table.c.predecessor.is_not(None) & table.c.predecessor_id.is_(None)
    session.execute(update(table).where(waiting).values(predecessor_id=linked))


def _known_series(session: Session, codes: Iterable[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for batch in batches(codes):
        rows = session.execute(select(PriceSeries.code, PriceSeries.id).where(PriceSeries.code.in_(batch)))
        found |= {row.code: row.id for row in rows}
    return found


def stored_statements(session: Session, keys: Iterable[Key]) -> Stored:
    """What is stored of these keys, with what orders it."""
    histories: dict[Key, list[Statement]] = {}
    row_ids: dict[tuple[Key, Stamp], int] = {}
    row, document = PriceObservation, RawDocument
    columns = select(
        row.id, row.series_id, row.day, row.edition, document.fetched_at, document.sha256,
        row.mantissa, row.scale, row.change_mantissa, row.status,
    ).join(document, document.id == row.document_id)  # fmt: skip
    for batch in batches(keys):
        found = session.execute(columns.where(tuple_(row.series_id, row.day, row.edition).in_(batch)))
        for id_, series_id, day, edition, fetched_at, digest, *value in found:
            key, stamp = (series_id, day, edition), (fetched_at, digest)
            histories.setdefault(key, []).append(Statement(stamp, Value(*value)))
            row_ids[key, stamp] = id_
    return Stored(histories, row_ids)


def append_observations(
    session: Session,
    appended: Mapping[Key, Statement],
    published: Mapping[Key, datetime | None],
    document_id: int,
    known_from: datetime,
) -> dict[Key, int]:
    """Write new observations of one document and return the ids of all its rows, read back by one statement."""
    rows = [
        _key_columns(key)
        | asdict(statement.value)
        | {"published_at": published[key], "document_id": document_id, "known_from": known_from}
        for key, statement in appended.items()
    ]
    if not rows:
        return {}
    table = table_of(PriceObservation)
    session.execute(insert(table), rows)
    written = session.execute(
        select(table.c.series_id, table.c.day, table.c.edition, table.c.id).where(table.c.document_id == document_id)
    )
    return {(series_id, day, edition): row_id for series_id, day, edition, row_id in written}


def _key_columns(key: Key) -> dict[str, Any]:
    return dict(zip(("series_id", "day", "edition"), key, strict=True))


def write_beliefs(session: Session, beliefs: Mapping[Key, tuple[Belief, int]]) -> None:
    """Put what is believed now in place of what was; each belief comes with the id of its observation."""
    rows = [
        _key_columns(key)
        | asdict(belief.statement.value)
        | {"revision": belief.revision, "observation_id": observation_id}
        for key, (belief, observation_id) in beliefs.items()
    ]
    if not rows:
        return
    put = upsert(session, PriceCurrent)
    names = ("mantissa", "scale", "change_mantissa", "status", "revision", "observation_id")
    changes = {name: put.excluded[name] for name in names}
    session.execute(put.on_conflict_do_update(index_elements=["series_id", "day", "edition"], set_=changes), rows)


def keep_content(session: Session, digest: str, size: int, packed: bytes) -> None:
    """Keep the bytes of a document unless they are there already."""
    row = {"sha256": digest, "size": size, "packed": packed}
    session.execute(upsert(session, RawContent).values(row).on_conflict_do_nothing(index_elements=["sha256"]))


def add_document(session: Session, row: Mapping[str, Any]) -> int:
    """Write the record of one fetch and return its id."""
    table = table_of(RawDocument)
    return int(session.execute(insert(table).values(dict(row)).returning(table.c.id)).scalar_one())


def later_documents(
    session: Session, family: str, stamp: Stamp, first_day: date, last_day: date
) -> Sequence[tuple[RawDocument, bytes]]:
    """Documents of a statistic that were fetched after `stamp` and speak of one of the days, in order."""
    document = RawDocument
    found = session.execute(
        select(document, RawContent.packed)
        .join(RawContent, RawContent.sha256 == document.sha256)
        .where(
            document.family == family,
            or_(
                document.fetched_at > stamp[0],
                and_(document.fetched_at == stamp[0], document.sha256 > stamp[1]),
            ),
            document.first_day <= last_day,
            document.last_day >= first_day,
        )
        .order_by(document.fetched_at, document.sha256)
    )
    return [(row, packed) for row, packed in found]
