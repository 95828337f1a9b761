"""The API of advices: goods to come."""

from typing import Any

from inventory import advice_reading, advice_schemas, rules
from inventory.advice_models import StockAdvice
from inventory.api.slice import Body, Record, blp
from inventory.operations import advices
from steelyard.api.calls import Call


@blp.list_(
    "/warehouse/advices",
    rule=rules.SEE_OWNED,
    query=advice_schemas.AdviceQuery,
    returns=advice_schemas.AdviceSummaryOut,
)
def list_advices(call: Call, query: Body) -> Any:
    """Advices of one's own goods, or for one's own yard."""
    return call.page(advice_reading.advices(call.actor, query), query, StockAdvice.id)


@blp.create("/warehouse/advices", rule=rules.ANNOUNCE, body=advice_schemas.AdviceIn, returns=advice_schemas.AdviceOut)
def announce_goods(call: Call, body: Body) -> Record:
    """Announce goods, all lines or none."""
    lines = [advices.Announced(**line) for line in body.pop("lines")]
    owner_id = body.pop("owner_org_id", call.actor.org_id)
    made = advices.announce(call.session, call.actor, advices.Announcement(owner_id=owner_id, lines=lines, **body))
    return advice_reading.advice(call.session, call.actor, made.id)


@blp.get("/warehouse/advices/<id:advice_id>", rule=rules.SEE_OWNED, returns=advice_schemas.AdviceOut)
def get_advice(call: Call, advice_id: int) -> Record:
    """One advice with its lines, and what has come of each."""
    return advice_reading.advice(call.session, call.actor, advice_id)


@blp.act("/warehouse/advices/<id:advice_id>/withdraw", rule=rules.ANNOUNCE, returns=advice_schemas.AdviceOut)
def withdraw_advice(call: Call, advice_id: int) -> Record:
    """Withdraw an advice, or end one whose rest will not come."""
    advices.withdraw(call.session, call.actor, advice_id)
    return advice_reading.advice(call.session, call.actor, advice_id)
