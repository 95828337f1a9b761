"""The award against a brute-force search of every possible one, and each of its tie-breaks by name."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from steelyard.procurement import award, lots
from steelyard.procurement.award import Bid, Need, Offer

MORNING = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
SEED = "5eed" * 16
TONNE = 1_000_000


def bid(mill, *offers, capacity_t=10_000, minute=0):
    """A mill's bid of (line, yuan per tonne, capacity in tonnes) offers."""
    return Bid(
        mill,
        capacity_t * TONNE,
        MORNING + timedelta(minutes=minute),
        f"{mill:064x}",
        tuple(Offer(line, yuan * 100, tonnes * TONNE) for line, yuan, tonnes in offers),
    )


def won(result):
    """The wins as (mill, line, tonnes)."""
    return [(win.mill, win.line, win.mass_g // TONNE) for win in result.wins]


@st.composite
def tenders(draw):
    """Up to two lines and three mills, so small that every award can be tried; few distinct prices make
    ties.
    """
    lots = [draw(st.sampled_from([1, 2, 3])) * TONNE for _ in range(draw(st.integers(1, 2)))]
    needs = [Need(line, lot, draw(st.integers(0, 4))) for line, lot in enumerate(lots)]
    bids = []
    for mill in range(draw(st.integers(0, 3))):
        offers = tuple(
            Offer(line, draw(st.sampled_from([360000, 360001, 370000])), draw(st.integers(0, 9)) * TONNE)
            for line in range(len(lots))
            if draw(st.booleans())
        )
        at = MORNING + timedelta(minutes=draw(st.integers(0, 1)))
        bids.append(Bid(mill, draw(st.integers(0, 15)) * TONNE, at, f"{mill:064x}", offers))
    return needs, bids


def brute_force(needs, bids):
    """The best award by trying all, on the rule's own words."""
    lots = {need.line: need for need in needs}
    cells = [(b, o) for b in award.ranked(bids, SEED) for o in sorted(b.offers, key=lambda o: o.line)]
    best = None
    for amounts in product(*(range(min(lots[o.line].lots, o.capacity_g // lots[o.line].lot_g) + 1) for _, o in cells)):
        rows = [(b.mill, o, n, n * lots[o.line].lot_g) for (b, o), n in zip(cells, amounts, strict=True) if n]
        if any(sum(n for _, o, n, _ in rows if o.line == need.line) > need.lots for need in needs):
            continue
        if any(sum(mass for mill, _, _, mass in rows if mill == b.mill) > b.capacity_g for b in bids):
            continue
        mass = sum(mass for *_, mass in rows)
        cost = sum(o.price_fen_per_t * mass for _, o, _, mass in rows)
        key = (-mass, cost, len({mill for mill, *_ in rows}), tuple(-n for n in amounts))
        best = min(best, (key, rows)) if best else (key, rows)
    return [(mill, o.line, n) for mill, o, n, _ in best[1]]


@settings(max_examples=150, deadline=None)
@given(tenders())
def test_the_award_is_the_brute_force_one(tender):
    needs, bids = tender
    result = award.solve(needs, bids, SEED)
    assert [(win.mill, win.line, win.lots) for win in result.wins] == brute_force(needs, bids)


@settings(max_examples=60, deadline=None)
@given(tenders(), st.randoms(use_true_random=False))
def test_the_order_of_the_input_does_not_matter(tender, random):
    needs, bids = tender
    shuffled = [replace(b, offers=tuple(random.sample(b.offers, len(b.offers)))) for b in bids]
    random.shuffle(shuffled)
    other_needs = random.sample(needs, len(needs))
    assert award.solve(other_needs, shuffled, SEED) == award.solve(needs, bids, SEED)


TIES = [
    pytest.param([bid(1, (0, 3700, 99)), bid(2, (0, 3600, 99), minute=9)], [(2, 0, 10)], id="cost-before-time"),
    pytest.param(
        [bid(1, (0, 3600, 5)), bid(2, (0, 3600, 5)), bid(3, (0, 3600, 10), minute=9)],
        [(3, 0, 10)],
        id="fewer-mills",
    ),
    pytest.param(
        [bid(1, (0, 3600, 10), minute=1), bid(2, (0, 3600, 10), minute=0)],
        [(2, 0, 10)],
        id="earliest-final-bid",
    ),
    pytest.param(
        [bid(1, (0, 3600, 7)), bid(2, (0, 3600, 9), minute=1)],
        [(1, 0, 7), (2, 0, 3)],
        id="the-earlier-gets-more",
    ),
    pytest.param([bid(1, (0, 3600, 4))], [(1, 0, 4)], id="shortfall"),
    pytest.param([bid(1, (0, 3600, 99), capacity_t=4), bid(2, (0, 3601, 99))], [(1, 0, 4), (2, 0, 6)], id="capacity"),
    pytest.param([bid(1, (7, 3600, 99))], [], id="a-line-nobody-wants"),
    pytest.param([], [], id="no-bids"),
]


@pytest.mark.parametrize(("bids", "expected"), TIES)
def test_each_rule_decides_where_the_one_before_leaves_a_tie(bids, expected):
    assert won(award.solve([Need(0, TONNE, 10)], bids, SEED)) == expected


def test_supply_comes_before_cost():
    """The cheap mill fills its capacity on the line that nobody else serves, though it is the dearer use
    of it.
    """
    bids = [bid(1, (0, 3600, 99), (1, 3900, 99), capacity_t=10), bid(2, (0, 3800, 99))]
    assert won(award.solve([Need(0, TONNE, 10), Need(1, TONNE, 10)], bids, SEED)) == [(1, 1, 10), (2, 0, 10)]


def test_equal_moments_are_decided_by_the_seed_and_not_by_the_mill():
    bids = [bid(mill, (0, 3600, 10)) for mill in range(1, 9)]
    winners = {award.solve([Need(0, TONNE, 10)], bids, f"{seed:064x}").wins[0].mill for seed in range(12)}
    assert len(winners) > 2


def test_a_large_tender_is_awarded_in_time():
    """Twenty lines and fifteen mills, prices to the fen and lots of two sizes."""
    needs = [Need(line, (10 if line % 2 else 5) * TONNE, 40 + 7 * line) for line in range(20)]
    bids = [
        bid(
            mill,
            *((line, 3600 + (mill * 37 + line * 101) % 173, 200 + 11 * mill) for line in range(20)),
            capacity_t=900 + mill,
        )
        for mill in range(15)
    ]
    result = award.solve(needs, bids, SEED)
    unused = sum(bid.capacity_g for bid in bids) - sum(win.mass_g for win in result.wins)
    assert 0 <= unused < len(bids) * 10 * TONNE
    award.check(needs, bids, result)


def _award_of(**changes):
    right = award.solve([Need(0, TONNE, 10)], [bid(1, (0, 3600, 10))], SEED)
    return replace(right, **changes), right


WRONG = [
    pytest.param(lambda win: {"mill": 2}, id="another-mill"),
    pytest.param(lambda win: {"line": 1}, id="another-line"),
    pytest.param(lambda win: {"price_fen_per_t": win.price_fen_per_t - 1}, id="another-price"),
    pytest.param(lambda win: {"lots": 11, "mass_g": 11 * TONNE}, id="beyond-the-offer"),
    pytest.param(lambda win: {"mass_g": win.mass_g - 1}, id="half-a-lot"),
    pytest.param(lambda win: {"lots": 0, "mass_g": 0}, id="nothing"),
]


@pytest.mark.parametrize("change", WRONG)
def test_the_checker_finds_what_is_planted(change):
    _, right = _award_of()
    with pytest.raises(award.AwardWrong):
        award.check(
            [Need(0, TONNE, 10)],
            [bid(1, (0, 3600, 10)), bid(2, (3, 3600, 10))],
            replace(right, wins=(replace(right.wins[0], **change(right.wins[0])),)),
        )


@pytest.mark.parametrize(
    ("needs", "bids", "wrong"),
    [
        pytest.param([Need(0, TONNE, 9)], [bid(1, (0, 3600, 10))], lambda right: right, id="beyond-the-demand"),
        pytest.param(
            [Need(0, TONNE, 10)],
            [bid(1, (0, 3600, 10), capacity_t=9)],
            lambda right: right,
            id="beyond-the-capacity",
        ),
        pytest.param(
            [Need(0, TONNE, 10)],
            [bid(1, (0, 3600, 10))],
            lambda right: replace(right, cost=right.cost - 1),
            id="cost",
        ),
        pytest.param(
            [Need(0, TONNE, 30)],
            [bid(1, (0, 3600, 10))],
            lambda right: replace(right, wins=right.wins * 2, cost=right.cost * 2),
            id="twice",
        ),
    ],
)
def test_the_checker_finds_broken_sums(needs, bids, wrong):
    _, right = _award_of()
    with pytest.raises(award.AwardWrong):
        award.check(needs, bids, wrong(right))


def crowded(lines, mills):
    """A tender in which prices lie on a coarse grid and lots are alike, so that many awards cost the same."""
    needs = [Need(line, 10 * TONNE, 150 + 20 * line) for line in range(lines)]
    offers = [[(line, 3600 + 10 * ((mill * 37 + line * 101) % 7), 500 + 90 * mill) for line in range(lines)]
              for mill in range(mills)]  # fmt: skip
    return needs, [bid(mill, *offers[mill], capacity_t=2_000 + 70 * mill) for mill in range(mills)]


def test_ties_are_broken_without_a_programme_in_whole_lots_for_each_cell(monkeypatch):
    """The relaxation proves nearly every cell; before, each of the eighty cost an integer programme."""
    solved, original = [], lots.LotModel._solved

    def counted(model, *arguments):
        solved.append(1)
        return original(model, *arguments)

    monkeypatch.setattr(lots.LotModel, "_solved", counted)
    needs, bids = crowded(10, 8)
    award.check(needs, bids, award.solve(needs, bids, SEED))
    assert len(solved) <= 8


@pytest.mark.parametrize("seconds", [pytest.param(0.0, id="none"), pytest.param(1e-4, id="too-little")])
def test_beyond_its_time_nothing_is_awarded(seconds):
    needs, bids = crowded(10, 8)
    with pytest.raises(award.NotProven):
        award.solve(needs, bids, SEED, award.Budget(seconds))
