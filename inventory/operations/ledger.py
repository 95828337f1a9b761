"""The one writer of moves and balances.

Whoever calls has locked the bundles (:mod:`inventory.operations.yard`) and read their balances in a later statement.
Moves, decreases and increases are three writes for any number of movements, one statement on PostgreSQL. Decreases of
real places are an UPDATE of their own, because an upsert with a negative amount would trip the CHECK before it adds;
they come first, so that at no moment a bundle lies at two places.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, cast

from sqlalchemy import BigInteger, FromClause, String, Table, and_, select, true, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from inventory.models import StockBalance, StockMove
from inventory.quantities import BalanceKey, Movement, Quantity, deltas
from inventory.states import Document
from steelyard.core.batch import Batch, Write, behind
from steelyard.core.models import UtcDateTime
from steelyard.core.prepared import POSTGRESQL, given, listed, one_of, packed
from steelyard.core.rowset import RowTypes

_MOVES = cast(Table, StockMove.__table__)
_BALANCES = cast(Table, StockBalance.__table__)
_INT, _STR, _MOMENT = BigInteger(), String(), UtcDateTime()
_MOVE_TYPES: RowTypes = {
    "warehouse_id": _INT, "bundle_id": _INT, "pieces": _INT, "length_mm": _INT, "mass_g": _INT,
    "from_place_id": _INT, "from_owner_id": _INT, "from_state": _STR,
    "to_place_id": _INT, "to_owner_id": _INT, "to_state": _STR,
    "document_kind": _STR, "document_number": _STR, "reverses_id": _INT,
    "event_at": _MOMENT, "recorded_at": _MOMENT, "client_op_id": _STR, "actor_id": _INT,
}  # fmt: skip
_BALANCE_TYPES: RowTypes = {
    "bundle_id": _INT, "place_id": _INT, "owner_id": _INT, "state": _STR,
    "pieces": _INT, "length_mm": _INT, "mass_g": _INT,
}  # fmt: skip
_INCREASE_TYPES: RowTypes = {**_BALANCE_TYPES, "virtual": _INT}
_KEY = ("bundle_id", "place_id", "owner_id", "state")
_AMOUNTS = ("pieces", "length_mm", "mass_g")


@dataclass(frozen=True, slots=True)
class Posting:
    """A movement and the document it stands on."""

    movement: Movement
    document_kind: Document
    document_number: str | None
    event_at: datetime
    client_op_id: str | None = None
    reverses_id: int | None = None


@dataclass(frozen=True, slots=True)
class Stamp:
    """Where, when and by whom postings are recorded. ``virtual`` holds the warehouse's virtual places."""

    warehouse_id: int
    virtual: frozenset[int]
    recorded_at: datetime
    actor_id: int


def post(session: Session, stamp: Stamp, postings: Sequence[Posting]) -> None:
    """Write the moves and bring the balances along; the bundles must be locked."""
    batch = Batch(session)
    expected = add(batch, stamp, postings)
    check(expected, batch.run())


def add(batch: Batch, stamp: Stamp, postings: Sequence[Posting]) -> int:
    """Add the moves and the changes of balances to ``batch``; return how many balances it is to decrease."""
    if not postings:
        return 0
    dialect = batch.dialect
    moves = packed(dialect, "moves", _MOVE_TYPES, (_move_row(stamp, posting) for posting in postings))
    batch.add(_moved(dialect, one=moves.one), moves)
    changes = deltas(posting.movement for posting in postings)
    decreases = {key: change for key, change in changes.items() if _is_real_decrease(stamp, key, change)}
    if decreases:
        less = packed(dialect, "decreases", _BALANCE_TYPES, (_balance_row(*item) for item in decreases.items()))
        ids = listed(dialect, (key.bundle_id for key in decreases))
        batch.add(_decreased(dialect, one=less.one), less, decreased_ids=ids)
    increases = [
        {**_balance_row(key, change), "virtual": int(key.position.place_id in stamp.virtual)}
        for key, change in changes.items()
        if key not in decreases
    ]
    if increases:
        more = packed(dialect, "increases", _INCREASE_TYPES, increases)
        batch.add(_increased(dialect, one=more.one, after_decreases=bool(decreases)), more)
    return len(decreases)


def check(expected: int, done: Mapping[str, Sequence[Any]]) -> None:
    """Raise where fewer balances were decreased than were read before: then the lock was not held."""
    found = len(done.get("decreased", ()))
    if found != expected:
        raise RuntimeError(f"{expected} balances were to be decreased, {found} exist")


def _is_real_decrease(stamp: Stamp, key: BalanceKey, change: Quantity) -> bool:
    return min(change) < 0 and key.position.place_id not in stamp.virtual


@cache
def _moved(dialect: str, *, one: bool) -> Write:
    rows = given(dialect, "moves", _MOVE_TYPES, one=one)
    insert = _MOVES.insert().from_select(list(_MOVE_TYPES), select(*_columns(rows, list(_MOVE_TYPES))))
    return Write("moved", insert)


@cache
def _decreased(dialect: str, *, one: bool) -> Write:
    rows = given(dialect, "decreases", _BALANCE_TYPES, one=one)
    statement = (
        update(_BALANCES)
        .where(and_(*(_BALANCES.c[name] == rows.c[name] for name in _KEY)))
        .where(true() if one else one_of(dialect, _BALANCES.c.bundle_id, "decreased_ids"))
        .values({name: _BALANCES.c[name] + rows.c[name] for name in _AMOUNTS})
    )
    return Write("decreased", statement, _BALANCES.c.bundle_id)


@cache
def _increased(dialect: str, *, one: bool, after_decreases: bool) -> Write:
    rows = given(dialect, "increases", _INCREASE_TYPES, one=one)
    is_real = (rows.c.virtual == 0).label("is_real")
    source = select(*_columns(rows, _KEY), is_real, *_columns(rows, _AMOUNTS))
    source = source.where(behind(dialect, "decreased") if after_decreases else true())
    upsert: Any = postgresql if dialect == POSTGRESQL else sqlite
    insert = upsert.insert(_BALANCES).from_select((*_KEY, "is_real", *_AMOUNTS), source)
    statement = insert.on_conflict_do_update(
        index_elements=list(_KEY),
        set_={name: _BALANCES.c[name] + insert.excluded[name] for name in _AMOUNTS},
    )
    return Write("increased", statement)


def _columns(rows: FromClause, names: Sequence[str]) -> list[Any]:
    return [rows.c[name] for name in names]


def _balance_row(key: BalanceKey, change: Quantity) -> dict[str, Any]:
    return {"bundle_id": key.bundle_id, **key.position._asdict(), **change._asdict()}


def _move_row(stamp: Stamp, posting: Posting) -> dict[str, Any]:
    movement = posting.movement
    quantity, source, target = movement.quantity, movement.source, movement.target
    return {
        "warehouse_id": stamp.warehouse_id,
        "bundle_id": movement.bundle_id,
        "pieces": quantity.pieces,
        "length_mm": quantity.length_mm,
        "mass_g": quantity.mass_g,
        "from_place_id": source.place_id,
        "from_owner_id": source.owner_id,
        "from_state": source.state,
        "to_place_id": target.place_id,
        "to_owner_id": target.owner_id,
        "to_state": target.state,
        "document_kind": posting.document_kind,
        "document_number": posting.document_number,
        "reverses_id": posting.reverses_id,
        "event_at": posting.event_at,
        "recorded_at": stamp.recorded_at,
        "client_op_id": posting.client_op_id,
        "actor_id": stamp.actor_id,
    }
