"""Allocating goods to delivery orders (配货), and freeing them again: the state follows, move by move.

Whoever allocates locks the bundles that he chooses from, then the order, and chooses from what stands after that: two
orders never get one bundle, and the partial index on ``stock_allocation`` would refuse it.
"""

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import exists, insert, select
from sqlalchemy.orm import Session

from inventory import allocating, delivery_errors, errors
from inventory.allocating import Goods, Plan, Wanted
from inventory.delivery_models import DeliveryOrder, StockAllocation
from inventory.genealogy_models import BundleEdge, StockProcess
from inventory.making import Output
from inventory.models import Bundle, Warehouse
from inventory.operations import announcing, candidates, deliveries, holding, ledger, splitting, yard
from inventory.operations.yard import Stood
from inventory.quantities import Movement
from inventory.states import PROMISED, AllocationState, DeliveryStatus, Document, PlaceKind, State
from steelyard.core import audit
from steelyard.core.actors import Actor
from steelyard.core.database import db_now


def allocate(session: Session, actor: Actor, order_id: int) -> DeliveryOrder:
    """Keep goods for what an order still wants, by first in first out and the rules of its lines.

    Raises ``NotFound``, ``DeliveryEnded``, ``DeliveryExpired``, ``NothingToAllocate``, and ``AllocationShort`` where
    not one bundle fits; an order that is short of some is allocated what there is.
    """

    lines: list[Wanted] = []
    goods: list[Goods] = []

    def choice(order: DeliveryOrder) -> set[int]:
        lines[:] = candidates.wanted(session, candidates.lines_of(session, order.id))
        goods[:] = candidates.goods(session, order, lines, free=True) if lines else []
        return {one.bundle_id for one in goods}

    order = deliveries.locked(session, actor, order_id, deliveries.order_here, choice)
    deliveries.check_valid(order, db_now(session))
    if not lines:
        raise delivery_errors.NothingToAllocate(number=order.number)
    plans = allocating.plan(lines, goods)
    if not any(one.taken for one in plans):
        raise delivery_errors.AllocationShort(number=order.number)
    _keep(session, actor, order, plans)
    return order


def _keep(session: Session, actor: Actor, order: DeliveryOrder, plans: Sequence[Plan]) -> None:
    taken = [(plan.line_id, one) for plan in plans for one in plan.taken]
    now = db_now(session)
    rows = [
        {
            "order_id": order.id, "line_id": line_id, "bundle_id": one.goods.bundle_id, "is_part": one.is_part,
            "state": AllocationState.RESERVED, "pieces": one.quantity.pieces, "mass_g": one.quantity.mass_g,
            "allocated_at": now, "allocated_by": actor.user_id,
        }
        for line_id, one in taken
    ]  # fmt: skip
    session.execute(insert(StockAllocation), rows)
    order.status = DeliveryStatus.ALLOCATED
    deliveries.touch(session, order)
    stood = yard.standing(session, [one.goods.bundle_id for _, one in taken])
    movements = _shifted(stood, dict.fromkeys(stood, State.RESERVED), {State.AVAILABLE})
    post(session, actor, order, movements)
    missing = {str(one.line_id): one.missing for one in plans if one.missing > 0}
    detail = {"tags": [one.goods.tag for _, one in taken], "missing": missing}
    audit.record(session, actor, "inventory.delivery_allocated", f"delivery:{order.number}", detail)
    warehouse = session.get_one(Warehouse, order.warehouse_id)
    load = announcing.load_of(session, movements)
    deliveries.tell(session, "delivery_allocated", warehouse, order, {**load, "allocated_at": now.isoformat()})


def explain(session: Session, order: DeliveryOrder) -> list[Plan]:
    """What each line that wants more would get now, and of every other bundle in the yard why it would not."""
    lines = candidates.wanted(session, candidates.lines_of(session, order.id))
    if not lines:
        return []
    return allocating.plan(lines, candidates.goods(session, order, lines, free=False))


