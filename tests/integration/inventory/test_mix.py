"""Requests with operations of every kind over HTTP: how many statements they take, whatever their size."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import update

from inventory.models import Place
from inventory.operations import allocating, issuing, stocktakes
from inventory.operations.deliveries import OrderedLine
from inventory.states import OperationKind
from steelyard.core.clock import utc_now
from tests.support.clients import ApiClient

from . import orders
from .conftest import Yard
from .test_receiving import announce, line, open_receipt
from .test_scans import statements

Kind = OperationKind
MOST_OF_ONE_KIND = {"sqlite": 17, "postgresql": 7}
"""Statements of a request that holds one kind of operation, its caller's recognition and its own note included."""
MOST_OF_ALL = {"sqlite": 33, "postgresql": 12}
"""Where all seven kinds are in one request: what they name is locked together and read together."""
SIZES = (1, 10, 100)
"""Operations of each kind."""
SPARE = [f"spare-{number}" for number in range(12)]
SWAPS = [f"swap-{number}" for number in range(12)]


@dataclass
class Papers:
    """The documents that operations name."""

    issue: str
    count: str
    delivery: str
    receipt: str


def papers(yard: Yard) -> Papers:
    """A yard whose place bears only so much, with every document open that a scan can be made to."""
    tags = [f"{kind.value}-{size}-{number}" for kind in Kind for size in SIZES for number in range(2 * size)]
    tags += [f"{kind.value}-last" for kind in Kind]
    picked = [tag for tag in tags if tag.startswith(Kind.PICK)] + SPARE
    yard.receive(*(tag for tag in tags if not tag.startswith((Kind.RECEIVE, Kind.PICK))))
    yard.receive(*picked, owner=yard.other_owner)
    announce(yard, *(line(yard, tag, heat_number=f"H-{tag}") for tag in tags if tag.startswith(Kind.RECEIVE)))
    order = orders.order(yard, OrderedLine(grade="20", pieces=10 * len(picked)), owner=yard.other_owner)
    loading = issuing.Loading(yard.owner.org_id, "YD-1", "鲁P1")
    with yard.db.write() as session:
        session.execute(update(Place).where(Place.code == "B-01").values(capacity_g=10**12))
        allocating.allocate(session, yard.keeper, order)
        issue = issuing.open_issue(session, yard.keeper, yard.warehouse.id, loading).number
        count = stocktakes.open_stocktake(session, yard.keeper, yard.warehouse.id).number
    yard.receive(*SWAPS, owner=yard.other_owner)
    return Papers(issue, count, orders.read(yard, order).number, open_receipt(yard).number)


def said(kind: Kind, named: Papers, tag: str) -> dict[str, Any]:
    """An operation of a kind; every bundle that comes in is of a heat that is new to the yard."""
    told: Mapping[Kind, dict[str, Any]] = {
        Kind.MOVE: {"place": "A-02"},
        Kind.PUT_AWAY: {"place": "B-01"},
        Kind.ISSUE: {"issue_number": named.issue},
        Kind.COUNT: {"place": "A-01", "stocktake_number": named.count, "pieces": 10},
        Kind.PICK: {"delivery_number": named.delivery},
        Kind.RECEIVE: {"receipt_number": named.receipt, "place": "A-01"},
        Kind.DEFECT: {"defect": {"kind": "bent", "severity": "minor"}},
    }
    return {"kind": kind.value, "tag": tag, **told[kind]}


def taken(yard: Yard, client: ApiClient, operations: list[dict[str, Any]]) -> int:
    """Send operations, all of which are done; the number of statements that it took."""
    key = f"{operations[0]['tag']}-{len(operations)}"
    told = [
        {**one, "event_at": utc_now().isoformat(), "client_op_id": f"{key}-{n}"} for n, one in enumerate(operations)
    ]
    body = {"warehouse_id": yard.warehouse.id, "operations": told}
    with statements(yard) as seen:
        answer = client.post("/warehouse/operations", body, key=f"a-request-{key}")
    assert {one["outcome"] for one in answer.json["answers"]} == {"done"}, answer.text[:2000]
    return len(seen)


def numbered(yard: Yard, client: ApiClient, named: Papers) -> list[dict[str, Any]]:
    """One operation of each kind and those that ask for more: one by the number of a label, one about what comes in."""
    client.post("/gs1-prefixes", {"prefix": "6901234"})
    printed = {"warehouse_id": yard.warehouse.id, "bundle_ids": yard.bundle_ids(["put_away-last"])}
    (label,) = client.post("/label-prints", printed).json["lines"]
    by_tag = [said(kind, named, f"{kind.value}-last") for kind in Kind if kind is not Kind.PUT_AWAY]
    by_number = {**said(Kind.PUT_AWAY, named, ""), "code": f"]C100{label['sscc']}"}
    del by_number["tag"]
    return [*by_tag, by_number, said(Kind.DEFECT, named, "receive-last")]


def test_few_statements_for_any_mix_of_any_size(yard: Yard, api_as: Callable[..., ApiClient]) -> None:
    named, client = papers(yard), api_as(yard.keeper)

    def some(kind: Kind, size: int, first: int) -> list[dict[str, Any]]:
        return [said(kind, named, f"{kind.value}-{size}-{number}") for number in range(first, first + size)]

    def swapped(tags: list[str]) -> list[dict[str, Any]]:
        return [{**said(Kind.PICK, named, tag), "swap_reason": f"nearer than {tag}"} for tag in tags]

    counted = {kind.value: [taken(yard, client, some(kind, size, size)) for size in SIZES] for kind in Kind}
    mixes = [[one for kind in Kind for one in some(kind, size, 0)] for size in SIZES]
    mixed = [taken(yard, client, mix) for mix in mixes]
    mixed.append(taken(yard, client, [*numbered(yard, client, named), *swapped(SWAPS[11:])]))
    counted["swap"] = [taken(yard, client, swapped(tags)) for tags in (SWAPS[:1], SWAPS[1:11])]
    assert [len(mix) for mix in mixes] == [7, 70, 700]
    assert all(min(found) == max(found) for found in (mixed[:3], *counted.values())), (counted, mixed)
    assert max(found[0] for found in counted.values()) <= MOST_OF_ONE_KIND[yard.db.dialect], counted
    assert max(mixed) <= MOST_OF_ALL[yard.db.dialect], mixed
    yard.assert_sound()
