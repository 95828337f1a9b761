"""Pages of title transfers: an owner orders, the yard confirms."""

from typing import Any

from flask import flash, redirect, url_for
from flask_babel import gettext as _
from sqlalchemy import select
from werkzeug.wrappers import Response

from inventory import documents, errors, process_reading, process_words, rules
from inventory import process_forms as forms
from inventory.forms import tags_of
from inventory.genealogy_models import TitleTransfer
from inventory.models import Warehouse
from inventory.operations import owning
from inventory.pages.slice import CHOICES, asked, newest, offered, pages
from inventory.states import TitleStatus
from steelyard.accounts.models import Organisation
from steelyard.api.calls import Call
from steelyard.api.pages import render


@pages.view("/warehouse/title-transfers", rule=rules.SEE_OWNED)
def titles(call: Call) -> str:
    """The newest title transfers, and an owner's form for a new one."""
    may_order = rules.SELL.allows(call.actor)
    yards = documents.warehouses(call.actor).order_by(Warehouse.code).limit(CHOICES) if may_order else None
    return render(
        "inventory/titles.html",
        rows=newest(call, process_reading.titles(call.actor, {}), TitleTransfer.id),
        warehouses=[] if yards is None else call.session.scalars(yards).all(),
        may_order=may_order,
        tag=asked("tag").get("tag", ""),
        kinds=process_words,
    )


@pages.form("/warehouse/title-transfers", rule=rules.SELL, form=forms.TitleForm)
def order_title(call: Call, form: dict[str, Any]) -> Response:
    """Order that bundles become another's."""
    named = select(Organisation.id).where(Organisation.name == form["to_owner"], Organisation.kind.in_(owning.OWNERS))
    owner_id = call.session.scalars(named.where(Organisation.active).limit(1)).one_or_none()
    if owner_id is None:
        raise errors.OwnerUnknown
    made = owning.request(
        call.session, call.actor, form["warehouse_id"], owner_id, form["order_number"], tags_of(form["tags"])
    )
    flash(_("Order %(number)s waits for the yard.", number=made.number), "success")
    return _to(made.id)


@pages.view("/warehouse/title-transfers/<id:transfer_id>", rule=rules.SEE_OWNED)
def title(call: Call, transfer_id: int) -> str:
    """One title transfer with its bundles."""
    found = process_reading.title(call.session, call.actor, transfer_id)
    may_decide = rules.KEEP.allows(call.actor) and found["status"] == TitleStatus.REQUESTED
    return render(
        "inventory/title.html", title=found, may_decide=may_decide, kinds=process_words, offered=offered(call)
    )


@pages.form("/warehouse/title-transfers/<id:transfer_id>/confirm", rule=rules.KEEP)
def confirm_title(call: Call, form: dict[str, Any], transfer_id: int) -> Response:
    """Carry out the owner's order."""
    owning.confirm(call.session, call.actor, transfer_id)
    flash(_("The goods belong to the new owner now."), "success")
    return _to(transfer_id)


@pages.form("/warehouse/title-transfers/<id:transfer_id>/refuse", rule=rules.KEEP, form=forms.ReasonForm)
def refuse_title(call: Call, form: dict[str, Any], transfer_id: int) -> Response:
    """Refuse the owner's order."""
    owning.refuse(call.session, call.actor, transfer_id, form["reason"])
    flash(_("The order was refused; the owner reads why."), "success")
    return _to(transfer_id)


def _to(transfer_id: int) -> Response:
    return redirect(url_for("inventory_pages.title", transfer_id=transfer_id), 303)
