"""The API of receipts: posted at once, or opened, scanned to, weighed, posted and decided on."""

from typing import Any

from inventory import advice_reading, delivery_papers, documents, receipt_sheets, receipt_tables, rules, storage
from inventory import advice_schemas as arrivals
from inventory import document_schemas as papers
from inventory import weighbridge_schemas as bridge
from inventory.api.slice import Body, Record, blp
from inventory.models import Receipt
from inventory.operations import deciding, receipt_certificates, receipts, receiving, reweighing, taking_back
from inventory.operations.weighbridge import SecondWeight
from inventory.operations.weighings import Ticket
from steelyard.api.calls import Call
from steelyard.api.downloads import NamedFile
from steelyard.api.schemas import PageQuery
from steelyard.core.spreadsheets import Table


@blp.list_("/receipts", rule=rules.SEE, query=papers.StockReceiptQuery, returns=papers.StockReceiptSummaryOut)
def list_receipts(call: Call, query: Body) -> Any:
    """Receipts."""
    return call.page(documents.receipts(call.actor, query), query, Receipt.id)


@blp.create("/receipts", rule=rules.KEEP, body=papers.StockReceiptIn, returns=papers.StockReceiptOut)
def post_receipt(call: Call, body: Body) -> Record:
    """Receive bundles, all or none."""
    came = [receiving.Arrival(**bundle) for bundle in body.pop("bundles")]
    warehouse_id, owner_id = body.pop("warehouse_id"), body.pop("owner_org_id")
    delivery = receiving.Delivery(owner_id=owner_id, arrivals=came, **body)
    receipt = receiving.receive(call.session, call.actor, warehouse_id, delivery)
    return documents.receipt(call.session, call.actor, receipt.id)


@blp.create(
    "/warehouse/open-receipts", rule=rules.KEEP, body=arrivals.ReceiptOpenIn, returns=arrivals.ReceiptProgressOut
)
def open_receipt(call: Call, body: Body) -> Record:
    """Open a receipt for a lorry, to which its bundles are scanned."""
    warehouse_id, owner_id = body.pop("warehouse_id"), body.pop("owner_org_id", None)
    made = receipts.open_receipt(call.session, call.actor, warehouse_id, owner_id=owner_id, **body)
    return _progress(call, made.id)


@blp.get("/receipts/<id:receipt_id>", rule=rules.SEE, returns=arrivals.ReceiptProgressOut)
def get_receipt(call: Call, receipt_id: int) -> Record:
    """One receipt with its bundles, its tickets, and what stopped it."""
    return _progress(call, receipt_id)


@blp.spreadsheet("/receipts/<id:receipt_id>/bundles", rule=rules.SEE)
def export_receipt_bundles(call: Call, receipt_id: int) -> Table:
    """The bundles of a receipt as a table."""
    return receipt_tables.bundles(call.session, call.actor, receipt_id)


@blp.file("/receipts/<id:receipt_id>/receipt.pdf", rule=rules.SEE, media_type="application/pdf")
def print_receipt(call: Call, receipt_id: int) -> NamedFile:
    """The receipt on paper: bundles with their three masses, tickets, decisions, room for signatures."""
    paper = receipt_sheets.paper(call.session, call.actor, receipt_id)
    return NamedFile(f"{paper.number}.pdf", delivery_papers.pdf(paper))


@blp.act(
    "/receipts/<id:receipt_id>/certificates",
    rule=rules.KEEP,
    body=arrivals.CertificateChoiceIn,
    returns=arrivals.ReceiptProgressOut,
)
def certify_receipt(call: Call, body: Body, receipt_id: int) -> Record:
    """Say that a certificate is that of the receipt's bundles of its heats."""
    receipt_certificates.pick(call.session, call.actor, receipt_id, body["certificate_id"])
    return _progress(call, receipt_id)


@blp.act(
    "/receipts/<id:receipt_id>/weighings",
    rule=rules.KEEP,
    body=bridge.TicketIn,
    returns=arrivals.ReceiptProgressOut,
)
def weigh_receipt(call: Call, body: Body, receipt_id: int) -> Record:
    """Keep a ticket of the weighbridge; a lorry and its trailer have one each.

    Of a posted receipt the books follow by moves against the mass difference; beyond a tolerance a colleague decides.
    """
    reweighing.weigh(call.session, call.actor, receipt_id, Ticket(**body))
    return _progress(call, receipt_id)


