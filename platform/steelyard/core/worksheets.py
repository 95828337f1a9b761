"""The cells of one worksheet of an XLSX file, as texts, exactly as they stand in it.

Figures are not turned into floats on the way. Only the parts that are needed are unpacked, never more than
`MOST_UNPACKED` bytes whatever the archive says of itself, and no table is laid out: a cell in the last corner of
a sheet costs no more than any other. External entities are not resolved.
"""

import re
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING
from zipfile import BadZipFile, ZipFile

if TYPE_CHECKING:
    from lxml.etree import _Element

MOST_UNPACKED = 32 * 1024 * 1024
"""Bytes of all parts together; the monthly sheet of the World Bank and its strings have 2.4 MB."""
MOST_CELLS = 1_000_000
MOST_TAGS = 2_000_000
"""Of one part, opening and closing: a tree of these takes some 150 MB; the World Bank's sheet has 230,000."""
LONGEST_CELL = 400

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_TARGETS = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"
_REFERENCE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})", re.ASCII)

_BROKEN = (BadZipFile, KeyError, ValueError, OSError, EOFError, NotImplementedError, RuntimeError, zlib.error)
"""What the standard library raises for a damaged, encrypted or incomplete package."""

Row = Mapping[int, str]


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much of a workbook is looked at: bytes unpacked, tags of a part, cells of the sheet."""

    unpacked: int = MOST_UNPACKED
    tags: int = MOST_TAGS
    cells: int = MOST_CELLS


class Unreadable(Exception):
    """Bytes that are no workbook, or one without that worksheet; nothing was kept of it."""


class TooLarge(Unreadable):
    """A workbook that unpacks to more than anybody's price sheet."""


def worksheet(
    content: bytes, name: str | None, bounds: Bounds | None = None, *, formulas: bool = False
) -> dict[int, Row]:
    """The rows of a worksheet by number, each with its texts by column, both from 0; raises `Unreadable`.

    Without a `name` it is the first worksheet. With `formulas` a cell that is worked out gives its formula, with the
    equals sign, and not the value that was stored with it.
    """
    from lxml.etree import LxmlError

    try:
        with ZipFile(BytesIO(content)) as package:
            within = bounds or Bounds()
            left = [within.unpacked]
            path = _path(package, name, left)
            strings = _strings(package, left, within)
            cells = _cells(_part(package, path, left), strings, within, formulas)
            return _rows(cells, within)
    except (
        BadZipFile,
        KeyError,
        ValueError,
        OSError,
        EOFError,
        NotImplementedError,
        RuntimeError,
        zlib.error,
    ) as error:
        raise Unreadable(type(error).__name__) from None
    except LxmlError as error:
        raise Unreadable(type(error).__name__) from None


def _part(package: ZipFile, path: str, left: list[int]) -> bytes:
    """One part unpacked, counted while it is read; what it declares of its size is not believed."""
    with package.open(path) as stream:
        content = stream.read(left[0] + 1)
    left[0] -= len(content)
    if left[0] < 0:
        raise TooLarge(path)
    return content


def _tree(content: bytes, bounds: Bounds | None = None) -> "_Element":
    from lxml import etree

    if content.count(b"<") > (bounds or Bounds()).tags:
        raise TooLarge("tags")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False, load_dtd=False)
    return etree.fromstring(content, parser)


def _path(package: ZipFile, name: str | None, left: list[int]) -> str:
    sheets = _tree(_part(package, "xl/workbook.xml", left)).iter(f"{_MAIN}sheet")
    fits = (sheet for sheet in sheets if name is None or str(sheet.get("name")).strip() == name)
    wanted = next((sheet.get(_RELATION) for sheet in fits), None)
    relations = _tree(_part(package, "xl/_rels/workbook.xml.rels", left)).iter(_TARGETS)
    target = next((one.get("Target") for one in relations if wanted and one.get("Id") == wanted), None)
    if target is None:
        raise KeyError(str(name))
    text = str(target)
    return text.lstrip("/") if text.startswith("/") else f"xl/{text}"


def _strings(package: ZipFile, left: list[int], bounds: Bounds) -> list[str]:
    if "xl/sharedStrings.xml" not in package.namelist():
        return []
    items = _tree(_part(package, "xl/sharedStrings.xml", left), bounds).iter(f"{_MAIN}si")
    return ["".join(text.text or "" for text in item.iter(f"{_MAIN}t"))[:LONGEST_CELL] for item in items]


def _rows(cells: Iterator[tuple[int, int, str]], bounds: Bounds) -> dict[int, Row]:
    found: dict[int, dict[int, str]] = {}
    for count, (row, column, text) in enumerate(cells):
        if count >= bounds.cells:
            raise TooLarge("cells")
        found.setdefault(row, {})[column] = text
    return dict(sorted(found.items()))


def _cells(
    content: bytes, strings: list[str], bounds: Bounds, formulas: bool
) -> Iterator[tuple[int, int, str]]:  # fmt: skip
    for one in _tree(content, bounds).iter(f"{_MAIN}c"):
        place = _REFERENCE.fullmatch(str(one.get("r", "")))
        if place is None:
            continue
        worked_out = one.findtext(f"{_MAIN}f") if formulas else None
        text = _text(one, strings) if worked_out is None else f"={worked_out[:LONGEST_CELL]}"
        if text:
            yield int(place[2]) - 1, _column(place[1]), text


def _text(one: "_Element", strings: list[str]) -> str:
    kind = one.get("t")
    if kind == "inlineStr":
        return "".join(part.text or "" for part in one.iter(f"{_MAIN}t"))[:LONGEST_CELL]
    value = str(one.findtext(f"{_MAIN}v") or "")[:LONGEST_CELL]
    if kind != "s":
        return value
    number = int(value) if re.fullmatch(r"[0-9]{1,7}", value) else len(strings)
    return strings[number] if number < len(strings) else ""


def _column(letters: str) -> int:
    """The number of a column: A is 0, AA is 26."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1
