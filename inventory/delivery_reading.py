"""Reading delivery orders, what is kept for them, and gate passes; bound to who asks."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Select, and_, select
from sqlalchemy.orm import Session

from inventory import lineage, visibility
from inventory.delivery_models import DeliveryLine, DeliveryOrder, GatePass, StockAllocation
from inventory.models import Bundle, Heat, Place, Product, StockBalance, StockIssue, Warehouse
from inventory.operations import allocating, yard
from inventory.operations.candidates import WALK
from inventory.queries import Record
from inventory.states import AllocationState, DeliveryStatus
from steelyard.accounts.models import Organisation
from steelyard.core.actors import Actor
from steelyard.core.errors import NotFound
from steelyard.core.units import Size

ENDED = (DeliveryStatus.COMPLETED, DeliveryStatus.CANCELLED)


def orders(actor: Actor, wanted: Mapping[str, Any]) -> Select[DeliveryOrder]:
    """Delivery orders, narrowed by warehouse, status, the owner's number and the plate."""
    query = select(DeliveryOrder).where(visibility.documents(actor, DeliveryOrder.warehouse_id, DeliveryOrder.owner_id))
    for name in ("warehouse_id", "status", "order_number", "plate"):
        if wanted.get(name) is not None:
            query = query.where(getattr(DeliveryOrder, name) == wanted[name])
    return query


def to_pick(actor: Actor) -> Select[DeliveryOrder]:
    """The orders of the actor's yards for which goods are kept."""
    return orders(actor, {"status": DeliveryStatus.ALLOCATED})


def order(session: Session, actor: Actor, order_id: int) -> Record:
    """An order with its lines, what is kept for it in walking order, and its gate passes; raises ``NotFound``."""
    found = seen(session, actor, order_id)
    warehouse, owner = session.get_one(Warehouse, found.warehouse_id), session.get_one(Organisation, found.owner_id)
    kept = _kept(session, order_id)
    return {
        **{column.key: getattr(found, column.key) for column in DeliveryOrder.__table__.columns},
        "warehouse_code": warehouse.code,
        "owner_name": owner.name,
        "lines": _lines(session, order_id, kept),
        "allocations": kept,
        "gate_passes": [
            _passed(row) for row in session.execute(passes(actor, {}).where(GatePass.order_id == order_id))
        ],
    }


def seen(session: Session, actor: Actor, order_id: int) -> DeliveryOrder:
    """An order that the actor sees; raises ``NotFound``."""
    found = session.scalars(orders(actor, {}).where(DeliveryOrder.id == order_id)).one_or_none()
    if found is None:
        raise NotFound
    return found


def _kept(session: Session, order_id: int) -> list[Record]:
    here = and_(StockBalance.bundle_id == Bundle.id, StockBalance.is_real, StockBalance.pieces > 0)
    query = (
        select(
            StockAllocation,
            DeliveryLine.position,
            Bundle.tag,
            Bundle.certificate_number,
            Heat.heat_number,
            lineage.IS_MIXED.label("mixed_heats"),
            Place.code,
        )
        .join(DeliveryLine, DeliveryLine.id == StockAllocation.line_id)
        .join(Bundle, Bundle.id == StockAllocation.bundle_id)
        .join(Heat, Heat.id == Bundle.heat_id)
        .outerjoin(StockBalance, here)
        .outerjoin(Place, Place.id == StockBalance.place_id)
        .where(StockAllocation.order_id == order_id)
        .order_by(*WALK, Bundle.tag, StockAllocation.id)
    )
    rows = session.execute(query).all()
    held = yard.held(session, [one.bundle_id for one, *_ in rows])
    return [
        {
            **{name: getattr(one, name) for name in ("bundle_id", "state", "is_part", "pieces", "mass_g", "reason")},
            "line_id": one.line_id, "line": line, "tag": tag, "certificate_number": certificate, "heat_number": heat,
            "mixed_heats": mixed, "place": place, "held": one.bundle_id in held,
        }
        for one, line, tag, certificate, heat, mixed, place in rows
    ]  # fmt: skip


def _lines(session: Session, order_id: int, kept: Sequence[Record]) -> list[Record]:
    query = (
        select(DeliveryLine, Bundle.tag, Product)
        .outerjoin(Bundle, Bundle.id == DeliveryLine.bundle_id)
        .outerjoin(Product, Product.id == DeliveryLine.product_id)
        .where(DeliveryLine.order_id == order_id)
        .order_by(DeliveryLine.position)
    )
    return [_line(line, tag, product, kept) for line, tag, product in session.execute(query)]


