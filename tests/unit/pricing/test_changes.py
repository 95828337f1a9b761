"""Moves of prices and figures in digits."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pricing.changes import Basis, Change, Figure, change, decimal_text

CASES = {
    "printed": (Figure(40119, 1), 14, Figure(40105, 1), Change(14, 1, 3, Basis.PUBLISHED)),
    "printed, after a rebase": (Figure(1000, 0), -50, Figure(1200, 0), Change(-50, 0, -476, Basis.PUBLISHED)),
    "difference": (Figure(3105, 0), None, Figure(3100, 0), Change(5, 0, 16, Basis.DIFFERENCE)),
    "difference of scales": (Figure(31055, 1), None, Figure(3100, 0), Change(55, 1, 18, Basis.DIFFERENCE)),
    "nothing before": (Figure(3105, 0), None, None, None),
    "from nothing": (Figure(5, 0), 5, None, Change(5, 0, None, Basis.PUBLISHED)),
    "half a point up": (Figure(20001, 0), 1, None, Change(1, 0, 1, Basis.PUBLISHED)),
    "half a point down": (Figure(19999, 0), -1, None, Change(-1, 0, -1, Basis.PUBLISHED)),
}


@pytest.mark.parametrize(("value", "published", "previous", "expected"), CASES.values(), ids=CASES)
def test_change(value: Figure, published: int | None, previous: Figure | None, expected: Change | None):
    assert change(value, published, previous) == expected


@given(mantissa=st.integers(-(10**15), 10**15), scale=st.integers(0, 6))
def test_digits_hold_the_exact_value(mantissa: int, scale: int):
    from decimal import Decimal

    assert Decimal(decimal_text(mantissa, scale)) == Decimal(mantissa).scaleb(-scale)


def test_grouped_figures_have_a_true_minus_and_signed_ones_a_plus():
    assert decimal_text(-12345678, 1, grouped=True) == "−1,234,567.8"
    assert decimal_text(5, 2, grouped=True, signed=True) == "+0.05"
    assert decimal_text(0, 1, signed=True) == "0.0"
