"""Values as people type them, one to a line: ``C 0.19``, ``P <0.005``, ``Rm 455 MPa``, ``KV2 62 J``.

Imports neither flask nor sqlalchemy.
"""

from decimal import Decimal

from inventory.certificates.exact import read
from inventory.certificates.judging import Family
from inventory.certificates.metals import Figure
from steelyard.core.errors import Refused
from steelyard.core.i18n import N_

MOST_LINES = 100
ELEMENTS = frozenset({
    "C", "Si", "Mn", "P", "S", "Cr", "Ni", "Cu", "Mo", "V", "Nb", "Ti", "Al", "Alt", "Als", "B", "N", "O", "H", "W",
    "Co", "As", "Sn", "Sb", "Pb", "Ca", "Zr", "Ta", "Ce", "Bi", "Zn", "Mg", "Fe", "CEV", "Pcm",
})  # fmt: skip
_UNITS = {
    "Rm": "MPa", "ReL": "MPa", "ReH": "MPa", "Rp0.2": "MPa", "A": "%", "Z": "%", "KV2": "J", "KV": "J", "KU2": "J",
}  # fmt: skip


class ValuesUnreadable(Refused):
    """A line of typed values cannot be read."""

    code = "values_unreadable"
    message = N_("Line %(line)s of the values cannot be read. Write symbol, figure and unit: C 0.19, or Rm 455 MPa.")


class ThicknessUnreadable(Refused):
    """The thickness is no length in millimetres."""

    code = "thickness_unreadable"
    message = N_("The thickness cannot be read. Write millimetres, such as 4.5.")


def values(text: str) -> tuple[Figure, ...]:
    """Return the values of a text; raises ``ValuesUnreadable`` with the number of the line."""
    lines = [line.strip() for line in text.replace("；", "\n").replace(";", "\n").splitlines()]
    found = [_line(number, line) for number, line in enumerate(lines, 1) if line]
    if not found or len(found) > MOST_LINES:
        raise ValuesUnreadable(line=len(lines) or 1)
    return tuple(found)


def _line(number: int, line: str) -> Figure:
    symbol, _, rest = line.replace("=", " ").partition(" ")
    figure, _, unit = rest.strip().partition(" ")
    if figure in {"<", ">", "<=", ">=", "≤", "≥"}:
        more, _, unit = unit.strip().partition(" ")
        figure += more
    return typed(symbol, figure, unit.strip() or None, number)


def typed(symbol: str, figure: str, unit: str | None, line: int) -> Figure:
    """Return one typed value; its family and its unit follow from the symbol where they are not given."""
    parsed = read(figure)
    if parsed is None or not 0 < len(symbol) <= 24 or len(unit or "") > 24 or not symbol.isprintable():
        raise ValuesUnreadable(line=line)
    operator, exact = parsed
    family = Family.CHEMICAL if symbol in ELEMENTS else Family.MECHANICAL
    usual = "%" if family is Family.CHEMICAL else _UNITS.get(symbol)
    return Figure(family, symbol, exact, operator=operator, unit=unit or usual)


def thickness_um(text: str | None) -> int | None:
    """Return micrometres of what is typed in millimetres; raises ``ThicknessUnreadable``."""
    if text is None:
        return None
    parsed = read(text.lower().removesuffix("mm"))
    microns = None if parsed is None or parsed[0] != "=" else parsed[1].decimal * 1000
    if microns is None or microns != microns.to_integral_value() or not 0 < microns <= Decimal(10**6):
        raise ThicknessUnreadable
    return int(microns)
