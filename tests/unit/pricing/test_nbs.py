"""The ten-day release page: what a whole one gives and how every broken one is refused."""

from collections import Counter
from datetime import date, datetime
from pathlib import Path

import pytest

from pricing.sources import nbs
from pricing.sources.base import DropReason, Fault, Outcome, ParseResult
from pricing.sources.nbs_products import series_traits
from steelyard.core.clock import SHANGHAI
from tests.support.price_documents import NBS_PAGE, document, shipped

PAGE = shipped(NBS_PAGE)


def read(content: bytes, **traits: object) -> ParseResult:
    return nbs.parse(document("nbs.ten_day", content, **traits))


def test_whole_release_gives_fifty_products_and_accounts_for_every_row():
    result = read(PAGE)
    assert result.outcome is Outcome.OK
    assert len(result.kept) == 50
    reasons = Counter(drop.reason for drop in result.dropped)
    assert reasons == {DropReason.CATEGORY: 9, DropReason.SECOND_PRINTING: 59}
    assert len(result.kept) + len(result.dropped) == result.rows == 118


def test_pipe_is_read_with_its_change_grade_and_moment():
    pipe = next(row for row in read(PAGE).kept if row.traits.commodity == "无缝钢管")
    assert (pipe.mantissa, pipe.scale, pipe.change_mantissa) == (40105, 1, -122)
    assert pipe.day == date(2026, 8, 20)
    assert pipe.published_at == datetime(2026, 8, 24, 9, 30, tzinfo=SHANGHAI)
    assert (pipe.traits.specification, pipe.traits.spec_raw) == ("219×6 20#", "219*6,20#")
    assert (pipe.traits.grade, pipe.traits.unit, pipe.traits.predecessor) == ("20#", "CNY/t", None)
    assert pipe.traits.code == "nbs.ten_day:无缝钢管(219*6,20#):t"


def test_shipped_release_says_what_the_recorded_table_says(shared_data: Path):
    import csv

    with (shared_data / "prices/nbs/nbs_ten_day_2026-08_zhongxun.csv").open(encoding="utf-8") as file:
        recorded = [(row["product_name_cn"], row["price_cny"], row["change_cny"]) for row in csv.DictReader(file)]
    read_rows = [
        (row.traits.name, f"{row.mantissa / 10:.1f}", f"{(row.change_mantissa or 0) / 10:.1f}")
        for row in read(PAGE).kept
    ]
    assert read_rows == recorded


def test_unit_of_silicon_and_pigs_is_the_kilogram():
    by_kilogram = {row.traits.commodity for row in read(PAGE).kept if row.traits.unit == "CNY/kg"}
    assert by_kilogram == {"多晶硅", "生猪"}