@blp.act(
    "/receipts/<id:receipt_id>/second-weights",
    rule=rules.KEEP,
    body=bridge.SecondWeightIn,
    returns=arrivals.ReceiptProgressOut,
)
def weigh_receipt_again(call: Call, body: Body, receipt_id: int) -> Record:
    """Complete an open ticket by the weight of the empty lorry, and keep it for the receipt."""
    reweighing.weigh(call.session, call.actor, receipt_id, SecondWeight(**body))
    return _progress(call, receipt_id)


@blp.act(
    "/receipts/<id:receipt_id>/weighings/<id:weighing_id>/void",
    rule=rules.KEEP,
    body=papers.ReversalIn,
    returns=arrivals.ReceiptProgressOut,
)
def void_ticket(call: Call, body: Body, receipt_id: int, weighing_id: int) -> Record:
    """Take out a ticket that was entered wrongly."""
    reweighing.void_ticket(call.session, call.actor, receipt_id, weighing_id, body["reason"])
    return _progress(call, receipt_id)


@blp.act("/receipts/<id:receipt_id>/post", rule=rules.KEEP, body=arrivals.FinishIn, returns=arrivals.ReceiptProgressOut)
def finish_receipt(call: Call, body: Body, receipt_id: int) -> Record:
    """Post a receipt; beyond a tolerance it stops for another person's decision."""
    receipts.finish(call.session, call.actor, receipt_id, partial=body["as_part"])
    return _progress(call, receipt_id)


@blp.act(
    "/receipts/<id:receipt_id>/decide",
    rule=rules.APPROVE,
    body=arrivals.ReceiptDecisionIn,
    returns=arrivals.ReceiptProgressOut,
)
def decide_receipt(call: Call, body: Body, receipt_id: int) -> Record:
    """Decide on a receipt that stopped: accept as advised, accept as weighed, or refuse the goods."""
    deciding.decide(call.session, call.actor, receipt_id, body["decision"], body["because"])
    return _progress(call, receipt_id)


@blp.act(
    "/receipts/<id:receipt_id>/reverse",
    rule=rules.KEEP,
    body=papers.ReversalIn,
    returns=arrivals.ReceiptProgressOut,
)
def reverse_receipt(call: Call, body: Body, receipt_id: int) -> Record:
    """Take back all bundles of a receipt by counter-moves."""
    taking_back.receipt(call.session, call.actor, receipt_id, body["reason"])
    return _progress(call, receipt_id)


@blp.act(
    "/receipts/<id:receipt_id>/bundles/<id:bundle_id>/reverse",
    rule=rules.KEEP,
    body=papers.ReversalIn,
    returns=arrivals.ReceiptProgressOut,
)
def reverse_arrival(call: Call, body: Body, receipt_id: int, bundle_id: int) -> Record:
    """Take back one bundle of a receipt by counter-moves."""
    taking_back.receipt(call.session, call.actor, receipt_id, body["reason"], bundle_id)
    return _progress(call, receipt_id)


@blp.list_("/warehouses/<id:warehouse_id>/awaited", rule=rules.SEE_YARD, query=PageQuery, returns=arrivals.AwaitedOut)
def list_awaited(call: Call, query: Body, warehouse_id: int) -> Any:
    """What is announced on open receipts and has not come, for a device to hold."""
    documents.warehouse(call.session, call.actor, warehouse_id)
    return advice_reading.awaited(call.session, warehouse_id, query)


@blp.list_("/warehouses/<id:warehouse_id>/put-away", rule=rules.SEE_YARD, query=PageQuery, returns=arrivals.PutAwayOut)
def list_put_away(call: Call, query: Body, warehouse_id: int) -> Any:
    """Bundles that lie where they came in, each with the place that is suggested for it."""
    documents.warehouse(call.session, call.actor, warehouse_id)
    return storage.to_put_away(call.session, warehouse_id, query)


def _progress(call: Call, receipt_id: int) -> Record:
    return advice_reading.receipt(call.session, call.actor, receipt_id)
