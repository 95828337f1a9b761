"""Which bundles an order gets, and why it does not get the others: pure calculation."""

from datetime import UTC, datetime, timedelta
from itertools import combinations
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from inventory.allocating import Goods, Plan, Wanted, Why, is_filled, plan
from inventory.quantities import Quantity
from inventory.states import State

START = datetime(2026, 9, 1, tzinfo=UTC)


def goods(number: int, pieces: int = 10, **more: Any) -> Goods:
    """A bundle that came on day ``number``; each piece weighs 69 kg."""
    facts: dict[str, Any] = {
        "product_id": 1, "od_mm_x100": 10800, "wall_mm_x100": 450, "grade": "20", "standard": "GB/T 8163",
        "piece_length_mm": 6000, "heat_id": 1, "heat_number": "H1", "several_heats": False, "certified": True,
        "state": State.AVAILABLE, "place": "A-01", "received_at": START + timedelta(days=number),
    }  # fmt: skip
    quantity = Quantity(pieces, pieces * 6000, pieces * 69_000)
    return Goods(bundle_id=number, tag=f"T{number}", quantity=quantity, **{**facts, **more})


def tags(found: Plan) -> list[str]:
    return [one.goods.tag for one in found.taken]


def whys(found: Plan) -> dict[str, Why]:
    return {one.tag: why for one, why in found.left}


def test_the_oldest_goods_that_follow_the_rules_are_taken() -> None:
    yard = [
        goods(9), goods(1, state=State.QUARANTINE), goods(2, held_by="ZY-1"), goods(3, certified=False),
        goods(4, piece_length_mm=5000), goods(5, piece_length_mm=9000), goods(6, several_heats=True),
        goods(7, grade="45"), goods(8), goods(10), goods(11, state=State.RESERVED), goods(12, state=State.DEFECTIVE),
        goods(13, state=State.IN_PROCESSING),
    ]  # fmt: skip
    rules: dict[str, Any] = {"certified": True, "one_heat": True, "min_piece_mm": 5500, "max_piece_mm": 6500}
    (found,) = plan([Wanted(1, grade="20", pieces=20, **rules)], yard)
    assert tags(found) == ["T8", "T9"]
    assert found.missing == 0
    assert whys(found) == {
        "T1": Why.QUARANTINE, "T2": Why.HELD, "T3": Why.NO_CERTIFICATE, "T4": Why.TOO_SHORT, "T5": Why.TOO_LONG,
        "T6": Why.SEVERAL_HEATS, "T10": Why.NOT_NEEDED, "T11": Why.PROMISED, "T12": Why.DEFECTIVE,
        "T13": Why.NOT_AVAILABLE,
    }  # fmt: skip


def test_one_heat_is_the_oldest_that_is_enough() -> None:
    yard = [goods(1, heat_id=1), goods(2, heat_id=2), goods(3, heat_id=2), goods(4, heat_id=3), goods(5, heat_id=3)]
    (found,) = plan([Wanted(1, grade="20", pieces=20, one_heat=True)], yard)
    assert tags(found) == ["T2", "T3"]
    assert whys(found) == {"T1": Why.OTHER_HEAT, "T4": Why.OTHER_HEAT, "T5": Why.OTHER_HEAT}
    (more,) = plan([Wanted(1, grade="20", pieces=30, one_heat=True, heat_id=3)], yard)
    assert (tags(more), more.missing) == (["T4", "T5"], 10)


def test_whole_bundles_are_chosen_so_that_the_number_is_met() -> None:
    yard = [goods(1, 7), goods(2), goods(3), goods(4, 5)]
    (found,) = plan([Wanted(1, grade="20", pieces=25)], yard)
    assert (tags(found), whys(found)) == (["T2", "T3", "T4"], {"T1": Why.TOO_MUCH})


def test_a_bundle_is_split_where_the_order_allows_it() -> None:
    (found,) = plan([Wanted(1, grade="20", pieces=14, whole_bundles=False)], [goods(1), goods(2), goods(3)])
    assert [(one.goods.tag, one.quantity.pieces, one.is_part) for one in found.taken] == [
        ("T1", 10, False), ("T2", 4, True),
    ]  # fmt: skip
    (found,) = plan([Wanted(1, grade="20", mass_g=1_000_000, whole_bundles=False)], [goods(1), goods(2)])
    assert (found.amount.pieces, found.missing) == (14, 1_000_000 - 14 * 69_000)


def test_a_mass_is_never_exceeded() -> None:
    (found,) = plan([Wanted(1, grade="20", mass_g=1_400_000)], [goods(1), goods(2, 12), goods(3)])
    assert (tags(found), whys(found)) == (["T1", "T3"], {"T2": Why.TOO_MUCH})
    assert is_filled(Wanted(1, mass_g=1_400_000), found.amount)
    assert not is_filled(Wanted(1, mass_g=1_500_000), found.amount)


def test_the_second_line_finds_what_the_first_left() -> None:
    lines = [Wanted(1, bundle_id=2), Wanted(2, od_mm_x100=10800, wall_mm_x100=450, pieces=20), Wanted(3, bundle_id=9)]
    first, second, third = plan(lines, [goods(1), goods(2), goods(3)])
    assert (tags(first), tags(second), tags(third), third.missing) == (["T2"], ["T1", "T3"], [], 1)
    assert whys(second) == {"T2": Why.ANOTHER_LINE}


@given(st.lists(st.integers(1, 9), max_size=7), st.integers(1, 30))
def test_no_choice_of_whole_bundles_comes_nearer(pieces: list[int], wanted: int) -> None:
    (found,) = plan([Wanted(1, grade="20", pieces=wanted)], [goods(day, one) for day, one in enumerate(pieces)])
    sums = (sum(some) for count in range(len(pieces) + 1) for some in combinations(pieces, count))
    best = max(one for one in sums if one <= wanted)
    assert found.amount.pieces == best == wanted - found.missing
    assert len(found.taken) + len(found.left) == len(pieces)
