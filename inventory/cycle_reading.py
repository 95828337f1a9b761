"""What the plan of cycle counts is made of: what lies at each place, when it was counted last, since when it lies."""

from collections.abc import Collection
from datetime import date

from sqlalchemy import BigInteger, Select, cast, func, select
from sqlalchemy.orm import Session

from inventory import arrivals, lying, market, storage, visibility
from inventory.cycle_models import ProductValue
from inventory.cycles import Due, Held, plan, worth
from inventory.models import Bundle, Place, Product, StockBalance, Stocktake, StocktakePlace
from inventory.states import StocktakeStatus
from steelyard.core.actors import Actor
from steelyard.core.clock import business_date


def plan_of(session: Session, warehouse_id: int, today: date) -> list[Due]:
    """The plan of a yard: six statements at most, and what the market is asked for."""
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
    came = arrivals.arrived(session, lies).subquery("came")
    oldest = (
        select(StockBalance.place_id, func.min(came.c.arrived_at))
        .join(came, came.c.bundle_id == StockBalance.bundle_id)
        .where(StockBalance.is_real, StockBalance.pieces > 0)
        .group_by(StockBalance.place_id)
    )
    since = {place_id: business_date(moment) for place_id, moment in session.execute(oldest)}
    value = _worth(session, warehouse_id, today)
    held = [
        Held(row.id, row.code, row.bundles, int(row.mass_g), last.get(row.id), since.get(row.id), value.get(row.id, 0))
        for row in session.execute(storage.loads(warehouse_id))
    ]
    return plan(held, today)


def values(actor: Actor, warehouse_id: int) -> Select[ProductValue]:
    """All values that products were set to have in a yard that the actor runs (the operator sees all)."""
    of_yard = ProductValue.warehouse_id == warehouse_id
    return select(ProductValue).where(of_yard, visibility.documents(actor, ProductValue.warehouse_id))


def standing_values(session: Session, warehouse_id: int) -> dict[int, int]:
    """What each product was last set to be worth, in fen per tonne."""
    last = select(func.max(ProductValue.id)).where(ProductValue.warehouse_id == warehouse_id)
    query = select(ProductValue.product_id, ProductValue.fen_per_t)
    return dict(session.execute(query.where(ProductValue.id.in_(last.group_by(ProductValue.product_id)))).all())


def market_values(session: Session, product_ids: Collection[int], today: date) -> list[tuple[Product, market.Quote]]:
    """What the market pays for those of the products that there is a price of."""
    query = select(Product).where(Product.id.in_(product_ids)).order_by(Product.id)
    products = {one.id: one for one in session.scalars(query)} if product_ids else {}
    asked = [
        market.Asked(one.id, one.kind, one.grade, one.standard, one.od_mm_x100, one.wall_mm_x100)
        for one in products.values()
    ]
    quotes = market.quotes(session, asked, today)
    return [(one, quotes[id_]) for id_, one in products.items() if id_ in quotes]


def lying_without_value(session: Session, warehouse_id: int) -> set[int]:
    """The products that lie in a yard which set no value of its own for them."""
    here = (
        select(Bundle.product_id)
        .join(StockBalance, StockBalance.bundle_id == Bundle.id)
        .where(Bundle.warehouse_id == warehouse_id, StockBalance.is_real, StockBalance.pieces > 0)
        .where(*lying.in_yard(session, warehouse_id))
    )
    return set(session.scalars(here.distinct())) - standing_values(session, warehouse_id).keys()


def _worth(session: Session, warehouse_id: int, today: date) -> dict[int, int]:
    """What lies at each place is worth, by the yard's own values, else by the market's."""
    sums = (
        select(StockBalance.place_id, Bundle.product_id, cast(func.sum(StockBalance.mass_g), BigInteger))
        .join(Bundle, Bundle.id == StockBalance.bundle_id)
        .where(Bundle.warehouse_id == warehouse_id, StockBalance.is_real, StockBalance.pieces > 0)
        .where(*lying.in_yard(session, warehouse_id))
        .group_by(StockBalance.place_id, Bundle.product_id)
    )
    rows = [(place_id, product_id, mass) for place_id, product_id, mass in session.execute(sums)]
    own = standing_values(session, warehouse_id)
    paid = market_values(session, {product_id for _, product_id, _ in rows} - own.keys(), today)
    return worth(rows, {**{one.id: quote.fen_per_t for one, quote in paid}, **own})


def due(session: Session, warehouse_id: int, today: date) -> list[Due]:
    """The places that are due, the longest overdue first."""
    return [one for one in plan_of(session, warehouse_id, today) if one.due_on <= today]
