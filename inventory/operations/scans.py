"""Scans: one to a thousand operations of a device in one transaction, each with its own answer.

The number of SQL statements is the same for one operation and for a thousand. An operation that was answered before
gets its first answer again, refusals too, and changes nothing.
"""

import hashlib
from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict
from functools import cache
from typing import Any, cast

from sqlalchemy import BigInteger, Integer, String, Table, select, true
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from inventory import errors
from inventory.models import Place, ScanAnswer, StockIssue, Stocktake, StocktakeCount, StocktakePlace
from inventory.operations import announcing, gathering, ledger, picks, reading
from inventory.operations.gathering import Asked, First, Gathered
from inventory.quantities import Movement
from inventory.scanning import (
    Answer,
    Carried,
    CountMade,
    Effect,
    IssueView,
    Judgement,
    Operation,
    Picked,
    StocktakeView,
    YardView,
    judge,
    refused,
)
from inventory.states import Document, IssueStatus, OperationKind, Outcome, PlaceKind, StocktakeStatus
from steelyard.api.idempotency import KeyReused, Once, note
from steelyard.core import audit, outbox
from steelyard.core.actors import Actor
from steelyard.core.batch import Batch, Write
from steelyard.core.models import UtcDateTime, canonical_json
from steelyard.core.prepared import POSTGRESQL, given, packed
from steelyard.core.rowset import RowTypes, rowset

_STR, _INT, _MOMENT = String(), BigInteger(), UtcDateTime()
_ANSWER_TYPES: RowTypes = {
    "warehouse_id": _INT, "client_op_id": _STR, "fingerprint": _STR, "answer": _STR,
    "recorded_at": _MOMENT, "actor_id": _INT,
}  # fmt: skip
_COUNT_TYPES: RowTypes = {
    "stocktake_id": _INT, "tag": _STR, "bundle_id": _INT, "place_id": _INT, "pieces": Integer(),
    "event_at": _MOMENT, "recorded_at": _MOMENT, "client_op_id": _STR, "counted_by": _INT,
}  # fmt: skip


def perform(
    session: Session, actor: Actor, warehouse_id: int, operations: Sequence[Operation], once: Once | None = None
) -> list[Answer]:
    """Carry out ``operations`` in their order, refuse those that cannot be, and answer each.

    A move needs three statements on PostgreSQL: lock, read, write. Raises ``NotFound`` for a foreign warehouse,
    ``KeyReused`` where ``once`` came with other operations, and ``OperationInFlight`` where another request is just
    recording one of the same operations with another outcome; then nothing is written.
    """
    operations = reading.read(session, actor, operations)
    tags = {op.tag for op in operations} | picks.swapped_tags(session, warehouse_id, operations)
    asked = Asked(tags, _places_of(operations), {op.client_op_id for op in operations}, once)
    labels = gathering.lock(session, actor, warehouse_id, asked.tags)
    issues, stocktakes = _issues(session, warehouse_id, operations), _stocktakes(session, warehouse_id, operations)
    orders = picks.orders(session, warehouse_id, operations, labels)
    found = gathering.gather(session, actor, warehouse_id, labels, asked)
    if once is not None and found.repeated is not None:
        if found.repeated != once.hash:
            raise KeyReused
        once.replayed = True
    operations = reading.compared(operations, found)
    view = YardView(
        found.virtual[PlaceKind.CUSTOMER], found.bundles, found.places, issues, stocktakes, found.blocked, orders
    )
    stamp = ledger.Stamp(warehouse_id, frozenset(found.virtual.values()), found.now, actor.user_id)
    fresh = _fresh(operations, found.kept)
    judgement = judge(view, list(fresh.values()), stamp.recorded_at)
    first = {**found.kept, **_first_answers(fresh, judgement)}
    first.update(_write(session, actor, found, stamp, judgement, fresh, first, once))
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
    return {id_: (fingerprint, gathering.answer_of(document)) for id_, fingerprint, document in session.execute(query)}


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


