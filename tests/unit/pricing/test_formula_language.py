"""The language of price formulas: both languages mean the same, refusals say where, canonical text is a fixed point."""

from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pricing.formulas import errors
from pricing.formulas.canonical import canonical
from pricing.formulas.grammar import LONGEST
from pricing.formulas.parsing import parse
from pricing.formulas.tree import (
    Average,
    Bare,
    Binary,
    Bounded,
    Cash,
    Freight,
    Last,
    Missing,
    Month,
    NamedMonth,
    Negative,
    Node,
    Number,
    Round,
    Settlement,
    Span,
    Unfinished,
    Unit,
    Window,
)

S = "shfe.hc.main.settle"
PIPE = "nbs.ten_day:无缝钢管(219*6,20#):t"


@pytest.mark.parametrize(
    ("english", "chinese"),
    [
        (f"month_avg({S}, 2023-12) + 60", f"月均（{S}，2023-12）＋60"),
        (f"avg({S}, 2023-12-26..2024-01-25, missing=skip)", f"均价({S}，2023-12-26至2024-01-25，缺日=跳过)"),
        (f"last_avg({S}, 5, 2023-12-29, missing=previous)", f"近日均({S}, 5, 2023-12-29, 缺日=沿用)"),
        (f"month_avg({S}, M-1, open=provisional)", f"月均价({S}, 交货月-1, 未完=暂估)"),
        (f"lock(on({S}, 2023-12-15) + 60, 2023-12-15)", f"锁价(当日({S}, 2023-12-15) + 60, 2023-12-15)"),
        (f"collar(month_avg({S}, M), 3900, 4200)", f"区间(月均({S}, 交货月), 3900, 4200)"),
        (f"floor(cap(month_avg({S}, M), 4200), 3900)", f"保底(封顶(月均({S}, 交货月), 4200), 3900)"),
        ("round(bare(cash(fixed(3800), 3.6%, 180)), 10yuan)", "取整(裸价(现款(一口价(3800)，3.6%，180))，十元)"),
        (f"on({S}, 2023-12-15) + freight(天津, 聊城, 85)", f"当日({S}, 2023-12-15) + 运费差(天津，聊城，85)"),
        (f"settle_up(month_avg({S}, M), 4100, 120.5t)", f"追补(月均({S}, 交货月), 4100, 120.5吨)"),
        (f'month_avg("{PIPE}", 2026-08) × 1.02', f"月均(「{PIPE}」，2026-08) * 1.02"),
    ],
    ids=["month", "span", "sessions", "delivery month", "lock", "collar", "floor of cap", "cash without tax",
         "freight", "settlement", "a code in quotes"],
)  # fmt: skip
def test_chinese_and_english_are_one_tree_and_one_canonical_text(english: str, chinese: str):
    tree = parse(english)
    assert parse(chinese) == tree
    for written in (canonical(tree), canonical(tree, chinese=True)):
        assert parse(written) == tree
    assert canonical(parse(canonical(tree))) == canonical(tree)


def test_every_choice_stands_in_the_canonical_text():
    assert canonical(parse(f"月均({S},2023-12)+60")) == f"round(month_avg({S}, 2023-12, missing=refuse) + 60, fen)"
    assert canonical(parse("3800"), chinese=True) == "取整(3800, 分)"
    assert canonical(parse("4000 - (100 - 20) * 2")) == "round(4000 - (100 - 20) * 2, fen)"


def test_a_lock_by_a_day_holds_to_its_midnight():
    late, at_noon = parse("lock(3800, 2023-12-15)"), parse("lock(3800, 2023-12-15 12:00)")
    assert "2023-12-15)" in canonical(late)
    assert "2023-12-15 12:00)" in canonical(at_noon)


