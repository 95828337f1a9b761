"""The freight market over HTTP: postings, rounds, loads, waybills."""

from datetime import timedelta
from typing import Any

from sqlalchemy import select

from steelyard.api.blueprint import SliceBlueprint
from steelyard.api.calls import Call
from steelyard.logistics import queries, rules, schemas, views
from steelyard.logistics.cities import CITIES
from steelyard.logistics.models import FreightDemand, FreightLoad, FreightRound, FreightSupply, Waybill
from steelyard.logistics.operations import acceptance, delivery, posting, rounds
from steelyard.logistics.terms import DemandTerms, SupplyTerms

blp = SliceBlueprint("logistics", __name__, description="Freight: postings, rounds, loads, waybills.")
Page = tuple[list[dict[str, Any]], int | None]


@blp.get("/freight/places", rule=rules.SEE_LOADS, returns=schemas.FreightPlaces)
def places(call: Call) -> dict[str, Any]:
    """The places between which freight can be posted, and the warehouses that can load it."""
    yards = [{"org_id": yard.id, "name": yard.name} for yard in queries.warehouses(call.session)]
    return {"places": CITIES, "warehouses": yards}


@blp.list_("/freight/demands", rule=rules.SEE_MARKET, query=schemas.DemandQuery, returns=schemas.FreightDemandOut)
def list_demands(call: Call, query: dict[str, Any]) -> Page:
    """Demands on the board, in summary, and one's own in full."""
    rows, after = call.page(queries.postings(call.actor, FreightDemand, query), query, FreightDemand.id)
    return [views.demand_view(row, call.actor) for row in rows], after


@blp.create("/freight/demands", rule=rules.POST_DEMAND, body=schemas.FreightDemandIn, returns=schemas.FreightDemandOut)
def post_demand(call: Call, body: dict[str, Any]) -> dict[str, Any]:
    """Post goods to be carried."""
    demand = posting.post_demand(call.session, call.actor, DemandTerms(**body))
    return views.demand_view(demand, call.actor)


@blp.get("/freight/demands/<id:demand_id>", rule=rules.SEE_MARKET, returns=schemas.FreightDemandOut)
def get_demand(call: Call, demand_id: int) -> dict[str, Any]:
    """One demand."""
    return views.demand_view(queries.posting(call.session, call.actor, FreightDemand, demand_id), call.actor)


@blp.change(
    "/freight/demands/<id:demand_id>",
    rule=rules.POST_DEMAND,
    body=schemas.FreightDemandChange,
    returns=schemas.FreightDemandOut,
)
def change_demand(call: Call, body: dict[str, Any], demand_id: int) -> dict[str, Any]:
    """Change an open demand of one's own."""
    demand = posting.open_for_change(call.session, call.actor, FreightDemand, demand_id)
    call.match(demand)
    posting.change_demand(call.session, call.actor, demand, body)
    call.session.flush()
    return views.demand_view(demand, call.actor)


@blp.act("/freight/demands/<id:demand_id>/withdraw", rule=rules.POST_DEMAND, returns=schemas.FreightDemandOut)
def withdraw_demand(call: Call, demand_id: int) -> dict[str, Any]:
    """Take an open demand of one's own off the board."""
    demand = posting.withdraw(call.session, call.actor, FreightDemand, demand_id)
    call.session.flush()
    return views.demand_view(demand, call.actor)


@blp.list_("/freight/supplies", rule=rules.SEE_MARKET, query=schemas.SupplyQuery, returns=schemas.FreightSupplyOut)
def list_supplies(call: Call, query: dict[str, Any]) -> Page:
    """Supplies on the board, in summary, and one's own in full."""
    rows, after = call.page(queries.postings(call.actor, FreightSupply, query), query, FreightSupply.id)
    return [views.supply_view(row, call.actor) for row in rows], after


@blp.create("/freight/supplies", rule=rules.POST_SUPPLY, body=schemas.FreightSupplyIn, returns=schemas.FreightSupplyOut)
def post_supply(call: Call, body: dict[str, Any]) -> dict[str, Any]:
    """Post a lorry that is free."""
    supply = posting.post_supply(call.session, call.actor, SupplyTerms(**body))
    return views.supply_view(supply, call.actor)


@blp.get("/freight/supplies/<id:supply_id>", rule=rules.SEE_MARKET, returns=schemas.FreightSupplyOut)
def get_supply(call: Call, supply_id: int) -> dict[str, Any]:
    """One supply."""
    return views.supply_view(queries.posting(call.session, call.actor, FreightSupply, supply_id), call.actor)


@blp.change(
    "/freight/supplies/<id:supply_id>",
    rule=rules.POST_SUPPLY,
    body=schemas.FreightSupplyChange,
    returns=schemas.FreightSupplyOut,
)
def change_supply(call: Call, body: dict[str, Any], supply_id: int) -> dict[str, Any]:
    """Change an open supply of one's own."""
    supply = posting.open_for_change(call.session, call.actor, FreightSupply, supply_id)
    call.match(supply)
    posting.change_supply(call.session, call.actor, supply, body)
    call.session.flush()
    return views.supply_view(supply, call.actor)


