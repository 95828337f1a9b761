"""Pages of delivery orders: an owner orders; the yard allocates, picks and lets out."""

from typing import Any

from flask import flash, redirect, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from inventory import delivery_forms as forms
from inventory import delivery_reading, delivery_words, documents, rules, weighbridge_reading, words
from inventory.delivery_models import DeliveryOrder
from inventory.forms import tags_of
from inventory.models import Warehouse
from inventory.operations import allocating, deliveries, gate
from inventory.operations.deliveries import Ordered
from inventory.operations.gate import Leaving, Tried
from inventory.pages.slice import CHOICES, asked, newest, offered, pages
from inventory.process_forms import ReasonForm
from inventory.states import AllocationState, Direction
from steelyard.accounts.secrets import hash_password
from steelyard.api.calls import Call
from steelyard.api.pages import render
from steelyard.api.services import services

PATH = "/warehouse/delivery-orders"
ONE = f"{PATH}/<id:order_id>"


@pages.view(PATH, rule=rules.SEE_OWNED)
def delivery_orders(call: Call) -> str:
    """The newest delivery orders, and an owner's form for a new one."""
    may_order = rules.SELL.allows(call.actor)
    yards = documents.warehouses(call.actor).order_by(Warehouse.code).limit(CHOICES) if may_order else None
    return render(
        "inventory/deliveries.html",
        rows=newest(call, delivery_reading.orders(call.actor, {}), DeliveryOrder.id),
        warehouses=[] if yards is None else call.session.scalars(yards).all(),
        may_order=may_order,
        rows_offered=range(1, forms.ROWS + 1),
        tag=asked("tag").get("tag", ""),
        kinds=delivery_words,
        words=words,
    )


def _hash(call: Call, form: dict[str, Any]) -> str:
    """The slow hash of a pick-up code, made before the transaction begins, and for a yard with goods of the owner."""
    documents.warehouse(call.session, call.actor, form["warehouse_id"])
    return hash_password(form["pass_code"])


def _hash_anew(call: Call, form: dict[str, Any], order_id: int) -> str:
    """The same for an order that stands."""
    deliveries.own_order(call.session, call.actor, order_id)
    return hash_password(form["pass_code"])


@pages.form(PATH, rule=rules.SELL, form=forms.DeliveryForm, prepare=_hash)
def place_delivery(call: Call, form: dict[str, Any]) -> Response:
    """Order that goods of one's own be handed to a lorry."""
    ordered = Ordered(
        form["order_number"], form["plate"], call.prepared, form["valid_until"], forms.lines_of(form),
        form.get("driver"), form.get("waybill_number"), tolerance_permille=form.get("tolerance"),
    )  # fmt: skip
    made = deliveries.place(call.session, call.actor, form["warehouse_id"], ordered)
    flash(_("Delivery order %(number)s is placed. Tell the driver the pick-up code.", number=made.number), "success")
    return _to(made.id)


@pages.view(ONE, rule=rules.SEE_OWNED)
def delivery_order(call: Call, order_id: int) -> str:
    """One delivery order with what is kept for it, and why it is short."""
    found = delivery_reading.order(call.session, call.actor, order_id)
    is_open = found["status"] not in deliveries.ENDED
    is_owner = found["owner_id"] == call.actor.org_id
    return render(
        "inventory/delivery.html",
        offered=offered(call),
        order=found,
        choices=delivery_reading.explanation(call.session, call.actor, order_id)["lines"],
        waits=[one for one in found["allocations"] if one["state"] == AllocationState.RESERVED],
        picked=[one for one in found["allocations"] if one["state"] == AllocationState.PICKED],
        has_expired=is_open and found["valid_until"] < call.db_now(),
        is_open=is_open,
        may_keep=is_open and not is_owner and rules.KEEP.allows(call.actor),
        may_change=is_open and is_owner and rules.SELL.allows(call.actor),
        tickets=weighbridge_reading.waiting(
            call.session, call.actor, found["warehouse_id"], Direction.OUT, found["plate"]
        ),
        kinds=delivery_words,
        words=words,
    )


@pages.form(f"{ONE}/change", rule=rules.SELL, form=forms.DeliveryChangeForm)
def change_delivery(call: Call, form: dict[str, Any], order_id: int) -> Response:
    """Name another lorry, driver, waybill or validity."""
    order = deliveries.own_order(call.session, call.actor, order_id, lock=True)
    deliveries.change(call.session, call.actor, order, form)
    flash(_("The order was changed."), "success")
    return _to(order_id)


@pages.form(f"{ONE}/pass-code", rule=rules.SELL, form=forms.PassCodeForm, prepare=_hash_anew)
def renew_delivery_code(call: Call, form: dict[str, Any], order_id: int) -> Response:
    """Give the order another pick-up code."""
    deliveries.renew_code(call.session, call.actor, order_id, call.prepared)
    flash(_("The new pick-up code holds from now on; the former opens nothing any more."), "success")
    return _to(order_id)


@pages.form(f"{ONE}/cancel", rule=rules.END_DELIVERY, form=ReasonForm)
def cancel_delivery(call: Call, form: dict[str, Any], order_id: int) -> Response:
    """End an order; all that is kept for it is free again."""
    allocating.cancel(call.session, call.actor, order_id, form["reason"])
    flash(_("The order was cancelled; what was kept for it is free again."), "success")
    return _to(order_id)


@pages.form(f"{ONE}/allocate", rule=rules.KEEP)
def allocate_delivery(call: Call, form: dict[str, Any], order_id: int) -> Response:
    """Keep goods for what the order still wants."""
    allocating.allocate(call.session, call.actor, order_id)
    flash(_("Goods are kept for the order, the oldest first."), "success")
    return _to(order_id)


@pages.form(f"{ONE}/returns", rule=rules.KEEP, form=forms.GiveBackForm)
def give_back_goods(call: Call, form: dict[str, Any], order_id: int) -> Response:
    """Take bundles off an order and back into stock."""
    tags = tags_of(form["tags"])
    allocating.give_back(call.session, call.actor, order_id, tags, form["reason"], form.get("place"))
    flash(_("The bundles are back in stock."), "success")
    return _to(order_id)


@pages.form(f"{ONE}/splits", rule=rules.KEEP, form=forms.PartForm)
def split_part(call: Call, form: dict[str, Any], order_id: int) -> Response:
    """Split the ordered part off a bundle."""
    allocating.split(call.session, call.actor, order_id, form["tag"], form.get("part_tag"), form.get("rest_tag"))
    flash(_("The bundle was split. Print the labels of both parts and put them on."), "success")
    return _to(order_id)


def _try(call: Call, form: dict[str, Any], order_id: int) -> Tried:
    """Try the pick-up code in transactions of its own: a wrong one is counted although the form is refused."""
    return gate.try_code(services().db, call.actor, order_id, form["pass_code"])


@pages.form(f"{ONE}/gate-passes", rule=rules.KEEP, form=forms.GateForm, prepare=_try)
def let_out(call: Call, form: dict[str, Any], order_id: int) -> Response:
    """Check plate and pick-up code, weigh, issue what was picked, and let the lorry go."""
    leaving = Leaving(
        form["plate"], form["rest"], forms.ticket_of(form), form.get("difference_reason"), forms.second_of(form)
    )
    made = gate.pass_out(call.session, call.actor, order_id, leaving, call.prepared)
    flash(_("Gate pass %(number)s: the lorry may leave.", number=made.number), "success")
    return _to(order_id)


def _to(order_id: int) -> Response:
    return redirect(url_for("inventory_pages.delivery_order", order_id=order_id), 303)
