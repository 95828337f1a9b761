"""What becomes of each row of a sheet: kept with its series, or dropped with its reason; nothing in between."""

from datetime import date, time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pricing.importing import recipe
from pricing.importing.columns import Column
from pricing.importing.sheets import source_of
from pricing.importing.terms import Clause, Terms
from pricing.sources.base import DropReason, Fault, Outcome, ParseResult, RawDocument
from pricing.sources.catalogue import SOURCES, publisher
from tests.support.price_sheets import DAY, FETCHED, HEADER, PASTED, TITLE, parsed, recipe_for, workbook

GOOD = ("圆管坯", "Φ90", "20#", "西王", "3620", "+20", "")


def sheet(*rows: tuple[str, ...], heading: tuple[str, ...] = HEADER, **changes: object) -> ParseResult:
    lines = [heading, *rows]
    return parsed("\n".join("\t".join(line) for line in lines).encode(), **changes)


def reasons(result: ParseResult) -> dict[int, DropReason]:
    return {drop.row: drop.reason for drop in result.dropped}


def test_a_pasted_sheet_keeps_three_prices_and_says_why_not_the_other_two():
    result = parsed(PASTED.encode(), moment=time(10, 51))
    assert result.outcome is Outcome.OK
    assert [(row.row, row.mantissa, row.change_mantissa, row.edition) for row in result.kept] == [
        (3, 3620, 20, "10:51"),
        (4, 3650, 0, "10:51"),
        (6, 3610, -10, "10:51"),
    ]
    assert reasons(result) == {5: DropReason.PRICE_RANGE, 7: DropReason.NOT_QUOTED}
    traits = result.kept[0].traits
    assert (traits.name, traits.tax_included, traits.weighing, traits.payment, traits.delivery_basis) == (
        "聊城 圆管坯 φ90-130 20# 西王", True, "actual", "cash", "ex_warehouse_plus_fee",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (("圆管坯", "Φ90", "20#", "西王", "", "", ""), DropReason.NO_VALUE),
        (("圆管坯", "Φ90", "20#", "西王", "电议", "", ""), DropReason.NOT_QUOTED),
        (("圆管坯", "Φ90", "20#", "西王", "3600-3650", "", ""), DropReason.PRICE_RANGE),
        (("圆管坯", "Φ90", "20#", "西王", "+20", "3620", ""), DropReason.NOT_A_PRICE),
        (("圆管坯", "Φ90", "20#", "西王", "36.2", "", ""), DropReason.OUT_OF_RANGE),
        (("圆管坯", "Φ90", "20#", "3620", "3650", "", ""), DropReason.SLID),
        (("", "Φ90", "20#", "西王", "3620", "", ""), DropReason.NO_PRODUCT),
        (("管" * 41, "Φ90", "20#", "西王", "3620", "", ""), DropReason.NOT_A_ROW),
        (("无缝管", "", "", "", "", "", ""), DropReason.CATEGORY),
        (HEADER, DropReason.CATEGORY),
        (GOOD, DropReason.DUPLICATE),
    ],
    ids=lambda value: str(value) if isinstance(value, DropReason) else "",
)
def test_a_row_that_cannot_be_kept_says_why(row: tuple[str, ...], reason: DropReason):
    other = ("圆管坯", "Φ150", "20#", "西王", "3650", "", "")
    result = sheet(GOOD, other, row)
    assert (reasons(result), len(result.kept)) == ({4: reason}, 2)


def test_two_prices_for_one_thing_are_both_left_out():
    others = [("圆管坯", f"Φ{size}", "20#", "西王", "3650", "", "") for size in (100, 110, 120)]
    result = sheet(GOOD, ("管坯", "φ90mm", "20#", "西王", "3640", "+20", ""), *others)
    assert reasons(result) == {2: DropReason.CONFLICT, 3: DropReason.CONFLICT}


def test_each_row_of_a_sheet_may_have_its_city_day_and_unit():
    heading = ("日期", "城市", "品名", "规格", "单位", "价格")
    rows = [
        ("2026-09-08", "聊城", "无缝管", "219*6", "元/吨", "4260"),
        ("2026-09-09", "聊城", "无缝管", "219*6", "元/公斤", "4.27"),
        ("2026-09-09", "无锡", "无缝管", "219*6", "元/吨", "4300"),
        ("9月9日", "无锡", "无缝管", "108*4.5", "元/吨", "4300"),
        ("2026-09-09", "无锡", "无缝管", "89*5", "元/件", "4300"),
    ]
    result = sheet(*rows, heading=heading, day=None)
    kept = [(row.day, row.traits.market, row.traits.unit, row.mantissa, row.scale) for row in result.kept]
    assert kept == [
        (date(2026, 9, 8), "聊城", "CNY/t", 4260, 0),
        (date(2026, 9, 9), "聊城", "CNY/kg", 427, 2),
        (date(2026, 9, 9), "无锡", "CNY/t", 4300, 0),
    ]
    assert reasons(result) == {5: DropReason.NO_DAY, 6: DropReason.UNKNOWN_UNIT}


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"day": date(2026, 9, 11)}, Fault.DATE),
        ({"day": None}, Fault.NUMERIC_SHARE),
        ({"clauses": (Clause((), Terms()),)}, Fault.NUMERIC_SHARE),
        ({"columns": (Column.PRODUCT,)}, Fault.COLUMNS),
        ({"sheet": 3}, Fault.COLUMNS),
        ({"header": 99}, Fault.COLUMNS),
    ],
    ids=["day-to-come", "no-day", "tax-unknown", "no-price-column", "no-such-sheet", "no-such-line"],
)
def test_a_recipe_that_does_not_fit_refuses_the_sheet_whole(changes: dict[str, object], fault: Fault):
    result = sheet(GOOD, ("圆管坯", "Φ100", "20#", "西王", "3650", "", ""), **changes)
    assert (result.kept, result.finding and result.finding.fault) == ((), fault)


