"""Stocktakes (盘点): opened for a part of the yard, counted blind, closed with a variance, approved by another person.

Counts come in as scans (:mod:`inventory.operations.scans`). A tag that nobody knows and a bundle that the books have
already issued are kept as lines to be looked into; they are never posted by themselves.
"""

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import BigInteger, delete, func, select
from sqlalchemy.orm import Session, aliased

from inventory import errors
from inventory.counting import NOWHERE, Booked, Count, LaterMove, Standing, VarianceLine, variance
from inventory.models import (
    Bundle,
    Place,
    StockBalance,
    StockMove,
    Stocktake,
    StocktakeCount,
    StocktakeLine,
    StocktakePlace,
)
from inventory.operations import yard
from inventory.operations.scope import own_document, own_warehouse
from inventory.operations.yard import Stood
from inventory.states import STOCKTAKE_STEPS, PlaceKind, StocktakeStatus
from steelyard.core import audit
from steelyard.core.actors import Actor
from steelyard.core.clock import business_date
from steelyard.core.database import db_now
from steelyard.core.numbering import next_number
from steelyard.core.rowset import rowset


def open_stocktake(session: Session, actor: Actor, warehouse_id: int, place: str | None = None) -> Stocktake:
    """Open a stocktake of ``place`` and all below it, or of the whole yard; raises ``PlaceUnknown``."""
    own_warehouse(session, actor, warehouse_id)
    root = None
    if place is not None:
        root = yard.real_places(session, warehouse_id, [place]).get(place)
        if root is None:
            raise errors.PlaceUnknown(place=place)
    now = db_now(session)
    document = Stocktake(
        number=next_number(session, "PD", business_date(now)), warehouse_id=warehouse_id, place_id=root,
        status=StocktakeStatus.OPEN, opened_at=now, opened_by=actor.user_id,
    )  # fmt: skip
    session.add(document)
    session.flush()
    covered = [StocktakePlace(stocktake_id=document.id, place_id=id_) for id_ in _covered(session, warehouse_id, root)]
    session.add_all(covered)
    session.flush()
    audit.record(session, actor, "inventory.stocktake_opened", f"stocktake:{document.number}")
    return document


def _covered(session: Session, warehouse_id: int, root: int | None) -> Sequence[int]:
    """The real places of the yard, or those at and below ``root``."""
    real = select(Place.id).where(Place.warehouse_id == warehouse_id, Place.is_real.is_(True))
    if root is None:
        return session.scalars(real).all()
    tree = select(Place.id).where(Place.id == root).cte("tree", recursive=True)
    tree = tree.union(select(Place.id).join(tree, Place.parent_id == tree.c.id))
    return session.scalars(select(tree.c.id)).all()


def step(document: Stocktake, to: StocktakeStatus) -> None:
    """Bring a stocktake to its next state; raises ``StocktakeStep`` where that does not follow."""
    if to not in STOCKTAKE_STEPS[StocktakeStatus(document.status)]:
        raise errors.StocktakeStep(number=document.number)
    document.status = to


def close(session: Session, actor: Actor, stocktake_id: int) -> Stocktake:
    """End the counting and write the variance; raises ``NotFound`` and ``StocktakeStep``."""
    document, _ = own_document(session, actor, Stocktake, stocktake_id)
    step(document, StocktakeStatus.CLOSED)
    document.closed_at, document.closed_by = db_now(session), actor.user_id
    for line in _variance(session, document):
        session.add(_line(document, line))
    session.flush()
    audit.record(session, actor, "inventory.stocktake_closed", f"stocktake:{document.number}")
    return document


def reopen(session: Session, actor: Actor, stocktake_id: int) -> Stocktake:
    """Go on counting; the variance is thrown away, the counts stay. Raises ``NotFound`` and ``StocktakeStep``."""
    document, _ = own_document(session, actor, Stocktake, stocktake_id)
    step(document, StocktakeStatus.OPEN)
    document.closed_at = document.closed_by = None
    session.execute(delete(StocktakeLine).where(StocktakeLine.stocktake_id == document.id))
    session.flush()
    audit.record(session, actor, "inventory.stocktake_reopened", f"stocktake:{document.number}")
    return document


def cancel(session: Session, actor: Actor, stocktake_id: int) -> Stocktake:
    """Drop a stocktake; counts and variance stay to be read. Raises ``NotFound`` and ``StocktakeStep``."""
    document, _ = own_document(session, actor, Stocktake, stocktake_id)
    step(document, StocktakeStatus.CANCELLED)
    document.decided_at, document.decided_by = db_now(session), actor.user_id
    session.flush()
    audit.record(session, actor, "inventory.stocktake_cancelled", f"stocktake:{document.number}")
    return document


