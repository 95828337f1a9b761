"""The freight pages: the board, postings, rounds, loads and waybills."""

from datetime import timedelta
from typing import Any

from flask import flash, redirect, url_for
from flask_babel import gettext as _
from sqlalchemy import select
from werkzeug.wrappers import Response

from steelyard.api.calls import Call
from steelyard.api.pages import NavItem, PageBlueprint
from steelyard.core.errors import StaleVersion
from steelyard.core.i18n import N_
from steelyard.logistics import queries, rules, views
from steelyard.logistics.forms import (
    DeclineForm,
    DeliveryForm,
    DemandChangeForm,
    DemandForm,
    RoundForm,
    SupplyChangeForm,
    SupplyForm,
)
from steelyard.logistics.lorries import Equipment, LorryClass, Need
from steelyard.logistics.models import FreightDemand, FreightLoad, FreightRound, FreightSupply, Waybill
from steelyard.logistics.operations import acceptance, delivery, posting, rounds
from steelyard.logistics.showing import show
from steelyard.logistics.states import WaybillState
from steelyard.logistics.terms import DemandTerms, SupplyTerms

pages = PageBlueprint("logistics", __name__)
SHOWN = 100
"""Rows of a list on a page, newest first; older ones are read through the API."""

_NO_EXTRAS: dict[str, Any] = {"needs": [], "order_reference": None, "loading_warehouse_org_id": None}
_BARE_LORRY: dict[str, Any] = {"equipment": [], "tare_g": None, "home": None, "free_until": None}
# What a browser does not send was taken out of the form by the person.

NAVIGATION: tuple[NavItem, ...] = (
    NavItem("logistics_pages.board", N_("Freight"), rules.SEE_MARKET, "truck", 50),
    NavItem("logistics_pages.waybill_list", N_("Waybills"), rules.SEE_LOADS, "doc", 55),
)


@pages.view("/freight", rule=rules.SEE_MARKET)
def board(call: Call) -> str:
    """Show what looks for a partner, what is offered, and what was matched."""
    session, actor = call.session, call.actor
    demands = queries.postings(actor, FreightDemand, {}).order_by(FreightDemand.id.desc()).limit(SHOWN)
    supplies = queries.postings(actor, FreightSupply, {}).order_by(FreightSupply.id.desc()).limit(SHOWN)
    loads = queries.loads(actor).order_by(FreightLoad.id.desc()).limit(SHOWN)
    held = select(FreightRound).order_by(FreightRound.id.desc()).limit(10)
    return show(
        "board.html",
        call,
        demands=[views.demand_view(row, actor) for row in session.scalars(demands)],
        supplies=[views.supply_view(row, actor) for row in session.scalars(supplies)],
        loads=[views.load_view(row, actor) for row in session.scalars(loads)],
        rounds=session.scalars(held).all(),
        may={
            "post_demand": rules.POST_DEMAND.allows(actor),
            "post_supply": rules.POST_SUPPLY.allows(actor),
            "hold_round": rules.HOLD_ROUND.allows(actor),
        },
        offer_minutes=int(rules.OFFER_TIME.total_seconds()) // 60,
        most_minutes=rules.MOST_OFFER_MINUTES,
    )


@pages.view("/freight/demands/new", rule=rules.POST_DEMAND)
def new_demand(call: Call) -> str:
    """Show the form for goods."""
    return show("demand.html", call, demand=None, **_demand_choices(call))


@pages.form("/freight/demands/new", rule=rules.POST_DEMAND, form=DemandForm)
def post_demand(call: Call, form: dict[str, Any]) -> Response:
    """Post goods."""
    demand = posting.post_demand(call.session, call.actor, DemandTerms(**_named(call, form)))
    flash(_("%(number)s is on the board.", number=demand.number), "success")
    return redirect(url_for(".demand", demand_id=demand.id))


@pages.view("/freight/demands/<id:demand_id>", rule=rules.SEE_MARKET)
def demand(call: Call, demand_id: int) -> str:
    """Show a demand, to its owner with a form while it is open."""
    found = queries.posting(call.session, call.actor, FreightDemand, demand_id)
    seen = views.demand_view(found, call.actor)
    return show("demand.html", call, demand=seen, **_demand_choices(call))


