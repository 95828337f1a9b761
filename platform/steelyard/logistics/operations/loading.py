"""Loading a waybill's lorry, as the yard's issues tell of it."""

import logging
from typing import Any

from sqlalchemy.orm import Session

from inventory.models import Warehouse
from steelyard.core.audit import record
from steelyard.core.database import db_now
from steelyard.core.outbox import publish
from steelyard.logistics.models import Waybill, WaybillLoading
from steelyard.logistics.operations.acceptance import parties
from steelyard.logistics.operations.locks import lock_waybill
from steelyard.logistics.states import WaybillState
from steelyard.logistics.terms import same_plate

log = logging.getLogger(__name__)


def load_waybill(session: Session, issue: dict[str, Any]) -> None:
    """Write on the waybill what an issue put on its lorry; a second telling of the same issue changes nothing.

    The issue stands already and cannot be refused here. One that names a waybill it has no business with
    (of another owner's goods, another yard's, an unknown or a delivered one) is left aside and logged.
    """
    number = issue.get("waybill_number")
    if not number:
        return
    waybill = lock_waybill(session, Waybill.number == number)
    if waybill is None or not _belongs(session, waybill, issue):
        log.warning("An issue was left aside.", extra={"issue": issue.get("number"), "waybill": number})
        return
    if any(loading.issue_number == issue["number"] for loading in waybill.loadings):
        return
    now = db_now(session)
    waybill.loadings.append(
        WaybillLoading(
            issue_number=issue["number"],
            plate=issue.get("plate"),
            mass_g=issue["mass_g"],
            bundles=list(issue.get("bundles", [])),
            loaded_at=now,
        )
    )
    if waybill.state == WaybillState.ISSUED:
        waybill.state, waybill.loaded_at = WaybillState.LOADED, now
    session.flush()
    record(session, None, "freight.waybill_loaded", f"waybill:{number}", {"issue": issue["number"]})
    publish(
        session,
        "logistics.waybill_loaded",
        subject=f"waybill:{number}",
        data={"waybill_id": waybill.id, "number": number, "issue_number": issue["number"]},
        audience=parties(waybill),
    )


def _belongs(session: Session, waybill: Waybill, issue: dict[str, Any]) -> bool:
    """Whether the issue is of the shipper's goods and comes from the warehouse named for loading or, where none
    is, names the lorry's plate.
    """
    if waybill.state == WaybillState.DELIVERED or issue.get("owner_org_id") != waybill.shipper_org_id:
        return False
    if waybill.warehouse_org_id is not None:
        yard = session.get(Warehouse, issue["warehouse_id"])
        return yard is not None and yard.org_id == waybill.warehouse_org_id
    return same_plate(issue.get("plate"), waybill.plate)
