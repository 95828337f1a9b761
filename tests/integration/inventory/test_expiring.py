"""Delivery orders that run out: what was reserved for them is free again by the clock, what was picked is not."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import select, update

from inventory.delivery_models import DeliveryOrder, StockAllocation
from inventory.jobs import JOBS, expire_deliveries
from inventory.models import StockMove
from inventory.operations import deliveries
from steelyard.core.audit import AuditEntry

from .conftest import Yard
from .orders import allocate, kept, order, pick, read, states


def run_out(yard: Yard, *orders: int) -> None:
    with yard.db.write() as session:
        past = datetime.now(UTC) - timedelta(seconds=1)
        session.execute(update(DeliveryOrder).where(DeliveryOrder.id.in_(orders)).values(valid_until=past))


def expire(yard: Yard) -> None:
    with yard.db.write() as session:
        expire_deliveries(session)


def test_the_clock_frees_what_is_reserved_for_an_order_that_has_run_out(yard: Yard) -> None:
    yard.receive("T1", "T2", "T3", "T4")
    late, lasting = order(yard), order(yard, number="T-2")
    assert (allocate(yard, late), allocate(yard, lasting)) == (["T1", "T2"], ["T3", "T4"])
    assert pick(yard, late, "T1") == "picked"
    expire(yard)
    assert kept(yard, late) == ["T1", "T2"]
    run_out(yard, late)
    expire(yard)
    expire(yard)
    assert states(yard) == {"T1": "picked", "T2": "available", "T3": "reserved", "T4": "reserved"}
    with yard.db.read() as session:
        entries = session.scalars(select(AuditEntry).where(AuditEntry.action == "inventory.delivery_expired")).all()
        freed = session.scalars(select(StockAllocation).where(StockAllocation.state == "released")).one()
        move = session.scalars(select(StockMove).order_by(StockMove.id.desc()).limit(1)).one()
    assert [(entry.user_id, entry.detail) for entry in entries] == [(None, {"bundles": 1})]
    assert (freed.reason, freed.ended_by, move.actor_id) == ("expired", None, yard.owner.user_id)
    assert read(yard, late).status == "allocated"
    yard.assert_sound()


def test_an_order_that_is_given_more_time_is_allocated_again(yard: Yard) -> None:
    yard.receive("T1", "T2")
    late = order(yard)
    allocate(yard, late)
    run_out(yard, late)
    expire(yard)
    assert read(yard, late).status == "placed"
    with yard.db.write() as session:
        mine = deliveries.own_order(session, yard.owner, late, lock=True)
        deliveries.change(session, yard.owner, mine, {"valid_until": datetime.now(UTC) + timedelta(days=1)})
    assert allocate(yard, late) == ["T1", "T2"]
    assert "inventory.expire_deliveries" in {job.name for job in JOBS}
    yard.assert_sound()
