"""The API of receipts."""

from typing import Any

from inventory import document_schemas as papers
from inventory import documents, rules
from inventory.api.slice import Body, Record, blp
from inventory.models import Receipt
from inventory.operations import receiving
from steelyard.api.calls import Call


@blp.list_("/receipts", rule=rules.SEE, query=papers.StockReceiptQuery, returns=papers.StockReceiptSummaryOut)
def list_receipts(call: Call, query: Body) -> Any:
    """Receipts."""
    return call.page(documents.receipts(call.actor, query), query, Receipt.id)


@blp.create("/receipts", rule=rules.KEEP, body=papers.StockReceiptIn, returns=papers.StockReceiptOut)
def post_receipt(call: Call, body: Body) -> Record:
    """Receive bundles, all or none."""
    arrivals = [receiving.Arrival(**bundle) for bundle in body.pop("bundles")]
    warehouse_id, owner_id = body.pop("warehouse_id"), body.pop("owner_org_id")
    delivery = receiving.Delivery(owner_id=owner_id, arrivals=arrivals, **body)
    receipt = receiving.receive(call.session, call.actor, warehouse_id, delivery)
    return documents.receipt(call.session, call.actor, receipt.id)


@blp.get("/receipts/<id:receipt_id>", rule=rules.SEE, returns=papers.StockReceiptOut)
def get_receipt(call: Call, receipt_id: int) -> Record:
    """One receipt with its bundles."""
    return documents.receipt(call.session, call.actor, receipt_id)
