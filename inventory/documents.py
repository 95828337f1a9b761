"""Reading the yard's documents and master data: warehouses, places, products, receipts, issues, stocktakes, moves."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from inventory import lineage, variance_reading, visibility
from inventory.models import (
    Bundle,
    Heat,
    Place,
    Product,
    Receipt,
    ReceiptLine,
    StockIssue,
    StockMove,
    Stocktake,
    StocktakeCount,
    Warehouse,
)
from inventory.operations import weighings
from inventory.operations.issuing import loaded
from inventory.operations.stocktakes import late_counts, to_recount
from inventory.queries import Record
from inventory.states import StocktakeStatus
from steelyard.accounts.models import Organisation
from steelyard.core.actors import Actor, OrgKind
from steelyard.core.clock import day_begins
from steelyard.core.errors import NotFound

MOST_RECOUNTED = 500
"""Tags to count once more that are named at a time; the next ones follow when these are counted."""


def warehouses(actor: Actor) -> Select[Warehouse]:
    """The warehouses that the actor sees."""
    return select(Warehouse).where(visibility.warehouses(actor))


def warehouse(session: Session, actor: Actor, warehouse_id: int) -> Warehouse:
    """One of them; raises ``NotFound``."""
    found = session.scalars(warehouses(actor).where(Warehouse.id == warehouse_id)).one_or_none()
    if found is None:
        raise NotFound
    return found


def own_warehouses(session: Session, actor: Actor) -> list[Warehouse]:
    """The warehouses that the actor's organisation runs."""
    return list(session.scalars(select(Warehouse).where(Warehouse.org_id == actor.org_id).order_by(Warehouse.code)))


def places(actor: Actor, warehouse_id: int) -> Select[Place]:
    """The places of a warehouse that the actor runs (the operator sees all)."""
    return select(Place).where(Place.warehouse_id == warehouse_id, visibility.documents(actor, Place.warehouse_id))


def place(session: Session, actor: Actor, warehouse_id: int, place_id: int) -> Place:
    """One of them; raises ``NotFound``."""
    found = session.scalars(places(actor, warehouse_id).where(Place.id == place_id)).one_or_none()
    if found is None:
        raise NotFound
    return found


def products(wanted: Mapping[str, Any]) -> Select[Product]:
    """The catalogue, narrowed by ``grade``, ``standard``, ``condition`` and ``kind``."""
    query = select(Product)
    for name in ("grade", "standard", "condition", "kind"):
        if wanted.get(name) is not None:
            query = query.where(getattr(Product, name) == wanted[name])
    return query


def receipts(actor: Actor, wanted: Mapping[str, Any]) -> Select[Receipt]:
    """Receipts, narrowed by ``warehouse_id``, ``advice_number`` and ``status``."""
    query = select(Receipt).where(visibility.documents(actor, Receipt.warehouse_id, Receipt.owner_id))
    for name in ("warehouse_id", "advice_number", "status"):
        if wanted.get(name) is not None:
            query = query.where(getattr(Receipt, name) == wanted[name])
    return query


def receipt(session: Session, actor: Actor, receipt_id: int) -> Record:
    """A receipt with its lines; raises ``NotFound``."""
    found = session.scalars(receipts(actor, {}).where(Receipt.id == receipt_id)).one_or_none()
    if found is None:
        raise NotFound
    lines = session.execute(
        select(
            Bundle.id.label("bundle_id"), Bundle.tag, Bundle.heat_id, Heat.heat_number, Heat.mill_name,
            Bundle.certificate_number, Bundle.product_id, Bundle.pieces, Bundle.piece_length_mm,
            Bundle.theoretical_mass_g, Bundle.certificate_mass_g, Bundle.weighed_mass_g, Place.code.label("place"),
            (Bundle.voided != 0).label("reversed"),
        )
        .join(ReceiptLine, ReceiptLine.bundle_id == Bundle.id)
        .join(Heat, Heat.id == Bundle.heat_id)
        .join(Place, Place.id == ReceiptLine.place_id)
        .where(ReceiptLine.receipt_id == receipt_id)
        .order_by(Bundle.id)
    )  # fmt: skip
    return {**_plain(session, found), "lines": [dict(line._mapping) for line in lines]}


def issues(actor: Actor, wanted: Mapping[str, Any]) -> Select[StockIssue]:
    """Issues, narrowed by ``warehouse_id``, ``waybill_number`` and ``status``."""
    query = select(StockIssue).where(visibility.documents(actor, StockIssue.warehouse_id, StockIssue.owner_id))
    for name in ("warehouse_id", "waybill_number", "status"):
        if wanted.get(name) is not None:
            query = query.where(getattr(StockIssue, name) == wanted[name])
    return query


