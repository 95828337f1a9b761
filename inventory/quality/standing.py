"""What keeps bundles in the yard, as queries that any statement can take in: encumbrances, holds of bundle and heat."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, Text, and_, case, func, literal_column, or_, select
from sqlalchemy.orm import Session

from inventory.genealogy_models import HeatPart
from inventory.models import Bundle, Encumbrance, Warehouse
from inventory.quality.models import QualityHold
from inventory.states import EncumbranceKind

Query = tuple[Select[Any], tuple[Any, ...]]
_HEAT, _BUNDLE = "heat", "bundle"
"""The kinds under which the queries give holds of a heat and of a bundle, beside the kinds of encumbrances."""
_FOLLOWING = frozenset({_HEAT, _BUNDLE})
_OF_QUALITY = _FOLLOWING | {EncumbranceKind.QUALITY.value}


def _word(text: str) -> ColumnElement[str]:
    return literal_column(f"'{text}'", Text())


@dataclass(frozen=True, slots=True)
class Hold:
    """What keeps a bundle: a reference, whether it is quality's, and whether it keeps whatever is made of it, too.

    A hold of its heat does, because it is looked up by the heat; a hold of the bundle itself is passed on.
    """

    reference: str
    is_quality: bool
    follows: bool


def stands(hold: type[QualityHold] | type[Encumbrance], moment: datetime | None = None) -> ColumnElement[bool]:
    """The condition under which a hold is not lifted, or was not yet at a past ``moment`` at which it was placed."""
    if moment is None:
        return hold.lifted_at.is_(None)
    return and_(hold.placed_at <= moment, or_(hold.lifted_at.is_(None), hold.lifted_at > moment))


def covers(moment: datetime | None = None) -> ColumnElement[bool]:
    """The condition on ``Bundle`` and its ``Warehouse`` under which a standing hold of itself or its heat keeps it.

    A hold of a heat keeps all bundles of it in the yards of the organisation that placed it, later ones, too.
    """
    hold = QualityHold
    of_it = or_(hold.bundle_id.is_(None), hold.bundle_id == Bundle.id)
    return and_(hold.heat_id == Bundle.heat_id, of_it, stands(hold, moment), hold.org_id == Warehouse.org_id)


def covers_part(moment: datetime | None = None) -> ColumnElement[bool]:
    """The condition on ``HeatPart`` and ``Warehouse`` under which a hold of one of its heats keeps a mixed bundle."""
    hold = QualityHold
    whole = and_(hold.bundle_id.is_(None), stands(hold, moment), hold.org_id == Warehouse.org_id)
    return and_(hold.heat_id == HeatPart.part_id, whole)


def holds(wanted: ColumnElement[bool]) -> Iterator[Query]:
    """Queries of whatever keeps the bundles ``wanted``, with columns for bundle, kind of encumbrance and reference."""
    placed = select(Encumbrance).join(Bundle, Bundle.id == Encumbrance.bundle_id)
    placed = placed.where(wanted, Encumbrance.lifted_at.is_(None)).group_by(Bundle.id, Encumbrance.kind)
    yield placed, (Bundle.id, Encumbrance.kind, func.min(Encumbrance.reference))
    kept = select(QualityHold).select_from(Bundle).join(Warehouse, Warehouse.id == Bundle.warehouse_id)
    kept = kept.join(QualityHold, covers()).where(wanted).group_by(Bundle.id)
    single = func.count(QualityHold.bundle_id) > 0
    kind = case((single, _word(_BUNDLE)), else_=_word(_HEAT))
    yield kept, (Bundle.id, kind, func.min(QualityHold.number))
    mixed = select(QualityHold).select_from(Bundle).join(Warehouse, Warehouse.id == Bundle.warehouse_id)
    mixed = mixed.join(HeatPart, HeatPart.heat_id == Bundle.heat_id).join(QualityHold, covers_part())
    yield mixed.where(wanted).group_by(Bundle.id), (Bundle.id, _word(_HEAT), func.min(QualityHold.number))


def strongest(rows: Iterable[Sequence[Any]]) -> dict[int, Hold]:
    """One hold of each bundle from the rows of those queries: quality's before others, then the first reference."""
    found: dict[int, Hold] = {}
    for bundle_id, kind, reference in sorted(rows, key=lambda row: (row[0], row[1] not in _OF_QUALITY, row[2])):
        first = found.get(bundle_id) or Hold(reference, kind in _OF_QUALITY, follows=True)
        found[bundle_id] = replace(first, follows=first.follows and kind in _FOLLOWING)
    return found


def others(session: Session, bundle_ids: Collection[int]) -> dict[int, str]:
    """The reference of a pledge or of a court's order on each bundle that has one."""
    query = select(Encumbrance.bundle_id, Encumbrance.reference).where(
        Encumbrance.bundle_id.in_(bundle_ids), Encumbrance.lifted_at.is_(None),
        Encumbrance.kind != EncumbranceKind.QUALITY,
    )  # fmt: skip
    return dict(session.execute(query.order_by(Encumbrance.id.desc())).all())
