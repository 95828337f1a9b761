"""Masses, prices, money and lengths as people write them, and the one rounding of money."""

import re
from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from steelyard.core import units
from steelyard.core.unit_text import Negative, OutOfRange, TooPrecise, Unreadable
from steelyard.core.units import UnitError

GRAMS = st.integers(0, units.MASS_MOST_G)
FEN = st.integers(0, units.MONEY_MOST_FEN)
PRICES = st.integers(0, units.PRICE_MOST_FEN_PER_T)
LOCALES = st.sampled_from(["zh", "zh_Hans_CN", "en", "en_GB"])
FULL_WIDTH = str.maketrans("0123456789,.¥/ ", "０１２３４５６７８９，．￥／\u3000")


@pytest.mark.parametrize(
    ("text", "mass_g"),
    [
        ("3.512吨", 3_512_000),
        ("3.512 t", 3_512_000),
        ("3.512T", 3_512_000),
        ("3512kg", 3_512_000),
        ("3,512公斤", 3_512_000),
        ("3，512 千克", 3_512_000),
        ("３．５１２吨", 3_512_000),
        ("3512㎏", 3_512_000),
        ("500克", 500),
        ("500 g", 500),
        ("0.000001 t", 1),
        ("1,234,567.891 kg", 1_234_567_891),
        ("  12公吨  ", 12_000_000),
        ("0t", 0),
        ("3.5120000000 t", 3_512_000),
    ],
)
def test_masses_are_read(text, mass_g):
    assert units.parse_mass_g(text) == mass_g


@pytest.mark.parametrize(
    ("text", "fen_per_t"),
    [
        ("4,048.80元/吨", 404_880),
        ("4048.8", 404_880),
        ("¥4,048.80/t", 404_880),
        ("￥4,048.80／吨", 404_880),
        ("4048元每吨", 404_800),
        ("4048 元 / 吨", 404_800),
        ("4048元", 404_800),
        ("RMB 4,048.80 per tonne", 404_880),
        ("CNY 4048.80/t", 404_880),
        ("4.0488元/kg", 404_880),
        ("0.4万元/吨", 400_000),
        ("0", 0),
    ],
)
def test_prices_are_read(text, fen_per_t):
    assert units.parse_price_fen_per_t(text) == fen_per_t


@pytest.mark.parametrize(
    ("text", "fen"),
    [
        ("1,234.50元", 123_450),
        ("¥1,234.5", 123_450),
        ("1234.5", 123_450),
        ("1.2万元", 1_200_000),
        ("1.2万", 1_200_000),
        ("¥1.2万", 1_200_000),
        ("人民币1,234元整", 123_400),
        ("0.01圆", 1),
        ("3亿元", 30_000_000_000),
        ("１，２３４．５０元", 123_450),
    ],
)
def test_money_is_read(text, fen):
    assert units.parse_money_fen(text) == fen


@pytest.mark.parametrize(
    ("text", "length_mm"),
    [
        ("6000", 6_000),
        ("6,000", 6_000),
        ("6000mm", 6_000),
        ("6000 毫米", 6_000),
        ("6m", 6_000),
        ("6米", 6_000),
        ("6.5 米", 6_500),
        ("12.5M", 12_500),
        ("650cm", 6_500),
        ("６０００㎜", 6_000),
        ("6 mm", 6),
        ("100", 100),
    ],
)
def test_lengths_are_read(text, length_mm):
    assert units.parse_length_mm(text) == length_mm


REFUSED = [
    *((units.parse_mass_g, text, Negative) for text in ("-3t", "−3t", "－3t", "-0.5吨", "–3 t")),
    *((units.parse_money_fen, text, Negative) for text in ("-5", "¥-5", "-¥5", "负5元")),
    *((units.parse_mass_g, text, TooPrecise) for text in ("0.0000001t", "0.5g", "3512.0005kg")),
    *((units.parse_money_fen, text, TooPrecise) for text in ("0.001", "1.005元", "0.0000001万")),
    *((units.parse_price_fen_per_t, text, TooPrecise) for text in ("4048.805", "4.048811元/kg")),
    *((units.parse_length_mm, text, TooPrecise) for text in ("6000.5", "6.0005m")),
    (units.parse_mass_g, "1,000,001t", OutOfRange),
    (units.parse_money_fen, "9" * 40, OutOfRange),
    (units.parse_price_fen_per_t, "1000000.01", OutOfRange),
    (units.parse_length_mm, "6000m", OutOfRange),
    *((units.parse_mass_g, text, Unreadable) for text in ("", " ", "t", "3.512", "3 ton", "3 lb", "三吨", "3..5t")),
    *((units.parse_mass_g, text, Unreadable) for text in ("NaN", "inf t", "1e3t", "0x10t", "1_000t", "+3t", "3t 2kg")),
    *((units.parse_mass_g, text, Unreadable) for text in ("3²t", "①t", "½t", "٣t", "३t", "3\u200bt", "3 5t", "x3t")),
    *(
        (units.parse_mass_g, text, Unreadable)
        for text in (".5t", "5.t", "1,5t", "1,23t", "0,512t", "12,3456t", "1 234t")
    ),
    *((units.parse_money_fen, text, Unreadable) for text in ("$5", "5美元", "5元6角", "12分", "5元/吨", "5%", "1,5")),
    *((units.parse_price_fen_per_t, text, Unreadable) for text in ("4048元/件", "4048/m", "4048~4100", "4048-4100")),
    *((units.parse_length_mm, text, Unreadable) for text in ("6", "99", "6-12m", "6' ", "6 inch", "6000 m m2")),
    (units.parse_mass_g, "9" * 63 + "kg", Unreadable),
]


