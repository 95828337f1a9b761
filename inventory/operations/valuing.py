"""Setting what a product is worth to a yard (货值): a value is added, none is ever changed."""

from sqlalchemy.orm import Session

from inventory import errors
from inventory.cycle_models import ProductValue
from inventory.models import Product
from inventory.operations.scope import own_warehouse
from steelyard.core import audit
from steelyard.core.actors import Actor
from steelyard.core.database import db_now


def set_value(session: Session, actor: Actor, warehouse_id: int, product_id: int, fen_per_t: int) -> ProductValue:
    """Set what a product is worth from now on, in fen per tonne; raises ``NotFound`` and ``ProductUnknown``."""
    warehouse = own_warehouse(session, actor, warehouse_id)
    if session.get(Product, product_id) is None:
        raise errors.ProductUnknown(product_id=product_id)
    found = ProductValue(
        warehouse_id=warehouse.id, product_id=product_id, fen_per_t=fen_per_t, set_at=db_now(session),
        set_by=actor.user_id,
    )  # fmt: skip
    session.add(found)
    session.flush()
    told = {"product_id": product_id, "fen_per_t": fen_per_t}
    audit.record(session, actor, "inventory.product_valued", f"warehouse:{warehouse.code}", told)
    return found
