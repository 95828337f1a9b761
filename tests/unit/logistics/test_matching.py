"""The plan of a round against a brute-force oracle, the independent checker and the rules of the trade."""

import dataclasses
import random
from datetime import timedelta
from itertools import combinations, permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from steelyard.logistics.checking import check_plan
from steelyard.logistics.cities import city
from steelyard.logistics.lorries import Equipment, LorryClass, Need
from steelyard.logistics.matching import Plan, plan_round
from steelyard.logistics.pairing import Consignment, Lorry, Pair, Reason, pair

from .markets import NOON, consignment, hours, lorry, markets

Market = tuple[list[Consignment], list[Lorry]]


def best_by_enumeration(market: Market) -> tuple[int, int, int]:
    """Surplus, number of matches and metres not driven empty of the best plan, by trying every plan."""
    goods, fleet = market
    best = (0, 0, 0)
    for count in range(1, min(len(goods), len(fleet)) + 1):
        for chosen in combinations(goods, count):
            for crew in permutations(fleet, count):
                found = [pair(item, vehicle, NOON) for item, vehicle in zip(chosen, crew, strict=True)]
                pairs = [verdict for verdict in found if isinstance(verdict, Pair) and verdict.surplus_fen >= 0]
                if len(pairs) == count:
                    surplus = sum(one.surplus_fen for one in pairs)
                    best = max(best, (surplus, count, -sum(one.empty_m for one in pairs)))
    return best


@settings(max_examples=150, deadline=None)
@given(market=markets(most=4))
def test_plan_is_best_among_all_plans(market: Market) -> None:
    """No plan has more surplus, nor more matches at this surplus, nor fewer empty metres at both."""
    plan = plan_round(*market, NOON)
    assert (plan.surplus_fen, len(plan.matches), -plan.empty_m) == best_by_enumeration(market)


@settings(max_examples=150, deadline=None)
@given(market=markets(most=9), seed=st.integers(0, 2**16))
def test_plan_passes_the_checker_and_ignores_the_order_of_posting(market: Market, seed: int) -> None:
    """Every plan is free of faults, and shuffled postings give the very same plan."""
    goods, fleet = market
    plan = plan_round(goods, fleet, NOON)
    assert check_plan(plan, goods, fleet, NOON) == []
    shuffled_goods, shuffled_fleet = list(goods), list(fleet)
    random.Random(seed).shuffle(shuffled_goods)
    random.Random(seed + 1).shuffle(shuffled_fleet)
    assert plan_round(shuffled_goods, shuffled_fleet, NOON) == plan


@settings(max_examples=100, deadline=None)
@given(market=markets(most=6))
def test_nobody_loses_and_the_sums_balance(market: Market) -> None:
    """Shippers pay at most their ceilings, carriers receive their cost, and all gains are the surplus."""
    plan = plan_round(*market, NOON)
    for match in plan.matches:
        assert match.shipper_pays_fen <= match.pair.consignment.ceiling_fen
        assert match.carrier_receives_fen >= match.pair.cost_fen
    gains = [
        match.pair.consignment.ceiling_fen - match.shipper_pays_fen + match.carrier_receives_fen - match.pair.cost_fen
        for match in plan.matches
    ]
    assert sum(gains) == plan.surplus_fen
    assert sum(m.shipper_pays_fen for m in plan.matches) == sum(m.carrier_receives_fen for m in plan.matches)


@settings(max_examples=100, deadline=None)
@given(market=markets(most=5))
def test_reason_tells_how_far_the_best_partner_got(market: Market) -> None:
    """Left over for its price: a lorry in time but none that gains; outcompeted: one that gains."""
    goods, fleet = market
    plan = plan_round(goods, fleet, NOON)
    for item in goods:
        reason = plan.consignments_left.get(item.id)
        verdicts = [pair(item, vehicle, NOON) for vehicle in fleet]
        in_time = [verdict for verdict in verdicts if isinstance(verdict, Pair)]
        if reason is Reason.OUTCOMPETED:
            assert any(verdict.surplus_fen >= 0 for verdict in in_time)
        elif reason is Reason.PRICE:
            assert in_time
            assert all(verdict.surplus_fen < 0 for verdict in in_time)
        elif reason is not None:
            assert not in_time
            assert (Reason.WINDOW in verdicts) == (reason is Reason.WINDOW)


def only(plan: Plan) -> Pair:
    """The pair of a plan with exactly one match."""
    [match] = plan.matches
    return match.pair


