"""What the variance of a stocktake is made of: the counts, the books, and what was moved since; four statements."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import BigInteger, Select, func, select
from sqlalchemy.orm import Session, aliased

from inventory.counting import NOWHERE, Booked, Count, LaterMove, Standing, VarianceLine, variance
from inventory.models import Bundle, Place, StockBalance, StockMove, Stocktake, StocktakeCount, StocktakePlace
from inventory.states import PlaceKind
from steelyard.core.rowset import rowset

Moves = Mapping[int, Sequence[LaterMove]]


def judge(session: Session, document: Stocktake) -> list[VarianceLine]:
    """The variance of all that was counted or stands in the scope: a fixed number of statements."""
    counts = last_counts(session, document)
    places = select(StocktakePlace.place_id).where(StocktakePlace.stocktake_id == document.id)
    scope = frozenset(session.scalars(places))
    in_scope = session.scalars(_in_scope(document, places))
    ids = {*in_scope, *(count.bundle_id for count in counts if count.bundle_id is not None)}
    moves = moves_since(session, document, ids)
    return variance(_booked(session, ids), counts, moves, scope, document.tolerance_pieces)


def _in_scope(document: Stocktake, places: Select[int]) -> Select[int]:
    """The bundles that stand at the places now, perhaps only those of an owner or a product."""
    query = select(StockBalance.bundle_id).where(
        StockBalance.is_real, StockBalance.pieces > 0, StockBalance.place_id.in_(places)
    )
    if document.owner_id is not None:
        query = query.where(StockBalance.owner_id == document.owner_id)
    if document.product_id is not None:
        of_product = select(Bundle.id).where(Bundle.product_id == document.product_id)
        query = query.where(StockBalance.bundle_id.in_(of_product))
    return query


def last_counts(session: Session, document: Stocktake) -> list[Count]:
    """The last count of each tag by each person, of the last round in which the tag was counted, by the event's time.

    A tag that was typed before its bundle was known is looked up.
    """
    own = (StocktakeCount.round.desc(), StocktakeCount.event_at.desc(), StocktakeCount.id.desc())
    rank = func.row_number().over(partition_by=(StocktakeCount.tag, StocktakeCount.counted_by), order_by=own)
    newest = func.max(StocktakeCount.round).over(partition_by=StocktakeCount.tag)
    columns = (
        StocktakeCount.id, StocktakeCount.tag, StocktakeCount.bundle_id, StocktakeCount.place_id, StocktakeCount.pieces,
        StocktakeCount.event_at, StocktakeCount.counted_by, StocktakeCount.round,
    )  # fmt: skip
    ranked = (
        select(*columns, rank.label("rank"), newest.label("newest"))
        .where(StocktakeCount.stocktake_id == document.id)
        .subquery()
    )
    bears = (
        (Bundle.warehouse_id == document.warehouse_id)
        & (Bundle.tag == ranked.c.tag)
        & (Bundle.voided == 0)
        & ranked.c.bundle_id.is_(None)
    )
    query = (
        select(
            ranked.c.tag, func.coalesce(ranked.c.bundle_id, Bundle.id), ranked.c.place_id, ranked.c.pieces,
            ranked.c.event_at, ranked.c.counted_by,
        )
        .outerjoin(Bundle, bears)
        .where(ranked.c.rank == 1, ranked.c.round == ranked.c.newest)
        .order_by(ranked.c.event_at, ranked.c.id)
    )  # fmt: skip
    return [Count(*row) for row in session.execute(query)]


def _booked(session: Session, ids: Collection[int]) -> dict[int, Booked]:
    """Each bundle with its tag and where it stands above all; one statement."""
    wanted = _wanted(session, ids)
    here = (StockBalance.bundle_id == Bundle.id) & (StockBalance.pieces > 0)
    query = (
        select(Bundle.id, Bundle.tag, StockBalance.place_id, Place.kind, StockBalance.pieces)
        .join(wanted, wanted.c.id == Bundle.id)
        .outerjoin(StockBalance, here)
        .outerjoin(Place, Place.id == StockBalance.place_id)
        .order_by(Bundle.id, StockBalance.is_real, StockBalance.pieces, StockBalance.place_id.desc())
    )
    kinds = {kind.value: kind for kind in PlaceKind}
    rows: Any = session.execute(query)  # of a bundle that is nowhere, place and pieces are null
    # The last of the rows of a bundle is the one that counts.
    return {
        id_: Booked(id_, tag, NOWHERE if place_id is None else Standing(place_id, kinds[kind], pieces))
        for id_, tag, place_id, kind, pieces in rows
    }


def moves_since(session: Session, document: Stocktake, ids: Collection[int]) -> Moves:
    """What was moved of the bundles since the opening, in the order of the events."""
    wanted, source = _wanted(session, ids), aliased(Place)
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


def _wanted(session: Session, ids: Iterable[int]) -> Any:
    return rowset(session, "wanted", {"id": BigInteger()}, [{"id": id_} for id_ in sorted(ids)])
