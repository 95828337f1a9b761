"""World Bank commodity prices, the Pink Sheet: monthly averages since 1960 in one workbook.

Three header rows hold name, unit and code of each column, ".." stands for no figure, 1960M01 for a month. Figures
are written with the digits of a binary number and are rounded here to `DECIMALS`. Earlier months are revised from
one vintage to the next. Prices are without tax. One column may hold several statistics: its iron ore is, by the
sheet's own description, a contract price in US cents until 2005 and a spot price in US dollars after, though the
header prints one unit for all. Each is a series of its own, linked to the one before.
"""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from pricing.fetching.plans import FetchPlan, Latest, Request
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
from steelyard.core.i18n import N_
from steelyard.core.worksheets import Row, TooLarge, Unreadable, worksheet

FAMILY = "worldbank.pinksheet"
URL = (
    "https://thedocs.worldbank.org/en/doc/74e8be41ceb20fa0da750cda2f6b9e4e-0050012026/related/"
    "CMO-Historical-Data-Monthly.xlsx"
)
"""The address of 2026; the World Bank gives the file a new one with each year, linked from `CONTRACT.home`."""
CONTRACT = Contract(
    code=FAMILY,
    family=FAMILY,
    publisher="World Bank",
    home="https://www.worldbank.org/en/research/commodity-markets",
    licence="CC BY 4.0",
    frequency="monthly",
    edition=Edition.RELEASE,
    calendar=N_("monthly, in the first working days of the month after"),
    numeric_share_pct=50,
    required=frozenset({"IRON_ORE", "COAL_AUS"}),
    min_seconds_between_requests=60,
    enabled=False,
    legal_note=N_("World Bank Commodity Price Data (The Pink Sheet), CC BY 4.0: name the source with every figure."),
)
SHEET = "Monthly Prices"
DECIMALS = 4
"""Decimals that are kept; the World Bank prints two, quotients of months behind them have no meaning."""


@dataclass(frozen=True, slots=True)
class _Era:
    """What a column means from a day on: the name of its series, its unit, specification and market."""

    first: date
    series: str
    unit: str
    market: str
    specification: str | None = None


@dataclass(frozen=True, slots=True)
class _Commodity:
    """A column that is followed: the unit as printed in the header, our name, and what it meant when."""

    printed: str
    name: str
    eras: tuple[_Era, ...]


_BEGIN = date(1960, 1, 1)


def _steel(code: str, name: str) -> _Commodity:
    return _Commodity("$/mt", name, (_Era(_BEGIN, code.lower(), "USD/t", "FOB 日本", "3-12 months contracts"),))


FOLLOWED = {
    "IRON_ORE": _Commodity(
        "$/dmtu",
        "铁矿石",
        (
            _Era(_BEGIN, "iron_ore_contract", "US cents/dmtu", "巴西至欧洲 FOB", "annual contract"),
            _Era(date(2006, 1, 1), "iron_ore_spot_635", "USD/t", "CFR 中国", "spot, 63.5% Fe, dry"),
            _Era(date(2008, 12, 1), "iron_ore", "USD/t", "CFR 中国", "spot, 62% Fe, dry"),
        ),
    ),
    "COAL_AUS": _Commodity("$/mt", "动力煤（澳大利亚）", (_Era(_BEGIN, "coal_aus", "USD/t", "FOB 纽卡斯尔"),)),
    "STL_JP_REBAR": _steel("STL_JP_REBAR", "螺纹钢（日本）"),
    "STL_JP_WIROD": _steel("STL_JP_WIROD", "线材（日本）"),
    "STL_JP_HROLL": _steel("STL_JP_HROLL", "热轧板卷（日本）"),
    "STL_JP_CROLL": _steel("STL_JP_CROLL", "冷轧板卷（日本）"),
    "NICKEL": _Commodity("$/mt", "镍", (_Era(_BEGIN, "nickel", "USD/t", "LME"),)),
    "Zinc": _Commodity("$/mt", "锌", (_Era(_BEGIN, "zinc", "USD/t", "LME"),)),
}
"""The columns of the steel trade by code, in the order of the board, after the sheet 'Description' of July 2016; the
steel columns end with June 2012.
"""
_MONTH = re.compile(r"((?:19|20)[0-9]{2})M(0[1-9]|1[0-2])", re.ASCII)
_UPDATED = re.compile(r"Updated on ([A-Z][a-z]+ [0-9]{1,2}, [0-9]{4})", re.ASCII)
_HEADERS = 12
"""Rows in which the headers are looked for."""


