"""Sizes of pipe and round billet, and their theoretical mass by GB/T 17395 (理计)."""

import re
from dataclasses import dataclass

from steelyard.core.i18n import N_
from steelyard.core.unit_text import (
    NUMBER,
    OutOfRange,
    TooPrecise,
    UnitError,
    Unreadable,
    half_up,
    normalised,
    scaled,
    shown,
)

OUTSIDE_LEAST, OUTSIDE_MOST = 600, 102_000
"""Outside diameter in hundredths of a millimetre: 6 mm to 1,020 mm, the range of the trade."""
WALL_LEAST, WALL_MOST = 25, 15_000
"""Wall in hundredths of a millimetre: 0.25 mm, the thinnest of GB/T 17395, to 150 mm."""
PIECE_LENGTH_LEAST_MM, PIECE_LENGTH_MOST_MM = 200, 30_000
"""Length of one piece: longer than the thickest wall, so that the two are never confused, up to 30 m."""
STEEL_DENSITY_KG_PER_M3 = 7850
"""Density of carbon steel by GB/T 17395, 7.85 g/cm³; each grade may have its own."""
DENSITY_LEAST, DENSITY_MOST = 1_000, 25_000

_PI_E14 = 314_159_265_358_979
_EXAMPLE = "219*6, Φ108×4.5×6000, φ50"
_ROUND_SIGNS = "φф∮ø∅⌀"
_TIMES = "*×x\u0445\u2217\u2715\u2a2f"
_SIZE = re.compile(
    rf"(?P<sign>[{_ROUND_SIGNS}])?\s*(?P<outside>{NUMBER})\s*(?:mm|毫米)?"
    rf"(?:\s*[{_TIMES}]\s*(?P<second>{NUMBER})\s*(?P<second_unit>mm|毫米|m|米)?)?"
    rf"(?:\s*[{_TIMES}]\s*(?P<third>{NUMBER})\s*(?P<third_unit>mm|毫米|m|米)?)?"
)
_LENGTH_FACTOR = {None: 1, "mm": 1, "毫米": 1, "m": 1000, "米": 1000}


class NotAPipe(UnitError):
    """A size whose wall leaves no bore, or a solid one where a pipe is asked for."""

    code = "bad_size"
    message = N_("“%(text)s” is not the size of a pipe: twice the wall must be less than the outside diameter.")


@dataclass(frozen=True, slots=True, order=True)
class Size:
    """A size (规格): outside diameter × wall × length; without a wall it is a solid round.

    Diameter and wall are hundredths of a millimetre, the length of a piece is millimetres or unknown.
    Raises `OutOfRange` and `NotAPipe`.
    """

    od_mm_x100: int
    wall_mm_x100: int | None
    length_mm: int | None = None

    def __post_init__(self) -> None:
        _within(self, self.od_mm_x100, OUTSIDE_LEAST, OUTSIDE_MOST)
        if self.wall_mm_x100 is not None:
            _within(self, self.wall_mm_x100, WALL_LEAST, WALL_MOST)
            if 2 * self.wall_mm_x100 >= self.od_mm_x100:
                raise NotAPipe(text=self.text())
        if self.length_mm is not None and not PIECE_LENGTH_LEAST_MM <= self.length_mm <= PIECE_LENGTH_MOST_MM:
            low, high = f"{PIECE_LENGTH_LEAST_MM} mm", f"{PIECE_LENGTH_MOST_MM} mm"
            raise OutOfRange(text=self.text(), low=low, high=high)

    @property
    def is_solid(self) -> bool:
        """Whether this is a round bar or billet, which has no bore."""
        return self.wall_mm_x100 is None

    def text(self) -> str:
        """As the trade writes it: `108×4.5×6000`, `φ50`, `φ50×6000`; `parse_size` reads it back."""
        outside = _hundredths(self.od_mm_x100)
        parts = [f"φ{outside}"] if self.wall_mm_x100 is None else [outside, _hundredths(self.wall_mm_x100)]
        return "×".join(parts if self.length_mm is None else [*parts, str(self.length_mm)])


