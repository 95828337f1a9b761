"""Text to tables: which encoding, which separator; files and what people paste from pages and chat groups."""

import csv
import io
import re
from collections.abc import Callable, Iterable

from pricing.importing import faults
from pricing.importing.grids import MOST_COLUMNS, MOST_ROWS, Book, Grid, Line, cell
from pricing.importing.layout import header_score
from steelyard.core import decoding

LOOKED_AT = 200
"""Lines by which the separator is found."""
_WIDE_GAP = re.compile(r"\t+|[ \u00a0\u3000]{2,}")


def decode(content: bytes) -> tuple[str, str]:
    """The text and the name of its encoding; raises `SheetUnreadable` for what is no text."""
    found = decoding.decode(content)
    if found is None:
        raise faults.SheetUnreadable
    return found


def read(text: str, encoding: str) -> Book:
    """The one table of a text, split in the way in which its first lines look most like a sheet of prices."""
    lines = [line for line in text.splitlines() if line.strip()]
    if len(lines) > MOST_ROWS:
        raise faults.SheetTooLarge(detail=f"{len(lines)} rows")
    if not lines:
        raise faults.SheetEmpty
    name, split = max(_SPLITTERS, key=lambda entry: _fitness(entry[1](lines[:LOOKED_AT])))
    grid = Grid("", tuple(split(lines)))
    if not any(any(line) for line in grid.lines):
        raise faults.SheetEmpty
    return Book(f"text {encoding} {name}", (grid,))


def _fitness(lines: Iterable[Line]) -> tuple[int, int]:
    """How well the best line reads as a header, then how many lines have as many cells as the commonest."""
    found = list(lines)
    score = max((header_score(line) for line in found), default=0)
    widths = [len(line) for line in found if len(line) > 1]
    regular = max((widths.count(width) for width in set(widths)), default=0)
    return score, regular


def _separated(delimiter: str) -> Callable[[list[str]], list[Line]]:
    def split(lines: list[str]) -> list[Line]:
        # Quotes hold a cell together only where a line's quotes pair up: inches are written with one.
        return [_cells(_unquoted(line, delimiter)) for line in lines]

    return split


def _unquoted(line: str, delimiter: str) -> list[str]:
    if line.count('"') % 2:
        return line.split(delimiter)
    try:
        return next(csv.reader(io.StringIO(line), delimiter=delimiter))
    except (csv.Error, StopIteration):
        return line.split(delimiter)


def _by_gaps(lines: list[str]) -> list[Line]:
    return [_cells(_WIDE_GAP.split(line.strip())) for line in lines]


def _by_spaces(lines: list[str]) -> list[Line]:
    return [_cells(line.split()) for line in lines]


def _cells(texts: Iterable[str]) -> Line:
    return tuple(cell(text) for text in list(texts)[:MOST_COLUMNS])


_SPLITTERS: tuple[tuple[str, Callable[[list[str]], list[Line]]], ...] = (
    ("tab", _separated("\t")),
    ("comma", _separated(",")),
    ("semicolon", _separated(";")),
    ("bar", _separated("|")),
    ("wide comma", _separated("，")),
    ("gaps", _by_gaps),
    ("spaces", _by_spaces),
)
"""In this order of preference where two fit equally well."""
