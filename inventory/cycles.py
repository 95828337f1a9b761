"""The plan of cycle counts (循环盘点): what holds most is counted most often. Imports neither flask nor sqlalchemy.

Places are classed by the mass that lies there, as a measure of value that needs no price: those that together hold
80% of it (A) are due 30 days after their last count, those up to 95% (B) after 60, the rest (C) after 120. A place
that was never counted is due from the day since which its oldest goods lie there longer than that.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum


class CycleClass(StrEnum):
    """How much of the yard's mass lies at a place and at those that hold more."""

    A = "A"
    B = "B"
    C = "C"


SHARES = ((80, CycleClass.A), (95, CycleClass.B))
DAYS = {CycleClass.A: 30, CycleClass.B: 60, CycleClass.C: 120}


@dataclass(frozen=True, slots=True)
class Held:
    """A place with what lies there, the day of its last count, and the day on which its oldest goods came."""

    place_id: int
    code: str
    bundles: int
    mass_g: int
    counted_on: date | None
    oldest: date | None


@dataclass(frozen=True, slots=True)
class Due:
    """A place of the plan and the day on which it is to be counted."""

    held: Held
    cycle_class: CycleClass
    due_on: date


def plan(places: Iterable[Held], today: date) -> list[Due]:
    """All places that hold anything, the longest overdue first, of those the ones that hold most."""
    held = sorted((one for one in places if one.bundles), key=lambda one: (-one.mass_g, one.code))
    total, above = sum(one.mass_g for one in held), 0
    found = []
    for one in held:
        # A place belongs to the class within whose share it begins.
        class_ = next((name for share, name in SHARES if above * 100 < share * total), CycleClass.C)
        above += one.mass_g
        since = one.counted_on or one.oldest or today - timedelta(days=DAYS[class_])
        found.append(Due(one, class_, since + timedelta(days=DAYS[class_])))
    return sorted(found, key=lambda due: (due.due_on, -due.held.mass_g, due.held.code))
