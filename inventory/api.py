"""The yard over HTTP, under ``/api/v1``."""

from collections.abc import Mapping
from typing import Any

from inventory import document_schemas as papers
from inventory import documents, labelling, queries, rules, schemas, tracing
from inventory.answers import told
from inventory.models import Place, Product, Receipt, StockIssue, StockMove, Stocktake, Warehouse
from inventory.operations import (
    approving,
    encumbrances,
    issuing,
    moving,
    receiving,
    scans,
    setting_up,
    stocktakes,
)
from inventory.scanning import Operation
from inventory.states import OperationKind
from steelyard.api.blueprint import SliceBlueprint
from steelyard.api.calls import Call
from steelyard.core.errors import Forbidden

blp = SliceBlueprint("inventory", __name__, description="Warehouse stock: bundles, moves, counts, trace")

Body = dict[str, Any]
Record = dict[str, Any]


@blp.list_("/warehouses", rule=rules.SEE, returns=schemas.WarehouseOut)
def list_warehouses(call: Call, query: Body) -> Any:
    """Yards: one's own, and those that hold one's goods."""
    return call.page(documents.warehouses(call.actor), query, Warehouse.id)


@blp.create("/warehouses", rule=rules.SET_UP, body=schemas.WarehouseIn, returns=schemas.WarehouseOut)
def open_warehouse(call: Call, body: Body) -> Warehouse:
    """Open a yard with its virtual places."""
    return setting_up.open_warehouse(call.session, call.actor, **body)


@blp.get("/warehouses/<id:warehouse_id>", rule=rules.SEE, returns=schemas.WarehouseOut)
def get_warehouse(call: Call, warehouse_id: int) -> Warehouse:
    """One yard."""
    return documents.warehouse(call.session, call.actor, warehouse_id)


@blp.list_("/warehouses/<id:warehouse_id>/places", rule=rules.SEE_YARD, returns=schemas.PlaceOut)
def list_places(call: Call, query: Body, warehouse_id: int) -> Any:
    """The places of a yard, virtual ones too."""
    documents.warehouse(call.session, call.actor, warehouse_id)
    return call.page(documents.places(call.actor, warehouse_id), query, Place.id)


@blp.create("/warehouses/<id:warehouse_id>/places", rule=rules.KEEP, body=schemas.PlaceIn, returns=schemas.PlaceOut)
def add_place(call: Call, body: Body, warehouse_id: int) -> Place:
    """Add a place."""
    return setting_up.add_place(call.session, call.actor, warehouse_id, **body)


@blp.list_("/products", rule=rules.SEE, query=schemas.ProductQuery, returns=schemas.ProductOut)
def list_products(call: Call, query: Body) -> Any:
    """The catalogue."""
    return call.page(documents.products(query), query, Product.id)


@blp.create("/products", rule=rules.SET_UP, body=schemas.ProductIn, returns=schemas.ProductOut)
def add_product(call: Call, body: Body) -> Product:
    """Add a product."""
    return setting_up.add_product(call.session, call.actor, setting_up.spec_of(**body))


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


@blp.list_("/stock", rule=rules.SEE, query=schemas.StockQuery, returns=schemas.StockOut)
def list_stock(call: Call, query: Body) -> Any:
    """What lies in the yards now."""
    return queries.stock(call.session, call.actor, query)


@blp.list_("/bundles", rule=rules.SEE, query=schemas.StockQuery, returns=schemas.StockOut)
def list_bundles(call: Call, query: Body) -> Any:
    """All bundles, gone ones too."""
    return queries.bundles(call.session, call.actor, query)


@blp.get("/bundles/<id:bundle_id>", rule=rules.SEE, returns=schemas.BundleOut)
def get_bundle(call: Call, bundle_id: int) -> Record:
    """One bundle."""
    return queries.bundle(call.session, call.actor, bundle_id)


@blp.get("/bundles/<id:bundle_id>/trace", rule=rules.SEE, returns=schemas.BundleTraceOut)
def trace_bundle(call: Call, bundle_id: int) -> Record:
    """The way of a bundle from the mill to the waybill."""
    return tracing.bundle_trace(call.session, call.actor, bundle_id)


