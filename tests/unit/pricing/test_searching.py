"""What a buyer types finds what was printed."""

import pytest

from pricing.searching import MOST_TERMS, matches, terms

PIPE = ("无缝钢管（219*6，20#）", "无缝钢管", None)
REBAR = ("螺纹钢 rb2610", "螺纹钢", "rb2610")


@pytest.mark.parametrize(
    "typed",
    [
        "无缝钢管 219*6 20#", "无缝钢管219×6 20＃", "２１９＊６", "Φ219x6", "φ219 × 6", "∮219*6.0",
        "219mm*6", "ф219*6", "无缝", "20井", "20# 无缝", "（219*6，20#）", "",
    ],
)  # fmt: skip
def test_every_spelling_finds_the_pipe(typed: str) -> None:
    assert matches(terms(typed), PIPE)


@pytest.mark.parametrize("typed", ["219*60", "19*6", "120#", "219*6.5", "焊管", "无缝 108"])
def test_another_size_is_not_found(typed: str) -> None:
    """A figure counts whole: a search for one size does not show its neighbours."""
    assert not matches(terms(typed), PIPE)


@pytest.mark.parametrize(("typed", "found"), [("RB26", True), ("ｒｂ2610", True), ("rb2611", False), ("b2610", True)])
def test_the_beginning_of_a_contract_is_enough(typed: str, found: bool) -> None:
    assert matches(terms(typed), REBAR) is found


def test_a_long_query_is_bounded() -> None:
    assert len(terms("钢 1 " * 10_000)) <= MOST_TERMS
