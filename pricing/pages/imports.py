"""The pages of imports: choose or paste a sheet, map its columns, look at the trial, confirm, see what became of it."""

from itertools import zip_longest
from typing import Any

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug import Response

from pricing import import_forms, import_labels, labels, rules
from pricing.import_models import PriceImport
from pricing.importing import drafting, faults, reading, terms
from pricing.importing.columns import Column
from pricing.importing.terms import Clause, Delivery, Payment, Terms
from pricing.operations import imports as operations
from pricing.operations.imports import CONFIRMED, DRAFT, PASTED, Brought
from pricing.pages.slice import pages
from pricing.queries import imports as queries
from pricing.queries import prices as prices
from pricing.sources.traits import Weighing
from steelyard.api.calls import Call
from steelyard.api.pages import render

SHOWN = 200
"""Rows of a trial on its page; the rest stands in the table that can be downloaded."""
RECENT = 10


@pages.view("/prices/import", rule=rules.BRING)
def price_import(call: Call) -> str:
    """Show where to bring a sheet, and those that lie open."""
    return render(
        "pricing/import.html",
        drafts=queries.latest(call.session, call.actor, DRAFT, operations.MOST_OPEN),
        done=queries.latest(call.session, call.actor, CONFIRMED, RECENT),
        recipe_of=queries.recipe_of,
    )


def _look(call: Call, form: dict[str, Any]) -> Brought | None:
    """Read what was brought before the transaction of writing begins."""
    file = request.files.get("sheet")
    content = file.read(reading.MOST_BYTES + 1) if file is not None else b""
    if bool(content) == ("text" in form):
        return None
    if content:
        name = (file.filename or PASTED) if file is not None else PASTED
        return operations.look_at(content, "".join(char for char in name if char.isprintable())[-100:] or PASTED)
    return operations.look_at(form["text"].encode("utf-8", "replace"), PASTED)


@pages.form("/prices/import", rule=rules.BRING, form=import_forms.BringForm, prepare=_look)
def bring_price_sheet(call: Call, form: dict[str, Any]) -> Response:
    """Keep the sheet and go on to its columns."""
    if call.prepared is None:
        raise faults.NotOneSheet
    draft = operations.start(call.session, call.actor, call.prepared)
    if draft.mapping_name:
        flash(_("Read by the saved mapping “%(name)s”.", name=draft.mapping_name), "info")
    return redirect(url_for("pricing_pages.import_mapping", import_id=draft.id), 303)


@pages.view("/prices/import/<id:import_id>", rule=rules.BRING)
def import_mapping(call: Call, import_id: int) -> str | Response:
    """Show the columns and terms that were found, to be corrected."""
    draft = queries.one(call.session, call.actor, import_id)
    if draft.state != DRAFT:
        return redirect(url_for("pricing_pages.import_report", import_id=import_id), 303)
    found, book = queries.recipe_of(draft), reading.read(queries.content(draft))
    laid = drafting.laid_out(book, found)
    return render(
        "pricing/import_mapping.html",
        draft=draft,
        recipe=found,
        book=book,
        laid=laid,
        samples=list(zip(drafting.samples(laid), found.columns, strict=False)),
        clauses=_shown_clauses(found.clauses),
        mappings=call.session.scalars(queries.mappings(call.actor)).all(),
        columns=list(Column),
        choices={"weighing": list(Weighing), "payment": list(Payment), "delivery": list(Delivery)},
        words=import_labels,
    )


def _shown_clauses(clauses: tuple[Clause, ...]) -> list[Clause]:
    """The clauses to be confirmed: that of all products first, and one line more for what is missing."""
    general = [clause for clause in clauses if not clause.products] or [Clause((), Terms())]
    special = [clause for clause in clauses if clause.products]
    return [*general[:1], *special, Clause(("",), Terms())][: terms.MOST_CLAUSES]


@pages.form("/prices/import/<id:import_id>", rule=rules.BRING, form=import_forms.MappingForm)
def change_import_mapping(call: Call, form: dict[str, Any], import_id: int) -> Response:
    """Keep the corrections; another table or heading is shown anew, else the trial comes next."""
    draft = queries.one(call.session, call.actor, import_id, locked=True)
    book = reading.read(queries.content(draft))
    former = queries.recipe_of(draft)
    place = {"sheet": form.get("sheet", 1) - 1, "header": form.get("header", 0) - 1}
    if "mapping_id" in form and form.get("then") == "mapping":
        saved = queries.mapping(call.session, call.actor, form["mapping_id"])
        operations.use_mapping(call.session, call.actor, draft, book, saved)
    elif (place["sheet"], place["header"]) != (former.sheet, former.header):
        operations.change(call.session, call.actor, draft, book, place | _told(form))
    else:
        changes = _told(form) | {"columns": tuple(form.get("columns", ())), "clauses": _clauses(form)}
        operations.change(call.session, call.actor, draft, book, changes)
        if "save_as" in form:
            operations.save_mapping(call.session, call.actor, draft, book, form["save_as"])
        return redirect(url_for("pricing_pages.import_trial", import_id=import_id), 303)
    return redirect(url_for("pricing_pages.import_mapping", import_id=import_id), 303)


