"""Who sees what: the yard its own stock, an owner his own goods, the operator all."""

from functools import cache
from typing import NamedTuple

from sqlalchemy import ColumnElement, exists, or_, select, true
from sqlalchemy.orm import InstrumentedAttribute, aliased

from inventory.models import Bundle, StockBalance, Warehouse
from steelyard.core.actors import Actor, OrgKind


class _Others(NamedTuple):
    """Tables under names of their own, which no query that a condition is put into reads.

    They are made once: SQLAlchemy makes all columns of an alias anew, for which every question would pay.
    """

    cell: type[StockBalance]
    warehouse: type[Warehouse]
    bundle: type[Bundle]
    bought: type[Bundle]


@cache
def _others() -> _Others:
    return _Others(aliased(StockBalance), aliased(Warehouse), aliased(Bundle), aliased(Bundle))


def bundles(actor: Actor) -> ColumnElement[bool]:
    """The condition on ``Bundle`` under which the actor sees it: his yard, or goods that are his wherever they are."""
    if actor.is_operator:
        return true()
    if actor.org_kind is OrgKind.WAREHOUSE:
        return _in_own_yard(actor, Bundle.warehouse_id)
    own = _others().cell
    return exists().where(own.bundle_id == Bundle.id, own.owner_id == actor.org_id, own.pieces > 0)


def rows(actor: Actor) -> ColumnElement[bool]:
    """The same where its ``Warehouse`` is joined: without a subquery PostgreSQL plans the joins in half the time."""
    return of_own_yard(actor) if actor.org_kind is OrgKind.WAREHOUSE else bundles(actor)


def of_own_yard(actor: Actor) -> ColumnElement[bool]:
    """The condition on a joined ``Warehouse`` that it is the actor's own.

    It is no case for an index, or SQLite would begin with the yard and read all bundles that it ever had.
    """
    return Warehouse.org_id + 0 == actor.org_id


def documents(
    actor: Actor, warehouse_id: InstrumentedAttribute[int], owner_id: InstrumentedAttribute[int] | None = None
) -> ColumnElement[bool]:
    """The condition on a document of a yard, made out for an owner or for none."""
    if actor.is_operator:
        return true()
    own: list[ColumnElement[bool]] = [_in_own_yard(actor, warehouse_id)]
    if owner_id is not None:
        own.append(owner_id == actor.org_id)
    return or_(*own)


def warehouses(actor: Actor) -> ColumnElement[bool]:
    """The condition on ``Warehouse``: one's own, and those in which goods of one's own were received or lie."""
    if actor.is_operator:
        return true()
    own, bought, lying = _others().bundle, _others().bought, _others().cell
    stored = exists().where(own.warehouse_id == Warehouse.id, own.owner_id == actor.org_id)
    of_bundle = exists().where(bought.id == lying.bundle_id, bought.warehouse_id == Warehouse.id)
    lies = exists().where(lying.owner_id == actor.org_id, lying.is_real, lying.pieces > 0, of_bundle)
    return or_(Warehouse.org_id == actor.org_id, stored, lies)


def _in_own_yard(actor: Actor, warehouse_id: InstrumentedAttribute[int]) -> ColumnElement[bool]:
    own = _others().warehouse
    return warehouse_id.in_(select(own.id).where(own.org_id == actor.org_id))