@pages.form("/freight/demands/<id:demand_id>", rule=rules.POST_DEMAND, form=DemandChangeForm)
def change_demand(call: Call, form: dict[str, Any], demand_id: int) -> Response:
    """Change goods that are open."""
    found = posting.open_for_change(call.session, call.actor, FreightDemand, demand_id)
    posting.change_demand(call.session, call.actor, found, _NO_EXTRAS | _named(call, _changes(found, form)))
    flash(_("%(number)s is changed.", number=found.number), "success")
    return redirect(url_for(".demand", demand_id=demand_id))


@pages.form("/freight/demands/<id:demand_id>/withdraw", rule=rules.POST_DEMAND)
def withdraw_demand(call: Call, form: dict[str, Any], demand_id: int) -> Response:
    """Take goods off the board."""
    found = posting.withdraw(call.session, call.actor, FreightDemand, demand_id)
    flash(_("%(number)s is withdrawn.", number=found.number), "success")
    return redirect(url_for(".board"))


@pages.view("/freight/supplies/new", rule=rules.POST_SUPPLY)
def new_supply(call: Call) -> str:
    """Show the form for a lorry."""
    return show("supply.html", call, supply=None, **_supply_choices(call))


@pages.form("/freight/supplies/new", rule=rules.POST_SUPPLY, form=SupplyForm)
def post_supply(call: Call, form: dict[str, Any]) -> Response:
    """Post a lorry."""
    supply = posting.post_supply(call.session, call.actor, SupplyTerms(**form))
    flash(_("%(number)s is on the board.", number=supply.number), "success")
    return redirect(url_for(".supply", supply_id=supply.id))


@pages.view("/freight/supplies/<id:supply_id>", rule=rules.SEE_MARKET)
def supply(call: Call, supply_id: int) -> str:
    """Show a supply, to its owner with a form while it is open."""
    found = queries.posting(call.session, call.actor, FreightSupply, supply_id)
    return show("supply.html", call, supply=views.supply_view(found, call.actor), **_supply_choices(call))


@pages.form("/freight/supplies/<id:supply_id>", rule=rules.POST_SUPPLY, form=SupplyChangeForm)
def change_supply(call: Call, form: dict[str, Any], supply_id: int) -> Response:
    """Change a lorry that is open."""
    found = posting.open_for_change(call.session, call.actor, FreightSupply, supply_id)
    posting.change_supply(call.session, call.actor, found, _BARE_LORRY | _changes(found, form))
    flash(_("%(number)s is changed.", number=found.number), "success")
    return redirect(url_for(".supply", supply_id=supply_id))


@pages.form("/freight/supplies/<id:supply_id>/withdraw", rule=rules.POST_SUPPLY)
def withdraw_supply(call: Call, form: dict[str, Any], supply_id: int) -> Response:
    """Take a lorry off the board."""
    found = posting.withdraw(call.session, call.actor, FreightSupply, supply_id)
    flash(_("%(number)s is withdrawn.", number=found.number), "success")
    return redirect(url_for(".board"))


@pages.form("/freight/rounds", rule=rules.HOLD_ROUND, form=RoundForm)
def hold_round(call: Call, form: dict[str, Any]) -> Response:
    """Match everything that is open."""
    minutes = form.get("offer_minutes")
    offer_time = rules.OFFER_TIME if minutes is None else timedelta(minutes=minutes)
    held = rounds.hold_round(call.session, call.actor, offer_time)
    flash(_("The round offered %(count)s loads.", count=held.matched), "success")
    return redirect(url_for(".round_page", round_id=held.id))


@pages.view("/freight/rounds/<id:round_id>", rule=rules.SEE_MARKET)
def round_page(call: Call, round_id: int) -> str:
    """Show what a round matched, how far lorries drive empty, and why the rest stayed without a partner."""
    held = queries.round_(call.session, round_id)
    loads = queries.loads(call.actor, round_id=held.id).order_by(FreightLoad.id)
    seen = [views.load_view(row, call.actor) for row in call.session.scalars(loads)]
    return show(
        "round.html",
        call,
        held=views.round_view(held, call.actor, queries.left_over(call.session, call.actor, held.id)),
        loads=seen,
        carried=sum(one["mass_g"] * one["loaded_m"] for one in seen),
        room=sum(one["usable_payload_g"] * one["loaded_m"] for one in seen),
    )


