"""Tables as files for spreadsheet programs: one writer of CSV and XLSX for all slices.

Rows are taken one by one and written to a file that leaves memory when it grows. A text that a spreadsheet
program would run as a formula is written so that it stays a text; figures stay figures.
"""

import codecs
import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from tempfile import SpooledTemporaryFile
from typing import IO, TYPE_CHECKING, Any, NamedTuple

from steelyard.core.clock import SHANGHAI
from steelyard.core.errors import Refused
from steelyard.core.i18n import N_

if TYPE_CHECKING:
    from xlsxwriter.format import Format as CellFormat
    from xlsxwriter.workbook import Workbook
    from xlsxwriter.worksheet import Worksheet

MOST_ROWS = 100_000
"""Rows of one file; beyond it a program should page through the API."""
IN_MEMORY_BYTES = 1024 * 1024
LONGEST_TEXT = 32_000
"""Characters of a cell; Excel takes 32,767."""
EXACT_DIGITS = 15
"""Significant digits that Excel keeps; a longer number is written as text."""
_STARTS_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_EXCEL_BEGINS = date(1900, 3, 1)


class TooManyRows(Refused):
    """A file that would hold more rows than a spreadsheet is good for."""

    code = "too_many_rows"
    message = N_("That would be more than %(most)s rows. Narrow it, or page through the API.")


class Format(StrEnum):
    """The kinds of file."""

    CSV = "csv"
    XLSX = "xlsx"


