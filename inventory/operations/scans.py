"""Scans: one to a thousand operations of a device in one transaction, each with its own answer.

The number of SQL statements is the same for one operation and for a thousand. An operation that was answered before
gets its first answer again, refusals too, and changes nothing.
"""

from collections.abc import Collection, Mapping, Sequence
from functools import cache
from typing import Any, cast

from sqlalchemy import BigInteger, Integer, String, Table, select
from sqlalchemy.orm import Session

from inventory.models import StocktakeCount
from inventory.operations import (
    announcing,
    answered,
    arriving,
    capacities,
    defect_scans,
    gathering,
    ledger,
    papers,
    parts,
    picks,
    reading,
    reasons,
)
from inventory.operations.gathering import Asked, First, Gathered
from inventory.operations.papers import Papers
from inventory.operations.parts import Wanted
from inventory.quantities import Movement
from inventory.rules import HEAD
from inventory.scanning import (
    Answer,
    Carried,
    CountMade,
    Effect,
    Judgement,
    Operation,
    Picked,
    Reported,
    YardView,
    judge,
)
from inventory.states import Document, PlaceKind
from steelyard.api.idempotency import Once, note
from steelyard.core import audit, outbox
from steelyard.core.actors import Actor
from steelyard.core.batch import Batch, Write
from steelyard.core.models import UtcDateTime
from steelyard.core.prepared import given, packed
from steelyard.core.rowset import RowTypes

_STR, _INT, _MOMENT = String(), BigInteger(), UtcDateTime()
_COUNT_TYPES: RowTypes = {
    "stocktake_id": _INT, "tag": _STR, "bundle_id": _INT, "place_id": _INT, "pieces": Integer(),
    "round": Integer(), "event_at": _MOMENT, "recorded_at": _MOMENT, "client_op_id": _STR, "counted_by": _INT,
}  # fmt: skip


def perform(
    session: Session, actor: Actor, warehouse_id: int, operations: Sequence[Operation], once: Once | None = None
) -> list[Answer]:
    """Carry out ``operations`` in their order, refuse those that cannot be, and answer each.

    A move needs three statements on PostgreSQL: lock, read, write. Raises ``NotFound`` for a foreign warehouse,
    ``KeyReused`` where ``once`` came with other operations, and ``OperationInFlight`` where another request is just
    recording one of the same operations with another outcome; then nothing is written.
    """
    operations, numbers = reading.read(operations)
    meant = parts.ask(session, warehouse_id, {**reading.wanted(actor, numbers), **picks.swaps(operations)})
    operations, freed = reading.known(operations, numbers, meant), picks.freed(meant)
    labels = gathering.lock(session, actor, warehouse_id, {op.tag for op in operations} | freed)
    named = papers.lock(session, warehouse_id, operations)
    came = arriving.perform(session, actor, warehouse_id, labels, named.receipts, operations, once)
    if came.is_noted:
        return [_answer(operation, {}, came.answers) for operation in operations]
    rest = came.behind(operations)
    labels = came.known_to(rest, labels, freed)
    asked = Asked(papers.places_of(rest), {op.client_op_id for op in rest}, once, _more(named, rest, labels))
    found = gathering.gather(session, actor, warehouse_id, labels, asked)
    arriving.recognise(once, found)
    rest = reading.compared(reasons.checked(rest, found.rows), found)
    view = YardView(
        found.virtual[PlaceKind.CUSTOMER], found.bundles, found.places, named.issues, named.stocktakes, found.blocked,
        picks.view(named.orders, found), capacities.load(named.shelves, found.rows), HEAD.allows(actor),
    )  # fmt: skip
    stamp = ledger.Stamp(warehouse_id, frozenset(found.virtual.values()), found.now, actor.user_id)
    fresh = answered.fresh(rest, found.kept)
    judgement = judge(view, list(fresh.values()), stamp.recorded_at)
    defect_scans.keep(session, actor, found, judgement)
    first = {**found.kept, **answered.first(fresh, judgement.answers)}
    others = _write(session, actor, found, stamp, judgement, fresh, first, once)
    own = {id_: operation for id_, operation in fresh.items() if id_ not in others}
    first.update(others)
    first.update(came.answers)
    return [_answer(operation, own, first) for operation in operations]


def _answer(operation: Operation, own: Mapping[str, Operation], first: First) -> Answer:
    """The first answer; only where it was not given to this very operation there is something to compare."""
    mark, answer = first[operation.client_op_id]
    return answer if own.get(operation.client_op_id) is operation else answered.to(operation, mark, answer)


