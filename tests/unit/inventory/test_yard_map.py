"""The map of a yard: boxes within boxes that never overlap, levels, and maps of their own for what is too much."""

from itertools import combinations

import pytest

from inventory.yard_map import Level, Map, Spot, draw, tree


def spots(zones: int, racks: int) -> list[Spot]:
    """Zones with racks of one bundle each."""
    found = [Spot(zone + 1, f"Z{zone}", "", None, 0, 0, None, is_blocked=False) for zone in range(zones)]
    for zone in range(zones):
        for rack in range(racks):
            id_ = 1000 * (zone + 1) + rack
            found.append(Spot(id_, f"Z{zone}-{rack:03}", "", zone + 1, 1, 40, 100, is_blocked=False))
    return found


@pytest.mark.parametrize(("zones", "racks"), [(1, 0), (3, 1), (4, 17), (12, 9)])
def test_boxes_lie_within_what_they_belong_to_and_beside_each_other(zones: int, racks: int) -> None:
    tops, _ = tree(spots(zones, racks))
    drawn = draw(tops)
    assert len(drawn.boxes) == zones * (racks + 1)
    around = {box.spot.place_id: box for box in drawn.boxes}
    for box in drawn.boxes:
        assert 0 < box.x < box.x + box.width <= drawn.width
        assert 0 < box.y < box.y + box.height <= drawn.height
        if box.spot.parent_id is not None:
            outer = around[box.spot.parent_id]
            assert outer.x < box.x < box.x + box.width < outer.x + outer.width
            assert outer.y < box.y < box.y + box.height < outer.y + outer.height
    for one, other in combinations([box for box in drawn.boxes if box.is_leaf], 2):
        apart = one.x + one.width < other.x or other.x + other.width < one.x
        assert apart or one.y + one.height < other.y or other.y + other.height < one.y


def test_what_is_too_much_is_drawn_as_one_box_that_leads_on() -> None:
    tops, known = tree(spots(5, 100))
    drawn = draw(tops)
    assert [(box.spot.code, box.is_leaf, box.is_whole) for box in drawn.boxes][:1] == [("Z0", True, False)]
    assert (len(drawn.boxes), drawn.boxes[0].spot.all_bundles) == (5, 100)
    assert len(draw([known[1]]).boxes) == 101


def test_a_yard_without_places_is_an_empty_map() -> None:
    drawn: Map = draw([])
    assert (drawn.boxes, drawn.width > 0) == ([], True)


LEVELS = [
    pytest.param(0, 0, 100, Level.EMPTY, 0, id="empty"),
    pytest.param(1, 50, 100, Level.LOW, 50, id="half"),
    pytest.param(1, 51, 100, Level.MIDDLE, 51, id="more-than-half"),
    pytest.param(1, 100, 100, Level.HIGH, 100, id="full"),
    pytest.param(1, 1001, 1000, Level.OVER, 100, id="a-thousandth-too-much"),
    pytest.param(1, 50, None, Level.UNKNOWN, None, id="capacity-not-known"),
]


@pytest.mark.parametrize(("bundles", "mass", "capacity", "level", "percent"), LEVELS)
def test_the_level_goes_by_the_capacity(
    bundles: int, mass: int, capacity: int | None, level: Level, percent: int | None
) -> None:
    spot = Spot(1, "A", "", None, bundles, mass, capacity, is_blocked=False)
    assert (spot.level, spot.percent) == (level, percent)


def test_a_zone_takes_what_its_racks_take_where_all_is_known() -> None:
    tops, known = tree(spots(1, 3))
    assert (tops[0].whole_capacity_g, tops[0].percent) == (300, 40)
    known[1000].capacity_g = None
    assert tops[0].whole_capacity_g is None
