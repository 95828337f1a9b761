"""The API of inquiry: stock and moves as files, figures of the stock, ages, turnover."""

from collections.abc import Iterator
from typing import Any

from inventory import document_schemas as papers
from inventory import exporting, figures, in_transit, rules, schemas
from inventory import inquiry_schemas as told
from inventory.api.slice import Body, Record, blp
from steelyard.api.calls import Call
from steelyard.core.spreadsheets import Table

PAGE = 200


@blp.spreadsheet("/stock", rule=rules.SEE, query=schemas.StockFilter)
def export_stock(call: Call, query: Body) -> Table:
    """What lies in the yards now or as of a moment, as a table."""
    return exporting.stock(call.session, call.actor, query)


@blp.spreadsheet("/moves", rule=rules.SEE, query=papers.MoveFilter)
def export_moves(call: Call, query: Body) -> Table:
    """The ledger as a table."""
    return exporting.moves(call.session, call.actor, query)


@blp.list_("/stock/figures", rule=rules.SEE, query=schemas.StockQuery, returns=told.ProductFiguresOut)
def list_figures(call: Call, query: Body) -> Any:
    """What is on hand, available, reserved, held and in processing, by product and owner."""
    return figures.of_products(call.session, call.actor, query)


@blp.spreadsheet("/stock/figures", rule=rules.SEE, query=schemas.StockFilter)
def export_figures(call: Call, query: Body) -> Table:
    """The figures as a table."""
    return exporting.figures(_all_figures(call, query))


def _all_figures(call: Call, query: Body) -> Iterator[Record]:
    after: int | None = None
    while True:
        records, after = figures.of_products(call.session, call.actor, {**query, "after": after, "limit": PAGE})
        yield from records
        if after is None:
            return


@blp.list_("/stock/ages", rule=rules.SEE, query=schemas.StockQuery, returns=told.AgesOut)
def list_ages(call: Call, query: Body) -> Any:
    """How long the stock has been lying, by owner."""
    return figures.ages(call.session, call.actor, query)


@blp.list_("/stock/turnover", rule=rules.SEE, query=told.TurnoverQuery, returns=told.TurnoverOut)
def list_turnover(call: Call, query: Body) -> Any:
    """How each product turned over in a period."""
    return figures.turnover(call.session, call.actor, query)


@blp.list_("/stock/in-transit", rule=rules.SEE, query=told.InTransitQuery, returns=told.InTransitOut)
def list_in_transit(call: Call, query: Body) -> Any:
    """What is announced to the yards and has not come yet."""
    return in_transit.lines(call.session, call.actor, query)
