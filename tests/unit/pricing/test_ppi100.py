"""Basis tables: the sign is stated and checked, units and goods that do not fit stay out."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from pricing.sources import ppi100, ppi100_printed
from pricing.sources.base import DropReason, Fault, Outcome, ParseResult
from tests.support.price_documents import basis_page, basis_print, document

RATES = "akshare_futures_spot_price_20240430.txt"
PERCENTS = "akshare_futures_spot_price_previous_20240430.txt"


def read(content: bytes, **traits: object) -> ParseResult:
    return ppi100.parse(document("ppi100.basis", content, **traits))


def printed(content: bytes, **traits: object) -> ParseResult:
    return ppi100_printed.parse(document("ppi100.basis.printed", content, **traits))


def figures(result: ParseResult, value_field: str) -> dict[str, Decimal]:
    return {
        row.traits.commodity: Decimal(row.mantissa).scaleb(-row.scale)
        for row in result.kept
        if row.traits.value_field == value_field
    }


@pytest.mark.parametrize("name", [RATES, PERCENTS])
def test_recorded_tables_give_the_spot_prices_of_seven_goods(shared_data: Path, name: str):
    result = printed((shared_data / "prices/100ppi" / name).read_bytes())
    assert (result.outcome, result.rows) == (Outcome.OK, 58)
    assert figures(result, "spot") == {
        "rb": Decimal("3586.22"),
        "hc": Decimal("3896"),
        "wr": Decimal("3845.2"),
        "ss": Decimal("14267.5"),
        "i": Decimal("892.11"),
        "sf": Decimal("6464.29"),
        "sm": Decimal("5955"),
    }
    assert [drop.reason for drop in result.dropped] == [DropReason.NOT_FOLLOWED] * 44
    assert {row.day for row in result.kept} == {date(2024, 4, 30)}


def test_recorded_tables_have_opposite_signs_and_are_series_of_their_own(shared_data: Path):
    rates = figures(printed((shared_data / "prices/100ppi" / RATES).read_bytes()), "futures_over_spot")
    percents = figures(printed((shared_data / "prices/100ppi" / PERCENTS).read_bytes()), "spot_over_futures")
    assert rates.keys() == percents.keys()
    assert all(rates[code] * percents[code] < 0 for code in rates)
    assert (rates["rb"], percents["rb"]) == (Decimal("2.3362"), Decimal("-2.31"))


@pytest.mark.parametrize("old", [False, True], ids=["sf", "sf2"])
def test_page_states_spot_less_futures(old: bool):
    result = read(basis_page(old=old))
    assert result.outcome is Outcome.OK
    assert figures(result, "spot_minus_futures")["rb"] == Decimal("-83.78")
    assert figures(result, "spot").keys() == {"rb", "hc", "wr", "ss", "i", "sf", "sm"}


def test_traps_of_ore_and_coke_are_written_on_their_series():
    traits = {row.traits.commodity: row.traits for row in read(basis_page()).kept}
    assert traits["i"].methodology == "spot per wet tonne, contract per dry tonne"
    assert traits["rb"].methodology is None


GOODS = [("螺纹钢", "3586.22", "3670", "-83.78"), ("热轧卷板", "3896", "3818", "78.00")]
BROKEN = {
    "the other sign": (basis_page([("螺纹钢", "3586.22", "3670", "83.78")]), Outcome.SCHEMA_CHANGED, Fault.CONFLICT),
    "two goods": (basis_page(GOODS), Outcome.SCHEMA_CHANGED, Fault.TRUNCATED),
    "cut off": (basis_page()[:-20], Outcome.SCHEMA_CHANGED, Fault.TRUNCATED),
    "no day": (basis_page(day="今日"), Outcome.SCHEMA_CHANGED, Fault.DATE),
    "another table": (basis_page().replace(b"fdata", b"gdata"), Outcome.SCHEMA_CHANGED, Fault.COLUMNS),
    "no goods": (basis_page([("黄金", "547.64", "552.8", "-5.16")]), Outcome.EMPTY, Fault.EMPTY),
    "challenge": (b"<script>HW_CHECK</script>", Outcome.BLOCKED, Fault.BLOCKED),
}


@pytest.mark.parametrize(("content", "outcome", "fault"), BROKEN.values(), ids=BROKEN)
def test_broken_page_is_refused_whole(content: bytes, outcome: Outcome, fault: Fault):
    result = read(content)
    assert (result.outcome, result.kept, len(result.dropped)) == (outcome, (), result.rows)
    assert result.finding is not None
    assert result.finding.fault is fault


def test_page_of_another_day_is_refused():
    asked = ppi100.day_of_url("https://www.100ppi.com/sf/day-2018-09-12.html")
    assert asked == date(2018, 9, 12)
    assert read(basis_page(), requested_day=asked).outcome is Outcome.SCHEMA_CHANGED


BROKEN_PRINTS = {
    "a line missing": (basis_print().replace(b"[8 rows", b"[9 rows"), Fault.TRUNCATED),
    "the end missing": (basis_print().rpartition(b"\n")[0], Fault.TRUNCATED),
    "other columns": (basis_print().replace("现货价格".encode(), b"spot"), Fault.COLUMNS),
    "the other sign": (basis_print().replace(b"-2.31", b"2.31"), Fault.CONFLICT),
}


@pytest.mark.parametrize(("content", "fault"), BROKEN_PRINTS.values(), ids=BROKEN_PRINTS)
def test_broken_print_is_refused_whole(content: bytes, fault: Fault):
    result = printed(content)
    assert (result.outcome, result.kept, len(result.dropped)) == (Outcome.SCHEMA_CHANGED, (), result.rows)
    assert result.finding is not None
    assert result.finding.fault is fault


def test_print_without_its_day_is_refused():
    result = printed(basis_print(), requested_day=None)
    assert result.finding is not None
    assert result.finding.fault is Fault.DATE
