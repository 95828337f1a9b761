"""What is worked out of prices: one footing, indicators, the basis, the indexes; exact and by hand."""

from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pricing.derived.index import Assessment, Deal, Evidence, Member, NoValue, Terms, assess, chain
from pricing.derived.indicators import Point, basis, moving_average, returns, seasons, volatility
from pricing.derived.normalising import Footing, NotNormalisable, Why, normalise, rate_of
from pricing.derived.rounding import half_up, shown, to_steps
from pricing.derived.vat import rate_on

DAY = date(2024, 1, 2)
DOLLAR = rate_of("CNY/100USD", Fraction(70770, 100), "safe.usd 2024-01-02")


@pytest.mark.parametrize(
    ("value", "unit", "taxed", "weighing", "fen", "names"),
    [
        ("4011.9", "CNY/t", True, None, 401190, ["unit"]),
        ("4.0119", "CNY/kg", True, "actual", 401190, ["unit"]),
        ("3550.35", "CNY/t", False, None, 401190, ["unit", "vat"]),
        ("500", "USD/t", False, None, 399851, ["unit", "currency", "vat"]),
        ("500", "USD/st", True, None, 390053, ["unit", "currency"]),
        ("3880", "CNY/t", True, "theoretical", 400000, ["unit", "weighing"]),
    ],
)
def test_a_figure_is_put_on_the_common_footing_by_named_factors(
    value: str, unit: str, taxed: bool, weighing: str | None, fen: int, names: list[str]
):
    exchange = DOLLAR if unit.startswith("USD") else None
    found = normalise(Fraction(value), Footing(unit, taxed, weighing), DAY, exchange)
    assert (found.fen_per_t, [factor.name for factor in found.factors]) == (fen, names)
    assert all(factor.source for factor in found.factors)


@pytest.mark.parametrize(
    ("unit", "exchange", "taxed", "day", "why"),
    [
        ("%", None, True, DAY, Why.UNIT),
        ("CNY/m", None, True, DAY, Why.UNIT),
        ("USD/t", None, True, DAY, Why.EXCHANGE_RATE),
        ("EUR/t", DOLLAR, True, DAY, Why.CURRENCY),
        ("CNY/t", None, False, date(1993, 12, 31), Why.TAX),
    ],
)
def test_what_cannot_stand_on_it_says_why(unit: str, exchange: object, taxed: bool, day: date, why: Why):
    with pytest.raises(NotNormalisable) as refused:
        normalise(Fraction(1), Footing(unit, taxed, None), day, exchange)  # type: ignore[arg-type]  # a rate or none
    assert refused.value.why is why


def test_rounding_is_half_up_and_away_from_zero():
    assert [half_up(Fraction(one, 2)) for one in (1, 3, -1, -3, 2)] == [1, 2, -1, -2, 1]
    assert to_steps(Fraction(12345, 10), 10) == 1230
    assert (shown(Fraction(1, 3)), shown(Fraction(-5, 4)), shown(Fraction(7))) == ("0.33333333…", "-1.25", "7")


def test_rates_of_tax_hold_from_their_first_day():
    days = [date(1993, 12, 31), date(1994, 1, 1), date(2018, 5, 1), date(2019, 3, 31), date(2019, 4, 1)]
    assert [None if (found := rate_on(day)) is None else int(found.rate * 100) for day in days] == [
        None,
        17,
        16,
        16,
        13,
    ]


def line(*values: int, first: date = DAY) -> list[Point]:
    return [Point(first + timedelta(days=place), Fraction(value)) for place, value in enumerate(values)]


def test_indicators_by_hand():
    points = line(100, 110, 99, 99)
    assert [one.mantissa for one in returns(points)] == [None, 10_000_000, -10_000_000, 0]
    assert [one.mantissa for one in moving_average(points, 3)] == [None, None, 1_030_000, 1_026_667]
    # of +10% and −10% the sample variance is 0.02, times 242 sessions 4.84, whose root is 2.2
    assert [one.mantissa for one in volatility(points, 2)] == [None, None, 2_200_000, 1_100_000]
    assert returns([]) == moving_average([], 5) == volatility([], 5) == []


