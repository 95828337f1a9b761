"""The API of imports: bring a sheet, agree how it is read, try it, confirm it."""

from base64 import b64decode
from datetime import date, time
from typing import Any

from pricing import exporting, rules
from pricing.api.slice import blp
from pricing.import_models import PriceImport, PriceImportMapping
from pricing.importing import drafting, faults, reading, terms
from pricing.importing.grids import Book
from pricing.operations import imports as operations
from pricing.operations.imports import PASTED, Brought
from pricing.queries import imports as queries
from pricing.schemas.imports import (
    ConfirmIn,
    ImportColumnsOut,
    ImportIn,
    ImportOut,
    ImportPatch,
    MappingIn,
    MappingOut,
    TrialLineOut,
    TrialLineQuery,
    TrialOut,
)
from steelyard.api.calls import Call
from steelyard.api.downloads import NamedFile
from steelyard.core.errors import NotFound
from steelyard.core.spreadsheets import Table


def _look(call: Call, body: dict[str, Any]) -> Brought | None:
    """Read what was brought before the transaction of writing begins; None where it is not one sheet."""
    if ("text" in body) == ("content_base64" in body):
        return None
    try:
        content = b64decode(body["content_base64"], validate=True) if "content_base64" in body else None
    except ValueError:
        return Brought("", b"", faults.SheetUnreadable())
    if content is None:
        content = body["text"].encode("utf-8", "replace")
    return operations.look_at(content, body.get("file_name", PASTED))


@blp.create("/price-imports", rule=rules.BRING, body=ImportIn, returns=ImportOut, prepare=_look)
def start_import(call: Call, body: dict[str, Any]) -> dict[str, Any]:
    """Bring a price sheet; its bytes are kept and a way of reading them is proposed. Nothing is published yet."""
    if call.prepared is None:
        raise faults.NotOneSheet
    return _import(operations.start(call.session, call.actor, call.prepared))


@blp.list_("/price-imports", rule=rules.BRING, returns=ImportOut)
def list_imports(call: Call, query: dict[str, Any]) -> tuple[list[dict[str, Any]], int | None]:
    """List the sheets that the organisation brought, the oldest first."""
    rows, after = call.page(queries.imports(call.actor), query, PriceImport.id)
    return [_import(row) for row in rows], after


@blp.get("/price-imports/<id:import_id>", rule=rules.BRING, returns=ImportOut)
def get_import(call: Call, import_id: int) -> dict[str, Any]:
    """Show one import."""
    return _import(queries.one(call.session, call.actor, import_id))


@blp.get("/price-imports/<id:import_id>/columns", rule=rules.BRING, returns=ImportColumnsOut)
def get_import_columns(call: Call, import_id: int) -> dict[str, Any]:
    """Show what stands in the sheet, for mapping its columns."""
    draft = queries.one(call.session, call.actor, import_id)
    found = queries.recipe_of(draft)
    laid = drafting.laid_out(_book(draft), found)
    shown = [
        {"heading": sample.heading, "values": list(sample.values), "column": column}
        for sample, column in zip(drafting.samples(laid), found.columns, strict=False)
    ]
    return {"title": laid.title, "columns": shown, "footnote": laid.footnote, "rows": len(laid.rows)}


@blp.change("/price-imports/<id:import_id>", rule=rules.BRING, body=ImportPatch, returns=ImportOut)
def change_import(call: Call, body: dict[str, Any], import_id: int) -> dict[str, Any]:
    """Correct how the sheet is read: table, heading, columns, terms, whose it is, by what permission, of which day."""
    draft = queries.one(call.session, call.actor, import_id, locked=True)
    call.match(draft)
    book = _book(draft)
    saved_id = body.pop("mapping_id", None)
    if saved_id is not None:
        saved = queries.mapping(call.session, call.actor, saved_id)
        operations.use_mapping(call.session, call.actor, draft, book, saved)
    if body or saved_id is None:
        operations.change(call.session, call.actor, draft, book, _changes(body))
    return _import(draft)


@blp.get("/price-imports/<id:import_id>/dry-run", rule=rules.BRING, returns=TrialOut)
def try_import(call: Call, import_id: int) -> dict[str, Any]:
    """Try the sheet: what would be kept and dropped, and whether it can be confirmed. Nothing is written."""
    tried = queries.trial(queries.one(call.session, call.actor, import_id))
    result, finding = tried.result, tried.result.finding
    return {
        "digest": tried.digest,
        "outcome": result.outcome,
        "fault": finding.fault if finding else None,
        "detail": finding.detail if finding else None,
        "rows": result.rows,
        "kept": len(result.kept),
        "dropped": len(result.dropped),
        "ready": tried.ready,
        "missing": tried.missing,
    }


@blp.list_("/price-imports/<id:import_id>/dry-run/lines", rule=rules.BRING, query=TrialLineQuery, returns=TrialLineOut)
def list_import_lines(call: Call, query: dict[str, Any], import_id: int) -> tuple[list[dict[str, Any]], int | None]:
    """List what would become of each row: its series and the price before, or why it is left out."""
    tried = queries.trial(queries.one(call.session, call.actor, import_id))
    limit = query["limit"]
    rows = queries.lines(call.session, tried, after=query.get("after") or 0, limit=limit + 1)
    shown = [_line(row) for row in rows[:limit]]
    return shown, (rows[limit - 1].row if len(rows) > limit else None)


