"""Pages of the import of master data: bring a sheet, look at its trial, take it in."""

from collections import Counter
from typing import Any

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select
from werkzeug.wrappers import Response

from inventory import documents, forms, rules
from inventory.api import masters as shown
from inventory.masters import errors
from inventory.masters.models import FILE_NAME, MasterImport
from inventory.masters.rows import Judged
from inventory.masters.schemas import RowOutcome
from inventory.masters.sheets import MOST_BYTES, OF_A_YARD, MasterKind, template
from inventory.operations import master_imports
from inventory.operations.master_imports import BROUGHT, PUT_AWAY, TAKEN, Brought
from inventory.pages.slice import newest, pages
from steelyard.api.calls import Call
from steelyard.api.pages import render
from steelyard.core.i18n import N_

SHOWN = 200
KINDS = {
    MasterKind.PLACES: N_("Places"),
    MasterKind.PRODUCTS: N_("Products"),
    MasterKind.OWNERS: N_("Owners"),
    MasterKind.REASONS: N_("Reasons"),
}
STATES = {BROUGHT: N_("tried, not taken in"), TAKEN: N_("taken in"), PUT_AWAY: N_("put away")}


@pages.view("/warehouse/imports", rule=rules.SET_UP)
def master_sheets(call: Call) -> str:
    """The sheets that were brought, and the form for a new one."""
    own = select(MasterImport).where(MasterImport.org_id == call.actor.org_id)
    kinds = [kind for kind in KINDS if (kind is MasterKind.OWNERS) == call.actor.is_operator]
    return render(
        "inventory/master_sheets.html",
        rows=newest(call, own, MasterImport.id),
        kinds={kind: KINDS[kind] for kind in ([MasterKind.PRODUCTS, *kinds] if call.actor.is_operator else kinds)},
        names=KINDS,
        states=STATES,
        templates={kind: template(kind).strip() for kind in MasterKind},
        warehouses=documents.own_warehouses(call.session, call.actor),
    )


def _look(call: Call, form: dict[str, Any]) -> Brought | None:
    file = request.files.get("sheet")
    content = file.read(MOST_BYTES + 1) if file is not None else b""
    if not content:
        return None
    given = (file.filename if file is not None else None) or shown.PASTED
    name = "".join(char for char in given if char.isprintable())[-FILE_NAME:] or shown.PASTED
    return master_imports.look_at(form["kind"], name, content)


@pages.form("/warehouse/imports", rule=rules.SET_UP, form=forms.MasterSheetForm, prepare=_look)
def bring_master_sheet(call: Call, form: dict[str, Any]) -> Response:
    """Keep a sheet and show its trial."""
    if call.prepared is None:
        raise errors.NotOneMasterSheet
    yard = form.get("warehouse_id") if form["kind"] in OF_A_YARD else None
    document = master_imports.start(call.session, call.actor, call.prepared, yard)
    return redirect(url_for("inventory_pages.master_sheet", import_id=document.id), 303)


@pages.view("/warehouse/imports/<id:import_id>", rule=rules.SET_UP)
def master_sheet(call: Call, import_id: int) -> str:
    """What would become of each row: the wrong ones first."""
    document = master_imports.one(call.session, call.actor, import_id)
    rows = shown.trial(call, import_id) if document.state == BROUGHT else []
    counts = Counter(shown.outcome(row) for row in rows)
    first = sorted(rows, key=lambda row: row.values is not None)[:SHOWN]
    return render(
        "inventory/master_sheet.html",
        document=document,
        counts=counts,
        outcomes=shown.OUTCOMES,
        wrong=counts[RowOutcome.WRONG],
        rows=[shown.told(row) for row in first],
        cut=SHOWN if len(rows) > SHOWN else None,
        names=KINDS,
        states=STATES,
    )


def _read_again(call: Call, form: dict[str, Any], import_id: int) -> list[Judged]:
    return master_imports.read_again(master_imports.one(call.session, call.actor, import_id))


@pages.form("/warehouse/imports/<id:import_id>/take", rule=rules.SET_UP, prepare=_read_again)
def take_master_sheet(call: Call, form: dict[str, Any], import_id: int) -> Response:
    """Take in a sheet."""
    document = master_imports.take(call.session, call.actor, import_id, call.prepared)
    flash(_("%(count)s rows were added.", count=document.taken), "success")
    return redirect(url_for("inventory_pages.master_sheets"), 303)


@pages.form("/warehouse/imports/<id:import_id>/put-away", rule=rules.SET_UP)
def put_away_master_sheet(call: Call, form: dict[str, Any], import_id: int) -> Response:
    """Put a sheet away."""
    master_imports.put_away(call.session, call.actor, import_id)
    flash(_("The sheet was put away; nothing of it was taken in."), "success")
    return redirect(url_for("inventory_pages.master_sheets"), 303)
