"""Lorries that leave over the weighbridge (出库过磅), on a delivery order or on a waybill alone."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy.orm import Session

from inventory import delivery_errors, gate_errors
from inventory.models import Warehouse
from inventory.operations import weighbridge, weighings
from inventory.operations.weighbridge import SecondWeight
from inventory.operations.weighings import Ticket
from inventory.spreading import spread
from inventory.states import Direction, Document
from steelyard.core.actors import Actor


@dataclass(frozen=True, slots=True)
class Weighed:
    """What the weighbridge says of a lorry with its goods: a whole ticket, or the second weight of an open one.

    ``difference_reason`` is why it may differ from the books by more than the tolerance.
    """

    ticket: Ticket | None = None
    second: SecondWeight | None = None
    difference_reason: str | None = None


def plain(plate: str) -> str:
    """A number plate without what people write differently: width, case, spaces and the dot after the letters."""
    return "".join(char for char in unicodedata.normalize("NFKC", plate).upper() if char.isalnum())


def whole(session: Session, actor: Actor, warehouse_id: int, weighed: Weighed) -> Ticket | None:
    """The whole ticket, where the lorry was weighed. Raises ``TicketTwice`` and what an open ticket is refused for."""
    if weighed.second is None:
        return weighed.ticket
    if weighed.ticket is not None:
        raise gate_errors.TicketTwice
    return weighbridge.whole(session, actor, weighed.second, Direction.OUT, warehouse_id)


def masses(
    session: Session, warehouse_id: int, tolerance: int | None, booked: Mapping[int, int], ticket: Ticket | None,
    reason: str | None,
) -> dict[int, int]:  # fmt: skip
    """The weighed mass of each bundle, g: the net mass spread in proportion to the books; nothing without a ticket.

    ``tolerance`` is the contract's in ‰, else the yard's own holds; without a reason raises ``WeightDiffers``.
    """
    if ticket is None or ticket.gross_g <= ticket.tare_g:
        return {}
    net, total = ticket.gross_g - ticket.tare_g, sum(booked.values())
    if tolerance is None:
        tolerance = session.get_one(Warehouse, warehouse_id).tolerance_permille
    if abs(net - total) * 1000 > net * tolerance and reason is None:
        raise delivery_errors.WeightDiffers(net_g=net, booked_g=total, per_mille=tolerance)
    return dict(zip(booked, spread(net, list(booked.values())), strict=True))


def keep(session: Session, actor: Actor, warehouse_id: int, number: str, ticket: Ticket | None) -> None:
    """Keep the ticket for the issue ``number``; raises what a ticket is refused for."""
    if ticket is None:
        return
    kept = weighings.record(session, actor, warehouse_id, ticket, Document.ISSUE, number)
    if ticket.opened_id is not None:
        weighbridge.completed(session, actor, ticket.opened_id, kept)
