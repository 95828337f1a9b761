"""Gate weighing (过磅): tickets of the weighbridge, and the movements that bring the books to what was weighed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from inventory import errors
from inventory.gate_errors import TicketContradictory, TicketTaken, TicketVoided
from inventory.gate_models import WeighbridgeTicket, Weighing
from inventory.quantities import Movement, Position, Quantity
from inventory.states import Document
from steelyard.core import audit
from steelyard.core.actors import Actor
from steelyard.core.database import db_now

MOST_GROSS_G = 200_000_000
"""No lorry on a weighbridge weighs above 200 t: GB 1589 allows 49 t, heavy haulage some 150 t."""


@dataclass(frozen=True, slots=True)
class Ticket:
    """A lorry weighed full and empty, in grams. ``weighed_at`` is by default now.

    ``opened_id`` is the open ticket of which this is the whole.
    """

    ticket_number: str
    plate: str
    gross_g: int
    tare_g: int
    weighed_at: datetime | None = None
    opened_id: int | None = None


def record(session: Session, actor: Actor, warehouse_id: int, ticket: Ticket, kind: Document, number: str) -> Weighing:
    """Keep a ticket for the document ``number``; who calls has locked that document.

    Raises ``TicketContradictory``, ``TicketTaken``, ``EventInFuture`` and ``EventTooOld``.
    """
    now = db_now(session)
    if not 0 < ticket.tare_g < ticket.gross_g <= MOST_GROSS_G:
        raise TicketContradictory(gross_g=ticket.gross_g, tare_g=ticket.tare_g, most_t=MOST_GROSS_G // 1_000_000)
    if ticket.weighed_at is not None:
        errors.check_moment(ticket.weighed_at, now)
    check_free(session, warehouse_id, ticket.ticket_number, ticket.opened_id)
    weighing = Weighing(
        warehouse_id=warehouse_id, document_kind=kind, document_number=number,
        ticket_number=ticket.ticket_number, plate=ticket.plate, gross_g=ticket.gross_g, tare_g=ticket.tare_g,
        net_g=ticket.gross_g - ticket.tare_g, weighed_at=ticket.weighed_at or now, recorded_at=now,
        weighed_by=actor.user_id,
    )  # fmt: skip
    session.add(weighing)
    session.flush()
    detail = {"ticket": ticket.ticket_number, "net_g": weighing.net_g}
    audit.record(session, actor, "inventory.weighed", f"{kind}:{number}", detail)
    return weighing


def check_free(session: Session, warehouse_id: int, ticket_number: str, but: int | None = None) -> None:
    """Raise ``TicketTaken`` for a number that a ticket of the yard bears, other than the open one ``but``."""
    same = select(Weighing.document_number).where(
        Weighing.warehouse_id == warehouse_id, Weighing.ticket_number == ticket_number, Weighing.voided == 0
    )
    waits = select(WeighbridgeTicket.plate).where(
        WeighbridgeTicket.warehouse_id == warehouse_id, WeighbridgeTicket.ticket_number == ticket_number,
        WeighbridgeTicket.voided == 0, WeighbridgeTicket.id != (but or 0),
    )  # fmt: skip
    taken = session.scalar(same) or session.scalar(waits)
    if taken is not None:
        raise TicketTaken(ticket=ticket_number, number=taken)


def standing(session: Session, number: str) -> Sequence[Weighing]:
    """The tickets of a document that were not taken out, in their order; a lorry and its trailer have one each."""
    query = select(Weighing).where(Weighing.document_number == number, Weighing.voided == 0)
    return session.scalars(query.order_by(Weighing.id)).all()


def void(session: Session, actor: Actor, weighing: Weighing, reason: str) -> None:
    """Take out a ticket that was entered wrongly; who calls has locked its document. Raises ``TicketVoided``."""
    if weighing.voided:
        raise TicketVoided(ticket=weighing.ticket_number)
    weighing.voided = weighing.id
    opened = update(WeighbridgeTicket).where(WeighbridgeTicket.weighing_id == weighing.id)
    session.execute(opened.values(voided=WeighbridgeTicket.id))
    session.flush()
    detail = {"ticket": weighing.ticket_number, "reason": reason}
    audit.record(
        session, actor, "inventory.weighing_voided", f"{weighing.document_kind}:{weighing.document_number}", detail
    )


def difference(bundle_id: int, position: Position, booked_g: int, weighed_g: int, mass_place: int) -> Movement | None:
    """The movement against the virtual place of mass differences that makes ``booked_g`` at ``position`` weighed."""
    amount = Quantity(0, 0, abs(weighed_g - booked_g))
    if not amount.mass_g:
        return None
    beyond = position.at(mass_place)
    more = weighed_g > booked_g
    return Movement(bundle_id, amount, beyond if more else position, position if more else beyond)
