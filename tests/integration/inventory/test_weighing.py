"""Tickets of the weighbridge."""

import pytest

from inventory import gate_errors
from inventory.operations import weighings
from inventory.operations.weighings import Ticket
from inventory.states import Document

from .conftest import Yard


def test_a_ticket_is_kept_once_and_taken_out_once(yard: Yard) -> None:
    ticket = Ticket("BD-1", "鲁P12345", 48_000_000, 16_000_000)
    with yard.db.write() as session:
        first = weighings.record(session, yard.keeper, yard.warehouse.id, ticket, Document.RECEIPT, "RK-1")
        assert first.net_g == 32_000_000
        with pytest.raises(gate_errors.TicketTaken):
            weighings.record(session, yard.keeper, yard.warehouse.id, ticket, Document.ISSUE, "CK-1")
        weighings.void(session, yard.keeper, first, "a slip")
        with pytest.raises(gate_errors.TicketVoided):
            weighings.void(session, yard.keeper, first, "a slip")
        again = weighings.record(session, yard.keeper, yard.warehouse.id, ticket, Document.RECEIPT, "RK-1")
        assert [one.id for one in weighings.standing(session, "RK-1")] == [again.id]


def test_weights_that_cannot_be_are_refused(yard: Yard) -> None:
    """The lorry turned round, empty, of 10^12 g, without a tare."""
    for gross, tare in [(16, 48), (16, 16), (10**12, 16), (5, 0)]:
        ticket = Ticket("BD-1", "鲁P12345", gross, tare)
        with yard.db.write() as session, pytest.raises(gate_errors.TicketContradictory):
            weighings.record(session, yard.keeper, yard.warehouse.id, ticket, Document.RECEIPT, "RK-1")
