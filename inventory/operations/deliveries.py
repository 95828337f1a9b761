"""Owners' delivery orders (提货单): placed and changed by the owner; nothing moves before goods are allocated.

Locks as everywhere: bundles by id, then the order (:func:`locked`).
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import exists, select
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from inventory import delivery_errors, documents, errors
from inventory.delivery_models import DeliveryLine, DeliveryOrder, StockAllocation
from inventory.models import Bundle, Product, StockBalance, Warehouse
from inventory.operations import announcing, yard
from inventory.operations.candidates import OPEN
from inventory.states import Condition, DeliveryStatus
from steelyard.core import audit
from steelyard.core.actors import Actor
from steelyard.core.clock import business_date
from steelyard.core.database import db_now
from steelyard.core.errors import NotFound
from steelyard.core.numbering import next_number
from steelyard.core.units import UnitError, parse_size

LONGEST_VALIDITY = timedelta(days=366)
ENDED = frozenset({DeliveryStatus.COMPLETED, DeliveryStatus.CANCELLED})


@dataclass(frozen=True, slots=True)
class OrderedLine:
    """A bundle by its tag, or ``pieces`` or ``mass_g`` of what product, size, grade and standard describe."""

    tag: str | None = None
    product_id: int | None = None
    size: str | None = None
    grade: str | None = None
    standard: str | None = None
    pieces: int | None = None
    mass_g: int | None = None
    min_piece_mm: int | None = None
    max_piece_mm: int | None = None
    one_heat: bool = False
    certified: bool = False
    whole_bundles: bool = True
    condition: Condition | None = None


@dataclass(frozen=True, slots=True)
class Ordered:
    """What an owner orders; ``pass_hash`` is the slow hash of the pick-up code."""

    order_number: str
    plate: str
    pass_hash: str
    valid_until: datetime
    lines: Sequence[OrderedLine]
    driver: str | None = None
    waybill_number: str | None = None
    remark: str | None = None
    tolerance_permille: int | None = None


def place(session: Session, actor: Actor, warehouse_id: int, ordered: Ordered) -> DeliveryOrder:
    """Place an order on goods of the actor's organisation.

    Raises ``NotFound`` for a yard in which it has none, ``OrderTaken``, ``DeliveryDeadline``, ``DeliveryLineUnclear``,
    ``LengthsCrossed``, ``BundleUnknown`` (also for another owner's), ``TagRepeated``, ``ProductUnknown`` and
    ``SizeUnreadable``.
    """
    warehouse = documents.warehouse(session, actor, warehouse_id)
    now = db_now(session)
    _check_validity(ordered.valid_until, now)
    lines = _lines(session, actor.org_id, warehouse_id, ordered.lines)
    taken = exists().where(
        DeliveryOrder.owner_id == actor.org_id, DeliveryOrder.order_number == ordered.order_number,
        DeliveryOrder.status != DeliveryStatus.CANCELLED,
    )  # fmt: skip
    if session.scalar(select(taken)):
        raise errors.OrderTaken(number=ordered.order_number)
    order = DeliveryOrder(
        number=next_number(session, "TH", business_date(now)), order_number=ordered.order_number,
        warehouse_id=warehouse_id, owner_id=actor.org_id, plate=ordered.plate, driver=ordered.driver,
        waybill_number=ordered.waybill_number, pass_hash=ordered.pass_hash, remark=ordered.remark,
        tolerance_permille=ordered.tolerance_permille,
        status=DeliveryStatus.PLACED, valid_until=ordered.valid_until, placed_at=now, placed_by=actor.user_id,
    )  # fmt: skip
    session.add(order)
    session.flush()
    _write_lines(session, order, lines)
    audit.record(session, actor, "inventory.delivery_ordered", f"delivery:{order.number}", {"lines": len(lines)})
    tell(session, "delivery_ordered", warehouse, order, {"plate": order.plate, "lines": len(lines)})
    return order


def change(session: Session, actor: Actor, order: DeliveryOrder, given: Mapping[str, Any]) -> DeliveryOrder:
    """Change an order of one's own that is locked: lorry, driver, waybill, validity, and before allocation its lines.

    Raises ``DeliveryEnded``, ``DeliveryAllocated`` and what :func:`place` raises of lines and validity.
    """
    check_open(order)
    if (valid_until := given.get("valid_until")) is not None:
        _check_validity(valid_until, db_now(session))
    if (lines := given.get("lines")) is not None:
        if session.scalar(select(exists().where(StockAllocation.order_id == order.id))):
            raise delivery_errors.DeliveryAllocated(number=order.number)
        fresh = _lines(session, order.owner_id, order.warehouse_id, lines)
        for line in session.scalars(select(DeliveryLine).where(DeliveryLine.order_id == order.id)):
            session.delete(line)
        session.flush()
        _write_lines(session, order, fresh)
    for name in ("plate", "driver", "waybill_number", "remark", "valid_until", "tolerance_permille"):
        if name in given:
            setattr(order, name, given[name])
    touch(session, order)
    audit.record(session, actor, "inventory.delivery_changed", f"delivery:{order.number}", {"fields": sorted(given)})
    warehouse = session.get_one(Warehouse, order.warehouse_id)
    tell(session, "delivery_changed", warehouse, order, {"plate": order.plate, "fields": sorted(given)})
    return order


def renew_code(session: Session, actor: Actor, order_id: int, pass_hash: str) -> DeliveryOrder:
    """Give an order of one's own another pick-up code; the former opens nothing any more. Raises ``DeliveryEnded``."""
    order = own_order(session, actor, order_id, lock=True)
    check_open(order)
    order.pass_hash = pass_hash
    session.flush()
    audit.record(session, actor, "inventory.delivery_code_renewed", f"delivery:{order.number}")
    return order


def _check_validity(valid_until: datetime, now: datetime) -> None:
    if not now < valid_until <= now + LONGEST_VALIDITY:
        raise delivery_errors.DeliveryDeadline(days=LONGEST_VALIDITY.days)


def _lines(session: Session, owner_id: int, warehouse_id: int, lines: Sequence[OrderedLine]) -> list[dict[str, Any]]:
    bundles = _named(session, owner_id, warehouse_id, [line.tag for line in lines if line.tag is not None])
    known = {line.product_id for line in lines if line.product_id is not None}
    products = set(session.scalars(select(Product.id).where(Product.id.in_(known))))
    for missing in sorted(known - products):
        raise errors.ProductUnknown(product_id=missing)
    return [_line(number, line, bundles) for number, line in enumerate(lines, 1)]


def _named(session: Session, owner_id: int, warehouse_id: int, tags: Sequence[str]) -> dict[str, int]:
    """The owner's bundles in the yard that bear ``tags``; another's bundle is as unknown as a tag that nobody bears."""
    lies = exists().where(StockBalance.bundle_id == Bundle.id, StockBalance.owner_id == owner_id, StockBalance.is_real)
    query = select(Bundle.tag, Bundle.id).where(
        Bundle.warehouse_id == warehouse_id, Bundle.voided == 0, Bundle.tag.in_(tags),
        lies.where(StockBalance.pieces > 0),
    )  # fmt: skip
    found: dict[str, int] = dict(session.execute(query).all())
    for tag in tags:
        if tag not in found:
            raise errors.BundleUnknown(tag=tag)
        if tags.count(tag) > 1:
            raise errors.TagRepeated(tag=tag)
    return found


def _line(number: int, line: OrderedLine, bundles: Mapping[str, int]) -> dict[str, Any]:
    described = (line.product_id, line.size, line.grade, line.standard)
    measures = [one for one in (line.pieces, line.mass_g) if one is not None]
    named = line.tag is not None
    if named == any(one is not None for one in described) or len(measures) != (0 if named else 1):
        raise delivery_errors.DeliveryLineUnclear(line=number)
    if line.min_piece_mm is not None and line.max_piece_mm is not None and line.min_piece_mm > line.max_piece_mm:
        raise delivery_errors.LengthsCrossed(line=number)
    try:
        size = parse_size(line.size) if line.size is not None else None
    except UnitError:
        raise errors.SizeUnreadable(text=line.size) from None
    fixed = size.length_mm if size is not None else None
    return {
        "bundle_id": bundles[line.tag] if line.tag is not None else None, "product_id": line.product_id,
        "od_mm_x100": size.od_mm_x100 if size else None, "wall_mm_x100": size.wall_mm_x100 if size else None,
        "grade": line.grade, "standard": line.standard, "pieces": line.pieces, "mass_g": line.mass_g,
        "min_piece_mm": line.min_piece_mm or fixed, "max_piece_mm": line.max_piece_mm or fixed,
        "one_heat": line.one_heat, "certified": line.certified, "whole_bundles": line.whole_bundles,
        "condition": line.condition,
    }  # fmt: skip


def _write_lines(session: Session, order: DeliveryOrder, lines: Sequence[Mapping[str, Any]]) -> None:
    session.add_all(DeliveryLine(order_id=order.id, position=number, **line) for number, line in enumerate(lines, 1))
    session.flush()


def own_order(session: Session, actor: Actor, order_id: int, *, lock: bool = False) -> DeliveryOrder:
    """An order that the actor's organisation placed; raises ``NotFound``."""
    order = _found(session, order_id, lock=lock)
    if order.owner_id != actor.org_id:
        raise NotFound
    return order


def order_here(session: Session, actor: Actor, order_id: int, *, lock: bool = False) -> DeliveryOrder:
    """An order on the actor's own yard; raises ``NotFound``."""
    order = _found(session, order_id, lock=lock)
    if session.get_one(Warehouse, order.warehouse_id).org_id != actor.org_id:
        raise NotFound
    return order


def order_of_either(session: Session, actor: Actor, order_id: int, *, lock: bool = False) -> DeliveryOrder:
    """An order that the actor's organisation placed, or on its own yard; raises ``NotFound``."""
    order = _found(session, order_id, lock=lock)
    if actor.org_id not in (order.owner_id, session.get_one(Warehouse, order.warehouse_id).org_id):
        raise NotFound
    return order


def _found(session: Session, order_id: int, *, lock: bool) -> DeliveryOrder:
    query = select(DeliveryOrder).where(DeliveryOrder.id == order_id)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    order = session.scalars(query).one_or_none()
    if order is None:
        raise NotFound
    return order


Find = Callable[..., DeliveryOrder]


def locked(
    session: Session, actor: Actor, order_id: int, find: Find, bundles_of: Callable[[DeliveryOrder], Collection[int]]
) -> DeliveryOrder:
    """The order and the bundles that it is about, all locked, bundles first.

    Where ``bundles_of`` names more once the order is locked, all of it is let go for another round: a bundle that is
    locked after one with a higher id could wait for somebody who waits for that one.
    """
    held = set(bundles_of(find(session, actor, order_id)))
    while True:
        attempt = session.begin_nested()
        yard.lock_by_ids(session, held)
        order = find(session, actor, order_id, lock=True)
        if (now := set(bundles_of(order))) <= held:
            attempt.commit()
            return order
        attempt.rollback()
        held |= now


def locked_by_clock(session: Session, order_id: int) -> DeliveryOrder:
    """An order that exists, locked on nobody's behalf; the bundles that it is about are locked already."""
    return _found(session, order_id, lock=True)


def open_allocations(session: Session, order_id: int) -> Sequence[StockAllocation]:
    """What is kept for the order now, in the order of the bundles."""
    query = select(StockAllocation).where(StockAllocation.order_id == order_id, StockAllocation.state.in_(OPEN))
    return session.scalars(query.order_by(StockAllocation.bundle_id).execution_options(populate_existing=True)).all()


def kept_bundles(session: Session) -> Callable[[DeliveryOrder], set[int]]:
    """For :func:`locked`: the bundles that are kept for an order."""
    return lambda order: {one.bundle_id for one in open_allocations(session, order.id)}


def touch(session: Session, order: DeliveryOrder) -> None:
    """Count a change of what belongs to a locked order as one of the order, so that readers fetch it anew."""
    flag_modified(order, "status")
    session.flush()


def check_open(order: DeliveryOrder) -> None:
    """Raise ``DeliveryEnded`` for an order that is completed or cancelled."""
    if order.status in ENDED:
        raise delivery_errors.DeliveryEnded(number=order.number)


def check_valid(order: DeliveryOrder, now: datetime) -> None:
    """Raise ``DeliveryEnded``, or ``DeliveryExpired`` for an order whose time has run out."""
    check_open(order)
    if now > order.valid_until:
        raise delivery_errors.DeliveryExpired(number=order.number)


def tell(session: Session, type_: str, warehouse: Warehouse, order: DeliveryOrder, data: Mapping[str, Any]) -> None:
    """Publish what happened to an order, for its owner and the yard."""
    common = {
        "delivery_id": order.id, "number": order.number, "order_number": order.order_number,
        "owner_org_id": order.owner_id, "status": order.status,
    }  # fmt: skip
    announcing.announce(session, type_, f"delivery:{order.number}", warehouse, [order.owner_id], {**common, **data})
