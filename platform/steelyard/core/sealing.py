"""Sealing of append-only rows in chained blocks, so that tampering behind the database's back shows.

A block holds the Merkle root over the rows of its stream that are new since the block before, and the hash
of that block. Sealing runs apart from the writers: a chain head that each of them locked would queue them up.
Whoever can rewrite every block can rewrite history: therefore heads are exported, and checked with `known`.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, TypeVar

from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    String,
    UniqueConstraint,
    func,
    literal,
    select,
    text,
    tuple_,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from steelyard.core import merkle
from steelyard.core.audit import AuditEntry
from steelyard.core.database import db_now
from steelyard.core.jobs import ClockJob
from steelyard.core.models import Base, Id, canonical_json
from steelyard.core.sequence import Cursor, CursorUnknown, Sequenced, read_after

MOST_ROWS = 5_000
"""Rows of one block; bounds the memory of sealing and of verifying."""
AUDIT_STREAM = "audit"
GENESIS = "0" * 64
"""What stands for the hash before the first block of a stream."""

Row = TypeVar("Row", bound=Sequenced)


class SealBlock(Base):
    """One block of a stream's chain (封存块); hashes are hexadecimal, cursors are encoded."""

    __tablename__ = "seal_block"
    id: Mapped[Id]
    stream: Mapped[str] = mapped_column(String(80), nullable=False)
    number: Mapped[int] = mapped_column(Integer, nullable=False)
    prev_hash: Mapped[str] = mapped_column(String(64), nullable=False)
    merkle_root: Mapped[str] = mapped_column(String(64), nullable=False)
    first_cursor: Mapped[str] = mapped_column(String(88), nullable=False)
    last_cursor: Mapped[str] = mapped_column(String(88), nullable=False)
    count: Mapped[int] = mapped_column(Integer, nullable=False)
    sealed_at: Mapped[datetime] = mapped_column(nullable=False)
    hash: Mapped[str] = mapped_column(String(64), nullable=False)

    __table_args__ = (UniqueConstraint("stream", "number"), {"info": {"append_only": True}})

    @property
    def span(self) -> tuple[Cursor, Cursor]:
        """The cursors of its first and last row; one that cannot be read (tampering) is the beginning."""
        return _decoded(self.first_cursor), _decoded(self.last_cursor)

    def computed_hash(self) -> str:
        """The hash that belongs to what the block says."""
        content = {
            "stream": self.stream,
            "number": self.number,
            "prev_hash": self.prev_hash,
            "merkle_root": self.merkle_root,
            "first": self.first_cursor,
            "last": self.last_cursor,
            "count": self.count,
            "sealed_at": self.sealed_at.isoformat(timespec="microseconds"),
        }
        return sha256(canonical_json(content).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Fault:
    """One sign of tampering: in which block, of which kind (`code`), and in words."""

    block: int
    code: str
    detail: str


@dataclass(frozen=True, slots=True)
class SealReport:
    """What verifying a stream found; `head` is the last block's hash, `unsealed` counts newer rows."""

    stream: str
    blocks: int
    rows: int
    unsealed: int
    head: str
    faults: tuple[Fault, ...]

    @property
    def holds(self) -> bool:
        """Whether nothing contradicts the seals."""
        return not self.faults


def seal(
    session: Session,
    stream: str,
    table: type[Row],
    leaf: Callable[[Row], Mapping[str, Any]],
    *,
    where: ColumnElement[bool] | None = None,
    limit: int = MOST_ROWS,
) -> SealBlock | None:
    """Write the next block of `stream` over the new settled rows of `table`; None if there are none.

    `leaf` gives the JSON values that the seal covers, `where` narrows a table to one stream (one warehouse).
    Two sealers take turns. A row that is not settled yet is left for a later block, with all behind it.
    """
    _take_turns(session, stream)
    before = head(session, stream)
    after = before.span[1] if before else Cursor()
    query = select(table) if where is None else select(table).where(where)
    rows = session.scalars(read_after(session, table, query, after, limit)).all()
    if not rows:
        return None
    block = SealBlock(
        stream=stream,
        number=before.number + 1 if before else 1,
        prev_hash=before.hash if before else GENESIS,
        merkle_root=_root(rows, leaf),
        first_cursor=_cursor(rows[0]).encode(),
        last_cursor=_cursor(rows[-1]).encode(),
        count=len(rows),
        sealed_at=db_now(session),
    )
    block.hash = block.computed_hash()
    session.add(block)
    session.flush()
    return block


def head(session: Session, stream: str) -> SealBlock | None:
    """The last block of `stream`; its number and hash are what one exports."""
    return session.scalars(
        select(SealBlock).where(SealBlock.stream == stream).order_by(SealBlock.number.desc()).limit(1)
    ).first()


def verify_stream(
    session: Session,
    stream: str,
    table: type[Row],
    leaf: Callable[[Row], Mapping[str, Any]],
    *,
    where: ColumnElement[bool] | None = None,
    known: Mapping[int, str] | None = None,
) -> SealReport:
    """Prove the whole chain of `stream` against its rows, one block's rows in memory; names every fault.

    `known` maps numbers of exported blocks to their hashes: only these show a rewritten or shortened chain.
    """
    rows = select(table) if where is None else select(table).where(where)
    exported, previous = dict(known or {}), None
    faults: list[Fault] = []
    blocks = sealed = 0
    for block in _fresh(session, select(SealBlock).where(SealBlock.stream == stream).order_by(SealBlock.number)):
        faults += _chain_faults(block, previous, exported.pop(block.number, None))
        faults += _row_faults(block, _sealed_rows(session, table, rows, block, previous), leaf)
        blocks, sealed, previous = blocks + 1, sealed + block.count, block
    for number in sorted(exported):
        faults.append(Fault(number, "chain_cut", f"block {number} was exported and is not there any more"))
    end = previous.span[1] if previous else Cursor()
    newer = rows.where(_key(table) > _literal(end)).with_only_columns(func.count(), maintain_column_froms=True)
    unsealed = session.execute(newer).scalar_one()
    return SealReport(stream, blocks, sealed, unsealed, previous.hash if previous else GENESIS, tuple(faults))


def seal_audit(session: Session) -> None:
    """Seal the new entries of the audit trail."""
    seal(session, AUDIT_STREAM, AuditEntry, AuditEntry.leaf)


def verify_audit(session: Session, known: Mapping[int, str] | None = None) -> SealReport:
    """Prove the audit trail against its seals."""
    return verify_stream(session, AUDIT_STREAM, AuditEntry, AuditEntry.leaf, known=known)


JOBS = (ClockJob("core.seal_audit", seal_audit, every=timedelta(seconds=5)),)


def _take_turns(session: Session, stream: str) -> None:
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(hashtextextended(:key, 0))"), {"key": f"seal:{stream}"})


def _decoded(cursor: str) -> Cursor:
    try:
        return Cursor.decode(cursor)
    except CursorUnknown:
        return Cursor()


def _cursor(row: Sequenced) -> Cursor:
    return Cursor(row.epoch, row.txid, row.id)


def _root(rows: Iterable[Row], leaf: Callable[[Row], Mapping[str, Any]]) -> str:
    return merkle.root([canonical_json(leaf(row)).encode() for row in rows]).hex()


def _chain_faults(block: SealBlock, previous: SealBlock | None, exported: str | None) -> Iterator[Fault]:
    number = previous.number + 1 if previous else 1
    if block.number != number:
        yield Fault(number, "block_missing", f"block {number} is missing before block {block.number}")
    elif block.prev_hash != (previous.hash if previous else GENESIS):
        yield Fault(block.number, "chain_broken", f"block {block.number} does not follow the block before it")
    if block.computed_hash() != block.hash:
        yield Fault(block.number, "block_altered", f"block {block.number} does not have the hash it states")
    if exported not in (None, block.hash):
        yield Fault(block.number, "chain_rewritten", f"block {block.number} is not the one that was exported")


def _sealed_rows(
    session: Session, table: type[Row], rows: Select[Row], block: SealBlock, previous: SealBlock | None
) -> list[Row]:
    """What lies in the block's span now, from the end of the block before, so that an inserted row shows."""
    first, last = block.span
    query = rows.where(_key(table) <= _literal(last))
    if previous and previous.number + 1 == block.number:
        query = query.where(_key(table) > _literal(previous.span[1]))
    elif block.number > 1:
        query = query.where(_key(table) >= _literal(first))
    query = query.order_by(table.epoch, table.txid, table.id).limit(block.count + 1)
    return list(_fresh(session, query))


def _row_faults(block: SealBlock, rows: list[Row], leaf: Callable[[Row], Mapping[str, Any]]) -> Iterator[Fault]:
    first, last = block.span
    sealed = f"block {block.number} sealed {block.count} rows, from row {first.id} to row {last.id}"
    if len(rows) > block.count:
        yield Fault(block.number, "rows_added", f"{sealed}; more are there now")
    elif len(rows) < block.count:
        yield Fault(block.number, "rows_missing", f"{sealed}; {len(rows)} are there now")
    elif not rows or (_cursor(rows[0]), _cursor(rows[-1])) != block.span:
        yield Fault(block.number, "rows_moved", f"{sealed}; others are there now")
    elif _root(rows, leaf) != block.merkle_root:
        yield Fault(block.number, "rows_altered", f"{sealed}; at least one says something else now")


def _fresh(session: Session, query: Select[Any]) -> Iterator[Any]:
    """Rows as the database has them now, whatever the session remembers."""
    return iter(session.scalars(query.execution_options(populate_existing=True, yield_per=500)))


def _key(table: type[Sequenced]) -> Any:
    return tuple_(table.epoch, table.txid, table.id)


def _literal(cursor: Cursor) -> Any:
    return tuple_(literal(cursor.epoch), literal(cursor.txid), literal(cursor.id))