def issue(session: Session, actor: Actor, issue_id: int) -> Record:
    """An issue with the bundles on the lorry; raises ``NotFound``."""
    found = session.scalars(issues(actor, {}).where(StockIssue.id == issue_id)).one_or_none()
    if found is None:
        raise NotFound
    movements = {movement.bundle_id: movement.quantity for movement in loaded(session, found)}
    named = session.execute(
        select(Bundle.id, Bundle.tag, Heat.heat_number, lineage.IS_MIXED, Bundle.certificate_number)
        .join(Heat, Heat.id == Bundle.heat_id)
        .where(Bundle.id.in_(movements))
        .order_by(Bundle.id)
    )
    lines = [
        {
            "bundle_id": id_, "tag": tag, "heat_number": heat, "mixed_heats": mixed, "certificate_number": certificate,
            **movements[id_]._asdict(),
        }
        for id_, tag, heat, mixed, certificate in named
    ]  # fmt: skip
    tickets = list(weighings.standing(session, found.number))
    mass_g = sum(line["mass_g"] for line in lines)
    return {**_plain(session, found), "lines": lines, "mass_g": mass_g, "weighings": tickets}


def stocktakes(actor: Actor, wanted: Mapping[str, Any]) -> Select[Stocktake]:
    """Stocktakes of the yards that the actor runs, narrowed by ``warehouse_id`` and ``status``."""
    query = select(Stocktake).where(visibility.documents(actor, Stocktake.warehouse_id))
    for name in ("warehouse_id", "status"):
        if wanted.get(name) is not None:
            query = query.where(getattr(Stocktake, name) == wanted[name])
    return query


def stocktake(session: Session, actor: Actor, stocktake_id: int) -> Record:
    """A stocktake with its counts, and once it is closed how many lines there are by finding; raises ``NotFound``."""
    found = session.scalars(stocktakes(actor, {}).where(Stocktake.id == stocktake_id)).one_or_none()
    if found is None:
        raise NotFound
    counted = select(func.count(StocktakeCount.tag.distinct())).where(StocktakeCount.stocktake_id == stocktake_id)
    place = session.get(Place, found.place_id) if found.place_id else None
    owner = session.get(Organisation, found.owner_id) if found.owner_id else None
    product = session.get(Product, found.product_id) if found.product_id else None
    people = select(func.count(StocktakeCount.counted_by.distinct())).where(StocktakeCount.stocktake_id == stocktake_id)
    again = found.status == StocktakeStatus.OPEN and found.round > 1
    return {
        **{column.key: getattr(found, column.key) for column in Stocktake.__table__.columns},
        "place": place.code if place else None,
        "owner_org_id": found.owner_id,
        "owner_name": owner.name if owner else None,
        "product": f"{product.size_text} {product.grade} {product.standard_text}" if product else None,
        "counted_tags": session.scalar(counted) or 0,
        "counters": session.scalar(people) or 0,
        "late_counts": late_counts(session, found),
        "findings": variance_reading.sums(session, found),
        "to_recount": to_recount(session, found)[:MOST_RECOUNTED] if again else [],
    }


def moves(actor: Actor, wanted: Mapping[str, Any]) -> Select[StockMove]:
    """Moves of the yards that the actor runs, or of goods that are his.

    Narrowed by bundle, warehouse, document and the days of recording.
    """
    query = select(StockMove)
    if actor.org_kind is OrgKind.WAREHOUSE:
        query = query.where(visibility.documents(actor, StockMove.warehouse_id))
    elif not actor.is_operator:
        query = query.where((StockMove.from_owner_id == actor.org_id) | (StockMove.to_owner_id == actor.org_id))
    for name in ("bundle_id", "warehouse_id", "document_number"):
        if wanted.get(name) is not None:
            query = query.where(getattr(StockMove, name) == wanted[name])
    first, last = wanted.get("from_day"), wanted.get("to_day")
    if first is not None:
        query = query.where(StockMove.recorded_at >= day_begins(first))
    if last is not None and last < date.max:
        query = query.where(StockMove.recorded_at < day_begins(last + timedelta(days=1)))
    return query


def _plain(session: Session, document: Receipt | StockIssue) -> Record:
    owner = session.get_one(Organisation, document.owner_id)
    columns = {column.key: getattr(document, column.key) for column in type(document).__table__.columns}
    return {**columns, "owner_org_id": document.owner_id, "owner_name": owner.name}
