"""A freight market with something on every page, for the browser."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from steelyard.core.actors import Actor, OrgKind
from steelyard.core.database import db_now
from steelyard.logistics.lorries import LorryClass, Need
from steelyard.logistics.models import FreightLoad
from steelyard.logistics.operations import acceptance, posting, rounds
from steelyard.logistics.terms import DemandTerms, SupplyTerms
from tests.support.world import World


@dataclass(frozen=True, slots=True)
class Papers:
    """The ids of what was made: a round, an offer that waits for answers, and a waybill."""

    round_id: int
    load_id: int
    waybill_id: int


def goods(now: datetime, origin: str, destination: str, tonnes: int, ceiling_yuan: int, **more: object) -> DemandTerms:
    """Pipe of 12 m, to be fetched within a day and delivered within four."""
    values: dict[str, object] = {
        "pieces": tonnes * 3,
        "longest_mm": 12_000,
        "pickup_from": now,
        "pickup_until": now + timedelta(days=1),
        "delivery_from": now,
        "delivery_until": now + timedelta(days=4),
    }
    return DemandTerms(
        origin=origin,
        destination=destination,
        mass_g=tonnes * 1_000_000,
        ceiling_fen=ceiling_yuan * 100,
        **(values | more),  # type: ignore[arg-type]  # one dictionary of mixed values
    )


def lorry(now: datetime, plate: str, position: str, lorry_class: LorryClass, bed_mm: int) -> SupplyTerms:
    """A lorry that is free now, for 6.50 yuan a kilometre and 400 yuan fixed."""
    return SupplyTerms(
        plate=plate,
        lorry_class=lorry_class,
        bed_length_mm=bed_mm,
        payload_g=32_000_000,
        position=position,
        free_from=now,
        ask_fen_per_km=650,
        fixed_fen=40_000,
    )


def stock_market(world: World, people: dict[OrgKind, Actor]) -> Papers:
    """Two rounds: the first ends in a waybill, the second in offers and in goods left over."""
    maker, carrier, operator = (people[kind] for kind in (OrgKind.PIPE_MAKER, OrgKind.CARRIER, OrgKind.OPERATOR))
    yard = people[OrgKind.WAREHOUSE].org_id
    with world.db.write() as session:
        now = db_now(session)
        first = goods(now, "371523", "120000", 28, 5_200, loading_warehouse_org_id=yard, order_reference="HT-88")
        posting.post_demand(session, maker, first)
        posting.post_supply(session, carrier, lorry(now, "鲁P12345", "371500", LorryClass.SEMI_13, 13_000))
        rounds.hold_round(session, operator)
        load_id = session.query(FreightLoad.id).order_by(FreightLoad.id.desc()).limit(1).scalar()
        acceptance.accept(session, maker, load_id)
        booked = acceptance.accept(session, carrier, load_id)
        assert booked.waybill is not None
        waybill_id = booked.waybill.id
        trader = people[OrgKind.TRADER]
        long = goods(now, "371502", "310000", 30, 12_000, needs=[Need.LONG_FLATBED])
        posting.post_demand(session, maker, long)
        posting.post_demand(session, trader, goods(now, "371581", "410700", 16, 3_400))
        posting.post_demand(session, maker, goods(now, "371500", "440100", 31, 900))
        posting.post_supply(session, carrier, lorry(now, "鲁P54321", "370100", LorryClass.FLATBED_17_5, 17_500))
        posting.post_supply(session, carrier, lorry(now, "鲁P67890", "130400", LorryClass.SEMI_13, 13_000))
        held = rounds.hold_round(session, operator, timedelta(hours=4))
        offered = session.query(FreightLoad.id).filter_by(round_id=held.id).order_by(FreightLoad.id).first()
        assert offered is not None
        return Papers(held.id, offered[0], waybill_id)
