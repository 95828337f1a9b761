"""Whether a value keeps the limits of its grade. Imports neither flask nor sqlalchemy."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from inventory.certificates.exact import Exact
from inventory.certificates.limits import Direction, Grade, Limit

ROOM = (10, 35)
"""Degrees Celsius that count as room temperature (GB/T 228.1)."""
_UNITS = {
    "%": "%", "wt%": "%", "mass%": "%", "%(m/m)": "%", "mpa": "MPa", "n/mm2": "MPa", "n/mm²": "MPa", "j": "J",
}  # fmt: skip
_SYMBOLS = {"REH": "ReH", "REL": "ReL", "RP0.2": "Rp0.2", "RM": "Rm", "A": "A", "A5": "A", "Z": "Z", "KV": "KV2"}
_DEGREES = re.compile(r"([-−+]?\d{1,4})\s*°?\s*[C℃]")


class Family(StrEnum):
    """What a value tells of."""

    CHEMICAL = "chemical"
    MECHANICAL = "mechanical"
    PHYSICAL = "physical"
    SUPPLEMENTARY = "supplementary"


class Verdict(StrEnum):
    """Within or outside the limits; no limit where the table has none; unclear where it depends on what is unknown."""

    WITHIN = "within"
    OUTSIDE = "outside"
    NO_LIMIT = "no_limit"
    UNCLEAR = "unclear"


@dataclass(frozen=True, slots=True)
class Value:
    """One value of a certificate; ``figure`` is ``None`` where it is a text."""

    family: Family
    symbol: str
    figure: Exact | None
    operator: str = "="
    unit: str | None = None
    direction: Direction | None = None
    circumstances: str | None = None


def limits_for(value: Value, grade: Grade | None, mechanics: bool, thickness_um: int | None) -> tuple[Limit, ...]:
    """Return the limits that may hold for a value: several where the thickness or the direction is not known."""
    if grade is None or value.figure is None:
        return ()
    if value.family is Family.CHEMICAL:
        return tuple(one for one in grade.chemistry if one.symbol == value.symbol and _unit(value.unit) == "%")
    if value.family is not Family.MECHANICAL or not mechanics:
        return ()
    symbol = _SYMBOLS.get(value.symbol.upper(), value.symbol)
    return tuple(
        one
        for one in grade.mechanics
        if one.symbol == symbol
        and one.unit == _unit(value.unit)
        and value.direction in (None, one.direction or value.direction)
        and (thickness_um is None or (one.over_um < thickness_um and (one.to_um is None or thickness_um <= one.to_um)))
        and _at_room(one, value.circumstances)
    )


def _unit(unit: str | None) -> str | None:
    return _UNITS.get((unit or "").strip().lower().replace(" ", ""))


def _at_room(limit: Limit, circumstances: str | None) -> bool:
    """Whether a value was measured at the temperature of the limit, as far as the certificate says."""
    match = _DEGREES.search(circumstances or "")
    if match is None:
        return True
    celsius = int(match[1].replace("−", "-"))
    return celsius == limit.celsius if limit.celsius is not None else ROOM[0] <= celsius <= ROOM[1]


def judge(value: Value, limits: Sequence[Limit]) -> Verdict:
    """Return the verdict: one that holds for all limits that may apply, else unclear."""
    if not limits or value.figure is None:
        return Verdict.NO_LIMIT
    verdicts = {_against(value.figure, value.operator, limit) for limit in limits}
    return verdicts.pop() if len(verdicts) == 1 else Verdict.UNCLEAR


def _against(figure: Exact, operator: str, limit: Limit) -> Verdict:
    """Compare one figure, or what ``<0.005`` and ``>600`` leave open, with one limit; its bounds are within."""
    number = figure.decimal
    low, high = (None if bound is None else bound.decimal for bound in (limit.low, limit.high))
    too_low = low is not None and (number < low or (operator == "<" and number == low))
    too_high = high is not None and (number > high or (operator == ">" and number == high))
    if operator in {"<", "<="}:
        if too_low:
            return Verdict.OUTSIDE
        return Verdict.UNCLEAR if low is not None or too_high else Verdict.WITHIN
    if operator in {">", ">="}:
        if too_high:
            return Verdict.OUTSIDE
        return Verdict.UNCLEAR if high is not None or too_low else Verdict.WITHIN
    return Verdict.OUTSIDE if too_low or too_high else Verdict.WITHIN
