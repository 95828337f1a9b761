"""Warehouses, their places, and the catalogue of products."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from inventory import errors
from inventory.models import Place, Product, Warehouse
from inventory.operations import reasons
from inventory.operations.scope import own_warehouse
from inventory.states import VIRTUAL_CODES, Condition, LengthKind, PlaceKind, ProductKind
from steelyard.accounts.models import Organisation
from steelyard.core import audit
from steelyard.core.actors import Actor, OrgKind
from steelyard.core.errors import NotFound
from steelyard.core.units import STEEL_DENSITY_KG_PER_M3, Size, UnitError, parse_size

VIRTUAL_NAMES = {
    PlaceKind.MILL: "钢厂",
    PlaceKind.CUSTOMER: "客户",
    PlaceKind.SCRAP: "废料",
    PlaceKind.PROCESSING: "加工",
    PlaceKind.COUNT_DIFFERENCE: "盘点差异",
    PlaceKind.MASS_DIFFERENCE: "磅差",
}
"""Names of the virtual places, stored as the names of real places are; pages show the translated kind instead."""


def open_warehouse(session: Session, actor: Actor, code: str, name: str, org_id: int | None = None) -> Warehouse:
    """Open a yard of the actor's organisation (the operator names one), with its virtual places and first reasons.

    Raises ``NotAWarehouse`` and ``CodeTaken``.
    """
    owner = session.get(Organisation, org_id if actor.is_operator and org_id is not None else actor.org_id)
    if owner is None or owner.kind != OrgKind.WAREHOUSE or not owner.active:
        raise errors.NotAWarehouse
    if session.scalar(select(exists().where(Warehouse.code == code))):
        raise errors.CodeTaken(code=code)
    warehouse = Warehouse(org_id=owner.id, code=code, name=name)
    session.add(warehouse)
    session.flush()
    for kind, virtual_code in VIRTUAL_CODES.items():
        session.add(
            Place(warehouse_id=warehouse.id, code=virtual_code, name=VIRTUAL_NAMES[kind], kind=kind, is_real=False)
        )
    reasons.begin(session, warehouse)
    audit.record(session, actor, "inventory.warehouse_opened", f"warehouse:{code}")
    return warehouse


def own_yard(session: Session, actor: Actor, warehouse_id: int) -> Warehouse:
    """A yard of the actor's organisation, locked; raises ``NotFound``."""
    yard = own_warehouse(session, actor, warehouse_id)
    session.refresh(yard, with_for_update={"key_share": True})
    return yard


def change_yard(session: Session, actor: Actor, yard: Warehouse, wanted: Mapping[str, Any]) -> Warehouse:
    """Change name or tolerance of a locked yard; what is posted already stays as it was judged."""
    before = {name: getattr(yard, name) for name in wanted}
    for name, value in wanted.items():
        setattr(yard, name, value)
    session.flush()
    detail = {name: {"from": before[name], "to": value} for name, value in wanted.items()}
    audit.record(session, actor, "inventory.warehouse_changed", f"warehouse:{yard.code}", detail)
    return yard


def add_place(
    session: Session, actor: Actor, warehouse_id: int, code: str, name: str, parent: str | None = None, **more: Any
) -> Place:
    """Add a real place, under the place with the code ``parent`` if given; raises ``PlaceUnknown``, ``CodeTaken``.

    ``more`` is what it takes: ``capacity_g``, ``capacity_mm``, ``is_blocked``, ``walking_order``.
    """
    warehouse = own_warehouse(session, actor, warehouse_id)
    of_yard = select(Place).where(Place.warehouse_id == warehouse.id)
    if session.scalars(of_yard.where(Place.code == code)).first() is not None:
        raise errors.CodeTaken(code=code)
    above = None
    if parent is not None:
        above = session.scalars(of_yard.where(Place.code == parent, Place.is_real.is_(True))).first()
        if above is None:
            raise errors.PlaceUnknown(place=parent)
    place = Place(
        warehouse_id=warehouse.id, parent_id=above.id if above else None, code=code, name=name,
        kind=PlaceKind.REAL, is_real=True, **more,
    )  # fmt: skip
    session.add(place)
    session.flush()
    audit.record(session, actor, "inventory.place_added", f"place:{warehouse.code}/{code}", more)
    return place


def own_place(session: Session, actor: Actor, warehouse_id: int, place_id: int) -> Place:
    """A real place of the actor's own yard, locked; raises ``NotFound``."""
    warehouse = own_warehouse(session, actor, warehouse_id)
    query = select(Place).where(Place.id == place_id, Place.warehouse_id == warehouse.id, Place.is_real.is_(True))
    found = session.scalars(query.with_for_update(key_share=True)).one_or_none()
    if found is None:
        raise NotFound
    return found


def change_place(session: Session, actor: Actor, place: Place, wanted: Mapping[str, Any]) -> Place:
    """Change name, capacity, block or walking order; what lies at a place that is blocked stays there."""
    for name, value in wanted.items():
        setattr(place, name, value)
    session.flush()
    audit.record(session, actor, "inventory.place_changed", f"place:{place.id}", dict(wanted))
    return place


@dataclass(frozen=True, slots=True)
class ProductSpec:
    """What a new product is."""

    kind: ProductKind
    standard: str
    grade: str
    size: Size
    length_kind: LengthKind = LengthKind.RANDOM
    density_kg_per_m3: int = STEEL_DENSITY_KG_PER_M3
    condition: Condition | None = None

    def check(self) -> None:
        """Raise ``ProductSize`` where kind, wall and length contradict each other."""
        wall, length = self.size.wall_mm_x100, self.size.length_mm
        if (wall is None) != (self.kind is ProductKind.BILLET):
            raise errors.ProductSize
        if (length is None) != (self.length_kind is LengthKind.RANDOM):
            raise errors.ProductSize

    @property
    def key(self) -> str:
        """What makes it the same product as another."""
        parts = (self.kind, self.standard, self.grade, self.size.text(), self.length_kind, self.density_kg_per_m3)
        return "|".join(str(part) for part in (*parts, *([self.condition] if self.condition else [])))


def spec_of(size: str, **rest: Any) -> ProductSpec:
    """A product whose size is written as the trade writes it; raises ``ProductSize``."""
    try:
        return ProductSpec(size=parse_size(size), **rest)
    except UnitError:
        raise errors.ProductSize from None


def add_product(session: Session, actor: Actor, spec: ProductSpec) -> Product:
    """Add a product to the catalogue; raises ``ProductSize`` and ``ProductExists``."""
    spec.check()
    if session.scalar(select(exists().where(Product.key == spec.key))):
        raise errors.ProductExists
    product = Product(
        key=spec.key, kind=spec.kind, standard=spec.standard, grade=spec.grade,
        od_mm_x100=spec.size.od_mm_x100, wall_mm_x100=spec.size.wall_mm_x100, length_mm=spec.size.length_mm,
        length_kind=spec.length_kind, density_kg_per_m3=spec.density_kg_per_m3, condition=spec.condition,
    )  # fmt: skip
    session.add(product)
    session.flush()
    audit.record(session, actor, "inventory.product_added", f"product:{product.id}", {"key": spec.key})
    return product
