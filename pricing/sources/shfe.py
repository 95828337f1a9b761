"""Shanghai Futures Exchange: the daily file kxYYYYMMDD.dat with every contract's figures of the day.

The file is there during the session already, with HTTP 200 and every settlement empty: what it then says of
opening, highest, lowest and last price is provisional, and without those it is NOT_YET. Files of before 2024 pad
their strings with spaces and may lack PRODUCTCLASS and PRODUCTGROUPID; five old ones are no valid JSON.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, time, timedelta
from typing import Any

from pricing.fetching.plans import Daily, FetchPlan, Request
from pricing.sources.base import (
    Contract,
    Drop,
    DropReason,
    Edition,
    Fault,
    Outcome,
    ParseResult,
    RawDocument,
    SeriesTraits,
    Sheet,
    Source,
    Status,
    judge,
    refused,
    turned_away,
)
from pricing.sources.futures import Figure, Venue, take, widened
from pricing.sources.json_text import cell, load
from steelyard.core.i18n import N_

FAMILY = "shfe.daily"
CONTRACT = Contract(
    code="shfe.daily",
    family=FAMILY,
    publisher="上海期货交易所",
    home="https://www.shfe.com.cn/",
    licence=N_("settlement facts of the exchange"),
    frequency="daily",
    edition=Edition.SETTLEMENT,
    calendar=N_("sessions of the exchange, after 15:00"),
    expected_rows=48,
    required=frozenset({"rb", "hc"}),
    legal_note=N_("The exchange shows these files to everybody; its figures are facts and named with their source."),
)
PRODUCTS = {"rb": "螺纹钢", "hc": "热轧卷板", "wr": "线材", "ss": "不锈钢"}
"""The products that are followed, in the order in which the board shows them."""
VENUE = Venue(FAMILY, "shfe", "上期所", PRODUCTS)
LISTED = {"rb": date(2009, 3, 27), "wr": date(2009, 3, 27), "hc": date(2014, 3, 21), "ss": date(2019, 9, 25)}
"""The first day of each product; it has twelve months at a time, so older files hold fewer rows."""
NO_JSON = frozenset({date(2002, 1, 4), date(2004, 6, 25), date(2007, 6, 4), date(2008, 12, 26), date(2009, 1, 19)})
"""Days whose file is no valid JSON as the exchange serves it (found by users of akshare, its issue 705)."""

_CHALLENGES = (b"<html", b"<HTML", b"<!DOCTYPE", b"<!doctype")
_FUTURES = "1"
_MONTHS = 12
_URL_DAY = re.compile(r"kx(\d{8})\.dat")
_COLUMNS = {
    "open": "OPENPRICE",
    "high": "HIGHESTPRICE",
    "low": "LOWESTPRICE",
    "close": "CLOSEPRICE",
    "volume": "VOLUME",
    "open_interest": "OPENINTEREST",
    "turnover": "TURNOVER",
}
"""The further figures of a contract; turnover is printed in 万元."""
_TEN_THOUSAND = 10_000


@dataclass(frozen=True, slots=True)
class _Line:
    """One entry of o_curinstrument, its strings trimmed; `settlement` is the printed text, `further` the others
    that the entry has a column for.
    """

    number: int
    product: str
    futures: bool
    month: str
    settlement: str
    previous: str
    further: tuple[tuple[str, str], ...]

    @property
    def label(self) -> str:
        """The contract's code as traders write it, for example rb2610."""
        return f"{self.product}{self.month}"


def day_of_url(url: str) -> date | None:
    """The day that the file's name asks for, or None."""
    match = _URL_DAY.search(url)
    return _compact_day(match[1]) if match else None


def _requests(day: date) -> tuple[Request, ...]:
    return (Request(f"https://www.shfe.com.cn/data/tradedata/future/dailydata/kx{day:%Y%m%d}.dat", day),)


PLAN = FetchPlan(
    hosts=frozenset({"www.shfe.com.cn"}),
    calendar="shfe",
    times=(time(15, 40),),
    how=Daily(_requests),
    headers={"Referer": "https://www.shfe.com.cn/"},
    catch_up_days=30,
    confirm_after=timedelta(hours=17),
)
"""From the afternoon on until the settlements are there, and once more the next morning for corrections."""


def series_traits(product: str, month: str, value_field: str, day: date) -> SeriesTraits:
    """The series of one figure of one contract, for example the settlement of rb2610."""
    return VENUE.series(product, f"{product}{month}", value_field, day, month=month)


def parse(document: RawDocument) -> ParseResult:
    """Read one daily file; never raises for what the bytes hold."""
    refusal = turned_away(document, _CHALLENGES)
    if refusal is not None:
        return refusal
    body = load(document.content)
    entries = body.get("o_curinstrument") if isinstance(body, dict) else None
    if not isinstance(body, dict) or not isinstance(entries, list):
        return _unreadable(document, body)
    lines = [_line(number, entry) for number, entry in enumerate(entries, start=1)]
    sheet, day = Sheet(), _report_day(body)
    if day is None:
        _drop_all(sheet, lines, entries)
        return sheet.refuse(Outcome.SCHEMA_CHANGED, Fault.DATE, "report_date")
    followed = _sort_out(sheet, lines, entries)
    take(sheet, (_settlement(line, day) for line in followed), day)
    if document.requested_day not in (None, day):
        return sheet.refuse(Outcome.SCHEMA_CHANGED, Fault.DATE, f"{day} / {document.requested_day}")
    contract = contract_on(day)
    unsettled = sheet.count(DropReason.UNSETTLED)
    if unsettled * 100 > len(followed) * (100 - contract.numeric_share_pct):
        return _provisional(sheet, followed, day, contract)
    more = Sheet()
    take(more, _further(followed, day), day)
    return widened(judge(contract, sheet), more, contract)


