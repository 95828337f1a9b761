"""A net mass is spread to the gram."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inventory.spreading import spread

WEIGHTS = st.lists(st.integers(1, 5_000_000), min_size=1, max_size=60)


@settings(max_examples=60)
@given(WEIGHTS, st.integers(60, 50_000_000))
def test_parts_sum_to_the_net_mass_in_proportion(weights: list[int], net_g: int) -> None:
    parts = spread(net_g, weights)
    assert sum(parts) == net_g
    assert min(parts) >= 1
    exact = [net_g * weight / sum(weights) for weight in weights]
    assert all(abs(part - due) < 1 + len(weights) for part, due in zip(parts, exact, strict=True))


def test_equal_bundles_differ_by_a_gram_at_most() -> None:
    assert spread(1_000_000, [500, 500, 500]) == [333_334, 333_333, 333_333]


@pytest.mark.parametrize(
    ("net_g", "weights"), [(10, []), (10, [0, 3]), (1, [1, 1])], ids=["no-bundle", "weightless", "too-little"]
)
def test_what_cannot_be_spread_is_an_error(net_g: int, weights: list[int]) -> None:
    with pytest.raises(ValueError, match="net mass"):
        spread(net_g, weights)
