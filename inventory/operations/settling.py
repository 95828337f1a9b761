"""Settling single lines of a variance while it is reviewed, or after it was posted.

An unknown tag is received as found goods, linked to the bundle that had lost its tag, or dismissed with a reason; a
bundle at another place is moved there without waiting for the posting. Whoever counted settles nothing that changes
what an owner has. Bundles are locked before the document, as everywhere.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory import errors
from inventory.models import Stocktake, StocktakeCount, StocktakeLine, Warehouse
from inventory.operations import ledger, reasons, receiving, retagging, yard
from inventory.operations.receiving import Arrival, Delivery
from inventory.operations.scope import own_document
from inventory.operations.stocktakes import counters
from inventory.operations.yard import Stood
from inventory.quantities import Movement
from inventory.reasons import ReasonUse
from inventory.states import SETTLED, Document, Finding, PlaceKind, ReceiptSource, Resolution, StocktakeStatus
from inventory.stocktake_errors import CountedItself, LineUnfit
from steelyard.core import audit
from steelyard.core.actors import Actor
from steelyard.core.database import db_now
from steelyard.core.errors import NotFound

_REVIEWED = frozenset({StocktakeStatus.CLOSED, StocktakeStatus.POSTED})
_DISMISSED = frozenset({Finding.UNKNOWN, Finding.UNEXPECTED, Finding.UNSEEN})


@dataclass(frozen=True, slots=True)
class FoundGoods:
    """What a bundle under an unknown tag turned out to be, and whose it is; ``mass_g`` where it was weighed."""

    owner_org_id: int
    product_id: int
    heat_number: str
    mill_name: str
    pieces: int
    piece_length_mm: int
    mass_g: int | None = None
    certificate_number: str | None = None


def receive_found(session: Session, actor: Actor, stocktake_id: int, tag: str, goods: FoundGoods) -> StocktakeLine:
    """Receive what bears an unknown tag at the place where it was counted, by a receipt that names the stocktake.

    Raises ``NotFound``, ``LineUnfit``, ``CounterMayNotApprove`` and what :func:`receiving.receive` raises.
    """
    document, _ = _reviewed(session, actor, stocktake_id)
    _check_did_not_count(session, actor, document)
    (line,) = _lines(session, document, [tag], {Finding.UNKNOWN})
    assert line.counted_place_id is not None
    arrival = Arrival(
        tag, goods.product_id, goods.heat_number, goods.mill_name, goods.pieces, goods.piece_length_mm,
        yard.code_of(session, line.counted_place_id), goods.certificate_number, weighed_mass_g=goods.mass_g,
    )  # fmt: skip
    delivery = Delivery(
        goods.owner_org_id, ReceiptSource.BLIND, [arrival], document.number, origin=PlaceKind.COUNT_DIFFERENCE
    )
    receiving.receive(session, actor, document.warehouse_id, delivery)
    line.bundle_id = yard.lock_by_tags(session, document.warehouse_id, [tag])[tag]
    return _settled(session, actor, document, [line], Resolution.RECEIVED)


def link(session: Session, actor: Actor, stocktake_id: int, tag: str, bundle_tag: str) -> StocktakeLine:
    """Give a bundle that had lost its tag the one under which it was counted, and bring it to where it lies.

    One that was posted as missing comes back. Raises ``NotFound``, ``LineUnfit``, ``CounterMayNotApprove``,
    ``BundleUnknown``, ``BundleNotHere``, ``CountedItself``, and what :func:`retagging.retag` raises.
    """
    document = _seen(session, actor, stocktake_id)
    ids = yard.lock_by_tags(session, document.warehouse_id, [bundle_tag])
    document, _ = _reviewed(session, actor, stocktake_id)
    _check_did_not_count(session, actor, document)
    (line,) = _lines(session, document, [tag], {Finding.UNKNOWN})
    if bundle_tag not in ids:
        raise errors.BundleUnknown(tag=bundle_tag)
    if _was_counted(session, document, ids[bundle_tag]):
        raise CountedItself(tag=bundle_tag)
    assert line.counted_place_id is not None
    _bring(session, actor, document, ids[bundle_tag], line.counted_place_id, bundle_tag)
    retagging.retag(session, actor, document.warehouse_id, bundle_tag, tag, document.number)
    line.bundle_id = yard.lock_by_tags(session, document.warehouse_id, [tag])[tag]
    own = session.scalars(
        select(StocktakeLine).where(
            StocktakeLine.stocktake_id == document.id, StocktakeLine.bundle_id == ids[bundle_tag]
        )
    ).all()
    return _settled(session, actor, document, [line, *own], Resolution.LINKED)


def relocate(session: Session, actor: Actor, stocktake_id: int, tags: Sequence[str]) -> Sequence[StocktakeLine]:
    """Move bundles that were counted at another place there at once, without waiting for the posting.

    Raises ``NotFound``, ``LineUnfit`` and ``BundleNotHere`` for one that is no longer where the variance has it.
    """
    document = _seen(session, actor, stocktake_id)
    ids = yard.lock_by_tags(session, document.warehouse_id, tags)
    document, _ = _reviewed(session, actor, stocktake_id)
    lines = _lines(session, document, tags, {Finding.MISPLACED})
    stood = yard.standing(session, ids.values())
    movements = []
    for line in lines:
        at = _at(stood.get(line.bundle_id or 0, []), PlaceKind.REAL)
        if at is None or at.position.place_id != line.booked_place_id or line.counted_place_id is None:
            raise errors.BundleNotHere(tag=line.tag)
        target = at.position.at(line.counted_place_id)
        movements.append(Movement(ids[line.tag], at.quantity, at.position, target))
    _post(session, actor, document, movements)
    _settled(session, actor, document, lines, Resolution.MOVED)
    return lines


def dismiss(
    session: Session, actor: Actor, stocktake_id: int, tag: str, reason: str, remark: str | None = None
) -> StocktakeLine:
    """Let a line to look into rest, with the code of the yard's reason.

    Raises ``NotFound``, ``LineUnfit``, ``CounterMayNotApprove``, ``ReasonUnknown`` and ``ReasonRetired``.
    """
    document, _ = _reviewed(session, actor, stocktake_id)
    _check_did_not_count(session, actor, document)
    (line,) = _lines(session, document, [tag], _DISMISSED)
    reasons.check(session, document.warehouse_id, ReasonUse.VARIANCE, [reason])
    line.reason, line.remark = reason, remark
    return _settled(session, actor, document, [line], Resolution.DISMISSED)


def _seen(session: Session, actor: Actor, stocktake_id: int) -> Stocktake:
    """The stocktake, not locked yet; raises ``NotFound``."""
    found = session.get(Stocktake, stocktake_id)
    if found is None or session.get_one(Warehouse, found.warehouse_id).org_id != actor.org_id:
        raise NotFound
    return found


def _reviewed(session: Session, actor: Actor, stocktake_id: int) -> tuple[Stocktake, Warehouse]:
    document, warehouse = own_document(session, actor, Stocktake, stocktake_id)
    if document.status not in _REVIEWED:
        raise errors.StocktakeStep(number=document.number)
    return document, warehouse


def _check_did_not_count(session: Session, actor: Actor, document: Stocktake) -> None:
    if actor.user_id in counters(session, document):
        raise errors.CounterMayNotApprove(number=document.number)


def _lines(
    session: Session, document: Stocktake, tags: Sequence[str], findings: Collection[Finding]
) -> Sequence[StocktakeLine]:
    """The lines of ``tags`` that wait to be settled so; raises ``LineUnfit`` for a tag that has none."""
    query = select(StocktakeLine).where(
        StocktakeLine.stocktake_id == document.id, StocktakeLine.tag.in_(tags), StocktakeLine.finding.in_(findings)
    )
    closed = {*SETTLED, Resolution.POSTED}
    found = {line.tag: line for line in session.scalars(query) if line.resolution not in closed}
    for tag in tags:
        if tag not in found:
            raise LineUnfit(tag=tag)
    return list(found.values())


def _was_counted(session: Session, document: Stocktake, bundle_id: int) -> bool:
    of_it = (StocktakeCount.stocktake_id == document.id, StocktakeCount.bundle_id == bundle_id)
    return session.scalar(select(StocktakeCount.id).where(*of_it).limit(1)) is not None


def _bring(session: Session, actor: Actor, document: Stocktake, bundle_id: int, place_id: int, tag: str) -> None:
    """Move a bundle to where it was counted, from its place or from the count difference."""
    stood = yard.standing(session, [bundle_id]).get(bundle_id, [])
    at = _at(stood, PlaceKind.REAL) or _at(stood, PlaceKind.COUNT_DIFFERENCE)
    if at is None:
        raise errors.BundleNotHere(tag=tag)
    target = at.position.at(place_id)
    if target != at.position:
        _post(session, actor, document, [Movement(bundle_id, at.quantity, at.position, target)])


def _at(stood: Sequence[Stood], kind: PlaceKind) -> Stood | None:
    return next((each for each in stood if each.kind is kind), None)


def _post(session: Session, actor: Actor, document: Stocktake, movements: Sequence[Movement]) -> None:
    now = db_now(session)
    postings = [ledger.Posting(movement, Document.STOCKTAKE, document.number, now) for movement in movements]
    virtual = yard.virtual_places(session, document.warehouse_id)
    ledger.post(session, yard.stamp(session, actor, document.warehouse_id, virtual), postings)


def _settled(
    session: Session, actor: Actor, document: Stocktake, lines: Sequence[StocktakeLine], resolution: Resolution
) -> StocktakeLine:
    """Note who settled the lines, and how; the first of them."""
    now = db_now(session)
    for line in lines:
        line.resolution, line.settled_at, line.settled_by = resolution, now, actor.user_id
    session.flush()
    told = {"tags": [line.tag for line in lines], "how": resolution.value}
    audit.record(session, actor, "inventory.stocktake_line_settled", f"stocktake:{document.number}", told)
    return lines[0]
