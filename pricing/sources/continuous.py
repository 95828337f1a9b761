"""Recorded continuous futures: a table with one line a day, as researchers publish what they collected from Sina.

The table joins contract after contract without adjustment, by a rule that nobody states: a jump may be a roll.
Lines on days without a session repeat the day before and are left out. A settlement of 0 is none. The adjusted
columns that follow are the researcher's own computation and are not read.
"""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from pricing.calendars import calendar
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
from pricing.sources.futures import Figure, Venue, take, widened
from steelyard.core.i18n import N_

COLUMNS = ("date", "open", "high", "low", "close", "volume", "hold", "settle", "symbol")
"""The columns that are read; what follows them is left alone."""
FAMILY = "continuous.recorded"
CONTRACT = Contract(
    code=FAMILY,
    family=FAMILY,
    publisher="新浪财经（KannZz3 记录）",
    home="https://github.com/KannZz3/Chinese-Commodity-Futures-Investment_Research",
    licence="MIT",
    frequency="daily",
    edition=Edition.SETTLEMENT,
    calendar=N_("none: written down once"),
    legal_note=N_("Sina's continuous contracts as recorded by the authors of a public repository; ends 2023-12-29."),
)
SYMBOLS = {"RB0": "rb", "HC0": "hc"}
SPLICED = "spliced, unadjusted; roll rule unstated"
VENUE = Venue(
    FAMILY,
    FAMILY,
    "上期所",
    {"rb": "螺纹钢", "hc": "热轧卷板"},
    source="sina.com.cn",
    methodology=SPLICED,
)
_FIELDS = {"open": "open", "high": "high", "low": "low", "close": "close", "volume": "volume", "hold": "open_interest"}


@dataclass(frozen=True, slots=True)
class _Line:
    number: int
    day: date
    symbol: str
    cells: dict[str, str]


def parse(document: RawDocument) -> ParseResult:
    """Read one table; never raises for what the bytes hold."""
    refusal = turned_away(document, ())
    if refusal is not None:
        return refusal
    try:
        lines = list(csv.reader(io.StringIO(document.content.decode("utf-8-sig")), strict=True))
    except (UnicodeDecodeError, csv.Error):
        return refused(Outcome.FAILED, Fault.UNREADABLE, "no table")
    if not lines or tuple(lines[0][: len(COLUMNS)]) != COLUMNS:
        return refused(Outcome.SCHEMA_CHANGED, Fault.COLUMNS, ",".join(lines[0])[:120] if lines else "")
    if not document.content.endswith(b"\n"):
        return refused(Outcome.SCHEMA_CHANGED, Fault.TRUNCATED, f"{len(lines) - 1}")
    return _read(lines)


def _read(lines: list[list[str]]) -> ParseResult:
    sessions, width = calendar("shfe"), len(lines[0])
    chief, more = Sheet(), Sheet()
    for number, cells in enumerate(lines[1:], start=1):
        line = _line(number, cells, width)
        if line is None:
            chief.drop(number, DropReason.NOT_A_ROW, ",".join(cells))
        elif SYMBOLS.get(line.symbol) is None:
            chief.drop(number, DropReason.NOT_FOLLOWED, line.symbol)
        elif not sessions.is_session(line.day):
            chief.drop(number, DropReason.NO_SESSION, f"{line.symbol} {line.day}")
        else:
            take(chief, [_figure(line, "close", "close")], line.day)
            take(more, _further(line), line.day)
    return widened(judge(CONTRACT, chief), more, CONTRACT)


def _line(number: int, cells: list[str], width: int) -> _Line | None:
    if len(cells) != width:
        return None
    cell = dict(zip(COLUMNS, (text.strip() for text in cells), strict=False))
    try:
        day = date.fromisoformat(cell["date"])
    except ValueError:
        return None
    return _Line(number, day, cell["symbol"], cell)


def _further(line: _Line) -> Iterator[Figure]:
    """All figures of a line but the closing price."""
    yield _figure(line, "settle", "settle")
    for column, value_field in _FIELDS.items():
        if value_field != "close":
            yield _figure(line, column, value_field)


def _figure(line: _Line, column: str, value_field: str) -> Figure:
    traits = VENUE.series(SYMBOLS[line.symbol], line.symbol.lower(), value_field, line.day)
    is_price = value_field not in ("volume", "open_interest")
    return Figure(traits, line.cells[column], line.number, zero_is_missing=is_price)


SOURCE = Source(CONTRACT, parse)
