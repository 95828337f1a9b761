"""Bringing a price sheet: keep its bytes, agree how it is read, look at the trial, confirm it like any source's."""

import zlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from pricing.import_models import NAME, PriceImport, PriceImportMapping
from pricing.importing import columns, drafting, faults, layout, recipe, sheets
from pricing.importing.faults import SheetUnreadable
from pricing.importing.grids import Book
from pricing.importing.reading import read
from pricing.importing.recipe import Recipe
from pricing.operations.ingestion import IngestReport, ingest_parsed
from pricing.queries import imports as queries
from pricing.sources.base import RawDocument, Source
from pricing.sources.catalogue import SOURCES
from steelyard.core import audit
from steelyard.core.actors import Actor
from steelyard.core.database import db_now

MOST_OPEN = 50
DRAFT, CONFIRMED, DISCARDED = "draft", "confirmed", "discarded"
STATES = (DRAFT, CONFIRMED, DISCARDED)
PASTED = "粘贴"
"""The name of a sheet that came as text."""


@dataclass(frozen=True, slots=True)
class Brought:
    """What was brought, and what could be read of it: a book, or why there is none."""

    file_name: str
    content: bytes
    found: Book | SheetUnreadable


def look_at(content: bytes, file_name: str) -> Brought:
    """Read the bytes; slow work that needs no database. Never raises for what they hold."""
    try:
        return Brought(file_name, content, read(content))
    except SheetUnreadable as fault:
        return Brought(file_name, content, fault)


def start(session: Session, actor: Actor, brought: Brought) -> PriceImport:
    """Keep the bytes and propose how to read them, by the mapping that was last saved for such columns if there is one.

    Raises the `SheetUnreadable` that fits, and `TooManyImports`.
    """
    if isinstance(brought.found, SheetUnreadable):
        raise brought.found
    open_ones = select(func.count()).select_from(queries.imports(actor).where(PriceImport.state == DRAFT).subquery())
    if session.scalar(open_ones) >= MOST_OPEN:  # type: ignore[operator]  # a count is never NULL
        raise faults.TooManyImports(most=MOST_OPEN)
    found = drafting.propose(brought.found, brought.file_name)
    saved = _fitting(session, actor, brought.found, found)
    if saved is not None:
        found = drafting.follow(brought.found, found, queries.recipe_of(saved))
    draft = PriceImport(
        org_id=actor.org_id,
        user_id=actor.user_id,
        created_at=db_now(session),
        state=DRAFT,
        file_name=brought.file_name,
        form=brought.found.form,
        sha256=sha256(brought.content).hexdigest(),
        size=len(brought.content),
        packed=zlib.compress(brought.content),
        recipe=found.as_document(),
        mapping_name=saved.name if saved else None,
    )
    session.add(draft)
    session.flush()
    audit.record(session, actor, "pricing.import_started", f"price_import:{draft.id}", {"sha256": draft.sha256})
    return draft


def _fitting(session: Session, actor: Actor, book: Book, found: Recipe) -> PriceImportMapping | None:
    """The mapping that was last saved for the same headings."""
    header = drafting.laid_out(book, found).header
    if not header:
        return None
    query = queries.mappings(actor).where(PriceImportMapping.signature == columns.signature(header))
    return session.scalars(query.order_by(PriceImportMapping.saved_at.desc(), PriceImportMapping.id.desc())).first()


def change(session: Session, actor: Actor, draft: PriceImport, book: Book, changes: Mapping[str, Any]) -> PriceImport:
    """Change how a sheet is read; `changes` are fields of `Recipe`. Another table or heading is read anew.

    Raises `ImportClosed`, `NoSuchTable` and `MappingUnsound`.
    """
    _must_be_open(draft)
    former = queries.recipe_of(draft)
    sheet, header = changes.get("sheet", former.sheet), changes.get("header", former.header)
    _must_exist(book, sheet, header)
    found = former
    if (sheet, header) != (former.sheet, former.header):
        found = drafting.reread(book, former, sheet, header)
    found = replace(found, **{name: value for name, value in changes.items() if name not in ("sheet", "header")})
    if "columns" in changes:
        _must_fit(found, drafting.laid_out(book, found).width)
    if len(recipe.family_of(found.provider)) > recipe.LONGEST_FAMILY:
        raise faults.ProviderTooLong(most=recipe.LONGEST_PROVIDER)
    draft.recipe = found.as_document()
    session.flush()
    audit.record(session, actor, "pricing.import_changed", f"price_import:{draft.id}", {"recipe": draft.recipe})
    return draft


