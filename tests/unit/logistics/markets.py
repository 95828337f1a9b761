"""Small freight markets for the tests: places of the trade, lorries and consignments with round figures."""

from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

from steelyard.logistics.cities import CITIES, city
from steelyard.logistics.distances import Point
from steelyard.logistics.lorries import LIMITS, Equipment, LorryClass, Need
from steelyard.logistics.pairing import Consignment, Lorry, Window

NOON = datetime(2026, 9, 7, 4, 0, tzinfo=UTC)
WIDE = Window(NOON, NOON + timedelta(days=9))


def hours(opens: float, closes: float) -> Window:
    """A window so many hours from noon of 2026-09-07 in Shanghai."""
    return Window(NOON + timedelta(hours=opens), NOON + timedelta(hours=closes))


def consignment(id: int = 1, **changes: object) -> Consignment:
    """28 t of 12 m pipe from 聊城 to 天津, ceiling 5,200 yuan, windows that never bind."""
    values: dict[str, object] = {
        "origin": city("371500").point,
        "destination": city("120000").point,
        "mass_g": 28_000_000,
        "longest_mm": 12_000,
        "pickup": WIDE,
        "delivery": WIDE,
        "ceiling_fen": 520_000,
    }
    return Consignment(id, **(values | changes))  # type: ignore[arg-type]  # one dictionary of mixed values


def lorry(id: int = 1, **changes: object) -> Lorry:
    """A 13 m semi-trailer at 茌平, 32 t, 6.50 yuan a kilometre and 400 yuan fixed."""
    values: dict[str, object] = {
        "position": city("371523").point,
        "lorry_class": LorryClass.SEMI_13,
        "bed_length_mm": 13_000,
        "payload_g": 32_000_000,
        "free_from": NOON,
        "free_until": None,
        "ask_fen_per_km": 650,
        "fixed_fen": 40_000,
    }
    return Lorry(id, **(values | changes))  # type: ignore[arg-type]  # one dictionary of mixed values


# Few places and round prices: ties are what a market of a few towns is full of.
POINTS: st.SearchStrategy[Point] = st.sampled_from([place.point for place in CITIES[:6] + CITIES[24:28]])
WINDOWS = st.builds(lambda opens, length: hours(opens, opens + length), st.integers(-5, 30), st.integers(0, 60))


@st.composite
def consignments(draw: st.DrawFn, id: int) -> Consignment:
    """A consignment with a good chance of finding a lorry."""
    return consignment(
        id,
        origin=draw(POINTS),
        destination=draw(POINTS),
        mass_g=draw(st.sampled_from([3, 12, 18, 28, 33])) * 1_000_000,
        longest_mm=draw(st.sampled_from([6_000, 9_600, 12_000, 12_500, 14_000])),
        pickup=draw(WINDOWS),
        delivery=draw(WINDOWS),
        ceiling_fen=draw(st.integers(1, 12)) * 50_000 + draw(st.integers(0, 3)),
        needs=draw(st.frozensets(st.sampled_from(Need), max_size=2)),
    )


@st.composite
def lorries(draw: st.DrawFn, id: int) -> Lorry:
    """A lorry of one of the classes, mostly free soon."""
    lorry_class = draw(st.sampled_from(LorryClass))
    return lorry(
        id,
        position=draw(POINTS),
        lorry_class=lorry_class,
        bed_length_mm=LIMITS[lorry_class].max_bed_mm,
        payload_g=draw(st.sampled_from([18, 32])) * 1_000_000,
        free_from=NOON + timedelta(hours=draw(st.integers(-5, 10))),
        free_until=draw(st.none() | st.just(NOON + timedelta(hours=40))),
        ask_fen_per_km=draw(st.sampled_from([0, 333, 500, 650])),
        fixed_fen=draw(st.sampled_from([0, 30_000, 40_001])),
        equipment=draw(st.frozensets(st.sampled_from(Equipment))),
    )


@st.composite
def markets(draw: st.DrawFn, most: int = 5) -> tuple[list[Consignment], list[Lorry]]:
    """Up to so many consignments and lorries, with ids that are not in the order of posting."""
    goods_ids = draw(st.lists(st.integers(1, 99), max_size=most, unique=True))
    fleet_ids = draw(st.lists(st.integers(1, 99), max_size=most, unique=True))
    return [draw(consignments(id)) for id in goods_ids], [draw(lorries(id)) for id in fleet_ids]
