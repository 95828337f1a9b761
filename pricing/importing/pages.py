"""Tables of web pages, saved or pasted with their markup."""

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from pricing.importing import faults
from pricing.importing.grids import MOST_COLUMNS, MOST_ROWS, Book, Grid, Line, cell

if TYPE_CHECKING:
    from lxml.html import HtmlElement

MOST_TABLES = 50
MOST_TEXTS = 40
_TABLE = re.compile(r"<\s*table[\s>]", re.IGNORECASE)
_SILENT = frozenset({"script", "style", "head", "noscript", "template"})
_BLOCKS = frozenset({"div", "p", "br", "li", "tr", "h1", "h2", "h3", "h4", "h5", "h6", "section", "article"})


def is_page(text: str) -> bool:
    """Whether the text is markup with a table in it."""
    return bool(_TABLE.search(text))


def read(text: str) -> Book:
    """The tables of a page, each with the texts that stand before and after it; raises `SheetUnreadable`."""
    from lxml import etree, html

    try:
        root = html.document_fromstring(text.encode("utf-8"), parser=html.HTMLParser(encoding="utf-8", huge_tree=False))
    except (etree.LxmlError, ValueError, AssertionError):
        raise faults.SheetDamaged from None
    tables = [table for table in root.iter("table") if next(table.iter("td", "th"), None) is not None][:MOST_TABLES]
    if not tables:
        raise faults.SheetEmpty
    texts, places = _outside(root)
    return Book("html", tuple(_grid(table, texts, places[table]) for table in tables))


def _grid(table: "HtmlElement", texts: Iterable[tuple[int, str]], place: int) -> Grid:
    rows = [row for row in table.iter("tr") if next(row.iterancestors("table"), None) is table]
    if len(rows) > MOST_ROWS:
        raise faults.SheetTooLarge(detail=f"{len(rows)} rows")
    before = [text for where, text in texts if where < place][-MOST_TEXTS:]
    after = [text for where, text in texts if where > place][:MOST_TEXTS]
    return Grid("", tuple(_lines(rows)), tuple(before), tuple(after))


def _lines(rows: Iterable["HtmlElement"]) -> Iterator[Line]:
    """The rows with cells that span several rows repeated; a cell that spans columns stands in the first."""
    hanging: dict[int, tuple[int, str]] = {}
    for row in rows:
        line: list[str] = []
        for element in row.iterchildren("td", "th"):
            _hang(line, hanging)
            text, wide, high = _cell_text(element), _span(element, "colspan"), _span(element, "rowspan")
            if high > 1:
                hanging[len(line)] = (high - 1, text)
            line += [text, *[""] * (min(wide, MOST_COLUMNS) - 1)]
        _hang(line, hanging)
        yield tuple(line[:MOST_COLUMNS])


def _hang(line: list[str], hanging: dict[int, tuple[int, str]]) -> None:
    """Put in the cells that reach down from rows above to the place where the line has come to."""
    while len(line) in hanging:
        left, text = hanging.pop(len(line))
        if left > 1:
            hanging[len(line)] = (left - 1, text)
        line.append(text)


def _span(element: "HtmlElement", name: str) -> int:
    text = element.get(name, "1").strip()
    return min(int(text), MOST_ROWS) if text.isascii() and text.isdigit() and len(text) < 7 else 1


def _cell_text(element: "HtmlElement") -> str:
    return cell("".join(_pieces(element)))


def _pieces(element: "HtmlElement") -> Iterator[str]:
    """The texts within an element, a line break before each block."""
    from lxml import etree

    for event, node in etree.iterwalk(element, events=("start", "end", "comment", "pi")):
        silent = not isinstance(node.tag, str) or node.tag in _SILENT
        if event == "start":
            yield ("\n" if node.tag in _BLOCKS else "") + ("" if silent else node.text or "")
        elif node is not element:
            yield ("\n" if node.tag in _BLOCKS else "") + (node.tail or "")


def _outside(root: "HtmlElement") -> tuple[list[tuple[int, str]], dict["HtmlElement", int]]:
    """What a reader sees outside of all tables, and the tables, each with its place in the page."""
    from lxml import etree

    texts: list[tuple[int, str]] = []
    tables: dict[HtmlElement, int] = {}
    depth = 0
    for place, (event, node) in enumerate(etree.iterwalk(root, events=("start", "end", "comment", "pi"))):
        named = isinstance(node.tag, str)
        if event == "start" and node.tag == "table":
            tables[node], depth = place, depth + 1
        if event == "end" and node.tag == "table":
            depth -= 1
        shown = node.text if event == "start" and named and node.tag not in _SILENT else None
        text = shown if event == "start" else node.tail
        if depth == 0 and text and text.strip():
            texts.append((place, cell(text)))
    return texts, tables