def test_seasons_lie_over_each_other_by_day_or_ten_days():
    points = [*line(1, first=date(2024, 2, 29)), *line(2, first=date(2025, 2, 28))]
    assert seasons(points, ten_day=False) == {2024: [("02-29", 1)], 2025: [("02-28", 2)]}
    assert seasons(points, ten_day=True) == {2024: [("02下", 1)], 2025: [("02下", 2)]}


def test_the_basis_is_spot_less_futures_on_common_days_only():
    found = basis(line(100, 90, 80), line(95, 95, first=DAY + timedelta(days=1)))
    assert [(one.day.day, one.value) for one in found] == [(3, -5), (4, -15)]


MEMBERS = [Member("a", "A", 2), Member("b", "B", 1), Member("c", "C", 1)]
TERMS = Terms(3, 5000)


def prices(**rows: list[int | None]) -> dict[str, dict[date, Fraction]]:
    return {
        name: {DAY + timedelta(days=place): Fraction(one) for place, one in enumerate(row) if one is not None}
        for name, row in rows.items()
    }


def test_a_city_index_by_hand():
    found = chain(MEMBERS, prices(a=[100, 110, 110], b=[200, 200, 190], c=[300, 300, 300]), DAY, TERMS)
    # 700 becomes 720 becomes 710: 1000 × 720/700 = 1028.5714, then × 710/720 of the rounded value
    assert [one.mantissa for one in found] == [10_000_000, 10_285_714, 10_142_857]
    assert [one.against for one in found] == [None, DAY, DAY + timedelta(days=1)]


def test_no_value_below_the_least_number_and_the_next_links_over_the_gap():
    rows = prices(a=[100, 150, 110], b=[200, None, 200], c=[300, None, 300])
    found = chain(MEMBERS, rows, DAY, TERMS)
    assert [one.reason for one in found] == [None, NoValue.TOO_FEW, None]
    assert (found[2].mantissa, found[2].against) == (10_285_714, DAY)


def test_no_value_where_one_contributor_rules():
    one_firm = [Member("a", "A", 2), Member("b", "B", 1), Member("c", "C", 1), Member("d", "A", 4)]
    rows = prices(a=[100, 100], b=[200, 200], c=[300, 300], d=[100, 100])
    assert [one.reason for one in chain(one_firm, rows, DAY, TERMS)] == [NoValue.NOT_BEGUN] * 2
    assert chain(MEMBERS, prices(a=[1], b=[1]), DAY, TERMS)[0].reason is NoValue.NOT_BEGUN


@given(st.lists(st.integers(1, 10_000), min_size=2, max_size=12), st.integers(1, 50))
@settings(max_examples=30)
def test_an_index_of_prices_that_move_together_moves_as_they_do(row: list[int], factor: int):
    found = chain(MEMBERS, prices(a=row, b=[one * factor for one in row], c=[one * factor for one in row]), DAY,
                  Terms(3, 10_000))  # fmt: skip
    for value, price in zip(found, row, strict=True):
        assert value.mantissa is not None
        assert abs(value.mantissa - Fraction(10_000_000 * price, row[0])) <= sum(Fraction(price, one) for one in row)


def deal(price: int, contributor: str, tonnes: int = 100, evidence: Evidence = Evidence.DEAL) -> Deal:
    return Deal(evidence, price, tonnes * 1_000_000, contributor)


def test_deals_go_before_bids_and_are_weighted_by_mass():
    deals = [deal(350_000, "a", 200), deal(352_000, "b", 150), deal(355_001, "c", 50)]
    bids = [deal(1, name, evidence=Evidence.BID) for name in "abc"]
    assert assess([*bids, *deals], TERMS) == Assessment(351_375, None, Evidence.DEAL, 3, 5000, 400_000_000)
    on_bids = assess([*bids, *deals[:2]], TERMS)
    assert (on_bids.fen_per_t, on_bids.evidence) == (1, Evidence.BID)


@pytest.mark.parametrize(
    ("deals", "reason"),
    [
        ([], NoValue.TOO_FEW),
        ([deal(1, "a"), deal(2, "b"), deal(3, "b")], NoValue.TOO_FEW),
        ([deal(1, "a", 201), deal(2, "b"), deal(3, "c")], NoValue.CONCENTRATED),
    ],
    ids=["no deal", "two firms", "one firm has more than half"],
)
def test_no_price_that_would_be_one_firms(deals: list[Deal], reason: NoValue):
    found = assess(deals, TERMS)
    assert (found.fen_per_t, found.reason) == (None, reason)
