"""Files and pasted texts are read by what they are, never by a name; what is no table has a refusal of its own."""

import io
import zipfile
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from pricing.importing import faults, workbooks
from pricing.importing.grids import MOST_ROWS
from pricing.importing.reading import MOST_BYTES, read
from tests.support.price_sheets import HEADER, PASTED, workbook

LINE = ("圆管坯", "Φ90-130", "20#", "西王", "4,050", "+20", "")
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def lines_of(content: bytes) -> list[tuple[str, ...]]:
    (grid,) = read(content).grids
    return list(grid.lines)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize(
    ("delimiter", "name"),
    [(",", "comma"), ("\t", "tab"), (";", "semicolon"), ("|", "bar")],
    ids=str,
)
def test_encoding_and_separator_are_found(encoding: str, delimiter: str, name: str):
    price = '"4,050"' if delimiter == "," else "4,050"
    text = "\r\n".join([delimiter.join(HEADER), delimiter.join([*LINE[:4], price, *LINE[5:]])])
    book = read(text.encode(encoding))
    assert book.grids[0].lines == (HEADER, LINE)
    assert book.form.startswith("text ")
    assert book.form.endswith(f" {name}")


@pytest.mark.parametrize("gap", ["  ", "\u3000\u3000", " ", "\u00a0"], ids=["two", "wide", "one", "no-break"])
def test_columns_parted_by_blanks(gap: str):
    text = gap.join(HEADER) + "\n" + gap.join(LINE[:6])
    assert lines_of(text.encode()) == [HEADER, LINE[:6]]


def test_an_inch_mark_holds_no_cells_together():
    assert lines_of('品名,规格,价格\n焊管,4",3900\n焊管,"1,5",3910'.encode())[1:] == [
        ("焊管", '4"', "3900"),
        ("焊管", "1,5", "3910"),
    ]


def test_workbook_gives_what_excel_shows():
    figures = [4050.0, 0.1 + 0.2, True, "4,050元/吨", date(2026, 9, 9), datetime(2026, 9, 9, 10, 51)]
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        day, moment = (book.add_format({"num_format": form}) for form in ("yyyy-mm-dd", "yyyy-mm-dd hh:mm"))
        sheet = book.add_worksheet("价格")
        for place, value in enumerate(figures):
            form = moment if isinstance(value, datetime) else day if isinstance(value, date) else None
            sheet.write(0, place, value, form)
        sheet.write_formula(1, 0, "=A1+1", None, 4051)
        sheet.write_formula(1, 1, "=NA()", None, "#N/A")
        sheet.write_formula(1, 2, "=A1")
        sheet.merge_range(2, 0, 4, 0, "无缝管")
        sheet.write(4, 1, "219*6")
    assert lines_of(out.getvalue()) == [
        ("4050", "0.3", "TRUE", "4,050元/吨", "2026-09-09", "2026-09-09 10:51"),
        ("4051", "", "0", "", "", ""),
        ("无缝管", "", "", "", "", ""),
        ("无缝管", "", "", "", "", ""),
        ("无缝管", "219*6", "", "", "", ""),
    ]


def test_page_keeps_spans_and_what_stands_around_the_table():
    page = """<html><head><title>行情</title><script>var a="<table>";</script></head><body><h1>2026年9月9日</h1>
    <table><tr><th>品名<div>请筛选</div></th><th>规格</th><th>价格</th></tr>
    <tr><td rowspan=2>管坯</td><td>Φ<b>90</b></td><td>3600</td></tr><tr><td>Φ130</td><td>3610</td></tr>
    <tr><td colspan="3">合计</td></tr></table><p>以上价格含税。</p></body></html>"""
    (grid,) = read(page.encode()).grids
    assert grid.lines == (
        ("品名\n请筛选", "规格", "价格"),
        ("管坯", "Φ90", "3600"),
        ("管坯", "Φ130", "3610"),
        ("合计", "", ""),
    )
    assert (grid.before, grid.after) == (("行情", "2026年9月9日"), ("以上价格含税。",))


def test_every_sheet_of_a_recorded_page_and_workbook(shared_data: Path):
    folder = shared_data / "prices" / "synthetic"
    forms = {name: read((folder / name).read_bytes()).form for name in ("city_sheet_BIFF_named.xlsx", "city_page.html")}
    assert forms == {"city_sheet_BIFF_named.xlsx": "xls", "city_page.html": "html"}


def bomb() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("xl/workbook.xml", b"<workbook/>")
        package.writestr("xl/worksheets/sheet1.xml", b" " * (40 * 1024 * 1024))
    return out.getvalue()


def liar() -> bytes:
    """A part that says it is small and unfolds into 300 MB."""
    content = bytearray(bomb())
    size = (40 * 1024 * 1024).to_bytes(4, "little")
    return bytes(content.replace(size, (4096).to_bytes(4, "little")))


