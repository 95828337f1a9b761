"""A list costs the same few statements however many rows it shows."""

from collections.abc import Callable

import pytest

from steelyard.core.database import Database
from tests.support.clients import ApiClient
from tests.support.statements import sent

from .market import Market
from .test_journey import issue

MOST = 12
"""Statements of one request, those of its sign-in included."""


def cost(db: Database, client: ApiClient, path: str, rows: int) -> int:
    """How many statements a list takes that shows so many rows."""
    client.get(path)
    with sent(db) as seen:
        answer = client.get(path)
    assert len(answer.json["items"]) == rows, answer.text
    return len(seen)


def some_demands(market: Market, db: Database, number: int) -> None:
    """A demand of a shipper of its own that names a yard and a receiver of its own."""
    market.people |= {"yard": market.world.actor("warehouse"), "shipper": market.world.actor("pipe_maker")}
    market.clients["shipper"] = market.api_as(market.people["shipper"])
    receiver = market.world.org("trader").id
    market.demand(loading_warehouse_org_id=market.people["yard"].org_id, receiver_org_id=receiver)


def some_supplies(market: Market, db: Database, number: int) -> None:
    """A lorry of a carrier of its own."""
    market.people["carrier"] = market.world.actor("carrier")
    market.clients["carrier"] = market.api_as(market.people["carrier"])
    market.supply(plate=f"鲁P2000{number}")


def some_journey(market: Market, db: Database, number: int) -> None:
    """A load of two sides of their own, with a waybill that is loaded from two issues."""
    some_supplies(market, db, number)
    some_demands(market, db, number)
    market.round()
    load = market.loads()[-1]
    market.made("shipper", f"/freight/loads/{load['id']}/accept", {})
    paper = market.made("carrier", f"/freight/loads/{load['id']}/accept", {})["waybill_number"]
    for part in (1, 2):
        issue(market, db, paper, number=f"CK-2026112{number}-000{part}")
    assert len(market.operator.get("/waybills").json["items"][-1]["loadings"]) == 2


def some_round(market: Market, db: Database, number: int) -> None:
    """A round that leaves postings over."""
    market.demand(mass_g=90_000_000)
    market.round()


@pytest.mark.parametrize(
    ("make", "paths"),
    [
        (some_demands, ["/freight/demands"]),
        (some_supplies, ["/freight/supplies"]),
        (some_journey, ["/freight/loads", "/waybills"]),
        (some_round, ["/freight/rounds"]),
    ],
    ids=["demands", "supplies", "loads and waybills", "rounds"],
)
def test_a_longer_list_takes_no_more_statements(
    market: Market, db: Database, make: Callable[[Market, Database, int], None], paths: list[str]
) -> None:
    """One row and four rows of a list cost the same."""
    make(market, db, 0)
    one = [cost(db, market.operator, path, 1) for path in paths]
    for number in (1, 2, 3):
        make(market, db, number)
    four = [cost(db, market.operator, path, 4) for path in paths]
    assert one == four
    assert max(four) <= MOST


def test_a_round_with_many_postings_left_over_takes_as_few_statements(market: Market, db: Database) -> None:
    """Only the single round shows what it left over, and reads all of it at once."""
    for number in range(5):
        market.demand(mass_g=90_000_000)
        market.supply(plate=f"鲁P3000{number}")
    held = market.round()
    path = f"/freight/rounds/{held['id']}"
    market.operator.get(path)
    with sent(db) as seen:
        found = market.operator.get(path).json
    assert len({item["number"] for item in found["left_over"]}) == 10
    assert len(seen) <= MOST
    [listed] = market.operator.get("/freight/rounds").json["items"]
    assert listed == {name: value for name, value in found.items() if name != "left_over"}