def use_mapping(
    session: Session, actor: Actor, draft: PriceImport, book: Book, saved: PriceImportMapping
) -> PriceImport:
    """Read a sheet by a saved mapping; raises `ImportClosed`."""
    _must_be_open(draft)
    found = drafting.follow(book, queries.recipe_of(draft), queries.recipe_of(saved))
    draft.recipe, draft.mapping_name = found.as_document(), saved.name
    session.flush()
    audit.record(session, actor, "pricing.import_changed", f"price_import:{draft.id}", {"mapping": saved.name})
    return draft


def save_mapping(session: Session, actor: Actor, draft: PriceImport, book: Book, name: str) -> PriceImportMapping:
    """Keep how this sheet is read under a name of the organisation's; the same name is written over.

    Raises `MappingUnsound` for a mapping that lacks product or price.
    """
    found = queries.recipe_of(draft)
    laid = drafting.laid_out(book, found)
    _must_fit(found, laid.width)
    query = queries.mappings(actor).where(PriceImportMapping.name == name[:NAME])
    now = db_now(session)
    saved = session.scalars(query.with_for_update()).one_or_none()
    saved = saved or PriceImportMapping(org_id=actor.org_id, name=name[:NAME])
    saved.user_id, saved.saved_at = actor.user_id, now
    saved.signature = columns.signature(laid.header)
    saved.recipe = replace(found, day=None, moment=None).as_document()
    session.add(saved)
    draft.mapping_name = saved.name
    session.flush()
    audit.record(session, actor, "pricing.import_mapping_saved", f"price_import_mapping:{saved.id}", {"name": name})
    return saved


def forget_mapping(session: Session, actor: Actor, saved: PriceImportMapping) -> None:
    """Delete a saved mapping; what was imported by it stays."""
    audit.record(session, actor, "pricing.import_mapping_deleted", f"price_import_mapping:{saved.id}")
    session.delete(saved)


def confirm(
    session: Session, actor: Actor, draft: PriceImport, digest: str, tried: queries.Trial | None = None
) -> IngestReport:
    """Take the sheet in as a document of its provider's; `digest` is that of the trial which was looked at.

    `tried` is a trial that was worked out before this transaction began; it counts where it is of the same bytes
    and the same reading. Raises `ImportClosed`, `ImportIncomplete`, `ImportChanged` and the `DocumentRefused` that
    fits.
    """
    _must_be_open(draft)
    missing = queries.recipe_of(draft).missing
    if missing:
        raise faults.ImportIncomplete(missing=", ".join(missing))
    document = queries.document_of(draft)
    if document.sha256 != digest:
        raise faults.ImportChanged
    result = tried.result if tried is not None and tried.digest == digest else sheets.parse(document)
    report = ingest_parsed(session, actor, _source(document), document, result)
    draft.state, draft.confirmed_at, draft.document_id = CONFIRMED, db_now(session), report.document_id
    session.flush()
    audit.record(
        session, actor, "pricing.import_confirmed", f"price_import:{draft.id}", {"document_id": report.document_id}
    )
    return report


def _source(document: RawDocument) -> Source:
    found = SOURCES.get(document.source)
    assert found is not None, document.source  # a recipe that lacks nothing names its provider
    return found


def discard(session: Session, actor: Actor, draft: PriceImport) -> None:
    """Put a sheet away; its bytes stay with the record of who brought them. Raises `ImportClosed`."""
    _must_be_open(draft)
    draft.state = DISCARDED
    audit.record(session, actor, "pricing.import_discarded", f"price_import:{draft.id}")


def _must_be_open(draft: PriceImport) -> None:
    if draft.state != DRAFT:
        raise faults.ImportClosed(number=draft.id)


def _must_exist(book: Book, sheet: int, header: int) -> None:
    lines = len(book.grids[sheet].lines) if sheet < len(book.grids) else 0
    if not layout.NO_HEADER <= header < lines:
        raise faults.NoSuchTable(sheets=len(book.grids), lines=lines)


def _must_fit(found: Recipe, width: int) -> None:
    wrong = columns.misfits(found.columns)
    if wrong or len(found.columns) > width:
        raise faults.MappingUnsound(detail=", ".join(wrong) or str(width))
