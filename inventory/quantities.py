"""The arithmetic of the ledger: positions, quantities, movements, and the balances that follow from them.

Every movement takes from one position what it gives to another, so that all balances of a bundle sum to zero.
Imports neither flask nor sqlalchemy.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from inventory.states import State

MOST_PIECES = 10_000
"""Most pieces of a bundle; the bound keeps typing errors out."""


class Quantity(NamedTuple):
    """What moves: pieces, length of all pieces together in millimetres, mass in grams."""

    pieces: int
    length_mm: int
    mass_g: int

    def plus(self, other: "Quantity") -> "Quantity":
        """The sum, part by part."""
        return Quantity(self.pieces + other.pieces, self.length_mm + other.length_mm, self.mass_g + other.mass_g)

    def negated(self) -> "Quantity":
        """The same amount taken away."""
        return Quantity(-self.pieces, -self.length_mm, -self.mass_g)

    def share(self, pieces: int) -> "Quantity":
        """The part of ``pieces`` pieces, length and mass in proportion, rounded down to the unit."""
        return Quantity(pieces, self.length_mm * pieces // self.pieces, self.mass_g * pieces // self.pieces)


NOTHING = Quantity(0, 0, 0)


class Position(NamedTuple):
    """Where goods stand in the ledger: place, owner and state.

    The virtual side of a movement carries the owner and the state of the real side.
    """

    place_id: int
    owner_id: int
    state: State

    def at(self, place_id: int) -> "Position":
        """The same owner and state at another place."""
        return self._replace(place_id=place_id)


class BalanceKey(NamedTuple):
    """One cell of the ledger: a bundle at a position."""

    bundle_id: int
    position: Position


@dataclass(frozen=True, slots=True)
class Movement:
    """A quantity of a bundle taken from one position to another."""

    bundle_id: int
    quantity: Quantity
    source: Position
    target: Position

    def __post_init__(self) -> None:
        if min(self.quantity) < 0 or not any(self.quantity):
            raise ValueError("a movement takes something, and never less than nothing")
        if self.source == self.target:
            raise ValueError("a movement leads from one position to another")

    def reversed(self) -> "Movement":
        """The movement that undoes this one."""
        return Movement(self.bundle_id, self.quantity, self.target, self.source)


Balances = dict[BalanceKey, Quantity]


def deltas(movements: Iterable[Movement]) -> Balances:
    """The change of each balance by ``movements`` together, one for each cell that does not end unchanged."""
    changes: Balances = {}
    for movement in movements:
        for position, quantity in (
            (movement.source, movement.quantity.negated()),
            (movement.target, movement.quantity),
        ):
            key = BalanceKey(movement.bundle_id, position)
            changes[key] = changes.get(key, NOTHING).plus(quantity)
    return {key: quantity for key, quantity in changes.items() if any(quantity)}


def total(balances: Mapping[BalanceKey, Quantity]) -> Quantity:
    """The sum over all cells; zero for a ledger that conserves."""
    result = NOTHING
    for quantity in balances.values():
        result = result.plus(quantity)
    return result
