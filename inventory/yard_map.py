"""A map of a yard (库区图): places as boxes within boxes, in the order of their tree.

It is no survey: who knows where a place stands knows it by what it belongs to. Imports neither flask nor sqlalchemy.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

LEAF_WIDTH, LEAF_HEIGHT, GAP, HEAD = 136, 72, 8, 30
"""In the units of the drawing, which are pixels at its natural size; a box is as large as a thumb."""
WIDEST = 900
MOST_BOXES = 400
"""Beyond so many boxes what lies deeper is drawn as one box that leads to a map of its own."""


class Level(StrEnum):
    """How full a place is: by its capacity where it is known, else whether anything lies there."""

    EMPTY = "empty"
    UNKNOWN = "unknown"
    LOW = "low"
    MIDDLE = "middle"
    HIGH = "high"
    OVER = "over"


BOUNDS = ((50, Level.LOW), (80, Level.MIDDLE), (100, Level.HIGH))
"""Up to how many hundredths of the capacity a level goes."""


@dataclass(slots=True)
class Spot:
    """A place with what lies at it, in bundles and grams; ``total`` and ``capacity`` count all below it, too."""

    place_id: int
    code: str
    name: str
    parent_id: int | None
    bundles: int
    mass_g: int
    capacity_g: int | None
    is_blocked: bool
    below: list["Spot"] = field(default_factory=list)

    @property
    def all_bundles(self) -> int:
        """The bundles at it and below it."""
        return self.bundles + sum(one.all_bundles for one in self.below)

    @property
    def all_mass_g(self) -> int:
        """The grams at it and below it."""
        return self.mass_g + sum(one.all_mass_g for one in self.below)

    @property
    def whole_capacity_g(self) -> int | None:
        """What it takes: its own capacity, else that of all below it where each is known."""
        if self.capacity_g is not None or not self.below:
            return self.capacity_g
        parts = [one.whole_capacity_g for one in self.below]
        known = [part for part in parts if part is not None]
        return sum(known) if len(known) == len(parts) else None

    @property
    def percent(self) -> int | None:
        """How full it is, in hundredths, rounded down; ``None`` where its capacity is not known."""
        capacity = self.whole_capacity_g
        return self.all_mass_g * 100 // capacity if capacity else None

    @property
    def level(self) -> Level:
        """How full it is, in a word."""
        if self.all_bundles == 0:
            return Level.EMPTY
        percent, capacity = self.percent, self.whole_capacity_g
        if percent is None or capacity is None:
            return Level.UNKNOWN
        if self.all_mass_g > capacity:
            return Level.OVER
        return next(level for bound, level in BOUNDS if percent <= bound)


@dataclass(frozen=True, slots=True)
class Box:
    """A place on the map; ``is_whole`` is whether all below it is drawn as well."""

    x: int
    y: int
    width: int
    height: int
    spot: Spot
    is_leaf: bool
    is_whole: bool


@dataclass(frozen=True, slots=True)
class Map:
    """The boxes, the outer ones first, and how large the drawing is."""

    boxes: Sequence[Box]
    width: int
    height: int


def tree(spots: Iterable[Spot]) -> tuple[list[Spot], Mapping[int, Spot]]:
    """The places at the top, each with those below it in the order of their codes; and all by id."""
    known = {one.place_id: one for one in sorted(spots, key=lambda one: one.code)}
    tops: list[Spot] = []
    for one in known.values():
        above = known.get(one.parent_id) if one.parent_id is not None else None
        (above.below if above else tops).append(one)
    return tops, known


def draw(tops: Sequence[Spot], most: int = MOST_BOXES) -> Map:
    """Draw the places, as many levels of them as there is room for."""
    depth = _depth(tops, most)
    boxes, width, height = _pack([_measured(one, depth) for one in tops], GAP, GAP)
    return Map(boxes, max(width, LEAF_WIDTH) + GAP, max(height, LEAF_HEIGHT) + GAP)


def _depth(tops: Sequence[Spot], most: int) -> int:
    """How many levels together have at most ``most`` places; the first in any case."""
    depth, drawn, level = 0, 0, list(tops)
    while level:
        drawn += len(level)
        if depth and drawn > most:
            break
        depth += 1
        level = [child for one in level for child in one.below]
    return depth


@dataclass(frozen=True, slots=True)
class _Measured:
    spot: Spot
    width: int
    height: int
    inner: Sequence[Box]


def _measured(spot: Spot, depth: int) -> _Measured:
    """How large a place is drawn, with the boxes within it, as seen from its own corner."""
    if depth <= 1 or not spot.below:
        return _Measured(spot, LEAF_WIDTH, LEAF_HEIGHT, ())
    inner, width, height = _pack([_measured(one, depth - 1) for one in spot.below], GAP, HEAD)
    return _Measured(spot, max(width + GAP, LEAF_WIDTH), height + GAP, inner)


def _pack(parts: Sequence[_Measured], left: int, top: int) -> tuple[list[Box], int, int]:
    """Put parts in rows beneath ``top``; return the boxes and how far right and down they reach."""
    boxes: list[Box] = []
    x, y, row, right = left, top, 0, left
    for part in parts:
        if x > left and x + part.width > WIDEST:
            x, y, row = left, y + row + GAP, 0
        drawn = bool(part.inner)
        boxes.append(Box(x, y, part.width, part.height, part.spot, not drawn, drawn or not part.spot.below))
        boxes.extend(
            Box(x + one.x, y + one.y, one.width, one.height, one.spot, one.is_leaf, one.is_whole) for one in part.inner
        )
        right, row = max(right, x + part.width), max(row, part.height)
        x += part.width + GAP
    return boxes, right, y + row
