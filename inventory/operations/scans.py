"""Scans: one to a thousand operations of a device in one transaction, each with its own answer.

The number of SQL statements is the same for one operation and for a thousand. An operation that was answered before
gets its first answer again, refusals too, and changes nothing.
"""

import hashlib
from collections.abc import Iterable, Sequence
from typing import Any, cast

from sqlalchemy import BigInteger, Integer, String, Table, select, true
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from inventory import errors
from inventory.models import Place, ScanAnswer, StockIssue, Stocktake, StocktakeCount, StocktakePlace, Warehouse
from inventory.operations import ledger, yard
from inventory.operations.moving import tell_moved
from inventory.operations.scope import own_warehouse
from inventory.rowset import RowTypes, rowset
from inventory.scanning import (
    Answer,
    Carried,
    CountMade,
    IssueView,
    Judgement,
    Operation,
    StocktakeView,
    judge,
    refused,
)
from inventory.states import Document, IssueStatus, OperationKind, Outcome, StocktakeStatus
from steelyard.core import audit
from steelyard.core.actors import Actor
from steelyard.core.models import UtcDateTime, canonical_json

_STR, _INT, _MOMENT = String(), BigInteger(), UtcDateTime()
_ANSWER_TYPES: RowTypes = {
    "warehouse_id": _INT, "client_op_id": _STR, "fingerprint": _STR, "answer": _STR,
    "recorded_at": _MOMENT, "actor_id": _INT,
}  # fmt: skip
_COUNT_TYPES: RowTypes = {
    "stocktake_id": _INT, "tag": _STR, "bundle_id": _INT, "place_id": _INT, "pieces": Integer(),
    "event_at": _MOMENT, "recorded_at": _MOMENT, "client_op_id": _STR, "counted_by": _INT,
}  # fmt: skip

First = dict[str, tuple[str, Answer]]
"""The first answer to each operation id, with the fingerprint of the operation that it answered."""


def perform(session: Session, actor: Actor, warehouse_id: int, operations: Sequence[Operation]) -> list[Answer]:
    """Carry out ``operations`` in their order, refuse those that cannot be, and answer each.

    Raises ``NotFound`` for a foreign warehouse, and ``OperationInFlight`` where another request is just recording one
    of the same operations with another outcome; then nothing is written.
    """
    warehouse = own_warehouse(session, actor, warehouse_id)
    virtual = yard.virtual_places(session, warehouse_id)
    view = yard.look(session, warehouse_id, {op.tag for op in operations}, _places_of(operations), virtual)
    view.issues = _issues(session, warehouse_id, operations)
    view.stocktakes = _stocktakes(session, warehouse_id, operations)
    kept = _kept(session, warehouse_id, operations)
    stamp = yard.stamp(session, actor, warehouse_id, virtual)
    fresh = _fresh(operations, kept)
    judgement = judge(view, list(fresh.values()), stamp.recorded_at)
    _write(session, warehouse, stamp, judgement)
    first = {**kept, **_first_answers(fresh, judgement)}
    first.update(_keep(session, stamp, fresh, first))
    if judgement.effects:
        ids = [effect.operation.client_op_id for effect in judgement.effects]
        audit.record(session, actor, "inventory.scanned", f"warehouse:{warehouse.code}", {"operations": ids})
    return [_answer_to(operation, *first[operation.client_op_id]) for operation in operations]


def _places_of(operations: Iterable[Operation]) -> set[str]:
    return {code for op in operations for code in (op.place, op.from_place) if code is not None}


def _issues(session: Session, warehouse_id: int, operations: Iterable[Operation]) -> dict[str, IssueView]:
    """The issues named, kept from being posted until this transaction ends."""
    numbers = sorted({op.issue_number for op in operations if op.kind is OperationKind.ISSUE and op.issue_number})
    if not numbers:
        return {}
    wanted = rowset(session, "wanted", {"number": _STR}, [{"number": number} for number in numbers])
    query = (
        select(StockIssue.number, StockIssue.id, StockIssue.owner_id, StockIssue.status)
        .join(wanted, wanted.c.number == StockIssue.number)
        .where(StockIssue.warehouse_id == warehouse_id)
        .order_by(StockIssue.id)
        .with_for_update(read=True, of=StockIssue)
    )
    return {
        number: IssueView(id_, number, owner_id, IssueStatus(status))
        for number, id_, owner_id, status in session.execute(query)
    }


def _stocktakes(session: Session, warehouse_id: int, operations: Sequence[Operation]) -> dict[str, StocktakeView]:
    """The stocktakes named, kept from being closed until this transaction ends, with those places that they cover."""
    counts = [op for op in operations if op.kind is OperationKind.COUNT and op.stocktake_number]
    if not counts:
        return {}
    numbers = [{"number": number} for number in sorted({str(op.stocktake_number) for op in counts})]
    wanted = rowset(session, "wanted", {"number": _STR}, numbers)
    query = (
        select(Stocktake.number, Stocktake.id, Stocktake.status, Stocktake.opened_at)
        .join(wanted, wanted.c.number == Stocktake.number)
        .where(Stocktake.warehouse_id == warehouse_id)
        .order_by(Stocktake.id)
        .with_for_update(read=True, of=Stocktake)
    )
    found = session.execute(query).all()
    codes = rowset(session, "codes", {"code": _STR}, [{"code": code} for code in sorted(_places_of(counts))])
    covered: dict[int, set[int]] = {}
    places = (
        select(StocktakePlace.stocktake_id, StocktakePlace.place_id)
        .join(Place, Place.id == StocktakePlace.place_id)
        .join(codes, codes.c.code == Place.code)
        .join(Stocktake, Stocktake.id == StocktakePlace.stocktake_id)
        .join(wanted, wanted.c.number == Stocktake.number)
    )
    for stocktake_id, place_id in session.execute(places):
        covered.setdefault(stocktake_id, set()).add(place_id)
    return {
        number: StocktakeView(id_, number, StocktakeStatus(status), opened_at, frozenset(covered.get(id_, ())))
        for number, id_, status, opened_at in found
    }