def _line(line: DeliveryLine, tag: str | None, product: Product | None, kept: Sequence[Record]) -> Record:
    mine = [one for one in kept if one["line_id"] == line.id]
    waits = [one for one in mine if one["state"] in (AllocationState.RESERVED, AllocationState.PICKED)]
    left = [one for one in mine if one["state"] == AllocationState.ISSUED]
    size = None if line.od_mm_x100 is None else Size(line.od_mm_x100, line.wall_mm_x100, None).text()
    return {
        **{column.key: getattr(line, column.key) for column in DeliveryLine.__table__.columns},
        "tag": tag, "size": size, "product": product,
        "kept_pieces": sum(one["pieces"] for one in waits), "kept_g": sum(one["mass_g"] for one in waits),
        "issued_pieces": sum(one["pieces"] for one in left), "issued_g": sum(one["mass_g"] for one in left),
    }  # fmt: skip


def explanation(session: Session, actor: Actor, order_id: int) -> Record:
    """Of each line that wants more what it would get now, and why not the rest; raises ``NotFound``."""
    found = seen(session, actor, order_id)
    if found.status in ENDED:
        return {"lines": []}
    positions = dict(
        session.execute(select(DeliveryLine.id, DeliveryLine.position).where(DeliveryLine.order_id == order_id)).all()
    )
    lines = []
    for plan in allocating.explain(session, found):
        told = [(one.goods, None) for one in plan.taken] + [(goods, why) for goods, why in plan.left]
        candidates = [
            {
                "bundle_id": goods.bundle_id, "tag": goods.tag, "place": goods.place, "heat_number": goods.heat_number,
                "mixed_heats": goods.several_heats, "received_at": goods.received_at,
                "pieces": goods.quantity.pieces, "mass_g": goods.quantity.mass_g,
                "why": why, "held_by": goods.held_by,
            }
            for goods, why in told
        ]  # fmt: skip
        lines.append({"line": positions[plan.line_id], "missing": max(0, plan.missing), "candidates": candidates})
    return {"lines": lines}


def passes(actor: Actor, wanted: Mapping[str, Any]) -> Select[Any]:
    """Gate passes with what they name, narrowed by ``number``."""
    own = visibility.documents(actor, DeliveryOrder.warehouse_id, DeliveryOrder.owner_id)
    columns: tuple[Any, ...] = (GatePass, DeliveryOrder.number, StockIssue.number, StockIssue.plate)
    query = (
        select(*columns)
        .select_from(GatePass)
        .join(DeliveryOrder, DeliveryOrder.id == GatePass.order_id)
        .join(StockIssue, StockIssue.id == GatePass.issue_id)
        .where(own)
        .order_by(GatePass.id)
    )
    return query if wanted.get("number") is None else query.where(GatePass.number == wanted["number"])


def page_of_passes(session: Session, actor: Actor, wanted: Mapping[str, Any]) -> tuple[list[Record], int | None]:
    """A page of gate passes."""
    query = passes(actor, wanted)
    if wanted.get("after") is not None:
        query = query.where(GatePass.id > wanted["after"])
    rows = session.execute(query.limit(wanted["limit"] + 1)).all()
    found = [_passed(row) for row in rows[: wanted["limit"]]]
    return found, (found[-1]["id"] if len(rows) > len(found) else None)


def gate_pass(session: Session, actor: Actor, pass_id: int) -> Record:
    """One gate pass; raises ``NotFound``."""
    row = session.execute(passes(actor, {}).where(GatePass.id == pass_id)).one_or_none()
    if row is None:
        raise NotFound
    return _passed(row)


def _passed(row: Any) -> Record:
    passed, order_number, issue_number, plate = row
    names = ("id", "number", "issue_id", "passed_at", "passed_by", "difference_reason")
    return {
        **{name: getattr(passed, name) for name in names},
        "delivery_id": passed.order_id, "delivery_number": order_number, "issue_number": issue_number, "plate": plate,
    }  # fmt: skip


def lists(session: Session, warehouse_ids: Sequence[int], most: int, most_bundles: int) -> list[Record]:
    """The newest ``most`` orders to be picked in these yards, each with its list in walking order, for devices."""
    waiting = (DeliveryOrder.warehouse_id.in_(warehouse_ids), DeliveryOrder.status == DeliveryStatus.ALLOCATED)
    newest = session.scalars(select(DeliveryOrder).where(*waiting).order_by(DeliveryOrder.id.desc()).limit(most)).all()
    query = (
        select(StockAllocation.order_id, Bundle.tag, Place.code)
        .join(Bundle, Bundle.id == StockAllocation.bundle_id)
        .join(StockBalance, and_(StockBalance.bundle_id == Bundle.id, StockBalance.is_real, StockBalance.pieces > 0))
        .join(Place, Place.id == StockBalance.place_id)
        .where(StockAllocation.order_id.in_([one.id for one in newest]))
        .where(StockAllocation.state == AllocationState.RESERVED)
        .order_by(StockAllocation.order_id.desc(), *WALK, Bundle.tag)
        .limit(most_bundles)
    )
    picks: dict[int, list[Record]] = {}
    for order_id, tag, place in session.execute(query):
        picks.setdefault(order_id, []).append({"tag": tag, "place": place})
    return [
        {
            "warehouse_id": one.warehouse_id, "number": one.number, "plate": one.plate,
            "picks": picks.get(one.id, []),
        }
        for one in newest
    ]  # fmt: skip
