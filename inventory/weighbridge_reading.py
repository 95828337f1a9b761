"""Reading tickets of the weighbridge between their two weights."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from inventory import visibility
from inventory.gate_models import WeighbridgeReading, WeighbridgeTicket
from inventory.queries import Record
from inventory.states import Direction, TicketStatus
from steelyard.core.actors import Actor
from steelyard.core.errors import NotFound

MOST_OPEN = 200


def tickets(actor: Actor, wanted: Mapping[str, Any]) -> Select[WeighbridgeTicket]:
    """Tickets of the yards that the actor runs, narrowed by warehouse, status and plate."""
    query = select(WeighbridgeTicket).where(visibility.documents(actor, WeighbridgeTicket.warehouse_id))
    for name in ("warehouse_id", "status", "plate"):
        if wanted.get(name) is not None:
            query = query.where(getattr(WeighbridgeTicket, name) == wanted[name])
    return query


def told(session: Session, found: Sequence[WeighbridgeTicket]) -> list[Record]:
    """Tickets with their readings; one statement for all of them."""
    query = select(WeighbridgeReading).where(WeighbridgeReading.ticket_id.in_([one.id for one in found]))
    readings: dict[int, list[WeighbridgeReading]] = {}
    for reading in session.scalars(query.order_by(WeighbridgeReading.id)):
        readings.setdefault(reading.ticket_id, []).append(reading)
    return [_record(one, readings[one.id]) for one in found]


def _record(ticket: WeighbridgeTicket, readings: Sequence[WeighbridgeReading]) -> Record:
    """A completed ticket's last reading is its second weight."""
    first = readings[-2] if ticket.status == TicketStatus.COMPLETED else readings[-1]
    columns = {column.key: getattr(ticket, column.key) for column in WeighbridgeTicket.__table__.columns}
    return {**columns, "readings": readings, "first_g": first.mass_g}


def ticket(session: Session, actor: Actor, ticket_id: int) -> Record:
    """One ticket; raises ``NotFound``."""
    found = session.scalars(tickets(actor, {}).where(WeighbridgeTicket.id == ticket_id)).one_or_none()
    if found is None:
        raise NotFound
    return told(session, [found])[0]


def waiting(session: Session, actor: Actor, warehouse_id: int, direction: Direction, plate: str | None) -> list[Record]:
    """The open tickets of a yard in one direction, those of the lorry ``plate`` first, then the newest."""
    query = tickets(actor, {"warehouse_id": warehouse_id, "status": TicketStatus.OPEN})
    query = query.where(WeighbridgeTicket.direction == direction)
    of_lorry = (WeighbridgeTicket.plate == (plate or "")).desc()
    found = session.scalars(query.order_by(of_lorry, WeighbridgeTicket.id.desc()).limit(MOST_OPEN)).all()
    return told(session, found)