def encrypted_zip() -> bytes:
    content = bytearray(workbook([LINE]))
    place = content.index(b"PK\x01\x02")
    content[place + 8] |= 1
    return bytes(content)


def far_cell() -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        sheet = book.add_worksheet()
        sheet.write(0, 0, "品名")
        sheet.write(1_048_575, 16_383, 1)
    return out.getvalue()


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"", faults.SheetEmpty),
        (b"\xef\xbb\xbf \n\t", faults.SheetEmpty),
        (b"\x00" * 50, faults.SheetEmpty),
        (b"MZ\x90\x00" + b"\x00" * 200, faults.SheetIsProgram),
        (b"\x7fELF\x02\x01", faults.SheetIsProgram),
        (b"#!/bin/sh\nrm -rf /\n", faults.SheetIsProgram),
        (b"%PDF-1.7\n", faults.SheetUnreadable),
        (b"\x89PNG\r\n\x1a\n", faults.SheetUnreadable),
        (bytes(range(256)), faults.SheetUnreadable),
        (b"a" * (MOST_BYTES + 1), faults.SheetTooLarge),
        (b"a\n" * (MOST_ROWS + 1), faults.SheetTooLarge),
        (OLE + b"\x00" * 600 + "EncryptedPackage".encode("utf-16-le"), faults.SheetEncrypted),
        (OLE + b"\x00" * 600, faults.SheetDamaged),
        (b"PK\x03\x04" + b"\x00" * 40, faults.SheetDamaged),
        (encrypted_zip, faults.SheetEncrypted),
        (bomb, faults.SheetTooLarge),
        (liar, faults.SheetDamaged),
        (far_cell, faults.SheetTooLarge),
        (lambda: workbook([("a",)] * (MOST_ROWS + 1)), faults.SheetTooLarge),
        (lambda: workbook([]), faults.SheetEmpty),
        (lambda: workbook([LINE])[:3000], faults.SheetDamaged),
        (b"<table><tr></tr></table>", faults.SheetEmpty),
    ],
    ids=[
        "nothing",
        "blank",
        "zeros",
        "windows-program",
        "linux-program",
        "script",
        "pdf",
        "picture",
        "binary",
        "too-many-bytes",
        "too-many-lines",
        "encrypted-ooxml",
        "damaged-xls",
        "damaged-xlsx",
        "encrypted-zip",
        "bomb",
        "lying-bomb",
        "far-cell",
        "too-many-rows",
        "empty-workbook",
        "cut-off",
        "empty-page",
    ],
)
def test_what_is_no_table_is_refused_by_name(content: bytes | Callable[[], bytes], fault: type[faults.SheetUnreadable]):
    with pytest.raises(faults.SheetUnreadable) as refusal:
        read(content if isinstance(content, bytes) else content())
    assert type(refusal.value) is fault


def test_another_kind_of_package_is_no_workbook():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as package:
        package.writestr("word/document.xml", "<a/>")
    with pytest.raises(faults.SheetUnreadable) as refusal:
        read(out.getvalue())
    assert type(refusal.value) is faults.SheetUnreadable


def test_a_reader_that_takes_too_long_is_a_refusal(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(workbooks, "SECONDS", 0.001)
    with pytest.raises(faults.SheetTooLarge):
        read(workbook([LINE]))


@settings(max_examples=150)
@given(content=st.binary(max_size=400) | st.text(max_size=200).map(lambda text: text.encode("utf-8", "replace")))
def test_any_bytes_are_tables_or_a_refusal(content: bytes):
    try:
        book = read(content)
    except faults.SheetUnreadable:
        return
    assert any(any(line) for grid in book.grids for line in grid.lines) or book.form == "html"


markup = st.sampled_from(
    [
        "<table>",
        "</table>",
        "<tr>",
        "<td rowspan=3>",
        "<td colspan=99999>",
        "<th>",
        "</td>",
        "品名",
        "3600",
        "<!--",
        "-->",
        "<p>",
        "<?x",
    ]
)


@settings(max_examples=80)
@given(pieces=st.lists(markup, max_size=30))
def test_any_markup_is_tables_or_a_refusal(pieces: list[str]):
    try:
        read(("<table>" + "".join(pieces)).encode())
    except faults.SheetUnreadable:
        return


@settings(max_examples=6)
@given(data=st.data())
def test_a_damaged_workbook_is_read_or_refused(data: st.DataObject):
    content = bytearray(workbook([HEADER, LINE]))
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(4, len(content) - 1))
        content[start : start + data.draw(st.integers(0, 60))] = data.draw(st.binary(max_size=20))
    try:
        read(bytes(content))
    except faults.SheetUnreadable:
        return


def test_a_pasted_sheet_is_one_table():
    assert len(lines_of(PASTED.encode())) == 8