def give_back(
    session: Session, actor: Actor, order_id: int, tags: Collection[str], reason: str, place: str | None = None
) -> DeliveryOrder:
    """Take bundles off an order, picked ones too, and back into stock: where they lie, or at ``place``.

    Raises ``NotFound``, ``DeliveryEnded``, ``NotAllocated``, ``PlaceUnknown`` and ``PlaceBlocked``.
    """
    order = deliveries.locked(session, actor, order_id, deliveries.order_here, deliveries.kept_bundles(session))
    deliveries.check_open(order)
    kept = {one.bundle_id: one for one in deliveries.open_allocations(session, order.id)}
    named = select(Bundle.tag, Bundle.id).where(Bundle.id.in_(kept), Bundle.tag.in_(tags))
    ids: dict[str, int] = dict(session.execute(named).all())
    for tag in tags:
        if tag not in ids:
            raise delivery_errors.NotAllocated(tag=tag, number=order.number)
    target = None
    if place is not None:
        target = yard.real_places(session, order.warehouse_id, [place]).get(place)
        if target is None:
            raise errors.PlaceUnknown(place=place)
        if yard.blocked(session, [target]):
            raise errors.PlaceBlocked(place=place)
    free(session, actor, order, [kept[ids[tag]] for tag in dict.fromkeys(tags)], reason, target)
    return order


def cancel(session: Session, actor: Actor, order_id: int, reason: str) -> DeliveryOrder:
    """End an order and free all that is kept for it; what left on it stays left. Raises ``DeliveryEnded``."""
    order = deliveries.locked(session, actor, order_id, deliveries.order_of_either, deliveries.kept_bundles(session))
    deliveries.check_open(order)
    free(session, actor, order, deliveries.open_allocations(session, order.id), reason)
    end(session, actor, order, DeliveryStatus.CANCELLED, reason)
    audit.record(session, actor, "inventory.delivery_cancelled", f"delivery:{order.number}", {"reason": reason})
    warehouse = session.get_one(Warehouse, order.warehouse_id)
    deliveries.tell(session, "delivery_cancelled", warehouse, order, {"reason": reason})
    return order


def end(session: Session, actor: Actor, order: DeliveryOrder, status: DeliveryStatus, reason: str | None) -> None:
    """Bring a locked order to its end."""
    order.status, order.reason = status, reason
    order.ended_at, order.ended_by = db_now(session), actor.user_id
    session.flush()


def free(
    session: Session, actor: Actor | None, order: DeliveryOrder, allocations: Sequence[StockAllocation], reason: str,
    place_id: int | None = None,
) -> None:  # fmt: skip
    """Release allocations of a locked order whose bundles are locked; what quality keeps goes to quarantine.

    Without an ``actor`` it is the clock that releases them. A bundle that a stocktake missed is released where the
    books have it, so that it comes back as free as it is.
    """
    if not allocations:
        return
    ids, now = [one.bundle_id for one in allocations], db_now(session)
    by = None if actor is None else actor.user_id
    for one in allocations:
        one.state, one.reason, one.ended_at, one.ended_by = AllocationState.RELEASED, reason, now, by
    session.flush()
    rest = (StockAllocation.order_id == order.id, StockAllocation.state != AllocationState.RELEASED)
    is_some_left = bool(session.scalar(select(exists().where(*rest))))
    order.status = DeliveryStatus.ALLOCATED if is_some_left else DeliveryStatus.PLACED
    deliveries.touch(session, order)
    stood = yard.standing(session, ids)
    movements = _shifted(stood, states_when_free(session, ids), PROMISED, place_id)
    post(session, actor, order, movements)
    audit.record(
        session, actor, "inventory.delivery_released", f"delivery:{order.number}",
        {"reason": reason, "bundles": len(ids)},
    )  # fmt: skip
    warehouse = session.get_one(Warehouse, order.warehouse_id)
    load = announcing.load_of(session, movements)
    deliveries.tell(session, "delivery_released", warehouse, order, {"reason": reason, **load})


