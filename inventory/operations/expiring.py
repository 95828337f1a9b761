"""Delivery orders whose time has run out: what is reserved for them is free again, without anybody asking."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory.delivery_models import DeliveryOrder, StockAllocation
from inventory.models import Warehouse
from inventory.operations import allocating, deliveries, yard
from inventory.states import AllocationState
from steelyard.core import audit
from steelyard.core.database import db_now

MOST_AT_ONCE = 50
"""Orders of one turn of the clock; the next turn goes on."""
REASON = "expired"


def expire(session: Session) -> None:
    """Free what is reserved for orders that have run out; the orders stay, and their owners may give them more time.

    What is picked stands at the ramp, perhaps on the lorry: people bring it back. The bundles of all orders are locked
    before the first order.
    """
    now = db_now(session)
    reserved = StockAllocation.state == AllocationState.RESERVED
    query = (
        select(StockAllocation.order_id, StockAllocation.bundle_id)
        .join(DeliveryOrder, DeliveryOrder.id == StockAllocation.order_id)
        .where(reserved, DeliveryOrder.valid_until < now)
        .order_by(StockAllocation.order_id)
    )
    rows = session.execute(query).all()
    due = sorted({order_id for order_id, _ in rows})[:MOST_AT_ONCE]
    locked = {bundle_id for order_id, bundle_id in rows if order_id in due}
    yard.lock_by_ids(session, locked)
    for order_id in due:
        order = deliveries.locked_by_clock(session, order_id)
        kept = deliveries.open_allocations(session, order_id)
        idle = [one for one in kept if one.state == AllocationState.RESERVED and one.bundle_id in locked]
        if order.valid_until >= now or not idle:
            continue
        allocating.free(session, None, order, idle, REASON)
        audit.record(session, None, "inventory.delivery_expired", f"delivery:{order.number}", {"bundles": len(idle)})
        warehouse = session.get_one(Warehouse, order.warehouse_id)
        deliveries.tell(session, "delivery_expired", warehouse, order, {"bundles": len(idle)})