def _write(
    session: Session,
    actor: Actor,
    found: Gathered,
    stamp: ledger.Stamp,
    judgement: Judgement,
    fresh: dict[str, Operation],
    first: First,
    once: Once | None,
) -> First:
    """Write what was judged; where another request was quicker with a refusal, return the answers that it kept."""
    batch = Batch(session)
    carried = [effect for effect in judgement.effects if isinstance(effect, Carried)]
    picked = [effect for effect in judgement.effects if isinstance(effect, Picked)]
    picks.write(session, stamp, {effect.pick.order.number: effect.pick.order for effect in picked}.values())
    expected = ledger.add(batch, stamp, [posting for effect in judgement.effects for posting in _postings(effect)])
    counts = [effect for effect in judgement.effects if isinstance(effect, CountMade)]
    if counts:
        rows = (_count_row(stamp, count) for count in counts)
        batch.add(_counted(batch.dialect), counts=packed(batch.dialect, _COUNT_TYPES, rows))
    if fresh:
        rows = (_answer_row(stamp, id_, *first[id_]) for id_ in fresh)
        batch.add(_answered(batch.dialect), answers=packed(batch.dialect, _ANSWER_TYPES, rows))
    told = picks.notices(found.ground, found.labels, [effect.pick for effect in picked])
    outbox.add(batch, [*_moved(found, [effect.movement for effect in carried if effect.issue is None]), *told])
    if judgement.effects:
        ids = [effect.operation.client_op_id for effect in judgement.effects]
        audit.add(batch, actor, "inventory.scanned", f"warehouse:{found.ground.code}", {"operations": ids})
    if once is not None and not once.replayed:
        note(batch, actor, once)
    done = batch.run()
    ledger.check(expected, done)
    return _quicker(session, stamp, fresh, first, done.get("answered", ()))


def _quicker(
    session: Session, stamp: ledger.Stamp, fresh: dict[str, Operation], first: First, written: Collection[str]
) -> First:
    late = [operation for id_, operation in fresh.items() if id_ not in set(written)]
    for operation in late:
        if first[operation.client_op_id][1].outcome is Outcome.DONE:
            raise errors.OperationInFlight(client_op_id=operation.client_op_id)
    return _kept(session, stamp.warehouse_id, late) if late else {}


def _moved(found: Gathered, movements: Sequence[Movement]) -> list[outbox.Notice]:
    """One event for each owner of what was moved within the yard."""
    by_owner: dict[int, list[dict[str, Any]]] = {}
    for movement in movements:
        trip = {"from_place_id": movement.source.place_id, "to_place_id": movement.target.place_id}
        told = {**asdict(found.labels[movement.bundle_id]), **movement.quantity._asdict(), **trip}
        by_owner.setdefault(movement.target.owner_id, []).append(told)
    by_owner_told = {owner: {"number": None, **announcing.summary(bundles)} for owner, bundles in by_owner.items()}
    return announcing.notices("bundle_moved", f"warehouse:{found.ground.code}", found.ground, by_owner_told)


def _postings(effect: Effect) -> list[ledger.Posting]:
    operation = effect.operation
    said = (operation.event_at, operation.client_op_id)
    if isinstance(effect, Picked):
        number = effect.pick.order.number
        return [ledger.Posting(one, Document.DELIVERY, number, *said) for one in effect.pick.movements]
    if isinstance(effect, CountMade):
        return []
    if effect.issue is None:
        return [ledger.Posting(effect.movement, Document.SCAN, None, *said)]
    return [ledger.Posting(effect.movement, Document.ISSUE, effect.issue.number, *said)]


def _count_row(stamp: ledger.Stamp, count: CountMade) -> dict[str, Any]:
    return {
        "stocktake_id": count.stocktake_id, "tag": count.operation.tag, "bundle_id": count.bundle_id,
        "place_id": count.place_id, "pieces": count.operation.pieces, "event_at": count.operation.event_at,
        "recorded_at": stamp.recorded_at, "client_op_id": count.operation.client_op_id,
        "counted_by": stamp.actor_id,
    }  # fmt: skip


@cache
def _counted(dialect: str) -> Write:
    rows, table = given(dialect, "counts", _COUNT_TYPES), cast(Table, StocktakeCount.__table__)
    insert = table.insert().from_select(list(_COUNT_TYPES), select(*(rows.c[name] for name in _COUNT_TYPES)))
    return Write("counted", insert, table.c.id)


@cache
def _answered(dialect: str) -> Write:
    rows, table = given(dialect, "answers", _ANSWER_TYPES), cast(Table, ScanAnswer.__table__)
    source = select(*(rows.c[name] for name in _ANSWER_TYPES)).where(true())
    upsert: Any = postgresql if dialect == POSTGRESQL else sqlite
    insert = upsert.insert(table).from_select(list(_ANSWER_TYPES), source).on_conflict_do_nothing()
    return Write("answered", insert, table.c.client_op_id)


def _answer_row(stamp: ledger.Stamp, client_op_id: str, fingerprint: str, answer: Answer) -> dict[str, Any]:
    return {
        "warehouse_id": stamp.warehouse_id,
        "client_op_id": client_op_id,
        "fingerprint": fingerprint,
        "answer": canonical_json(answer.document()),
        "recorded_at": stamp.recorded_at,
        "actor_id": stamp.actor_id,
    }
