"""Splitting (拆捆): part of a bundle never moves, so what is to go elsewhere is first tied into bundles of its own."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from inventory.genealogy_models import StockProcess
from inventory.making import Line, Order, Output
from inventory.operations import processing
from inventory.states import ProcessKind
from steelyard.core.actors import Actor


def split(
    session: Session, actor: Actor, warehouse_id: int, tag: str, parts: Sequence[Output], reason: str | None = None
) -> StockProcess:
    """Split a bundle into ``parts`` that are all of it; raises as :func:`processing.post` does."""
    order = Order(ProcessKind.SPLIT, [Line([tag], parts)], reason)
    return processing.post(session, actor, warehouse_id, order)
