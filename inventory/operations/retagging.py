"""Giving a bundle a new tag (换标): the old one stays known and leads to the new."""

from sqlalchemy.orm import Session

from inventory import making
from inventory.genealogy_models import StockProcess
from inventory.making import Line, Order, Output
from inventory.operations import processing, yard
from inventory.operations.scope import own_warehouse
from inventory.states import ProcessKind
from steelyard.core.actors import Actor


def retag(
    session: Session, actor: Actor, warehouse_id: int, tag: str, new_tag: str | None = None, reason: str | None = None
) -> StockProcess:
    """Give the bundle that bears ``tag`` another one; raises as :func:`processing.post` does."""
    own_warehouse(session, actor, warehouse_id)
    view = yard.look(session, warehouse_id, [tag], [], yard.virtual_places(session, warehouse_id))
    making.lying(view.bundle(tag))
    order = Order(ProcessKind.RETAG, [Line([tag], [Output(view.bundles[tag].quantity.pieces, new_tag)])], reason)
    return processing.post(session, actor, warehouse_id, order)
