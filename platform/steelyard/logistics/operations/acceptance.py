"""Answering an offer: accepted by both sides it becomes a journey with a waybill, declined by one it is off."""

from datetime import datetime

from sqlalchemy.orm import Session

from steelyard.core.actors import Actor
from steelyard.core.audit import record
from steelyard.core.clock import business_date
from steelyard.core.database import db_now
from steelyard.core.numbering import next_number
from steelyard.core.outbox import publish
from steelyard.logistics.errors import AlreadyAccepted, LoadClosed, OfferExpired
from steelyard.logistics.models import FreightLoad, Waybill
from steelyard.logistics.operations.expiry import reopen
from steelyard.logistics.operations.locks import lock_load
from steelyard.logistics.states import LoadState, PostingState, Side, WaybillState


def accept(session: Session, actor: Actor, load_id: int) -> FreightLoad:
    """Accept for the actor's side; the second side's acceptance books both postings and issues the waybill.

    Raises NotFound, LoadClosed, OfferExpired or AlreadyAccepted. The load's lock makes two answers take
    turns.
    """
    load, side, now = _offered(session, actor, load_id)
    if _accepted_at(load, side) is not None:
        raise AlreadyAccepted(number=load.number)
    if side is Side.SHIPPER:
        load.shipper_accepted_at, load.shipper_accepted_by = now, actor.user_id
    else:
        load.carrier_accepted_at, load.carrier_accepted_by = now, actor.user_id
    record(session, actor, "freight.load_accepted", f"freight_load:{load.number}", {"side": side})
    if load.shipper_accepted_at is not None and load.carrier_accepted_at is not None:
        _book(session, actor, load, now)
    session.flush()
    return load


def decline(session: Session, actor: Actor, load_id: int, reason: str | None) -> FreightLoad:
    """Decline for the actor's side, even after having accepted; both postings are open again.

    Raises NotFound, LoadClosed or OfferExpired.
    """
    load, side, now = _offered(session, actor, load_id)
    load.state, load.closed_at = LoadState.DECLINED, now
    load.declined_side, load.decline_reason = side, reason
    reopen(load)
    record(session, actor, "freight.load_declined", f"freight_load:{load.number}", {"side": side})
    publish(
        session,
        "logistics.load_declined",
        subject=f"freight_load:{load.number}",
        data={"load_id": load.id, "number": load.number, "side": side},
        audience=[load.shipper_org_id, load.carrier_org_id],
    )
    session.flush()
    return load


def _offered(session: Session, actor: Actor, load_id: int) -> tuple[FreightLoad, Side, datetime]:
    load = lock_load(session, actor, load_id)
    now = db_now(session)
    if load.state != LoadState.OFFERED:
        raise LoadClosed(number=load.number)
    if now >= load.expires_at:
        raise OfferExpired(number=load.number)
    return load, Side.SHIPPER if load.shipper_org_id == actor.org_id else Side.CARRIER, now


def _accepted_at(load: FreightLoad, side: Side) -> datetime | None:
    return load.shipper_accepted_at if side is Side.SHIPPER else load.carrier_accepted_at


def _book(session: Session, actor: Actor, load: FreightLoad, now: datetime) -> None:
    """Both have accepted: the postings are booked, the waybill is issued, and the yard may learn of it."""
    load.state, load.closed_at = LoadState.ACCEPTED, now
    load.demand.state = load.supply.state = PostingState.BOOKED
    waybill = Waybill(
        number=next_number(session, "YD", business_date(now)),
        load=load,
        shipper_org_id=load.shipper_org_id,
        carrier_org_id=load.carrier_org_id,
        warehouse_org_id=load.warehouse_org_id,
        receiver_org_id=load.demand.receiver_org_id,
        plate=load.supply.plate,
        state=WaybillState.ISSUED,
        issued_at=now,
    )
    session.add(waybill)
    session.flush()
    record(session, actor, "freight.waybill_issued", f"waybill:{waybill.number}")
    publish(
        session,
        "logistics.waybill_issued",
        subject=f"waybill:{waybill.number}",
        data=_announcement(load, waybill),
        audience=parties(waybill),
    )


def parties(waybill: Waybill) -> list[int]:
    """The organisations that a waybill names."""
    named = (waybill.shipper_org_id, waybill.carrier_org_id, waybill.warehouse_org_id, waybill.receiver_org_id)
    return [org_id for org_id in named if org_id is not None]


def _announcement(load: FreightLoad, waybill: Waybill) -> dict[str, object]:
    return {
        "waybill_id": waybill.id,
        "number": waybill.number,
        "load_number": load.number,
        "plate": waybill.plate,
        "shipper_org_id": waybill.shipper_org_id,
        "carrier_org_id": waybill.carrier_org_id,
        "warehouse_org_id": waybill.warehouse_org_id,
        "origin": load.demand.origin,
        "destination": load.demand.destination,
        "mass_g": load.demand.mass_g,
        "pieces": load.demand.pieces,
    }