def _more(named: Papers, operations: Sequence[Operation], labels: Collection[int]) -> Wanted:
    """What operations of some kinds are judged by besides, read with the rest; nothing for a move."""
    shelves: Wanted = {capacities.lying: {"shelf_ids": named.shelves}} if named.shelves else {}
    return {**picks.wanted(named.orders, labels), **shelves, **defect_scans.wanted(operations, labels)}


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
    picks.add(batch, stamp, {effect.pick.order.number: effect.pick.order for effect in picked}.values())
    defect_scans.add(batch, judgement.effects)
    expected = ledger.add(batch, stamp, [posting for effect in judgement.effects for posting in _postings(effect)])
    counts = [effect for effect in judgement.effects if isinstance(effect, CountMade)]
    if counts:
        rows = packed(batch.dialect, "counts", _COUNT_TYPES, (_count_row(stamp, count) for count in counts))
        batch.add(_counted(batch.dialect, one=rows.one), rows)
    if fresh:
        answered.add(batch, stamp, fresh, first)
    told = picks.notices(found.ground, found.labels, [effect.pick for effect in picked])
    told += defect_scans.notices(found, judgement.effects)
    outbox.add(batch, [*_moved(found, [effect.movement for effect in carried if effect.issue is None]), *told])
    if judgement.effects:
        ids = [effect.operation.client_op_id for effect in judgement.effects]
        scanned = audit.Act("inventory.scanned", f"warehouse:{found.ground.code}", {"operations": ids})
        overfilled = [_overfilled(found, effect) for effect in carried if effect.overfills]
        audit.add(batch, actor, [scanned, *defect_scans.acts(judgement.effects), *overfilled])
    if once is not None and not once.replayed:
        note(batch, actor, once)
    done = batch.run()
    ledger.check(expected, done)
    return answered.quicker(session, stamp, fresh, first, done.get("answered", ()))


def _moved(found: Gathered, movements: Sequence[Movement]) -> list[outbox.Notice]:
    """One event for each owner of what was moved within the yard."""
    by_owner: dict[int, list[dict[str, Any]]] = {}
    for movement in movements:
        trip = {"from_place_id": movement.source.place_id, "to_place_id": movement.target.place_id}
        told = {**found.labels[movement.bundle_id].told(), **movement.quantity._asdict(), **trip}
        by_owner.setdefault(movement.target.owner_id, []).append(told)
    by_owner_told = {owner: {"number": None, **announcing.summary(bundles)} for owner, bundles in by_owner.items()}
    return announcing.notices("bundle_moved", f"warehouse:{found.ground.code}", found.ground, by_owner_told)


def _postings(effect: Effect) -> list[ledger.Posting]:
    operation = effect.operation
    said = (operation.event_at, operation.client_op_id)
    if isinstance(effect, Picked):
        number = effect.pick.order.number
        return [ledger.Posting(one, Document.DELIVERY, number, *said) for one in effect.pick.movements]
    if isinstance(effect, Reported):
        aside = effect.report
        return [ledger.Posting(aside.movement, Document.QUALITY, aside.number, *said)] if aside.movement else []
    if isinstance(effect, CountMade):
        return []
    if effect.issue is None:
        return [ledger.Posting(effect.movement, Document.SCAN, None, *said)]
    return [ledger.Posting(effect.movement, Document.ISSUE, effect.issue.number, *said)]


def _overfilled(found: Gathered, effect: Carried) -> audit.Act:
    operation = effect.operation
    detail = {"tag": operation.tag, "reason": operation.over_capacity, "operation": operation.client_op_id}
    return audit.Act("inventory.place_overfilled", f"place:{found.ground.code}/{operation.place}", detail)


def _count_row(stamp: ledger.Stamp, count: CountMade) -> dict[str, Any]:
    return {
        "stocktake_id": count.stocktake_id, "tag": count.operation.tag, "bundle_id": count.bundle_id,
        "place_id": count.place_id, "pieces": count.operation.pieces, "event_at": count.operation.event_at,
        "round": count.round, "recorded_at": stamp.recorded_at, "client_op_id": count.operation.client_op_id,
        "counted_by": stamp.actor_id,
    }  # fmt: skip


@cache
def _counted(dialect: str, *, one: bool) -> Write:
    rows, table = given(dialect, "counts", _COUNT_TYPES, one=one), cast(Table, StocktakeCount.__table__)
    insert = table.insert().from_select(list(_COUNT_TYPES), select(*(rows.c[name] for name in _COUNT_TYPES)))
    return Write("counted", insert)
