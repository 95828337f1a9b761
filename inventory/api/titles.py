"""The API of title transfers (过户): ordered by the owner, confirmed or refused by the yard."""

from typing import Any

from inventory import process_reading, rules
from inventory import process_schemas as schemas
from inventory.api.slice import Body, Record, blp
from inventory.genealogy_models import TitleTransfer
from inventory.operations import owning
from steelyard.api.calls import Call


@blp.list_("/warehouse/title-transfers", rule=rules.SEE, query=schemas.TitleQuery, returns=schemas.TitleSummaryOut)
def list_title_transfers(call: Call, query: Body) -> Any:
    """Title transfers."""
    return call.page(process_reading.titles(call.actor, query), query, TitleTransfer.id)


@blp.create("/warehouse/title-transfers", rule=rules.SELL, body=schemas.TitleIn, returns=schemas.TitleOut)
def request_title_transfer(call: Call, body: Body) -> Record:
    """Order that bundles of one's own become another's where they lie."""
    made = owning.request(
        call.session, call.actor, body["warehouse_id"], body["to_owner_org_id"], body["order_number"], body["tags"]
    )
    return process_reading.title(call.session, call.actor, made.id)


@blp.get("/warehouse/title-transfers/<id:transfer_id>", rule=rules.SEE, returns=schemas.TitleOut)
def get_title_transfer(call: Call, transfer_id: int) -> Record:
    """One title transfer with its bundles."""
    return process_reading.title(call.session, call.actor, transfer_id)


@blp.act("/warehouse/title-transfers/<id:transfer_id>/confirm", rule=rules.KEEP, returns=schemas.TitleOut)
def confirm_title_transfer(call: Call, transfer_id: int) -> Record:
    """Carry out the owner's order, all of it or nothing."""
    owning.confirm(call.session, call.actor, transfer_id)
    return process_reading.title(call.session, call.actor, transfer_id)


@blp.act(
    "/warehouse/title-transfers/<id:transfer_id>/refuse",
    rule=rules.KEEP,
    body=schemas.TitleRefusalIn,
    returns=schemas.TitleOut,
)
def refuse_title_transfer(call: Call, body: Body, transfer_id: int) -> Record:
    """Refuse the owner's order."""
    owning.refuse(call.session, call.actor, transfer_id, body["reason"])
    return process_reading.title(call.session, call.actor, transfer_id)
