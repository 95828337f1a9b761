"""Dalian's API: strings as numbers, its spelling of volume, its codes, the day that only the question names."""

import json
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from pricing.sources import dce
from pricing.sources.base import DropReason, Fault, Outcome, ParseResult
from tests.support.price_documents import dce_answer, dce_entry, document


def read(content: bytes, **traits: object) -> ParseResult:
    return dce.parse_day(document("dce.daily", content, **traits))


@pytest.fixture
def samples(shared_data: Path) -> Any:
    return json.loads((shared_data / "prices/dce/dceapi_v1_samples.json").read_bytes())


def test_answer_gives_every_figure_of_thirty_six_contracts():
    result = read(dce_answer())
    assert (result.outcome, result.rows, len(result.kept)) == (Outcome.OK, 288, 288)
    row = {one.traits.value_field: one for one in result.kept if one.traits.contract == "i2601"}
    assert {name: (one.mantissa, one.scale) for name, one in row.items()} == {
        "settle": (7935, 1),
        "open": (788, 0),
        "high": (7995, 1),
        "low": (781, 0),
        "close": (795, 0),
        "volume": (105525, 0),
        "open_interest": (137560, 0),
        "turnover": (4178961800, 0),
    }
    assert row["settle"].change_mantissa == 35
    assert {one.day for one in result.kept} == {date(2025, 10, 14)}
    assert {one.traits.instrument for one in row.values()} == {"dce.i2601"}
    assert row["turnover"].traits.unit == "CNY"


def test_recorded_soybeans_are_left_out_by_name(samples: Any):
    result = read(json.dumps(samples["dayQuotes"]).encode())
    assert [drop.reason for drop in result.dropped] == [DropReason.NOT_FOLLOWED]
    assert result.outcome is Outcome.EMPTY
    night = dce.parse_night(document("dce.night", json.dumps(samples["tiNightQuotes"]).encode()))
    assert [drop.reason for drop in night.dropped] == [DropReason.NOT_FOLLOWED]


def test_newly_listed_product_and_subtotals_break_nothing():
    more = (dce_entry("lg2607", variety="原木"), dce_entry("", variety="铁矿石小计"), dce_entry("", variety="总计"))
    result = read(dce_answer(*more))
    assert result.outcome is Outcome.OK
    assert Counter(drop.reason for drop in result.dropped) == {DropReason.NOT_FOLLOWED: 1, DropReason.SUBTOTAL: 2}


def test_night_is_an_edition_of_the_trading_day_that_was_asked_for():
    result = dce.parse_night(document("dce.night", dce_answer(night=True)))
    last = next(row for row in result.kept if row.traits.value_field == "last")
    assert (last.edition, last.day, last.traits.code) == ("23:00", date(2025, 10, 14), "dce.night:i2511:last")


def test_recorded_night_session_carries_another_calendar_date(shared_data: Path):
    from datetime import datetime

    from pricing.calendars import calendar
    from steelyard.core.clock import SHANGHAI

    body = json.loads((shared_data / "prices/dce/openctp_prices_night_session.json").read_bytes())
    quote = body["data"][0]
    moment = datetime.fromisoformat(f"{quote['UpdateDate']}T{quote['UpdateTime']}").replace(tzinfo=SHANGHAI)
    assert calendar("dce").trading_day(moment) == date.fromisoformat(quote["TradingDay"]) == date(2025, 5, 12)


CODES = {
    400: (Outcome.FAILED, Fault.UNREADABLE),
    401: (Outcome.BLOCKED, Fault.BLOCKED),
    402: (Outcome.BLOCKED, Fault.BLOCKED),
    500: (Outcome.FAILED, Fault.UNREADABLE),
    501: (Outcome.BLOCKED, Fault.BLOCKED),
    999: (Outcome.FAILED, Fault.UNREADABLE),
}


@pytest.mark.parametrize("code", CODES)
def test_every_code_of_the_api_has_an_outcome(code: int):
    result = read(json.dumps({"success": False, "code": code, "msg": "…"}).encode())
    assert result.finding is not None
    assert (result.outcome, result.finding.fault, result.finding.detail) == (*CODES[code], f"code {code}")


def test_recorded_refusals_are_understood(samples: Any):
    for name in ("rate_limited", "token_expired"):
        assert read(json.dumps(samples[name]).encode()).outcome is Outcome.BLOCKED


def test_answer_without_its_question_is_refused_because_it_names_no_day():
    result = read(dce_answer(), requested_day=None)
    assert result.finding is not None
    assert (result.outcome, result.finding.fault) == (Outcome.SCHEMA_CHANGED, Fault.DATE)


@pytest.mark.parametrize(
    ("url", "day"),
    [
        ("http://x/dayQuotes#lang=zh&tradeDate=20251014&varietyId=all", date(2025, 10, 14)),
        ("http://x/dayQuotes#tradeDate=20251032", None),
        ("http://x/dayQuotes?tradeDate=20251014", None),
        ("http://[x", None),
    ],
)
def test_day_is_read_from_the_question(url: str, day: date | None):
    assert dce.day_of_url(url) == day


BROKEN = {
    "challenge": (b"<html>412</html>", Outcome.BLOCKED, Fault.BLOCKED),
    "cut off": (dce_answer()[:5000], Outcome.SCHEMA_CHANGED, Fault.TRUNCATED),
    "no rows": (b'{"code":200,"data":[]}', Outcome.EMPTY, Fault.EMPTY),
    "no list": (b'{"code":200,"data":{}}', Outcome.SCHEMA_CHANGED, Fault.COLUMNS),
    "no code": (b"{}", Outcome.SCHEMA_CHANGED, Fault.COLUMNS),
    "no settlements": (dce_answer().replace(b'"793.5"', b'""'), Outcome.SCHEMA_CHANGED, Fault.NUMERIC_SHARE),
    "a month missing": (dce_answer().replace(b'"j2', b'"x2'), Outcome.SCHEMA_CHANGED, Fault.TRUNCATED),
    "no JSON": (b"code", Outcome.FAILED, Fault.UNREADABLE),
}


@pytest.mark.parametrize(("content", "outcome", "fault"), BROKEN.values(), ids=BROKEN)
def test_broken_answer_is_refused_whole(content: bytes, outcome: Outcome, fault: Fault):
    result = read(content)
    assert (result.outcome, result.kept, len(result.dropped)) == (outcome, (), result.rows)
    assert result.finding is not None
    assert result.finding.fault is fault
