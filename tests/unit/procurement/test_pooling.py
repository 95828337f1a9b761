"""Award, price and shares together: nobody pays above his ceiling, nobody is left out without need."""

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from steelyard.procurement import award, pooling
from steelyard.procurement.allocation import pooled_price
from steelyard.procurement.award import Bid, Need, Offer
from steelyard.procurement.pooling import Firm, decide

MORNING = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
SEED = "5eed" * 16
TONNE = 1_000_000


def bid(mill, *offers, capacity=99):
    """A mill's bid of (line, fen per tonne, capacity in tonnes) offers."""
    return Bid(mill, capacity * TONNE, MORNING, f"{mill:064x}", tuple(Offer(k, p, t * TONNE) for k, p, t in offers))


@st.composite
def pools(draw, most_lines=2):
    lot_g = dict.fromkeys(range(draw(st.integers(1, most_lines))), TONNE)
    ceilings = st.integers(95, 110)
    pledges = [
        Firm(key, draw(st.sampled_from(list(lot_g))), draw(st.integers(1, 9)), draw(ceilings))
        for key in range(draw(st.integers(0, 6)))
    ]
    bids = [
        bid(
            mill,
            *((k, draw(st.integers(95, 110)), draw(st.integers(0, 12))) for k in lot_g),
            capacity=draw(st.integers(0, 20)),
        )
        for mill in range(draw(st.integers(0, 3)))
    ]
    return lot_g, pledges, bids


@settings(max_examples=100, deadline=None)
@given(pools())
def test_nobody_pays_above_his_ceiling_and_all_that_is_won_is_allocated(pool):
    lot_g, pledges, bids = pool
    outcome = decide(lot_g, pledges, bids, SEED)
    for pledge in pledges:
        assert 0 <= outcome.lots[pledge.key] <= pledge.lots
        if pledge.key in outcome.left_out:
            assert outcome.lots[pledge.key] == 0
        elif outcome.lots[pledge.key]:
            assert outcome.settlements[pledge.line].price_fen_per_t <= pledge.ceiling_fen_per_t
    for line in lot_g:
        allocated = sum(outcome.lots[pledge.key] for pledge in pledges if pledge.line == line)
        assert allocated == outcome.award.lots_of(line)


@settings(max_examples=60, deadline=None)
@given(pools(most_lines=1))
def test_one_line_keeps_the_largest_demand_that_its_price_allows(pool):
    """Every threshold of ceilings is tried by hand; the lowest one that holds is the rule's."""
    lot_g, pledges, bids = pool
    outcome = decide(lot_g, pledges, bids, SEED)
    for threshold in sorted({0, *(pledge.ceiling_fen_per_t + 1 for pledge in pledges)}):
        kept = [pledge for pledge in pledges if pledge.ceiling_fen_per_t >= threshold]
        right = award.solve([Need(0, TONNE, sum(pledge.lots for pledge in kept))], bids, SEED)
        wins = [(win.price_fen_per_t, win.mass_g) for win in right.wins]
        if not wins or all(pledge.ceiling_fen_per_t >= pooled_price(wins) for pledge in kept):
            break
    assert outcome.award == right
    assert outcome.left_out == {pledge.key for pledge in pledges} - {pledge.key for pledge in kept}


def test_a_low_ceiling_is_left_out_and_the_price_falls_for_the_others():
    pledges = [Firm(1, 0, 10, 100), Firm(2, 0, 10, 105)]
    outcome = decide({0: TONNE}, pledges, [bid(1, (0, 95, 10)), bid(2, (0, 109, 10))], SEED)
    assert outcome.left_out == {1}
    assert outcome.lots == {1: 0, 2: 10}
    assert outcome.settlements[0].price_fen_per_t == 95


def test_where_every_price_passes_every_ceiling_nothing_is_awarded():
    outcome = decide({0: TONNE}, [Firm(1, 0, 10, 90), Firm(2, 0, 5, 94)], [bid(1, (0, 95, 99))], SEED)
    assert outcome.award.wins == ()
    assert outcome.left_out == {1, 2}
    assert not outcome.settlements


@pytest.mark.parametrize("short", [12, 7, 1])
def test_a_short_supply_is_divided_pro_rata(short):
    pledges = [Firm(1, 0, 10, 100), Firm(2, 0, 10, 105)]
    outcome = decide({0: TONNE}, pledges, [bid(1, (0, 95, short))], SEED)
    assert sum(outcome.lots.values()) == short
    assert abs(outcome.lots[1] - outcome.lots[2]) <= 1


def test_all_rounds_share_one_allowance_of_time(monkeypatch):
    """Every round is given what the rounds before left, so that many rounds take no longer than one may."""
    given, original = [], award.solve

    def watched(needs, bids, seed, budget):
        given.append(budget)
        return original(needs, bids, seed, budget)

    monkeypatch.setattr(pooling, "solve", watched)
    decide({0: TONNE}, [Firm(1, 0, 10, 90), Firm(2, 0, 5, 94)], [bid(1, (0, 95, 99))], SEED, seconds=50)
    assert len(given) == 3
    assert len({id(budget) for budget in given}) == 1
    assert 0 < given[0].left < 50
