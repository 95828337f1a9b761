"""The arithmetic of the ledger."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory.quantities import NOTHING, BalanceKey, Movement, Position, Quantity, deltas, total
from inventory.states import State

HERE = Position(1, 10, State.AVAILABLE)
THERE = Position(2, 10, State.AVAILABLE)
TEN = Quantity(10, 60_000, 700_000)

positions = st.builds(Position, st.integers(1, 3), st.integers(10, 11), st.sampled_from(list(State)[:3]))
quantities = st.builds(Quantity, st.integers(1, 99), st.integers(0, 10**6), st.integers(0, 10**7))


@st.composite
def movements(draw: st.DrawFn) -> Movement:
    source = draw(positions)
    target = draw(positions.filter(lambda position: position != source))
    return Movement(draw(st.integers(1, 3)), draw(quantities), source, target)


@given(st.lists(movements(), max_size=20))
def test_whatever_moves_the_sum_over_all_places_is_zero(moves: list[Movement]) -> None:
    assert total(deltas(moves)) == NOTHING


@given(movements())
def test_a_counter_move_undoes_a_move(move: Movement) -> None:
    assert deltas([move, move.reversed()]) == {}


def test_moves_of_one_bundle_make_one_delta_for_each_cell() -> None:
    elsewhere = HERE.at(3)
    changes = deltas([Movement(7, TEN, HERE, THERE), Movement(7, TEN, THERE, elsewhere)])
    assert changes == {BalanceKey(7, HERE): TEN.negated(), BalanceKey(7, elsewhere): TEN}


@pytest.mark.parametrize(
    "quantity", [pytest.param(NOTHING, id="nothing"), pytest.param(Quantity(-1, 0, 0), id="less-than-nothing")]
)
def test_a_movement_takes_something(quantity: Quantity) -> None:
    with pytest.raises(ValueError, match="takes something"):
        Movement(1, quantity, HERE, THERE)


def test_a_movement_leads_elsewhere() -> None:
    with pytest.raises(ValueError, match="one position to another"):
        Movement(1, TEN, HERE, HERE)


def test_a_share_takes_length_and_mass_in_proportion() -> None:
    assert TEN.share(3) == Quantity(3, 18_000, 210_000)
    assert TEN.share(12) == Quantity(12, 72_000, 840_000)
