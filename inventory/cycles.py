"""The plan of cycle counts (循环盘点): what is worth most is counted most often. Imports neither flask nor sqlalchemy.

Places are classed by the value of what lies there: the yard's own values, where it set none the market's
(:mod:`inventory.market`), and by the mass where no product has one. Those that together hold
80% of it (A) are due 30 days after their last count, those up to 95% (B) after 60, the rest (C) after 120. Where goods
lie that came more than 180 days ago, a place is counted as often as one of the class above. A place that was never
counted is due from the day since which its oldest goods lie there longer than that.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from steelyard.core.units import amount_fen


class CycleClass(StrEnum):
    """How much of the yard's value lies at a place and at those that hold more."""

    A = "A"
    B = "B"
    C = "C"


SHARES = ((80, CycleClass.A), (95, CycleClass.B))
DAYS = {CycleClass.A: 30, CycleClass.B: 60, CycleClass.C: 120}
OLD = timedelta(days=180)
_ABOVE = {CycleClass.A: CycleClass.A, CycleClass.B: CycleClass.A, CycleClass.C: CycleClass.B}


@dataclass(frozen=True, slots=True)
class Held:
    """A place with what lies there and is worth, the day of its last count, and that on which its oldest goods came."""

    place_id: int
    code: str
    bundles: int
    mass_g: int
    counted_on: date | None
    oldest: date | None
    value_fen: int = 0


@dataclass(frozen=True, slots=True)
class Due:
    """A place of the plan and the day on which it is to be counted."""

    held: Held
    cycle_class: CycleClass
    due_on: date


def plan(places: Iterable[Held], today: date) -> list[Due]:
    """All places that hold anything, the longest overdue first, of those the ones that hold most."""
    filled = [one for one in places if one.bundles]
    by_value = any(one.value_fen for one in filled)
    weights = {one.place_id: one.value_fen if by_value else one.mass_g for one in filled}
    total, above = sum(weights.values()), 0
    found = []
    for one in sorted(filled, key=lambda one: (-weights[one.place_id], one.code)):
        # A place belongs to the class within whose share it begins.
        class_ = next((name for share, name in SHARES if above * 100 < share * total), CycleClass.C)
        above += weights[one.place_id]
        if one.oldest is not None and today - one.oldest > OLD:
            class_ = _ABOVE[class_]
        since = one.counted_on or one.oldest or today - timedelta(days=DAYS[class_])
        found.append(Due(one, class_, since + timedelta(days=DAYS[class_])))
    return sorted(found, key=lambda due: (due.due_on, -due.held.mass_g, due.held.code))


def worth(masses: Iterable[tuple[int, int, int]], values: Mapping[int, int]) -> dict[int, int]:
    """What lies at each place is worth, in fen: ``masses`` are places, products and grams, ``values`` fen per tonne.

    A product without a value counts as much as the others do on the average of their mass.
    """
    rows = list(masses)
    valued = [(values[product], mass) for _, product, mass in rows if product in values]
    known = sum(mass for _, mass in valued)
    average = sum(value * mass for value, mass in valued) // known if known else 0
    found: dict[int, int] = {}
    for place, product, mass in rows:
        found[place] = found.get(place, 0) + amount_fen(values.get(product, average), mass)
    return found
