"""Tables written as CSV and XLSX: what was put in comes out, and no text becomes a formula."""

import csv
import io
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from zipfile import ZipFile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from steelyard.core import spreadsheets
from steelyard.core.spreadsheets import Cell, Column, Format, Kind, Scaled, Table, TooManyRows, write

COLUMNS = (
    Column("品名"),
    Column("吨数", Kind.INTEGER),
    Column("价格", Kind.DECIMAL),
    Column("日期", Kind.DAY),
    Column("得知", Kind.MOMENT),
)
MOMENT = datetime(2026, 9, 9, 2, 51, 10, tzinfo=UTC)
ROW: tuple[Cell, ...] = ("无缝管", -30, Scaled(40105, 1), date(2026, 9, 9), MOMENT)


def csv_rows(table: Table) -> list[list[str]]:
    with write(table, Format.CSV) as file:
        content = file.read()
    assert content.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def xlsx_bytes(table: Table) -> bytes:
    with write(table, Format.XLSX) as file:
        return file.read()


def xlsx_rows(table: Table) -> list[list[object]]:
    book = CalamineWorkbook.from_filelike(io.BytesIO(xlsx_bytes(table)))
    return book.get_sheet_by_index(0).to_python(skip_empty_area=False)


def test_csv_opens_as_chinese_and_keeps_figures_exact():
    assert csv_rows(Table("价格", COLUMNS, [ROW, (None,) * 5])) == [
        ["品名", "吨数", "价格", "日期", "得知"],
        ["无缝管", "-30", "4010.5", "2026-09-09", "2026-09-09T10:51:10+08:00"],
        ["", "", "", "", ""],
    ]


def test_xlsx_has_typed_cells_in_shanghai_time():
    assert xlsx_rows(Table("价格", COLUMNS, [ROW])) == [
        ["品名", "吨数", "价格", "日期", "得知"],
        ["无缝管", -30.0, 4010.5, date(2026, 9, 9), datetime(2026, 9, 9, 10, 51, 10)],
    ]


@pytest.mark.parametrize("text", ["=1+1", "+1", "-30", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1+1", "－1"])
def test_a_text_is_never_run_as_a_formula(text: str):
    table = Table("a", (Column("=HYPERLINK(1)"),), [(text,)])
    heading, cell = csv_rows(table)
    assert (heading, cell) == (["'=HYPERLINK(1)"], ["'" + text])
    with ZipFile(io.BytesIO(xlsx_bytes(table))) as package:
        assert b"<f>" not in package.read("xl/worksheets/sheet1.xml")
        assert b'quotePrefix="1"' in package.read("xl/styles.xml")


def test_a_number_that_excel_would_round_is_written_as_text():
    long = Decimal("1234567890123456.7")
    table = Table("a", (Column("n", Kind.DECIMAL),), [(long,), (Scaled(-5, 2),), (date(1899, 1, 1),)])
    assert xlsx_rows(table) == [["n"], ["1234567890123456.7"], [-0.05], ["1899-01-01"]]


@pytest.mark.parametrize("form", list(Format))
def test_rows_are_bounded_and_not_read_to_the_end(form: Format, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(spreadsheets, "MOST_ROWS", 3)
    read = 0

    def rows() -> Iterator[tuple[Cell, ...]]:
        nonlocal read
        while True:
            read += 1
            yield ("x",)

    with pytest.raises(TooManyRows):
        write(Table("a", (Column("a"),), rows()), form)
    assert read == 4


@pytest.mark.parametrize(
    "name", ["价格/板:2026*[甲]?", "", "'" * 40, "x" * 40], ids=["signs", "none", "quotes", "long"]
)
def test_any_name_makes_a_worksheet(name: str):
    assert xlsx_rows(Table(name, (Column("a"),), [("b",)])) == [["a"], ["b"]]


@settings(max_examples=25)
@given(text=st.text(max_size=40))
def test_any_text_comes_back_as_it_was(text: str):
    table = Table("a", (Column("t"), Column("z")), [(text, "z")])
    kept = text.encode("utf-8", "replace").decode()
    guarded = "'" + kept if kept.startswith(spreadsheets._STARTS_FORMULA) else kept
    assert csv_rows(table)[1] == [guarded, "z"]
    xlsx_bytes(table)
