"""Pages of receiving, and of the products that are received."""

from typing import Any

from flask import flash, redirect, url_for
from flask_babel import gettext as _
from sqlalchemy import select
from werkzeug.wrappers import Response

from inventory import documents, forms, rules, words
from inventory.models import Product, Receipt
from inventory.operations import receiving, setting_up
from inventory.pages.slice import CHOICES, choices, newest, pages
from inventory.states import ReceiptSource
from steelyard.api.calls import Call
from steelyard.api.pages import render


@pages.view("/warehouse/receipts", rule=rules.SEE_YARD)
def receipts(call: Call) -> str:
    """The newest receipts, and the forms for a new one and a new product."""
    return render(
        "inventory/receipts.html",
        rows=newest(call, documents.receipts(call.actor, {}), Receipt.id),
        products=call.session.scalars(select(Product).order_by(Product.key).limit(CHOICES)).all(),
        may_keep=rules.KEEP.allows(call.actor),
        rows_offered=range(1, forms.ROWS + 1),
        **choices(call),
    )


@pages.form("/warehouse/receipts", rule=rules.KEEP, form=forms.ReceiptForm)
def post_receipt(call: Call, form: dict[str, Any]) -> Response:
    """Receive bundles."""
    advice = form.get("advice_number")
    delivery = receiving.Delivery(
        owner_id=form["owner_id"],
        source=ReceiptSource.ANNOUNCED if advice else ReceiptSource.BLIND,
        arrivals=forms.arrivals_of(form),
        advice_number=advice,
        plate=form.get("plate"),
    )
    receipt = receiving.receive(call.session, call.actor, form["warehouse_id"], delivery)
    flash(_("Receipt %(number)s was posted.", number=receipt.number), "success")
    return redirect(url_for("inventory_pages.receipt", receipt_id=receipt.id), 303)


@pages.view("/warehouse/receipts/<id:receipt_id>", rule=rules.SEE)
def receipt(call: Call, receipt_id: int) -> str:
    """One receipt with its bundles and their labels."""
    found = documents.receipt(call.session, call.actor, receipt_id)
    may_print = rules.KEEP.allows(call.actor) and any(not line["reversed"] for line in found["lines"])
    return render("inventory/receipt.html", receipt=found, may_print=may_print, words=words)


@pages.form("/warehouse/products", rule=rules.SET_UP, form=forms.ProductForm)
def add_product(call: Call, form: dict[str, Any]) -> Response:
    """Add a product to the catalogue."""
    product = setting_up.add_product(call.session, call.actor, setting_up.spec_of(**form))
    flash(_("Product %(size)s, %(grade)s is in the catalogue.", size=product.size_text, grade=product.grade), "success")
    return redirect(url_for("inventory_pages.receipts"), 303)
