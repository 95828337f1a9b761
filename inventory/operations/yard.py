"""Locking bundles and reading how the yard stands, a fixed number of statements for any number of bundles.

Order of locks, the same everywhere: bundles by id, then issues and stocktakes, then document counters. What is judged
is read in a statement after the one that locked, because a statement that waited keeps the snapshot from before.
The key of a bundle is not locked: who holds a document may write lines that name a bundle that another holds.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from sqlalchemy import BigInteger, String, select, union_all
from sqlalchemy.orm import Session

from inventory.models import Bundle, Place, StockBalance
from inventory.operations.ledger import Stamp
from inventory.quality.standing import Hold, holds, strongest
from inventory.quantities import Position, Quantity
from inventory.scanning import BundleView, YardView
from inventory.states import PlaceKind, State
from steelyard.core.actors import Actor
from steelyard.core.database import db_now
from steelyard.core.rowset import rowset

_TAG = {"tag": String()}
_ID = {"id": BigInteger()}


@dataclass(frozen=True, slots=True)
class Stood:
    """Where the ledger has a bundle: in the yard, or at a virtual place."""

    position: Position
    kind: PlaceKind
    quantity: Quantity


def lock_by_tags(session: Session, warehouse_id: int, tags: Iterable[str]) -> dict[str, int]:
    """Lock the bundles of a warehouse that bear ``tags``, in the order of their ids; return the ids by tag."""
    wanted = rowset(session, "wanted", _TAG, [{"tag": tag} for tag in sorted(set(tags))])
    query = (
        select(Bundle.tag, Bundle.id)
        .join(wanted, wanted.c.tag == Bundle.tag)
        .where(Bundle.warehouse_id == warehouse_id, Bundle.voided == 0)
        .order_by(Bundle.id)
        .with_for_update(of=Bundle, key_share=True)
    )
    return dict(session.execute(query).all())


def lock_by_ids(session: Session, bundle_ids: Collection[int]) -> None:
    """Lock bundles in the order of their ids."""
    wanted = rowset(session, "wanted", _ID, [{"id": id_} for id_ in sorted(set(bundle_ids))])
    query = (
        select(Bundle.id)
        .join(wanted, wanted.c.id == Bundle.id)
        .order_by(Bundle.id)
        .with_for_update(of=Bundle, key_share=True)
    )
    session.execute(query).all()


def standing(session: Session, bundle_ids: Collection[int]) -> dict[int, list[Stood]]:
    """Where each bundle stands with more than nothing, real places first."""
    wanted = rowset(session, "wanted", _ID, [{"id": id_} for id_ in sorted(set(bundle_ids))])
    balance = StockBalance
    query = (
        select(
            balance.bundle_id, balance.place_id, balance.owner_id, balance.state, Place.kind,
            balance.pieces, balance.length_mm, balance.mass_g,
        )
        .join(wanted, wanted.c.id == balance.bundle_id)
        .join(Place, Place.id == balance.place_id)
        .where(balance.pieces > 0)
        .order_by(balance.bundle_id, balance.is_real.desc(), balance.place_id)
    )  # fmt: skip
    found: dict[int, list[Stood]] = {}
    for bundle_id, place_id, owner_id, state, kind, *amounts in session.execute(query):
        stood = Stood(Position(place_id, owner_id, State(state)), PlaceKind(kind), Quantity(*amounts))
        found.setdefault(bundle_id, []).append(stood)
    return found


def held(session: Session, bundle_ids: Collection[int]) -> dict[int, Hold]:
    """What keeps each bundle in the yard, an encumbrance or a quality hold of itself or its heat; one statement."""
    wanted = rowset(session, "wanted", _ID, [{"id": id_} for id_ in sorted(set(bundle_ids))])
    queries = holds(Bundle.id.in_(select(wanted.c.id)))
    parts = [query.with_only_columns(*columns) for query, columns in queries]
    return strongest(session.execute(union_all(*parts)).all())


def virtual_places(session: Session, warehouse_id: int) -> dict[PlaceKind, int]:
    """The virtual places of a warehouse by kind."""
    query = select(Place.kind, Place.id).where(Place.warehouse_id == warehouse_id, Place.is_real.is_(False))
    return {PlaceKind(kind): id_ for kind, id_ in session.execute(query)}


def real_places(session: Session, warehouse_id: int, codes: Iterable[str]) -> dict[str, int]:
    """The ids of those of ``codes`` that are real places of the warehouse."""
    wanted = rowset(session, "wanted", _TAG, [{"tag": code} for code in sorted(set(codes))])
    query = (
        select(Place.code, Place.id)
        .join(wanted, wanted.c.tag == Place.code)
        .where(Place.warehouse_id == warehouse_id, Place.is_real.is_(True))
    )
    return dict(session.execute(query).all())


def blocked(session: Session, place_ids: Iterable[int]) -> frozenset[int]:
    """Those of these places that take nothing."""
    wanted = rowset(session, "wanted", _ID, [{"id": id_} for id_ in sorted(set(place_ids))])
    return frozenset(session.scalars(select(Place.id).join(wanted, wanted.c.id == Place.id).where(Place.is_blocked)))


def code_of(session: Session, place_id: int) -> str:
    """The code of a place."""
    return session.get_one(Place, place_id).code


def stamp(session: Session, actor: Actor, warehouse_id: int, virtual: dict[PlaceKind, int]) -> Stamp:
    """The stamp of postings made now by ``actor``."""
    return Stamp(warehouse_id, frozenset(virtual.values()), db_now(session), actor.user_id)


def look(
    session: Session, warehouse_id: int, tags: Collection[str], places: Collection[str], virtual: dict[PlaceKind, int]
) -> YardView:
    """Lock the bundles that bear ``tags`` and read how they stand: five statements at most."""
    bundles = lock_by_tags(session, warehouse_id, tags)
    stood, kept = standing(session, bundles.values()), held(session, bundles.values())
    found = real_places(session, warehouse_id, places) if places else {}
    return YardView(
        virtual[PlaceKind.CUSTOMER],
        {tag: bundle_view(id_, tag, stood.get(id_, []), kept.get(id_)) for tag, id_ in bundles.items()},
        found,
        blocked=blocked(session, found.values()) if found else frozenset(),
    )


def bundle_view(bundle_id: int, tag: str, stood: list[Stood], hold: Hold | None) -> BundleView:
    """The picture of one bundle from its balances."""
    view = BundleView(bundle_id, tag)
    if hold is not None:
        view.held_by, view.quarantined, view.hold_follows = hold.reference, hold.is_quality, hold.follows
    for at in stood:
        if at.kind is PlaceKind.REAL:
            view.position, view.quantity = at.position, at.quantity
        elif at.kind is PlaceKind.CUSTOMER:
            view.issued = True
    return view
