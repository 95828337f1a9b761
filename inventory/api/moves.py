"""The API of the ledger: transfers, moves, their reversal."""

from typing import Any

from inventory import document_schemas as papers
from inventory import documents, rules
from inventory.api.slice import Body, blp
from inventory.models import StockMove
from inventory.operations import moving
from steelyard.api.calls import Call


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
