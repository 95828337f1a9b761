"""What the standards demand of a grade: limits of its chemistry and its mechanics, each with its source.

Facts of the Chinese national standards named in :data:`SOURCES`, as figures. Where the number of a table was not
certain when this was written it is ``None``, and is shown as "not stated"; where a limit was not certain there is none.
All are limits of the ladle analysis (the tolerances of GB/T 222 for the product are not applied) and of room
temperature. Imports neither flask nor sqlalchemy.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from inventory.certificates.exact import Exact


class Direction(StrEnum):
    """How a specimen lay in the product."""

    LONGITUDINAL = "L"
    TRANSVERSE = "T"


@dataclass(frozen=True, slots=True)
class Source:
    """Where a limit stands; ``table`` is ``None`` where it is not stated here."""

    standard: str
    year: int
    table: str | None = None


@dataclass(frozen=True, slots=True)
class Limit:
    """A limit of one value. Thickness in micrometres, above ``over_um`` up to ``to_um``; ``None`` is no bound."""

    symbol: str
    unit: str
    low: Exact | None
    high: Exact | None
    source: Source
    direction: Direction | None = None
    over_um: int = 0
    to_um: int | None = None
    celsius: int | None = None


@dataclass(frozen=True, slots=True)
class Grade:
    """A grade of a standard with its limits; ``condition`` is the state for which the mechanics hold."""

    standard: str
    name: str
    condition: str
    chemistry: tuple[Limit, ...]
    mechanics: tuple[Limit, ...]


_699_CHEMISTRY = Source("GB/T 699", 2015, "1")
_699_MECHANICS = Source("GB/T 699", 2015)
_1591_CHEMISTRY = Source("GB/T 1591", 2018, "1")
_1591_TENSILE = Source("GB/T 1591", 2018, "7")
_1591_ELONGATION = Source("GB/T 1591", 2018, "8")
_1591_IMPACT = Source("GB/T 1591", 2018)
_5310 = Source("GB/T 5310", 2017)
SOURCES = (_699_CHEMISTRY, _699_MECHANICS, _1591_CHEMISTRY, _1591_TENSILE, _1591_ELONGATION, _1591_IMPACT, _5310)

Bound = str | None


def _of(text: Bound) -> Exact | None:
    return None if text is None else Exact.of(text)


def _chemistry(source: Source, **bounds: tuple[Bound, Bound]) -> tuple[Limit, ...]:
    """Mass fractions in per cent, lowest and highest."""
    return tuple(Limit(symbol, "%", _of(low), _of(high), source) for symbol, (low, high) in bounds.items())


def _both(
    symbols: tuple[str, ...], low: str, source: Source, over_mm: int = 0, to_mm: int | None = None
) -> list[Limit]:
    """A yield strength that holds for each of the ways to measure it."""
    to_um = None if to_mm is None else to_mm * 1000
    return [Limit(symbol, "MPa", _of(low), None, source, None, over_mm * 1000, to_um) for symbol in symbols]


def _directed(symbol: str, unit: str, lengthwise: str, across: str, source: Source, **more: int) -> list[Limit]:
    return [
        Limit(symbol, unit, _of(low), None, source, direction, **more)
        for direction, low in ((Direction.LONGITUDINAL, lengthwise), (Direction.TRANSVERSE, across))
    ]


_CARBON_STEEL: dict[str, tuple[Bound, Bound]] = {
    "Si": ("0.17", "0.37"), "P": (None, "0.035"), "S": (None, "0.035"),
    "Cr": (None, "0.25"), "Ni": (None, "0.30"), "Cu": (None, "0.25"),
}  # fmt: skip

GRADES: tuple[Grade, ...] = (
    Grade(
        "GB/T 699", "20", "normalised specimens",
        _chemistry(_699_CHEMISTRY, C=("0.17", "0.23"), Mn=("0.35", "0.65"), **_CARBON_STEEL),
        (
            Limit("Rm", "MPa", _of("410"), None, _699_MECHANICS),
            *_both(("ReL", "Rp0.2"), "245", _699_MECHANICS),
            Limit("A", "%", _of("25"), None, _699_MECHANICS),
            Limit("Z", "%", _of("55"), None, _699_MECHANICS),
        ),
    ),
    Grade(
        "GB/T 699", "45", "normalised specimens; KU2 quenched and tempered",
        _chemistry(_699_CHEMISTRY, C=("0.42", "0.50"), Mn=("0.50", "0.80"), **_CARBON_STEEL),
        (
            Limit("Rm", "MPa", _of("600"), None, _699_MECHANICS),
            *_both(("ReL", "Rp0.2"), "355", _699_MECHANICS),
            Limit("A", "%", _of("16"), None, _699_MECHANICS),
            Limit("Z", "%", _of("40"), None, _699_MECHANICS),
            Limit("KU2", "J", _of("39"), None, _699_MECHANICS, celsius=20),
        ),
    ),
    Grade(
        "GB/T 1591", "Q355B", "hot rolled",
        _chemistry(
            _1591_CHEMISTRY, C=(None, "0.24"), Si=(None, "0.55"), Mn=(None, "1.60"), P=(None, "0.035"),
            S=(None, "0.035"), Cr=(None, "0.30"), Ni=(None, "0.30"), Cu=(None, "0.40"), N=(None, "0.012"),
        ),
        (
            *_both(("ReH", "Rp0.2"), "355", _1591_TENSILE, 0, 16),
            *_both(("ReH", "Rp0.2"), "345", _1591_TENSILE, 16, 40),
            *_both(("ReH", "Rp0.2"), "335", _1591_TENSILE, 40, 63),
            *_both(("ReH", "Rp0.2"), "325", _1591_TENSILE, 63, 80),
            *_both(("ReH", "Rp0.2"), "315", _1591_TENSILE, 80, 100),
            Limit("Rm", "MPa", _of("470"), _of("630"), _1591_TENSILE, to_um=100_000),
            *_directed("A", "%", "22", "20", _1591_ELONGATION, to_um=40_000),
            *_directed("A", "%", "21", "19", _1591_ELONGATION, over_um=40_000, to_um=63_000),
            *_directed("A", "%", "20", "18", _1591_ELONGATION, over_um=63_000, to_um=100_000),
            *_directed("KV2", "J", "34", "27", _1591_IMPACT, celsius=20),
        ),
    ),
    Grade(
        "GB/T 5310", "20G", "as delivered by the standard",
        _chemistry(
            _5310, C=("0.17", "0.23"), Si=("0.17", "0.37"), Mn=("0.35", "0.65"), P=(None, "0.025"), S=(None, "0.015"),
            Cr=(None, "0.25"), Mo=(None, "0.15"), V=(None, "0.08"), Ni=(None, "0.25"), Cu=(None, "0.20"),
        ),
        (
            Limit("Rm", "MPa", _of("410"), _of("550"), _5310),
            *_both(("ReL", "Rp0.2"), "245", _5310),
            *_directed("A", "%", "24", "22", _5310),
            *_directed("KV2", "J", "40", "27", _5310, celsius=20),
        ),
    ),
    Grade(
        "GB/T 5310", "12Cr1MoVG", "as delivered by the standard",
        _chemistry(
            _5310, C=("0.08", "0.15"), Si=("0.17", "0.37"), Mn=("0.40", "0.70"), Cr=("0.90", "1.20"),
            Mo=("0.25", "0.35"), V=("0.15", "0.30"), P=(None, "0.025"), S=(None, "0.010"), Ni=(None, "0.30"),
            Cu=(None, "0.20"),
        ),
        (
            Limit("Rm", "MPa", _of("470"), _of("640"), _5310),
            *_both(("ReL", "Rp0.2"), "255", _5310),
            *_directed("A", "%", "21", "19", _5310),
            *_directed("KV2", "J", "40", "27", _5310, celsius=20),
        ),
    ),
)  # fmt: skip
_REFERRED: dict[str, frozenset[str]] = {
    "GB/T 8162": frozenset({"20", "45", "Q355B"}),
    "GB/T 8163": frozenset({"20", "Q355B"}),
}
"""Pipe standards that take the chemistry of these grades from the standard of the steel; their mechanics are theirs."""


def plain_standard(standard: str | None) -> str:
    """The standard's name without its year, as it stands here: ``GB/T 5310`` of ``gb/t5310-2017``."""
    joined = (standard or "").upper().replace(" ", "").replace("—", "-").replace("–", "-").replace("－", "-")
    return joined.replace("GB/T", "GB/T ").split("-")[0].strip()


def _names(grade: str, standard: str | None) -> tuple[str, str]:
    return grade.strip().removesuffix("#").removesuffix("号").replace(" ", "").upper(), plain_standard(standard)


def find(grade: str | None, standard: str | None) -> tuple[Grade, bool] | None:
    """Return the limits for a grade as it is written on papers, and whether its mechanics apply too.

    A standard for pipe that refers to the steel's gets the chemistry alone; without a standard nothing is assumed.
    """
    if grade is None:
        return None
    name, plain = _names(grade, standard)
    for found in _called(name):
        if found.standard == plain:
            return found, True
        if found.name in _REFERRED.get(plain, ()):
            return found, False
    return None


def _called(name: str) -> Iterator[Grade]:
    return (grade for grade in GRADES if grade.name.upper() == name)
