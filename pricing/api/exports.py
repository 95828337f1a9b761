"""The tables of prices as files: ``….csv`` and ``….xlsx`` beside the JSON that they hold."""

from collections.abc import Iterator
from typing import Any

from pricing import exporting, rules
from pricing.api.slice import blp
from pricing.models import RawDocument
from pricing.queries import board as boards
from pricing.queries import prices as queries
from pricing.queries.prices import Revision
from pricing.schemas.exports import BoardExportQuery, HistoryQuery
from steelyard.api.calls import Call
from steelyard.core.spreadsheets import MOST_ROWS, Table, TooManyRows

PAGE = 500
MOST_SERIES = 10_000
MOST_DOCUMENTS = 10_000
LIMIT = {"limit": MOST_ROWS}


@blp.spreadsheet("/price-board", rule=rules.SEE, query=BoardExportQuery)
def export_board(call: Call, query: dict[str, Any]) -> Table:
    """Give the price board as a table, at most 10,000 series of it."""
    return exporting.board(_entries(call, query))


def _entries(call: Call, filters: dict[str, Any]) -> Iterator[boards.Entry]:
    after: int | None = None
    for _ in range(MOST_SERIES // PAGE):
        page = boards.board(call.session, call.actor, filters | {"limit": PAGE, "after": after})
        yield from page.entries
        after = page.next
        if after is None:
            return


@blp.spreadsheet("/price-series/<id:series_id>/observations", rule=rules.SEE, query=HistoryQuery)
def export_observations(call: Call, query: dict[str, Any], series_id: int) -> Table:
    """Give what is believed of a series, or was believed at the moment `as_of`, as a table."""
    series = queries.series(call.session, series_id)
    return exporting.history(series, _whole(queries.observations(call.session, series_id, query | LIMIT)))


@blp.spreadsheet("/price-series/<id:series_id>/revisions", rule=rules.SEE, query=HistoryQuery)
def export_revisions(call: Call, query: dict[str, Any], series_id: int) -> Table:
    """Give every revision of a series as a table."""
    series = queries.series(call.session, series_id)
    found = queries.observations(call.session, series_id, query | LIMIT, every_revision=True)
    return exporting.history(series, _whole(found))


def _whole(page: tuple[list[Revision], int | None]) -> list[Revision]:
    """The rows of a page that is the only one; raises `TooManyRows`."""
    rows, after = page
    if after is not None:
        raise TooManyRows(most=MOST_ROWS)
    return rows


@blp.spreadsheet("/price-documents", rule=rules.SEE)
def export_documents(call: Call) -> Table:
    """Give the latest 10,000 documents as a table."""
    query = queries.documents().order_by(RawDocument.id.desc()).limit(MOST_DOCUMENTS)
    return exporting.documents(call.session.scalars(query.execution_options(yield_per=PAGE)))


@blp.spreadsheet("/price-documents/<id:document_id>/rows", rule=rules.SEE)
def export_document_rows(call: Call, document_id: int) -> Table:
    """Give what a document added, and every row of it that was dropped with the reason, as a table."""
    document, _ = queries.document(call.session, document_id)
    return exporting.document_rows(document, queries.brought(call.session, document_id))
