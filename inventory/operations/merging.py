"""Merging (并捆): bundles of one product, length and owner become one; of several heats, if they are of several."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from inventory import making
from inventory.genealogy_models import StockProcess
from inventory.making import Line, Order, Output
from inventory.operations import processing, yard
from inventory.operations.scope import own_warehouse
from inventory.states import ProcessKind
from steelyard.core.actors import Actor


def merge(
    session: Session, actor: Actor, warehouse_id: int, tags: Sequence[str],
    tag: str | None = None, place: str | None = None, reason: str | None = None,
) -> StockProcess:  # fmt: skip
    """Tie bundles into one; raises as :func:`processing.post` does."""
    own_warehouse(session, actor, warehouse_id)
    view = yard.look(session, warehouse_id, tags, [], yard.virtual_places(session, warehouse_id))
    for one in tags:
        making.lying(view.bundle(one))
    pieces = sum(view.bundles[one].quantity.pieces for one in set(tags))
    order = Order(ProcessKind.MERGE, [Line(tags, [Output(pieces, tag, place=place)])], reason)
    return processing.post(session, actor, warehouse_id, order)
