"""Moving bundles within the yard (移库), and undoing a move by a counter-move."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory import errors, scanning
from inventory.arrival_errors import ReceiptClosed
from inventory.capacity import Leave
from inventory.models import Bundle, Place, Receipt, StockIssue, StockMove, StockTransfer, Warehouse
from inventory.operations import advices, announcing, capacities, ledger, yard
from inventory.operations.scope import own_warehouse
from inventory.operations.together import all_or_none
from inventory.quantities import Movement, Position, Quantity
from inventory.rules import HEAD
from inventory.states import Document, IssueStatus, PlaceKind, ReceiptStatus, State
from steelyard.core import audit
from steelyard.core.actors import Actor
from steelyard.core.clock import business_date
from steelyard.core.errors import NotFound
from steelyard.core.numbering import next_number

_WHOLE = frozenset({Document.STOCKTAKE, Document.PROCESS, Document.TITLE, Document.QUALITY, Document.DELIVERY})
"""Documents of which no single move is undone: a process is undone as a whole, goods are sold back by a new order."""


def transfer(
    session: Session, actor: Actor, warehouse_id: int, tags: Sequence[str], place: str, reason: str,
    *, over_capacity: bool = False,
) -> StockTransfer:  # fmt: skip
    """Bring the bundles that bear ``tags`` to ``place``, all of them or none; raises the first refusal.

    An administrator of the yard may fill the place beyond what it takes, for the same reason.
    """
    warehouse = own_warehouse(session, actor, warehouse_id)
    virtual = yard.virtual_places(session, warehouse_id)
    view = yard.look(session, warehouse_id, tags, [place], virtual)
    view.shelves = capacities.held(session, view.places.values())
    leave, overfilling = Leave(reason if over_capacity else None, HEAD.allows(actor)), []

    def bring(tag: str) -> Movement:
        movement, overfills = scanning.put_away(view, tag, place, leave)
        overfilling.extend([tag] if overfills else [])
        return movement

    movements = all_or_none(tags, bring)
    stamp = yard.stamp(session, actor, warehouse_id, virtual)
    order = StockTransfer(
        number=next_number(session, "YK", business_date(stamp.recorded_at)), warehouse_id=warehouse_id,
        place_id=view.place(place), reason=reason, recorded_at=stamp.recorded_at, moved_by=actor.user_id,
    )  # fmt: skip
    session.add(order)
    session.flush()
    postings = [ledger.Posting(movement, Document.TRANSFER, order.number, stamp.recorded_at) for movement in movements]
    ledger.post(session, stamp, postings)
    audit.record(session, actor, "inventory.transfer_posted", f"transfer:{order.number}", {"tags": list(tags)})
    if overfilling:
        detail = {"tags": overfilling, "reason": reason, "transfer": order.number}
        audit.record(session, actor, "inventory.place_overfilled", f"place:{warehouse.code}/{place}", detail)
    tell_moved(session, warehouse, movements, order.number)
    return order


def tell_moved(session: Session, warehouse: Warehouse, movements: Sequence[Movement], number: str | None) -> None:
    """Publish ``bundle_moved``, one event for each owner, so that none reads of another's goods."""
    by_owner: dict[int, list[dict[str, Any]]] = {}
    for bundle, movement in zip(announcing.bundles_of(session, movements), movements, strict=True):
        trip = {"from_place_id": movement.source.place_id, "to_place_id": movement.target.place_id}
        by_owner.setdefault(movement.target.owner_id, []).append({**bundle, **trip})
    announcing.announce_each(
        session, "bundle_moved", f"warehouse:{warehouse.code}", warehouse,
        {owner: {"number": number, **announcing.summary(bundles)} for owner, bundles in sorted(by_owner.items())},
    )  # fmt: skip