def test_one_pair_is_priced_at_half_its_surplus() -> None:
    """28 t from 聊城 to 天津, lorry at 茌平: the surplus is shared, the odd fen goes to the carrier."""
    plan = plan_round([consignment()], [lorry()], NOON)
    found = only(plan)
    assert (found.empty_m, found.loaded_m) == (36_115, 404_400)
    assert found.cost_fen == (650 * (36_115 + 404_400) + 500) // 1000 + 40_000
    assert plan.matches[0].shipper_pays_fen == 520_000 - (520_000 - found.cost_fen) // 2


LEFT_OVER = [
    pytest.param({"mass_g": 32_000_001}, {}, Reason.NO_FIT, id="one-gram-too-heavy"),
    pytest.param({"longest_mm": 13_001}, {}, Reason.NO_FIT, id="one-millimetre-too-long"),
    pytest.param({"needs": frozenset({Need.TARPAULIN})}, {}, Reason.NO_FIT, id="no-tarpaulin"),
    pytest.param({}, {"lorry_class": LorryClass.FLATBED_17_5}, Reason.NO_FIT, id="long-flatbed-not-asked-for"),
    pytest.param({"pickup": hours(0, 0.5)}, {}, Reason.WINDOW, id="too-late-for-pickup"),
    pytest.param({"delivery": hours(0, 7)}, {}, Reason.WINDOW, id="too-late-for-delivery"),
    pytest.param({}, {"free_until": NOON + timedelta(hours=8)}, Reason.WINDOW, id="lorry-not-free-long-enough"),
    pytest.param({"ceiling_fen": 326_334}, {}, Reason.PRICE, id="ceiling-a-fen-below-cost"),
]


@pytest.mark.parametrize(("goods", "vehicle", "reason"), LEFT_OVER)
def test_pair_is_refused_for_its_reason(goods: dict[str, object], vehicle: dict[str, object], reason: Reason) -> None:
    """Each limit by itself keeps the pair apart, and both postings learn which."""
    plan = plan_round([consignment(**goods)], [lorry(**vehicle)], NOON)
    assert plan.matches == ()
    assert plan.consignments_left == {1: reason}
    assert plan.lorries_left == {1: reason}


JUST_ENOUGH = [
    pytest.param({"mass_g": 32_000_000, "longest_mm": 13_000}, {}, id="full-to-the-gram-and-millimetre"),
    pytest.param({"ceiling_fen": 326_335}, {}, id="ceiling-is-the-cost"),
    pytest.param(
        {"needs": frozenset({Need.TARPAULIN, Need.NO_MIXING})},
        {"equipment": frozenset(Equipment)},
        id="needs-met",
    ),
    pytest.param(
        {"needs": frozenset({Need.LONG_FLATBED})},
        {"lorry_class": LorryClass.FLATBED_17_5},
        id="long-flatbed-asked-for",
    ),
]


@pytest.mark.parametrize(("goods", "vehicle"), JUST_ENOUGH)
def test_pair_on_the_limit_is_matched(goods: dict[str, object], vehicle: dict[str, object]) -> None:
    """What lies exactly on a limit is within it."""
    only(plan_round([consignment(**goods)], [lorry(**vehicle)], NOON))


def test_lorry_waits_for_the_window_and_no_lorry_starts_before_the_round() -> None:
    """The arrival is the later of the drive from the round's moment and the window's opening."""
    late = only(plan_round([consignment()], [lorry(free_from=NOON - timedelta(days=3))], NOON))
    assert late.pickup_at == NOON + timedelta(seconds=2167)
    waits = only(plan_round([consignment(pickup=hours(5, 6))], [lorry()], NOON))
    assert waits.pickup_at == NOON + timedelta(hours=5)


def test_outcompeted_consignment_and_lorry_are_told_so() -> None:
    """Two shippers for one lorry: the better payer gets it and the other is outcompeted."""
    plan = plan_round([consignment(1, ceiling_fen=400_000), consignment(2)], [lorry()], NOON)
    assert only(plan).consignment.id == 2
    assert plan.consignments_left == {1: Reason.OUTCOMPETED}


def test_equal_surplus_is_decided_by_empty_metres() -> None:
    """Two lorries that cost the same: the one that stands at the origin drives."""
    far = lorry(1, ask_fen_per_km=0, fixed_fen=100)
    near = lorry(2, ask_fen_per_km=0, fixed_fen=100, position=city("371500").point)
    assert only(plan_round([consignment()], [far, near], NOON)).lorry.id == 2