def _fingerprint(operation: Operation) -> str:
    return hashlib.sha256(operation.fingerprint().encode()).hexdigest()


def _kept(session: Session, warehouse_id: int, operations: Iterable[Operation]) -> First:
    """The first answers to those operations that were answered before, with their fingerprints."""
    ids = [{"id": id_} for id_ in sorted({op.client_op_id for op in operations})]
    wanted = rowset(session, "wanted", {"id": _STR}, ids)
    query = (
        select(ScanAnswer.client_op_id, ScanAnswer.fingerprint, ScanAnswer.answer)
        .join(wanted, wanted.c.id == ScanAnswer.client_op_id)
        .where(ScanAnswer.warehouse_id == warehouse_id)
    )
    return {id_: (fingerprint, _answer(document)) for id_, fingerprint, document in session.execute(query)}


def _answer(document: dict[str, Any]) -> Answer:
    return Answer(**{**document, "outcome": Outcome(document["outcome"])})


def _fresh(operations: Iterable[Operation], kept: First) -> dict[str, Operation]:
    """The operations that were not answered before, each id once."""
    fresh: dict[str, Operation] = {}
    for operation in operations:
        if operation.client_op_id not in kept:
            fresh.setdefault(operation.client_op_id, operation)
    return fresh


def _first_answers(fresh: dict[str, Operation], judgement: Judgement) -> First:
    return {answer.client_op_id: (_fingerprint(fresh[answer.client_op_id]), answer) for answer in judgement.answers}


def _answer_to(operation: Operation, fingerprint: str, answer: Answer) -> Answer:
    """The first answer, unless the id was used for another operation."""
    if _fingerprint(operation) != fingerprint:
        return refused(operation, errors.OperationIdReused(client_op_id=operation.client_op_id))
    return answer


def _write(session: Session, warehouse: Warehouse, stamp: ledger.Stamp, judgement: Judgement) -> None:
    carried = [effect for effect in judgement.effects if isinstance(effect, Carried)]
    counts = [effect for effect in judgement.effects if isinstance(effect, CountMade)]
    ledger.post(session, stamp, [_posting(effect) for effect in carried])
    if counts:
        _write_counts(session, stamp, counts)
    moved = [effect.movement for effect in carried if effect.issue is None]
    if moved:
        tell_moved(session, warehouse, moved, None)


def _posting(effect: Carried) -> ledger.Posting:
    kind, number = (Document.ISSUE, effect.issue.number) if effect.issue else (Document.SCAN, None)
    operation = effect.operation
    return ledger.Posting(effect.movement, kind, number, operation.event_at, operation.client_op_id)


def _write_counts(session: Session, stamp: ledger.Stamp, counts: Sequence[CountMade]) -> None:
    rows = [
        {
            "stocktake_id": count.stocktake_id, "tag": count.operation.tag, "bundle_id": count.bundle_id,
            "place_id": count.place_id, "pieces": count.operation.pieces, "event_at": count.operation.event_at,
            "recorded_at": stamp.recorded_at, "client_op_id": count.operation.client_op_id,
            "counted_by": stamp.actor_id,
        }
        for count in counts
    ]  # fmt: skip
    given = rowset(session, "given", _COUNT_TYPES, rows)
    table = cast(Table, StocktakeCount.__table__)
    session.execute(table.insert().from_select(list(_COUNT_TYPES), select(*(given.c[name] for name in _COUNT_TYPES))))


def _keep(session: Session, stamp: ledger.Stamp, fresh: dict[str, Operation], first: First) -> First:
    """Keep the first answers; where another request was quicker with a refusal, return the answer that it kept."""
    if not fresh:
        return {}
    rows = [_answer_row(stamp, id_, *first[id_]) for id_ in fresh]
    given = rowset(session, "given", _ANSWER_TYPES, rows)
    table = cast(Table, ScanAnswer.__table__)
    dialect: Any = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    source = select(*(given.c[name] for name in _ANSWER_TYPES)).where(true())
    insert = dialect.insert(table).from_select(list(_ANSWER_TYPES), source).on_conflict_do_nothing()
    written = set(session.scalars(insert.returning(table.c.client_op_id)))
    late = [operation for id_, operation in fresh.items() if id_ not in written]
    for operation in late:
        if first[operation.client_op_id][1].outcome is Outcome.DONE:
            raise errors.OperationInFlight(client_op_id=operation.client_op_id)
    return _kept(session, stamp.warehouse_id, late) if late else {}


def _answer_row(stamp: ledger.Stamp, client_op_id: str, fingerprint: str, answer: Answer) -> dict[str, Any]:
    return {
        "warehouse_id": stamp.warehouse_id,
        "client_op_id": client_op_id,
        "fingerprint": fingerprint,
        "answer": canonical_json(answer.document()),
        "recorded_at": stamp.recorded_at,
        "actor_id": stamp.actor_id,
    }
