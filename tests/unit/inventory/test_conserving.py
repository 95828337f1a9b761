"""What goes into a process comes out, to the piece, millimetre and gram."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory.conserving import Wanted, apportion, balance, spread
from inventory.errors import ProcessNotConserved
from inventory.quantities import NOTHING, Quantity

AMOUNTS = st.lists(st.integers(0, 10**6), min_size=1, max_size=6)


@given(total=st.integers(0, 10**9), weights=AMOUNTS)
def test_parts_sum_to_the_whole_and_stray_from_proportion_by_less_than_one(total: int, weights: list[int]) -> None:
    parts = apportion(total, weights)
    assert sum(parts) == total
    if any(weights):
        assert all(
            abs(part * sum(weights) - total * weight) < sum(weights)
            for part, weight in zip(parts, weights, strict=True)
        )


@given(rows=AMOUNTS, data=st.data())
def test_a_table_keeps_the_sums_of_its_rows_and_columns(rows: list[int], data: st.DataObject) -> None:
    cuts = sorted(data.draw(st.lists(st.integers(0, sum(rows)), max_size=5)))
    columns = [b - a for a, b in zip([0, *cuts], [*cuts, sum(rows)], strict=True)]
    table = spread(rows, columns)
    assert [sum(row) for row in table] == rows
    assert [sum(column) for column in zip(*table, strict=True)] == columns
    assert min(min(row) for row in table) >= 0


def test_a_split_shares_length_and_mass_by_pieces() -> None:
    made = balance([Quantity(10, 60_000, 1001)], [Wanted(3), Wanted(7)], [])
    assert made.outputs == [Quantity(3, 18_000, 300), Quantity(7, 42_000, 701)]
    assert made.edges == [made.outputs]


def test_a_cut_names_its_kerf_and_masses_follow_the_lengths() -> None:
    outputs = [Wanted(20, 20 * 2990)]
    made = balance([Quantity(10, 60_000, 600_000)], outputs, [Wanted(0, 200)], pieces_stay=False)
    assert made.outputs == [Quantity(20, 59_800, 598_000)]
    assert made.losses == [Quantity(0, 200, 2000)]


def test_what_a_coating_adds_is_shared_by_length() -> None:
    made = balance([Quantity(1, 100, 10), Quantity(3, 300, 30)], [Wanted(4)], [], added_g=8)
    assert made.added == [2, 6]
    assert made.outputs == [Quantity(4, 400, 48)]
    assert made.edges == [[Quantity(1, 100, 12)], [Quantity(3, 300, 36)]]


DIFFERENT = [
    pytest.param([Wanted(9)], [], {"pieces": 1, "length_mm": 0, "mass_g": 0}, id="a-piece-too-few"),
    pytest.param([Wanted(10, 61_000)], [], {"pieces": 0, "length_mm": -1000, "mass_g": 0}, id="a-metre-too-many"),
    pytest.param([Wanted(10, None, 999)], [], {"pieces": 0, "length_mm": 0, "mass_g": 1}, id="a-gram-too-few"),
    pytest.param([Wanted(10)], [Wanted(0, 0, 2000)], {"pieces": 0, "length_mm": 0, "mass_g": -1000}, id="all-is-scale"),
]


@pytest.mark.parametrize(("outputs", "losses", "difference"), DIFFERENT)
def test_what_differs_is_told(outputs: list[Wanted], losses: list[Wanted], difference: dict[str, int]) -> None:
    with pytest.raises(ProcessNotConserved) as refusal:
        balance([Quantity(10, 60_000, 1000)], outputs, losses)
    assert refusal.value.params == difference


@given(
    inputs=st.lists(
        st.tuples(st.integers(1, 50), st.integers(200, 12_000), st.integers(1, 40)), min_size=1, max_size=4
    ),
    kerf=st.integers(0, 150),
    data=st.data(),
)
def test_edges_and_losses_of_each_input_are_the_input(
    inputs: list[tuple[int, int, int]], kerf: int, data: st.DataObject
) -> None:
    taken = [Quantity(pieces, pieces * length, pieces * length * dense) for pieces, length, dense in inputs]
    pieces = sum(one.pieces for one in taken)
    first = data.draw(st.integers(0, pieces - 1))
    outputs = [Wanted(one) for one in (first, pieces - first) if one]
    made = balance(taken, outputs, [Wanted(0, kerf)] if kerf else [])
    for index, one in enumerate(taken):
        total = NOTHING
        for part in (*made.edges[index], *made.lost[index]):
            assert min(part) >= 0
            total = total.plus(part)
        assert total == one
