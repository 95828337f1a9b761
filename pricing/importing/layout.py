"""Where in a sheet things stand: the title above, the heading, the rows, the footnote with the terms."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pricing.importing.columns import Column, column_of
from pricing.importing.grids import Grid, Line, is_blank

LOOKED_AT = 60
"""Lines among which the heading is sought."""
LEAST_HEADINGS = 2
NO_HEADER = -1
_TERMS = re.compile(
    r"过磅|磅计|检斤|理计|理算|现款|现金|承兑|含税|裸价|未税|自提|出库|定尺|送到|运费|仅供参考|加价|以上价格|以上报价|以上均|备注[:：]|注[:：]"
)
LONGEST_HEADING = 16
_NOTE = re.compile(r"\d{1,2}[.、)）:：]|[（(]?[一二三四五六]|注|备注|说明|以上|※|\*")
_FIGURE = re.compile(r"\d{3,6}(?:\.\d+)?")


def header_score(line: Line) -> int:
    """How many different things the cells of a line name as headings do; nothing below `LEAST_HEADINGS` counts."""
    known = {column for column in map(column_of, line) if column is not None}
    return len(known) if len(known) >= LEAST_HEADINGS else 0


def find_header(lines: Sequence[Line]) -> int:
    """The index of the line that reads most like a heading, `NO_HEADER` where none does."""
    scores = [header_score(line) for line in lines[:LOOKED_AT]]
    best = max(scores, default=0)
    return scores.index(best) if best else NO_HEADER


def best_grid(grids: Sequence[Grid]) -> int:
    """The index of the table that has the best heading; the first where none has one."""
    scores = [max((header_score(line) for line in grid.lines[:LOOKED_AT]), default=0) for grid in grids]
    return scores.index(max(scores))


@dataclass(frozen=True, slots=True)
class Layout:
    """The parts of a sheet; `rows` are the lines of the table, each with its number in the sheet from 1."""

    title: tuple[str, ...]
    header: Line
    rows: tuple[tuple[int, Line], ...]
    footnote: tuple[str, ...]

    @property
    def width(self) -> int:
        """How many columns there are to map."""
        return len(self.header) or max((len(line) for _, line in self.rows), default=0)


def lay_out(grid: Grid, header: int) -> Layout:
    """Divide a table at its heading; `NO_HEADER` makes every line a row or a footnote."""
    numbered = [(number, line) for number, line in enumerate(grid.lines, start=1) if not is_blank(line)]
    above = [line for number, line in numbered if number <= header]
    below = [(number, line) for number, line in numbered if number > header + 1]
    footnote = [_joined(line) for _, line in below if _is_footnote(line)]
    rows = tuple((number, line) for number, line in below if not _is_footnote(line))
    heading = () if header == NO_HEADER else grid.lines[header]
    title = dict.fromkeys(text for text in (grid.name, *grid.before, *map(_joined, above)) if text)
    return Layout(tuple(title), heading, rows, tuple(dict.fromkeys((*footnote, *grid.after))))


def _joined(line: Iterable[str]) -> str:
    return " ".join(text for text in line if text)


def _is_footnote(line: Line) -> bool:
    """Whether a line tells terms rather than a price: one long text, or several that begin like a note."""
    texts = [text for text in line if text]
    if len(set(texts)) == 1:
        return len(texts[0]) > LONGEST_HEADING or bool(_TERMS.search(texts[0]))
    told = bool(_TERMS.search(" ".join(texts))) and not any(_FIGURE.fullmatch(text) for text in texts)
    return told and bool(_TERMS.search(texts[0]) or _NOTE.match(texts[0]))


def is_heading(line: Line) -> bool:
    """Whether a row has one text only: the heading of a group of goods."""
    return len({text for text in line if text}) == 1


def repeats(line: Line, header: Line) -> bool:
    """Whether a row prints the heading of the sheet again."""
    return bool(header) and header_score(line) >= LEAST_HEADINGS and line[: len(header)] == header[: len(line)]


def texts_of(columns: Sequence[Column], line: Line) -> dict[Column, str]:
    """The cells of a line by what they hold; absent ones are empty."""
    found = dict.fromkeys(Column, "")
    for column, text in zip(columns, line, strict=False):
        found[column] = text
    return found
