"""Orders against each other and against holds, in several processes: no bundle twice, nothing held leaves."""

from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import Any

import pytest
from sqlalchemy import func, select

from inventory.delivery_models import StockAllocation
from inventory.operations import allocating, deliveries, gate
from inventory.operations import yard as ground
from inventory.operations.deliveries import OrderedLine
from inventory.operations.gate import Leaving, Tried
from inventory.states import Rest
from steelyard.core.actors import Actor
from tests.support import processes

from .conftest import Yard
from .orders import PLATE, allocate, order, pick, right, states
from .test_quality_races import attempt, stop

CLIENTS = 8


def keep(session: Any, keeper: Actor, order_id: int) -> str:
    allocating.allocate(session, keeper, order_id)
    return "kept"


def let_go(session: Any, keeper: Actor, order_id: int, tried: Tried) -> str:
    gate.pass_out(session, keeper, order_id, Leaving(PLATE, Rest.KEEP), tried)
    return "passed"


def test_in_several_processes_no_bundle_is_kept_twice_and_nothing_held_leaves(yard: Yard, inspector: Actor) -> None:
    url = yard.db.url.render_as_string(hide_password=False)
    yard.receive(*(f"T{number}" for number in range(5)))
    line = OrderedLine(grade="20", pieces=10)
    orders = [order(yard, line, number=f"O-{number}") for number in range(CLIENTS)]
    with processes.pool(3) as pool:
        asked = [pool.apply_async(attempt, (url, keep, yard.keeper, one)) for one in orders]
        outcomes = sorted(job.get(60) for job in asked)
        assert outcomes == ["allocation_short"] * 3 + ["kept"] * 5
        with yard.db.read() as session:
            rows = session.execute(select(StockAllocation.bundle_id, func.count()).group_by(StockAllocation.bundle_id))
            assert [count for _, count in rows] == [1] * 5
        yard.receive(*(tags := [f"L{number}" for number in range(4)]))
        for tag, bundle_id in zip(tags, yard.bundle_ids(tags), strict=True):
            id_ = order(yard, OrderedLine(tag=tag), number=tag)
            allocate(yard, id_)
            pick(yard, id_, tag)
            going = pool.apply_async(attempt, (url, let_go, yard.keeper, id_, right(yard, id_)))
            holding = pool.apply_async(attempt, (url, stop, inspector, bundle_id))
            outcome = (going.get(60), holding.get(60))
            assert outcome in {("passed", "already_issued"), ("bundle_quarantined", "held")}
            assert (tag in states(yard)) is (outcome[1] == "held")
    yard.assert_sound()


@pytest.mark.parametrize("dialect", ["postgresql"])
def test_bundles_that_are_found_late_are_locked_in_their_order_too(yard: Yard) -> None:
    """Who needs an older bundle after a newer one lets go of the newer first, so that nobody waits in a circle."""
    yard.receive("OLD", "NEW")
    (old, new), id_ = yard.bundle_ids(["OLD", "NEW"]), order(yard)
    holds_old, holds_new = Event(), Event()

    def widen() -> None:
        holds_old.wait(10)
        with yard.db.write() as session:
            asked: list[set[int]] = [{new}, {old, new}, {old, new}]

            def bundles_of(_: Any) -> set[int]:
                if len(asked) == 2:
                    holds_new.set()
                return asked.pop(0)

            deliveries.locked(session, yard.keeper, id_, deliveries.order_here, bundles_of)

    def both() -> None:
        with yard.db.write() as session:
            ground.lock_by_ids(session, [old])
            holds_old.set()
            holds_new.wait(10)
            ground.lock_by_ids(session, [new])

    with ThreadPoolExecutor(2) as pool:
        for done in [pool.submit(widen), pool.submit(both)]:
            done.result(20)
