"""Locations with all below them: the parameters ``WD_readPoint`` and ``WD_bizLocation`` of the SimpleEventQuery.

Master data of locations are those of our yards: a yard's URI stands for all its places, a place's for the tree below
it. Of a location that is not ours, or of a yard that the caller does not see, nothing is known but its name.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, String, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from inventory import visibility
from inventory.epcis.errors import QueryTooLarge
from inventory.epcis.identifiers import Names
from inventory.epcis.models import PartnerEvent
from inventory.epcis.querying import Wanted
from inventory.models import Place, Warehouse
from steelyard.core.actors import Actor
from steelyard.core.rowset import rowset

MOST_PLACES = 10_000
_COLUMNS: dict[str, InstrumentedAttribute[Any]] = {
    "WD_readPoint": PartnerEvent.read_point, "WD_bizLocation": PartnerEvent.biz_location,
}  # fmt: skip


def resolve(session: Session, actor: Actor, names: Names, wanted: Wanted) -> None:
    """Turn what ``wanted`` asks of locations into conditions; raises ``QueryTooLarge``."""
    for name, uris in wanted.within:
        wanted.conditions.append(_within(_COLUMNS[name], uris, _below(session, actor, names, uris), names))


def _within(
    column: InstrumentedAttribute[Any], uris: Sequence[str], below: Sequence[str], names: Names
) -> ColumnElement[bool]:
    yards = [uri for uri in uris if (place := names.place_of(uri)) is not None and place[1] is None]
    return or_(column.in_([*uris, *below]), *(column.startswith(f"{uri},", autoescape=True) for uri in yards))


def _below(session: Session, actor: Actor, names: Names, uris: Sequence[str]) -> list[str]:
    """The URIs of the places below those that are named; one statement, none where no place of ours is."""
    asked = [place for uri in uris if (place := names.place_of(uri)) is not None and place[1] is not None]
    if not asked:
        return []
    rows = [{"yard": yard, "code": code} for yard, code in asked]
    wanted = rowset(session, "wanted", {"yard": String(), "code": String()}, rows)
    top = (
        select(Place.id, Warehouse.code.label("yard"))
        .join(Warehouse, Warehouse.id == Place.warehouse_id)
        .join(wanted, (wanted.c.yard == Warehouse.code) & (wanted.c.code == Place.code))
        .where(Place.is_real, visibility.warehouses(actor))
    )
    tree = top.cte("tree", recursive=True)
    tree = tree.union(select(Place.id, tree.c.yard).join(tree, Place.parent_id == tree.c.id))
    query = select(tree.c.yard, Place.code).join(Place, Place.id == tree.c.id).limit(MOST_PLACES + 1)
    found = session.execute(query).all()
    if len(found) > MOST_PLACES:
        raise QueryTooLarge(most=MOST_PLACES)
    return [names.place(yard, code) for yard, code in found]
