"""Which bundles an order gets (配货): first in first out, by the rules of each line, never more than ordered.

Where whole bundles are asked for, those pieces are chosen that come as near as any choice can; among such choices
the one that takes the oldest goods. Imports neither flask nor sqlalchemy.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from inventory.quantities import NOTHING, Quantity
from inventory.states import Condition, State

TOLERANCE_PER_MILLE = 50
"""By the custom of the trade a mass is delivered when 95% of it are: whole bundles never sum up to the gram."""


class Why(StrEnum):
    """Why a bundle is not taken for a line."""

    HELD = "held"
    PROMISED = "promised"
    QUARANTINE = "quarantine"
    DEFECTIVE = "defective"
    NOT_AVAILABLE = "not_available"
    NO_CERTIFICATE = "no_certificate"
    TOO_SHORT = "too_short"
    TOO_LONG = "too_long"
    SEVERAL_HEATS = "several_heats"
    OTHER_HEAT = "other_heat"
    OTHER_CONDITION = "other_condition"
    ANOTHER_LINE = "another_line"
    TOO_MUCH = "too_much"
    NOT_NEEDED = "not_needed"


_BY_STATE = {
    State.QUARANTINE: Why.QUARANTINE,
    State.DEFECTIVE: Why.DEFECTIVE,
    State.RESERVED: Why.PROMISED,
    State.PICKED: Why.PROMISED,
}


@dataclass(frozen=True, slots=True)
class Goods:
    """A bundle of the owner that lies in the yard. ``held_by`` is the reference of what keeps it from leaving."""

    bundle_id: int
    tag: str
    place: str
    received_at: datetime
    product_id: int
    od_mm_x100: int
    wall_mm_x100: int | None
    grade: str
    standard: str
    piece_length_mm: int
    heat_id: int
    heat_number: str
    several_heats: bool
    certified: bool
    state: State
    quantity: Quantity
    held_by: str | None = None
    condition: Condition | None = None


@dataclass(frozen=True, slots=True)
class Wanted:
    """A line and what of it is not allocated yet; ``heat_id`` is the heat that it got before."""

    line_id: int
    bundle_id: int | None = None
    product_id: int | None = None
    od_mm_x100: int | None = None
    wall_mm_x100: int | None = None
    grade: str | None = None
    standard: str | None = None
    pieces: int | None = None
    mass_g: int | None = None
    min_piece_mm: int | None = None
    max_piece_mm: int | None = None
    one_heat: bool = False
    certified: bool = False
    whole_bundles: bool = True
    heat_id: int | None = None
    condition: Condition | None = None

    def names(self, goods: Goods) -> bool:
        """Whether the line speaks of such goods at all."""
        if self.bundle_id is not None:
            return goods.bundle_id == self.bundle_id
        size = self.od_mm_x100 is None or (self.od_mm_x100, self.wall_mm_x100) == (goods.od_mm_x100, goods.wall_mm_x100)
        return (
            size
            and self.product_id in (None, goods.product_id)
            and self.grade in (None, goods.grade)
            and self.standard in (None, goods.standard)
        )

    def forbids(self, goods: Goods) -> Why | None:
        """The first rule that the goods break, whatever else is taken."""
        if goods.held_by is not None:
            return Why.HELD
        if goods.state is not State.AVAILABLE:
            return _BY_STATE.get(goods.state, Why.NOT_AVAILABLE)
        if self.condition not in (None, goods.condition):
            return Why.OTHER_CONDITION
        if self.certified and not goods.certified:
            return Why.NO_CERTIFICATE
        if self.min_piece_mm is not None and goods.piece_length_mm < self.min_piece_mm:
            return Why.TOO_SHORT
        if self.max_piece_mm is not None and goods.piece_length_mm > self.max_piece_mm:
            return Why.TOO_LONG
        return self._forbids_heat(goods) if self.one_heat else None

    def _forbids_heat(self, goods: Goods) -> Why | None:
        if goods.several_heats:
            return Why.SEVERAL_HEATS
        return None if self.heat_id in (None, goods.heat_id) else Why.OTHER_HEAT


@dataclass(frozen=True, slots=True)
class Taken:
    """A bundle for the line, or the part of it that is to be split off."""

    goods: Goods
    quantity: Quantity
    is_part: bool


@dataclass(slots=True)
class Plan:
    """What a line gets, and why it does not get the rest; ``missing`` is in pieces, or in grams for a mass."""

    line_id: int
    taken: list[Taken] = field(default_factory=list)
    left: list[tuple[Goods, Why]] = field(default_factory=list)
    missing: int = 0

    @property
    def amount(self) -> Quantity:
        """What the line gets altogether."""
        total = NOTHING
        for one in self.taken:
            total = total.plus(one.quantity)
        return total


def plan(lines: Sequence[Wanted], goods: Iterable[Goods]) -> list[Plan]:
    """What each line gets, in the order of the lines; the second line finds what the first one left."""
    oldest = sorted(goods, key=lambda one: (one.received_at, one.bundle_id))
    used: set[int] = set()
    plans = []
    for line in lines:
        found = _line(line, [one for one in oldest if line.names(one)], used)
        used |= {one.goods.bundle_id for one in found.taken}
        plans.append(found)
    return plans


def _line(line: Wanted, goods: Sequence[Goods], used: set[int]) -> Plan:
    free: list[Goods] = []
    left: list[tuple[Goods, Why]] = []
    for one in goods:
        why = Why.ANOTHER_LINE if one.bundle_id in used else line.forbids(one)
        if why is None:
            free.append(one)
        else:
            left.append((one, why))
    best = _best(line, free)
    best.left = sorted([*left, *best.left], key=lambda pair: (pair[0].received_at, pair[0].bundle_id))
    return best


def _best(line: Wanted, free: Sequence[Goods]) -> Plan:
    """Of all heats the oldest that is enough, else the one with most; without the rule all heats together."""
    if not line.one_heat:
        return _fill(line, free)
    by_heat: dict[int, list[Goods]] = {}
    for one in free:
        by_heat.setdefault(one.heat_id, []).append(one)
    plans = [_fill(line, goods) for goods in by_heat.values()]
    if not plans:
        return _fill(line, [])
    best = min(plans, key=lambda one: one.missing)
    inside = {one.goods.heat_id for one in best.taken}
    best.left += [(one, Why.OTHER_HEAT) for one in free if one.heat_id not in inside and inside]
    return best


def _fill(line: Wanted, goods: Sequence[Goods]) -> Plan:
    if line.bundle_id is not None:
        taken = [Taken(one, one.quantity, is_part=False) for one in goods]
        return Plan(line.line_id, taken, [], 0 if taken else 1)
    by_mass = line.pieces is None
    wanted = (line.mass_g if by_mass else line.pieces) or 0
    chosen = _nearest([one.quantity.pieces for one in goods], wanted) if line.whole_bundles and not by_mass else None
    found = Plan(line.line_id, missing=wanted)
    for index, one in enumerate(goods):
        amount = one.quantity.mass_g if by_mass else one.quantity.pieces
        if found.missing <= 0:
            found.left.append((one, Why.NOT_NEEDED))
        elif amount <= found.missing and (chosen is None or index in chosen):
            found.taken.append(Taken(one, one.quantity, is_part=False))
            found.missing -= amount
        elif not line.whole_bundles and (part := _part(one.quantity, found.missing, by_mass=by_mass)) is not None:
            found.taken.append(Taken(one, part, is_part=True))
            found.missing -= part.mass_g if by_mass else part.pieces
        else:
            found.left.append((one, Why.TOO_MUCH))
    return found


def _part(whole: Quantity, missing: int, *, by_mass: bool) -> Quantity | None:
    """As many pieces of a bundle as are missing, or as many as weigh no more than what is missing."""
    pieces = missing * whole.pieces // whole.mass_g if by_mass else missing
    return whole.share(pieces) if 0 < pieces < whole.pieces else None


def _nearest(amounts: Sequence[int], wanted: int) -> set[int]:
    """Which of ``amounts`` sum up nearest to ``wanted`` from below; of such choices the first in their order.

    ``reach[i]`` holds a bit for every sum that the amounts from ``i`` on can make.
    """
    if sum(amounts) <= wanted:
        return set(range(len(amounts)))
    mask = (1 << (wanted + 1)) - 1
    reach = [1] * (len(amounts) + 1)
    for index in range(len(amounts) - 1, -1, -1):
        more = reach[index + 1] << amounts[index] if amounts[index] <= wanted else 0
        reach[index] = (reach[index + 1] | more) & mask
    rest = reach[0].bit_length() - 1
    chosen = set()
    for index, amount in enumerate(amounts):
        if amount <= rest and reach[index + 1] >> (rest - amount) & 1:
            chosen.add(index)
            rest -= amount
    return chosen


def is_filled(line: Wanted, issued: Quantity) -> bool:
    """Whether what has left is what was ordered: all pieces, or the mass within the custom of the trade."""
    if line.mass_g is not None:
        return issued.mass_g * 1000 >= line.mass_g * (1000 - TOLERANCE_PER_MILLE)
    return issued.pieces >= (line.pieces or 1)
