"""Tickets of the weighbridge that are open (未完磅单): one weight is known, the lorry comes back for the other.

Readings are only ever added: a wrong first weight is corrected by another reading that names it. Who completes a ticket
holds the ticket's row until the commit, so that it is completed once.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory import errors, gate_errors
from inventory.gate_models import WeighbridgeReading, WeighbridgeTicket, Weighing
from inventory.operations.scope import own_warehouse
from inventory.operations.weighings import MOST_GROSS_G, Ticket, check_free
from inventory.states import Direction, TicketStatus
from steelyard.core import audit
from steelyard.core.actors import Actor
from steelyard.core.database import db_now
from steelyard.core.errors import NotFound


@dataclass(frozen=True, slots=True)
class FirstWeight:
    """A lorry on the weighbridge for the first time: full where it brings goods, empty where it fetches some."""

    ticket_number: str
    plate: str
    direction: Direction
    mass_g: int
    weighed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class SecondWeight:
    """The other weight of a lorry whose ticket is open."""

    weighbridge_ticket_id: int
    mass_g: int
    weighed_at: datetime | None = None


def open_ticket(session: Session, actor: Actor, warehouse_id: int, first: FirstWeight) -> WeighbridgeTicket:
    """Open a ticket with a lorry's first weight.

    Raises ``NotFound``, ``WeightImpossible``, ``TicketTaken``, ``EventInFuture`` and ``EventTooOld``.
    """
    own_warehouse(session, actor, warehouse_id)
    check_free(session, warehouse_id, first.ticket_number)
    now = db_now(session)
    ticket = WeighbridgeTicket(
        warehouse_id=warehouse_id, ticket_number=first.ticket_number, plate=first.plate, direction=first.direction,
        status=TicketStatus.OPEN, opened_at=now, opened_by=actor.user_id,
    )  # fmt: skip
    session.add(ticket)
    session.flush()
    _read(session, actor, ticket, first.mass_g, first.weighed_at)
    detail = {"direction": first.direction, "mass_g": first.mass_g}
    audit.record(session, actor, "inventory.ticket_opened", f"ticket:{ticket.ticket_number}", detail)
    return ticket


def correct(session: Session, actor: Actor, ticket_id: int, mass_g: int, reason: str) -> WeighbridgeTicket:
    """Put another reading in the place of a wrong one, which is kept; raises ``NotFound`` and ``TicketClosed``."""
    ticket = own_ticket(session, actor, ticket_id, lock=True)
    wrong = standing(session, ticket.id)
    _read(session, actor, ticket, mass_g, None, wrong.id, reason)
    detail = {"from_g": wrong.mass_g, "to_g": mass_g, "reason": reason}
    audit.record(session, actor, "inventory.ticket_corrected", f"ticket:{ticket.ticket_number}", detail)
    return ticket


def withdraw(session: Session, actor: Actor, ticket_id: int, reason: str) -> WeighbridgeTicket:
    """Close a ticket whose lorry does not come back, and free its number; raises ``NotFound``, ``TicketClosed``."""
    ticket = own_ticket(session, actor, ticket_id, lock=True)
    _close(session, actor, ticket, TicketStatus.WITHDRAWN)
    ticket.voided, ticket.reason = ticket.id, reason
    session.flush()
    detail = {"reason": reason}
    audit.record(session, actor, "inventory.ticket_withdrawn", f"ticket:{ticket.ticket_number}", detail)
    return ticket


def whole(session: Session, actor: Actor, second: SecondWeight, direction: Direction, warehouse_id: int) -> Ticket:
    """The whole ticket, once the second weight is known; it stays locked until it is recorded.

    Raises ``NotFound``, ``TicketClosed`` and ``TicketDirection``.
    """
    ticket = own_ticket(session, actor, second.weighbridge_ticket_id, lock=True)
    if ticket.warehouse_id != warehouse_id:
        raise NotFound
    if ticket.direction != direction:
        raise gate_errors.TicketDirection(ticket=ticket.ticket_number)
    first = standing(session, ticket.id).mass_g
    gross, tare = (first, second.mass_g) if direction is Direction.IN else (second.mass_g, first)
    return Ticket(ticket.ticket_number, ticket.plate, gross, tare, second.weighed_at, ticket.id)


def completed(session: Session, actor: Actor, opened_id: int, weighing: Weighing) -> None:
    """Close the locked ticket from which ``weighing`` was made."""
    ticket = session.get_one(WeighbridgeTicket, opened_id)
    second = weighing.tare_g if ticket.direction == Direction.IN else weighing.gross_g
    _read(session, actor, ticket, second, weighing.weighed_at)
    _close(session, actor, ticket, TicketStatus.COMPLETED)
    ticket.weighing_id = weighing.id
    session.flush()


def own_ticket(session: Session, actor: Actor, ticket_id: int, *, lock: bool = False) -> WeighbridgeTicket:
    """A ticket of the actor's own yard; with ``lock`` it must be open. Raises ``NotFound`` and ``TicketClosed``."""
    query = select(WeighbridgeTicket).where(WeighbridgeTicket.id == ticket_id)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    found = session.scalars(query).one_or_none()
    if found is None:
        raise NotFound
    own_warehouse(session, actor, found.warehouse_id)
    if lock and found.status != TicketStatus.OPEN:
        raise gate_errors.TicketClosed(ticket=found.ticket_number)
    return found


def standing(session: Session, ticket_id: int) -> WeighbridgeReading:
    """The reading of an open ticket that no other corrects: the newest."""
    query = select(WeighbridgeReading).where(WeighbridgeReading.ticket_id == ticket_id)
    return session.scalars(query.order_by(WeighbridgeReading.id.desc()).limit(1)).one()


def _read(
    session: Session, actor: Actor, ticket: WeighbridgeTicket, mass_g: int, weighed_at: datetime | None,
    corrects_id: int | None = None, reason: str | None = None,
) -> None:  # fmt: skip
    now = db_now(session)
    if not 0 < mass_g <= MOST_GROSS_G:
        raise gate_errors.WeightImpossible(mass_g=mass_g, most_t=MOST_GROSS_G // 1_000_000)
    if weighed_at is not None:
        errors.check_moment(weighed_at, now)
    reading = WeighbridgeReading(
        ticket_id=ticket.id, mass_g=mass_g, weighed_at=weighed_at or now, recorded_at=now, weighed_by=actor.user_id,
        corrects_id=corrects_id, reason=reason,
    )  # fmt: skip
    session.add(reading)
    session.flush()


def _close(session: Session, actor: Actor, ticket: WeighbridgeTicket, status: TicketStatus) -> None:
    ticket.status, ticket.closed_at, ticket.closed_by = status, db_now(session), actor.user_id
