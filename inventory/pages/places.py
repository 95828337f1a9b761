"""Pages of the places of a yard: what each takes, how full it is, which are blocked."""

from decimal import Decimal
from typing import Any

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from inventory import documents, forms, rules, storage
from inventory.models import Place, Warehouse
from inventory.operations import setting_up
from inventory.pages.slice import CHOICES, after, pages
from inventory.states import PlaceKind
from steelyard.api.calls import Call
from steelyard.api.pages import render
from steelyard.core.errors import NotFound

SHOWN = 200


@pages.view("/warehouse/places", rule=rules.SEE_YARD)
def places(call: Call) -> str:
    """The places of a yard with what lies at each, and the form for a new one."""
    seen = documents.warehouses(call.actor).order_by(Warehouse.code).limit(CHOICES)
    yards = call.session.scalars(seen).all()
    wanted = request.args.get("yard", "")
    yard = next((one for one in yards if str(one.id) == wanted), yards[0] if yards else None)
    rows: list[Any] = []
    if yard is not None:
        query = storage.loads(yard.id).where(Place.id > (after() or 0)).order_by(Place.id).limit(SHOWN + 1)
        rows = list(call.session.execute(query))
    more = url_for("inventory_pages.places", yard=wanted or None, after=rows[SHOWN - 1].id) if rows[SHOWN:] else None
    return render(
        "inventory/places.html",
        yards=yards,
        yard=yard,
        rows=rows[:SHOWN],
        following=more,
        may_head=yard is not None and rules.HEAD.allows(call.actor) and yard.org_id == call.actor.org_id,
        may_import=rules.SET_UP.allows(call.actor),
        may_keep=yard is not None and rules.KEEP.allows(call.actor) and yard.org_id == call.actor.org_id,
    )


@pages.form("/warehouse/places", rule=rules.KEEP, form=forms.PlaceForm)
def add_place(call: Call, form: dict[str, Any]) -> Response:
    """Add a place."""
    wanted = {"capacity_g": form.pop("capacity", None), "capacity_mm": form.pop("longest_mm", None)}
    made = setting_up.add_place(call.session, call.actor, **form, **wanted)
    flash(_("Place %(code)s was added.", code=made.code), "success")
    return redirect(url_for("inventory_pages.places", yard=made.warehouse_id), 303)


@pages.form("/warehouse/yards/<id:warehouse_id>", rule=rules.HEAD, form=forms.YardForm)
def change_yard(call: Call, form: dict[str, Any], warehouse_id: int) -> Response:
    """Set how far the weighbridge may be off where no contract says it."""
    yard = setting_up.own_yard(call.session, call.actor, warehouse_id)
    setting_up.change_yard(call.session, call.actor, yard, {"tolerance_permille": form["tolerance"]})
    flash(_("The yard's tolerance is ±%(permille)s‰ now.", permille=yard.tolerance_permille), "success")
    return redirect(url_for("inventory_pages.places", yard=yard.id), 303)


@pages.view("/warehouse/places/<id:place_id>", rule=rules.SEE_YARD)
def place(call: Call, place_id: int) -> str:
    """One place: what lies there, and what it takes."""
    found = call.session.get(Place, place_id)
    if found is None or found.kind != PlaceKind.REAL:
        raise NotFound
    yard = documents.warehouse(call.session, call.actor, found.warehouse_id)
    load = call.session.execute(storage.loads(yard.id).where(Place.id == place_id)).one()
    may_keep = rules.KEEP.allows(call.actor) and yard.org_id == call.actor.org_id
    tonnes = "" if found.capacity_g is None else f"{Decimal(found.capacity_g).scaleb(-6).normalize():f}"
    return render(
        "inventory/place.html", place=found, yard=yard, load=load, may_keep=may_keep, capacity_t=tonnes
    )  # fmt: skip


@pages.form("/warehouse/places/<id:place_id>", rule=rules.KEEP, form=forms.PlaceChangeForm)
def change_place(call: Call, form: dict[str, Any], place_id: int) -> Response:
    """Change what a place takes, or block it."""
    known = call.session.get(Place, place_id)
    found = setting_up.own_place(call.session, call.actor, known.warehouse_id if known else 0, place_id)
    wanted = {
        "name": form["name"], "capacity_g": form.get("capacity"), "capacity_mm": form.get("longest_mm"),
        "walking_order": form.get("walking_order"), "is_blocked": form.get("is_blocked", False),
    }  # fmt: skip
    setting_up.change_place(call.session, call.actor, found, wanted)
    flash(_("Place %(code)s was changed.", code=found.code), "success")
    return redirect(url_for("inventory_pages.place", place_id=place_id), 303)
