"""Basis tables of 100ppi as the documentation of the library akshare prints them, columns left out by "...".

One of the two prints rates of futures less spot as a share of spot, the other percentages of spot less futures:
opposite signs, and series of their own. The second says of no day which it is; that stands in its address.
"""

import re
from dataclasses import replace
from datetime import date
from decimal import Decimal

from pricing.sources.base import (
    DropReason,
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
from pricing.sources.figures import scaled
from pricing.sources.futures import widened
from pricing.sources.ppi100_goods import CODES, CONTRACT, GOODS, Line, take
from steelyard.core.i18n import N_

PRINTED = replace(
    CONTRACT,
    code=f"{CONTRACT.family}.printed",
    licence="MIT",
    calendar=N_("none: written down once"),
    enabled=True,
    legal_note=N_("Printed in the documentation of akshare (MIT); the figures are those of 100ppi."),
)
_RATES = ("symbol", "spot_price", "near_contract", "...", "near_basis_rate", "dom_basis_rate", "date")
_PERCENTS = ("商品", "现货价格", "主力合约代码", "主力合约价格", "...", "主力合约变动百分比")
_DAY = re.compile(r"(20\d{2})-?(\d{2})-?(\d{2})")


def day_of_url(url: str) -> date | None:
    """The day in an address, or None."""
    match = _DAY.search(url)
    try:
        return date(int(match[1]), int(match[2]), int(match[3])) if match else None
    except ValueError:
        return None


def parse(document: RawDocument) -> ParseResult:
    """Read one printed table; never raises for what the bytes hold."""
    refusal = turned_away(document, ())
    if refusal is not None:
        return refusal
    try:
        lines = [line.split() for line in document.content.decode("utf-8-sig").splitlines() if line.strip()]
    except UnicodeDecodeError:
        return refused(Outcome.FAILED, Fault.UNREADABLE, "no UTF-8")
    if not lines or not re.fullmatch(r"\[\d{1,6} rows? x \d{1,4} columns?\]", " ".join(lines[-1])):
        return refused(Outcome.SCHEMA_CHANGED, Fault.TRUNCATED, f"{len(lines)}")
    head = tuple(lines[0])
    if head[: len(_PERCENTS)] != _PERCENTS and head != _RATES:
        return refused(Outcome.SCHEMA_CHANGED, Fault.COLUMNS, " ".join(head)[:120])
    width = len(head) + 1
    if int(lines[-1][0][1:]) != len(lines) - 2:
        return refused(Outcome.SCHEMA_CHANGED, Fault.TRUNCATED, f"{len(lines) - 2}/{lines[-1][0][1:]}")
    return _read(lines[1:-1], width, document.requested_day, rates=head == _RATES)


def _read(rows: list[list[str]], width: int, day: date | None, *, rates: bool) -> ParseResult:
    chief, more = Sheet(), Sheet()
    value_field = "futures_over_spot" if rates else "spot_over_futures"
    for number, cells in enumerate(rows, start=1):
        code = _code(cells, width, rates=rates)
        if isinstance(code, DropReason):
            chief.drop(number, code, " ".join(cells))
            continue
        line_day = day_of_url(cells[-1]) if rates else day
        if line_day is None or day not in (None, line_day):
            chief.drop(number, DropReason.REFUSED, " ".join(cells))
            return chief.refuse(Outcome.SCHEMA_CHANGED, Fault.DATE, f"{line_day} / {day}")
        if not rates and _contradicts(cells[2], cells[4], cells[6]):
            chief.drop(number, DropReason.REFUSED, " ".join(cells))
            return chief.refuse(Outcome.SCHEMA_CHANGED, Fault.CONFLICT, f"{cells[1]} {cells[6]}")
        basis = _percent(cells[6]) if rates else cells[6]
        line = Line(number, code, line_day, {"spot": cells[2], value_field: basis})
        take(chief, line, "spot")
        take(more, line, value_field)
    return widened(judge(PRINTED, chief), more, PRINTED)


def _code(cells: list[str], width: int, *, rates: bool) -> str | DropReason:
    """The good of a line by its symbol or name, or why the line is left out."""
    if len(cells) != width:
        return DropReason.NOT_A_ROW
    code = cells[1].lower() if rates else GOODS.get(cells[1], "")
    return code if code in CODES else DropReason.NOT_FOLLOWED


def _percent(rate: str) -> str:
    """A rate as a percentage, digit by digit; what is none stays as it is."""
    figure = scaled(rate, 0)
    return rate if figure is None else format(Decimal(figure[0]).scaleb(2 - figure[1]), "f")


def _contradicts(spot: str, futures: str, percent: str) -> bool:
    """Whether the percentage has another sign than spot less futures."""
    figures = [scaled(text, 0) for text in (spot, futures, percent)]
    values = [Decimal(one[0]).scaleb(-one[1]) for one in figures if one is not None]
    return len(values) == len(figures) and (values[0] - values[1]) * values[2] < 0


SOURCE = Source(PRINTED, parse, day_of_url)
