"""Which bundles lie in the yards, found by what lies there and never by what ever lay there.

Of a hundred bundles that a yard has known one may lie there still. PostgreSQL does not see that: half of the balances
are of real places, half are of more than nothing, so that it takes a quarter of them for stock and would read the
table of bundles from its beginning. Given as an array, of which it assumes that it is short, what lies there is read
first, by the index that holds nothing else, and every bundle of it is looked up by its key.
"""

from typing import Any, cast

from sqlalchemy import ARRAY, BigInteger, ColumnElement, Select, any_, func, select
from sqlalchemy.orm import Session, aliased

from inventory import visibility
from inventory.models import Bundle, Place, StockBalance, Warehouse
from steelyard.core.actors import Actor, OrgKind
from steelyard.core.prepared import POSTGRESQL, dialect_of


def own(actor: Actor, cells: Any = StockBalance) -> list[ColumnElement[bool]]:
    """The conditions on cells of real places under which the actor sees them: at his places, or of his goods."""
    if actor.org_kind is OrgKind.WAREHOUSE:
        places = select(Place.id).join(Warehouse, Warehouse.id == Place.warehouse_id)
        return [cells.place_id.in_(places.where(Warehouse.org_id == actor.org_id))]
    return [] if actor.is_operator else [cells.owner_id == actor.org_id]


def seen(actor: Actor) -> list[ColumnElement[bool]]:
    """The same on balances that are joined with ``Warehouse``; without a subquery they are planned in half the time."""
    return [visibility.of_own_yard(actor)] if actor.org_kind is OrgKind.WAREHOUSE else own(actor)


def in_yard(session: Session, warehouse_id: int, owner_id: int | None = None) -> list[ColumnElement[bool]]:
    """The condition that ``Bundle`` lies in a yard, perhaps for an owner, where it helps beside those on its balance.

    SQLite takes the index of what lies there by itself.
    """
    if dialect_of(session) != POSTGRESQL:
        return []
    cell = aliased(StockBalance)
    places = select(Place.id).where(Place.warehouse_id == warehouse_id)
    here = select(cell.bundle_id).where(cell.is_real, cell.pieces > 0, cell.place_id.in_(places))
    here = here if owner_id is None else here.where(cell.owner_id == owner_id)
    return [one_by_one(session, Bundle.id, here)]


def one_by_one(session: Session, column: Any, ids: Select[int]) -> ColumnElement[bool]:
    """The condition that a column is one of the ids that a query finds, each of which is then looked up by an index."""
    if dialect_of(session) != POSTGRESQL:
        return cast(ColumnElement[bool], column.in_(ids))
    return cast(ColumnElement[bool], column == any_(_array(ids)))


def few(session: Session, ids: Select[int]) -> Select[int]:
    """The ids that a query finds, as ``id``: for PostgreSQL so that whatever they are joined with is looked up."""
    if dialect_of(session) != POSTGRESQL:
        return select(ids.subquery().columns[0].label("id"))
    return select(func.unnest(_array(ids), type_=BigInteger()).label("id"))


def _array(ids: Select[int]) -> Any:
    return func.array(ids.scalar_subquery(), type_=ARRAY(BigInteger))
