"""100ppi (生意社): the page of spot prices against futures, /sf/ and its older shape /sf2/.

Both print the basis of the chief contract as spot less futures, and that is what is kept, under that name; a page
whose figures say otherwise is refused, because a basis of the wrong sign is worse than none. There is no page of
2018-09-12.
"""

import re
from datetime import date, time
from decimal import Decimal
from typing import TYPE_CHECKING

from pricing.fetching.plans import Daily, FetchPlan, Request
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
from pricing.sources.figures import fold, scaled
from pricing.sources.futures import widened
from pricing.sources.ppi100_goods import CONTRACT, GOODS, Line, take

if TYPE_CHECKING:
    from lxml.html import HtmlElement

_CHALLENGES = (b"HW_CHECK", b"hwwaf")
_URL_DAY = re.compile(r"day-(20\d{2}-\d{2}-\d{2})\.html")
_PRINTED_DAY = re.compile(r"(20\d{2})年(\d{1,2})月(\d{1,2})日")
_SPOT = 1
_PLACES = {10: (7, 8), 9: (3, 4)}
"""By number of cells of a line, nested ones counted: where price of the chief contract and basis stand. Ten are the
page /sf/ (with the nearest contract), nine /sf2/ (with highest, lowest and mean of 180 days).
"""
_TOLERANCE = Decimal("0.011")
"""Both figures of a difference are rounded to a hundredth."""


def day_of_url(url: str) -> date | None:
    """The day that an address asks for, or None."""
    match = _URL_DAY.search(url)
    try:
        return date.fromisoformat(match[1]) if match else None
    except ValueError:
        return None


def parse(document: RawDocument) -> ParseResult:
    """Read one page; never raises for what the bytes hold."""
    refusal = turned_away(document, _CHALLENGES)
    if refusal is not None:
        return refusal
    root = _tree(document.content)
    table = None if root is None else next((one for one in root.iter("table") if one.get("id") == "fdata"), None)
    if root is None or table is None:
        return refused(Outcome.SCHEMA_CHANGED, Fault.COLUMNS, "fdata")
    if b"</html>" not in document.content[-4096:].lower():
        return refused(Outcome.SCHEMA_CHANGED, Fault.TRUNCATED, f"{len(document.content)} bytes")
    day = _day(root)
    if day is None or document.requested_day not in (None, day):
        return refused(Outcome.SCHEMA_CHANGED, Fault.DATE, f"{day} / {document.requested_day}")
    return _read([_cells(row) for row in _rows(table)], day)


def _tree(content: bytes) -> "HtmlElement | None":
    from lxml import etree, html

    try:
        return html.document_fromstring(content, parser=html.HTMLParser(encoding="utf-8"))
    except (etree.LxmlError, ValueError):
        return None


def _day(root: "HtmlElement") -> date | None:
    match = _PRINTED_DAY.search(fold(str(root.text_content())[:20_000]))
    try:
        return date(int(match[1]), int(match[2]), int(match[3])) if match else None
    except ValueError:
        return None


def _rows(table: "HtmlElement") -> "list[HtmlElement]":
    """The rows of the table itself, not those of the tables within its cells."""
    return [row for row in table.iter("tr") if next(row.iterancestors("table"), None) is table]


def _cells(row: "HtmlElement") -> list[str]:
    """The texts of a row; a cell that holds a table counts as the cells of that."""
    found: list[str] = []
    for cell in row.iterchildren("td", "th"):
        nested = [inner for inner in cell.iter("td") if inner is not cell]
        found += [fold(str(one.text_content())) for one in nested or [cell]]
    return found


def _read(rows: list[list[str]], day: date) -> ParseResult:
    chief, more = Sheet(), Sheet()
    for number, cells in enumerate(rows, start=1):
        places = _PLACES.get(len(cells))
        if places is None or not cells[0] or scaled(cells[_SPOT], 0) is None:
            chief.drop(number, DropReason.NOT_A_ROW, " ".join(cells))
        elif cells[0] not in GOODS:
            chief.drop(number, DropReason.NOT_FOLLOWED, cells[0])
        elif _contradicts(cells[_SPOT], cells[places[0]], cells[places[1]]):
            chief.drop(number, DropReason.REFUSED, " ".join(cells))
            return chief.refuse(Outcome.SCHEMA_CHANGED, Fault.CONFLICT, f"{cells[0]} {cells[places[1]]}")
        else:
            line = Line(number, GOODS[cells[0]], day, {"spot": cells[_SPOT], "spot_minus_futures": cells[places[1]]})
            take(chief, line, "spot")
            take(more, line, "spot_minus_futures")
    return widened(judge(CONTRACT, chief), more, CONTRACT)


def _contradicts(spot: str, futures: str, basis: str) -> bool:
    """Whether the printed basis is something else than spot less futures; what is no figure contradicts nothing."""
    figures = [scaled(text, 0) for text in (spot, futures, basis)]
    values = [Decimal(one[0]).scaleb(-one[1]) for one in figures if one is not None]
    return len(values) == len(figures) and abs(values[0] - values[1] - values[2]) > _TOLERANCE


def _requests(day: date) -> tuple[Request, ...]:
    return (Request(f"https://www.100ppi.com/sf/day-{day:%Y-%m-%d}.html", day),)


SOURCE = Source(
    CONTRACT,
    parse,
    day_of_url,
    FetchPlan(hosts=frozenset({"www.100ppi.com"}), calendar="shfe", times=(time(19, 30),), how=Daily(_requests)),
)
