"""The owner's bundles in the yard of which an order's lines speak, and what the lines still want."""

from collections.abc import Collection, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Select, exists, func, or_, select
from sqlalchemy.orm import Session

from inventory import arrivals, lineage, lying
from inventory.allocating import Goods, Wanted
from inventory.certificates.models import CertificateHeat
from inventory.delivery_models import DeliveryLine, DeliveryOrder, StockAllocation
from inventory.models import Bundle, Heat, Place, Product, StockBalance
from inventory.operations import parts, yard
from inventory.operations.parts import WAREHOUSE, Query, Rows
from inventory.quantities import Quantity
from inventory.states import AllocationState, Condition, State
from steelyard.core.prepared import one_of

MOST = 2_000
"""Most bundles that are looked at for one order, those that came first."""
WALK = (func.coalesce(Place.walking_order, 2**31), Place.code)
"""The order in which the forklift comes by; places without a place in it come last, by their codes."""
OPEN = (AllocationState.RESERVED, AllocationState.PICKED)


_CERTIFIED = or_(Bundle.certificate_number.is_not(None), exists().where(CertificateHeat.heat_id == Bundle.heat_id))
_TOLD: dict[str, ColumnElement[Any]] = {
    name: column.label(name)
    for name, column in {
        "bundle_id": Bundle.id, "tag": Bundle.tag, "place": Place.code, "product_id": Product.id,
        "od_mm_x100": Product.od_mm_x100, "wall_mm_x100": Product.wall_mm_x100, "grade": Product.grade,
        "standard": Product.standard, "condition": Product.condition, "piece_length_mm": Bundle.piece_length_mm,
        "heat_id": Bundle.heat_id, "heat_number": Heat.heat_number, "several_heats": lineage.IS_MIXED,
        "certified": _CERTIFIED, "state": StockBalance.state, "pieces": StockBalance.pieces,
        "length_mm": StockBalance.length_mm, "mass_g": StockBalance.mass_g,
    }.items()
}  # fmt: skip
"""What is read of a bundle, by its names."""


def lines_of(session: Session, order_id: int) -> Sequence[DeliveryLine]:
    """The lines of an order in their order."""
    query = select(DeliveryLine).where(DeliveryLine.order_id == order_id).order_by(DeliveryLine.position)
    return session.scalars(query).all()


def wanted(session: Session, lines: Sequence[DeliveryLine]) -> list[Wanted]:
    """What each line still wants: less what is kept for it or has left; lines that want nothing are left out."""
    kept = _kept(session, [line.id for line in lines])
    heats = _heats(session, [line.id for line in lines if line.one_heat])
    found = []
    for line in lines:
        pieces, mass_g = kept.get(line.id, (0, 0))
        done = (
            pieces > 0 if line.bundle_id is not None
            else pieces >= line.pieces if line.pieces is not None
            else mass_g >= (line.mass_g or 0)
        )  # fmt: skip
        if not done:
            found.append(_wanted(line, pieces, mass_g, heats.get(line.id)))
    return found


def _wanted(line: DeliveryLine, pieces: int, mass_g: int, heat_id: int | None) -> Wanted:
    return Wanted(
        line_id=line.id, bundle_id=line.bundle_id, product_id=line.product_id, od_mm_x100=line.od_mm_x100,
        wall_mm_x100=line.wall_mm_x100, grade=line.grade, standard=line.standard,
        pieces=None if line.pieces is None else line.pieces - pieces,
        mass_g=None if line.mass_g is None else line.mass_g - mass_g,
        min_piece_mm=line.min_piece_mm, max_piece_mm=line.max_piece_mm, one_heat=line.one_heat,
        certified=line.certified, whole_bundles=line.whole_bundles, heat_id=heat_id,
        condition=Condition(line.condition) if line.condition else None,
    )  # fmt: skip


