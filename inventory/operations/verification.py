"""Rebuilding every balance from the moves and comparing: the moves are the truth, balances only their sum."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, case, func, literal_column, or_, select, union_all
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from inventory.delivery_models import StockAllocation
from inventory.genealogy_models import BundleEdge, HeatPart, ProcessLoss, StockProcess
from inventory.models import Bundle, Place, StockBalance, StockMove
from inventory.quantities import NOTHING, Quantity
from inventory.states import COATING_ADDED, PROMISED, AllocationState, PlaceKind


@dataclass(frozen=True, slots=True)
class Fault:
    """A balance that is not the sum of its moves, or a rule of the ledger that does not hold."""

    kind: str
    bundle_id: int
    place_id: int | None = None
    owner_id: int | None = None
    state: str | None = None
    moved: Quantity = NOTHING
    kept: Quantity = NOTHING

    def __str__(self) -> str:
        """One line for the terminal."""
        where = f"place {self.place_id} owner {self.owner_id} {self.state}"
        return f"{self.kind}: bundle {self.bundle_id} {where}: moves {tuple(self.moved)}, balance {tuple(self.kept)}"


@dataclass(frozen=True, slots=True)
class Report:
    """What was compared and what is wrong."""

    moves: int
    balances: int
    faults: tuple[Fault, ...]

    @property
    def holds(self) -> bool:
        """Whether moves and balances agree."""
        return not self.faults


_KEPT = (AllocationState.RESERVED, AllocationState.PICKED)
_AMOUNTS = ("pieces", "length_mm", "mass_g")


def verify(session: Session) -> Report:
    """Compare all balances and edges with the moves, and check that goods are conserved and lie at one place.

    What the books have as promised is what is kept for delivery orders, bundle by bundle.
    """
    faults = [*_differences(session), *_scattered(session), *_descent(session), *_melts(session), *_promises(session)]
    return Report(
        session.scalar(select(func.count()).select_from(StockMove)) or 0,
        session.scalar(select(func.count()).select_from(StockBalance)) or 0,
        tuple(faults),
    )


def _side(
    place: InstrumentedAttribute[int], owner: InstrumentedAttribute[int], state: InstrumentedAttribute[str], sign: int
) -> Select[tuple[int, int, int, str, int, int, int, int, int, int]]:
    zero: ColumnElement[int] = literal_column("0")
    moved = [(getattr(StockMove, name) * sign).label(f"moved_{name}") for name in _AMOUNTS]
    kept = [zero.label(f"kept_{name}") for name in _AMOUNTS]
    return select(
        StockMove.bundle_id, place.label("place_id"), owner.label("owner_id"), state.label("state"), *moved, *kept
    )


def _differences(session: Session) -> Iterator[Fault]:
    """Cells in which the sum of the moves is not the balance; summed in the database, so that any size passes."""
    zero: ColumnElement[int] = literal_column("0")
    balances = select(
        StockBalance.bundle_id, StockBalance.place_id, StockBalance.owner_id, StockBalance.state,
        *(zero.label(f"moved_{name}") for name in _AMOUNTS),
        *(getattr(StockBalance, name).label(f"kept_{name}") for name in _AMOUNTS),
    )  # fmt: skip
    cells = union_all(
        _side(StockMove.from_place_id, StockMove.from_owner_id, StockMove.from_state, -1),
        _side(StockMove.to_place_id, StockMove.to_owner_id, StockMove.to_state, 1),
        balances,
    ).subquery("cells")
    key = (cells.c.bundle_id, cells.c.place_id, cells.c.owner_id, cells.c.state)
    names = [f"{side}_{part}" for side in ("moved", "kept") for part in _AMOUNTS]
    sums = {name: func.sum(cells.c[name]) for name in names}
    wrong = sums["moved_pieces"] != sums["kept_pieces"]
    for part in _AMOUNTS[1:]:
        wrong = wrong | (sums[f"moved_{part}"] != sums[f"kept_{part}"])
    query = select(*key, *sums.values()).group_by(*key).having(wrong).order_by(*key)
    for bundle_id, place_id, owner_id, state, *amounts in session.execute(query):
        moved, kept = Quantity(*map(int, amounts[:3])), Quantity(*map(int, amounts[3:]))
        yield Fault("balance_differs", bundle_id, place_id, owner_id, state, moved, kept)


def _scattered(session: Session) -> Iterator[Fault]:
    """Bundles at two real places, below zero at one, or not summing to zero over all places."""
    real = (
        select(StockBalance.bundle_id)
        .join(Place, Place.id == StockBalance.place_id)
        .where(Place.is_real.is_(True), StockBalance.pieces > 0)
        .group_by(StockBalance.bundle_id)
        .having(func.count() > 1)
    )
    for bundle_id in session.scalars(real):
        yield Fault("two_places", bundle_id)
    negative = (
        select(StockBalance.bundle_id, StockBalance.place_id)
        .join(Place, Place.id == StockBalance.place_id)
        .where(Place.is_real.is_(True))
        .where((StockBalance.pieces < 0) | (StockBalance.length_mm < 0) | (StockBalance.mass_g < 0))
    )
    for bundle_id, place_id in session.execute(negative):
        yield Fault("below_zero", bundle_id, place_id)
    lost = select(StockBalance.bundle_id).group_by(StockBalance.bundle_id)
    totals = [func.sum(getattr(StockBalance, name)) != 0 for name in _AMOUNTS]
    for bundle_id in session.scalars(lost.having(totals[0] | totals[1] | totals[2])):
        yield Fault("not_conserved", bundle_id)


def _descent(session: Session) -> Iterator[Fault]:
    """Bundles whose edges are not what a process took of them or made: of a child all, of a parent length and mass.

    Pieces of a parent are not compared, because cutting makes more of them.
    """
    edge_of = [getattr(BundleEdge, name) for name in _AMOUNTS]
    born = select(BundleEdge.process_id, BundleEdge.child_id.label("bundle_id"), *edge_of)
    yield from _unequal(session, "edges_to", [born], _worked(made=True), _AMOUNTS)
    sign = case((ProcessLoss.kind == COATING_ADDED, -1), else_=1)
    lost = [(getattr(ProcessLoss, name) * sign).label(name) for name in _AMOUNTS]
    spent = [
        select(BundleEdge.process_id, BundleEdge.parent_id.label("bundle_id"), *edge_of),
        select(ProcessLoss.process_id, ProcessLoss.parent_id.label("bundle_id"), *lost),
    ]
    yield from _unequal(session, "edges_from", spent, _worked(made=False), _AMOUNTS[1:])


def _melts(session: Session) -> Iterator[Fault]:
    """Bundles that are not of the very heats of which the bundles were that went into them."""

    def of(bundle_id: InstrumentedAttribute[int]) -> Select[Any]:
        melt = func.coalesce(HeatPart.part_id, Bundle.heat_id).label("melt")
        columns: tuple[Any, ...] = (BundleEdge.child_id.label("bundle_id"), melt)
        query = select(*columns).join(Bundle, Bundle.id == bundle_id)
        return query.outerjoin(HeatPart, HeatPart.heat_id == Bundle.heat_id).distinct()

    both = union_all(of(BundleEdge.child_id), of(BundleEdge.parent_id)).subquery("melts")
    alone = select(both.c.bundle_id).group_by(both.c.bundle_id, both.c.melt).having(func.count() == 1)
    for bundle_id in sorted(set(session.scalars(alone))):
        yield Fault("heats_differ", bundle_id)


def _promises(session: Session) -> Iterator[Fault]:
    """Bundles in the yard as promised goods that no order keeps, and kept ones that are not promised in the books.

    One that a stocktake missed stands at the count difference in its state.
    """
    kept = select(StockAllocation.bundle_id).where(
        StockAllocation.bundle_id == StockBalance.bundle_id, StockAllocation.state == StockBalance.state,
        StockAllocation.state.in_(_KEPT),
    )  # fmt: skip
    promised = select(StockBalance.bundle_id).where(StockBalance.is_real, StockBalance.pieces > 0)
    promised = promised.where(StockBalance.state.in_(tuple(PROMISED)), ~kept.exists())
    stands = (
        select(StockBalance.bundle_id)
        .join(Place, Place.id == StockBalance.place_id)
        .where(StockBalance.bundle_id == StockAllocation.bundle_id, StockBalance.state == StockAllocation.state)
        .where(StockBalance.pieces > 0, Place.kind.in_((PlaceKind.REAL, PlaceKind.COUNT_DIFFERENCE)))
    )
    idle = select(StockAllocation.bundle_id).where(StockAllocation.state.in_(_KEPT), ~stands.exists())
    for bundle_id in session.scalars(promised.order_by(StockBalance.bundle_id)):
        yield Fault("promised_to_nobody", bundle_id)
    for bundle_id in session.scalars(idle.order_by(StockAllocation.bundle_id)):
        yield Fault("kept_but_not_promised", bundle_id)


def _worked(*, made: bool) -> Select[Any]:
    """What processes took out of real places, or brought into them, with the sign turned."""
    inside, outside = (
        (StockMove.from_place_id, StockMove.to_place_id) if made else (StockMove.to_place_id, StockMove.from_place_id)
    )
    processing, real = aliased(Place), aliased(Place)
    return (
        select(
            StockProcess.id.label("process_id"), StockMove.bundle_id,
            *((-getattr(StockMove, name)).label(name) for name in _AMOUNTS),
        )
        .join(StockProcess, StockProcess.number == StockMove.document_number)
        .join(processing, processing.id == inside)
        .join(real, real.id == outside)
        .where(StockMove.reverses_id.is_(None), processing.kind == PlaceKind.PROCESSING, real.is_real)
    )  # fmt: skip


def _unequal(
    session: Session, kind: str, edges: Sequence[Select[Any]], moves: Select[Any], names: Sequence[str]
) -> Iterator[Fault]:
    cells = union_all(*edges, moves).subquery("cells")
    differs = [func.sum(cells.c[name]) != 0 for name in names]
    query = select(cells.c.bundle_id).group_by(cells.c.process_id, cells.c.bundle_id).having(or_(*differs))
    for bundle_id in session.scalars(query.order_by(cells.c.bundle_id)):
        yield Fault(kind, bundle_id)
