"""The API of documents, series and the board."""

from base64 import b64decode
from typing import Any

from pricing import rules
from pricing.api.slice import blp
from pricing.errors import DocumentUnreadable
from pricing.models import PriceSeries, RawDocument
from pricing.operations.ingestion import ingest
from pricing.queries import prices as queries
from pricing.schemas.prices import (
    DocumentIn,
    DocumentOut,
    ObservationOut,
    ObservationQuery,
    SeriesOut,
    SeriesQuery,
)
from pricing.sources.catalogue import publisher
from steelyard.api.calls import Call


@blp.create("/price-documents", rule=rules.BRING, body=DocumentIn, returns=DocumentOut)
def bring_document(call: Call, body: dict[str, Any]) -> dict[str, Any]:
    """Take in a publisher's document; one that breaks its source's contract is refused whole."""
    report = ingest(
        call.session,
        call.actor,
        source=body["source"],
        url=body["url"],
        fetched_at=body.get("fetched_at") or call.db_now(),
        content=_bytes(body),
    )
    return _document(*queries.document(call.session, report.document_id))


@blp.list_("/price-documents", rule=rules.SEE, returns=DocumentOut)
def list_documents(call: Call, query: dict[str, Any]) -> tuple[list[dict[str, Any]], int | None]:
    """List the documents that were taken in, the oldest first."""
    rows, after = call.page(queries.documents(), query, RawDocument.id)
    sizes = queries.sizes(call.session, rows)
    return [_document(row, sizes[row.sha256]) for row in rows], after


@blp.get("/price-documents/<id:document_id>", rule=rules.SEE, returns=DocumentOut)
def get_document(call: Call, document_id: int) -> dict[str, Any]:
    """Show where numbers come from: the document, when it was fetched, what was kept and what dropped and why."""
    return _document(*queries.document(call.session, document_id))


@blp.file("/price-documents/<id:document_id>/content", rule=rules.SEE, media_type="application/octet-stream")
def get_content(call: Call, document_id: int) -> bytes:
    """Give the document's bytes as they were fetched."""
    return queries.content(call.session, document_id)


@blp.list_("/price-series", rule=rules.SEE, query=SeriesQuery, returns=SeriesOut)
def list_series(call: Call, query: dict[str, Any]) -> tuple[list[dict[str, Any]], int | None]:
    """List the price series."""
    rows, after = call.page(queries.all_series(query), query, PriceSeries.id)
    return [series_document(row) for row in rows], after


@blp.get("/price-series/<id:series_id>", rule=rules.SEE, returns=SeriesOut)
def get_series(call: Call, series_id: int) -> dict[str, Any]:
    """Show one price series."""
    return series_document(queries.series(call.session, series_id))


@blp.list_("/price-series/<id:series_id>/observations", rule=rules.SEE, query=ObservationQuery, returns=ObservationOut)
def list_observations(call: Call, query: dict[str, Any], series_id: int) -> tuple[list[Any], int | None]:
    """List what is believed of each day, or was believed at the moment `as_of`."""
    return queries.observations(call.session, series_id, query)


@blp.list_("/price-series/<id:series_id>/revisions", rule=rules.SEE, query=ObservationQuery, returns=ObservationOut)
def list_revisions(call: Call, query: dict[str, Any], series_id: int) -> tuple[list[Any], int | None]:
    """List every revision of every day, each with the document that it came with."""
    return queries.observations(call.session, series_id, query, every_revision=True)


def _bytes(body: dict[str, Any]) -> bytes:
    """The document's bytes; raises `DocumentUnreadable` where the text is no base64 of whole bytes."""
    try:
        return b64decode(body["content_base64"], validate=True)
    except ValueError:
        raise DocumentUnreadable(source=body["source"], detail="base64") from None


def _document(row: RawDocument, size: int) -> dict[str, Any]:
    names = ("id", "source", "url", "sha256", "fetched_at", "known_from", "first_day", "last_day")
    counts = ("rows", "kept", "dropped", "appended", "unchanged")
    shown = {name: getattr(row, name) for name in names + counts}
    return shown | {"publisher": publisher(row.family), "size": size}


def series_document(row: PriceSeries) -> dict[str, Any]:
    """A series as the API shows it."""
    shown = {name: getattr(row, name) for name in SeriesOut().fields if name != "publisher"}
    return shown | {"publisher": publisher(row.family)}
