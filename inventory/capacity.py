"""Whether a place takes what is put away there (库位容量). Imports neither flask nor sqlalchemy."""

from collections.abc import Mapping
from dataclasses import dataclass

from inventory import capacity_errors as errors
from inventory.matching import kilograms
from inventory.putting_away import Load, Shelf
from inventory.quantities import Movement, Quantity


@dataclass(frozen=True, slots=True)
class Leave:
    """Why a place may be filled beyond what it takes, and whether who says so may decide that."""

    reason: str | None = None
    may_overfill: bool = False


def overfills(shelf: Shelf | None, tag: str, quantity: Quantity, leave: Leave) -> bool:
    """Whether the bundle is more than the place takes and is put there by leave; ``None`` takes everything.

    Raises ``PieceTooLong`` and ``PlaceFull`` where no reason is given, ``OverfillForbidden`` where another decides.
    """
    if shelf is None:
        return False
    longest = -(-quantity.length_mm // quantity.pieces)
    if shelf.takes(Load(0, 0, longest, quantity.mass_g)):
        return False
    if leave.reason is not None:
        if not leave.may_overfill:
            raise errors.OverfillForbidden(place=shelf.code)
        return True
    if shelf.capacity_mm is not None and longest > shelf.capacity_mm:
        raise errors.PieceTooLong(tag=tag, place=shelf.code, length_mm=longest, most_mm=shelf.capacity_mm)
    free = kilograms(max(0, (shelf.capacity_g or 0) - shelf.load_g))
    raise errors.PlaceFull(tag=tag, place=shelf.code, mass_kg=kilograms(quantity.mass_g), free_kg=free)


def carry(shelves: Mapping[int, Shelf], movement: Movement) -> None:
    """Count what a movement takes from a place and brings to another."""
    for place_id, sign in ((movement.source.place_id, -1), (movement.target.place_id, 1)):
        if place_id in shelves:
            shelves[place_id].load_g += sign * movement.quantity.mass_g