@blp.file("/bundles/<id:bundle_id>/label", rule=rules.SEE, media_type="application/pdf")
def label_bundle(call: Call, bundle_id: int) -> bytes:
    """The bundle's tag to print."""
    return labelling.label(call.session, call.actor, bundle_id)


@blp.create(
    "/bundles/<id:bundle_id>/encumbrances", rule=rules.HOLD, body=schemas.EncumbranceIn, returns=schemas.EncumbranceOut
)
def place_encumbrance(call: Call, body: Body, bundle_id: int) -> Any:
    """Keep a bundle from leaving."""
    return encumbrances.place_in_own_yard(call.session, call.actor, bundle_id, **body)


@blp.act("/encumbrances/<id:encumbrance_id>/lift", rule=rules.HOLD, returns=schemas.EncumbranceOut)
def lift_encumbrance(call: Call, encumbrance_id: int) -> Any:
    """Let a bundle leave again."""
    return encumbrances.lift(call.session, call.actor, encumbrance_id)


@blp.list_("/heats", rule=rules.SEE, query=schemas.HeatQuery, returns=schemas.HeatOut)
def list_heats(call: Call, query: Body) -> Any:
    """Heats of which one sees a bundle."""
    return tracing.heats(call.session, call.actor, query.get("heat_number"), query.get("after"), query["limit"])


@blp.get("/heats/<id:heat_id>/trace", rule=rules.SEE, returns=schemas.HeatTraceOut)
def trace_heat(call: Call, heat_id: int) -> Record:
    """Where a heat went: its bundles, their ways, the balance of its mass."""
    return tracing.heat_trace(call.session, call.actor, heat_id)


@blp.list_("/issues", rule=rules.SEE, query=papers.IssueQuery, returns=papers.IssueSummaryOut)
def list_issues(call: Call, query: Body) -> Any:
    """Issues."""
    return call.page(documents.issues(call.actor, query), query, StockIssue.id)


@blp.create("/issues", rule=rules.KEEP, body=papers.IssueIn, returns=papers.IssueOut)
def open_issue(call: Call, body: Body) -> Record:
    """Load bundles on a lorry, all or none; with ``post`` it leaves at once, else scans can add to it."""
    loading = issuing.Loading(body["owner_org_id"], body["waybill_number"], body["plate"], body["tags"])
    make = issuing.issue_at_once if body["post"] else issuing.open_issue
    return documents.issue(call.session, call.actor, make(call.session, call.actor, body["warehouse_id"], loading).id)


@blp.get("/issues/<id:issue_id>", rule=rules.SEE, returns=papers.IssueOut)
def get_issue(call: Call, issue_id: int) -> Record:
    """One issue with the bundles on the lorry."""
    return documents.issue(call.session, call.actor, issue_id)


@blp.act("/issues/<id:issue_id>/post", rule=rules.KEEP, returns=papers.IssueOut)
def post_issue(call: Call, issue_id: int) -> Record:
    """Let the lorry go."""
    issuing.post_issue(call.session, call.actor, issue_id)
    return documents.issue(call.session, call.actor, issue_id)


@blp.create("/transfers", rule=rules.KEEP, body=papers.TransferIn, returns=papers.TransferOut)
def post_transfer(call: Call, body: Body) -> Any:
    """Bring bundles to another place, all or none."""
    return moving.transfer(call.session, call.actor, **body)


@blp.list_("/moves", rule=rules.SEE, query=papers.MoveQuery, returns=papers.MoveOut)
def list_moves(call: Call, query: Body) -> Any:
    """The ledger."""
    return call.page(documents.moves(call.actor, query), query, StockMove.id)


@blp.act("/moves/<id:move_id>/reverse", rule=rules.KEEP, body=papers.ReversalIn, returns=papers.MoveOut)
def reverse_move(call: Call, body: Body, move_id: int) -> StockMove:
    """Undo the last move of a bundle by a counter-move."""
    return moving.reverse(call.session, call.actor, move_id, body["reason"])