def states_when_free(session: Session, ids: Collection[int]) -> dict[int, State]:
    """The state in which each locked bundle lies once no order keeps it."""
    kept = {id_ for id_, hold in yard.held(session, ids).items() if hold.is_quality} | holding.reported(session, ids)
    return {id_: State.QUARANTINE if id_ in kept else State.AVAILABLE for id_ in ids}


def _shifted(
    stood: Mapping[int, Sequence[Stood]], states: Mapping[int, State], before: Collection[State],
    place_id: int | None = None,
) -> list[Movement]:  # fmt: skip
    """Movements of whole bundles into other states, and to ``place_id`` of those that lie in the yard."""
    found = []
    for bundle_id, places in sorted(stood.items()):
        for at in places:
            if at.position.state not in before or at.kind not in (PlaceKind.REAL, PlaceKind.COUNT_DIFFERENCE):
                continue
            target = at.position._replace(state=states[bundle_id])
            if place_id is not None and at.kind is PlaceKind.REAL:
                target = target.at(place_id)
            found.append(Movement(bundle_id, at.quantity, at.position, target))
    return found


def post(session: Session, actor: Actor | None, order: DeliveryOrder, movements: Sequence[Movement]) -> None:
    """Post movements on a delivery order; those of the clock in the name of who placed it and set its validity."""
    virtual = frozenset(yard.virtual_places(session, order.warehouse_id).values())
    by = order.placed_by if actor is None else actor.user_id
    stamp = ledger.Stamp(order.warehouse_id, virtual, db_now(session), by)
    postings = [ledger.Posting(one, Document.DELIVERY, order.number, stamp.recorded_at) for one in movements]
    ledger.post(session, stamp, postings)


def split(
    session: Session, actor: Actor, order_id: int, tag: str, part_tag: str | None = None, rest_tag: str | None = None
) -> DeliveryOrder:
    """Split the ordered part off a bundle: the part is kept for the order, the rest is free.

    Raises ``NotFound``, ``DeliveryEnded``, ``NotAllocated``, ``NotAPart`` and what a split raises.
    """
    order = deliveries.locked(session, actor, order_id, deliveries.order_here, deliveries.kept_bundles(session))
    deliveries.check_open(order)
    query = select(StockAllocation, Bundle).join(Bundle, Bundle.id == StockAllocation.bundle_id)
    mine = (StockAllocation.order_id == order.id, StockAllocation.state == AllocationState.RESERVED, Bundle.tag == tag)
    row = session.execute(query.where(*mine)).one_or_none()
    if row is None:
        raise delivery_errors.NotAllocated(tag=tag, number=order.number)
    kept, bundle = row
    whole = sum(at.quantity.pieces for at in yard.standing(session, [bundle.id]).get(bundle.id, [])[:1])
    if not kept.is_part or whole <= kept.pieces:
        raise delivery_errors.NotAPart(tag=tag, number=order.number)
    free(session, actor, order, [kept], "split")
    parts = [Output(kept.pieces, tag=part_tag), Output(whole - kept.pieces, tag=rest_tag)]
    process = splitting.split(session, actor, order.warehouse_id, tag, parts, order.number)
    _keep_part(session, actor, order, kept, process)
    return order


def _keep_part(
    session: Session, actor: Actor, order: DeliveryOrder, kept: StockAllocation, process: StockProcess
) -> None:
    """Keep for the order what was split off for it: the first bundle that this split made."""
    made = session.scalars(
        select(BundleEdge.child_id).where(BundleEdge.process_id == process.id).order_by(BundleEdge.id).limit(1)
    ).one()
    stood = yard.standing(session, [made])
    at = stood[made][0]
    part = StockAllocation(
        order_id=order.id, line_id=kept.line_id, bundle_id=made, state=AllocationState.RESERVED, is_part=False,
        pieces=at.quantity.pieces, mass_g=at.quantity.mass_g, allocated_at=db_now(session), allocated_by=actor.user_id,
    )  # fmt: skip
    session.add(part)
    order.status = DeliveryStatus.ALLOCATED
    deliveries.touch(session, order)
    post(session, actor, order, _shifted(stood, {made: State.RESERVED}, {State.AVAILABLE, State.QUARANTINE}))
