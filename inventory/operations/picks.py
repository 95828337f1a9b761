"""Picking by scan (拣货): what is read before picks are judged, and what is written after it.

Nothing is asked where there are none: the orders are locked with the other documents that are named; their lines, what
is kept for them and what else was scanned are read with all that scans are judged by.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any, cast

from sqlalchemy import BigInteger, ColumnElement, Integer, String, Table, false, func, select, true, update

from inventory.delivery_models import DeliveryLine, DeliveryOrder, StockAllocation
from inventory.models import Bundle, Place, StockBalance
from inventory.operations import announcing, candidates, holding, parts
from inventory.operations.announcing import Ground
from inventory.operations.gathering import Gathered, Label
from inventory.operations.ledger import Stamp
from inventory.operations.parts import WAREHOUSE, Query, Rows, Wanted
from inventory.picking import Kept, OrderView, Pick
from inventory.scanning import Operation
from inventory.states import AllocationState, DeliveryStatus, OperationKind, State
from steelyard.core.batch import Batch, Write, behind
from steelyard.core.models import UtcDateTime
from steelyard.core.outbox import Notice
from steelyard.core.prepared import given, listed, one_of, packed
from steelyard.core.rowset import RowTypes

_INT, _STR, _MOMENT = BigInteger(), String(), UtcDateTime()
_TYPES: RowTypes = {
    "id": _INT, "order_id": _INT, "line_id": _INT, "bundle_id": _INT, "state": _STR, "pieces": Integer(),
    "mass_g": _INT, "allocated_at": _MOMENT, "allocated_by": _INT, "picked_at": _MOMENT, "picked_by": _INT,
    "ended_at": _MOMENT, "ended_by": _INT, "reason": _STR,
}  # fmt: skip
_WHEN = ("picked_at", "picked_by", "ended_at", "ended_by")


def swaps(operations: Iterable[Operation]) -> Wanted:
    """The tags of bundles that a swap could free, as a part of a larger question; nothing where none is asked for."""
    numbers = {op.delivery_number for op in operations if op.kind is OperationKind.PICK and op.swap_reason}
    return {_swapped: {"swap_numbers": numbers - {None}}} if numbers else {}


def _swapped(dialect: str) -> Iterator[Query]:
    query = (
        select(Bundle.tag)
        .join(StockAllocation, StockAllocation.bundle_id == Bundle.id)
        .join(DeliveryOrder, DeliveryOrder.id == StockAllocation.order_id)
        .where(DeliveryOrder.warehouse_id == WAREHOUSE, one_of(dialect, DeliveryOrder.number, "swap_numbers"))
        .where(StockAllocation.state == AllocationState.RESERVED)
    )
    yield parts.whole(dialect, "swapped", query)


def freed(rows: Rows) -> set[str]:
    """The tags of the bundles that a swap could free, so that they are locked with those scanned."""
    return {tag for (tag,) in rows.get("swapped", ())}


def locked(dialect: str) -> Iterator[Query]:
    """The part that locks the orders ``order_numbers``."""
    order = DeliveryOrder
    query = select(order.id, order.number, order.owner_id, order.status, order.valid_until)
    query = query.where(order.warehouse_id == WAREHOUSE, one_of(dialect, order.number, "order_numbers"))
    yield parts.whole(dialect, "order", query.order_by(order.id).with_for_update())


def orders(rows: Rows) -> dict[int, OrderView]:
    """The orders that were locked, by id; what is kept for them is not known yet."""
    return {
        id_: OrderView(id_, number, owner_id, DeliveryStatus(status), parts.moment(valid_until))
        for id_, number, owner_id, status, valid_until in rows.get("order", ())
    }


def wanted(views: Mapping[int, OrderView], labels: Collection[int]) -> Wanted:
    """What picks are judged by, as parts of a larger question: asked for once orders and bundles are locked."""
    lists = {"order_ids": views, "picked_ids": labels}
    return {_ordered: lists, candidates.named: {}, holding.reported_about: {}} if views else {}


def _ordered(dialect: str) -> Iterator[Query]:
    """The lines of the orders ``order_ids``, and what is kept for them with its place in walking order."""
    lines = select(DeliveryLine.__table__)
    yield parts.whole(dialect, "line", lines.where(one_of(dialect, DeliveryLine.order_id, "order_ids")))
    one, walk = StockAllocation, func.row_number().over(order_by=[*candidates.WALK, Bundle.id])
    kept = (
        select(
            walk.label("walk"), one.order_id, one.line_id, one.bundle_id, Bundle.tag, Place.code, one.pieces,
            one.mass_g, Bundle.heat_id, one.state, one.is_part, one.id.label("allocation_id"),
        )
        .join(Bundle, Bundle.id == one.bundle_id)
        .join(StockBalance, (StockBalance.bundle_id == Bundle.id) & StockBalance.is_real & (StockBalance.pieces > 0))
        .join(Place, Place.id == StockBalance.place_id)
        .where(one_of(dialect, one.order_id, "order_ids"), one.state != AllocationState.RELEASED)
    )  # fmt: skip
    yield parts.whole(dialect, "kept_for", kept)


def view(views: Mapping[int, OrderView], found: Gathered) -> dict[str, OrderView]:
    """The orders by number, with all that picks are judged by."""
    for row in found.rows.get("line", ()):
        line = DeliveryLine(**dict(zip(DeliveryLine.__table__.columns.keys(), row, strict=True)))
        views[line.order_id].lines[line.id] = candidates.whole(line)
    for _, order_id, *kept in sorted(found.rows.get("kept_for", ())):
        one = Kept(*kept)
        one.state, one.is_locked = AllocationState(one.state), one.bundle_id in found.labels
        views[order_id].kept.append(one)
    on_lists = {one.bundle_id for order in views.values() for one in order.kept}
    goods = {id_: one for id_, one in candidates.goods_of(found.rows).items() if id_ not in on_lists}
    reported = dict(found.rows.get("reported", ()))
    kept_back = reported.keys() | {one.bundle_id for one in found.bundles.values() if one.quarantined}
    for order in views.values():
        order.goods, order.reported = goods, reported
        for one in order.kept:
            one.when_free = State.QUARANTINE if one.bundle_id in kept_back else State.AVAILABLE
    return {order.number: order for order in views.values()}


def add(batch: Batch, stamp: Stamp, views: Iterable[OrderView]) -> None:
    """Add to ``batch`` what became of bundles that are kept: those picked, those freed, those taken in their place."""
    changed = [(view, one) for view in views for one in view.kept if one.changed]
    if not changed:
        return
    dialect = batch.dialect
    known = [_row(stamp, view, one) for view, one in changed if one.allocation_id is not None]
    if known:
        rows = packed(dialect, "kept_before", _TYPES, known)
        batch.add(_kept(dialect, one=rows.one), rows)
    fresh = [_row(stamp, view, one) for view, one in changed if one.allocation_id is None]
    if fresh:
        rows = packed(dialect, "kept_instead", _TYPES, fresh)
        batch.add(_taken(dialect, one=rows.one, after_others=bool(known)), rows)
    orders_changed = {view.order_id for view, _ in changed}
    batch.add(_fetched_anew(dialect), orders_changed=listed(dialect, orders_changed))


@cache
def _kept(dialect: str, *, one: bool) -> Write:
    rows, table = given(dialect, "kept_before", _TYPES, one=one), cast(Table, StockAllocation.__table__)
    told: dict[str, ColumnElement[Any]] = {name: rows.c[name] for name in ("state", "reason")}
    # What was picked before and is freed now keeps by whom it was picked.
    told |= {name: func.coalesce(rows.c[name], table.c[name]) for name in _WHEN}
    statement = update(table).where(table.c.id == rows.c.id).values(told)
    return Write("kept", statement, table.c.id)


@cache
def _taken(dialect: str, *, one: bool, after_others: bool) -> Write:
    """A bundle freed may take another's place in the same batch: it is freed first."""
    rows, table = given(dialect, "kept_instead", _TYPES, one=one), cast(Table, StockAllocation.__table__)
    names = [name for name in _TYPES if name != "id"]
    source = select(*(rows.c[name] for name in names)).where(behind(dialect, "kept") if after_others else true())
    return Write("taken", table.insert().from_select([*names, "is_part"], source.add_columns(false())))


