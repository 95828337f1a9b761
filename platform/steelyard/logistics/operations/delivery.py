"""Confirming a delivery."""

from sqlalchemy import or_
from sqlalchemy.orm import Session

from steelyard.core.actors import Actor
from steelyard.core.audit import record
from steelyard.core.database import db_now
from steelyard.core.outbox import publish
from steelyard.logistics.errors import ReceivedMassImplausible, WaybillDelivered, WaybillNotLoaded
from steelyard.logistics.models import Waybill
from steelyard.logistics.operations.acceptance import parties
from steelyard.logistics.operations.locks import lock_waybill, missing
from steelyard.logistics.states import WaybillState


def deliver(
    session: Session, actor: Actor, waybill_id: int, received_mass_g: int | None, remark: str | None
) -> Waybill:
    """Confirm, as its shipper or receiver, that the goods of a waybill arrived; the mass is in grams.

    Where no warehouse was named the goods were loaded outside the platform, and an issued waybill may be
    delivered. Raises NotFound, WaybillDelivered, WaybillNotLoaded or ReceivedMassImplausible.
    """
    mine = or_(Waybill.shipper_org_id == actor.org_id, Waybill.receiver_org_id == actor.org_id)
    waybill = lock_waybill(session, Waybill.id == waybill_id, mine) or missing()
    if waybill.state == WaybillState.DELIVERED:
        raise WaybillDelivered(number=waybill.number)
    if waybill.state != WaybillState.LOADED and waybill.warehouse_org_id is not None:
        raise WaybillNotLoaded(number=waybill.number)
    sent_g = sum(loading.mass_g for loading in waybill.loadings) or waybill.load.demand.mass_g
    if received_mass_g is not None and 2 * abs(received_mass_g - sent_g) > sent_g:
        raise ReceivedMassImplausible
    waybill.state, waybill.delivered_at = WaybillState.DELIVERED, db_now(session)
    waybill.delivered_by, waybill.received_mass_g, waybill.remark = actor.user_id, received_mass_g, remark
    session.flush()
    record(session, actor, "freight.waybill_delivered", f"waybill:{waybill.number}")
    publish(
        session,
        "logistics.waybill_delivered",
        subject=f"waybill:{waybill.number}",
        data={"waybill_id": waybill.id, "number": waybill.number, "received_mass_g": received_mass_g},
        audience=parties(waybill),
    )
    return waybill
