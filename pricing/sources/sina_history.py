"""Sina's history of daily candles: JSON within a JavaScript call, one object a day, all figures as strings.

The settlement `s` came with 2021; older answers have no such column, and old days hold "0.000", which is none. A
symbol like RB0 joins the chief contracts without adjustment, by a rule that Sina does not state.
"""

import re
from collections.abc import Iterator
from datetime import date, time
from typing import Any
from urllib.parse import parse_qs, urlsplit

from pricing.calendars import calendar
from pricing.fetching.plans import FetchPlan, Latest, Request
from pricing.sources.base import (
    Contract,
    DropReason,
    Edition,
    Fault,
    Outcome,
    ParseResult,
    RawDocument,
    Sheet,
    Source,
    judge,
    refused,
    turned_away,
)
from pricing.sources.continuous import SPLICED
from pricing.sources.futures import Figure, Venue, take, widened
from pricing.sources.json_text import cell, load
from pricing.sources.sina import PRODUCTS
from steelyard.core.i18n import N_

FAMILY = "sina.history"
CONTRACT = Contract(
    code=FAMILY,
    family=FAMILY,
    publisher="新浪财经",
    home="https://finance.sina.com.cn/futures/",
    licence=N_("none given: for the operator's own eyes"),
    frequency="daily",
    edition=Edition.SETTLEMENT,
    calendar=N_("sessions of the exchange, in the evening"),
    enabled=False,
    min_seconds_between_requests=10,
    legal_note=N_("Sina licenses its quotes to nobody. Ask it before you switch this on."),
)
VENUE = Venue(FAMILY, FAMILY, "新浪", PRODUCTS, source="sina.com.cn", methodology=SPLICED)
_CALL = re.compile(r"(?:/\*.{0,200}?\*/\s*)?var\s+[\w$]{1,60}\s*=\s*\(?(?P<body>\[.*\]|null)\)?\s*;?\s*", re.DOTALL)
_SYMBOL = re.compile(r"(?P<product>[A-Z]{1,2})(?P<month>0|[0-9]{4})", re.ASCII)
_COLUMNS = {"open": "o", "high": "h", "low": "l", "settle": "s", "volume": "v", "open_interest": "p"}
_NEEDED = frozenset("dohlcv")


def parse(document: RawDocument) -> ParseResult:
    """Read the history of the symbol that its address names; never raises for what the bytes hold."""
    refusal = turned_away(document, (b"<html", b"<!DOCTYPE", b"<!doctype"))
    if refusal is not None:
        return refusal
    symbol = _symbol(document.url)
    if symbol is None:
        return refused(Outcome.SCHEMA_CHANGED, Fault.INSTRUMENT_MISSING, "symbol")
    days = _days(document.content)
    if days is None:
        cut = not document.content.rstrip().endswith((b")", b";", b"]"))
        if cut and b"=" in document.content:
            return refused(Outcome.SCHEMA_CHANGED, Fault.TRUNCATED, f"{len(document.content)} bytes")
        return refused(Outcome.FAILED, Fault.UNREADABLE, "no JSONP")
    return _read(days, symbol)


def _symbol(url: str) -> re.Match[str] | None:
    """The symbol that an address asks for, if it is followed."""
    try:
        asked = parse_qs(urlsplit(url).query).get("symbol", [""])[0]
    except ValueError:
        return None
    match = _SYMBOL.fullmatch(asked)
    return match if match is not None and match["product"].lower() in PRODUCTS else None


def _days(content: bytes) -> list[Any] | None:
    try:
        match = _CALL.fullmatch(content.decode("gb18030").strip())
    except UnicodeDecodeError:
        return None
    body = None if match is None else load(match["body"])
    if match is not None and match["body"] == "null":
        return []
    return body if isinstance(body, list) else None


def _read(days: list[Any], symbol: re.Match[str]) -> ParseResult:
    chief, more, sessions = Sheet(), Sheet(), calendar("shfe")
    for number, one in enumerate(days, start=1):
        day = _day(one)
        if day is None:
            chief.drop(number, DropReason.NOT_A_ROW, repr(one)[:80])
        elif not sessions.is_session(day):
            chief.drop(number, DropReason.NO_SESSION, f"{symbol[0]} {day}")
        else:
            take(chief, [_figure(one, "close", "c", symbol, day, number)], day)
            take(more, _further(one, symbol, day, number), day)
    return widened(judge(CONTRACT, chief), more, CONTRACT)


def _day(one: Any) -> date | None:
    """The day of an object that has the columns of a candle."""
    if not isinstance(one, dict) or not one.keys() >= _NEEDED:
        return None
    text = cell(one["d"])
    try:
        return date.fromisoformat(text) if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text) else None
    except ValueError:
        return None


def _further(one: dict[str, Any], symbol: re.Match[str], day: date, number: int) -> Iterator[Figure]:
    for value_field, column in _COLUMNS.items():
        if column in one:
            yield _figure(one, value_field, column, symbol, day, number)


def _figure(
    one: dict[str, Any], value_field: str, column: str, symbol: re.Match[str], day: date, number: int
) -> Figure:
    month = "" if symbol["month"] == "0" else symbol["month"]
    traits = VENUE.series(symbol["product"].lower(), symbol[0].lower(), value_field, day, month=month)
    is_price = value_field not in ("volume", "open_interest")
    return Figure(traits, cell(one[column]), number, zero_is_missing=is_price)


_URL = "https://stock2.finance.sina.com.cn/futures/api/jsonp.php/var%20_X=/InnerFuturesNewService.getDailyKLine"
SOURCE = Source(
    CONTRACT,
    parse,
    fetch=FetchPlan(
        hosts=frozenset({"stock2.finance.sina.com.cn"}),
        calendar="shfe",
        times=(time(18, 10),),
        how=Latest(tuple(Request(f"{_URL}?symbol={product.upper()}0") for product in PRODUCTS)),
        headers={"Referer": "https://finance.sina.com.cn"},
    ),
)
