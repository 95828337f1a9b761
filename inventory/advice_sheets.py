"""Reading the list of bundles that a mill sends with a lorry (捆包清单): a table as text, columns by their headings.

Imports neither flask nor sqlalchemy.
"""

import csv
import io
import re
from collections.abc import Callable, Iterator, Mapping
from decimal import Context
from typing import Any

from inventory import codes
from inventory.arrival_errors import AdviceColumns, AdviceLineUnreadable, AdviceTooLong
from inventory.quantities import MOST_PIECES
from steelyard.core import worksheets
from steelyard.core.decoding import decode
from steelyard.core.units import UnitError, parse_length_mm, parse_mass_g

LONGEST_TABLE = 200_000
"""Characters of a table; the list of a lorry has some thousands."""
MOST_ROWS = 500
MOST_BYTES = 1024 * 1024
_BOUNDS = worksheets.Bounds(unpacked=16 * 1024 * 1024, tags=500_000, cells=20_000)
_FORMULA = ("=", "+", "@", "＝", "＋", "＠")
"""What a spreadsheet program would run: what it comes to is nobody's statement."""
_BUNDLES = frozenset({"捆数", "件数", "bundles"})
_BINARY = re.compile(r"[0-9]{1,12}\.[0-9]{10,}")
_SHOWN = Context(prec=15)
_UNIT = re.compile(r"\s*[(（\[]\s*([^)）\]]*)[)）\]]\s*$")
_MASS_UNITS = {"t": "t", "吨": "t", "kg": "kg", "公斤": "kg", "千克": "kg"}
_KEYS = {
    "bundle": "tag", "heat": "heat_number", "mill": "mill_name", "certificate": "certificate_number",
    "size": "size", "grade": "grade", "standard": "standard", "pieces": "pieces", "mass": "mass_g",
    "length": "piece_length_mm", "bundles": "bundles",
}  # fmt: skip
_LONGEST = {"tag": 60, "heat_number": 80, "mill_name": 120, "certificate_number": 80, "grade": 40, "standard": 40}


def text_of(content: bytes) -> str:
    """The table of a file: the first worksheet of an XLSX, or text in any encoding of China.

    Raises ``AdviceColumns`` for what is neither, ``AdviceTooLong`` for a workbook that is larger than any list.
    """
    if not content.startswith(b"PK"):
        decoded = decode(content)
        if decoded is None:
            raise AdviceColumns
        return decoded[0]
    try:
        rows = worksheets.worksheet(content, None, _BOUNDS, formulas=True)
    except worksheets.TooLarge:
        raise AdviceTooLong(most=MOST_ROWS) from None
    except worksheets.Unreadable:
        raise AdviceColumns from None
    found = io.StringIO()
    lines = (
        [_exact(row.get(place, "")) for place in range(max(row, default=-1) + 1)] for _, row in sorted(rows.items())
    )
    csv.writer(found, delimiter="\t").writerows(lines)
    return found.getvalue()


def _exact(cell: str) -> str:
    """A figure of a workbook, which keeps binary fractions, with the 15 digits that its program shows."""
    return f"{_SHOWN.create_decimal(cell).normalize():f}" if _BINARY.fullmatch(cell) else cell


def read(text: str) -> list[dict[str, Any]]:
    """The rows of a table with headings, separated by tabs, commas or semicolons; empty cells are absent.

    A mass without a unit, in its cell or its heading, is kilograms. Raises ``AdviceColumns``, ``AdviceTooLong``, and
    ``AdviceLineUnreadable`` for the first row that cannot be read.
    """
    rows = [row for row in _rows(text) if any(cell.strip() for cell in row)]
    if not rows:
        raise AdviceColumns
    columns = [_column(cell) for cell in rows[0]]
    names = {name for name, _ in columns}
    if not names & {"tag", "bundles"} or len(names - {None}) < 2:
        raise AdviceColumns
    if len(rows) - 1 > MOST_ROWS:
        raise AdviceTooLong(most=MOST_ROWS)
    return [_line(number, columns, row) for number, row in enumerate(rows[1:], 2)]


def _rows(text: str) -> Iterator[list[str]]:
    text = text.lstrip("\ufeff")
    head = text.partition("\n")[0]
    separator = max("\t;,", key=head.count)
    return csv.reader(io.StringIO(text, newline=""), delimiter=separator)


def _column(heading: str) -> tuple[str | None, str]:
    """The field that a heading names, and the unit that it gives."""
    heading = heading.strip()
    unit = match[1].strip().casefold() if (match := _UNIT.search(heading)) else ""
    name = _UNIT.sub("", heading)
    meaning = "bundles" if name.casefold() in _BUNDLES else codes.meaning(name)
    return _KEYS.get(meaning or ""), unit


def _line(number: int, columns: list[tuple[str | None, str]], row: list[str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for (name, unit), cell in zip(columns, row, strict=False):
        cell = cell.strip()
        if name is None or not cell:
            continue
        try:
            found[name] = _READERS.get(name, _text)(cell, unit) if name in _READERS else _text(cell, name)
        except (UnitError, ValueError):
            raise AdviceLineUnreadable(row=number, column=name, text=codes.shown(cell)) from None
    if "tag" not in found and "bundles" not in found:
        raise AdviceLineUnreadable(row=number, column="tag", text="")
    return found


def _text(cell: str, name: str) -> str:
    if len(cell) > _LONGEST.get(name, 60) or not cell.isprintable() or cell.startswith(_FORMULA):
        raise ValueError(name)
    return cell


def _count(cell: str, _unit: str) -> int:
    digits = cell.rstrip("支根捆件 ")
    if not digits.isascii() or not digits.isdigit() or not 1 <= int(digits) <= MOST_PIECES:
        raise ValueError(cell)
    return int(digits)


def _mass(cell: str, unit: str) -> int:
    mass_g = parse_mass_g(cell, assume=_MASS_UNITS.get(unit, "kg"))
    if mass_g < 1:
        raise ValueError(cell)
    return mass_g


def _length(cell: str, unit: str) -> int:
    bare = cell.replace(".", "").isdigit()
    length_mm = parse_length_mm(f"{cell} m" if bare and unit in {"m", "米"} else cell)
    if not 200 <= length_mm <= 30_000:
        raise ValueError(cell)
    return length_mm


_READERS: Mapping[str, Callable[[str, str], int]] = {
    "pieces": _count, "bundles": _count, "mass_g": _mass, "piece_length_mm": _length,
}  # fmt: skip
