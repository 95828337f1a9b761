"""Finding what an actor may act on; what is not his does not exist for him."""

from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory.models import StockIssue, Stocktake, Warehouse
from steelyard.core.actors import Actor
from steelyard.core.errors import NotFound

Document = TypeVar("Document", StockIssue, Stocktake)


def own_warehouse(session: Session, actor: Actor, warehouse_id: int) -> Warehouse:
    """The warehouse that the actor's organisation runs; raises ``NotFound``."""
    warehouse = session.get(Warehouse, warehouse_id)
    if warehouse is None or warehouse.org_id != actor.org_id:
        raise NotFound
    return warehouse


def own_document(session: Session, actor: Actor, table: type[Document], id_: int) -> tuple[Document, Warehouse]:
    """An issue or stocktake of the actor's yard, locked until the transaction ends; raises ``NotFound``."""
    found = session.scalars(
        select(table).where(table.id == id_).with_for_update().execution_options(populate_existing=True)
    ).one_or_none()
    if found is None:
        raise NotFound
    return found, own_warehouse(session, actor, found.warehouse_id)
