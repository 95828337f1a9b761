"""The exchange's daily file: settlements, padding, subtotals, and the file that is there too early."""

import json
from collections import Counter
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from pricing.sources import shfe
from pricing.sources.base import DropReason, Fault, Outcome, ParseResult
from tests.support.price_documents import SHFE_FILE, document, shfe_file, shipped

FILE = shipped(SHFE_FILE)
Entry = dict[str, Any]


def read(content: bytes, **traits: object) -> ParseResult:
    return shfe.parse(document("shfe.daily", content, **traits))


def changed(change: Callable[[Entry], Entry], **top: object) -> bytes:
    body = json.loads(FILE)
    body["o_curinstrument"] = [change(entry) for entry in body["o_curinstrument"]]
    return json.dumps(body | top).encode()


def test_day_gives_forty_eight_settlements_and_four_subtotals():
    result = read(FILE)
    assert (result.outcome, len(result.kept), result.rows) == (Outcome.OK, 48, 52)
    assert {drop.reason for drop in result.dropped} == {DropReason.SUBTOTAL}
    assert Counter(row.traits.commodity for row in result.kept) == {"rb": 12, "hc": 12, "wr": 12, "ss": 12}


def test_rebar_of_october_is_read_with_its_change_to_the_previous_settlement():
    row = next(row for row in read(FILE).kept if row.traits.contract == "rb2610")
    assert (row.mantissa, row.scale, row.change_mantissa, row.day) == (3100, 0, -2, date(2026, 9, 7))


def test_shipped_file_says_what_the_recorded_file_says(shared_data: Path):
    recorded = (shared_data / "prices/shfe/kx20260907_ferrous.json").read_bytes()
    assert json.loads(FILE) == json.loads(recorded)
    assert read(recorded) == read(FILE)


def test_recorded_file_of_the_session_is_not_yet_settled(shared_data: Path):
    result = read((shared_data / "prices/shfe/kx_intraday_unsettled_shape.json").read_bytes())
    assert (result.outcome, result.kept, result.rows) == (Outcome.NOT_YET, (), 52)
    assert result.finding is not None
    assert result.finding.fault is Fault.UNSETTLED
    assert Counter(drop.reason for drop in result.dropped) == {
        DropReason.UNSETTLED: 48,
        DropReason.SUBTOTAL: 4,
    }


def test_file_settled_in_part_is_not_yet_settled():
    result = read(shfe_file({f"rb{month}": "" for month in (2609, 2610, 2611, 2612, 2701)}))
    assert (result.outcome, result.kept) == (Outcome.NOT_YET, ())


def test_single_contract_without_settlement_is_dropped():
    result = read(shfe_file({"wr2609": ""}))
    assert (result.outcome, len(result.kept)) == (Outcome.OK, 47)
    assert [drop.reason for drop in result.dropped] == [DropReason.UNSETTLED]


def padded(entry: Entry) -> Entry:
    """The entry as files of before 2024 held it: padded, without a class, the product also as a group."""
    product = entry["PRODUCTID"].partition("_")[0]
    older = {key: value for key, value in entry.items() if key != "PRODUCTCLASS"}
    return older | {"PRODUCTID": f"{product}_f    ", "PRODUCTGROUPID": f"{product}      "}


def test_padded_rows_of_before_2024_give_the_same_prices():
    assert read(changed(padded)).kept == read(FILE).kept


def test_recorded_row_of_2021_is_read_and_left_out_because_copper_is_not_followed(shared_data: Path):
    body = json.loads((shared_data / "prices/shfe/kx_full_row_pre2024_padded.json").read_bytes())
    result = read(json.dumps(body | {"print_date": "20211115"}).encode())
    assert [(drop.reason, drop.text) for drop in result.dropped] == [(DropReason.NOT_FOLLOWED, "cu2112")]
    assert result.outcome is Outcome.EMPTY


def test_trades_at_settlement_are_no_futures():
    body = json.loads(FILE)
    twin = body["o_curinstrument"][0] | {"PRODUCTCLASS": "6", "PRODUCTID": "rb_tas"}
    result = read(json.dumps(body | {"o_curinstrument": [*body["o_curinstrument"], twin]}).encode())
    assert len(result.kept) == 48
    assert DropReason.NOT_FUTURES in {drop.reason for drop in result.dropped}


def repeated(settlement: int) -> bytes:
    body = json.loads(FILE)
    twin = body["o_curinstrument"][0] | {"SETTLEMENTPRICE": settlement}
    return json.dumps(body | {"o_curinstrument": [*body["o_curinstrument"], twin]}).encode()


def test_repeated_row_is_dropped():
    result = read(repeated(3060))
    assert (result.outcome, len(result.kept), result.rows) == (Outcome.OK, 48, 53)
    assert Counter(drop.reason for drop in result.dropped)[DropReason.DUPLICATE] == 1


