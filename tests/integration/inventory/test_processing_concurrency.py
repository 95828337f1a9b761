"""Several at once on one bundle, in threads and in processes: one wins, the rest are told, and nothing is doubled."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from inventory.making import Output
from inventory.operations import owning, retagging, splitting, unmaking
from steelyard.core.actors import Actor
from steelyard.core.database import Database
from steelyard.core.errors import Refused
from tests.support import processes

from .conftest import Yard
from .test_concurrency import issue_once
from .test_processing import order, split, stock


def split_in_a_process(url: str, keeper: Actor, warehouse_id: int, number: int) -> str:
    """Split T1 with a connection of one's own; "split", or the code of the refusal."""
    database = Database(url)
    try:
        with database.write() as session:
            parts = [Output(4, f"P{number}-a"), Output(6, f"P{number}-b")]
            splitting.split(session, keeper, warehouse_id, "T1", parts)
    except Refused as refusal:
        return refusal.code
    finally:
        database.close()
    return "split"


@pytest.mark.parametrize("dialect", ["postgresql"])
def test_of_two_processes_that_split_a_bundle_one_wins(yard: Yard) -> None:
    yard.receive("T1")
    url = yard.db.url.render_as_string(hide_password=False)
    with processes.pool(2) as pool:
        arguments = [(url, yard.keeper, yard.warehouse.id, number) for number in range(4)]
        outcomes = sorted(pool.starmap(split_in_a_process, arguments, chunksize=1))
    assert outcomes == ["bundle_not_here"] * 3 + ["split"]
    assert len(stock(yard)) == 2
    yard.assert_sound()


def test_a_bundle_is_split_issued_tagged_anew_or_sold_never_two_of_them(yard: Yard) -> None:
    yard.receive("T1")
    title = order(yard, "T1")
    taken = {"bundle_not_here", "already_issued", "wrong_owner"}

    def attempt(act: Callable[[Any], Any]) -> str:
        try:
            with yard.db.write() as session:
                act(session)
        except Refused as refusal:
            return refusal.code
        return "done"

    ground = (yard.keeper, yard.warehouse.id)
    acts: list[Callable[[], str]] = [
        lambda: attempt(lambda session: splitting.split(session, *ground, "T1", [Output(4), Output(6)])),
        lambda: attempt(lambda session: retagging.retag(session, *ground, "T1", "NEW")),
        lambda: attempt(lambda session: owning.confirm(session, yard.keeper, title.id)),
        lambda: issue_once(yard.db, *ground, yard.owner.org_id, "T1"),
    ]
    with ThreadPoolExecutor(len(acts)) as pool:
        outcomes = list(pool.map(lambda act: act(), acts))
    won = [outcome for outcome in outcomes if outcome in {"done", "posted"}]
    assert set(outcomes) - {"done", "posted"} <= taken
    # Who works for the yard may still act on goods that were sold meanwhile; only their leaving is refused.
    assert len(won) == 1 or (outcomes[2] == "done" and outcomes[3] == "wrong_owner" and len(won) == 2)
    assert sum(quantity.pieces for quantity in stock(yard).values()) == (0 if outcomes[3] == "posted" else 10)
    yard.assert_sound()


def test_a_process_is_undone_once(yard: Yard) -> None:
    yard.receive("T1")
    process = split(yard, "T1", 4, 6)

    def undo(_: int) -> str:
        try:
            with yard.db.write() as session:
                unmaking.reverse(session, yard.keeper, process.id, "a slip")
        except Refused as refusal:
            return refusal.code
        return "undone"

    with ThreadPoolExecutor(4) as pool:
        outcomes = sorted(pool.map(undo, range(4)))
    assert outcomes == ["process_not_reversible"] * 3 + ["undone"]
    assert set(stock(yard)) == {"T1"}
    yard.assert_sound()