def contract_on(day: date) -> Contract:
    """What a file of that day must hold: twelve months of each product that was listed."""
    listed = [product for product, first in LISTED.items() if first <= day]
    return replace(CONTRACT, expected_rows=_MONTHS * len(listed), required=CONTRACT.required & set(listed))


def _unreadable(document: RawDocument, body: Any) -> ParseResult:
    content = document.content
    if body is not None:
        return refused(Outcome.SCHEMA_CHANGED, Fault.COLUMNS, "o_curinstrument")
    if document.requested_day in NO_JSON:
        return refused(
            Outcome.FAILED, Fault.UNREADABLE, f"{document.requested_day}: no JSON, as the exchange serves it"
        )
    if content.lstrip(b"\xef\xbb\xbf \r\n\t")[:1] == b"{" and not content.rstrip().endswith(b"}"):
        return refused(Outcome.SCHEMA_CHANGED, Fault.TRUNCATED, f"{len(content)} bytes")
    return refused(Outcome.FAILED, Fault.UNREADABLE, "no JSON")


def _report_day(body: dict[str, Any]) -> date | None:
    value = body.get("report_date") or body.get("print_date")
    return _compact_day(value.strip()) if isinstance(value, str) else None


def _compact_day(text: str) -> date | None:
    if not re.fullmatch(r"[0-9]{8}", text):
        return None
    try:
        return date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError:
        return None


def _line(number: int, entry: Any) -> _Line | None:
    if not isinstance(entry, dict):
        return None
    identifier, kind = cell(entry.get("PRODUCTID")), cell(entry.get("PRODUCTCLASS"))
    product = cell(entry.get("PRODUCTGROUPID")) or identifier.partition("_")[0]
    return _Line(
        number=number,
        product=product,
        futures=kind == _FUTURES if kind else identifier.endswith("_f"),
        month=cell(entry.get("DELIVERYMONTH")),
        settlement=cell(entry.get("SETTLEMENTPRICE")),
        previous=cell(entry.get("PRESETTLEMENTPRICE")),
        further=tuple((name, cell(entry[column])) for name, column in _COLUMNS.items() if column in entry),
    )


def _drop_all(sheet: Sheet, lines: list[_Line | None], entries: list[Any]) -> None:
    for number, line in enumerate(lines, start=1):
        reason = DropReason.NOT_A_ROW if line is None else DropReason.REFUSED
        sheet.drop(number, reason, line.label if line else repr(entries[number - 1])[:80])


def _sort_out(sheet: Sheet, lines: list[_Line | None], entries: list[Any]) -> list[_Line]:
    """The lines of contracts that are followed; the others are dropped."""
    followed = []
    for number, line in enumerate(lines, start=1):
        reason = DropReason.NOT_A_ROW if line is None else _why_not(line)
        if line is None or reason is not None:
            sheet.drop(number, reason or DropReason.NOT_A_ROW, line.label if line else repr(entries[number - 1])[:80])
        else:
            followed.append(line)
    return followed


def _why_not(line: _Line) -> DropReason | None:
    if not line.futures:
        return DropReason.NOT_FUTURES
    if not re.fullmatch(r"[0-9]{2}(0[1-9]|1[0-2])", line.month):
        return DropReason.SUBTOTAL
    return None if line.product in PRODUCTS else DropReason.NOT_FOLLOWED


def _settlement(line: _Line, day: date) -> Figure:
    traits = series_traits(line.product, line.month, "settle", day)
    return Figure(traits, line.settlement, line.number, previous=line.previous, absent=DropReason.UNSETTLED)


def _further(lines: list[_Line], day: date) -> Iterator[Figure]:
    """The other figures of the contracts, as far as the file has columns for them."""
    for line in lines:
        for name, text in line.further:
            times = _TEN_THOUSAND if name == "turnover" else 1
            yield Figure(series_traits(line.product, line.month, name, day), text, line.number, times=times)


def _provisional(sheet: Sheet, followed: list[_Line], day: date, contract: Contract) -> ParseResult:
    """A file that is not settled yet: its prices of the session are provisional, no settlement is believed."""
    more = Sheet()
    take(more, _further(followed, day), day, Status.PROVISIONAL)
    if not more.kept:
        return sheet.refuse(Outcome.NOT_YET, Fault.UNSETTLED, day.isoformat())
    most, missing = contract.most_rows, contract.required - {row.traits.commodity for row in more.kept}
    if len(followed) < contract.fewest_rows or (most is not None and len(followed) > most):
        return sheet.refuse(Outcome.SCHEMA_CHANGED, Fault.TRUNCATED, f"{len(followed)}/{contract.expected_rows}")
    if missing:
        return sheet.refuse(Outcome.SCHEMA_CHANGED, Fault.INSTRUMENT_MISSING, ", ".join(sorted(missing)))
    early = [Drop(row.row, DropReason.UNSETTLED, row.traits.name) for row in sheet.kept]
    return widened(ParseResult(Outcome.OK, sheet.rows, (), (*sheet.dropped, *early)), more, contract)


SOURCE = Source(CONTRACT, parse, day_of_url, PLAN)
