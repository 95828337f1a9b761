"""The API of stocktakes."""

from dataclasses import asdict
from typing import Any

from inventory import cycle_reading, documents, rules, schemas, stocktake_reports, variance_reading
from inventory import document_schemas as papers
from inventory.answers import all_told
from inventory.api.slice import Body, Record, blp
from inventory.cycle_models import ProductValue
from inventory.cycles import Due
from inventory.models import Stocktake
from inventory.operations import approving, scans, settling, stocktakes, valuing
from inventory.scanning import Operation
from inventory.states import OperationKind
from steelyard.api.calls import Call
from steelyard.core.clock import business_date
from steelyard.core.spreadsheets import Table


@blp.list_("/stocktakes", rule=rules.SEE_YARD, query=papers.StocktakeQuery, returns=papers.StocktakeSummaryOut)
def list_stocktakes(call: Call, query: Body) -> Any:
    """Stocktakes."""
    return call.page(documents.stocktakes(call.actor, query), query, Stocktake.id)


@blp.create("/stocktakes", rule=rules.KEEP, body=papers.StocktakeIn, returns=papers.StocktakeOut)
def open_stocktake(call: Call, body: Body) -> Record:
    """Open a blind count of a part of the yard, of an owner's or a product's goods, or of what the plan has due."""
    scope = stocktakes.Scope(**{name: value for name, value in body.items() if name != "warehouse_id"})
    opened = stocktakes.open_stocktake(call.session, call.actor, body["warehouse_id"], scope=scope)
    return documents.stocktake(call.session, call.actor, opened.id)


@blp.get("/stocktakes/<id:stocktake_id>", rule=rules.SEE_YARD, returns=papers.StocktakeOut)
def get_stocktake(call: Call, stocktake_id: int) -> Record:
    """One stocktake; the variance shows once the counting has ended."""
    return documents.stocktake(call.session, call.actor, stocktake_id)


@blp.list_(
    "/stocktakes/<id:stocktake_id>/lines", rule=rules.SEE_YARD, query=papers.LineQuery, returns=papers.VarianceLineOut
)
def list_variance(call: Call, query: Body, stocktake_id: int) -> Any:
    """The variance line by line; none while it is counted."""
    documents.stocktake(call.session, call.actor, stocktake_id)
    return variance_reading.page(call.session, stocktake_id, query)


@blp.act("/stocktakes/<id:stocktake_id>/counts", rule=rules.COUNT, body=schemas.CountsIn, returns=schemas.AnswersOut)
def count(call: Call, body: Body, stocktake_id: int) -> Record:
    """Counts of one device, each with its own answer."""
    document = documents.stocktake(call.session, call.actor, stocktake_id)
    operations = [
        Operation(kind=OperationKind.COUNT, stocktake_number=document["number"], **made) for made in body["counts"]
    ]
    answers = scans.perform(call.session, call.actor, document["warehouse_id"], operations)
    return {"answers": all_told(answers)}


@blp.act("/stocktakes/<id:stocktake_id>/close", rule=rules.COUNT, returns=papers.StocktakeOut)
def close_stocktake(call: Call, stocktake_id: int) -> Record:
    """End the counting and see the variance."""
    stocktakes.close(call.session, call.actor, stocktake_id)
    return documents.stocktake(call.session, call.actor, stocktake_id)


@blp.act("/stocktakes/<id:stocktake_id>/judge-anew", rule=rules.COUNT, returns=papers.StocktakeOut)
def judge_stocktake_anew(call: Call, stocktake_id: int) -> Record:
    """Judge again what counts that came in after the close touch."""
    stocktakes.judge_anew(call.session, call.actor, stocktake_id)
    return documents.stocktake(call.session, call.actor, stocktake_id)


@blp.act("/stocktakes/<id:stocktake_id>/reasons", rule=rules.COUNT, body=papers.ReasonsIn, returns=papers.StocktakeOut)
def explain_variance(call: Call, body: Body, stocktake_id: int) -> Record:
    """Say what was found out about lines of the variance."""
    stocktakes.explain(call.session, call.actor, stocktake_id, body["reasons"])
    return documents.stocktake(call.session, call.actor, stocktake_id)


@blp.act(
    "/stocktakes/<id:stocktake_id>/found-goods", rule=rules.APPROVE, body=papers.FoundGoodsIn,
    returns=papers.VarianceLineOut,
)  # fmt: skip
def receive_found_goods(call: Call, body: Body, stocktake_id: int) -> Record:
    """Receive what bears an unknown tag, where it was counted; not by somebody who counted."""
    goods = settling.FoundGoods(**{name: value for name, value in body.items() if name != "tag"})
    settling.receive_found(call.session, call.actor, stocktake_id, body["tag"], goods)
    return _line(call, stocktake_id, body["tag"])


