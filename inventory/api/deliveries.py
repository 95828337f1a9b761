"""The API of delivery orders (提货单), of what is kept for them, and of the gate."""

from typing import Any

from inventory import delivery_reading, delivery_sheets, document_schemas, documents, rules
from inventory import delivery_schemas as schemas
from inventory.api.slice import Body, Record, blp
from inventory.delivery_models import DeliveryOrder
from inventory.operations import allocating, deliveries, gate
from inventory.operations.deliveries import Ordered, OrderedLine
from inventory.operations.gate import Leaving, Tried
from inventory.operations.weighbridge import SecondWeight
from inventory.operations.weighings import Ticket
from steelyard.accounts.secrets import hash_password
from steelyard.api.calls import Call
from steelyard.api.services import services
from steelyard.core.spreadsheets import Table

PATH = "/warehouse/delivery-orders"
ONE = f"{PATH}/<id:order_id>"


@blp.list_(PATH, rule=rules.SEE, query=schemas.DeliveryQuery, returns=schemas.DeliveryOrderSummaryOut)
def list_delivery_orders(call: Call, query: Body) -> Any:
    """Delivery orders."""
    return call.page(delivery_reading.orders(call.actor, query), query, DeliveryOrder.id)


def _hash(call: Call, body: Body) -> str:
    """The slow hash of a pick-up code, made before the transaction begins, and for a yard with goods of the owner."""
    documents.warehouse(call.session, call.actor, body["warehouse_id"])
    return hash_password(body["pass_code"])


def _hash_anew(call: Call, body: Body, order_id: int) -> str:
    """The same for an order that stands."""
    deliveries.own_order(call.session, call.actor, order_id)
    return hash_password(body["pass_code"])


@blp.create(PATH, rule=rules.SELL, body=schemas.DeliveryOrderIn, returns=schemas.DeliveryOrderOut, prepare=_hash)
def place_delivery_order(call: Call, body: Body) -> Record:
    """Order that goods of one's own be handed to a lorry."""
    given = {key: value for key, value in body.items() if key not in ("warehouse_id", "pass_code", "lines")}
    lines = [OrderedLine(**line) for line in body["lines"]]
    ordered = Ordered(**given, lines=lines, pass_hash=call.prepared)
    made = deliveries.place(call.session, call.actor, body["warehouse_id"], ordered)
    return delivery_reading.order(call.session, call.actor, made.id)


@blp.get(ONE, rule=rules.SEE, returns=schemas.DeliveryOrderOut)
def get_delivery_order(call: Call, order_id: int) -> Record:
    """One delivery order with what is kept for it."""
    return delivery_reading.order(call.session, call.actor, order_id)


@blp.change(ONE, rule=rules.SELL, body=schemas.DeliveryOrderPatch, returns=schemas.DeliveryOrderOut)
def change_delivery_order(call: Call, body: Body, order_id: int) -> Record:
    """Name another lorry, driver, waybill or validity; before goods were allocated also other lines."""
    order = deliveries.own_order(call.session, call.actor, order_id, lock=True)
    call.match(order)
    given = dict(body)
    if "lines" in given:
        given["lines"] = [OrderedLine(**line) for line in given["lines"]]
    deliveries.change(call.session, call.actor, order, given)
    return delivery_reading.order(call.session, call.actor, order_id)


@blp.act(
    f"{ONE}/pass-code", rule=rules.SELL, body=schemas.PassCodeIn, returns=schemas.DeliveryOrderOut, prepare=_hash_anew
)
def renew_pass_code(call: Call, body: Body, order_id: int) -> Record:
    """Give the order another pick-up code."""
    deliveries.renew_code(call.session, call.actor, order_id, call.prepared)
    return delivery_reading.order(call.session, call.actor, order_id)


@blp.act(f"{ONE}/cancel", rule=rules.END_DELIVERY, body=document_schemas.ReversalIn, returns=schemas.DeliveryOrderOut)
def cancel_delivery_order(call: Call, body: Body, order_id: int) -> Record:
    """End an order; all that is kept for it is free again."""
    allocating.cancel(call.session, call.actor, order_id, body["reason"])
    return delivery_reading.order(call.session, call.actor, order_id)