@pytest.mark.parametrize("share", [5, 30, 60, 99])
def test_page_cut_off_anywhere_is_truncated_and_keeps_nothing(share: int):
    result = read(PAGE[: len(PAGE) * share // 100])
    assert (result.outcome, result.kept) == (Outcome.SCHEMA_CHANGED, ())
    assert result.finding is not None
    assert result.finding.fault is Fault.TRUNCATED
    assert len(result.dropped) == result.rows


def test_recorded_page_of_six_products_is_too_short_to_be_a_release(shared_data: Path):
    result = read((shared_data / "prices/nbs/nbs_page_shape_reconstructed.html").read_bytes())
    assert (result.outcome, result.rows, result.kept) == (Outcome.SCHEMA_CHANGED, 14, ())
    assert result.finding is not None
    assert (result.finding.fault, result.finding.detail) == (Fault.TRUNCATED, "6/50")


def without_rows(page: bytes, first: int, last: int) -> bytes:
    """The page with some table rows taken out of both printings."""
    tables = page.split(b"<tbody>")
    for number in (1, 2):
        body, rest = tables[number].split(b"</tbody>", 1)
        rows = body.split(b"</tr>")
        tables[number] = b"</tr>".join(rows[:first] + rows[last:]) + b"</tbody>" + rest
    return b"<tbody>".join(tables)


def one_table_short(page: bytes) -> bytes:
    head, first, second = page.split(b"<tbody>")
    rows = second.split(b"</tr>")
    return b"<tbody>".join((head, first, b"</tr>".join(rows[:20] + rows[30:])))


BROKEN = {
    "eleven products short": (without_rows(PAGE, 20, 33), Fault.TRUNCATED),
    "second printing shorter": (one_table_short(PAGE), Fault.TRUNCATED),
    "printings differ": (PAGE.replace(b"4010.5", b"4011.5", 1), Fault.CONFLICT),
    "a column renamed": (PAGE.replace("本期价格".encode(), "上期价格".encode()), Fault.COLUMNS),
    "no table": (PAGE.replace(b"<table", b"<div").replace(b"</table", b"</div"), Fault.COLUMNS),
    "title without a period": (PAGE.replace("8月中旬".encode(), "8月".encode()), Fault.DATE),
    "published before its period": (PAGE.replace(b"2026/08/24", b"2026/08/04"), Fault.DATE),
    "no such moment": (PAGE.replace(b"2026/08/24 09:30", b"2026/13/41 29:30"), Fault.DATE),
    "pipe missing": (PAGE.replace("无缝钢管".encode(), "焊接钢管".encode()), Fault.INSTRUMENT_MISSING),
    "prices slid out": (PAGE.replace(b"10", b"n/a").replace(b".", b" "), Fault.NUMERIC_SHARE),
}


@pytest.mark.parametrize(("content", "fault"), BROKEN.values(), ids=BROKEN)
def test_broken_release_is_refused_whole(content: bytes, fault: Fault):
    result = read(content)
    assert (result.outcome, result.kept) == (Outcome.SCHEMA_CHANGED, ())
    assert result.finding is not None
    assert result.finding.fault is fault
    assert len(result.dropped) == result.rows


def test_release_of_another_period_than_asked_for_is_refused():
    result = read(PAGE, requested_day=date(2026, 8, 10))
    assert result.finding is not None
    assert (result.outcome, result.finding.fault) == (Outcome.SCHEMA_CHANGED, Fault.DATE)


def test_three_rows_without_a_price_are_dropped_and_the_rest_kept():
    result = read(PAGE.replace(b"4010.5", b"-").replace(b"3410.1", b"0.0").replace(b"4840.8", "…".encode()))
    reasons = Counter(drop.reason for drop in result.dropped)
    assert result.outcome is Outcome.SCHEMA_CHANGED  # the pipe is a required instrument
    result = read(PAGE.replace(b"3410.1", b"0.0").replace(b"4840.8", "…".encode()))
    reasons = Counter(drop.reason for drop in result.dropped)
    assert (result.outcome, len(result.kept)) == (Outcome.OK, 48)
    assert (reasons[DropReason.NO_VALUE], reasons[DropReason.OUT_OF_RANGE]) == (1, 1)


NO_PAGE = {
    "empty": (b"", 200, Outcome.EMPTY),
    "blank": (b" \r\n", 200, Outcome.EMPTY),
    "challenge": (b"<html><script>$_ts=window['$_ts'];</script></html>", 200, Outcome.BLOCKED),
    "precondition failed": (b"<html></html>", 412, Outcome.BLOCKED),
    "not there": (b"", 404, Outcome.NOT_YET),
    "server error": (b"oops", 500, Outcome.FAILED),
    "oversized": (b"x" * (8 * 1024 * 1024 + 1), 200, Outcome.FAILED),
}


@pytest.mark.parametrize(("content", "status", "outcome"), NO_PAGE.values(), ids=NO_PAGE)
def test_what_is_no_page_has_an_outcome_of_its_own(content: bytes, status: int, outcome: Outcome):
    assert read(content, http_status=status).outcome is outcome


def test_changed_specification_is_another_series_that_names_the_former_one():
    rebar = next(row.traits for row in read(PAGE).kept if row.traits.commodity == "螺纹钢")
    former = series_traits("螺纹钢（Φ16—25mm，HRB400）", "CNY/t", "黑色金属", 2)
    assert rebar.code != former.code
    assert rebar.predecessor == former.code
    linked = [row.traits.commodity for row in read(PAGE).kept if row.traits.predecessor]
    assert linked == ["螺纹钢", "线材", "热轧普通板卷"]


def test_dashes_of_a_range_are_one_sign():
    codes = {series_traits(f"线材（Φ8{dash}10mm，HPB300）", "CNY/t", "黑色金属", 3).code for dash in "—–-－～"}
    assert codes == {"nbs.ten_day:线材(Φ8-10mm,HPB300):t"}