@pytest.mark.parametrize(
    ("text", "error", "position"),
    [
        ("", errors.FormulaSyntax, 1),
        ("月均(", errors.FormulaSyntax, 4),
        ("3800 + ", errors.FormulaSyntax, 8),
        ("3800; 1", errors.FormulaSyntax, 5),
        (f"month_avg({S}, 2023-12", errors.FormulaSyntax, 39),
        (f"{S} + 60", errors.FormulaSyntax, 5),
        ("__import__(1)", errors.FormulaUnknownWord, 1),
        (f"on({S}, 2023-12-15, missing=guess)", errors.FormulaUnknownWord, 45),
        (f"on({S}, 2023-12-15, mising=skip)", errors.FormulaUnknownWord, 37),
        ("round(1, kg)", errors.FormulaUnknownWord, 1),
        ("cap(1)", errors.FormulaArguments, 1),
        ("60 + cap(4000, 4100, 4200)", errors.FormulaArguments, 6),
        ("cap(1, 2, missing=skip)", errors.FormulaArguments, 1),
        (f"on({S}, 2023-02-30)", errors.FormulaBadFigure, 25),
        (f"avg({S}, 2024-01-02..2023-01-01)", errors.FormulaBadFigure, 26),
        (f"last_avg({S}, 0, 2023-12-29)", errors.FormulaBadFigure, 31),
        (f"month_avg({S}, M+99)", errors.FormulaBadFigure, 32),
        ("1234567890123", errors.FormulaBadFigure, 1),
        ("0.1234567", errors.FormulaBadFigure, 1),
        ("cash(3800, 120%, 180)", errors.FormulaBadFigure, 12),
        ("settle_up(4000, 3900, 0t)", errors.FormulaBadFigure, 23),
        (f"on({S}, 2023-12-15) * on({S}, 2023-12-14)", errors.TwoPrices, 37),
        (f"100 / on({S}, 2023-12-15)", errors.TwoPrices, 5),
        (f"bare(3800) + on({S}, 2023-12-15)", errors.MixedTax, 12),
        ("bare(bare(3800))", errors.TwiceBare, 1),
        ("settle_up(4000, 3900, 1t) + 1", errors.SettlementInside, 1),
    ],
)
def test_a_refusal_says_where_and_what_to_do(text: str, error: type[errors.FormulaError], position: int):
    with pytest.raises(error) as caught:
        parse(text)
    assert caught.value.params["position"] == position
    assert caught.value.status == 409
    assert str(position) in str(caught.value)


@pytest.mark.parametrize(
    "text",
    ["(" * 13 + "1" + ")" * 13, "1" + "+1" * 90, "1" * 1001, "+".join(f"on(a.s{n}, 2023-12-15)" for n in range(13))],
    ids=["too deep", "too many parts", "too long", "too many series"],
)
def test_size_and_depth_are_bounded(text: str):
    with pytest.raises(errors.FormulaTooLarge):
        parse(text)


@given(st.text(alphabet='month_avg(月均,)+-*/%.2023-12 共裸价"=至\u3000\U0001f600\x00', max_size=60))
@settings(max_examples=80)
def test_whatever_is_typed_is_a_formula_or_a_typed_refusal(text: str):
    try:
        tree = parse(text)
    except errors.FormulaError:
        return
    assert parse(canonical(tree)) == tree


_DAYS = st.dates(date(2020, 1, 1), date(2025, 12, 31))
_WINDOWS: st.SearchStrategy[Window] = st.one_of(
    st.builds(Month, st.integers(1990, 2099), st.integers(1, 12)),
    st.builds(NamedMonth, st.integers(-24, 24)),
    st.builds(Last, st.integers(1, 260), _DAYS),
    st.builds(lambda day, more: Span(day, day + timedelta(days=more)), _DAYS, st.integers(0, 400)),
)
_SIMPLE: st.SearchStrategy[Node] = st.one_of(
    st.integers(0, 10**7).map(lambda hundredths: Number(Fraction(hundredths, 100))),
    st.builds(Average, st.sampled_from([S, PIPE]), _WINDOWS, st.sampled_from(Missing), st.sampled_from(Unfinished)),
)


def _larger(part: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    return st.one_of(
        st.builds(Binary, st.sampled_from("+-"), part, part),
        st.builds(Negative, part),
        st.builds(Bounded, part, part, part),
        st.builds(Cash, part, st.just(Fraction(36, 1000)), st.integers(1, 3660)),
        st.builds(Freight, st.sampled_from(["天津", "Liao cheng"]), st.just("聊城"), part),
        st.builds(Round, part, st.sampled_from(Unit)),
    )


@given(st.recursive(_SIMPLE, _larger, max_leaves=4))
@settings(max_examples=30)
def test_canonical_text_reads_back_as_the_tree_that_wrote_it(node: Node):
    whole = Round(Bare(node, Fraction(13, 100)), Unit.FEN)
    settled = Settlement(whole, whole, 120_500_001)
    for tree in (whole, settled):
        for chinese in (False, True):
            try:
                again = parse(canonical(tree, chinese=chinese))
            except errors.FormulaTooLarge:
                continue
            assert again == tree


def test_a_formula_whose_kept_text_could_not_be_read_again_is_refused():
    short = "+".join(["月均(a.b,M)"] * 40)
    assert len(short) < LONGEST
    with pytest.raises(errors.FormulaTooLarge):
        parse(short)