@blp.act(f"{ONE}/allocate", rule=rules.KEEP, returns=schemas.DeliveryOrderOut)
def allocate_delivery_order(call: Call, order_id: int) -> Record:
    """Keep goods for what the order still wants, first in first out."""
    allocating.allocate(call.session, call.actor, order_id)
    return delivery_reading.order(call.session, call.actor, order_id)


@blp.get(f"{ONE}/candidates", rule=rules.SEE, returns=schemas.DeliveryExplanationOut)
def explain_delivery_order(call: Call, order_id: int) -> Record:
    """What each line that wants more would get now, and of every other bundle why not."""
    return delivery_reading.explanation(call.session, call.actor, order_id)


@blp.act(f"{ONE}/returns", rule=rules.KEEP, body=schemas.DeliveryReturnIn, returns=schemas.DeliveryOrderOut)
def give_back(call: Call, body: Body, order_id: int) -> Record:
    """Take bundles off an order, picked ones too, and back into stock."""
    allocating.give_back(call.session, call.actor, order_id, body["tags"], body["reason"], body.get("place"))
    return delivery_reading.order(call.session, call.actor, order_id)


@blp.act(f"{ONE}/splits", rule=rules.KEEP, body=schemas.DeliveryPartIn, returns=schemas.DeliveryOrderOut)
def split_for_delivery(call: Call, body: Body, order_id: int) -> Record:
    """Split the ordered part off a bundle."""
    allocating.split(call.session, call.actor, order_id, body["tag"], body.get("part_tag"), body.get("rest_tag"))
    return delivery_reading.order(call.session, call.actor, order_id)


@blp.file(f"{ONE}/picking-list.pdf", rule=rules.SEE, media_type="application/pdf")
def download_picking_list(call: Call, order_id: int) -> bytes:
    """What is to be picked, in walking order, as PDF."""
    return delivery_sheets.picking_list(call.session, call.actor, order_id)


@blp.spreadsheet(f"{ONE}/goods", rule=rules.SEE)
def download_delivery_goods(call: Call, order_id: int) -> Table:
    """What is or was kept for an order, as CSV or XLSX."""
    return delivery_sheets.goods(call.session, call.actor, order_id)


def _try(call: Call, body: Body, order_id: int) -> Tried:
    """Try the pick-up code in transactions of its own: a wrong one is counted although the request is refused."""
    return gate.try_code(services().db, call.actor, order_id, body["pass_code"])


@blp.create(f"{ONE}/gate-passes", rule=rules.KEEP, body=schemas.GatePassIn, returns=schemas.GatePassOut, prepare=_try)
def let_lorry_out(call: Call, body: Body, order_id: int) -> Record:
    """Check plate and pick-up code, weigh, issue what was picked, and let the lorry go."""
    ticket = Ticket(plate=body["plate"], **body["ticket"]) if "ticket" in body else None
    second = SecondWeight(**body["second"]) if "second" in body else None
    leaving = Leaving(body["plate"], body["rest"], ticket, body.get("difference_reason"), second)
    made = gate.pass_out(call.session, call.actor, order_id, leaving, call.prepared)
    return delivery_reading.gate_pass(call.session, call.actor, made.id)


@blp.list_("/warehouse/gate-passes", rule=rules.SEE, query=schemas.GatePassQuery, returns=schemas.GatePassOut)
def list_gate_passes(call: Call, query: Body) -> Any:
    """Gate passes."""
    return delivery_reading.page_of_passes(call.session, call.actor, query)


@blp.get("/warehouse/gate-passes/<id:pass_id>", rule=rules.SEE, returns=schemas.GatePassOut)
def get_gate_pass(call: Call, pass_id: int) -> Record:
    """One gate pass."""
    return delivery_reading.gate_pass(call.session, call.actor, pass_id)


@blp.file("/warehouse/gate-passes/<id:pass_id>/pass.pdf", rule=rules.SEE, media_type="application/pdf")
def download_gate_pass(call: Call, pass_id: int) -> bytes:
    """The gate pass as PDF, with its number as a code."""
    return delivery_sheets.gate_pass(call.session, call.actor, pass_id)
