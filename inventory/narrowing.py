"""Filters of bundles, gone ones too, that name a few rows of a small table: these are found first.

A filter that fits no product, place or owner then reads no bundle at all, and PostgreSQL, which is told the ids, knows
whether they are of many bundles or of few; joined, it takes them for many and reads all that ever was to find none.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, select, union_all
from sqlalchemy.orm import Session, aliased

from inventory import lying
from inventory.genealogy_models import HeatPart
from inventory.models import Bundle, Encumbrance, Place, Product, StockBalance
from inventory.quality.models import QualityHold
from inventory.quality.standing import stands
from inventory.searching import OF_PRODUCTS, below, of_length, of_products
from steelyard.accounts.models import Organisation
from steelyard.core.actors import Actor

MOST = 1_000
"""Where more rows fit, the filter passes over little, and all bundles are read in their order."""


def narrowed(
    session: Session, actor: Actor, wanted: Mapping[str, Any]
) -> tuple[list[ColumnElement[bool]], Mapping[str, Any]] | None:
    """Conditions in the place of some filters, and the filters that are left; ``None`` where nothing can fit.

    Raises ``SizeUnreadable``.
    """
    found: list[ColumnElement[bool]] = []
    taken: set[str] = set()
    for names, look in ((OF_PRODUCTS, _products), (("place",), _places), (("owner",), _owners)):
        if all(wanted.get(name) is None for name in names):
            continue
        told = look(session, actor, wanted)
        if told is None:
            continue
        if not told:
            return None
        found += told
        taken |= set(names)
    for name, may_be in (("held", _perhaps_held(is_quality=False)), ("quarantined", _perhaps_held(is_quality=True))):
        if wanted.get(name):
            found.append(lying.one_by_one(session, Bundle.id, may_be))
    return found, {name: value for name, value in wanted.items() if name not in taken}


def _ids(session: Session, query: Select[Any]) -> Sequence[int] | None:
    """The ids, or ``None`` where they are too many."""
    ids = session.scalars(query.limit(MOST + 1)).all()
    return None if len(ids) > MOST else ids


def _products(session: Session, actor: Actor, wanted: Mapping[str, Any]) -> list[ColumnElement[bool]] | None:
    ids = _ids(session, select(Product.id).where(*of_products(wanted)))
    return None if ids is None else [Bundle.product_id.in_(ids), *of_length(wanted)] if ids else []


def _places(session: Session, actor: Actor, wanted: Mapping[str, Any]) -> list[ColumnElement[bool]] | None:
    """What stands at real places is what lies in the yard; a virtual place holds what ever came or left."""
    query = select(Place.id, Place.is_real).where(Place.id.in_(below(wanted["place"]))).limit(MOST + 1)
    places = session.execute(query).all()
    if len(places) > MOST or not all(is_real for _, is_real in places):
        return None
    if not places:
        return []
    ids, cell = [id_ for id_, _ in places], aliased(StockBalance)
    here = select(cell.bundle_id).where(cell.is_real, cell.pieces > 0, cell.place_id.in_(ids), *lying.own(actor, cell))
    return [lying.one_by_one(session, Bundle.id, here), StockBalance.is_real.is_(True)]


def _owners(session: Session, actor: Actor, wanted: Mapping[str, Any]) -> list[ColumnElement[bool]] | None:
    name = Organisation.name.icontains(wanted["owner"], autoescape=True)
    ids = _ids(session, select(Organisation.id).where(name))
    return None if ids is None else [StockBalance.owner_id.in_(ids)] if ids else []


def _perhaps_held(*, is_quality: bool) -> Select[int]:
    """The bundles that a hold may keep, whoever placed it: all others it does not."""
    kept = select(Bundle.id).join(QualityHold, QualityHold.heat_id == Bundle.heat_id).where(stands(QualityHold))
    mixed = select(Bundle.id).join(HeatPart, HeatPart.heat_id == Bundle.heat_id)
    mixed = mixed.join(QualityHold, QualityHold.heat_id == HeatPart.part_id).where(stands(QualityHold))
    pledged = [] if is_quality else [select(Encumbrance.bundle_id).where(stands(Encumbrance))]
    return select(union_all(kept, mixed, *pledged).subquery("kept").c.id)
