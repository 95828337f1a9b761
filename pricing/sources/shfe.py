"""Shanghai Futures Exchange: the daily file kxYYYYMMDD.dat with every contract's settlement price.

The file is already there during the session, with HTTP 200 and every settlement empty: that is NOT_YET, not a
price. Files of before 2024 pad their strings with spaces and may lack PRODUCTCLASS and PRODUCTGROUPID; a few
old ones are no valid JSON.
"""

import json
import re
from dataclasses import dataclass
from datetime import date, time, timedelta
from decimal import Decimal
from typing import Any

from pricing.fetching.plans import Daily, FetchPlan, Request
from pricing.sources.base import (
    Contract,
    DropReason,
    Edition,
    Fault,
    Outcome,
    ParsedRow,
    ParseResult,
    RawDocument,
    SeriesTraits,
    Sheet,
    Source,
    judge,
    refused,
    turned_away,
)
from pricing.sources.figures import paired
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
)
PRODUCTS = {"rb": "螺纹钢", "hc": "热轧卷板", "wr": "线材", "ss": "不锈钢"}
"""The products that are followed, in the order in which the board shows them."""

_CHALLENGES = (b"<html", b"<HTML", b"<!DOCTYPE", b"<!doctype")
_FUTURES = "1"
_LEAST_POWER, _GREATEST_POWER = -6, 14
"""The powers of ten between which the first digit of a legible number stands."""
_URL_DAY = re.compile(r"kx(\d{8})\.dat")


@dataclass(frozen=True, slots=True)
class _Line:
    """One entry of o_curinstrument, its strings trimmed; `settlement` is the printed text."""

    number: int
    product: str
    futures: bool
    month: str
    settlement: str
    previous: str

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


def series_traits(product: str, month: str) -> SeriesTraits:
    """The settlement series of one contract, for example rb2610."""
    contract = f"{product}{month}"
    return SeriesTraits(
        code=f"{FAMILY}:{contract}:settle",
        kind="futures",
        name=f"{PRODUCTS.get(product, product)} {contract}",
        commodity=product,
        category=PRODUCTS.get(product, product),
        market="上期所",
        value_field="settle",
        frequency=CONTRACT.frequency,
        unit="CNY/t",
        position=list(PRODUCTS).index(product) * 10_000 + int(month),
        contract=contract,
    )


def parse(document: RawDocument) -> ParseResult:
    """Read one daily file; never raises for what the bytes hold."""
    refusal = turned_away(document, _CHALLENGES)
    if refusal is not None:
        return refusal
    body = _load(document.content)
    entries = body.get("o_curinstrument") if isinstance(body, dict) else None
    if not isinstance(body, dict) or not isinstance(entries, list):
        return _unreadable(document.content, body)
    lines = [_line(number, entry) for number, entry in enumerate(entries, start=1)]
    sheet = Sheet()
    day = _report_day(body)
    if day is None:
        _drop_all(sheet, lines, entries)
        return sheet.refuse(Outcome.SCHEMA_CHANGED, Fault.DATE, "report_date")
    _sort_out(sheet, lines, entries, day)
    if document.requested_day not in (None, day):
        return sheet.refuse(Outcome.SCHEMA_CHANGED, Fault.DATE, f"{day} / {document.requested_day}")
    unsettled = sheet.count(DropReason.UNSETTLED)
    if unsettled * 100 > (len(sheet.kept) + sheet.valueless()) * (100 - CONTRACT.numeric_share_pct):
        return sheet.refuse(Outcome.NOT_YET, Fault.UNSETTLED, day.isoformat())
    return judge(CONTRACT, sheet)


def _unreadable(content: bytes, body: Any) -> ParseResult:
    if body is not None:
        return refused(Outcome.SCHEMA_CHANGED, Fault.COLUMNS, "o_curinstrument")
    if content.lstrip(b"\xef\xbb\xbf \r\n\t")[:1] == b"{" and not content.rstrip().endswith(b"}"):
        return refused(Outcome.SCHEMA_CHANGED, Fault.TRUNCATED, f"{len(content)} bytes")
    return refused(Outcome.FAILED, Fault.UNREADABLE, "no JSON")


def _load(content: bytes) -> Any:
    try:
        text = content.decode("utf-8-sig")
        return json.loads(text, parse_float=Decimal, parse_constant=_no_constant)
    except (ValueError, RecursionError, ArithmeticError):  # the last: an exponent beyond what a Decimal holds
        return None


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON")


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


def _text(value: Any) -> str:
    """A cell as text: strings trimmed, numbers as printed, all else empty."""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        return ""
    number = Decimal(value)
    if not number:
        return "0"
    # The exponent is looked at, never computed with: arithmetic overflows, and the digits would fill the memory.
    return format(number, "f") if _LEAST_POWER <= number.adjusted() <= _GREATEST_POWER else ""


def _line(number: int, entry: Any) -> _Line | None:
    if not isinstance(entry, dict):
        return None
    identifier, kind = _text(entry.get("PRODUCTID")), _text(entry.get("PRODUCTCLASS"))
    product = _text(entry.get("PRODUCTGROUPID")) or identifier.partition("_")[0]
    return _Line(
        number=number,
        product=product,
        futures=kind == _FUTURES if kind else identifier.endswith("_f"),
        month=_text(entry.get("DELIVERYMONTH")),
        settlement=_text(entry.get("SETTLEMENTPRICE")),
        previous=_text(entry.get("PRESETTLEMENTPRICE")),
    )


def _drop_all(sheet: Sheet, lines: list[_Line | None], entries: list[Any]) -> None:
    for number, line in enumerate(lines, start=1):
        reason = DropReason.NOT_A_ROW if line is None else DropReason.REFUSED
        sheet.drop(number, reason, line.label if line else repr(entries[number - 1])[:80])


def _sort_out(sheet: Sheet, lines: list[_Line | None], entries: list[Any], day: date) -> None:
    for number, line in enumerate(lines, start=1):
        if line is None:
            sheet.drop(number, DropReason.NOT_A_ROW, repr(entries[number - 1])[:80])
            continue
        reason = _why_not(line)
        row = _priced(line, day) if reason is None else None
        if row is not None:
            sheet.kept.append(row)
        else:
            unpriced = DropReason.NO_VALUE if line.settlement else DropReason.UNSETTLED
            sheet.drop(number, reason or unpriced, line.label)


def _why_not(line: _Line) -> DropReason | None:
    if not line.futures:
        return DropReason.NOT_FUTURES
    if not re.fullmatch(r"[0-9]{2}(0[1-9]|1[0-2])", line.month):
        return DropReason.SUBTOTAL
    return None if line.product in PRODUCTS else DropReason.NOT_FOLLOWED


def _priced(line: _Line, day: date) -> ParsedRow | None:
    figures = paired(line.settlement, line.previous, least_scale=0)
    if figures is None or figures[0] <= 0:
        return None
    mantissa, scale, previous = figures
    traits = series_traits(line.product, line.month)
    change = mantissa - previous if previous else None
    return ParsedRow(traits, line.number, day, CONTRACT.edition, mantissa, scale, change)


SOURCE = Source(CONTRACT, parse, day_of_url, PLAN)
