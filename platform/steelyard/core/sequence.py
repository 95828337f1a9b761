"""Cursors over append-only tables that never skip a row which commits late.

On PostgreSQL a sequence hands out numbers before transactions commit, so paging by number alone loses the
row of a transaction that commits after a reader has passed it. Each row therefore stores its transaction id;
rows are ordered by (epoch, transaction id, number), and only transactions older than every one still running
are read. Writers share no lock. On SQLite writers queue, so the number alone is the order of commits.
The epoch grows at each restore, because a new cluster counts its transactions afresh.
"""

import base64
import binascii
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BigInteger, Integer, Select, and_, literal, or_, tuple_
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Mapped, Session, mapped_column
from sqlalchemy.sql.expression import ColumnElement, FunctionElement

from steelyard.core.errors import Refused
from steelyard.core.i18n import N_
from steelyard.core.models import Base, BigInt, Id


class CursorUnknown(Refused):
    """A cursor that this feed never gave."""

    code = "cursor_unknown"
    message = N_("This cursor is not one of this feed. Start again without it.")


class FeedEpoch(Base):
    """One row: how often this database has been restored, plus one."""

    __tablename__ = "feed_epoch"
    id: Mapped[Id]
    epoch: Mapped[int] = mapped_column(Integer, nullable=False)


class CurrentEpoch(FunctionElement[int]):
    """The epoch to stamp on a new row."""

    type = Integer()
    inherit_cache = True


class CurrentTxid(FunctionElement[int]):
    """The id of the running transaction; 0 on SQLite."""

    type = BigInteger()
    inherit_cache = True


class OldestTxid(FunctionElement[int]):
    """The id below which every transaction has ended (PostgreSQL)."""

    type = BigInteger()
    inherit_cache = True


@compiles(CurrentEpoch)
def _epoch(element: CurrentEpoch, compiler: Any, **kw: Any) -> str:
    return "(SELECT epoch FROM feed_epoch)"


@compiles(CurrentTxid)
def _txid_sqlite(element: CurrentTxid, compiler: Any, **kw: Any) -> str:
    return "0"


@compiles(CurrentTxid, "postgresql")
def _txid_postgresql(element: CurrentTxid, compiler: Any, **kw: Any) -> str:
    return "(pg_current_xact_id()::text::bigint)"


@compiles(OldestTxid, "postgresql")
def _oldest_postgresql(element: OldestTxid, compiler: Any, **kw: Any) -> str:
    return "(pg_snapshot_xmin(pg_current_snapshot())::text::bigint)"


class Sequenced:
    """Mixin of an append-only row that readers follow by cursor; the database fills epoch and txid."""

    id: Mapped[Id]
    epoch: Mapped[int] = mapped_column(Integer, default=CurrentEpoch(), nullable=False)
    txid: Mapped[int] = mapped_column(BigInt, default=CurrentTxid(), nullable=False)


@dataclass(frozen=True, slots=True, order=True)
class Cursor:
    """A place in a feed; opaque to clients."""

    epoch: int = 0
    txid: int = 0
    id: int = 0

    def encode(self) -> str:
        """Return the cursor as URL-safe text."""
        return base64.urlsafe_b64encode(f"{self.epoch}.{self.txid}.{self.id}".encode()).decode().rstrip("=")

    @classmethod
    def decode(cls, text: str | None) -> "Cursor":
        """Read a cursor that :meth:`encode` made; ``None`` is the beginning. Raises ``CursorUnknown``."""
        if text is None:
            return cls()
        try:
            raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True).decode("ascii")
            parts = [int(part) for part in raw.split(".") if part.isdigit() and len(part) < 20]
            cursor = cls(*parts)
        except (binascii.Error, UnicodeDecodeError, ValueError, TypeError):
            raise CursorUnknown from None
        if cursor.encode() != text or max(parts) >= 2**63:
            raise CursorUnknown
        return cursor


def settled(session: Session, table: type[Sequenced]) -> ColumnElement[bool]:
    """Return the condition that no row can any more commit before this one."""
    if session.get_bind().dialect.name != "postgresql":
        return literal(1) == 1
    return or_(table.epoch < CurrentEpoch(), table.txid < OldestTxid())


def read_after(session: Session, table: type[Sequenced], query: Select[Any], after: Cursor, limit: int) -> Select[Any]:
    """Return ``query`` over ``table`` narrowed to at most ``limit`` settled rows behind ``after``, in feed order."""
    key = tuple_(table.epoch, table.txid, table.id)
    start = tuple_(literal(after.epoch), literal(after.txid), literal(after.id))
    return (
        query.where(and_(key > start, settled(session, table))).order_by(table.epoch, table.txid, table.id).limit(limit)
    )