@blp.act("/stocktakes/<id:stocktake_id>/links", rule=rules.APPROVE, body=papers.LinkIn, returns=papers.VarianceLineOut)
def link_unknown_tag(call: Call, body: Body, stocktake_id: int) -> Record:
    """Say that an unknown tag is that of a bundle which had lost its own; it is re-tagged and brought there."""
    settling.link(call.session, call.actor, stocktake_id, body["tag"], body["bundle_tag"])
    return _line(call, stocktake_id, body["tag"])


@blp.act(
    "/stocktakes/<id:stocktake_id>/relocations", rule=rules.KEEP, body=papers.RelocationsIn, returns=papers.StocktakeOut
)
def relocate_misplaced(call: Call, body: Body, stocktake_id: int) -> Record:
    """Move bundles to where they were counted, without waiting for the posting."""
    settling.relocate(call.session, call.actor, stocktake_id, body["tags"])
    return documents.stocktake(call.session, call.actor, stocktake_id)


@blp.act(
    "/stocktakes/<id:stocktake_id>/dismissals", rule=rules.APPROVE, body=papers.ReasonIn, returns=papers.VarianceLineOut
)
def dismiss_line(call: Call, body: Body, stocktake_id: int) -> Record:
    """Let a line to look into rest, with the reason."""
    settling.dismiss(call.session, call.actor, stocktake_id, **body)
    return _line(call, stocktake_id, body["tag"])


def _line(call: Call, stocktake_id: int, tag: str) -> Record:
    rows, _ = variance_reading.page(call.session, stocktake_id, {"tag": tag, "limit": 1})
    return rows[0]


@blp.list_("/warehouses/<id:warehouse_id>/product-values", rule=rules.SEE_YARD, returns=papers.ProductValueOut)
def list_product_values(call: Call, query: Body, warehouse_id: int) -> Any:
    """What products were set to be worth; of several the last counts."""
    documents.warehouse(call.session, call.actor, warehouse_id)
    return call.page(cycle_reading.values(call.actor, warehouse_id), query, ProductValue.id)


@blp.create(
    "/warehouses/<id:warehouse_id>/product-values", rule=rules.KEEP, body=papers.ProductValueIn,
    returns=papers.ProductValueOut,
)  # fmt: skip
def set_product_value(call: Call, body: Body, warehouse_id: int) -> ProductValue:
    """Set what a product is worth, by which the plan of cycle counts classes places."""
    return valuing.set_value(call.session, call.actor, warehouse_id, **body)


@blp.list_("/warehouses/<id:warehouse_id>/cycle-plan", rule=rules.SEE_YARD, returns=papers.CyclePlanOut)
def list_cycle_plan(call: Call, query: Body, warehouse_id: int) -> Any:
    """The places by when they are to be counted next; paged by place."""
    documents.warehouse(call.session, call.actor, warehouse_id)
    planned = cycle_reading.plan_of(call.session, warehouse_id, business_date(call.db_now()))
    rest = sorted((one for one in planned if one.held.place_id > (query.get("after") or 0)), key=_place_id)
    shown = rest[: query["limit"]]
    told = [
        {**asdict(one.held), "cycle_class": one.cycle_class, "due_on": one.due_on} for one in shown
    ]  # fmt: skip
    return told, (_place_id(shown[-1]) if len(rest) > len(shown) else None)


def _place_id(due: Due) -> int:
    return due.held.place_id


@blp.spreadsheet("/stocktakes/<id:stocktake_id>/report", rule=rules.SEE_YARD)
def export_stocktake(call: Call, stocktake_id: int) -> Table:
    """The variance as a table."""
    found = documents.stocktake(call.session, call.actor, stocktake_id)
    return stocktake_reports.table(found, variance_reading.everything(call.session, stocktake_id))


@blp.file("/stocktakes/<id:stocktake_id>/report", rule=rules.SEE_YARD, media_type="application/pdf")
def print_stocktake(call: Call, stocktake_id: int) -> bytes:
    """The report to sign, what differs from the books and what was looked into."""
    found = documents.stocktake(call.session, call.actor, stocktake_id)
    most = stocktake_reports.MOST_PRINTED
    return stocktake_reports.pdf(found, variance_reading.first(call.session, stocktake_id, most, differing=True))


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
