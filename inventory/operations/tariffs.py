"""Setting what a yard asks for storage and handling: a version is added, none is ever changed."""

from typing import Any

from sqlalchemy.orm import Session

from inventory.charges.errors import TariffUnsound
from inventory.charges.models import StorageTariff
from inventory.operations.scope import own_warehouse
from steelyard.core import audit
from steelyard.core.actors import Actor
from steelyard.core.database import db_now


def set_tariff(session: Session, actor: Actor, warehouse_id: int, **terms: Any) -> StorageTariff:
    """Add a version of the tariff, with the columns of ``StorageTariff`` as ``terms``.

    Raises ``NotFound`` and ``TariffUnsound``.
    """
    warehouse = own_warehouse(session, actor, warehouse_id)
    if terms.get("valid_to") is not None and terms["valid_to"] < terms["valid_from"]:
        raise TariffUnsound
    found = StorageTariff(warehouse_id=warehouse.id, set_at=db_now(session), set_by=actor.user_id, **terms)
    session.add(found)
    session.flush()
    told = {name: str(value) for name, value in sorted(terms.items()) if value is not None}
    audit.record(session, actor, "inventory.tariff_set", f"warehouse:{warehouse.code}", {"tariff": found.id, **told})
    return found
