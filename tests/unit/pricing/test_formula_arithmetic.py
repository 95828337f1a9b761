"""The arithmetic of formulas: which days count, what a missing one does, and every figure to the fen."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from fractions import Fraction

import pytest

from pricing.formulas import errors
from pricing.formulas.averaging import Day
from pricing.formulas.evaluation import Outcome, evaluate
from pricing.formulas.parsing import parse
from pricing.formulas.sheets import Figure, Month, Sheet, State, bound, needs
from pricing.formulas.tree import Last, Span

S = "shfe.hc.main.settle"
SIGNED = datetime(2024, 1, 10, 2, 0, tzinfo=UTC)
KNOWN = datetime(2023, 12, 1, tzinfo=UTC)
# The settlements of hot-rolled coil as recorded, 2023-12-25 to 2024-01-05 but for the last four, which are made up.
DAYS = {
    date(2023, 12, 22): 4122, date(2023, 12, 25): 4124, date(2023, 12, 26): 4140, date(2023, 12, 27): 4125,
    date(2023, 12, 28): 4112, date(2023, 12, 29): 4110, date(2024, 1, 2): 4120, date(2024, 1, 3): 4100,
    date(2024, 1, 4): 4090, date(2024, 1, 5): 4080,
}  # fmt: skip
Values = Mapping[date, int | None]
Marks = Mapping[date, State]


def figure(day: date, value: int, why_not: State | None = None) -> Figure:
    return Figure(day, Fraction(value), value, 0, "settlement", 1, 1, 1, KNOWN, why_not)


def run(
    text: str, *, values: Values | None = None, marks: Marks | None = None, as_of: datetime = SIGNED,
    month: Month | None = None,
) -> Outcome:  # fmt: skip
    """Price a formula on `DAYS` as changed by `values` (None takes a figure out) and marked by `marks`."""
    found = {day: value for day, value in {**DAYS, **(values or {})}.items() if value is not None}
    figures = {day: figure(day, value, (marks or {}).get(day)) for day, value in found.items()}
    tree, sheets = bound(parse(text), month), {}
    for need in needs(tree, as_of):
        window = need.window
        if isinstance(window, Span):
            sessions = tuple(day for day in DAYS if window.first <= day <= window.last)
            first = window.first
        else:
            assert isinstance(window, Last)
            sessions = tuple(day for day in DAYS if day <= window.day)[-window.count :]
            first = sessions[0]
        earlier = tuple(sorted((day for day in DAYS if day < first), reverse=True))
        sheets[need] = Sheet(sessions, earlier, figures, "shfe", "CNY/t")
    return evaluate(tree, sheets, as_of)


def state_of(outcome: Outcome, day: date) -> Day:
    return next(one for one in outcome.days if one.day == day)


@pytest.mark.parametrize(
    ("text", "fen"),
    [
        (f"avg({S}, 2023-12-25..2023-12-29)", 412220),
        (f"avg({S}, 2023-12-28..2024-01-03) + 60", 417050),
        (f"last_avg({S}, 3, 2024-01-03)", 411000),
        (f"on({S}, 2023-12-26) * 1.02 - 10.5", 421230),
        (f"-on({S}, 2023-12-29) + 2 * on({S}, 2023-12-29)", 411000),
        (f"cap(on({S}, 2023-12-29), 4000)", 400000),
        (f"floor(on({S}, 2023-12-29), 4200)", 420000),
        (f"collar(on({S}, 2023-12-29), 4000, 4200)", 411000),
        (f"round(avg({S}, 2023-12-25..2023-12-26) + 3.005, jiao)", 413500),
        (f"round(on({S}, 2023-12-27), 10yuan)", 413000),
        ("round(3804.995, fen)", 380500),
        ("round(3804.994999, fen)", 380499),
        ("round(3800 / 3, yuan)", 126700),
        ("cash(4000, 3.6%, 180)", 392800),
        ("bare(4000, 13%)", 353982),
        ("3800 + freight(天津, 聊城, 85)", 388500),
        ("3800 - freight(聊城, 天津, 85)", 371500),
        ("round(4101, yuan) + round(0.4, yuan)", 410100),
    ],
)
def test_a_formula_gives_its_fen(text: str, fen: int):
    assert run(text).fen == fen


@pytest.mark.parametrize(
    ("day", "rate", "source"),
    [
        ("2018-04-30", 117, "134号"),
        ("2018-05-01", 116, "32号"),
        ("2019-04-01", 113, "第39号"),
        ("2026-01-01", 113, "增值税法"),
    ],
)
def test_tax_is_taken_off_at_the_rate_of_the_day_with_its_legal_source(day: str, rate: int, source: str):
    as_of = datetime.fromisoformat(f"{day}T04:00:00+00:00")
    outcome = run(f"bare({rate * 40})", as_of=as_of)
    assert outcome.fen == 400000
    assert source in outcome.steps[0].source


def test_the_last_day_that_counts_decides_the_rate_not_the_day_of_asking():
    with pytest.raises(errors.VatUnknown):
        run("bare(4000)", as_of=datetime(1993, 12, 31, tzinfo=UTC))
    outcome = run(f"bare(on({S}, 2023-12-29))", as_of=datetime(2026, 5, 1, tzinfo=UTC))
    assert "第39号" in outcome.steps[1].source


GONE = date(2023, 12, 27)


@pytest.mark.parametrize(
    ("values", "marks", "state"),
    [
        ({GONE: None}, {}, State.MISSING),
        ({}, {GONE: State.HELD}, State.HELD),
        ({}, {GONE: State.WITHDRAWN}, State.WITHDRAWN),
        ({}, {GONE: State.PROVISIONAL}, State.PROVISIONAL),
    ],
    ids=["missing, as a settlement of 0", "held", "withdrawn", "provisional"],
)
def test_a_day_without_a_usable_figure_follows_the_rule_of_the_formula(values: Values, marks: Marks, state: State):
    week = f"avg({S}, 2023-12-25..2023-12-29"
    with pytest.raises(errors.DayMissing) as refused:
        run(f"{week})", values=values, marks=marks)
    assert (refused.value.params["day"], refused.value.params["why"]) == ("2023-12-27", state)
    skipped = run(f"{week}, missing=skip)", values=values, marks=marks)
    assert (skipped.fen, state_of(skipped, GONE).state, state_of(skipped, GONE).used) == (412150, state, None)
    previous = run(f"{week}, missing=previous)", values=values, marks=marks)
    day = state_of(previous, GONE)
    assert (previous.fen, day.used, day.taken_from) == (412520, Fraction(4140), date(2023, 12, 26))


def test_the_first_day_of_a_window_may_take_the_figure_of_a_session_before_it():
    outcome = run(f"on({S}, 2023-12-25, missing=previous)", values={date(2023, 12, 25): None})
    assert (outcome.fen, outcome.days[0].taken_from) == (412200, date(2023, 12, 22))
    with pytest.raises(errors.DayMissing):
        run(f"on({S}, 2023-12-22, missing=previous)", values={date(2023, 12, 22): None})
    with pytest.raises(errors.NoFigures):
        run(f"on({S}, 2023-12-25, missing=skip)", values={date(2023, 12, 25): None})


def test_a_figure_on_a_day_that_is_no_session_is_shown_and_not_counted():
    holiday = date(2024, 1, 1)
    outcome = run(f"avg({S}, 2023-12-29..2024-01-02)", values={holiday: 9999})
    assert outcome.fen == 411500
    assert (state_of(outcome, holiday).state, state_of(outcome, holiday).used) == (State.NO_SESSION, None)


def test_an_open_month_is_refused_or_marked_provisional():
    noon = datetime(2024, 1, 3, 4, 0, tzinfo=UTC)
    later: Values = dict.fromkeys([date(2024, 1, 3), date(2024, 1, 4), date(2024, 1, 5)])
    text = f"avg({S}, 2023-12-29..2024-01-05"
    with pytest.raises(errors.WindowUnfinished) as refused:
        run(f"{text})", values=later, as_of=noon)
    assert refused.value.params["days"] == 3
    provisional = run(f"{text}, open=provisional)", values=later, as_of=noon)
    assert (provisional.fen, provisional.provisional) == (411500, True)
    assert [day.state for day in provisional.days[2:]] == [State.TO_COME] * 3
    whole = run(f"{text}, open=provisional)")
    assert (whole.fen, whole.provisional) == (410000, False)


def test_a_delivery_month_is_named_when_the_price_is_asked_for():
    assert run(f"month_avg({S}, M, missing=skip)", month=Month(2023, 12)).fen == 412217
    assert run(f"month_avg({S}, M-1, missing=skip)", month=Month(2024, 1)).fen == 412217
    with pytest.raises(errors.FormulaNeedsMonth):
        run(f"month_avg({S}, M)")
    with pytest.raises(errors.FormulaTakesNoMonth):
        run("3800", month=Month(2024, 1))


def test_a_lock_asks_for_what_was_known_when_it_was_taken():
    tree = parse(f"lock(on({S}, 2023-12-15) + 60, 2023-12-15 17:00) + on({S}, 2023-12-29)")
    moments = [need.moment for need in needs(tree, SIGNED)]
    assert moments == [datetime(2023, 12, 15, 9, 0, tzinfo=UTC), SIGNED]
    assert run("lock(3800, 2024-01-09)").provisional is False
    assert run("lock(3800, 2024-02-01)").provisional is True
    inner = parse(f"lock(lock(on({S}, 2023-12-15), 2023-12-16), 2023-12-15 15:00)")
    assert [need.moment for need in needs(inner, SIGNED)] == [datetime(2023, 12, 15, 7, 0, tzinfo=UTC)]


@pytest.mark.parametrize(
    ("text", "fen"),
    [
        (f"settle_up(on({S}, 2023-12-29), 4100, 120.5t)", 120500),
        (f"settle_up(avg({S}, 2023-12-25..2023-12-26), 4150.01, 120.5t)", -217021),
        ("settle_up(4000, 4000, 1t)", 0),
        ("settle_up(bare(4520, 13%), bare(4407, 13%), 0.005t)", 50),
    ],
    ids=["more is owed", "less, half a fen away from zero", "nothing", "without tax"],
)
def test_a_settlement_is_the_difference_of_rounded_prices_times_the_mass(text: str, fen: int):
    outcome = run(text)
    assert (outcome.kind, outcome.fen) == ("money", fen)


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("3800 / 0", errors.FormulaDividesByZero),
        ("3800 / (2 - 2)", errors.FormulaDividesByZero),
        ("collar(3800, 4000, 3900)", errors.LimitsCrossed),
        ("100 - 3800", errors.PriceOutOfRange),
        ("0", errors.PriceOutOfRange),
        ("99999999 * 99", errors.PriceOutOfRange),
        ("settle_up(1 - 2, 1, 1t)", errors.PriceOutOfRange),
    ],
)
def test_what_is_no_price_is_refused(text: str, error: type[errors.FormulaError]):
    with pytest.raises(error):
        run(text)


def test_every_step_is_written_down_in_order_with_its_exact_result():
    outcome = run(f"round(cap(avg({S}, 2023-12-27..2023-12-29) + 60, 4200), yuan)")
    assert [(step.figures, str(step.exact)) for step in outcome.steps] == [
        ("12347 / 3", "12347/3"),
        ("4115.66666666… + 60", "12527/3"),
        ("4175.66666666…, ≤ 4200", "12527/3"),
        ("4175.66666666… → 4176", "4176"),
    ]
    assert outcome.fen == 417600
