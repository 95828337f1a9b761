"""Approving the variance of a stocktake by somebody who did not count: it is posted as moves."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BigInteger, String, func, select, update
from sqlalchemy.orm import Session

from inventory import errors
from inventory.models import StockMove, Stocktake, StocktakeLine, Warehouse
from inventory.operations import announcing, ledger, yard
from inventory.operations.scope import own_document, own_warehouse
from inventory.operations.stocktakes import counters, late_counts, step
from inventory.operations.yard import Stood
from inventory.quantities import Movement, Position
from inventory.states import SETTLED, Document, Finding, PlaceKind, Resolution, StocktakeStatus
from inventory.stocktake_errors import CountsDiffer, LateCounts
from steelyard.core import audit
from steelyard.core.actors import Actor
from steelyard.core.database import db_now
from steelyard.core.errors import NotFound
from steelyard.core.rowset import rowset

_LOOKED_INTO = {Finding.UNEXPECTED, Finding.UNKNOWN, Finding.UNSEEN}
_AGREE = (Finding.MATCHED, Finding.WITHIN)


@dataclass(frozen=True, slots=True)
class Settled:
    """What becomes of a line, and the moves that it needs."""

    resolution: Resolution
    movements: Sequence[Movement] = ()


def approve(session: Session, actor: Actor, stocktake_id: int) -> Stocktake:
    """Post the variance: what is missing goes to the count difference, what was found comes from it.

    A line whose bundle moved since the close is superseded and not posted; one that people settled stays as it is.
    Bundles are locked before the document, as everywhere. Raises ``NotFound``, ``CounterMayNotApprove``,
    ``StocktakeStep``, ``StocktakeChanged``, ``LateCounts`` where counts came in after the variance was judged, and
    ``CountsDiffer`` where people counted the same bundle differently. The statements are as many for any variance.
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
    if disputed := sum(line.finding == Finding.DISPUTED for line in lines):
        raise CountsDiffer(number=document.number, count=disputed)
    if _bundles_of(lines) != locked:
        raise errors.StocktakeChanged(number=document.number)
    overtaken = _moved_since_close(session, document, locked)
    document.decided_at, document.decided_by = db_now(session), actor.user_id
    virtual = yard.virtual_places(session, document.warehouse_id)
    stood = {id_: places for id_, places in yard.standing(session, locked).items() if id_ not in overtaken}
    settled = {line.id: settle(line, stood, virtual[PlaceKind.COUNT_DIFFERENCE]) for line in lines}
    _resolve(session, settled)
    movements = [movement for one in settled.values() for movement in one.movements]
    postings = [
        ledger.Posting(movement, Document.STOCKTAKE, document.number, document.decided_at) for movement in movements
    ]
    ledger.post(session, yard.stamp(session, actor, document.warehouse_id, virtual), postings)
    session.flush()
    audit.record(session, actor, "inventory.stocktake_posted", f"stocktake:{document.number}")
    _tell(session, warehouse, document, movements)
    return document


def _lines_of_own(session: Session, actor: Actor, stocktake_id: int) -> Sequence[Any]:
    """The lines that do not agree with the books and that nobody settled yet."""
    document = session.get(Stocktake, stocktake_id)
    if document is None:
        raise NotFound
    own_warehouse(session, actor, document.warehouse_id)
    line = StocktakeLine
    query = select(
        line.id, line.bundle_id, line.finding, line.booked_place_id, line.booked_pieces, line.counted_place_id,
        line.counted_pieces,
    ).where(
        line.stocktake_id == stocktake_id, line.finding.not_in(_AGREE),
        line.resolution.is_(None) | line.resolution.not_in(SETTLED),
    )  # fmt: skip
    return session.execute(query.order_by(line.id)).all()


def _bundles_of(lines: Sequence[Any]) -> set[int]:
    return {line.bundle_id for line in lines if line.bundle_id is not None}


def _moved_since_close(session: Session, document: Stocktake, bundle_ids: Collection[int]) -> set[int]:
    """The bundles with a move recorded since the close, even one that brought them back where they were."""
    wanted = rowset(session, "wanted", {"id": BigInteger()}, [{"id": id_} for id_ in sorted(bundle_ids)])
    query = select(StockMove.bundle_id).join(wanted, wanted.c.id == StockMove.bundle_id)
    return set(session.scalars(query.where(StockMove.recorded_at >= document.closed_at)))


def _resolve(session: Session, settled: Mapping[int, Settled]) -> None:
    rows = [{"id": id_, "resolution": one.resolution.value} for id_, one in settled.items()]
    if rows:
        found = rowset(session, "settled", {"id": BigInteger(), "resolution": String()}, rows)
        change = update(StocktakeLine).where(StocktakeLine.id == found.c.id)
        session.execute(change.values(resolution=found.c.resolution).execution_options(synchronize_session=False))


def settle(line: Any, stood: Mapping[int, Sequence[Stood]], difference_id: int) -> Settled:
    """Decide what becomes of a line.

    ``stood`` holds where each bundle stands, without those that were moved since the close.
    """
    finding = Finding(line.finding)
    if finding in _LOOKED_INTO or line.bundle_id is None:
        return Settled(Resolution.TO_LOOK_INTO)
    at = max(
        stood.get(line.bundle_id, []),
        key=lambda each: (each.kind is PlaceKind.REAL, each.quantity.pieces),
        default=None,
    )
    expected = PlaceKind.COUNT_DIFFERENCE if finding is Finding.FOUND else PlaceKind.REAL
    booked = (line.booked_place_id, line.booked_pieces, expected)
    if at is None or (at.position.place_id, at.quantity.pieces, at.kind) != booked:
        return Settled(Resolution.SUPERSEDED)
    return Settled(Resolution.POSTED, _movements(line, at, difference_id))


def _movements(line: Any, at: Stood, difference_id: int) -> list[Movement]:
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


def _tell(session: Session, warehouse: Warehouse, document: Stocktake, movements: Sequence[Movement]) -> None:
    """Publish the result: the findings to the warehouse, and to each owner what concerns his goods."""
    of_it = select(StocktakeLine.finding, func.count()).where(StocktakeLine.stocktake_id == document.id)
    counted = dict(session.execute(of_it.group_by(StocktakeLine.finding)).all())
    findings = {finding.value: counted.get(finding.value, 0) for finding in Finding}
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
