"""A sheet as it was read: lines of texts, with what stood around the table."""

from dataclasses import dataclass

MOST_ROWS = 20_000
"""The largest city sheets have some 600 lines; a hundred thousand are no price sheet."""
MOST_COLUMNS = 64
MOST_CELL = 500
"""Characters of a cell that are looked at; a footnote in one cell has some 200."""

Line = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Grid:
    """One table: `name` is that of the worksheet, if any; `before` and `after` are texts around it on a page."""

    name: str
    lines: tuple[Line, ...]
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Book:
    """All tables of a file or a text, with how it was written: ``xlsx``, ``xls``, ``html``, ``text utf-8 tab`` …"""

    form: str
    grids: tuple[Grid, ...]


def cell(text: str) -> str:
    """The text of a cell: bounded, its white space made plain, its line breaks kept."""
    lines = (" ".join(line.split()) for line in text[:MOST_CELL].splitlines())
    return "\n".join(line for line in lines if line)


def first_line(text: str) -> str:
    """What stands first in a cell; pages put filters and hints below a heading."""
    return text.partition("\n")[0]


def is_blank(line: Line) -> bool:
    """Whether nothing stands in a line."""
    return not any(line)
