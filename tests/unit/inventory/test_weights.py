"""Theoretical, certified and weighed mass."""

import pytest

from inventory.weights import Masses, theoretical_mass_g
from steelyard.core.units import parse_size

PUBLISHED = [
    pytest.param("219*6", 31_517, id="219x6"),
    pytest.param("108×4.5", 11_486, id="108x4.5"),
    pytest.param("89*8", 15_981, id="89x8"),
    pytest.param("φ50", 15_413, id="round-50"),
]


@pytest.mark.parametrize(("size", "grams"), PUBLISHED)
def test_a_metre_weighs_what_the_tables_say(size: str, grams: int) -> None:
    assert theoretical_mass_g(parse_size(size), 1, 1000) == grams


def test_pieces_are_rounded_once_together() -> None:
    assert theoretical_mass_g(parse_size("108×4.5"), 10, 6000) == 689_166


@pytest.mark.parametrize(
    ("masses", "ledger"),
    [
        pytest.param(Masses(1000), 1000, id="theory"),
        pytest.param(Masses(1000, 1010), 1010, id="certificate"),
        pytest.param(Masses(1000, 1010, 990), 990, id="weighed"),
    ],
)
def test_the_ledger_takes_the_best_known_mass(masses: Masses, ledger: int) -> None:
    assert masses.ledger_g == ledger
    assert masses.is_plausible


@pytest.mark.parametrize("given", [499, 2001, 10_000])
def test_a_slip_of_the_pen_is_no_tolerance(given: int) -> None:
    assert not Masses(1000, weighed_g=given).is_plausible
    assert not Masses(1000, certificate_g=given).is_plausible
