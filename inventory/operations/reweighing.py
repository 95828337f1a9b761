"""Weighing a lorry's load, also after its receipt was posted: the difference is a move against ``mass difference``.

What still lies in the yard as it came, of the same owner, gets its share of the net mass; what has left, was sold or
worked on stays booked as it went.
"""

from collections.abc import Mapping, Sequence

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from inventory import arrival_errors, gate_errors
from inventory.advice_models import ReceiptStop
from inventory.delivery_models import StockAllocation
from inventory.gate_models import Weighing
from inventory.models import Bundle, Place, Receipt, StockMove
from inventory.operations import advices, announcing, ledger, receipts, weighbridge, weighings, yard
from inventory.operations.candidates import OPEN
from inventory.operations.receipts import Held
from inventory.operations.scope import own_warehouse
from inventory.operations.weighbridge import SecondWeight
from inventory.operations.weighings import Ticket
from inventory.operations.yard import Stood
from inventory.quantities import Movement
from inventory.spreading import spread
from inventory.states import Decision, Direction, Document, PlaceKind, ReceiptStatus, StopKind
from steelyard.core import audit
from steelyard.core.actors import Actor
from steelyard.core.errors import NotFound


def weigh(session: Session, actor: Actor, receipt_id: int, ticket: Ticket | SecondWeight) -> Weighing:
    """Keep a ticket for a receipt; for a posted one the books follow, or it waits for a decision beyond a tolerance.

    Raises ``NotFound``, ``ReceiptClosed``, ``ReceiptChanged``, ``WeighingUndecided``, and what :func:`weighings.record`
    and :func:`weighbridge.whole` raise.
    """
    load = _locked(session, actor, receipt_id)
    receipt = load.receipt
    if isinstance(ticket, SecondWeight):
        ticket = weighbridge.whole(session, actor, ticket, Direction.IN, receipt.warehouse_id)
    made = weighings.record(session, actor, receipt.warehouse_id, ticket, Document.RECEIPT, receipt.number)
    if ticket.opened_id is not None:
        weighbridge.completed(session, actor, ticket.opened_id, made)
    if receipt.status == ReceiptStatus.POSTED:
        found = [one for one in receipts.findings(session, load) if one["kind"] != StopKind.EXTRA]
        if found:
            receipts.stop(session, actor, load, found)
        else:
            _book(session, actor, load, f"weighing:{made.id}")
    return made


def void_ticket(session: Session, actor: Actor, receipt_id: int, weighing_id: int, reason: str) -> Weighing:
    """Take out a wrong ticket; the books of a posted receipt follow what the others say.

    Raises ``NotFound``, ``ReceiptClosed``, ``ReceiptChanged``, ``WeighingUndecided`` and ``TicketVoided``.
    """
    load = _locked(session, actor, receipt_id)
    weighing = session.get(Weighing, weighing_id)
    if weighing is None or weighing.document_number != load.receipt.number:
        raise NotFound
    weighings.void(session, actor, weighing, reason)
    if load.receipt.status == ReceiptStatus.POSTED:
        _book(session, actor, load, f"void:{weighing.id}")
    return weighing


def _locked(session: Session, actor: Actor, receipt_id: int) -> Held:
    """The receipt, of a posted one the bundles before it; raises where it can be weighed no more, or not now."""
    known = session.get(Receipt, receipt_id)
    if known is not None and known.status == ReceiptStatus.POSTED:
        load = receipts.locked(session, actor, receipt_id)
        if open_stop(session, receipt_id) is not None:
            raise gate_errors.WeighingUndecided(number=load.receipt.number)
    else:
        receipt = receipts.own(session, actor, receipt_id)
        load = Held(receipt, own_warehouse(session, actor, receipt.warehouse_id), [], {}, None)
        if receipt.status == ReceiptStatus.POSTED:
            raise arrival_errors.ReceiptChanged(number=receipt.number)
    if load.receipt.status not in (ReceiptStatus.OPEN, ReceiptStatus.POSTED):
        raise arrival_errors.ReceiptClosed(number=load.receipt.number)
    return load


def open_stop(session: Session, receipt_id: int) -> ReceiptStop | None:
    """What stopped the receipt and was not decided on yet."""
    query = select(ReceiptStop).where(ReceiptStop.receipt_id == receipt_id, ReceiptStop.decision.is_(None))
    return session.scalars(query.order_by(ReceiptStop.id.desc())).first()