def reverse(session: Session, actor: Actor, move_id: int, reason: str) -> StockMove:
    """Undo the last move of a bundle by a counter-move that names it; return the counter-move.

    Raises ``NotFound``, ``MoveNotReversible``, ``ReceiptClosed`` while its receipt waits for a decision,
    ``LoadHasLeft`` where the lorry with the bundle is gone, and ``BundleEncumbered`` or ``BundleQuarantined`` where
    undoing would let a held bundle leave.
    A reversed reception frees the tag.
    """
    move = session.get(StockMove, move_id)
    if move is None:
        raise NotFound
    warehouse = own_warehouse(session, actor, move.warehouse_id)
    yard.lock_by_ids(session, [move.bundle_id])
    newest = session.scalars(
        select(StockMove).where(StockMove.bundle_id == move.bundle_id).order_by(StockMove.id.desc()).limit(1)
    ).one()
    if newest.id != move.id or move.reverses_id is not None or move.document_kind in _WHOLE:
        raise errors.MoveNotReversible
    if move.document_kind == Document.ISSUE:
        _keep_from_leaving(session, move.document_number)
    if move.document_kind == Document.RECEIPT:
        _keep_from_being_judged(session, move)
    bundle = session.get_one(Bundle, move.bundle_id)
    if move.document_kind == Document.RECEIPT:
        scanning.check_free(yard.bundle_view(bundle.id, bundle.tag, [], yard.held(session, [bundle.id]).get(bundle.id)))
    counter = _counter_move(session, actor, move, yard.virtual_places(session, move.warehouse_id))
    if move.document_kind == Document.RECEIPT:
        bundle.voided = counter.id
        advices.taken_back(session, bundle.id)
    subject = f"move:{move.id}"
    audit.record(session, actor, "inventory.move_reversed", subject, {"counter_move": counter.id, "reason": reason})
    _tell_reversed(session, warehouse, move, bundle.tag)
    return counter


def _keep_from_leaving(session: Session, issue_number: str | None) -> None:
    """Lock an issue that is open, so that it is not posted meanwhile; raises ``LoadHasLeft`` when it was posted."""
    status = session.scalar(select(StockIssue.status).where(StockIssue.number == issue_number).with_for_update())
    if status != IssueStatus.OPEN:
        raise errors.LoadHasLeft(number=issue_number)


def _keep_from_being_judged(session: Session, move: StockMove) -> None:
    """Lock the receipt; raise where the move is not the arrival, or the receipt waits for a decision on what came."""
    status = session.scalar(select(Receipt.status).where(Receipt.number == move.document_number).with_for_update())
    if status == ReceiptStatus.STOPPED:
        raise ReceiptClosed(number=move.document_number)
    if session.scalar(select(Place.kind).where(Place.id == move.from_place_id)) != PlaceKind.MILL:
        raise errors.MoveNotReversible


def movement_of(move: StockMove) -> Movement:
    """The movement that a row of the ledger records."""
    return Movement(
        move.bundle_id,
        Quantity(move.pieces, move.length_mm, move.mass_g),
        Position(move.from_place_id, move.from_owner_id, State(move.from_state)),
        Position(move.to_place_id, move.to_owner_id, State(move.to_state)),
    )


def _counter_move(session: Session, actor: Actor, move: StockMove, virtual: dict[PlaceKind, int]) -> StockMove:
    stamp = yard.stamp(session, actor, move.warehouse_id, virtual)
    posting = ledger.Posting(
        movement_of(move).reversed(), Document(move.document_kind), move.document_number, stamp.recorded_at,
        reverses_id=move.id,
    )  # fmt: skip
    ledger.post(session, stamp, [posting])
    return session.scalars(select(StockMove).where(StockMove.reverses_id == move.id)).one()


def _tell_reversed(session: Session, warehouse: Warehouse, move: StockMove, tag: str) -> None:
    waybill = session.scalar(select(StockIssue.waybill_number).where(StockIssue.number == move.document_number))
    announcing.announce(
        session, "move_reversed", f"move:{move.id}", warehouse, [move.to_owner_id],
        {
            "move_id": move.id, "tag": tag, "document_kind": move.document_kind, "number": move.document_number,
            "waybill_number": waybill, "pieces": move.pieces, "mass_g": move.mass_g, "owner_org_id": move.to_owner_id,
        },
    )  # fmt: skip