@pages.view("/freight/loads/<id:load_id>", rule=rules.SEE_LOADS)
def load(call: Call, load_id: int) -> str:
    """Show an offer or what became of it."""
    found = views.load_view(queries.load(call.session, call.actor, load_id), call.actor)
    may_answer = found["awaits_me"] and rules.ANSWER_OFFER.allows(call.actor)
    return show("load.html", call, load=found, may_answer=may_answer, over=call.db_now() >= found["expires_at"])


@pages.form("/freight/loads/<id:load_id>/accept", rule=rules.ANSWER_OFFER)
def accept_load(call: Call, form: dict[str, Any], load_id: int) -> Response:
    """Accept an offer."""
    found = acceptance.accept(call.session, call.actor, load_id)
    if found.waybill is not None:
        flash(_("Both sides accepted: %(number)s is issued.", number=found.waybill.number), "success")
    else:
        flash(_("Accepted. The other side has yet to answer."), "success")
    return redirect(url_for(".load", load_id=load_id))


@pages.form("/freight/loads/<id:load_id>/decline", rule=rules.ANSWER_OFFER, form=DeclineForm)
def decline_load(call: Call, form: dict[str, Any], load_id: int) -> Response:
    """Decline an offer."""
    acceptance.decline(call.session, call.actor, load_id, form.get("reason"))
    flash(_("Declined. Both postings are open again."), "success")
    return redirect(url_for(".load", load_id=load_id))


@pages.view("/waybills", rule=rules.SEE_LOADS)
def waybill_list(call: Call) -> str:
    """Show the waybills that name the reader's organisation."""
    found = queries.waybills(call.actor).order_by(Waybill.id.desc()).limit(SHOWN)
    return show("waybills.html", call, waybills=[views.waybill_view(row) for row in call.session.scalars(found)])


@pages.view("/waybills/<id:waybill_id>", rule=rules.SEE_LOADS)
def waybill(call: Call, waybill_id: int) -> str:
    """Show a waybill as it is printed."""
    found = queries.waybill(call.session, call.actor, waybill_id)
    mine = call.actor.org_id in (found.shipper_org_id, found.receiver_org_id)
    arrived = found.state == WaybillState.LOADED or (
        found.state == WaybillState.ISSUED and found.warehouse_org_id is None
    )
    may_confirm = mine and arrived and rules.CONFIRM_DELIVERY.allows(call.actor)
    return show("waybill.html", call, waybill=views.waybill_view(found), may_confirm=may_confirm)


@pages.form("/waybills/<id:waybill_id>/deliver", rule=rules.CONFIRM_DELIVERY, form=DeliveryForm)
def deliver_waybill(call: Call, form: dict[str, Any], waybill_id: int) -> Response:
    """Confirm a delivery."""
    received, remark = form.get("received_mass_g"), form.get("remark")
    found = delivery.deliver(call.session, call.actor, waybill_id, received, remark)
    flash(_("The delivery of %(number)s is confirmed.", number=found.number), "success")
    return redirect(url_for(".waybill", waybill_id=waybill_id))


def _changes(found: FreightDemand | FreightSupply, form: dict[str, Any]) -> dict[str, Any]:
    """What was typed, unless somebody changed the posting since the form was opened."""
    changes = dict(form)
    if changes.pop("version") != found.version:
        raise StaleVersion
    return changes


def _named(call: Call, form: dict[str, Any]) -> dict[str, Any]:
    """The form with the receiver's id for its name: whole names are typed, so that nobody can browse the firms."""
    name = form.get("receiver_name")
    values = {key: value for key, value in form.items() if key != "receiver_name"}
    return values | {"receiver_org_id": None if name is None else queries.receiver_named(call.session, name)}


def _demand_choices(call: Call) -> dict[str, Any]:
    return {
        "now": call.db_now(),
        "all_needs": list(Need),
        "warehouses": queries.warehouses(call.session),
        "may_change": rules.POST_DEMAND.allows(call.actor),
    }


def _supply_choices(call: Call) -> dict[str, Any]:
    return {
        "now": call.db_now(),
        "all_classes": list(LorryClass),
        "all_equipment": list(Equipment),
        "may_change": rules.POST_SUPPLY.allows(call.actor),
    }
