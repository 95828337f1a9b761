"""Pages of receiving, and of the products that are received."""

from typing import Any

from flask import flash, redirect, url_for
from flask_babel import gettext as _
from sqlalchemy import select
from werkzeug.wrappers import Response

from inventory import (
    advice_forms,
    advice_reading,
    advice_words,
    documents,
    forms,
    rules,
    storage,
    weighbridge_reading,
    words,
)
from inventory.certificates import reading as certificates
from inventory.models import Product, Receipt, Warehouse
from inventory.operations import deciding, receiving, reweighing, setting_up, taking_back
from inventory.operations import receipts as operations
from inventory.operations.weighbridge import SecondWeight
from inventory.operations.weighings import Ticket
from inventory.pages.slice import CHOICES, choices, newest, offered, pages
from inventory.process_forms import ReasonForm
from inventory.states import Direction, ReceiptSource, ReceiptStatus
from steelyard.api.calls import Call
from steelyard.api.pages import render
from steelyard.core.errors import NotFound

MOST_WAITING = 200


@pages.view("/warehouse/receipts", rule=rules.SEE_YARD)
def receipts(call: Call) -> str:
    """The newest receipts, and the forms for a new one and a new product."""
    return render(
        "inventory/receipts.html",
        rows=newest(call, documents.receipts(call.actor, {}), Receipt.id),
        products=call.session.scalars(select(Product).order_by(Product.key).limit(CHOICES)).all(),
        may_keep=rules.KEEP.allows(call.actor),
        rows_offered=range(1, forms.ROWS + 1),
        kinds=advice_words,
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


@pages.form("/warehouse/receipts/open", rule=rules.KEEP, form=advice_forms.OpenReceiptForm)
def open_receipt(call: Call, form: dict[str, Any]) -> Response:
    """Open a receipt for a lorry, to which its bundles are scanned."""
    made = operations.open_receipt(call.session, call.actor, **form)
    flash(_("Receipt %(number)s is open; scan the bundles to it.", number=made.number), "success")
    return _to(made.id)


@pages.view("/warehouse/receipts/<id:receipt_id>", rule=rules.SEE)
def receipt(call: Call, receipt_id: int) -> str:
    """One receipt with its bundles and their labels; in progress, with what is to be done."""
    found = advice_reading.receipt(call.session, call.actor, receipt_id)
    keeps = rules.KEEP.allows(call.actor)
    stop = next((one for one in found["stops"] if one.decision is None), None)
    heats = sorted({line["heat_id"] for line in found["lines"] if not line["reversed"]})
    may_weigh = keeps and stop is None and found["status"] in (ReceiptStatus.OPEN, ReceiptStatus.POSTED)
    on_file = certificates.of_heats(call.session, call.actor, heats)
    filed = {row.heat_number for row in on_file}
    return render(
        "inventory/receipt.html",
        offered=offered(call),
        receipt=found,
        may_print=keeps and any(not line["reversed"] for line in found["lines"]),
        is_open=found["status"] == ReceiptStatus.OPEN,
        may_keep=keeps,
        may_weigh=may_weigh,
        tickets=_tickets(call, found) if may_weigh else [],
        may_take_back=keeps and found["status"] in (ReceiptStatus.OPEN, ReceiptStatus.POSTED),
        stop=stop,
        may_decide=stop is not None and stop.stopped_by != call.actor.user_id and rules.APPROVE.allows(call.actor),
        unfiled=sorted({line["heat_number"] for line in found["lines"] if not line["reversed"]} - filed),
        may_certify=keeps and found["status"] not in (ReceiptStatus.REFUSED, ReceiptStatus.REVERSED),
        on_file=on_file,
        filed_numbers={one.number for one in on_file},
        heats=sorted({(line["heat_number"], line["heat_id"]) for line in found["lines"] if not line["reversed"]}),
        kinds=advice_words,
        words=words,
    )


@pages.form("/warehouse/receipts/<id:receipt_id>/weighings", rule=rules.KEEP, form=advice_forms.TicketForm)
def weigh_receipt(call: Call, form: dict[str, Any], receipt_id: int) -> Response:
    """Keep a ticket of the weighbridge."""
    ticket = Ticket(form["ticket_number"], form["plate"], form["gross"], form["tare"])
    reweighing.weigh(call.session, call.actor, receipt_id, ticket)
    flash(_("Ticket %(ticket)s was kept.", ticket=ticket.ticket_number), "success")
    return _to(receipt_id)


@pages.form("/warehouse/receipts/<id:receipt_id>/second-weights", rule=rules.KEEP, form=advice_forms.SecondWeightForm)
def weigh_receipt_again(call: Call, form: dict[str, Any], receipt_id: int) -> Response:
    """Complete an open ticket by the weight of the empty lorry."""
    second = SecondWeight(form["weighbridge_ticket_id"], form["second_weight"])
    kept = reweighing.weigh(call.session, call.actor, receipt_id, second)
    flash(_("Ticket %(ticket)s was kept.", ticket=kept.ticket_number), "success")
    return _to(receipt_id)


@pages.form("/warehouse/receipts/<id:receipt_id>/weighings/<id:weighing_id>/void", rule=rules.KEEP, form=ReasonForm)
def void_receipt_ticket(call: Call, form: dict[str, Any], receipt_id: int, weighing_id: int) -> Response:
    """Take out a ticket that was entered wrongly."""
    reweighing.void_ticket(call.session, call.actor, receipt_id, weighing_id, form["reason"])
    flash(_("The ticket was taken out; enter the right one."), "success")
    return _to(receipt_id)


@pages.form("/warehouse/receipts/<id:receipt_id>/post", rule=rules.KEEP, form=advice_forms.FinishForm)
def finish_receipt(call: Call, form: dict[str, Any], receipt_id: int) -> Response:
    """Post a receipt; beyond a tolerance it stops for another person's decision."""
    made = operations.finish(call.session, call.actor, receipt_id, partial=form.get("as_part", False))
    if made.status == ReceiptStatus.STOPPED:
        flash(_("Receipt %(number)s is stopped: a colleague decides on it.", number=made.number), "warning")
    else:
        flash(_("Receipt %(number)s was posted.", number=made.number), "success")
    return _to(receipt_id)


@pages.form("/warehouse/receipts/<id:receipt_id>/decide", rule=rules.APPROVE, form=advice_forms.DecisionForm)
def decide_receipt(call: Call, form: dict[str, Any], receipt_id: int) -> Response:
    """Decide on a receipt that stopped."""
    made = deciding.decide(call.session, call.actor, receipt_id, form["decision"], form["because"])
    flash(_("Your decision on %(number)s is kept.", number=made.number), "success")
    return _to(receipt_id)


@pages.form("/warehouse/receipts/<id:receipt_id>/reverse", rule=rules.KEEP, form=ReasonForm)
def reverse_receipt(call: Call, form: dict[str, Any], receipt_id: int) -> Response:
    """Take back all bundles of a receipt."""
    taking_back.receipt(call.session, call.actor, receipt_id, form["reason"])
    flash(_("The receipt was taken back."), "success")
    return _to(receipt_id)


@pages.form("/warehouse/receipts/<id:receipt_id>/bundles/<id:bundle_id>/reverse", rule=rules.KEEP, form=ReasonForm)
def reverse_arrival(call: Call, form: dict[str, Any], receipt_id: int, bundle_id: int) -> Response:
    """Take back one bundle of a receipt."""
    taking_back.receipt(call.session, call.actor, receipt_id, form["reason"], bundle_id)
    flash(_("The bundle was taken back."), "success")
    return _to(receipt_id)


@pages.view("/warehouse/receipts/<id:receipt_id>/bundles/<id:bundle_id>", rule=rules.KEEP)
def arrival(call: Call, receipt_id: int, bundle_id: int) -> str:
    """One bundle of a receipt, to be taken back with a reason."""
    found = documents.receipt(call.session, call.actor, receipt_id)
    line = next((one for one in found["lines"] if one["bundle_id"] == bundle_id and not one["reversed"]), None)
    if line is None:
        raise NotFound
    return render("inventory/arrival.html", receipt=found, line=line, offered=offered(call))


def _tickets(call: Call, found: dict[str, Any]) -> list[dict[str, Any]]:
    """The open tickets of lorries that bring goods, this receipt's first."""
    yard, plate = found["warehouse_id"], found["plate"]
    return weighbridge_reading.waiting(call.session, call.actor, yard, Direction.IN, plate)


def _to(receipt_id: int) -> Response:
    return redirect(url_for("inventory_pages.receipt", receipt_id=receipt_id), 303)


@pages.view("/warehouse/put-away", rule=rules.SEE_YARD)
def put_away(call: Call) -> str:
    """Bundles that lie where they came in, and where each had best be put."""
    seen = documents.warehouses(call.actor).order_by(Warehouse.code).limit(CHOICES)
    yards = [
        (yard, *storage.to_put_away(call.session, yard.id, {"limit": MOST_WAITING}))
        for yard in call.session.scalars(seen)
    ]
    return render("inventory/put_away.html", yards=[(yard, rows) for yard, rows, _more in yards if rows])


@pages.form("/warehouse/products", rule=rules.SET_UP, form=forms.ProductForm)
def add_product(call: Call, form: dict[str, Any]) -> Response:
    """Add a product to the catalogue."""
    product = setting_up.add_product(call.session, call.actor, setting_up.spec_of(**form))
    flash(_("Product %(size)s, %(grade)s is in the catalogue.", size=product.size_text, grade=product.grade), "success")
    return redirect(url_for("inventory_pages.receipts"), 303)
