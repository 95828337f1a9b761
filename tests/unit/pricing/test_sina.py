"""Sina's quotes and history: GBK, fields, nights, empty quotes, missing settlements, splices that are named."""

from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from pricing.sources import sina, sina_history
from pricing.sources.base import DropReason, Fault, Outcome, ParseResult
from tests.support import price_documents as documents

HISTORY = "https://example.org/getDailyKLine?symbol={}"


def read(content: bytes) -> ParseResult:
    return sina.parse(documents.document("sina.quotes", content))


def history(content: bytes, symbol: str = "RB0") -> ParseResult:
    return sina_history.parse(documents.document("sina.history", content, url=HISTORY.format(symbol)))


def figures(result: ParseResult, value_field: str) -> list[tuple[date, str, int]]:
    return [(row.day, row.edition, row.mantissa) for row in result.kept if row.traits.value_field == value_field]


def test_recorded_quotes_are_read_in_both_lengths_and_the_night_belongs_to_monday(shared_data: Path):
    result = read((shared_data / "prices/sina/hq_sinajs_captures.gbk.txt").read_bytes())
    assert result.outcome is Outcome.OK
    assert figures(result, "last") == [
        (date(2026, 9, 30), "15:00", 3112),
        (date(2026, 9, 4), "15:00", 3166),
        (date(2026, 9, 3), "14:29", 3142),
        (date(2026, 8, 5), "15:00", 2990),
        (date(2026, 8, 31), "23:00", 3178),
    ]
    assert figures(result, "settle") == [
        (date(2026, 9, 30), "settlement", 3116),
        (date(2026, 9, 4), "settlement", 3160),
        (date(2026, 8, 5), "settlement", 2985),
    ]
    dropped = Counter((drop.row, drop.reason) for drop in result.dropped)
    assert dropped == {
        (3, DropReason.NO_VALUE): 1,
        (5, DropReason.NO_VALUE): 1,
        (6, DropReason.NOT_FOLLOWED): 1,
        (7, DropReason.NOT_QUOTED): 1,
        (8, DropReason.NOT_FUTURES): 1,
    }


def test_quote_after_midnight_on_saturday_belongs_to_monday():
    line = documents.sina_line("SS0", "2026-08-29", "003000", settled=False)
    assert figures(read(documents.sina_lines(line)), "last") == [(date(2026, 8, 31), "00:30", 3112)]


def test_continuous_contract_says_that_it_is_spliced():
    traits = read(documents.sina_lines()).kept[0].traits
    assert (traits.adjustment, traits.methodology, traits.contract) == ("raw", sina.SPLICED, None)
    assert not sina.CONTRACT.enabled
    assert not sina_history.CONTRACT.enabled


LINE = documents.sina_line("RB0", "2026-09-30", "150000")
BROKEN = {
    "a field too many": (LINE.replace("沪,", "沪,,"), Outcome.SCHEMA_CHANGED, Fault.COLUMNS),
    "no date": (LINE.replace("2026-09-30", "2026-09-31"), Outcome.SCHEMA_CHANGED, Fault.DATE),
    "no time": (LINE.replace("150000", "256000"), Outcome.SCHEMA_CHANGED, Fault.DATE),
    "unknown symbols only": ('var hq_str_nf_LH0="";', Outcome.EMPTY, Fault.EMPTY),
    "two values": (f"{LINE}\n{LINE.replace('638932', '638933')}", Outcome.SCHEMA_CHANGED, Fault.CONFLICT),
    "no prices": (LINE.replace("3112.000", "0.000"), Outcome.SCHEMA_CHANGED, Fault.NUMERIC_SHARE),
    "forbidden": ("Forbidden", Outcome.FAILED, Fault.UNREADABLE),
}


@pytest.mark.parametrize(("text", "outcome", "fault"), BROKEN.values(), ids=BROKEN)
def test_broken_quotes_are_refused_whole(text: str, outcome: Outcome, fault: Fault):
    result = read(text.encode("gb18030"))
    assert (result.outcome, result.kept, len(result.dropped)) == (outcome, (), result.rows)
    assert result.finding is not None
    assert result.finding.fault is fault


def test_history_is_read_with_and_without_settlements():
    result = history(documents.sina_history())
    assert figures(result, "close") == [
        (date(2009, 3, 27), "settlement", 3561),
        (date(2023, 12, 29), "settlement", 4002),
    ]
    assert figures(result, "settle") == []
    codes = [row.traits.code for row in result.kept if row.traits.value_field == "volume"]
    assert codes == ["sina.history:rb0:volume_both_sides", "sina.history:rb0:volume"]


def test_settlement_of_nought_is_missing():
    day = {"d": "2021-08-12", "o": "5400", "h": "5500", "l": "5300", "c": "5450", "v": "1", "p": "2"}
    days = [day | {"s": "0.000"}, day | {"d": "2021-08-13", "s": "5421.000"}]
    result = history(documents.sina_history(days))
    assert figures(result, "settle") == [(date(2021, 8, 13), "settlement", 5421)]
    assert [drop.reason for drop in result.dropped] == [DropReason.NO_VALUE]


BROKEN_HISTORY = {
    "cut off": (documents.sina_history()[:-30], Outcome.SCHEMA_CHANGED, Fault.TRUNCATED),
    "unknown symbol": (b"var _X=(null);", Outcome.EMPTY, Fault.EMPTY),
    "no days": (b"var _X=([]);", Outcome.EMPTY, Fault.EMPTY),
    "renamed columns": (documents.sina_history().replace(b'"c"', b'"x"'), Outcome.EMPTY, Fault.EMPTY),
    "a page": (b"<html>", Outcome.BLOCKED, Fault.BLOCKED),
    "words": (b"hello", Outcome.FAILED, Fault.UNREADABLE),
}


@pytest.mark.parametrize(("content", "outcome", "fault"), BROKEN_HISTORY.values(), ids=BROKEN_HISTORY)
def test_broken_history_is_refused_whole(content: bytes, outcome: Outcome, fault: Fault):
    result = history(content)
    assert (result.outcome, result.kept, len(result.dropped)) == (outcome, (), result.rows)
    assert result.finding is not None
    assert result.finding.fault is fault


@pytest.mark.parametrize("symbol", ["AU0", "rb0", "RB0&symbol=HC0x", ""])
def test_history_of_a_symbol_that_is_not_followed_is_refused(symbol: str):
    if symbol.startswith("RB0&"):
        assert history(documents.sina_history(), symbol).outcome is Outcome.OK  # the first counts
    else:
        assert history(documents.sina_history(), symbol).outcome is Outcome.SCHEMA_CHANGED
