"""Sizes of pipe and billet as the trade writes them, and their theoretical mass."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from steelyard.core.sizes import NotAPipe
from steelyard.core.unit_text import OutOfRange, TooPrecise, Unreadable
from steelyard.core.units import Size, UnitError, parse_size, piece_mass_g, round_mass_g, tube_mass_g


@st.composite
def sizes(draw, *, solid=None):
    outside = draw(st.integers(600, 102_000))
    wall = None
    if not (draw(st.booleans()) if solid is None else solid):
        wall = draw(st.integers(25, 15_000))
        assume(2 * wall < outside)
    return Size(outside, wall, draw(st.none() | st.integers(200, 30_000)))


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("219*6", Size(21_900, 600)),
        ("Φ108×4.5×6000", Size(10_800, 450, 6_000)),
        ("φ89x8x6000", Size(8_900, 800, 6_000)),
        ("∮89*8", Size(8_900, 800)),
        ("Ф89×8", Size(8_900, 800)),
        ("ø89 X 8", Size(8_900, 800)),
        ("⌀89✕8", Size(8_900, 800)),
        ("ϕ89х8", Size(8_900, 800)),
        ("８９＊８＊６０００", Size(8_900, 800, 6_000)),
        ("219*6*6米", Size(21_900, 600, 6_000)),
        ("219mm*6mm*6.5m", Size(21_900, 600, 6_500)),
        ("60.33 × 5.54", Size(6_033, 554)),
        ("1,020×10×12,000", Size(102_000, 1_000, 12_000)),
        ("6*1", Size(600, 100)),
        ("φ50", Size(5_000, None)),
        ("Φ 50 mm", Size(5_000, None)),
        ("φ150*6000", Size(15_000, None, 6_000)),
        ("φ150*6m", Size(15_000, None, 6_000)),
    ],
)
def test_sizes_are_read(text, size):
    assert parse_size(text) == size


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("", Unreadable),
        ("219", Unreadable),
        ("50*6000", Unreadable),
        ("219*6*6000*2", Unreadable),
        ("219*6m*6000", Unreadable),
        ("219/6", Unreadable),
        ("219*6-8", Unreadable),
        ("-219*6", Unreadable),
        ("219*6*6000~12000", Unreadable),
        ("6²*2", Unreadable),
        ("DN200", Unreadable),
        ("219*NaN", Unreadable),
        ("219.125*6", TooPrecise),
        ("219*6.001", TooPrecise),
        ("219*6*6000.5", TooPrecise),
        ("89*44.5", NotAPipe),
        ("φ20*10", NotAPipe),
        ("5.99*1", OutOfRange),
        ("1020.01*10", OutOfRange),
        ("219*0.24", OutOfRange),
        ("219*0", OutOfRange),
        ("219*6*199", OutOfRange),
        ("219*6*6", OutOfRange),
        ("219*6*30001", OutOfRange),
        ("φ50*400m", OutOfRange),
        ("φ0", OutOfRange),
        ("1e3*6", Unreadable),
    ],
)
def test_what_is_no_size_is_refused(text, error):
    with pytest.raises(UnitError) as refusal:
        parse_size(text)
    assert type(refusal.value) is error


@given(sizes())
def test_sizes_survive_writing_and_reading(size):
    assert parse_size(size.text()) == size


@given(st.text(alphabet="φΦ0123456789.,*×x m米-", max_size=24))
def test_any_text_is_a_size_or_a_typed_refusal(text):
    try:
        size = parse_size(text)
    except UnitError:
        return
    assert parse_size(size.text()) == size


@pytest.mark.parametrize(
    ("size", "kg_per_m"),
    [("219*6", "31.517"), ("108*4.5", "11.486"), ("89*8", "15.981")],
    ids=lambda value: value,
)
def test_theoretical_mass_is_that_of_the_tables(size, kg_per_m):
    """The figures of GB/T 17395 for one metre."""
    assert tube_mass_g(parse_size(size), 1_000) == int(Decimal(kg_per_m) * 1_000)


@given(sizes(solid=False), st.integers(0, 10**7), st.integers(7_000, 9_000))
def test_pipe_mass_follows_the_formula(size, length_mm, density):
    """Within half a gram of exact arithmetic with the constant of seven decimals that the standard prints."""
    constant = Fraction(round(Decimal("3.14159265358979") * density / 1_000_000, 7))
    outside, wall = Fraction(size.od_mm_x100, 100), Fraction(size.wall_mm_x100, 100)
    exact = (outside - wall) * wall * constant * length_mm
    assert abs(tube_mass_g(size, length_mm, density) - exact) <= Fraction(1, 2)


def test_billet_mass_is_that_of_a_full_circle():
    """φ50: 0.0246615 / 4 × 50² = 15.4134 kg/m."""
    assert round_mass_g(parse_size("φ50"), 1_000) == 15_413
    assert piece_mass_g(parse_size("φ50"), 6_000) == 92_481
    assert piece_mass_g(parse_size("219*6"), 12_000) == tube_mass_g(parse_size("219*6"), 12_000)


@given(sizes(solid=False), st.integers(1, 30_000))
def test_a_pipe_is_its_circle_less_its_bore(size, length_mm):
    bore = size.od_mm_x100 - 2 * size.wall_mm_x100
    assume(bore >= 600)
    full = round_mass_g(Size(size.od_mm_x100, None), length_mm)
    empty = round_mass_g(Size(bore, None), length_mm)
    assert abs(tube_mass_g(size, length_mm) - (full - empty)) <= 1


def test_rounding_once_for_many_pieces_differs_from_rounding_each():
    size = parse_size("89*8")
    assert tube_mass_g(size, 1_000 * 7) == 111_865
    assert 7 * tube_mass_g(size, 1_000) == 111_867


def test_a_solid_has_no_wall_to_weigh():
    assert parse_size("φ50").is_solid
    with pytest.raises(NotAPipe):
        tube_mass_g(parse_size("φ50"), 1_000)


@pytest.mark.parametrize("density", [0, 999, 25_001], ids=str)
def test_an_absurd_density_is_a_programming_error(density):
    with pytest.raises(ValueError, match="density"):
        tube_mass_g(parse_size("89*8"), 1_000, density)