def _kept(session: Session, line_ids: Collection[int]) -> dict[int, tuple[int, int]]:
    """Pieces and mass kept for each line, or gone on it."""
    query = (
        select(StockAllocation.line_id, func.sum(StockAllocation.pieces), func.sum(StockAllocation.mass_g))
        .where(StockAllocation.line_id.in_(line_ids), StockAllocation.state != AllocationState.RELEASED)
        .group_by(StockAllocation.line_id)
    )
    return {line_id: (int(pieces), int(mass_g)) for line_id, pieces, mass_g in session.execute(query)}


def _heats(session: Session, line_ids: Collection[int]) -> dict[int, int]:
    """The heat that each line got, for lines that take one only."""
    query = (
        select(StockAllocation.line_id, Bundle.heat_id)
        .join(Bundle, Bundle.id == StockAllocation.bundle_id)
        .where(StockAllocation.line_id.in_(line_ids), StockAllocation.state != AllocationState.RELEASED)
    )
    return dict(session.execute(query).all())


def whole(line: DeliveryLine) -> Wanted:
    """A line as it was ordered, whatever is kept for it."""
    return _wanted(line, 0, 0, None)


def goods(session: Session, order: DeliveryOrder, lines: Sequence[Wanted], *, free: bool) -> list[Goods]:
    """The owner's bundles of which the lines speak, with what keeps them; with ``free`` only those not promised."""
    query = _lying(order.warehouse_id).where(StockBalance.owner_id == order.owner_id)
    query = query.where(*lying.in_yard(session, order.warehouse_id, order.owner_id))
    query = query.where(or_(*(_speaks_of(line) for line in lines)))
    if free:
        query = query.where(StockBalance.state == State.AVAILABLE)
    rows = session.execute(query.order_by(Bundle.id).limit(MOST)).all()
    ids = [row[0] for row in rows]
    came, held = arrivals.of_bundles(session, ids), yard.held(session, ids)
    return [
        _goods(
            dict(row._mapping), came.get(row[0], order.placed_at), held[row[0]].reference if row[0] in held else None
        )
        for row in rows
    ]


def named(dialect: str) -> Iterator[Query]:
    """The part that reads what the bundles ``picked_ids`` are."""
    yield parts.whole(dialect, "goods", _lying(WAREHOUSE).where(one_of(dialect, Bundle.id, "picked_ids")))


def goods_of(rows: Rows) -> dict[int, Goods]:
    """What bundles are; holds are not looked up, and as the time of their receipt stands the beginning of time."""
    told = (dict(zip(_TOLD, row, strict=True)) for row in rows.get("goods", ()))
    return {one["bundle_id"]: _goods(one, datetime.min.replace(tzinfo=UTC), None) for one in told}


def _lying(warehouse_id: int | BindParameter[int]) -> Select[Any]:
    return (
        select(*_TOLD.values())
        .select_from(Bundle)
        .join(StockBalance, StockBalance.bundle_id == Bundle.id)
        .join(Place, Place.id == StockBalance.place_id)
        .join(Product, Product.id == Bundle.product_id)
        .join(Heat, Heat.id == Bundle.heat_id)
        .where(Bundle.warehouse_id == warehouse_id, StockBalance.is_real, StockBalance.pieces > 0)
    )


def _goods(told: dict[str, Any], received_at: datetime, held_by: str | None) -> Goods:
    quantity = Quantity(told.pop("pieces"), told.pop("length_mm"), told.pop("mass_g"))
    state, condition = State(told.pop("state")), told.pop("condition")
    told["condition"] = Condition(condition) if condition else None
    return Goods(**told, state=state, quantity=quantity, received_at=received_at, held_by=held_by)


def _speaks_of(line: Wanted) -> ColumnElement[bool]:
    if line.bundle_id is not None:
        return Bundle.id == line.bundle_id
    condition: ColumnElement[bool] = Product.id.is_not(None)
    if line.product_id is not None:
        condition &= Product.id == line.product_id
    if line.od_mm_x100 is not None:
        wall = Product.wall_mm_x100
        condition &= Product.od_mm_x100 == line.od_mm_x100
        condition &= wall.is_(None) if line.wall_mm_x100 is None else wall == line.wall_mm_x100
    if line.grade is not None:
        condition &= Product.grade == line.grade
    if line.standard is not None:
        condition &= Product.standard == line.standard
    return condition