@cache
def _fetched_anew(dialect: str) -> Write:
    table = cast(Table, DeliveryOrder.__table__)
    statement = update(table).where(one_of(dialect, table.c.id, "orders_changed"))
    return Write("fetched_anew", statement.values(version=table.c.version + 1))


def _row(stamp: Stamp, view: OrderView, one: Kept) -> dict[str, Any]:
    picked = one.state is AllocationState.PICKED
    return {
        "id": one.allocation_id, "order_id": view.order_id, "line_id": one.line_id, "bundle_id": one.bundle_id,
        "state": one.state, "pieces": one.pieces, "mass_g": one.mass_g,
        "allocated_at": stamp.recorded_at, "allocated_by": stamp.actor_id,
        "picked_at": stamp.recorded_at if picked else None, "picked_by": stamp.actor_id if picked else None,
        "ended_at": None if picked else stamp.recorded_at, "ended_by": None if picked else stamp.actor_id,
        "reason": one.reason or None,
    }  # fmt: skip


def notices(ground: Ground, labels: Mapping[int, Label], picks: Sequence[Pick]) -> list[Notice]:
    """One event for each order that was picked for."""
    by_order: dict[int, list[Pick]] = {}
    for one in picks:
        by_order.setdefault(one.order.order_id, []).append(one)
    found: list[Notice] = []
    for order_id, done in sorted(by_order.items()):
        order = done[0].order
        bundles = [
            {
                "bundle_id": one.movements[0].bundle_id, "tag": labels[one.movements[0].bundle_id].tag,
                "heat_number": labels[one.movements[0].bundle_id].heat_number,
                "certificate_number": labels[one.movements[0].bundle_id].certificate_number,
                **one.movements[0].quantity._asdict(), "instead_of": one.freed,
            }
            for one in done
        ]  # fmt: skip
        data = {"delivery_id": order_id, "number": order.number, **announcing.summary(bundles)}
        found += announcing.notices("bundle_picked", f"delivery:{order.number}", ground, {order.owner_id: data})
    return found