BROKEN = {
    "two values for one contract": (repeated(3061), Outcome.SCHEMA_CHANGED, Fault.CONFLICT),
    "no date": (changed(dict, report_date=None), Outcome.SCHEMA_CHANGED, Fault.DATE),
    "impossible date": (changed(dict, report_date="20260931"), Outcome.SCHEMA_CHANGED, Fault.DATE),
    "rows are no list": (
        b'{"report_date":"20260907","o_curinstrument":{}}',
        Outcome.SCHEMA_CHANGED,
        Fault.COLUMNS,
    ),
    "no rows": (b'{"report_date":"20260907","o_curinstrument":[]}', Outcome.EMPTY, Fault.EMPTY),
    "another column": (
        changed(lambda entry: entry | {"SETTLEMENTPRICE": "见附件"}),
        Outcome.SCHEMA_CHANGED,
        Fault.NUMERIC_SHARE,
    ),
    "half the contracts": (
        changed(lambda entry: entry | ({"DELIVERYMONTH": "小计"} if entry["DELIVERYMONTH"] > "2700" else {})),
        Outcome.SCHEMA_CHANGED,
        Fault.TRUNCATED,
    ),
    "without hot-rolled coil": (
        changed(lambda entry: entry | ({"PRODUCTID": "hx_f"} if entry["PRODUCTID"] == "hc_f" else {})),
        Outcome.SCHEMA_CHANGED,
        Fault.TRUNCATED,
    ),
    "cut off": (FILE[:3000], Outcome.SCHEMA_CHANGED, Fault.TRUNCATED),
    "no JSON": (b"var x = 1;", Outcome.FAILED, Fault.UNREADABLE),
    "NaN": (b'{"report_date":"20260907","o_curinstrument":[NaN]}', Outcome.FAILED, Fault.UNREADABLE),
    "deep": (b"[" * 200_000, Outcome.FAILED, Fault.UNREADABLE),
    "huge number": (b'{"o_curinstrument":' + b"9" * 5000 + b"}", Outcome.FAILED, Fault.UNREADABLE),
    "GBK": ("小计".encode("gbk"), Outcome.FAILED, Fault.UNREADABLE),
    "challenge page": (b"<html><body>verify</body></html>", Outcome.BLOCKED, Fault.BLOCKED),
}


@pytest.mark.parametrize(("content", "outcome", "fault"), BROKEN.values(), ids=BROKEN)
def test_broken_file_is_refused_whole(content: bytes, outcome: Outcome, fault: Fault):
    result = read(content)
    assert (result.outcome, result.kept) == (outcome, ())
    assert result.finding is not None
    assert result.finding.fault is fault
    assert len(result.dropped) == result.rows


def test_file_of_another_day_than_asked_for_is_refused():
    asked = shfe.day_of_url("https://www.shfe.com.cn/data/tradedata/future/dailydata/kx20260908.dat")
    assert asked == date(2026, 9, 8)
    result = read(FILE, requested_day=asked)
    assert result.finding is not None
    assert (result.outcome, result.finding.fault) == (Outcome.SCHEMA_CHANGED, Fault.DATE)


@pytest.mark.parametrize(
    ("day", "outcome"),
    [(date(2026, 9, 7), Outcome.NOT_YET), (date(2026, 9, 6), Outcome.NO_SESSION)],
    ids=["Monday", "Sunday"],
)
def test_absent_file_means_no_session_at_the_weekend(day: date, outcome: Outcome):
    assert read(b"", http_status=404, requested_day=day).outcome is outcome


FULL = {
    "OPENPRICE": 3105,
    "HIGHESTPRICE": 3120,
    "LOWESTPRICE": 3090,
    "CLOSEPRICE": 3111,
    "VOLUME": 638932,
    "TURNOVER": 680294.525,
    "OPENINTEREST": 1592266,
    "TASVOLUME": "",
}


def full(**columns: object) -> bytes:
    """The shipped day with all columns of the exchange's file, some of them replaced."""
    return changed(lambda entry: entry | ({} if entry["DELIVERYMONTH"] == "小计" else FULL | columns))


def test_every_figure_of_a_contract_is_a_series_of_its_instrument():
    result = read(full())
    row = {one.traits.value_field: one for one in result.kept if one.traits.contract == "rb2610"}
    assert {name: (one.mantissa, one.scale) for name, one in row.items()} == {
        "settle": (3100, 0),
        "open": (3105, 0),
        "high": (3120, 0),
        "low": (3090, 0),
        "close": (3111, 0),
        "volume": (638932, 0),
        "open_interest": (1592266, 0),
        "turnover": (6802945250, 0),
    }
    assert {one.traits.instrument for one in row.values()} == {"shfe.rb2610"}
    assert (len(result.kept), result.rows) == (48 * 8, 48 * 8 + 4)