def settle(session: Session, actor: Actor, load: Held, decision: Decision, because: str) -> Receipt:
    """Do what was decided about the late weighing of a posted receipt: book it, leave it, or take the ticket out."""
    receipt = load.receipt
    newest = weighings.standing(session, receipt.number)[-1]
    if decision is Decision.REOPEN:
        weighings.void(session, actor, newest, because)
    elif decision is Decision.ACCEPT_WEIGHED:
        _book(session, actor, load, f"weighing:{newest.id}")
    return receipt


def _book(session: Session, actor: Actor, load: Held, reference: str) -> None:
    """Bring the books of a posted receipt to what its tickets say, and back to what it came with where none stands."""
    receipt = load.receipt
    tickets, came = weighings.standing(session, receipt.number), _masses_that_came(session, receipt)
    net_g = sum(ticket.net_g for ticket in tickets)
    base = [came[bundle.id] for bundle, _, _ in load.bundles]
    masses = spread(net_g, base) if tickets else base
    virtual = yard.virtual_places(session, receipt.warehouse_id)
    stamp = yard.stamp(session, actor, receipt.warehouse_id, virtual)
    movements: list[Movement] = []
    rows, left = [], []
    for (bundle, _, _), mass_g in zip(load.bundles, masses, strict=True):
        here = _as_it_came(receipt, bundle, load.stood.get(bundle.id, []))
        if here is None:
            left.append(bundle.tag)
            continue
        place = virtual[PlaceKind.MASS_DIFFERENCE]
        more = weighings.difference(bundle.id, here.position, here.quantity.mass_g, mass_g, place)
        movements += [] if more is None else [more]
        stated = bundle.certificate_mass_g or bundle.theoretical_mass_g
        rows.append({"id": bundle.id, "weighed_mass_g": mass_g if tickets or mass_g != stated else None})
    postings = [ledger.Posting(one, Document.RECEIPT, receipt.number, stamp.recorded_at) for one in movements]
    ledger.post(session, stamp, postings)
    if rows:
        session.execute(update(Bundle), rows)
    _follow(session, movements)
    if load.advice is not None:
        advices.settle(session, load.advice)
    difference = sum(_signed(one, virtual) for one in movements)
    detail = {"difference_g": difference, "net_g": net_g if tickets else None, "left": left, "reference": reference}
    audit.record(session, actor, "inventory.receipt_weighed", f"receipt:{receipt.number}", detail)
    tags = [one["tag"] for one in announcing.bundles_of(session, movements)]
    receipts.tell(session, load, "receipt_weighed", {**detail, "tags": tags})


def _follow(session: Session, movements: Sequence[Movement]) -> None:
    """Let what is kept for delivery orders weigh what its bundle does."""
    weighed = {one.bundle_id for one in movements}
    kept = select(StockAllocation).where(StockAllocation.bundle_id.in_(weighed), StockAllocation.state.in_(OPEN))
    stood = yard.standing(session, weighed)
    for one in session.scalars(kept.where(~StockAllocation.is_part)):
        one.mass_g = stood[one.bundle_id][0].quantity.mass_g
    session.flush()


def _signed(movement: Movement, virtual: Mapping[PlaceKind, int]) -> int:
    less = movement.target.place_id == virtual[PlaceKind.MASS_DIFFERENCE]
    return -movement.quantity.mass_g if less else movement.quantity.mass_g


def _masses_that_came(session: Session, receipt: Receipt) -> dict[int, int]:
    """The mass in grams with which each bundle of a receipt came from the mill."""
    query = (
        select(StockMove.bundle_id, StockMove.mass_g)
        .join(Place, Place.id == StockMove.from_place_id)
        .where(StockMove.document_number == receipt.number, Place.kind == PlaceKind.MILL)
    )
    return dict(session.execute(query).all())


def _as_it_came(receipt: Receipt, bundle: Bundle, stood: Sequence[Stood]) -> Stood | None:
    """Where the bundle lies in the yard, if it does, whole and of the same owner."""
    for at in stood:
        if at.kind is PlaceKind.REAL and at.quantity.pieces == bundle.pieces:
            return at if at.position.owner_id == receipt.owner_id else None
    return None
