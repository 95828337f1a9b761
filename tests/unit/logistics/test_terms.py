"""Terms of postings: what is refused by the business, and what the schema forbids already."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from marshmallow import ValidationError

from steelyard.core.errors import Refused
from steelyard.logistics.lorries import LorryClass
from steelyard.logistics.schemas import FreightDemandIn, FreightSupplyIn
from steelyard.logistics.terms import DemandTerms, SupplyTerms, read_plate, same_plate

NOW = datetime(2026, 9, 7, 4, 0, tzinfo=UTC)


def hours(count: float) -> datetime:
    """A moment so many hours from now."""
    return NOW + timedelta(hours=count)


def demand_values(**changes: Any) -> dict[str, Any]:
    """28 t of 12 m pipe from 聊城 to 天津."""
    return {
        "origin": "371500",
        "destination": "120000",
        "mass_g": 28_000_000,
        "pieces": 74,
        "longest_mm": 12_000,
        "pickup_from": hours(0),
        "pickup_until": hours(24),
        "delivery_from": hours(1),
        "delivery_until": hours(48),
        "ceiling_fen": 520_000,
    } | changes


def supply_values(**changes: Any) -> dict[str, Any]:
    """A 13 m semi-trailer at 茌平."""
    return {
        "plate": "鲁P12345",
        "lorry_class": LorryClass.SEMI_13,
        "bed_length_mm": 13_000,
        "payload_g": 32_000_000,
        "position": "371523",
        "free_from": hours(0),
        "ask_fen_per_km": 650,
        "fixed_fen": 40_000,
    } | changes


REFUSED_DEMANDS = [
    pytest.param({"pickup_from": hours(5), "pickup_until": hours(4)}, "window_reversed", id="pickup-reversed"),
    pytest.param({"delivery_from": hours(9), "delivery_until": hours(9)}, "window_reversed", id="empty-window"),
    pytest.param({"pickup_from": hours(-9), "pickup_until": hours(0)}, "window_out_of_reach", id="just-over"),
    pytest.param({"delivery_until": hours(24 * 365 + 1)}, "window_out_of_reach", id="beyond-a-year"),
    pytest.param({"pickup_from": datetime.min.replace(tzinfo=UTC)}, "window_out_of_reach", id="year-one"),
    pytest.param({"delivery_until": datetime.max.replace(tzinfo=UTC)}, "window_out_of_reach", id="year-9999"),
    pytest.param({"pickup_from": hours(60), "pickup_until": hours(70)}, "delivery_before_pickup", id="delivery-first"),
    pytest.param({"origin": "999999"}, "place_unknown", id="unknown-origin"),
    pytest.param({"destination": "999999"}, "place_unknown", id="unknown-destination"),
    pytest.param({"destination": "371500"}, "same_place", id="going-nowhere"),
    pytest.param({"mass_g": 200_000_001}, "figure_out_of_range", id="two-hundred-tonnes-and-a-gram"),
    pytest.param({"pieces": 0}, "figure_out_of_range", id="no-pieces"),
    pytest.param({"longest_mm": 20_001}, "figure_out_of_range", id="longer-than-any-bed"),
    pytest.param({"ceiling_fen": 100_000_001}, "figure_out_of_range", id="over-a-million-yuan"),
]


@pytest.mark.parametrize(("changes", "code"), REFUSED_DEMANDS)
def test_demand_that_cannot_be_carried_out_is_refused(changes: dict[str, Any], code: str) -> None:
    """Each mistake has its own code."""
    DemandTerms(**demand_values()).check(NOW)
    with pytest.raises(Refused) as refusal:
        DemandTerms(**demand_values(**changes)).check(NOW)
    assert refusal.value.code == code


REFUSED_SUPPLIES = [
    pytest.param({"bed_length_mm": 17_500}, "bed_not_of_class", id="long-bed-posted-as-a-semi"),
    pytest.param({"bed_length_mm": 9_600}, "bed_not_of_class", id="short-bed-posted-as-a-semi"),
    pytest.param({"tare_g": 49_000_000}, "no_payload", id="heavy-when-empty"),
    pytest.param({"position": "000000"}, "place_unknown", id="unknown-position"),
    pytest.param({"home": "000000"}, "place_unknown", id="unknown-home"),
    pytest.param({"free_until": hours(-1)}, "window_reversed", id="free-until-before-free-from"),
    pytest.param({"free_from": hours(-9), "free_until": hours(-1)}, "window_out_of_reach", id="over"),
    pytest.param({"free_from": datetime.max.replace(tzinfo=UTC)}, "window_out_of_reach", id="year-9999"),
    pytest.param({"ask_fen_per_km": 100_001}, "figure_out_of_range", id="a-thousand-yuan-a-kilometre"),
    pytest.param({"fixed_fen": 10_000_001}, "figure_out_of_range", id="over-a-hundred-thousand-fixed"),
    pytest.param({"payload_g": 200_000_001}, "figure_out_of_range", id="payload-of-a-ship"),
]


@pytest.mark.parametrize(("changes", "code"), REFUSED_SUPPLIES)
def test_supply_that_makes_no_journey_is_refused(changes: dict[str, Any], code: str) -> None:
    """Each mistake has its own code."""
    SupplyTerms(**supply_values()).check(NOW)
    with pytest.raises(Refused) as refusal:
        SupplyTerms(**supply_values(**changes)).check(NOW)
    assert refusal.value.code == code


@pytest.mark.parametrize(
    ("text", "plate"),
    [
        pytest.param("鲁P12345", "鲁P12345", id="plain"),
        pytest.param(" 鲁p·12345 ", "鲁P12345", id="dot-and-small-letter"),
        pytest.param("鲁P1234挂", "鲁P1234挂", id="trailer"),
        pytest.param("鲁PD12345", "鲁PD12345", id="electric"),
    ],
)
def test_plate_is_read_however_it_is_typed(text: str, plate: str) -> None:
    """Dots, dashes and case do not make another lorry."""
    assert read_plate(text) == plate
    assert same_plate(text, plate)


@pytest.mark.parametrize("text", ["hello world", "·····.·", "P12345", "鲁P12", "鲁P1234567890", "ﬀﬀﬀﬀﬀﬀ"])
def test_text_that_is_no_plate_is_refused(text: str) -> None:
    """What the traffic police would not issue is not posted."""
    with pytest.raises(Refused) as refusal:
        read_plate(text)
    assert refusal.value.code == "plate_unreadable"
    assert not same_plate(text, None)


FORBIDDEN = [
    pytest.param({"mass_g": 0}, "mass_g", id="no-mass"),
    pytest.param({"mass_g": -28_000_000}, "mass_g", id="negative-mass"),
    pytest.param({"mass_g": 10**18}, "mass_g", id="huge-mass"),
    pytest.param({"mass_g": "28吨"}, "mass_g", id="text-mass"),
    pytest.param({"ceiling_fen": 10**15}, "ceiling_fen", id="huge-ceiling"),
    pytest.param({"longest_mm": 1.5}, "longest_mm", id="half-a-millimetre"),
    pytest.param({"pieces": True}, "pieces", id="boolean-pieces"),
    pytest.param({"origin": "聊城"}, "origin", id="name-for-a-code"),
    pytest.param({"needs": ["magic"]}, "needs", id="unknown-need"),
    pytest.param({"pickup_from": "tomorrow"}, "pickup_from", id="no-moment"),
    pytest.param({"state": "booked"}, "state", id="unknown-field"),
]


@pytest.mark.parametrize(("changes", "field"), FORBIDDEN)
def test_schema_of_a_demand_forbids(changes: dict[str, Any], field: str) -> None:
    """What the published schema forbids is named by its field."""
    values = {
        name: value.isoformat() if isinstance(value, datetime) else value for name, value in demand_values().items()
    }
    assert FreightDemandIn().load(values) == demand_values()
    with pytest.raises(ValidationError) as error:
        FreightDemandIn().load(values | changes)
    assert list(error.value.messages_dict) == [field]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        pytest.param({"ask_fen_per_km": -1}, "ask_fen_per_km", id="negative-ask"),
        pytest.param({"fixed_fen": 10**12}, "fixed_fen", id="huge-fixed-fee"),
        pytest.param({"lorry_class": "bicycle"}, "lorry_class", id="unknown-class"),
        pytest.param({"equipment": ["tarpaulin"] * 3}, "equipment", id="more-equipment-than-there-is"),
    ],
)
def test_schema_of_a_supply_forbids(changes: dict[str, Any], field: str) -> None:
    """What the published schema forbids is named by its field."""
    values = supply_values(free_from=NOW.isoformat(), lorry_class="semi_13")
    assert FreightSupplyIn().load(values) == supply_values()
    with pytest.raises(ValidationError) as error:
        FreightSupplyIn().load(values | changes)
    assert list(error.value.messages_dict) == [field]
