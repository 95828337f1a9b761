"""The page of one document: where numbers come from."""

from pricing import labels, rules
from pricing.pages.slice import pages
from pricing.queries import imports
from pricing.queries import prices as queries
from pricing.sources.catalogue import SOURCES, publisher
from steelyard.api.calls import Call
from steelyard.api.pages import render

SHOWN = 200
"""Rows on the page; all of them are in the table to download."""


@pages.view("/prices/documents/<id:document_id>", rule=rules.SEE)
def document(call: Call, document_id: int) -> str:
    """Show where numbers come from: the document and what became of each of its rows."""
    found, size = queries.document(call.session, document_id)
    source = SOURCES.get(found.source)
    return render(
        "pricing/document.html",
        document=found,
        size=size,
        contract=source.contract if source else None,
        publisher=publisher(found.family),
        imported=imports.sheet_of(call.session, document_id),
        brought=queries.brought(call.session, document_id, limit=SHOWN),
        shown=SHOWN,
        words=labels,
    )
