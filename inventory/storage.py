"""How full the places of a yard are, and where what came in had best be put."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import BigInteger, Select, cast, exists, func, select
from sqlalchemy.orm import Session, aliased

from inventory import lying
from inventory.models import Bundle, Place, Product, Receipt, ReceiptLine, StockBalance
from inventory.putting_away import Load, Shelf, suggest
from steelyard.core.database import db_now
from steelyard.core.units import Size


def loads(warehouse_id: int) -> Select[Any]:
    """The real places of a yard, each with the bundles and the mass that lie at it; not those below it."""
    here = (
        select(
            StockBalance.place_id,
            func.count().label("bundles"),
            cast(func.sum(StockBalance.mass_g), BigInteger).label("mass_g"),  # PostgreSQL sums to a numeric
        )
        .join(Place, Place.id == StockBalance.place_id)
        .where(Place.warehouse_id == warehouse_id, StockBalance.is_real, StockBalance.pieces > 0)
        .group_by(StockBalance.place_id)
        .subquery("here")
    )
    columns: tuple[Any, ...] = (
        Place.id, Place.code, Place.name, Place.parent_id, Place.capacity_g, Place.capacity_mm,
        Place.is_blocked, Place.walking_order,
        func.coalesce(here.c.bundles, 0).label("bundles"),
        func.coalesce(here.c.mass_g, 0).label("mass_g"),
    )  # fmt: skip
    query = select(*columns).outerjoin(here, here.c.place_id == Place.id)
    return query.where(Place.warehouse_id == warehouse_id, Place.is_real)


WAITS_FOR = timedelta(days=7)
"""A bundle that was not moved within a week of its arrival stays where it is: nobody is asked to put it away."""


def to_put_away(
    session: Session, warehouse_id: int, wanted: Mapping[str, Any]
) -> tuple[list[dict[str, Any]], int | None]:
    """Bundles that still lie where they came in, each with the place that is suggested for it; a page by bundle id."""
    waiting = _waiting(session, warehouse_id)
    query = waiting.where(Bundle.id > (wanted.get("after") or 0)).order_by(Bundle.id)
    limit = wanted.get("limit", 50)
    rows = session.execute(query.limit(limit + 1)).all()
    docks = set(session.scalars(waiting.with_only_columns(StockBalance.place_id).distinct()))
    bundles = [Load(row.product_id, row.owner_id, row.piece_length_mm, row.mass_g) for row in rows[:limit]]
    places = suggest(bundles, _shelves(session, warehouse_id, docks))
    found = [
        {
            "bundle_id": row.id, "tag": row.tag, "place": row.code, "suggested": place,
            "size": Size(row.od_mm_x100, row.wall_mm_x100).text(), "grade": row.grade, "pieces": row.pieces,
        }
        for row, place in zip(rows[:limit], places, strict=True)
    ]  # fmt: skip
    return found, (rows[limit - 1].id if len(rows) > limit else None)


def _waiting(session: Session, warehouse_id: int) -> Select[Any]:
    since = db_now(session) - WAITS_FOR
    columns: tuple[Any, ...] = (
        Bundle.id, Bundle.tag, Bundle.product_id, Bundle.piece_length_mm, StockBalance.owner_id, StockBalance.mass_g,
        StockBalance.pieces, Place.code, Product.od_mm_x100, Product.wall_mm_x100, Product.grade,
    )  # fmt: skip
    return (
        select(*columns)
        .join(ReceiptLine, ReceiptLine.bundle_id == Bundle.id)
        .join(Receipt, Receipt.id == ReceiptLine.receipt_id)
        .join(StockBalance, (StockBalance.bundle_id == Bundle.id) & (StockBalance.place_id == ReceiptLine.place_id))
        .join(Place, Place.id == StockBalance.place_id)
        .join(Product, Product.id == Bundle.product_id)
        .where(Receipt.warehouse_id == warehouse_id, Receipt.recorded_at >= since, Bundle.voided == 0)
        .where(StockBalance.is_real, StockBalance.pieces > 0, *lying.in_yard(session, warehouse_id))
    )


def _shelves(session: Session, warehouse_id: int, docks: set[int]) -> list[Shelf]:
    """The places that have none below them, but for those where bundles wait to be put away."""
    below = aliased(Place)
    query = select(Place).where(
        Place.warehouse_id == warehouse_id, Place.is_real, ~exists().where(below.parent_id == Place.id)
    )
    shelves = {
        one.id: Shelf(one.code, one.capacity_g, one.capacity_mm, one.is_blocked, one.walking_order)
        for one in session.scalars(query)
        if one.id not in docks
    }
    balance = StockBalance
    sums = (
        select(balance.place_id, Bundle.product_id, balance.owner_id, func.sum(balance.mass_g))
        .join(Bundle, Bundle.id == balance.bundle_id)
        .where(Bundle.warehouse_id == warehouse_id, balance.is_real, balance.pieces > 0)
        .where(*lying.in_yard(session, warehouse_id))
        .group_by(balance.place_id, Bundle.product_id, balance.owner_id)
    )
    for place_id, product_id, owner_id, mass_g in session.execute(sums):
        if (shelf := shelves.get(place_id)) is not None:
            shelf.load_g += int(mass_g)
            shelf.kinds.add((product_id, owner_id))
    return list(shelves.values())
