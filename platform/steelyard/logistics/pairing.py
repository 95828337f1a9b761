"""May this lorry carry this consignment, when, over how many metres, and for how much."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from steelyard.logistics.distances import SERVICE_TIME, Point, road_distance_m, travel_time
from steelyard.logistics.lorries import NEEDED_EQUIPMENT, Equipment, LorryClass, Need, needs_permission


class Reason(StrEnum):
    """Why a posting stayed without a partner in a round, in the order in which the tests are made."""

    NO_FIT = "no_fit"
    WINDOW = "window"
    PRICE = "price"
    OUTCOMPETED = "outcompeted"


@dataclass(frozen=True, slots=True)
class Window:
    """A span of time, both ends included, in UTC."""

    opens: datetime
    closes: datetime


@dataclass(frozen=True, slots=True)
class Consignment:
    """Goods that travel whole on one lorry: mass in grams, longest pipe in millimetres, ceiling in fen."""

    id: int
    origin: Point
    destination: Point
    mass_g: int
    longest_mm: int
    pickup: Window
    delivery: Window
    ceiling_fen: int
    needs: frozenset[Need] = frozenset()


@dataclass(frozen=True, slots=True)
class Lorry:
    """A free lorry: usable payload in grams, bed in millimetres, ask in fen per km, fixed fee in fen."""

    id: int
    position: Point
    lorry_class: LorryClass
    bed_length_mm: int
    payload_g: int
    free_from: datetime
    free_until: datetime | None
    ask_fen_per_km: int
    fixed_fen: int
    equipment: frozenset[Equipment] = frozenset()


@dataclass(frozen=True, slots=True)
class Pair:
    """A lorry that can carry a consignment in time: metres, arrivals in UTC, cost in fen."""

    consignment: Consignment
    lorry: Lorry
    empty_m: int
    loaded_m: int
    pickup_at: datetime
    delivery_at: datetime
    cost_fen: int

    @property
    def surplus_fen(self) -> int:
        """What the shipper would pay at most, less what the carrier asks at least."""
        return self.consignment.ceiling_fen - self.cost_fen


def fits(consignment: Consignment, lorry: Lorry) -> bool:
    """Whether mass, length and needs allow it; a lorry over the length of GB 1589 only where asked for."""
    if consignment.mass_g > lorry.payload_g or consignment.longest_mm > lorry.bed_length_mm:
        return False
    if needs_permission(lorry.lorry_class) and Need.LONG_FLATBED not in consignment.needs:
        return False
    wanted = {NEEDED_EQUIPMENT[need] for need in consignment.needs if need in NEEDED_EQUIPMENT}
    return wanted <= lorry.equipment


def carriage_cost_fen(ask_fen_per_km: int, metres: int, fixed_fen: int) -> int:
    """The ask for all kilometres, empty ones included, rounded half up to the fen once, and the fixed fee."""
    return (ask_fen_per_km * metres + 500) // 1000 + fixed_fen


def pair(consignment: Consignment, lorry: Lorry, not_before: datetime) -> Pair | Reason:
    """The pair, or the first reason against it; the lorry starts no earlier than `not_before`.

    It drives empty to the origin, waits for the window, loads, drives and arrives within the delivery window;
    where it has an end of its free time, it is unloaded by then.
    """
    if not fits(consignment, lorry):
        return Reason.NO_FIT
    empty_m = road_distance_m(lorry.position, consignment.origin)
    loaded_m = road_distance_m(consignment.origin, consignment.destination)
    start = max(lorry.free_from, not_before)
    pickup_at = max(start + travel_time(empty_m), consignment.pickup.opens)
    delivery_at = max(pickup_at + SERVICE_TIME + travel_time(loaded_m), consignment.delivery.opens)
    if pickup_at > consignment.pickup.closes or delivery_at > consignment.delivery.closes:
        return Reason.WINDOW
    if lorry.free_until is not None and delivery_at + SERVICE_TIME > lorry.free_until:
        return Reason.WINDOW
    cost_fen = carriage_cost_fen(lorry.ask_fen_per_km, empty_m + loaded_m, lorry.fixed_fen)
    return Pair(consignment, lorry, empty_m, loaded_m, pickup_at, delivery_at, cost_fen)
