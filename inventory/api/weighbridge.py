"""The API of the weighbridge: tickets between their two weights."""

from typing import Any

from inventory import document_schemas, rules, weighbridge_reading
from inventory import weighbridge_schemas as schemas
from inventory.api.slice import Body, Record, blp
from inventory.gate_models import WeighbridgeTicket
from inventory.operations import weighbridge
from inventory.operations.weighbridge import FirstWeight
from steelyard.api.calls import Call

PATH = "/weighbridge-tickets"
ONE = f"{PATH}/<id:ticket_id>"


@blp.list_(PATH, rule=rules.SEE_YARD, query=schemas.WeighbridgeTicketQuery, returns=schemas.WeighbridgeTicketOut)
def list_weighbridge_tickets(call: Call, query: Body) -> Any:
    """Tickets that were opened with one weight."""
    found, following = call.page(weighbridge_reading.tickets(call.actor, query), query, WeighbridgeTicket.id)
    return weighbridge_reading.told(call.session, found), following


@blp.create(PATH, rule=rules.KEEP, body=schemas.WeighbridgeTicketIn, returns=schemas.WeighbridgeTicketOut)
def open_weighbridge_ticket(call: Call, body: Body) -> Record:
    """Open a ticket with a lorry's first weight."""
    warehouse_id = body.pop("warehouse_id")
    made = weighbridge.open_ticket(call.session, call.actor, warehouse_id, FirstWeight(**body))
    return weighbridge_reading.ticket(call.session, call.actor, made.id)


@blp.get(ONE, rule=rules.SEE_YARD, returns=schemas.WeighbridgeTicketOut)
def get_weighbridge_ticket(call: Call, ticket_id: int) -> Record:
    """One ticket with all its readings."""
    return weighbridge_reading.ticket(call.session, call.actor, ticket_id)


@blp.act(
    f"{ONE}/correct", rule=rules.KEEP, body=schemas.WeightCorrectionIn, returns=schemas.WeighbridgeTicketOut
)  # fmt: skip
def correct_first_weight(call: Call, body: Body, ticket_id: int) -> Record:
    """Put another first weight in the place of a wrong one, which is kept."""
    weighbridge.correct(call.session, call.actor, ticket_id, body["mass_g"], body["reason"])
    return weighbridge_reading.ticket(call.session, call.actor, ticket_id)


@blp.act(
    f"{ONE}/withdraw", rule=rules.KEEP, body=document_schemas.ReversalIn, returns=schemas.WeighbridgeTicketOut
)  # fmt: skip
def withdraw_weighbridge_ticket(call: Call, body: Body, ticket_id: int) -> Record:
    """Close a ticket whose lorry does not come back."""
    weighbridge.withdraw(call.session, call.actor, ticket_id, body["reason"])
    return weighbridge_reading.ticket(call.session, call.actor, ticket_id)
