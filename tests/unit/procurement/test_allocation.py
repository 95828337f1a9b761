"""Shares, prices and pairs of an allocation."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from steelyard.core.units import amount_fen
from steelyard.procurement import allocation

SEED = "5eed" * 16
TONNE = 1_000_000
PLEDGES = st.dictionaries(st.integers(1, 50), st.integers(0, 60), min_size=1, max_size=12)
WINS = st.lists(st.tuples(st.integers(1, 10**8), st.integers(1, 10**10)), min_size=1, max_size=6)


@given(PLEDGES, st.integers(0, 800))
def test_shares_add_up_and_keep_within_pledge_and_quota(pledged, supply):
    shares, total = allocation.pro_rata(supply, pledged, SEED), sum(pledged.values())
    assert sum(shares.values()) == min(supply, total)
    assert shares.keys() == pledged.keys()
    for key, lots in pledged.items():
        assert 0 <= shares[key] <= lots
        if supply < total:
            assert abs(shares[key] * total - lots * supply) < total


@given(PLEDGES, st.integers(0, 800))
def test_a_larger_pledge_never_gets_less(pledged, supply):
    shares = allocation.pro_rata(supply, pledged, SEED)
    by_pledge = sorted(pledged, key=lambda key: (pledged[key], shares[key]))
    assert all(shares[a] <= shares[b] for a, b in pairwise(by_pledge) if pledged[a] < pledged[b])
    assert all(abs(shares[a] - shares[b]) <= 1 for a, b in pairwise(by_pledge) if pledged[a] == pledged[b])


@given(PLEDGES, st.integers(0, 800), st.randoms(use_true_random=False))
def test_the_order_of_pledges_does_not_matter(pledged, supply, random):
    items = list(pledged.items())
    random.shuffle(items)
    assert allocation.pro_rata(supply, dict(items), SEED) == allocation.pro_rata(supply, pledged, SEED)


def test_equal_remainders_are_decided_by_the_seed():
    pledged = dict.fromkeys(range(1, 6), 3)
    extra = {
        tuple(key for key, lots in allocation.pro_rata(7, pledged, f"{n:064x}").items() if lots == 2) for n in range(9)
    }
    assert len(extra) > 2


@pytest.mark.parametrize(
    ("supply", "pledged"), [pytest.param(-1, {1: 1}, id="supply"), pytest.param(1, {1: -1}, id="pledge")]
)
def test_negative_lots_are_refused(supply, pledged):
    with pytest.raises(ValueError, match="from zero"):
        allocation.pro_rata(supply, pledged, SEED)


@given(WINS, st.data())
def test_every_fen_is_accounted_for(wins, data):
    """Members pay what mills get plus the leftover, which half a fen a row and the price's rounding bound."""
    left, masses = sum(mass for _, mass in wins), []
    while left:
        masses.append(data.draw(st.integers(1, left)) if len(masses) < 8 else left)
        left -= masses[-1]
    result = allocation.settle(wins, masses)
    paid = sum(amount_fen(price, mass) for price, mass in wins)
    assert sum(result.amounts_fen) - paid == result.leftover_fen
    assert min(price for price, _ in wins) <= result.price_fen_per_t <= max(price for price, _ in wins)
    rows, tonnes = len(wins) + len(masses), -(-sum(masses) // TONNE)
    assert 2 * abs(result.leftover_fen) <= rows + tonnes


def test_a_pooled_price_is_weighted_and_rounded_half_up():
    assert allocation.pooled_price([(360000, 300 * TONNE), (366000, 100 * TONNE)]) == 361500
    assert allocation.pooled_price([(1, TONNE), (2, TONNE)]) == 2


def test_sums_must_agree():
    with pytest.raises(ValueError, match="differ"):
        allocation.settle([(1, 5)], [4])
    with pytest.raises(ValueError, match="differ"):
        allocation.pair([("mill", 5)], [("member", 4)])
    with pytest.raises(ValueError, match="no price"):
        allocation.pooled_price([])


@given(st.lists(st.integers(1, 99), min_size=1, max_size=6), st.lists(st.integers(0, 99), min_size=1, max_size=8))
def test_pairs_give_and_take_exactly(gives, takes):
    takes.append(max(0, sum(gives) - sum(takes)))
    gives.append(sum(takes) - sum(gives))
    pairs = allocation.pair(list(enumerate(gives)), list(enumerate(takes)))
    assert all(mass > 0 for *_, mass in pairs)
    assert [sum(mass for g, _, mass in pairs if g == i) for i in range(len(gives))] == gives
    assert [sum(mass for _, t, mass in pairs if t == i) for i in range(len(takes))] == takes
    assert len(pairs) <= max(1, len(gives) + len(takes) - 1)
