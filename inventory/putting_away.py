"""Where a bundle that came in had best be put (上架建议). Imports neither flask nor sqlalchemy."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field


@dataclass(slots=True)
class Shelf:
    """A place that has none below it: what it takes, what lies there (g), and of which products and owners."""

    code: str
    capacity_g: int | None = None
    capacity_mm: int | None = None
    is_blocked: bool = False
    walking_order: int | None = None
    load_g: int = 0
    kinds: set[tuple[int, int]] = field(default_factory=set)

    def takes(self, one: "Load") -> bool:
        """Whether it is open, long enough, and has room for the mass."""
        if self.is_blocked or (self.capacity_mm is not None and one.piece_length_mm > self.capacity_mm):
            return False
        return self.capacity_g is None or self.load_g + one.mass_g <= self.capacity_g


@dataclass(frozen=True, slots=True)
class Load:
    """A bundle to be put away."""

    product_id: int
    owner_id: int
    piece_length_mm: int
    mass_g: int


def suggest(loads: Sequence[Load], shelves: Iterable[Shelf]) -> list[str | None]:
    """For each bundle the code of a place, ``None`` where none takes it; each finds what the ones before it left.

    The like lies with the like: first where the owner has the same product, then what is empty, then where
    the owner has other goods, then what others use; among equals in the forklift's order.
    """
    open_ = list(shelves)
    return [_place(one, open_) for one in loads]


def _place(one: Load, shelves: Sequence[Shelf]) -> str | None:
    best = min((shelf for shelf in shelves if shelf.takes(one)), key=lambda shelf: _rank(one, shelf), default=None)
    if best is None:
        return None
    best.load_g += one.mass_g
    best.kinds.add((one.product_id, one.owner_id))
    return best.code


def _rank(one: Load, shelf: Shelf) -> tuple[int, bool, int, str]:
    if (one.product_id, one.owner_id) in shelf.kinds:
        nearness = 0
    elif not shelf.kinds:
        nearness = 1
    else:
        nearness = 2 if all(owner == one.owner_id for _, owner in shelf.kinds) else 3
    return nearness, shelf.walking_order is None, shelf.walking_order or 0, shelf.code
