"""Orders against each other and against holds, in several processes: no bundle twice, nothing held leaves."""

from typing import Any

from sqlalchemy import func, select

from inventory.delivery_models import StockAllocation
from inventory.operations import allocating, gate
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
