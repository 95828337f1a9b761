"""What the plan of cycle counts is made of: what lies at each place, when it was counted last, since when it lies."""

from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from inventory import arrivals, storage
from inventory.cycles import Due, Held, plan
from inventory.models import Place, StockBalance, Stocktake, StocktakePlace
from inventory.states import StocktakeStatus
from steelyard.core.clock import business_date


def plan_of(session: Session, warehouse_id: int, today: date) -> list[Due]:
    """The plan of a yard: three statements."""
    counted = (
        select(StocktakePlace.place_id, func.max(Stocktake.closed_at))
        .join(Stocktake, Stocktake.id == StocktakePlace.stocktake_id)
        .where(Stocktake.warehouse_id == warehouse_id, Stocktake.status == StocktakeStatus.POSTED)
        .where(Stocktake.owner_id.is_(None), Stocktake.product_id.is_(None))
        .group_by(StocktakePlace.place_id)
    )
    last = {place_id: business_date(moment) for place_id, moment in session.execute(counted) if moment is not None}
    lies = (
        select(StockBalance.bundle_id)
        .join(Place, Place.id == StockBalance.place_id)
        .where(Place.warehouse_id == warehouse_id, StockBalance.is_real, StockBalance.pieces > 0)
    )
    came = arrivals.arrived(lies).subquery("came")
    oldest = (
        select(StockBalance.place_id, func.min(came.c.arrived_at))
        .join(came, came.c.bundle_id == StockBalance.bundle_id)
        .where(StockBalance.is_real, StockBalance.pieces > 0)
        .group_by(StockBalance.place_id)
    )
    since = {place_id: business_date(moment) for place_id, moment in session.execute(oldest)}
    held = [
        Held(row.id, row.code, row.bundles, int(row.mass_g), last.get(row.id), since.get(row.id))
        for row in session.execute(storage.loads(warehouse_id))
    ]
    return plan(held, today)


def due(session: Session, warehouse_id: int, today: date) -> list[Due]:
    """The places that are due, the longest overdue first."""
    return [one for one in plan_of(session, warehouse_id, today) if one.due_on <= today]
