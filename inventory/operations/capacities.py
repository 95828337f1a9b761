"""What places take and what lies there, read for bundles that are put away; nothing of it for a move.

Two who put away at one place take turns: it is locked after the bundles, and its load is read in a later statement.
"""

from collections.abc import Collection, Iterator
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from inventory.models import Place, StockBalance
from inventory.operations import parts
from inventory.operations.parts import WAREHOUSE, Query, Rows
from inventory.putting_away import Shelf
from steelyard.core.prepared import one_of


def held(session: Session, place_ids: Collection[int]) -> dict[int, Shelf]:
    """Those of the places that take no more than so much, by id, locked, with their load; two statements at most."""
    if not place_ids:
        return {}
    found = _shelves(session.execute(_limited(Place.id.in_(place_ids))).all())
    if found:
        _load(found, session.execute(_lying(StockBalance.place_id.in_(found))).all())
    return found


def locked(dialect: str) -> Iterator[Query]:
    """The part that locks those of the places ``shelf_codes`` that take no more than so much."""
    named = one_of(dialect, Place.code, "shelf_codes") & (Place.warehouse_id == WAREHOUSE)
    yield parts.whole(dialect, "shelf", _limited(named & Place.is_real))


def shelves(rows: Rows) -> dict[int, Shelf]:
    """The places that were locked, by id; what lies there is not known yet."""
    return _shelves(rows.get("shelf", ()))


def lying(dialect: str) -> Iterator[Query]:
    """The part that reads what lies at the places ``shelf_ids``."""
    yield parts.whole(dialect, "lying", _lying(one_of(dialect, StockBalance.place_id, "shelf_ids")))


def load(found: dict[int, Shelf], rows: Rows) -> dict[int, Shelf]:
    """The places with what lies there."""
    _load(found, rows.get("lying", ()))
    return found


def _limited(condition: ColumnElement[bool]) -> Query:
    limited = Place.capacity_g.is_not(None) | Place.capacity_mm.is_not(None)
    query = select(Place.id, Place.code, Place.capacity_g, Place.capacity_mm).where(condition, limited)
    return query.order_by(Place.id).with_for_update(key_share=True)


def _lying(condition: ColumnElement[bool]) -> Query:
    query = select(StockBalance.place_id, func.sum(StockBalance.mass_g).label("mass_g"))
    return query.where(condition, StockBalance.pieces > 0).group_by(StockBalance.place_id)


def _shelves(rows: Collection[Any]) -> dict[int, Shelf]:
    return {id_: Shelf(code, capacity_g, capacity_mm) for id_, code, capacity_g, capacity_mm in rows}


def _load(found: dict[int, Shelf], rows: Collection[Any]) -> None:
    for place_id, mass_g in rows:
        found[place_id].load_g = int(mass_g)
