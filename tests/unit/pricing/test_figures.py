"""Printed figures, periods and names of goods."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pricing.sources.figures import paired, rescaled, scaled
from pricing.sources.goods import category_name, split_name, steel_grade
from pricing.sources.periods import find_period, next_period, third_of

FIGURES = {
    "plain": ("4010.5", (40105, 1)),
    "whole number keeps the column's decimal": ("17100", (171000, 1)),
    "trailing zeros say nothing": ("4010.500", (40105, 1)),
    "more decimals": ("4010.525", (4010525, 3)),
    "thousands": ("108,236.3", (1082363, 1)),
    "full width": ("４０１０．５", (40105, 1)),
    "minus sign": ("−12.2", (-122, 1)),
    "en dash for minus": ("–12.2", (-122, 1)),
    "plus": ("+0.2", (2, 1)),
    "zero": ("0.0", (0, 1)),
    "spaces inside": (" 4 010.5 ", (40105, 1)),
}


@pytest.mark.parametrize(("text", "expected"), FIGURES.values(), ids=FIGURES)
def test_figure_is_read_exactly(text: str, expected: tuple[int, int]):
    assert scaled(text, 1) == expected


@pytest.mark.parametrize(
    "text", ["", "-", "…", "1.2.3", "1,23", "12e3", "NaN", "١٢", "9" * 16, "1.1234567", "3062.9元"]
)
def test_what_is_no_figure_gives_none(text: str):
    assert scaled(text, 1) is None


@given(mantissa=st.integers(-(10**12), 10**12), scale=st.integers(0, 3))
def test_figure_printed_and_read_again_is_the_same_value(mantissa: int, scale: int):
    sign, digits = ("-" if mantissa < 0 else ""), f"{abs(mantissa):0{scale + 1}d}"
    text = f"{sign}{digits[:-scale]}.{digits[-scale:]}" if scale else f"{sign}{digits}"
    read = scaled(text, 0)
    assert read is not None
    assert read[0] * 10 ** (3 - read[1]) == rescaled(mantissa, scale, 3)


def test_price_and_change_share_the_finer_scale():
    assert paired("3060", "-8.5", 0) == (30600, 1, -85)
    assert paired("3060", "", 0) == (3060, 0, None)
    assert paired("", "1", 0) is None


def test_coarser_scale_is_refused():
    with pytest.raises(ValueError, match="loses digits"):
        rescaled(5, 1, 0)


PERIODS = {
    "first third": ("2026年8月上旬流通领域", date(2026, 8, 10)),
    "second third": ("2026年8月中旬", date(2026, 8, 20)),
    "end of February": ("2024年2月下旬", date(2024, 2, 29)),
    "label": ("2026-05下旬", date(2026, 5, 31)),
    "no such month": ("2026年13月下旬", None),
    "none": ("2026年8月", None),
}


@pytest.mark.parametrize(("text", "day"), PERIODS.values(), ids=PERIODS)
def test_period_is_known_by_its_last_day(text: str, day: date | None):
    assert find_period(text) == day


def test_periods_follow_one_another_over_the_year():
    day, thirds = date(2025, 12, 20), []
    for _ in range(4):
        day = next_period(day)
        thirds.append((day, third_of(day)))
    assert thirds == [
        (date(2025, 12, 31), "下"),
        (date(2026, 1, 10), "上"),
        (date(2026, 1, 20), "中"),
        (date(2026, 1, 31), "下"),
    ]


NAMES = {
    "pipe": ("无缝钢管（219*6，20#）", ("无缝钢管", "219*6,20#"), "20#"),
    "rebar": ("螺纹钢（Φ20mm，HRB400E）", ("螺纹钢", "Φ20mm,HRB400E"), "HRB400E"),
    "plate": ("普通中板（20mm，Q235）", ("普通中板", "20mm,Q235"), "Q235"),
    "angle": ("角钢（5#）", ("角钢", "5#"), None),
    "bare": ("角钢", ("角钢", None), None),
}


@pytest.mark.parametrize(("name", "parts", "grade"), NAMES.values(), ids=NAMES)
def test_name_is_split_into_goods_specification_and_grade(name: str, parts: tuple[str, str | None], grade: str | None):
    assert split_name(name) == parts
    assert steel_grade(parts[1]) == grade


def test_class_heading_loses_its_numeral():
    assert category_name("七、农产品(主要用于加工)") == "农产品(主要用于加工)"