@blp.act("/freight/supplies/<id:supply_id>/withdraw", rule=rules.POST_SUPPLY, returns=schemas.FreightSupplyOut)
def withdraw_supply(call: Call, supply_id: int) -> dict[str, Any]:
    """Take an open supply of one's own off the board."""
    supply = posting.withdraw(call.session, call.actor, FreightSupply, supply_id)
    call.session.flush()
    return views.supply_view(supply, call.actor)


@blp.list_("/freight/rounds", rule=rules.SEE_MARKET, returns=schemas.FreightRoundFiguresOut)
def list_rounds(call: Call, query: dict[str, Any]) -> Page:
    """Rounds and their figures; the postings left over stand with each single round."""
    rows, after = call.page(select(FreightRound), query, FreightRound.id)
    return [views.round_figures(row, call.actor) for row in rows], after


@blp.create("/freight/rounds", rule=rules.HOLD_ROUND, body=schemas.FreightRoundIn, returns=schemas.FreightRoundOut)
def hold_round(call: Call, body: dict[str, Any]) -> dict[str, Any]:
    """Match everything that is open, and offer the loads."""
    minutes = body.get("offer_minutes")
    offer_time = rules.OFFER_TIME if minutes is None else timedelta(minutes=minutes)
    return _round(call, rounds.hold_round(call.session, call.actor, offer_time))


@blp.get("/freight/rounds/<id:round_id>", rule=rules.SEE_MARKET, returns=schemas.FreightRoundOut)
def get_round(call: Call, round_id: int) -> dict[str, Any]:
    """One round, with the reader's postings that stayed without a partner."""
    return _round(call, queries.round_(call.session, round_id))


def _round(call: Call, held: FreightRound) -> dict[str, Any]:
    return views.round_view(held, call.actor, queries.left_over(call.session, call.actor, held.id))


@blp.list_("/freight/loads", rule=rules.SEE_LOADS, query=schemas.LoadQuery, returns=schemas.FreightLoadOut)
def list_loads(call: Call, query: dict[str, Any]) -> Page:
    """Loads that name one's organisation."""
    rows, after = call.page(queries.loads(call.actor, state=query.get("state")), query, FreightLoad.id)
    return [views.load_view(row, call.actor) for row in rows], after


@blp.get("/freight/loads/<id:load_id>", rule=rules.SEE_LOADS, returns=schemas.FreightLoadOut)
def get_load(call: Call, load_id: int) -> dict[str, Any]:
    """One load."""
    return views.load_view(queries.load(call.session, call.actor, load_id), call.actor)


@blp.act("/freight/loads/<id:load_id>/accept", rule=rules.ANSWER_OFFER, returns=schemas.FreightLoadOut)
def accept_load(call: Call, load_id: int) -> dict[str, Any]:
    """Accept an offer for one's side; the second acceptance issues the waybill."""
    return views.load_view(acceptance.accept(call.session, call.actor, load_id), call.actor)


@blp.act(
    "/freight/loads/<id:load_id>/decline",
    rule=rules.ANSWER_OFFER,
    body=schemas.FreightDeclineIn,
    returns=schemas.FreightLoadOut,
)
def decline_load(call: Call, body: dict[str, Any], load_id: int) -> dict[str, Any]:
    """Decline an offer; both postings are open again."""
    load = acceptance.decline(call.session, call.actor, load_id, body.get("reason"))
    return views.load_view(load, call.actor)


@blp.list_("/waybills", rule=rules.SEE_LOADS, query=schemas.WaybillQuery, returns=schemas.WaybillOut)
def list_waybills(call: Call, query: dict[str, Any]) -> Page:
    """Waybills that name one's organisation."""
    rows, after = call.page(queries.waybills(call.actor, state=query.get("state")), query, Waybill.id)
    return [views.waybill_view(row) for row in rows], after


@blp.get("/waybills/<id:waybill_id>", rule=rules.SEE_LOADS, returns=schemas.WaybillOut)
def get_waybill(call: Call, waybill_id: int) -> dict[str, Any]:
    """One waybill."""
    return views.waybill_view(queries.waybill(call.session, call.actor, waybill_id))


@blp.act(
    "/waybills/<id:waybill_id>/deliver",
    rule=rules.CONFIRM_DELIVERY,
    body=schemas.WaybillDeliveryIn,
    returns=schemas.WaybillOut,
)
def deliver_waybill(call: Call, body: dict[str, Any], waybill_id: int) -> dict[str, Any]:
    """Confirm that the goods arrived."""
    received, remark = body.get("received_mass_g"), body.get("remark")
    return views.waybill_view(delivery.deliver(call.session, call.actor, waybill_id, received, remark))
