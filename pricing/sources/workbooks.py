"""The cells of one worksheet of an XLSX file, as texts, exactly as they stand in it.

Figures are not turned into floats on the way. Only the parts that are needed are unpacked, never more than
`MOST_UNPACKED` bytes whatever the archive says of itself, and no table is laid out: a cell in the last corner of
a sheet costs no more than any other. External entities are not resolved.
"""

import re
import zlib
from collections.abc import Iterator, Mapping
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


class Unreadable(Exception):
    """Bytes that are no workbook, or one without that worksheet; nothing was kept of it."""


class TooLarge(Unreadable):
    """A workbook that unpacks to more than anybody's price sheet."""


def worksheet(content: bytes, name: str) -> dict[int, Row]:
    """The rows of a worksheet by number, each with its texts by column, both from 0; raises `Unreadable`."""
    from lxml.etree import LxmlError

    try:
        with ZipFile(BytesIO(content)) as package:
            left = [MOST_UNPACKED]
            path = _path(package, name, left)
            strings = _strings(package, left)
            return _rows(_part(package, path, left), strings)
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


def _tree(content: bytes) -> "_Element":
    from lxml import etree

    if content.count(b"<") > MOST_TAGS:
        raise TooLarge("tags")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False, load_dtd=False)
    return etree.fromstring(content, parser)


def _path(package: ZipFile, name: str, left: list[int]) -> str:
    sheets = _tree(_part(package, "xl/workbook.xml", left)).iter(f"{_MAIN}sheet")
    wanted = next((sheet.get(_RELATION) for sheet in sheets if str(sheet.get("name")).strip() == name), None)
    relations = _tree(_part(package, "xl/_rels/workbook.xml.rels", left)).iter(_TARGETS)
    target = next((one.get("Target") for one in relations if wanted and one.get("Id") == wanted), None)
    if target is None:
        raise KeyError(name)
    text = str(target)
    return text.lstrip("/") if text.startswith("/") else f"xl/{text}"


def _strings(package: ZipFile, left: list[int]) -> list[str]:
    if "xl/sharedStrings.xml" not in package.namelist():
        return []
    items = _tree(_part(package, "xl/sharedStrings.xml", left)).iter(f"{_MAIN}si")
    return ["".join(text.text or "" for text in item.iter(f"{_MAIN}t"))[:LONGEST_CELL] for item in items]


def _rows(content: bytes, strings: list[str]) -> dict[int, Row]:
    found: dict[int, dict[int, str]] = {}
    for count, (row, column, text) in enumerate(_cells(content, strings)):
        if count >= MOST_CELLS:
            raise TooLarge("cells")
        found.setdefault(row, {})[column] = text
    return dict(sorted(found.items()))


def _cells(content: bytes, strings: list[str]) -> Iterator[tuple[int, int, str]]:
    for one in _tree(content).iter(f"{_MAIN}c"):
        place = _REFERENCE.fullmatch(str(one.get("r", "")))
        if place is None:
            continue
        text = _text(one, strings)
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
