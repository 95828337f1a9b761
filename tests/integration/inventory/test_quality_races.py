"""Holds against lorries in several processes at once: what is held has not left, what has left is not held."""

from collections.abc import Callable
from typing import Any

from inventory.operations import holding, issuing
from inventory.operations.holding import Ban
from steelyard.core.actors import Actor
from steelyard.core.database import Database
from steelyard.core.errors import Refused
from tests.support import processes

from .conftest import Yard
from .quality_acts import heat_of, states


def attempt(url: str, act: Callable[..., str], *rest: Any) -> str:
    """Do something in a process of its own; its outcome, or the code of the refusal."""
    database = Database(url)
    try:
        with database.write() as session:
            return act(session, *rest)
    except Refused as refusal:
        return refusal.code
    finally:
        database.close()


def leave(session: Any, keeper: Actor, warehouse_id: int, owner_id: int, tag: str) -> str:
    return issuing.issue_at_once(session, keeper, warehouse_id, issuing.Loading(owner_id, "YD-1", "鲁P1", [tag])).status


def stop(session: Any, actor: Actor, bundle_id: int) -> str:
    holding.place(session, actor, Ban("crack found", bundle_id=bundle_id))
    return "held"


def stop_heat(session: Any, actor: Actor, heat_id: int) -> str:
    holding.place(session, actor, Ban("crack found", heat_id=heat_id))
    return "held"


def test_of_a_hold_and_a_lorry_in_two_processes_exactly_one_wins(yard: Yard, inspector: Actor) -> None:
    url = yard.db.url.render_as_string(hide_password=False)
    tags = [f"T{number}" for number in range(6)]
    yard.receive(*tags)
    with processes.pool(2) as pool:
        for tag, bundle_id in zip(tags, yard.bundle_ids(tags), strict=True):
            going = (url, leave, yard.keeper, yard.warehouse.id, yard.owner.org_id, tag)
            jobs = [pool.apply_async(attempt, going), pool.apply_async(attempt, (url, stop, inspector, bundle_id))]
            outcome = tuple(job.get(30) for job in jobs)
            assert outcome in {("posted", "already_issued"), ("bundle_quarantined", "held")}
    yard.assert_sound()


def test_of_a_hold_of_the_heat_and_lorries_nothing_leaves_after_the_hold(yard: Yard, inspector: Actor) -> None:
    url = yard.db.url.render_as_string(hide_password=False)
    tags = [f"T{number}" for number in range(8)]
    yard.receive(*tags)
    going = [(url, leave, yard.keeper, yard.warehouse.id, yard.owner.org_id, tag) for tag in tags]
    with processes.pool(3) as pool:
        jobs = [pool.apply_async(attempt, one) for one in going]
        held = pool.apply_async(attempt, (url, stop_heat, inspector, heat_of(yard, "T0")))
        outcomes = [job.get(30) for job in jobs]
        assert held.get(30) == "held"
    assert set(outcomes) <= {"posted", "bundle_quarantined"}
    still = {tag for tag, outcome in zip(tags, outcomes, strict=True) if outcome != "posted"}
    assert states(yard) == dict.fromkeys(still, "quarantine")
    yard.assert_sound()