MEDIA_TYPES = {
    Format.CSV: "text/csv",
    Format.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


class Kind(StrEnum):
    """What a column holds."""

    TEXT = "text"
    INTEGER = "integer"
    DECIMAL = "decimal"
    DAY = "day"
    MOMENT = "moment"


class Scaled(NamedTuple):
    """A decimal number, `mantissa` / 10**`scale`."""

    mantissa: int
    scale: int

    def decimal(self) -> Decimal:
        """The number itself, with as many decimals as its scale."""
        return Decimal(self.mantissa).scaleb(-self.scale)


@dataclass(frozen=True, slots=True)
class Column:
    """A column with its heading."""

    title: str
    kind: Kind = Kind.TEXT


Cell = str | int | Decimal | Scaled | date | datetime | None
"""Aware moments are shown in Shanghai's time; None is an empty cell."""


@dataclass(frozen=True, slots=True)
class Table:
    """A table to be written; `name` is that of the file without its ending, and of the worksheet."""

    name: str
    columns: Sequence[Column]
    rows: Iterable[Sequence[Cell]]


def write(table: Table, form: Format) -> IO[bytes]:
    """The table as a file, at its beginning; the caller closes it. Raises `TooManyRows`."""
    file: IO[bytes] = SpooledTemporaryFile(IN_MEMORY_BYTES)  # noqa: SIM115 - it is handed on open
    try:
        _WRITERS[form](table, file)
    except BaseException:
        file.close()
        raise
    file.seek(0)
    return file


def _counted(rows: Iterable[Sequence[Cell]]) -> Iterator[Sequence[Cell]]:
    for number, row in enumerate(rows, start=1):
        if number > MOST_ROWS:
            raise TooManyRows(most=MOST_ROWS)
        yield row


def _write_csv(table: Table, file: IO[bytes]) -> None:
    """CSV by RFC 4180 in UTF-8 with the mark by which Excel knows it."""
    file.write(codecs.BOM_UTF8)
    with _as_text(file) as text:
        out = csv.writer(text, lineterminator="\r\n")
        out.writerow([_csv_text(column.title) for column in table.columns])
        for row in _counted(table.rows):
            cells = zip(table.columns, row, strict=True)
            out.writerow([_csv_cell(column.kind, value) for column, value in cells])


@contextmanager
def _as_text(file: IO[bytes]) -> Iterator[io.TextIOWrapper]:
    text = io.TextIOWrapper(file, encoding="utf-8", errors="replace", newline="", write_through=True)
    try:
        yield text
    finally:
        text.detach()


def _csv_cell(kind: Kind, value: Cell) -> str:
    if value is None:
        return ""
    if kind is Kind.TEXT:
        return _csv_text(str(value))
    if isinstance(value, datetime):
        return value.astimezone(SHANGHAI).isoformat(timespec="seconds")
    if isinstance(value, date):
        return value.isoformat()
    return f"{_decimal(value):f}"


def _csv_text(text: str) -> str:
    """The text, behind an apostrophe where it would be run as a formula."""
    return "'" + text if text.startswith(_STARTS_FORMULA) else text


def _decimal(value: Any) -> Decimal:
    return value.decimal() if isinstance(value, Scaled) else Decimal(value)


def _write_xlsx(table: Table, file: IO[bytes]) -> None:
    """A workbook with one worksheet, its heading kept in sight and able to be filtered."""
    import xlsxwriter

    strings = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(file, {"constant_memory": True, **strings}) as book:
        sheet = book.add_worksheet(_sheet_name(table.name))
        page = _Page(book, sheet)
        page.set_widths(table.columns)
        for place, column in enumerate(table.columns):
            sheet.write_string(0, place, column.title[:LONGEST_TEXT], page.heading)
        last = 0
        for last, row in enumerate(_counted(table.rows), start=1):
            for place, (column, value) in enumerate(zip(table.columns, row, strict=True)):
                page.put(last, place, column.kind, value)
        sheet.freeze_panes(1, 0)
        if table.columns:
            sheet.autofilter(0, 0, last, len(table.columns) - 1)


def _sheet_name(name: str) -> str:
    """A worksheet's name as Excel allows it: 31 characters, some of them forbidden."""
    kept = "".join("-" if char in "[]:*?/\\" or not char.isprintable() else char for char in name)
    return kept[:31].strip("'").strip() or "1"


_WIDTHS = {Kind.TEXT: 22, Kind.INTEGER: 12, Kind.DECIMAL: 14, Kind.DAY: 12, Kind.MOMENT: 20}


class _Page:
    """A worksheet with the formats that its cells have."""

    def __init__(self, book: "Workbook", sheet: "Worksheet") -> None:
        self._book, self._sheet = book, sheet
        self.heading: CellFormat = book.add_format({"bold": True})
        self._day = book.add_format({"num_format": "yyyy-mm-dd"})
        self._moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        self._guarded = book.add_format({"quote_prefix": True})
        self._numbers: dict[int, CellFormat] = {}

    def set_widths(self, columns: Sequence[Column]) -> None:
        """Make the columns as wide as what they hold."""
        for place, column in enumerate(columns):
            self._sheet.set_column(place, place, max(_WIDTHS[column.kind], 2 * len(column.title[:20])))

    def put(self, row: int, place: int, kind: Kind, value: Cell) -> None:
        """Write one cell."""
        if value is None:
            return
        if kind is Kind.TEXT:
            self._put_text(row, place, str(value))
        elif isinstance(value, datetime):
            local = value.astimezone(SHANGHAI).replace(tzinfo=None, microsecond=0)
            self._put_time(row, place, local, local.date(), self._moment)
        elif isinstance(value, date):
            self._put_time(row, place, value, value, self._day)
        else:
            self._put_number(row, place, _decimal(value))

    def _put_text(self, row: int, place: int, text: str) -> None:
        clean = text[:LONGEST_TEXT].encode("utf-8", "replace").decode()
        self._sheet.write_string(row, place, clean, self._guarded if clean.startswith(_STARTS_FORMULA) else None)

    def _put_time(self, row: int, place: int, value: Any, day: date, form: "CellFormat") -> None:
        if day < _EXCEL_BEGINS:  # Excel counts a 29 February 1900 that never was
            self._put_text(row, place, value.isoformat())
        else:
            self._sheet.write_datetime(row, place, value, form)

    def _put_number(self, row: int, place: int, value: Decimal) -> None:
        if len(value.as_tuple().digits) > EXACT_DIGITS:
            self._put_text(row, place, f"{value:f}")
            return
        decimals = max(0, -int(value.as_tuple().exponent))
        if decimals not in self._numbers:
            self._numbers[decimals] = self._book.add_format(
                {"num_format": "0" + ("." + "0" * decimals) * bool(decimals)}
            )
        self._sheet.write_number(row, place, float(value), self._numbers[decimals])


_WRITERS = {Format.CSV: _write_csv, Format.XLSX: _write_xlsx}
