"""What places take and what lies there, read for bundles that are put away: two statements, and none for a move."""

from collections.abc import Collection

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from inventory.models import Place, StockBalance
from inventory.putting_away import Shelf


def locked(session: Session, place_ids: Collection[int]) -> dict[int, Shelf]:
    """Those of the places that take no more than so much, by id, locked in the order of their ids.

    Two who put away at one place take turns; the load is read in a statement after the lock. Bundles are locked first.
    """
    if not place_ids:
        return {}
    limited = Place.capacity_g.is_not(None) | Place.capacity_mm.is_not(None)
    query = select(Place.id, Place.code, Place.capacity_g, Place.capacity_mm).where(Place.id.in_(place_ids), limited)
    rows = session.execute(query.order_by(Place.id).with_for_update(key_share=True)).all()
    shelves = {id_: Shelf(code, capacity_g, capacity_mm) for id_, code, capacity_g, capacity_mm in rows}
    if shelves:
        lying = (
            select(StockBalance.place_id, func.sum(StockBalance.mass_g))
            .where(StockBalance.place_id.in_(shelves), StockBalance.pieces > 0)
            .group_by(StockBalance.place_id)
        )
        for place_id, mass_g in session.execute(lying):
            shelves[place_id].load_g = int(mass_g)
    return shelves
