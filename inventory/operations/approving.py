"""Approving the variance of a stocktake by somebody who did not count: it is posted as moves."""

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import BigInteger, select
from sqlalchemy.orm import Session

from inventory import errors
from inventory.models import StockMove, Stocktake, StocktakeLine, Warehouse
from inventory.operations import announcing, ledger, yard
from inventory.operations.scope import own_document, own_warehouse
from inventory.operations.stocktakes import counters, late_counts, step, whereabouts
from inventory.operations.yard import Stood
from inventory.quantities import Movement, Position
from inventory.states import Document, Finding, PlaceKind, Resolution, StocktakeStatus
from inventory.stocktake_errors import LateCounts
from steelyard.core import audit
from steelyard.core.actors import Actor
from steelyard.core.database import db_now
from steelyard.core.errors import NotFound
from steelyard.core.rowset import rowset

_LOOKED_INTO = {Finding.UNEXPECTED, Finding.UNKNOWN, Finding.UNSEEN}


def approve(session: Session, actor: Actor, stocktake_id: int) -> Stocktake:
    """Post the variance: what is missing goes to the count difference, what was found comes from it.

    A line whose bundle moved since the close is superseded and not posted. Bundles are locked before the document,
    as everywhere. Raises ``NotFound``, ``CounterMayNotApprove``, ``StocktakeStep``, ``StocktakeChanged``, and
    ``LateCounts`` where counts came in after the variance was judged.
    """
    locked = _bundles_of(_lines_of_own(session, actor, stocktake_id))
    yard.lock_by_ids(session, locked)
    document, warehouse = own_document(session, actor, Stocktake, stocktake_id)
    lines = _lines_of_own(session, actor, stocktake_id)
    if late := late_counts(session, document):
        raise LateCounts(number=document.number, count=late)
    step(document, StocktakeStatus.POSTED)
    if actor.user_id in counters(session, document):
        raise errors.CounterMayNotApprove(number=document.number)
    if _bundles_of(lines) != locked:
        raise errors.StocktakeChanged(number=document.number)
    overtaken = _moved_since_close(session, document, locked)
    document.decided_at, document.decided_by = db_now(session), actor.user_id
    virtual = yard.virtual_places(session, document.warehouse_id)
    stood = {id_: places for id_, places in yard.standing(session, locked).items() if id_ not in overtaken}
    movements = [movement for line in lines for movement in settle(line, stood, virtual[PlaceKind.COUNT_DIFFERENCE])]
    postings = [
        ledger.Posting(movement, Document.STOCKTAKE, document.number, document.decided_at) for movement in movements
    ]
    ledger.post(session, yard.stamp(session, actor, document.warehouse_id, virtual), postings)
    session.flush()
    audit.record(session, actor, "inventory.stocktake_posted", f"stocktake:{document.number}")
    _tell(session, warehouse, document, lines, movements)
    return document


def _lines_of_own(session: Session, actor: Actor, stocktake_id: int) -> Sequence[StocktakeLine]:
    document = session.get(Stocktake, stocktake_id)
    if document is None:
        raise NotFound
    own_warehouse(session, actor, document.warehouse_id)
    query = select(StocktakeLine).where(StocktakeLine.stocktake_id == stocktake_id).order_by(StocktakeLine.id)
    return session.scalars(query).all()


def _bundles_of(lines: Sequence[StocktakeLine]) -> set[int]:
    return {line.bundle_id for line in lines if line.bundle_id is not None}


def _moved_since_close(session: Session, document: Stocktake, bundle_ids: Collection[int]) -> set[int]:
    """The bundles with a move recorded since the close, even one that brought them back where they were."""
    wanted = rowset(session, "wanted", {"id": BigInteger()}, [{"id": id_} for id_ in sorted(bundle_ids)])
    query = select(StockMove.bundle_id).join(wanted, wanted.c.id == StockMove.bundle_id)
    return set(session.scalars(query.where(StockMove.recorded_at >= document.closed_at)))


def settle(line: StocktakeLine, stood: Mapping[int, Sequence[Stood]], difference_id: int) -> list[Movement]:
    """Decide one line's resolution and return the moves that it needs.

    ``stood`` holds where each bundle stands, without those that were moved since the close.
    """
    finding = Finding(line.finding)
    if finding in (Finding.MATCHED, Finding.WITHIN):
        return []
    if finding in _LOOKED_INTO or line.bundle_id is None:
        line.resolution = Resolution.TO_LOOK_INTO
        return []
    places = stood.get(line.bundle_id, [])
    now = whereabouts(places)
    at = next((each for each in places if each.position.place_id == now.place_id), None)
    expected = PlaceKind.COUNT_DIFFERENCE if finding is Finding.FOUND else PlaceKind.REAL
    if at is None or (now.place_id, now.pieces) != (line.booked_place_id, line.booked_pieces) or now.kind != expected:
        line.resolution = Resolution.SUPERSEDED
        return []
    line.resolution = Resolution.POSTED
    return _movements(line, at, difference_id)


def _movements(line: StocktakeLine, at: Stood, difference_id: int) -> list[Movement]:
    assert line.bundle_id is not None
    missing = at.position.at(difference_id)
    if line.counted_place_id is None:
        return [Movement(line.bundle_id, at.quantity, at.position, missing)]
    # Where only the pieces differ, the place was right, or a move since the count has settled it.
    elsewhere = line.finding != Finding.PIECES
    target = at.position.at(line.counted_place_id) if elsewhere else at.position
    found = [] if target == at.position else [Movement(line.bundle_id, at.quantity, at.position, target)]
    surplus = (line.counted_pieces or at.quantity.pieces) - at.quantity.pieces
    return [*found, *_corrected(line.bundle_id, at, target, target.at(difference_id), surplus)]


def _corrected(bundle_id: int, at: Stood, here: Position, difference: Position, surplus: int) -> list[Movement]:
    """The move that makes the pieces right; length and mass go in proportion."""
    if surplus == 0:
        return []
    source, target = (difference, here) if surplus > 0 else (here, difference)
    return [Movement(bundle_id, at.quantity.share(abs(surplus)), source, target)]


def _tell(
    session: Session, warehouse: Warehouse, document: Stocktake,
    lines: Sequence[StocktakeLine], movements: Sequence[Movement],
) -> None:  # fmt: skip
    """Publish the result: the findings to the warehouse, and to each owner what concerns his goods."""
    findings = {finding.value: sum(line.finding == finding for line in lines) for finding in Finding}
    subject = f"stocktake:{document.number}"
    ground = {"stocktake_id": document.id, "number": document.number}
    everything = announcing.bundles_of(session, movements)
    announcing.announce(
        session, "stocktake_posted", subject, warehouse, [],
        {**ground, "findings": findings, **announcing.summary(everything)},
    )  # fmt: skip
    by_owner: dict[int, list[dict[str, object]]] = {}
    for bundle, movement in zip(everything, movements, strict=True):
        by_owner.setdefault(movement.target.owner_id, []).append(bundle)
    if by_owner:
        announcing.announce_each(
            session, "stock_counted", subject, warehouse,
            {owner: {**ground, **announcing.summary(bundles)} for owner, bundles in sorted(by_owner.items())},
        )  # fmt: skip
