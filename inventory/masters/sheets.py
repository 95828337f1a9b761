"""Sheets of master data as rows of texts: the first worksheet of an XLSX, or a CSV in any encoding of China.

A cell that is worked out is given as its formula and refused with its row: what it comes to is nobody's statement.
"""

import csv
import io
from dataclasses import dataclass
from enum import StrEnum

from inventory.masters import errors
from steelyard.core import worksheets
from steelyard.core.decoding import decode
from steelyard.core.i18n import N_

MOST_ROWS = 100_000
MOST_BYTES = 11 * 1024 * 1024
"""In base64 it still fits into a request."""
MOST_COLUMNS = 16
MOST_CELL = 300
_BOUNDS = worksheets.Bounds(unpacked=96 * 1024 * 1024, tags=8_000_000, cells=(MOST_ROWS + 1) * MOST_COLUMNS)
_PROGRAMS = (b"MZ", b"\x7fELF", b"\xca\xfe\xba\xbe", b"\xcf\xfa\xed\xfe", b"#!")
_BINARY = (b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"Rar!", b"7z\xbc\xaf", b"\xd0\xcf\x11\xe0")
_FORMULA = ("=", "+", "@", "＝", "＋", "＠")
"""What a spreadsheet program would run. A minus sign begins no value here either, but its field says so."""


class MasterKind(StrEnum):
    """What a sheet holds: places (库位), products (品种), owners (货主), reasons (原因)."""

    PLACES = "places"
    PRODUCTS = "products"
    OWNERS = "owners"
    REASONS = "reasons"


OF_A_YARD = frozenset({MasterKind.PLACES, MasterKind.REASONS})
"""Kinds of which every yard has its own."""


@dataclass(frozen=True, slots=True)
class Heading:
    """A column: the field, the words by which a heading may call it, whether a sheet must have it."""

    field: str
    words: tuple[str, ...]
    needed: bool = False


HEADINGS: dict[MasterKind, tuple[Heading, ...]] = {
    MasterKind.PLACES: (
        Heading("code", ("编码", "库位", "库位编码", "code", "place"), needed=True),
        Heading("name", ("名称", "库位名称", "name"), needed=True),
        Heading("parent", ("上级", "上级库位", "parent")),
        Heading("capacity", ("容量", "容量（吨）", "容量(吨)", "capacity")),
        Heading("longest", ("最长", "最长（毫米）", "最长(毫米)", "最大支长", "longest")),
        Heading("blocked", ("封闭", "blocked")),
        Heading("walking_order", ("行走顺序", "顺序", "walking_order")),
    ),
    MasterKind.PRODUCTS: (
        Heading("kind", ("品类", "品种", "类别", "kind"), needed=True),
        Heading("standard", ("标准", "standard"), needed=True),
        Heading("grade", ("牌号", "材质", "grade"), needed=True),
        Heading("size", ("规格", "size"), needed=True),
        Heading("length_kind", ("定尺", "长度类型", "length_kind")),
        Heading("condition", ("交货状态", "状态", "condition")),
        Heading("density", ("密度", "density")),
    ),
    MasterKind.OWNERS: (
        Heading("name", ("名称", "货主", "单位名称", "name"), needed=True),
        Heading("kind", ("类型", "单位类型", "kind"), needed=True),
    ),
    MasterKind.REASONS: (
        Heading("use", ("用途", "use"), needed=True),
        Heading("code", ("编码", "code"), needed=True),
        Heading("name", ("名称", "name"), needed=True),
        Heading("name_en", ("英文名称", "english name", "name_en")),
        Heading("retired", ("已停用", "停用", "retired")),
    ),
}
FORMULA = N_("A formula stands in the column %(column)s; write the value.")

Row = dict[str, str]


@dataclass(frozen=True, slots=True)
class Sheet:
    """The rows below the heading by their number in the file, and those that hold a formula, with its column."""

    rows: dict[int, Row]
    formulas: dict[int, str]


def read(content: bytes, kind: MasterKind) -> Sheet:
    """The rows of a sheet by field; raises the ``MasterSheetUnreadable`` that fits."""
    if len(content) > MOST_BYTES:
        raise errors.MasterSheetTooLarge(detail=f"{len(content) // 1024} kB", most=MOST_ROWS)
    if content.startswith(_PROGRAMS):
        raise errors.MasterSheetIsProgram
    lines = _workbook(content) if content.startswith(b"PK") else _text(content)
    found = {number: line for number, line in lines.items() if any(text.strip() for text in line)}
    if len(found) > MOST_ROWS + 1:
        raise errors.MasterSheetTooLarge(detail=f"{len(found) - 1}", most=MOST_ROWS)
    if len(found) < 2:
        raise errors.MasterSheetEmpty
    first = min(found)
    fields = _fields(found.pop(first), kind)
    return _sheet(found, fields)


def _workbook(content: bytes) -> dict[int, list[str]]:
    try:
        rows = worksheets.worksheet(content, None, _BOUNDS, formulas=True)
    except worksheets.TooLarge:
        raise errors.MasterSheetTooLarge(detail="XLSX", most=MOST_ROWS) from None
    except worksheets.Unreadable:
        raise errors.MasterSheetUnreadable from None
    return {
        number + 1: [row.get(place, "") for place in range(min(max(row) + 1, MOST_COLUMNS))]
        for number, row in rows.items()
    }


def _text(content: bytes) -> dict[int, list[str]]:
    decoded = None if content.startswith(_BINARY) else decode(content)
    if decoded is None:
        raise errors.MasterSheetUnreadable
    text = decoded[0]
    first = text.lstrip("\r\n").partition("\n")[0]
    delimiter = max(("\t", ";", ","), key=first.count)
    try:
        lines = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except csv.Error:
        raise errors.MasterSheetUnreadable from None
    return {number: line[:MOST_COLUMNS] for number, line in enumerate(lines, 1)}


def _fields(heading: list[str], kind: MasterKind) -> list[str | None]:
    known = {word: one.field for one in HEADINGS[kind] for word in one.words}
    fields = [known.get(text.strip().rstrip("*").lower()) for text in heading]
    strange = [text.strip() for text, name in zip(heading, fields, strict=True) if name is None and text.strip()]
    missing = [one.words[0] for one in HEADINGS[kind] if one.needed and one.field not in fields]
    twice = [name for name in set(fields) if name is not None and fields.count(name) > 1]
    if strange or missing or twice:
        words = {one.field: one.words[0] for one in HEADINGS[kind]}
        lists = ([text[:40] for text in strange], missing, [words[name] for name in twice])
        told = [", ".join(some[:8]) or "–" for some in lists]
        raise errors.MasterColumnsMissing(strange=told[0], missing=told[1], twice=told[2])
    return fields


def _sheet(lines: dict[int, list[str]], fields: list[str | None]) -> Sheet:
    rows: dict[int, Row] = {}
    formulas: dict[int, str] = {}
    for number, line in lines.items():
        row = rows[number] = {}
        for name, text in zip(fields, line, strict=False):
            if name is None:
                continue
            row[name] = text.strip()[:MOST_CELL]
            if row[name].startswith(_FORMULA):
                formulas.setdefault(number, name)
    return Sheet(rows, formulas)


def template(kind: MasterKind) -> str:
    """The heading of a sheet, as a line of CSV."""
    return ",".join(one.words[0] for one in HEADINGS[kind]) + "\r\n"