def parse_size(text: str) -> Size:
    """Read `219*6`, `Φ108×4.5×6000`, `89x8x6m`, `φ50` or `φ50×6000` (solid); raises a `UnitError`.

    A length without a unit is millimetres. Two numbers behind φ are a wall unless the second has a unit of
    length in metres or is too great for any wall. A single number needs the φ: `50` alone could be anything.
    """
    match = _SIZE.fullmatch(normalised(text, _EXAMPLE))
    if match is None:
        raise Unreadable(text=shown(text), example=_EXAMPLE)
    outside = _in_hundredths(text, match["outside"])
    second, third = match["second"], match["third"]
    if third is not None:
        if match["second_unit"] in ("m", "米"):
            raise Unreadable(text=shown(text), example=_EXAMPLE)
        return Size(outside, _in_hundredths(text, second), _length(text, third, match["third_unit"]))
    if second is None or _is_length(second, match["second_unit"]):
        if match["sign"] is None:
            raise Unreadable(text=shown(text), example=_EXAMPLE)
        return Size(outside, None, None if second is None else _length(text, second, match["second_unit"]))
    return Size(outside, _in_hundredths(text, second))


def format_size(size: Size, locale: str = "zh") -> str:
    """The size as it is printed; the same in both languages."""
    return size.text()


def tube_mass_g(size: Size, length_mm: int, density_kg_per_m3: int = STEEL_DENSITY_KG_PER_M3) -> int:
    """Theoretical mass in grams of `length_mm` of pipe, rounded half up once; raises `NotAPipe` for a solid.

    W = (D − S) · S · π · ρ / 1000 kg/m (GB/T 17395). Give the length of all pieces together, to round once.
    """
    if size.wall_mm_x100 is None:
        raise NotAPipe(text=size.text())
    ring = (size.od_mm_x100 - size.wall_mm_x100) * size.wall_mm_x100
    return half_up(ring * _linear_constant(density_kg_per_m3) * length_mm, 10**11)


def round_mass_g(size: Size, length_mm: int, density_kg_per_m3: int = STEEL_DENSITY_KG_PER_M3) -> int:
    """Theoretical mass in grams of `length_mm` of solid billet or bar, π/4 · D² · ρ, rounded half up once."""
    return half_up(size.od_mm_x100**2 * _linear_constant(density_kg_per_m3) * length_mm, 4 * 10**11)


def piece_mass_g(size: Size, length_mm: int, density_kg_per_m3: int = STEEL_DENSITY_KG_PER_M3) -> int:
    """Theoretical mass in grams of `length_mm` of this size, pipe or solid."""
    mass_of = round_mass_g if size.is_solid else tube_mass_g
    return mass_of(size, length_mm, density_kg_per_m3)


def _linear_constant(density_kg_per_m3: int) -> int:
    """π · ρ / 1000 in units of 1e-7, rounded as the standard prints it: 0.0246615 for 7.85 g/cm³."""
    if not DENSITY_LEAST <= density_kg_per_m3 <= DENSITY_MOST:
        raise ValueError(f"density {density_kg_per_m3} kg/m³ is outside {DENSITY_LEAST} to {DENSITY_MOST}")
    return half_up(_PI_E14 * density_kg_per_m3, 10**13)


def _within(size: Size, value: int, low: int, high: int) -> None:
    if not low <= value <= high:
        raise OutOfRange(text=size.text(), low=f"{_hundredths(low)} mm", high=f"{_hundredths(high)} mm")


def _hundredths(value: int) -> str:
    whole, fraction = divmod(value, 100)
    return f"{whole}.{fraction:02d}".rstrip("0") if fraction else str(whole)


def _in_hundredths(text: str, number: str) -> int:
    value = scaled(number, 100)
    if value is None:
        raise TooPrecise(text=shown(text), smallest="0.01 mm")
    return value


def _is_length(number: str, unit: str | None) -> bool:
    hundredths = scaled(number, 100)
    return unit in ("m", "米") or (hundredths is not None and hundredths > WALL_MOST)


def _length(text: str, number: str, unit: str | None) -> int:
    value = scaled(number, _LENGTH_FACTOR[unit])
    if value is None:
        raise TooPrecise(text=shown(text), smallest="1 mm")
    return value