def parse(document: RawDocument) -> ParseResult:
    """Read one workbook; never raises for what the bytes hold."""
    refusal = turned_away(document, (b"<html", b"<!DOCTYPE", b"<!doctype"))
    if refusal is not None:
        return refusal
    try:
        rows = worksheet(document.content, SHEET)
    except TooLarge as error:
        return refused(Outcome.FAILED, Fault.TOO_LARGE, str(error))
    except Unreadable as error:
        return refused(Outcome.FAILED, Fault.UNREADABLE, str(error))
    head = _head(rows)
    columns = _columns(rows, head) if head is not None else None
    if head is None or columns is None:
        return refused(Outcome.SCHEMA_CHANGED, Fault.COLUMNS, "code, unit")
    return _read(rows, head, columns)


def _head(rows: dict[int, Row]) -> int | None:
    """The row that holds the codes: the last before the months."""
    return next((number for number, row in rows.items() if number < _HEADERS and "IRON_ORE" in row.values()), None)


def _columns(rows: dict[int, Row], head: int) -> dict[int, str] | None:
    """The codes that are followed by column; None where one is printed in another unit than it was."""
    found = {column: code.strip() for column, code in rows[head].items() if code.strip() in FOLLOWED}
    units = rows.get(head - 1, {})
    for column, code in found.items():
        if units.get(column, "").strip("() ") != FOLLOWED[code].printed:
            return None
    return found if len(set(found.values())) == len(found) else None


def _read(rows: dict[int, Row], head: int, columns: dict[int, str]) -> ParseResult:
    sheet, updated = Sheet(), _updated(rows, head)
    for number, row in rows.items():
        if number <= head:
            continue
        month = _MONTH.fullmatch(row.get(0, "").strip())
        if month is None:
            sheet.drop(number + 1, DropReason.NOT_A_ROW, " ".join(row.values())[:80])
            continue
        year, month_of_year = int(month[1]), int(month[2])
        day = date(year, month_of_year, monthrange(year, month_of_year)[1])
        for column, code in columns.items():
            _take(sheet, number + 1, day, code, row.get(column, ""))
    result = judge(CONTRACT, sheet)
    last = max((row.day for row in result.kept), default=None)
    if last is not None and updated is not None and last > updated:
        return sheet.refuse(Outcome.SCHEMA_CHANGED, Fault.DATE, f"{last} / {updated}")
    return result


def _updated(rows: dict[int, Row], head: int) -> date | None:
    """The day that the sheet names as that of its update. No hour is printed, so none is told of its figures."""
    text = " ".join(text for number, row in rows.items() if number < head for text in row.values())
    match = _UPDATED.search(text)
    try:
        return datetime.strptime(match[1], "%B %d, %Y").date() if match else None  # noqa: DTZ007 - a day alone
    except ValueError:
        return None


def _take(sheet: Sheet, number: int, day: date, code: str, text: str) -> None:
    mantissa = _mantissa(text)
    if mantissa is None:
        sheet.drop(number, DropReason.NO_VALUE, f"{code} {day:%YM%m} {text}")
        return
    scale = DECIMALS
    while scale and mantissa % 10 == 0:
        mantissa, scale = mantissa // 10, scale - 1
    if mantissa <= 0:
        sheet.drop(number, DropReason.OUT_OF_RANGE, f"{code} {day:%YM%m} {text}")
        return
    sheet.kept.append(ParsedRow(series_traits(code, day), number, day, CONTRACT.edition, mantissa, scale))


def _mantissa(text: str) -> int | None:
    """The figure times 10**`DECIMALS`, rounded half up from the digits in the sheet; None where there is none."""
    if not re.fullmatch(r"[0-9]{1,9}(?:\.[0-9]{1,20})?(?:[Ee]-?[0-9]{1,2})?", text.strip(), re.ASCII):
        return None
    try:
        value = Decimal(text.strip()).scaleb(DECIMALS).quantize(Decimal(1), rounding=ROUND_HALF_UP)
    except InvalidOperation:
        return None
    return int(value) if value < 10**15 else None


def series_traits(code: str, day: date) -> SeriesTraits:
    """The series that a column states on a day."""
    commodity = FOLLOWED[code]
    eras = [era for era in commodity.eras if era.first <= day]
    era = eras[-1]
    return SeriesTraits(
        code=_code(era),
        kind="spot",
        name=commodity.name,
        commodity=code,
        category="World Bank",
        market=era.market,
        value_field="average",
        frequency=CONTRACT.frequency,
        unit=era.unit,
        position=list(FOLLOWED).index(code),
        specification=era.specification,
        tax_included=False,
        currency="USD",
        source="worldbank.org",
        predecessor=_code(eras[-2]) if len(eras) > 1 else None,
    )


def _code(era: _Era) -> str:
    return f"{FAMILY}:{era.series}:average"


SOURCE = Source(
    CONTRACT,
    parse,
    fetch=FetchPlan(
        hosts=frozenset({"thedocs.worldbank.org"}),
        calendar="workdays",
        times=(time(9, 40),),
        how=Latest((Request(URL),)),
    ),
)