@pytest.mark.parametrize(("parse", "text", "error"), REFUSED, ids=[f"{p.__name__}:{t[:12]!a}" for p, t, _ in REFUSED])
def test_bad_text_is_refused(parse, text, error):
    with pytest.raises(UnitError) as refusal:
        parse(text)
    assert type(refusal.value) is error
    assert refusal.value.status == 422
    assert len(str(refusal.value)) < 200


def test_a_unit_beside_the_field_is_assumed_only_when_named():
    assert units.parse_mass_g("3.512", assume="t") == 3_512_000
    assert units.parse_mass_g("3.512kg", assume="t") == 3_512
    with pytest.raises(Unreadable):
        units.parse_mass_g("3.512")


@given(st.text(max_size=80))
@example("\ud800t")
@example("9" * 30 + "\x00")
def test_any_text_is_a_number_or_a_typed_refusal(text):
    for parse in (units.parse_mass_g, units.parse_money_fen, units.parse_price_fen_per_t, units.parse_length_mm):
        value = answer(parse, text)
        assert value.isprintable() if isinstance(value, str) else type(value) is int and value >= 0


def answer(parse, text):
    """The value, or the sentence of the refusal; any other exception fails the test."""
    try:
        return parse(text)
    except UnitError as error:
        return str(error)


@given(GRAMS, LOCALES)
def test_masses_survive_writing_and_reading(mass_g, locale):
    text = units.format_mass(mass_g, locale, exact=True)
    assert units.parse_mass_g(text) == mass_g
    assert units.parse_mass_g(text.translate(FULL_WIDTH)) == mass_g


@given(FEN, LOCALES)
def test_money_survives_writing_and_reading(fen, locale):
    text = units.format_money(fen, locale)
    assert units.parse_money_fen(text) == fen
    assert units.parse_money_fen(text.translate(FULL_WIDTH)) == fen


@given(PRICES, LOCALES)
def test_prices_survive_writing_and_reading(price, locale):
    text = units.format_price(price, locale)
    assert units.parse_price_fen_per_t(text) == price
    assert units.parse_price_fen_per_t(text.translate(FULL_WIDTH)) == price


@given(st.integers(0, units.LENGTH_MOST_MM), LOCALES)
def test_lengths_survive_writing_and_reading(length_mm, locale):
    assert units.parse_length_mm(units.format_length(length_mm, locale)) == length_mm


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (units.format_mass(3_512_000), "3.512 吨"),
        (units.format_mass(3_512_000, "en"), "3.512 t"),
        (units.format_mass(12_345_678_499), "12,345.678 吨"),
        (units.format_mass(12_345_678_500), "12,345.679 吨"),
        (units.format_mass(-500), "-0.001 吨"),
        (units.format_mass(3_512_345, exact=True), "3.512345 吨"),
        (units.format_price(404_880), "4,048.80 元/吨"),
        (units.format_price(404_880, "en"), "¥4,048.80/t"),
        (units.format_price(-5, "en"), "-¥0.05/t"),
        (units.format_money(123_450), "1,234.50 元"),
        (units.format_money(123_450, "en"), "¥1,234.50"),
        (units.format_money(-123_450), "-1,234.50 元"),
        (units.format_length(6_000), "6 米"),
        (units.format_length(6_500, "en"), "6.5 m"),
        (units.format_length(350), "350 毫米"),
        (units.format_length(12_345, "en"), "12.345 m"),
    ],
    ids=lambda value: value,
)
def test_figures_are_written_as_each_language_does(written, expected):
    assert written == expected


@given(st.integers(-units.PRICE_MOST_FEN_PER_T, units.PRICE_MOST_FEN_PER_T), GRAMS)
def test_amounts_round_half_up_once(price, mass_g):
    """Against decimal arithmetic of another kind, with enough digits to be exact."""
    exact = (Decimal(price) * Decimal(mass_g)).scaleb(-6)
    assert units.amount_fen(price, mass_g) == int(exact.quantize(Decimal(1), ROUND_HALF_UP))


@given(PRICES, GRAMS)
def test_a_reversal_cancels_the_amount(price, mass_g):
    assert units.amount_fen(price, -mass_g) == -units.amount_fen(price, mass_g)


def test_half_a_fen_goes_up():
    assert [units.amount_fen(1, mass_g) for mass_g in (499_999, 500_000, 500_001)] == [0, 1, 1]


@pytest.mark.parametrize("factor", [1.0, "1", None], ids=["float", "text", "none"])
def test_amounts_take_integers_only(factor):
    with pytest.raises(TypeError):
        units.amount_fen(factor, 1)


def test_errors_quote_one_bounded_line():
    with pytest.raises(Unreadable) as refusal:
        units.parse_mass_g("a\nb\x1b[31m" + "x" * 500)
    assert re.fullmatch(r"“a b \[31mx+…” .*", str(refusal.value))
