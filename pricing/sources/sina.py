"""Sina's quotes of futures, several times a day: one line a symbol, GBK text in a JavaScript assignment.

A line has 18 fields, or 44 of which the further ones are empty or told again (50 for financial futures, which are
not followed). An empty line means a symbol that Sina does not know. The date is that of the calendar: a night
session belongs to the trading day after it. The previous close and the settlement are 0.000 until the day is done.
The continuous symbols (RB0) follow whichever contract Sina holds for the chief one. Sina licences its quotes to
nobody; the source is off until the operator decides otherwise.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time

from pricing.calendars import calendar
from pricing.fetching.plans import FetchPlan, Latest, Request, every
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
from pricing.sources.traits import edition_at
from steelyard.core.clock import SHANGHAI
from steelyard.core.i18n import N_

FAMILY = "sina.quotes"
PRODUCTS = {
    "rb": "螺纹钢",
    "hc": "热轧卷板",
    "wr": "线材",
    "ss": "不锈钢",
    "i": "铁矿石",
    "j": "焦炭",
    "jm": "焦煤",
}
CONTRACT = Contract(
    code=FAMILY,
    family=FAMILY,
    publisher="新浪财经",
    home="https://finance.sina.com.cn/futures/",
    licence=N_("none given: for the operator's own eyes"),
    frequency="intraday",
    edition=Edition.SETTLEMENT,
    calendar=N_("sessions of the exchange, every five minutes"),
    numeric_share_pct=50,
    enabled=False,
    min_seconds_between_requests=5,
    legal_note=N_("Sina licenses its quotes to nobody. Ask it before you switch this on."),
)
VENUE = Venue(FAMILY, FAMILY, "新浪", PRODUCTS, source="sina.com.cn", methodology=SPLICED)
SHORT, LONG = 18, 44
"""Numbers of fields of a commodity's line."""
_LINE = re.compile(r'var hq_str_(?P<list>nf|hf|fx)_(?P<symbol>\w{1,20})="(?P<text>[^"\r\n]{0,2000})";', re.ASCII)
_BEGINS = re.compile(r"^\s*var hq_str_", re.MULTILINE)
_SYMBOL = re.compile(r"(?P<product>[A-Z]{1,2})(?P<month>0|[0-9]{4})", re.ASCII)
_PLACES = {"open": 2, "high": 3, "low": 4, "last": 8, "open_interest": 13, "volume": 14}
_SETTLE, _BEFORE, _DATE, _TIME = 9, 10, 17, 1


@dataclass(frozen=True, slots=True)
class _Quote:
    """One line of a symbol that is followed; `day` is the trading day, `edition` the time of the quote."""

    number: int
    product: str
    symbol: str
    month: str
    day: date
    edition: str
    fields: list[str]


def parse(document: RawDocument) -> ParseResult:
    """Read one answer; never raises for what the bytes hold."""
    refusal = turned_away(document, (b"<html", b"<!DOCTYPE", b"<!doctype"))
    if refusal is not None:
        return refusal
    try:
        text = document.content.decode("gb18030")
    except UnicodeDecodeError:
        return refused(Outcome.FAILED, Fault.UNREADABLE, "no GBK")
    lines = [line for line in text.splitlines() if line.strip()]
    if not any(_BEGINS.match(line) for line in lines):
        return refused(Outcome.FAILED, Fault.UNREADABLE, "no quotes")
    chief, more = Sheet(), Sheet()
    for number, line in enumerate(lines, start=1):
        quote = _quote(number, line)
        if isinstance(quote, Fault):
            chief.drop(number, DropReason.NOT_A_ROW, line)
            return chief.refuse(Outcome.SCHEMA_CHANGED, quote, line[:60])
        if isinstance(quote, DropReason):
            chief.drop(number, quote, line)
        else:
            take(chief, [_figure(quote, "last")], quote.day)
            take(more, _further(quote), quote.day)
    return widened(judge(CONTRACT, chief), more, CONTRACT)


def _quote(number: int, line: str) -> _Quote | DropReason | Fault:
    """What a line states; why it is left out; or what is wrong with the whole answer."""
    match = _LINE.fullmatch(line.strip())
    if match is None:
        return DropReason.NOT_A_ROW
    symbol = _SYMBOL.fullmatch(match["symbol"])
    if match["list"] != "nf" or symbol is None:
        return DropReason.NOT_FUTURES
    if not match["text"]:
        return DropReason.NOT_QUOTED
    product = symbol["product"].lower()
    if product not in PRODUCTS:
        return DropReason.NOT_FOLLOWED
    fields = match["text"].split(",")
    if len(fields) not in (SHORT, LONG):
        return Fault.COLUMNS
    moment = _moment(fields[_DATE], fields[_TIME])
    if moment is None:
        return Fault.DATE
    month = "" if symbol["month"] == "0" else symbol["month"]
    day = calendar("shfe").trading_day(moment)
    return _Quote(number, product, match["symbol"].lower(), month, day, edition_at(moment.time()), fields)


def _moment(day: str, clock: str) -> datetime | None:
    """The moment of a quote, from 2026-08-28 and 230000."""
    if not re.fullmatch(r"20[0-9]{2}-[0-9]{2}-[0-9]{2}", day) or not re.fullmatch(r"[0-9]{6}", clock):
        return None
    try:
        at = time(int(clock[:2]), int(clock[2:4]), int(clock[4:]))
        return datetime.combine(date.fromisoformat(day), at, SHANGHAI)
    except ValueError:
        return None


def _figure(quote: _Quote, value_field: str) -> Figure:
    traits = VENUE.series(quote.product, quote.symbol, value_field, quote.day, month=quote.month)
    text = quote.fields[_PLACES[value_field]]
    is_price = value_field not in ("volume", "open_interest")
    return Figure(traits, text, quote.number, edition=quote.edition, zero_is_missing=is_price)


def _further(quote: _Quote) -> Iterator[Figure]:
    """The other figures of a line; the settlement counts once the exchange has set it."""
    for value_field in _PLACES:
        if value_field != "last":
            yield _figure(quote, value_field)
    traits = VENUE.series(quote.product, quote.symbol, "settle", quote.day, month=quote.month)
    yield Figure(traits, quote.fields[_SETTLE], quote.number, previous=quote.fields[_BEFORE], zero_is_missing=True)


_SYMBOLS = ",".join(f"nf_{product.upper()}0" for product in PRODUCTS)
SOURCE = Source(
    CONTRACT,
    parse,
    fetch=FetchPlan(
        hosts=frozenset({"hq.sinajs.cn"}),
        calendar="shfe",
        times=(*every(5, time(9), time(15)), *every(15, time(21), time(23))),
        how=Latest((Request(f"https://hq.sinajs.cn/list={_SYMBOLS}"),)),
        headers={"Referer": "https://finance.sina.com.cn"},
    ),
)
