"""What a scanning device holds while it has no network: tasks of the yard, and the bundles of a section."""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, aliased

from inventory import delivery_reading, documents, errors, queries, reason_reading
from inventory.models import Place, Receipt, StockBalance, StockIssue, Stocktake, Warehouse
from inventory.queries import Page, Record
from inventory.states import IssueStatus, ReceiptStatus, StocktakeStatus
from steelyard.core.actors import Actor

MOST_PLACES = 2_000
MOST_TASKS = 200
"""Most open issues, stocktakes and orders to be picked that a device takes along, newest first."""
MOST_PICKS = 2_000


def yards(session: Session, actor: Actor) -> list[Record]:
    """The actor's own yards, each with its real places, reasons, lorries being loaded, picking lists and stocktakes."""
    own = documents.own_warehouses(session, actor)
    ids = [yard.id for yard in own]
    places = _places(session, ids)
    issues = select(StockIssue).where(StockIssue.warehouse_id.in_(ids), StockIssue.status == IssueStatus.OPEN)
    lorries = select(Receipt).where(Receipt.warehouse_id.in_(ids), Receipt.status == ReceiptStatus.OPEN)
    receiving = session.scalars(lorries.order_by(Receipt.id.desc()).limit(MOST_TASKS)).all()
    takes = select(Stocktake).where(Stocktake.warehouse_id.in_(ids), Stocktake.status == StocktakeStatus.OPEN)
    loading = session.scalars(issues.order_by(StockIssue.id.desc()).limit(MOST_TASKS)).all()
    counting = session.scalars(takes.order_by(Stocktake.id.desc()).limit(MOST_TASKS)).all()
    picking = delivery_reading.lists(session, ids, MOST_TASKS, MOST_PICKS)
    reasons = reason_reading.on_devices(session, ids)
    return [
        {**_yard(yard, places, loading, receiving, counting, picking), "reasons": reasons.get(yard.id, [])}
        for yard in own
    ]


def _yard(
    yard: Warehouse, places: Iterable[Place], loading: Iterable[StockIssue], receiving: Iterable[Receipt],
    counting: Iterable[Stocktake], picking: Iterable[Record],
) -> Record:  # fmt: skip
    own = [place for place in places if place.warehouse_id == yard.id]
    above = {place.parent_id for place in own}
    return {
        "id": yard.id,
        "code": yard.code,
        "name": yard.name,
        "places": [{"code": p.code, "name": p.name, "section": p.id in above} for p in own],
        "issues": [{"number": i.number, "plate": i.plate} for i in loading if i.warehouse_id == yard.id],
        "deliveries": [one for one in picking if one["warehouse_id"] == yard.id],
        "receipts": [
            {"number": r.number, "plate": r.plate, "advice_number": r.advice_number}
            for r in receiving
            if r.warehouse_id == yard.id
        ],
        "stocktakes": [take.number for take in counting if take.warehouse_id == yard.id],
    }


def _places(session: Session, warehouse_ids: list[int]) -> list[Place]:
    real = select(Place).where(Place.warehouse_id.in_(warehouse_ids), Place.is_real)
    return list(session.scalars(real.order_by(Place.code).limit(MOST_PLACES)))


def kit(session: Session, actor: Actor, warehouse_id: int, wanted: Mapping[str, Any]) -> Page:
    """A page of the bundles that lie in a section of the yard; raises ``NotFound`` and ``PlaceUnknown``."""
    documents.warehouse(session, actor, warehouse_id)
    query = queries.in_stock(session, actor, {"warehouse_id": warehouse_id})
    if (section := wanted.get("section")) is not None:
        query = query.where(StockBalance.place_id.in_(_below(session, warehouse_id, section)))
    return queries.page_in_stock(session, query, wanted)


def _below(session: Session, warehouse_id: int, code: str) -> Select[Any]:
    """The ids of a place and of all places below it."""
    own = (Place.warehouse_id == warehouse_id, Place.code == code, Place.is_real)
    top = select(Place.id).where(*own)
    if session.scalar(top) is None:
        raise errors.PlaceUnknown(place=code)
    tree = top.cte("below", recursive=True)
    below = aliased(Place)
    tree = tree.union(select(below.id).join(tree, below.parent_id == tree.c.id))
    return select(tree.c.id)
