"""Road distances, travel times, places and lorry classes."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from steelyard.logistics.cities import CITIES, city, find_city
from steelyard.logistics.distances import Point, road_distance_m, travel_time
from steelyard.logistics.lorries import LorryClass, bed_fits_class, usable_payload_g

PLACES = st.sampled_from(CITIES)


def test_every_place_is_known_once_and_lies_in_china() -> None:
    """Codes and both names are unique; 茌平 has the coordinates of its former code."""
    for field in ("adcode", "name_zh", "name_en"):
        assert len({getattr(place, field) for place in CITIES}) == len(CITIES)
    assert all(73_000_000 < place.lon_udeg < 136_000_000 for place in CITIES)
    assert all(18_000_000 < place.lat_udeg < 54_000_000 for place in CITIES)
    assert (city("371523").lon_udeg, city("371523").lat_udeg) == (116_255_270, 36_580_688)
    assert find_city("999999") is None
    assert (city("371523").name(), city("371523").name("en_GB")) == ("茌平", "Chiping")


@pytest.mark.parametrize(
    ("start", "end", "metres"),
    [
        pytest.param("371500", "371500", 0, id="the-same-place"),
        pytest.param("371523", "371500", 36_115, id="chiping-liaocheng"),
        pytest.param("371500", "120000", 404_400, id="liaocheng-tianjin"),
    ],
)
def test_road_distance_is_great_circle_times_one_point_three(start: str, end: str, metres: int) -> None:
    """Figures from the haversine formula worked out apart from this code."""
    assert road_distance_m(city(start).point, city(end).point) == metres


@given(PLACES, PLACES, PLACES)
def test_distance_is_a_metric(a: object, b: object, c: object) -> None:
    """Both ways are the same and no detour is shorter, up to rounding."""
    first, second, third = (place.point for place in (a, b, c))  # type: ignore[attr-defined]  # drawn places
    assert road_distance_m(first, second) == road_distance_m(second, first)
    assert road_distance_m(first, third) <= road_distance_m(first, second) + road_distance_m(second, third) + 2


def test_the_far_side_of_the_earth_is_half_a_circle_away() -> None:
    """Rounding never leaves the domain of the arc sine."""
    assert road_distance_m(Point(0, 0), Point(180_000_000, 0)) == round(3.141592653589793 * 6_371_000 * 1.3)


@pytest.mark.parametrize(
    ("metres", "seconds"),
    [
        pytest.param(0, 0, id="nothing"),
        pytest.param(1000, 60, id="a-kilometre-a-minute"),
        pytest.param(1001, 61, id="rounded-up"),
    ],
)
def test_travel_time_is_a_minute_a_kilometre(metres: int, seconds: int) -> None:
    """Sixty kilometres an hour, rounded up to the second."""
    assert travel_time(metres) == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("lorry_class", "bed_mm", "fits"),
    [
        pytest.param(LorryClass.RIGID_9_6, 9_600, True, id="rigid"),
        pytest.param(LorryClass.RIGID_9_6, 9_601, False, id="rigid-too-long"),
        pytest.param(LorryClass.SEMI_13, 13_750, True, id="semi-at-the-limit-of-gb1589"),
        pytest.param(LorryClass.SEMI_13, 13_751, False, id="semi-over-the-limit"),
        pytest.param(LorryClass.FLATBED_17_5, 17_500, True, id="long-flatbed"),
        pytest.param(LorryClass.FLATBED_17_5, 13_000, False, id="long-flatbed-that-is-a-semi"),
    ],
)
def test_bed_must_be_of_its_class(lorry_class: LorryClass, bed_mm: int, fits: bool) -> None:
    """A bed over 13.75 m cannot be posted as a semi-trailer, so that its warning is never lost."""
    assert bed_fits_class(lorry_class, bed_mm) is fits


@pytest.mark.parametrize(
    ("licence_g", "tare_g", "usable_g"),
    [
        pytest.param(30_000_000, None, 30_000_000, id="licence-binds"),
        pytest.param(40_000_000, None, 32_000_000, id="class-limit-binds"),
        pytest.param(40_000_000, 15_000_000, 34_000_000, id="light-lorry"),
        pytest.param(40_000_000, 50_000_000, -1_000_000, id="heavier-than-the-limit-when-empty"),
    ],
)
def test_payload_is_the_lesser_of_licence_and_class_limit(licence_g: int, tare_g: int | None, usable_g: int) -> None:
    """A 13 m semi-trailer may weigh 49 t with its load."""
    assert usable_payload_g(LorryClass.SEMI_13, licence_g, tare_g) == usable_g
