"""Prices, changes, days and units as people write them, and what is none of these."""

from datetime import date, time

import pytest

from pricing.importing.bands import plausible
from pricing.importing.columns import Column, column_of, guess, misfits, signature, unit_in
from pricing.importing.figures import Price, find_day, find_time, read_change, read_price
from pricing.sources.base import DropReason


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("4050", Price(4050, 0)),
        ("4,050元/吨", Price(4050, 0, "CNY/t")),
        ("４０５０", Price(4050, 0)),
        ("¥4050.50", Price(40505, 1)),
        ("4050元", Price(4050, 0)),
        ("4.05元/公斤", Price(405, 2, "CNY/kg")),
        ("", DropReason.NO_VALUE),
        ("暂无报价", DropReason.NOT_QUOTED),
        ("停产", DropReason.NOT_QUOTED),
        ("电议", DropReason.NOT_QUOTED),
        ("-", DropReason.NOT_QUOTED),
        ("#N/A", DropReason.NOT_QUOTED),
        ("4050-4080", DropReason.PRICE_RANGE),
        ("4050～4080元/吨", DropReason.PRICE_RANGE),
        ("4050/4080", DropReason.PRICE_RANGE),
        ("+30", DropReason.NOT_A_PRICE),
        ("-30", DropReason.NOT_A_PRICE),
        ("HRB400E", DropReason.NOT_A_PRICE),
        ("4050起", DropReason.NOT_A_PRICE),
        ("4050美元/吨", DropReason.NOT_A_PRICE),
        ("4,05", DropReason.NOT_A_PRICE),
        ("0", DropReason.OUT_OF_RANGE),
    ],
)
def test_price(text: str, read: Price | DropReason):
    assert read_price(text) == read


@pytest.mark.parametrize(
    ("text", "change"),
    [
        ("持平", 0),
        ("平", 0),
        ("-", 0),
        ("—", 0),
        ("", None),
        ("±0", 0),
        ("+30", 30),
        ("30", 30),
        ("↑30", 30),
        ("涨30", 30),
        ("上调20元/吨", 20),
        ("▲5", 5),
        ("-10", -10),
        ("－１０", -10),
        ("↓40", -40),
        ("跌15元", -15),
        ("▼ 5", -5),
        ("无货", None),
        ("+10.5", None),
        ("+20-30", None),
        ("99999", None),
    ],
)
def test_change(text: str, change: int | None):
    assert read_change(text, 0) == change


def test_change_has_the_scale_of_the_price():
    assert (read_change("+20", 1), read_change("-0.5", 1)) == (200, -5)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026年9月9日(10:51)聊城市场", date(2026, 9, 9)),
        ("２０２６年９月９日", date(2026, 9, 9)),
        ("2026-09-09 10:51:10", date(2026, 9, 9)),
        ("2026/9/9", date(2026, 9, 9)),
        ("20260909", date(2026, 9, 9)),
        ("9月9日行情", None),
        ("2026年13月9日", None),
        ("2026年2月30日", None),
        ("电话13562026090", None),
        ("今日", None),
    ],
)
def test_day_is_never_guessed(text: str, day: date | None):
    assert find_day(text) == day


@pytest.mark.parametrize(
    ("text", "moment"),
    [("(10:51)", time(10, 51)), ("15：00", time(15)), ("10:51:10", time(10, 51)), ("25:00", None), ("1:2:3:4", None)],
)
def test_time_of_day(text: str, moment: time | None):
    assert find_time(text) == moment


@pytest.mark.parametrize(
    ("heading", "column"),
    [
        ("品 名", Column.PRODUCT),
        ("规格（mm）", Column.SPECIFICATION),
        ("钢厂/产地", Column.MILL),
        ("价格（元/吨）", Column.PRICE),
        ("*单价：", Column.PRICE),
        ("涨跌幅%", None),
        ("涨跌\n请筛选", Column.CHANGE),
        ("Price", Column.PRICE),
        ("库存", None),
        ("", None),
    ],
)
def test_heading(heading: str, column: Column | None):
    assert column_of(heading) == column


def test_of_two_price_columns_the_second_is_left_to_people():
    header = ("品名", "含税价", "现款价")
    assert guess(header) == (Column.PRODUCT, Column.PRICE, Column.IGNORED)
    assert misfits((Column.PRODUCT, Column.PRICE, Column.PRICE)) == (Column.PRICE,)
    assert misfits((Column.IGNORED,)) == (Column.PRODUCT, Column.PRICE)


def test_a_signature_knows_columns_again_however_they_are_printed():
    assert signature(("品名", "价格(元/吨)")) == signature(("品 名", "价格：")) != signature(("价格", "品名"))


@pytest.mark.parametrize(
    ("heading", "unit"), [("价格（元/吨）", "CNY/t"), ("价格(元/kg)", "CNY/kg"), ("价格", None), ("价格(最新)", None)]
)
def test_unit_in_a_heading(heading: str, unit: str | None):
    assert unit_in(heading) == unit


@pytest.mark.parametrize(
    ("product", "mantissa", "unit", "fits"),
    [
        ("圆管坯", 3620, "CNY/t", True),
        ("圆管坯", 362, "CNY/t", False),
        ("圆管坯", 362_000, "CNY/t", False),
        ("圆管坯", 4, "CNY/kg", True),
        ("圆管坯", 4050, "CNY/kg", False),
        ("铁矿石", 780, "CNY/t", True),
        ("不锈钢无缝管", 26_000, "CNY/t", True),
        ("什么钢", 500, "CNY/t", False),
    ],
)
def test_a_price_must_be_possible_for_its_product(product: str, mantissa: int, unit: str, fits: bool):
    assert plausible(product, mantissa, 0, unit) is fits