@blp.list_("/stocktakes", rule=rules.SEE_YARD, query=papers.StocktakeQuery, returns=papers.StocktakeSummaryOut)
def list_stocktakes(call: Call, query: Body) -> Any:
    """Stocktakes."""
    return call.page(documents.stocktakes(call.actor, query), query, Stocktake.id)


@blp.create("/stocktakes", rule=rules.KEEP, body=papers.StocktakeIn, returns=papers.StocktakeOut)
def open_stocktake(call: Call, body: Body) -> Record:
    """Open a blind count of a place and all below it."""
    opened = stocktakes.open_stocktake(call.session, call.actor, **body)
    return documents.stocktake(call.session, call.actor, opened.id)


@blp.get("/stocktakes/<id:stocktake_id>", rule=rules.SEE_YARD, returns=papers.StocktakeOut)
def get_stocktake(call: Call, stocktake_id: int) -> Record:
    """One stocktake; the variance shows once the counting has ended."""
    return documents.stocktake(call.session, call.actor, stocktake_id)


@blp.act("/stocktakes/<id:stocktake_id>/counts", rule=rules.COUNT, body=schemas.CountsIn, returns=schemas.AnswersOut)
def count(call: Call, body: Body, stocktake_id: int) -> Record:
    """Counts of one device, each with its own answer."""
    document = documents.stocktake(call.session, call.actor, stocktake_id)
    operations = [
        Operation(kind=OperationKind.COUNT, stocktake_number=document["number"], **made) for made in body["counts"]
    ]
    return _answers(call, document["warehouse_id"], operations)


@blp.act("/stocktakes/<id:stocktake_id>/close", rule=rules.COUNT, returns=papers.StocktakeOut)
def close_stocktake(call: Call, stocktake_id: int) -> Record:
    """End the counting and see the variance."""
    stocktakes.close(call.session, call.actor, stocktake_id)
    return documents.stocktake(call.session, call.actor, stocktake_id)


@blp.act("/stocktakes/<id:stocktake_id>/reopen", rule=rules.APPROVE, returns=papers.StocktakeOut)
def reopen_stocktake(call: Call, stocktake_id: int) -> Record:
    """Go on counting."""
    stocktakes.reopen(call.session, call.actor, stocktake_id)
    return documents.stocktake(call.session, call.actor, stocktake_id)


@blp.act("/stocktakes/<id:stocktake_id>/cancel", rule=rules.APPROVE, returns=papers.StocktakeOut)
def cancel_stocktake(call: Call, stocktake_id: int) -> Record:
    """Drop a stocktake."""
    stocktakes.cancel(call.session, call.actor, stocktake_id)
    return documents.stocktake(call.session, call.actor, stocktake_id)


@blp.act("/stocktakes/<id:stocktake_id>/approve", rule=rules.APPROVE, returns=papers.StocktakeOut)
def approve_stocktake(call: Call, stocktake_id: int) -> Record:
    """Post the variance; not by somebody who counted."""
    approving.approve(call.session, call.actor, stocktake_id)
    return documents.stocktake(call.session, call.actor, stocktake_id)


@blp.act("/warehouse/operations", rule=rules.COUNT, body=schemas.OperationsIn, returns=schemas.AnswersOut)
def operate(call: Call, body: Mapping[str, Any]) -> Record:
    """One to a thousand scans, each with its own answer; a repeat gets the first answer again. Counters only count."""
    operations = [Operation(**given) for given in body["operations"]]
    if any(op.kind is not OperationKind.COUNT for op in operations) and not rules.KEEP.allows(call.actor):
        raise Forbidden
    return _answers(call, body["warehouse_id"], operations)


def _answers(call: Call, warehouse_id: int, operations: list[Operation]) -> Record:
    answers = scans.perform(call.session, call.actor, warehouse_id, operations)
    return {"answers": [told(answer) for answer in answers]}
