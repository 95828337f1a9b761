"""The Pink Sheet: headers, missing figures, a column that changed its meaning, and packages made to burst."""

import io
import zipfile
from collections import Counter
from collections.abc import Callable
from datetime import date
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pricing.sources import worldbank
from pricing.sources.base import Fault, Outcome, ParsedRow, ParseResult
from steelyard.core import worksheets as workbooks
from tests.support.price_documents import PINK_SHEET, document, shipped

SHEET = "xl/worksheets/sheet1.xml"
STRINGS = "xl/sharedStrings.xml"


def read(content: bytes) -> ParseResult:
    return worldbank.parse(document("worldbank.pinksheet", content))


def repacked(change: dict[str, bytes]) -> bytes:
    """The shipped workbook with other parts."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(shipped(PINK_SHEET))) as old,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            new.writestr(name, change.get(name, old.read(name)))
    return out.getvalue()


def edited(old: bytes, new: bytes, part: str = SHEET) -> bytes:
    with zipfile.ZipFile(io.BytesIO(shipped(PINK_SHEET))) as package:
        content = package.read(part)
    assert old in content
    return repacked({part: content.replace(old, new)})


def figures(result: ParseResult) -> dict[tuple[str, date], ParsedRow]:
    return {(row.traits.code.split(":")[1], row.day): row for row in result.kept}


def test_recorded_workbook_gives_every_month_of_the_steel_trade(shared_data: Path):
    result = read((shared_data / "prices/worldbank/CMOHistoricalDataMonthly.xlsx").read_bytes())
    months = Counter(row.traits.commodity for row in result.kept)
    assert (result.outcome, result.rows, len(result.kept)) == (Outcome.OK, 5424, 4200)
    assert {code: months[code] for code in ("IRON_ORE", "STL_JP_REBAR", "STL_JP_WIROD")} == {
        "IRON_ORE": 678,
        "STL_JP_REBAR": 402,
        "STL_JP_WIROD": 402,
    }
    assert months["STL_JP_HROLL"] == months["STL_JP_CROLL"] == 402
    assert {drop.reason for drop in result.dropped} == {"no_value"}
    rebar = figures(result)["stl_jp_rebar", date(2012, 6, 30)]
    assert (rebar.mantissa, rebar.scale, rebar.traits.unit, rebar.traits.tax_included) == (640, 0, "USD/t", False)


def test_shipped_months_say_what_the_recorded_ones_say(shared_data: Path):
    recorded = figures(read((shared_data / "prices/worldbank/CMOHistoricalDataMonthly.xlsx").read_bytes()))
    ours = figures(read(shipped(PINK_SHEET)))
    says = {key: (row.mantissa, row.scale, row.traits) for key, row in recorded.items()}
    assert {key: (row.mantissa, row.scale, row.traits) for key, row in ours.items()} == {
        key: value for key, value in says.items() if key[1] >= date(2000, 1, 1)
    }


def test_iron_ore_is_three_linked_series_because_its_meaning_changed_twice():
    ore = sorted(
        (row for row in read(shipped(PINK_SHEET)).kept if row.traits.commodity == "IRON_ORE"), key=lambda row: row.day
    )
    first_days = {row.traits.code: row.day for row in reversed(ore)}
    traits = list({row.traits.code: row.traits for row in ore}.values())
    assert list(first_days.values())[::-1] == [date(2000, 1, 31), date(2006, 1, 31), date(2008, 12, 31)]
    assert [one.unit for one in traits] == ["US cents/dmtu", "USD/t", "USD/t"]
    assert [one.predecessor for one in traits] == [None, traits[0].code, traits[1].code]


def test_digits_of_a_binary_number_are_rounded_once():
    september = figures(read(shipped(PINK_SHEET)))["iron_ore_spot_635", date(2008, 9, 30)]
    assert (september.mantissa, september.scale) == (13964, 2)


def bomb(size: int) -> bytes:
    return repacked({SHEET: b"<x>" + b" " * size + b"</x>"})


def lying_bomb(size: int) -> bytes:
    """A package whose directory says that the sheet has ten bytes."""
    content = bytearray(bomb(size))
    for signature, place in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        at = -1
        while (at := content.find(signature, at + 1)) >= 0:
            name = 30 if signature == b"PK\x03\x04" else 46
            if content[at + name : at + name + len(SHEET)] == SHEET.encode():
                content[at + place : at + place + 4] = (10).to_bytes(4, "little")
    return bytes(content)


BROKEN = {
    "no package": (lambda: b"PK\x03\x04 no", Outcome.FAILED, Fault.UNREADABLE),
    "old Excel": (lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 512, Outcome.FAILED, Fault.UNREADABLE),
    "another sheet": (
        partial(edited, b"Monthly Prices", b"Annual Prices", "xl/workbook.xml"),
        Outcome.FAILED,
        Fault.UNREADABLE,
    ),
    "unpacks to much": (partial(bomb, workbooks.MOST_UNPACKED + 1), Outcome.FAILED, Fault.TOO_LARGE),
    "nothing but tags": (
        partial(repacked, {SHEET: b"<x>" + b"<c/>" * workbooks.MOST_TAGS + b"</x>"}),
        Outcome.FAILED,
        Fault.TOO_LARGE,
    ),
    "lies about its size": (partial(lying_bomb, workbooks.MOST_UNPACKED + 1), Outcome.FAILED, Fault.UNREADABLE),
    "entities": (
        partial(repacked, {SHEET: b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><x>&b;</x>'}),
        Outcome.SCHEMA_CHANGED,
        Fault.COLUMNS,
    ),
    "another unit": (partial(edited, b"($/dmtu)", b"($/t)   ", STRINGS), Outcome.SCHEMA_CHANGED, Fault.COLUMNS),
    "no codes": (partial(edited, b"IRON_ORE", b"IRON_ORF", STRINGS), Outcome.SCHEMA_CHANGED, Fault.COLUMNS),
    "without coal": (
        partial(edited, b"COAL_AUS", b"COAL_AUT", STRINGS),
        Outcome.SCHEMA_CHANGED,
        Fault.INSTRUMENT_MISSING,
    ),
    "months after its date": (partial(edited, b"2016", b"2014", STRINGS), Outcome.SCHEMA_CHANGED, Fault.CONFLICT),
    "dated too early": (
        partial(edited, b"July 05, 2016", b"July 05, 2015", STRINGS),
        Outcome.SCHEMA_CHANGED,
        Fault.DATE,
    ),
    "page": (lambda: b"<!DOCTYPE html><html>", Outcome.BLOCKED, Fault.BLOCKED),
}


@pytest.mark.parametrize(("content", "outcome", "fault"), BROKEN.values(), ids=BROKEN)
def test_broken_workbook_is_refused_whole(content: Callable[[], bytes], outcome: Outcome, fault: Fault):
    result = read(content())
    assert (result.outcome, result.kept, len(result.dropped)) == (outcome, (), result.rows)
    assert result.finding is not None
    assert result.finding.fault is fault


@settings(max_examples=40)
@given(data=st.data())
def test_damaged_sheets_have_a_typed_outcome(data: st.DataObject):
    with zipfile.ZipFile(io.BytesIO(shipped(PINK_SHEET))) as package:
        content = bytearray(package.read(SHEET)[:6000] + b"</sheetData></worksheet>")
    for _ in range(data.draw(st.integers(0, 6))):
        start = data.draw(st.integers(0, len(content)))
        marks = st.sampled_from([b"", b"<v>", b"</c>", b"1e309", b"-1", b"..", b'r="A0"', b'r="B7"', b"&#0;"])
        content[start : start + data.draw(st.integers(0, 40))] = data.draw(marks | st.binary(max_size=9))
    result = read(repacked({SHEET: bytes(content)}))
    assert len(result.kept) + len(result.dropped) == result.rows
    assert bool(result.kept) == (result.outcome is Outcome.OK)


def test_cell_in_the_last_corner_costs_no_more_than_any_other():
    far = b'<row r="1048576"><c r="XFD1048576" t="inlineStr"><is><t>far</t></is></c></row></sheetData>'
    rows = workbooks.worksheet(edited(b"</sheetData>", far), "Monthly Prices")
    assert rows[1048575] == {16383: "far"}