def counters(session: Session, document: Stocktake) -> set[int]:
    """Who took part in counting: everyone with a count, and who ended it."""
    people = select(StocktakeCount.counted_by).where(StocktakeCount.stocktake_id == document.id).distinct()
    return {*session.scalars(people), *([document.closed_by] if document.closed_by else [])}


def _line(document: Stocktake, line: VarianceLine) -> StocktakeLine:
    booked = line.booked if line.booked != NOWHERE else None
    return StocktakeLine(
        stocktake_id=document.id, tag=line.tag, bundle_id=line.bundle_id, finding=line.finding,
        booked_place_id=booked.place_id if booked else None, booked_pieces=booked.pieces if booked else None,
        counted_place_id=line.counted_place_id, counted_pieces=line.counted_pieces,
    )  # fmt: skip


def _variance(session: Session, document: Stocktake) -> list[VarianceLine]:
    counts = last_counts(session, document)
    places = select(StocktakePlace.place_id).where(StocktakePlace.stocktake_id == document.id)
    scope = frozenset(session.scalars(places))
    in_scope = select(StockBalance.bundle_id).where(StockBalance.place_id.in_(places), StockBalance.pieces > 0)
    ids = {*session.scalars(in_scope), *(count.bundle_id for count in counts if count.bundle_id is not None)}
    return variance(_booked(session, ids), counts, _moves_since(session, document, ids), scope)


def last_counts(session: Session, document: Stocktake) -> list[Count]:
    """The last count of each tag, by the time of the event. A tag typed before its bundle was known is looked up."""
    rank = func.row_number().over(
        partition_by=StocktakeCount.tag, order_by=(StocktakeCount.event_at.desc(), StocktakeCount.id.desc())
    )
    ranked = select(StocktakeCount.id, rank.label("rank")).where(StocktakeCount.stocktake_id == document.id).subquery()
    query = (
        select(
            StocktakeCount.tag, func.coalesce(StocktakeCount.bundle_id, Bundle.id), StocktakeCount.place_id,
            StocktakeCount.pieces, StocktakeCount.event_at,
        )
        .join(ranked, ranked.c.id == StocktakeCount.id)
        .outerjoin(
            Bundle,
            (Bundle.tag == StocktakeCount.tag)
            & (Bundle.warehouse_id == document.warehouse_id)
            & (Bundle.voided == 0),
        )
        .where(ranked.c.rank == 1)
    )  # fmt: skip
    return [Count(*row) for row in session.execute(query)]


def _booked(session: Session, ids: Collection[int]) -> dict[int, Booked]:
    wanted = rowset(session, "wanted", {"id": BigInteger()}, [{"id": id_} for id_ in sorted(ids)])
    tags = select(Bundle.id, Bundle.tag).join(wanted, wanted.c.id == Bundle.id)
    stood = yard.standing(session, ids)
    return {id_: Booked(id_, tag, whereabouts(stood.get(id_, []))) for id_, tag in session.execute(tags)}


def whereabouts(stood: Sequence[Stood]) -> Standing:
    """Where a bundle is above all: in the yard, else where most of it went. One that is nowhere stands at no place."""
    if not stood:
        return NOWHERE
    at = max(stood, key=lambda each: (each.kind is PlaceKind.REAL, each.quantity.pieces))
    return Standing(at.position.place_id, at.kind, at.quantity.pieces)


def _moves_since(session: Session, document: Stocktake, ids: Collection[int]) -> Mapping[int, Sequence[LaterMove]]:
    wanted = rowset(session, "wanted", {"id": BigInteger()}, [{"id": id_} for id_ in sorted(ids)])
    source = aliased(Place)
    query = (
        select(StockMove.bundle_id, StockMove.event_at, source.id, source.kind, StockMove.pieces)
        .join(wanted, wanted.c.id == StockMove.bundle_id)
        .join(source, source.id == StockMove.from_place_id)
        .where(StockMove.recorded_at >= document.opened_at)
        .order_by(StockMove.event_at, StockMove.id)
    )
    found: dict[int, list[LaterMove]] = {}
    for bundle_id, event_at, place_id, kind, pieces in session.execute(query):
        found.setdefault(bundle_id, []).append(LaterMove(event_at, Standing(place_id, PlaceKind(kind), pieces)))
    return found