def test_a_sheet_whose_columns_slid_is_refused_whole(shared_data: Path):
    content = (shared_data / "prices" / "synthetic" / "city_sheet_slid_columns.xlsx").read_bytes()
    result = parsed(content)
    assert (result.outcome, result.kept, result.finding and result.finding.detail) == (
        Outcome.SCHEMA_CHANGED,
        (),
        "0/7",
    )
    assert len(result.dropped) == result.rows == 7


def test_319_rows_without_a_price_are_refused_whole():
    rows = [("圆管坯", f"Φ{number}", "20#", "", "西王", f"{3600 + number}", "") for number in range(50, 369)]
    result = sheet(*rows)
    assert (result.rows, len(result.dropped), result.kept) == (319, 319, ())


@pytest.mark.parametrize(("bad", "kept"), [(20, 80), (21, 0)], ids=["a-fifth", "more"])
def test_of_a_long_sheet_a_fifth_may_be_unreadable(bad: int, kept: int):
    rows = [
        ("圆管坯", f"Φ{number}", "20#", "西王", "坏" if number < 50 + bad else "3650", "", "")
        for number in range(50, 150)
    ]
    result = sheet(*rows)
    assert len(result.kept) == (kept if bad <= 20 else 0)


def test_recorded_sheets_give_the_same_goods_from_a_page_and_from_a_workbook(shared_data: Path):
    folder = shared_data / "prices" / "synthetic"
    found = [parsed((folder / name).read_bytes()) for name in ("city_page.html", "city_sheet_BIFF_named.xlsx")]
    goods = [[(row.traits.name, row.mantissa, row.change_mantissa) for row in result.kept] for result in found]
    assert goods[0] == goods[1]
    assert goods[0][5] == ("聊城 无缝钢管 219×6 20# GB/T 8163 戊管", 4260, 0)
    assert reasons(found[0]) == {2: DropReason.CATEGORY}


def test_other_terms_are_another_series():
    taxed, bare = (
        sheet(GOOD, clauses=(Clause((), Terms(tax_included=taxed)),)).kept[0].traits for taxed in (True, False)
    )
    assert taxed.code != bare.code
    assert (taxed.name, taxed.tax_included, bare.tax_included) == (bare.name, True, False)


def test_an_envelope_gives_back_recipe_and_bytes():
    content = workbook([(TITLE,), HEADER, GOOD])
    made = recipe_for(content, moment=time(15))
    assert recipe.unseal(recipe.seal(made, content)) == (made, content)
    assert made.day == DAY


def test_each_provider_is_a_source_of_his_own():
    found = SOURCES.get("sheet.示例钢联")
    assert found is not None
    assert (found.contract.code, found.contract.family, publisher("sheet.示例钢联")) == (
        "sheet.示例钢联", "sheet.示例钢联", "示例钢联",
    )  # fmt: skip
    assert source_of("nbs.ten_day") is source_of("sheet.") is None


def test_an_envelope_brought_under_another_name_is_refused():
    made = recipe_for(PASTED.encode())
    document = RawDocument("sheet.别人", "upload:x", FETCHED, recipe.seal(made, PASTED.encode()))
    result = source_of("sheet.别人").parse(document)  # type: ignore[union-attr]  # it was just asked for
    assert (result.outcome, result.kept) == (Outcome.SCHEMA_CHANGED, ())


texts = st.sampled_from(
    ["圆管坯", "3620", "4050-4080", "暂无", "+20", "", "Φ90", "2026-09-09", "元/吨", "过磅", "=1", "x" * 600]
)
cells = texts | st.text(max_size=6)


@settings(max_examples=120)
@given(
    lines=st.lists(st.lists(cells, max_size=9), max_size=8),
    columns=st.lists(st.sampled_from(Column), max_size=9, unique=True),
    header=st.integers(-1, 9),
)
def test_whatever_stands_in_a_sheet_each_row_is_accounted_for(
    lines: list[list[str]], columns: list[Column], header: int
):
    content = "\n".join("\t".join(line) for line in [list(HEADER), *lines]).encode("utf-8", "replace")
    made = recipe_for("\t".join(HEADER).encode(), columns=tuple(columns), header=header)
    result = parsed(content, made)
    assert len(result.kept) + len(result.dropped) == result.rows
    assert bool(result.kept) == (result.outcome is Outcome.OK)
    assert all(row.mantissa > 0 and len(row.traits.code) <= 160 and len(row.traits.name) <= 120 for row in result.kept)


@settings(max_examples=80)
@given(envelope=st.binary(max_size=200) | st.text(max_size=100).map(str.encode) | st.just(b"{}"))
def test_any_envelope_has_a_typed_outcome(envelope: bytes):
    source = source_of("sheet.x")
    assert source is not None
    for content in (envelope, recipe.MAGIC + envelope):
        result = source.parse(RawDocument("sheet.x", "upload:x", FETCHED, content))
        assert (result.rows, result.kept) == (0, ())
