"""The documents that scans name, and the places that take only so much: locked in one statement, after the bundles.

Who holds them keeps them from being posted, closed or counted on by others until the transaction ends. They are locked
in the order in which they stand here, each kind in the order of its ids.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory.models import Place, StockIssue, Stocktake, StocktakePlace
from inventory.operations import awaiting, capacities, parts, picks
from inventory.operations.awaiting import ReceiptView
from inventory.operations.parts import WAREHOUSE, Parts, Query, Rows
from inventory.picking import OrderView
from inventory.putting_away import Shelf
from inventory.scanning import IssueView, Operation, StocktakeView
from inventory.states import IssueStatus, OperationKind, StocktakeStatus
from steelyard.core.prepared import one_of


@dataclass(frozen=True, slots=True)
class Papers:
    """What is locked: documents by their numbers, places by their ids; of orders and places not yet what is there."""

    receipts: dict[str, ReceiptView]
    issues: dict[str, IssueView]
    stocktakes: dict[str, StocktakeView]
    orders: dict[int, OrderView]
    shelves: dict[int, Shelf]


def lock(session: Session, warehouse_id: int, operations: Sequence[Operation]) -> Papers:
    """Lock what ``operations`` name: one statement, none for a move."""
    rows = parts.ask(session, warehouse_id, dict(_named(operations)))
    return Papers(
        awaiting.receipts(rows), _issues(rows), _stocktakes(rows), picks.orders(rows), capacities.shelves(rows)
    )


def places_of(operations: Iterable[Operation]) -> set[str]:
    """The codes of the places that operations name."""
    return {code for op in operations for code in (op.place, op.from_place) if code is not None}


def _named(operations: Sequence[Operation]) -> Iterator[tuple[Parts, dict[str, set[str]]]]:
    """The locks that are needed, in their order, each with what it asks for."""
    by_kind: dict[OperationKind, list[Operation]] = {}
    for one in operations:
        by_kind.setdefault(one.kind, []).append(one)
    counts = by_kind.get(OperationKind.COUNT, [])
    if numbers := {one.receipt_number for one in by_kind.get(OperationKind.RECEIVE, []) if one.receipt_number}:
        yield awaiting.locked, {"receipt_numbers": numbers}
    if numbers := {one.issue_number for one in by_kind.get(OperationKind.ISSUE, []) if one.issue_number}:
        yield _locked_issues, {"issue_numbers": numbers}
    if numbers := {one.stocktake_number for one in counts if one.stocktake_number}:
        yield _locked_stocktakes, {"stocktake_numbers": numbers, "counted_places": places_of(counts)}
    if numbers := {one.delivery_number for one in by_kind.get(OperationKind.PICK, []) if one.delivery_number}:
        yield picks.locked, {"order_numbers": numbers}
    if OperationKind.PUT_AWAY in by_kind:
        rest = [one for one in operations if one.kind is not OperationKind.RECEIVE]
        yield capacities.locked, {"shelf_codes": places_of(rest)}


def _locked_issues(dialect: str) -> Iterator[Query]:
    query = select(StockIssue.number, StockIssue.id, StockIssue.owner_id, StockIssue.status)
    query = query.where(StockIssue.warehouse_id == WAREHOUSE, one_of(dialect, StockIssue.number, "issue_numbers"))
    yield parts.whole(dialect, "issue", query.order_by(StockIssue.id).with_for_update(read=True))


def _issues(rows: Rows) -> dict[str, IssueView]:
    return {
        number: IssueView(id_, number, owner_id, IssueStatus(status))
        for number, id_, owner_id, status in rows.get("issue", ())
    }


def _locked_stocktakes(dialect: str) -> Iterator[Query]:
    """The stocktakes, each once for every place asked for that it covers, once where it covers none."""
    # The scope of a stocktake is drawn up when it is opened and never changes: it may be read with what is locked.
    covers = select(StocktakePlace.stocktake_id, StocktakePlace.place_id)
    covers = covers.join(Place, Place.id == StocktakePlace.place_id)
    covered = covers.where(one_of(dialect, Place.code, "counted_places")).subquery("covered")
    query = (
        select(
            Stocktake.number, Stocktake.id, Stocktake.status, Stocktake.opened_at, Stocktake.round,
            Stocktake.closed_at, covered.c.place_id,
        )
        .outerjoin(covered, covered.c.stocktake_id == Stocktake.id)
        .where(Stocktake.warehouse_id == WAREHOUSE, one_of(dialect, Stocktake.number, "stocktake_numbers"))
        .order_by(Stocktake.id)
        .with_for_update(read=True, of=Stocktake)
    )  # fmt: skip
    yield parts.whole(dialect, "stocktake", query)


def _stocktakes(rows: Rows) -> dict[str, StocktakeView]:
    found: dict[str, StocktakeView] = {}
    for number, id_, status, opened_at, round_, closed_at, place_id in rows.get("stocktake", ()):
        before = found[number].place_ids if number in found else frozenset[int]()
        places = before if place_id is None else before | {place_id}
        closed = None if closed_at is None else parts.moment(closed_at)
        found[number] = StocktakeView(
            id_, number, StocktakeStatus(status), parts.moment(opened_at), places, round_, closed
        )
    return found
