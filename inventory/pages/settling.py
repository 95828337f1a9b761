"""Pages on which single lines of a variance are settled."""

from typing import Any

from flask import flash, redirect, url_for
from flask_babel import gettext as _
from sqlalchemy import select
from werkzeug.wrappers import Response

from inventory import documents, forms, rules, variance_reading
from inventory.models import Product
from inventory.operations import settling, valuing
from inventory.pages.slice import CHOICES, choices, pages
from inventory.states import SETTLED, Finding
from steelyard.api.calls import Call
from steelyard.api.pages import render
from steelyard.core.errors import NotFound

_TO_LOOK_INTO = (Finding.UNKNOWN, Finding.UNEXPECTED, Finding.UNSEEN)


@pages.view("/warehouse/stocktakes/<id:stocktake_id>/lines/<id:line_id>", rule=rules.APPROVE)
def variance_line(call: Call, stocktake_id: int, line_id: int) -> str:
    """One line to look into, and what can be done about it."""
    found = documents.stocktake(call.session, call.actor, stocktake_id)
    rows, _after = variance_reading.page(call.session, stocktake_id, {"after": line_id - 1, "limit": 1})
    if not rows or rows[0]["id"] != line_id or rows[0]["finding"] not in _TO_LOOK_INTO:
        raise NotFound
    return render(
        "inventory/variance_line.html",
        stocktake=found,
        line=rows[0],
        settled=rows[0]["resolution"] in SETTLED,
        products=call.session.scalars(select(Product).order_by(Product.id).limit(CHOICES)).all(),
        **choices(call),
    )


@pages.form("/warehouse/stocktakes/<id:stocktake_id>/found", rule=rules.APPROVE, form=forms.FoundGoodsForm)
def receive_found_goods(call: Call, form: dict[str, Any], stocktake_id: int) -> Response:
    """Receive what bears an unknown tag."""
    goods = settling.FoundGoods(**{name: value for name, value in form.items() if name != "tag"})
    settling.receive_found(call.session, call.actor, stocktake_id, form["tag"], goods)
    return _done(stocktake_id, _("The goods were received where they were counted."))


@pages.form("/warehouse/stocktakes/<id:stocktake_id>/link", rule=rules.APPROVE, form=forms.LinkForm)
def link_unknown_tag(call: Call, form: dict[str, Any], stocktake_id: int) -> Response:
    """Say that an unknown tag is that of a bundle which had lost its own."""
    settling.link(call.session, call.actor, stocktake_id, form["tag"], form["bundle_tag"])
    return _done(stocktake_id, _("The bundle bears the new tag and is booked where it was counted."))


@pages.form("/warehouse/stocktakes/<id:stocktake_id>/dismiss", rule=rules.APPROVE, form=forms.ReasonForm)
def dismiss_line(call: Call, form: dict[str, Any], stocktake_id: int) -> Response:
    """Let a line to look into rest."""
    settling.dismiss(call.session, call.actor, stocktake_id, form["tag"], form["reason"], form.get("remark"))
    return _done(stocktake_id, _("The line was dismissed with its reason."))


@pages.form("/warehouse/stocktakes/<id:stocktake_id>/relocate", rule=rules.KEEP, form=forms.RelocateForm)
def relocate_misplaced(call: Call, form: dict[str, Any], stocktake_id: int) -> Response:
    """Move a bundle to where it was counted."""
    settling.relocate(call.session, call.actor, stocktake_id, [form["tag"]])
    return _done(stocktake_id, _("The bundle was moved to where it was counted."))


@pages.form("/warehouse/stocktakes/values", rule=rules.KEEP, form=forms.ProductValueForm)
def set_product_value(call: Call, form: dict[str, Any]) -> Response:
    """Set what a product is worth."""
    valuing.set_value(call.session, call.actor, **form)
    flash(_("The value was set; the plan of cycle counts goes by it."), "success")
    return redirect(url_for("inventory_pages.stocktakes"), 303)


def _done(stocktake_id: int, sentence: str) -> Response:
    flash(sentence, "success")
    return redirect(url_for("inventory_pages.stocktake", stocktake_id=stocktake_id), 303)
