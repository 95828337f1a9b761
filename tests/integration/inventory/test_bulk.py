"""Requests of a thousand operations over HTTP: few statements, whatever their size."""

from collections.abc import Callable
from typing import Any

from inventory.operations import issuing, stocktakes
from steelyard.core.clock import utc_now
from tests.support.clients import ApiClient

from .conftest import Yard
from .test_scans import statements

MOST = {"sqlite": 20, "postgresql": 12}
"""Of a request of any size, the caller's recognition and the request's own note included."""
TAGS = [f"B{number}" for number in range(300)]


def asked(yard: Yard, tags: list[str], issue: str, count: str) -> dict[str, Any]:
    """Each bundle counted, moved to and fro, and a third of them loaded."""
    common = {"event_at": utc_now().isoformat()}
    operations: list[dict[str, Any]] = []
    for place, tag in enumerate(tags):
        operations += [
            {"kind": "count", "tag": tag, "place": "A-01", "stocktake_number": count, "pieces": 10},
            {"kind": "move", "tag": tag, "place": "B-01"},
            {"kind": "move", "tag": tag, "place": "A-02"},
        ]
        if place % 3 == 0:
            operations.append({"kind": "issue", "tag": tag, "issue_number": issue})
    told = [{**common, **one, "client_op_id": f"{tags[0]}-{place}"} for place, one in enumerate(operations)]
    return {"warehouse_id": yard.warehouse.id, "operations": told}


def test_a_thousand_operations_take_as_few_statements_as_four(yard: Yard, api_as: Callable[..., ApiClient]) -> None:
    yard.receive("ONE", *TAGS)
    with yard.db.write() as session:
        loading = issuing.Loading(yard.owner.org_id, "YD-1", "鲁P1")
        issue = issuing.open_issue(session, yard.keeper, yard.warehouse.id, loading).number
        count = stocktakes.open_stocktake(session, yard.keeper, yard.warehouse.id).number
    client = api_as(yard.keeper)
    with statements(yard) as for_four:
        client.post("/warehouse/operations", asked(yard, ["ONE"], issue, count), key="few-operations-01")
    with statements(yard) as for_many:
        answer = client.post("/warehouse/operations", asked(yard, TAGS, issue, count), key="many-operations-1")
    outcomes = [one["outcome"] for one in answer.get_json()["answers"]]
    assert outcomes == ["done"] * 1000
    assert len(for_many) == len(for_four) <= MOST[yard.db.dialect], for_many
    yard.assert_sound()