@blp.spreadsheet("/price-imports/<id:import_id>/dry-run", rule=rules.BRING)
def export_import_trial(call: Call, import_id: int) -> Table:
    """Give the trial as a table."""
    draft = queries.one(call.session, call.actor, import_id)
    return exporting.trial(draft.file_name, queries.lines(call.session, queries.trial(draft)))


def _try(call: Call, body: dict[str, Any], import_id: int) -> queries.Trial | None:
    """Read the sheet before the transaction of writing begins."""
    return queries.open_trial(call.session, call.actor, import_id)


@blp.act("/price-imports/<id:import_id>/confirm", rule=rules.BRING, body=ConfirmIn, returns=ImportOut, prepare=_try)
def confirm_import(call: Call, body: dict[str, Any], import_id: int) -> dict[str, Any]:
    """Publish the prices of the sheet as they were tried; another mapping or other bytes need another trial."""
    draft = queries.one(call.session, call.actor, import_id, locked=True)
    operations.confirm(call.session, call.actor, draft, body["digest"], call.prepared)
    return _import(draft)


@blp.delete("/price-imports/<id:import_id>", rule=rules.BRING)
def discard_import(call: Call, import_id: int) -> None:
    """Put a sheet away that is not wanted."""
    draft = queries.one(call.session, call.actor, import_id, locked=True)
    call.match(draft)
    operations.discard(call.session, call.actor, draft)


@blp.file("/price-documents/<id:document_id>/sheet", rule=rules.SEE, media_type="application/octet-stream")
def get_sheet(call: Call, document_id: int) -> NamedFile:
    """Give the bytes of an imported sheet as they were brought."""
    found = queries.sheet_of(call.session, document_id)
    if found is None:
        raise NotFound
    return NamedFile(found[0].file_name, found[1])


@blp.list_("/price-import-mappings", rule=rules.BRING, returns=MappingOut)
def list_import_mappings(call: Call, query: dict[str, Any]) -> tuple[list[dict[str, Any]], int | None]:
    """List the saved mappings."""
    rows, after = call.page(queries.mappings(call.actor), query, PriceImportMapping.id)
    return [_mapping(row) for row in rows], after


@blp.create("/price-import-mappings", rule=rules.BRING, body=MappingIn, returns=MappingOut)
def save_import_mapping(call: Call, body: dict[str, Any]) -> dict[str, Any]:
    """Keep how a sheet is read under a name; sheets with the same headings are read so from now on."""
    draft = queries.one(call.session, call.actor, body["import_id"], locked=True)
    return _mapping(operations.save_mapping(call.session, call.actor, draft, _book(draft), body["name"]))


@blp.delete("/price-import-mappings/<id:mapping_id>", rule=rules.BRING)
def delete_import_mapping(call: Call, mapping_id: int) -> None:
    """Forget a saved mapping."""
    saved = queries.mapping(call.session, call.actor, mapping_id)
    call.match(saved)
    operations.forget_mapping(call.session, call.actor, saved)


def _book(draft: PriceImport) -> Book:
    return reading.read(queries.content(draft))


def _changes(body: dict[str, Any]) -> dict[str, Any]:
    """The fields of a recipe that a body changes."""
    changes = {name: value for name, value in body.items() if name not in ("terms", "time", "columns")}
    if "columns" in body:
        changes["columns"] = tuple(body["columns"])
    if "terms" in body:
        changes["clauses"] = terms.from_document(body["terms"])
    if "time" in body:
        changes["moment"] = None if body["time"] is None else time.fromisoformat(body["time"])
    return changes


def _import(draft: PriceImport) -> dict[str, Any]:
    names = ("id", "version", "state", "file_name", "form", "sha256", "size", "created_at", "mapping_name")
    shown = {name: getattr(draft, name) for name in (*names, "confirmed_at", "document_id")}
    found = queries.recipe_of(draft)
    return shown | draft.recipe | {"columns": found.columns, "missing": found.missing, "file_name": draft.file_name}


def _mapping(saved: PriceImportMapping) -> dict[str, Any]:
    shown = {name: getattr(saved, name) for name in ("id", "version", "name", "signature", "saved_at")}
    return shown | {name: saved.recipe[name] for name in ("columns", "provider", "permission", "market")}


def _line(line: queries.Line) -> dict[str, Any]:
    kept, last = line.kept, line.last
    figure = last.figure if last else None
    day: date | None = kept.day if kept else None
    return {
        "row": line.row,
        "kept": kept is not None,
        "reason": line.dropped.reason if line.dropped else None,
        "text": line.dropped.text if line.dropped else kept.traits.name if kept else "",
        "series_code": kept.traits.code if kept else None,
        "series_id": last.series_id if last else None,
        "day": day,
        "edition": kept.edition if kept else None,
        "unit": kept.traits.unit if kept else None,
        "mantissa": kept.mantissa if kept else None,
        "scale": kept.scale if kept else None,
        "last_day": last.day if last else None,
        "last_mantissa": figure.mantissa if figure else None,
        "last_scale": figure.scale if figure else None,
        "remark": line.remark,
    }
