"""How full the places of a yard are."""

from typing import Any

from sqlalchemy import Select, func, select

from inventory.models import Place, StockBalance


def loads(warehouse_id: int) -> Select[Any]:
    """The real places of a yard, each with the bundles and the mass that lie at it; not those below it."""
    here = (
        select(
            StockBalance.place_id,
            func.count().label("bundles"),
            func.sum(StockBalance.mass_g).label("mass_g"),
        )
        .join(Place, Place.id == StockBalance.place_id)
        .where(Place.warehouse_id == warehouse_id, Place.is_real, StockBalance.pieces > 0)
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
