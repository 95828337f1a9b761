"""An independent check of a round's plan, from the postings alone: it shares no arithmetic with the matching.

What the matching must never do is said here a second time in other words; a round whose plan does not pass is
not stored.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from math import acos, cos, radians, sin

from steelyard.logistics.lorries import Equipment, LorryClass, Need
from steelyard.logistics.matching import Match, Plan
from steelyard.logistics.pairing import Consignment, Lorry

DISTANCE_TOLERANCE_M = 2
"""Two formulas for the great circle and two roundings differ by no more; what does is a mistake."""


def check_plan(
    plan: Plan, consignments: Iterable[Consignment], lorries: Iterable[Lorry], not_before: datetime
) -> list[str]:
    """The faults of the plan, one sentence each; an empty list where it may be offered."""
    goods, fleet = {item.id: item for item in consignments}, {item.id: item for item in lorries}
    faults = list(_coverage(plan, sorted(goods), sorted(fleet)))
    for match in plan.matches:
        consignment, lorry = goods.get(match.pair.consignment.id), fleet.get(match.pair.lorry.id)
        if consignment is None or lorry is None:
            faults.append(f"{match.pair.consignment.id} on {match.pair.lorry.id}: not posted")
            continue
        name = f"{consignment.id} on {lorry.id}"
        found = (
            *_fit(consignment, lorry),
            *_times(match, consignment, lorry, not_before),
            *_money(match, consignment, lorry),
        )
        faults.extend(f"{name}: {fault}" for fault in found)
    return faults


def _coverage(plan: Plan, goods: Sequence[int], fleet: Sequence[int]) -> Iterator[str]:
    carried = [match.pair.consignment.id for match in plan.matches]
    used = [match.pair.lorry.id for match in plan.matches]
    if sorted([*carried, *plan.consignments_left]) != goods:
        yield "a consignment is carried twice or forgotten"
    if sorted([*used, *plan.lorries_left]) != fleet:
        yield "a lorry is used twice or forgotten"


def _fit(consignment: Consignment, lorry: Lorry) -> Iterator[str]:
    if consignment.mass_g > lorry.payload_g:
        yield "too heavy"
    if consignment.longest_mm > lorry.bed_length_mm:
        yield "longer than the bed"
    if lorry.lorry_class == LorryClass.FLATBED_17_5 and Need.LONG_FLATBED not in consignment.needs:
        yield "a 17.5 m flatbed was not asked for"
    for need, equipment in (("tarpaulin", Equipment.TARPAULIN), ("lorry_crane", Equipment.LORRY_CRANE)):
        if need in consignment.needs and equipment not in lorry.equipment:
            yield f"no {need}"


def _road_m(lon_a: int, lat_a: int, lon_b: int, lat_b: int) -> float:
    """Great circle by the law of cosines on a sphere of 6,371 km, times 1.3, in metres."""
    if (lon_a, lat_a) == (lon_b, lat_b):
        return 0.0
    first, second = radians(lat_a * 1e-6), radians(lat_b * 1e-6)
    cosine = sin(first) * sin(second) + cos(first) * cos(second) * cos(radians((lon_b - lon_a) * 1e-6))
    return 6371.0 * 1000.0 * acos(max(-1.0, min(1.0, cosine))) * 1.3


def _times(match: Match, consignment: Consignment, lorry: Lorry, not_before: datetime) -> Iterator[str]:
    here, start, end = lorry.position, consignment.origin, consignment.destination
    empty = _road_m(here.lon_udeg, here.lat_udeg, start.lon_udeg, start.lat_udeg)
    loaded = _road_m(start.lon_udeg, start.lat_udeg, end.lon_udeg, end.lat_udeg)
    found = match.pair
    if abs(empty - found.empty_m) > DISTANCE_TOLERANCE_M or abs(loaded - found.loaded_m) > DISTANCE_TOLERANCE_M:
        yield "the distance is wrong"
    second = timedelta(seconds=1)
    departs = max(lorry.free_from, not_before)
    if found.pickup_at + second < departs + timedelta(minutes=found.empty_m / 1000):
        yield "picked up before the lorry can be there"
    if found.delivery_at + second < found.pickup_at + timedelta(minutes=60 + found.loaded_m / 1000):
        yield "delivered before the lorry can be there"
    if not consignment.pickup.opens <= found.pickup_at <= consignment.pickup.closes:
        yield "picked up outside its window"
    if not consignment.delivery.opens <= found.delivery_at <= consignment.delivery.closes:
        yield "delivered outside its window"
    if lorry.free_until is not None and found.delivery_at + timedelta(minutes=60) > lorry.free_until:
        yield "the lorry is no longer free"


def _money(match: Match, consignment: Consignment, lorry: Lorry) -> Iterator[str]:
    found = match.pair
    exact_milli_fen = lorry.ask_fen_per_km * (found.empty_m + found.loaded_m) + lorry.fixed_fen * 1000
    if not -500 < found.cost_fen * 1000 - exact_milli_fen <= 500:
        yield "the cost is wrong"
    if match.shipper_pays_fen > consignment.ceiling_fen:
        yield "the shipper pays more than its ceiling"
    if match.carrier_receives_fen * 1000 < exact_milli_fen - 500:
        yield "the carrier receives less than its cost"
    if match.shipper_pays_fen != match.carrier_receives_fen:
        yield "what is paid is not what is received"