def test_an_empty_market_has_an_empty_plan() -> None:
    """Nothing posted, nothing matched, nothing left over."""
    assert plan_round([], [], NOON) == Plan((), {}, {})


def test_huge_ceilings_are_still_exact() -> None:
    """A fen decides between ceilings of ten million yuan."""
    dear = [consignment(id, ceiling_fen=1_000_000_000 + id % 3) for id in range(1, 31)]
    plan = plan_round(dear, [lorry(id) for id in range(1, 11)], NOON)
    assert sorted(match.pair.consignment.id for match in plan.matches) == [
        2,
        5,
        8,
        11,
        14,
        17,
        20,
        23,
        26,
        29,
    ]


SPOILS = [
    pytest.param(
        {"shipper_pays_fen": 520_001, "carrier_receives_fen": 520_001},
        "more than its ceiling",
        id="shipper-loses",
    ),
    pytest.param({"shipper_pays_fen": 1, "carrier_receives_fen": 1}, "less than its cost", id="carrier-loses"),
    pytest.param({"shipper_pays_fen": 500_000}, "not what is received", id="money-vanishes"),
]


@pytest.mark.parametrize(("changes", "fault"), SPOILS)
def test_checker_finds_wrong_prices(changes: dict[str, int], fault: str) -> None:
    """A plan whose prices were tampered with is named at fault."""
    plan = plan_round([consignment()], [lorry()], NOON)
    spoilt = Plan((dataclasses.replace(plan.matches[0], **changes),), {}, {})
    assert any(fault in text for text in check_plan(spoilt, [consignment()], [lorry()], NOON))


SPOILT_PAIRS = [
    pytest.param({"empty_m": 0}, "distance is wrong", id="distance"),
    pytest.param({"cost_fen": 1}, "cost is wrong", id="cost"),
    pytest.param({"pickup_at": NOON}, "before the lorry can be there", id="pickup"),
    pytest.param({"delivery_at": NOON}, "delivered before", id="delivery"),
    pytest.param({"pickup_at": NOON + timedelta(days=30)}, "outside its window", id="window"),
]


@pytest.mark.parametrize(("changes", "fault"), SPOILT_PAIRS)
def test_checker_finds_wrong_journeys(changes: dict[str, object], fault: str) -> None:
    """A plan whose journey was tampered with is named at fault."""
    plan = plan_round([consignment()], [lorry()], NOON)
    journey = dataclasses.replace(plan.matches[0].pair, **changes)  # type: ignore[arg-type]  # mixed values
    spoilt = Plan((dataclasses.replace(plan.matches[0], pair=journey),), {}, {})
    assert any(fault in text for text in check_plan(spoilt, [consignment()], [lorry()], NOON))


POSTED_OTHERWISE = [
    pytest.param({"mass_g": 40_000_000}, {}, "too heavy", id="mass"),
    pytest.param({"longest_mm": 13_500}, {}, "longer than the bed", id="length"),
    pytest.param({"needs": frozenset({Need.LORRY_CRANE})}, {}, "no lorry_crane", id="crane"),
    pytest.param({}, {"lorry_class": LorryClass.FLATBED_17_5}, "not asked for", id="long-flatbed"),
    pytest.param({}, {"free_until": NOON}, "no longer free", id="free-until"),
]


@pytest.mark.parametrize(("goods", "vehicle", "fault"), POSTED_OTHERWISE)
def test_checker_judges_by_the_postings(goods: dict[str, object], vehicle: dict[str, object], fault: str) -> None:
    """A plan made for other goods or another lorry than was posted is named at fault."""
    plan = plan_round([consignment()], [lorry()], NOON)
    assert any(fault in text for text in check_plan(plan, [consignment(**goods)], [lorry(**vehicle)], NOON))


def test_checker_finds_forgotten_double_and_foreign_postings() -> None:
    """Every posting is matched once or left over once, and nothing else is."""
    plan = plan_round([consignment()], [lorry()], NOON)
    doubled = Plan(plan.matches * 2, {}, {})
    assert len(check_plan(doubled, [consignment()], [lorry()], NOON)) == 2
    assert check_plan(plan, [consignment()], [lorry(), lorry(2)], NOON) == ["a lorry is used twice or forgotten"]
    assert "1 on 1: not posted" in check_plan(plan, [consignment(3)], [lorry()], NOON)
