"""The API of stocktakes."""

from typing import Any

from inventory import document_schemas as papers
from inventory import documents, rules, schemas
from inventory.answers import told
from inventory.api.slice import Body, Record, blp
from inventory.models import Stocktake
from inventory.operations import approving, scans, stocktakes
from inventory.scanning import Operation
from inventory.states import OperationKind
from steelyard.api.calls import Call


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
    answers = scans.perform(call.session, call.actor, document["warehouse_id"], operations)
    return {"answers": [told(answer) for answer in answers]}


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