def _told(form: dict[str, Any]) -> dict[str, Any]:
    """What people say of a sheet, by the fields of its recipe."""
    words = {name: form.get(name, "") for name in ("provider", "permission", "market")}
    return words | {"day": form.get("day"), "moment": form.get("time")}


def _clauses(form: dict[str, Any]) -> tuple[Clause, ...]:
    """The clauses as they were typed; the first is of all products, the others of those that they name."""
    lists = (form.get(name, []) for name in ("products", "weighing", "payment", "tax", "delivery", "length"))
    found: list[Clause] = []
    for number, (products, weighing, payment, tax, delivery, length) in enumerate(zip_longest(*lists, fillvalue="")):
        names = tuple(products.replace("、", " ").replace("，", " ").replace(",", " ").split())[: terms.MOST_PRODUCTS]
        said = Terms(
            weighing=Weighing(weighing) if weighing in set(Weighing) else None,
            payment=Payment(payment) if payment in set(Payment) else None,
            tax_included={"yes": True, "no": False}.get(tax),
            delivery=Delivery(delivery) if delivery in set(Delivery) else None,
            length=length.strip() or None,
        )
        if not said.is_empty and (names or number == 0):
            found.append(Clause(names if number else (), said))
    return tuple(found)


@pages.view("/prices/import/<id:import_id>/check", rule=rules.BRING)
def import_trial(call: Call, import_id: int) -> str | Response:
    """Show what would be kept and dropped and why, before anything is written."""
    draft = queries.one(call.session, call.actor, import_id)
    if draft.state != DRAFT:
        return redirect(url_for("pricing_pages.import_report", import_id=import_id), 303)
    tried = queries.trial(draft)
    lines = queries.lines(call.session, tried)
    return render(
        "pricing/import_trial.html",
        draft=draft,
        recipe=queries.recipe_of(draft),
        trial=tried,
        kept=[line for line in lines if line.kept],
        dropped=[line for line in lines if line.dropped],
        shown=SHOWN,
        words=labels,
        own=import_labels,
    )


def _try(call: Call, form: dict[str, Any], import_id: int) -> queries.Trial | None:
    """Read the sheet before the transaction of writing begins."""
    return queries.open_trial(call.session, call.actor, import_id)


@pages.form("/prices/import/<id:import_id>/confirm", rule=rules.BRING, form=import_forms.ConfirmForm, prepare=_try)
def confirm_price_import(call: Call, form: dict[str, Any], import_id: int) -> Response:
    """Publish the prices as they were tried."""
    draft = queries.one(call.session, call.actor, import_id, locked=True)
    operations.confirm(call.session, call.actor, draft, form["digest"], call.prepared)
    flash(_("The prices of “%(name)s” are published.", name=draft.file_name), "success")
    return redirect(url_for("pricing_pages.import_report", import_id=import_id), 303)


@pages.view("/prices/import/<id:import_id>/report", rule=rules.BRING)
def import_report(call: Call, import_id: int) -> str | Response:
    """Show what became of a sheet."""
    draft = queries.one(call.session, call.actor, import_id)
    if draft.state == DRAFT:
        return redirect(url_for("pricing_pages.import_trial", import_id=import_id), 303)
    document = None if draft.document_id is None else prices.document(call.session, draft.document_id)[0]
    brought = [] if document is None else prices.brought(call.session, document.id, limit=SHOWN)
    return render(
        "pricing/import_report.html",
        draft=draft,
        recipe=queries.recipe_of(draft),
        document=document,
        brought=brought,
        words=labels,
    )


@pages.form("/prices/import/<id:import_id>/discard", rule=rules.BRING)
def discard_price_import(call: Call, form: dict[str, Any], import_id: int) -> Response:
    """Put a sheet away that is not wanted."""
    draft: PriceImport = queries.one(call.session, call.actor, import_id, locked=True)
    operations.discard(call.session, call.actor, draft)
    flash(_("“%(name)s” was put away; nothing was published.", name=draft.file_name), "success")
    return redirect(url_for("pricing_pages.price_import"), 303)
