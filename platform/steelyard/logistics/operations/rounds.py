"""Holding a round: everything open is frozen, matched at once, and offered."""

import logging
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from steelyard.core.actors import Actor
from steelyard.core.audit import record
from steelyard.core.clock import business_date
from steelyard.core.database import db_now
from steelyard.core.numbering import next_numbers
from steelyard.core.outbox import publish
from steelyard.logistics.assignment import CertificateError
from steelyard.logistics.checking import check_plan
from steelyard.logistics.cities import city
from steelyard.logistics.distances import GREAT_CIRCLE_SOURCE
from steelyard.logistics.errors import PlanRejected
from steelyard.logistics.lorries import LorryClass
from steelyard.logistics.matching import Match, Plan, plan_round
from steelyard.logistics.models import FreightDemand, FreightLeftOver, FreightLoad, FreightRound, FreightSupply
from steelyard.logistics.operations.expiry import expire_offers, lapse
from steelyard.logistics.operations.locks import lock_open
from steelyard.logistics.pairing import Consignment, Lorry, Window
from steelyard.logistics.rules import OFFER_TIME
from steelyard.logistics.states import LoadState, PostingState

log = logging.getLogger(__name__)


def hold_round(session: Session, actor: Actor, offer_time: timedelta = OFFER_TIME) -> FreightRound:
    """Match all that is open and offer the loads for ``offer_time``; raises PlanRejected, and then offers none.

    Open postings stay locked until the commit: a second round waits and finds only what this one left.
    Journeys are planned to start when the offers end, so that they can still be made if the last answer comes
    at the last moment.
    """
    expire_offers(session)
    demands, supplies, now = _freeze_board(session)
    offers_until = now + offer_time
    plan = _checked_plan(list(demands.values()), list(supplies.values()), offers_until)
    held = FreightRound(
        held_at=now,
        held_by=actor.user_id,
        offers_until=offers_until,
        demands=len(demands),
        supplies=len(supplies),
        matched=len(plan.matches),
        empty_m=plan.empty_m,
        loaded_m=plan.loaded_m,
        surplus_fen=plan.surplus_fen,
    )
    session.add(held)
    session.flush()
    _keep_reasons(session, held, plan)
    numbers = next_numbers(session, "PZ", business_date(now), len(plan.matches)) if plan.matches else []
    for number, match in zip(numbers, plan.matches, strict=True):
        demand, supply = demands[match.pair.consignment.id], supplies[match.pair.lorry.id]
        _offer(session, held, number, match, demand, supply)
    record(session, actor, "freight.round_held", f"freight_round:{held.id}", {"matched": held.matched})
    return held


def _freeze_board(
    session: Session,
) -> tuple[dict[int, FreightDemand], dict[int, FreightSupply], datetime]:
    """Lock what is open, demands before supplies, and let lapse what is over by the clock read after the wait."""
    demands, supplies = lock_open(session, FreightDemand), lock_open(session, FreightSupply)
    now = db_now(session)
    lapse(session, [row for row in demands if row.pickup_until <= now])
    lapse(session, [row for row in supplies if row.free_until is not None and row.free_until <= now])
    return (
        {row.id: row for row in demands if row.state == PostingState.OPEN},
        {row.id: row for row in supplies if row.state == PostingState.OPEN},
        now,
    )


def _checked_plan(demands: list[FreightDemand], supplies: list[FreightSupply], not_before: datetime) -> Plan:
    goods, fleet = [consignment_of(row) for row in demands], [lorry_of(row) for row in supplies]
    try:
        plan = plan_round(goods, fleet, not_before)
    except CertificateError as error:
        log.error("A plan of loads could not be proved.", extra={"reason": str(error)})
        raise PlanRejected from error
    faults = check_plan(plan, goods, fleet, not_before)
    if faults:
        log.error("A plan of loads breaks its rules.", extra={"faults": faults[:10]})
        raise PlanRejected
    return plan


def consignment_of(demand: FreightDemand) -> Consignment:
    """The posting as the matching sees it."""
    return Consignment(
        id=demand.id,
        origin=city(demand.origin).point,
        destination=city(demand.destination).point,
        mass_g=demand.mass_g,
        longest_mm=demand.longest_mm,
        pickup=Window(demand.pickup_from, demand.pickup_until),
        delivery=Window(demand.delivery_from, demand.delivery_until),
        ceiling_fen=demand.ceiling_fen,
        needs=demand.need_set,
    )


def lorry_of(supply: FreightSupply) -> Lorry:
    """The posting as the matching sees it, with the payload that law and licence leave."""
    return Lorry(
        id=supply.id,
        position=city(supply.position).point,
        lorry_class=LorryClass(supply.lorry_class),
        bed_length_mm=supply.bed_length_mm,
        payload_g=supply.usable_payload_g,
        free_from=supply.free_from,
        free_until=supply.free_until,
        ask_fen_per_km=supply.ask_fen_per_km,
        fixed_fen=supply.fixed_fen,
        equipment=supply.equipment_set,
    )


def _keep_reasons(session: Session, held: FreightRound, plan: Plan) -> None:
    session.add_all(
        FreightLeftOver(round_id=held.id, demand_id=demand_id, reason=reason)
        for demand_id, reason in plan.consignments_left.items()
    )
    session.add_all(
        FreightLeftOver(round_id=held.id, supply_id=supply_id, reason=reason)
        for supply_id, reason in plan.lorries_left.items()
    )


def _offer(
    session: Session,
    held: FreightRound,
    number: str,
    match: Match,
    demand: FreightDemand,
    supply: FreightSupply,
) -> None:
    load = FreightLoad(
        number=number,
        round_id=held.id,
        demand_id=demand.id,
        supply_id=supply.id,
        shipper_org_id=demand.org_id,
        carrier_org_id=supply.org_id,
        warehouse_org_id=demand.loading_warehouse_org_id,
        state=LoadState.OFFERED,
        empty_m=match.pair.empty_m,
        loaded_m=match.pair.loaded_m,
        distance_source=GREAT_CIRCLE_SOURCE,
        pickup_at=match.pair.pickup_at,
        delivery_at=match.pair.delivery_at,
        cost_fen=match.pair.cost_fen,
        shipper_pays_fen=match.shipper_pays_fen,
        carrier_receives_fen=match.carrier_receives_fen,
        expires_at=held.offers_until,
    )
    demand.state = supply.state = PostingState.OFFERED
    session.add(load)
    session.flush()
    publish(
        session,
        "logistics.load_offered",
        subject=f"freight_load:{number}",
        data={"load_id": load.id, "number": number, "demand": demand.number, "supply": supply.number},
        audience=[load.shipper_org_id, load.carrier_org_id],
    )