def test_contract_without_trade_keeps_its_settlement_and_its_open_interest():
    result = read(full(OPENPRICE="", HIGHESTPRICE="", LOWESTPRICE="", VOLUME=0))
    assert len(result.kept) == 48 * 5
    assert Counter(drop.reason for drop in result.dropped) == {DropReason.NO_VALUE: 144, DropReason.SUBTOTAL: 4}
    assert {row.mantissa for row in result.kept if row.traits.value_field == "volume"} == {0}


def test_prices_of_the_session_are_provisional_and_no_settlement_is_believed():
    early, late = read(full(SETTLEMENTPRICE="", CLOSEPRICE=3109)), read(full())
    assert early.outcome is Outcome.OK
    assert {row.status for row in early.kept} == {"provisional"}
    assert "settle" not in {row.traits.value_field for row in early.kept}
    assert {row.status for row in late.kept} == {"final"}
    keys = [{(row.traits.code, row.day, row.edition) for row in result.kept} for result in (early, late)]
    assert keys[0] < keys[1]


def test_session_file_of_too_few_contracts_is_refused():
    result = read(
        changed(
            lambda entry: (
                entry | FULL | {"SETTLEMENTPRICE": ""} | ({} if entry["PRODUCTID"] == "rb_f" else {"PRODUCTCLASS": "6"})
            )
        )
    )
    assert (result.outcome, result.kept) == (Outcome.SCHEMA_CHANGED, ())


def test_two_volumes_of_one_contract_refuse_the_file():
    body = json.loads(full())
    twin = body["o_curinstrument"][0] | {"VOLUME": 1}
    result = read(json.dumps(body | {"o_curinstrument": [*body["o_curinstrument"], twin]}).encode())
    assert result.finding is not None
    assert (result.finding.fault, result.kept) == (Fault.CONFLICT, ())


def test_row_of_2021_gives_all_columns_when_its_product_is_followed(shared_data: Path):
    recorded = json.loads((shared_data / "prices/shfe/kx_full_row_pre2024_padded.json").read_bytes())
    copper = recorded["o_curinstrument"][0]
    rows = [
        copper | {"PRODUCTID": f"{product}_f    ", "PRODUCTGROUPID": f"{product}      ", "DELIVERYMONTH": month}
        for product in ("rb", "hc", "wr", "ss")
        for month in (*(f"22{number:02d}" for number in range(1, 13)),)
    ]
    result = read(json.dumps({"print_date": "20211115", "o_curinstrument": rows}).encode())
    first = {row.traits.value_field: row.mantissa for row in result.kept if row.traits.contract == "rb2201"}
    assert result.outcome is Outcome.OK
    assert first == {
        "settle": 69950,
        "open": 69770,
        "high": 70280,
        "low": 69600,
        "close": 69900,
        "volume": 19450,
        "open_interest": 19065,
        "turnover": 6802945250,
    }


def test_counts_of_before_2020_are_of_both_sides_and_the_later_series_follows_them():
    older = {
        row.traits.value_field: row.traits for row in read(full_of("20191231")).kept if row.traits.contract == "rb2610"
    }
    newer = {
        row.traits.value_field: row.traits for row in read(full_of("20200102")).kept if row.traits.contract == "rb2610"
    }
    assert (older["volume"].counting, newer["volume"].counting) == ("both_sides", "one_sided")
    assert newer["volume"].predecessor == older["volume"].code != newer["volume"].code
    assert older["settle"] == newer["settle"]


def full_of(day: str) -> bytes:
    return json.dumps(json.loads(full()) | {"report_date": day}).encode()


def test_file_of_before_stainless_was_listed_holds_fewer_contracts():
    body = json.loads(FILE)
    rows = [row for row in body["o_curinstrument"] if not row["PRODUCTID"].startswith("ss")]
    older = read(json.dumps({"report_date": "20180903", "o_curinstrument": rows}).encode())
    today = read(json.dumps({"report_date": "20260907", "o_curinstrument": rows}).encode())
    assert (older.outcome, len(older.kept)) == (Outcome.OK, 36)
    assert today.outcome is Outcome.SCHEMA_CHANGED


@pytest.mark.parametrize("day", sorted(shfe.NO_JSON), ids=str)
def test_days_whose_file_is_no_json_have_an_outcome_of_their_own(day: date):
    result = read(b'{"o_curinstrument":[{"PRODUCTID":"cu_f",}]}', requested_day=day)
    assert result.finding is not None
    assert (result.outcome, result.finding.fault) == (Outcome.FAILED, Fault.UNREADABLE)
    assert str(day) in result.finding.detail
