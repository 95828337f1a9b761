"""National Bureau of Statistics: market prices of important means of production, a page every ten days.

The page prints its table twice, once for a desk and once for a phone; both must agree. Prices are those of
wholesale and retail in circulation, tax included. The change column compares like with like, so it may differ
from the difference of two printed prices.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from pricing.sources.base import (
    Contract,
    DropReason,
    Edition,
    Fault,
    Outcome,
    ParsedRow,
    ParseResult,
    RawDocument,
    Sheet,
    Source,
    judge,
    refused,
    turned_away,
)
from pricing.sources.figures import fold, paired
from pricing.sources.goods import UNITS, category_name
from pricing.sources.nbs_list import PLAN
from pricing.sources.nbs_products import FAMILY, FREQUENCY, series_traits
from pricing.sources.nbs_products import FERROUS as FERROUS
from pricing.sources.periods import find_period
from steelyard.core.clock import SHANGHAI
from steelyard.core.i18n import N_

if TYPE_CHECKING:
    from lxml.html import HtmlElement

CONTRACT = Contract(
    code="nbs.ten_day",
    family=FAMILY,
    publisher="国家统计局",
    home="https://www.stats.gov.cn/sj/zxfb/",
    licence=N_("official statistics"),
    frequency=FREQUENCY,
    edition=Edition.RELEASE,
    calendar=N_("on the 4th, 14th and 24th of the month at 09:30, Sundays included"),
    expected_rows=50,
    required=frozenset({"螺纹钢", "无缝钢管"}),
    min_seconds_between_requests=30,
)
LONGEST_DELAY_DAYS = 40
_HEADER = ("产品名称", "单位", "本期价格(元)", "比上期价格涨跌(元)", "涨跌幅(%)")
_CHALLENGES = (b"$_ts", b"HW_CHECK", b"__jsl_clearance", b"waf_text_verify")
_PUBLISHED = re.compile(r"(\d{4})/(\d{1,2})/(\d{1,2}) (\d{1,2}):(\d{2})")

Line = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Release:
    """What the head of the page says: the period's last day and the moment of publication."""

    day: date
    published_at: datetime


def parse(document: RawDocument) -> ParseResult:
    """Read one release page; never raises for what the bytes hold."""
    refusal = turned_away(document, _CHALLENGES)
    if refusal is not None:
        return refusal
    if b"</html>" not in document.content[-4096:].lower():
        return _truncated(document)
    root = _tree(document.content)
    if root is None:
        return refused(Outcome.FAILED, Fault.UNREADABLE, "no HTML")
    release = _head(root)
    if release is None:
        return refused(Outcome.SCHEMA_CHANGED, Fault.DATE, "ArticleTitle, PubDate")
    if document.requested_day not in (None, release.day):
        return refused(Outcome.SCHEMA_CHANGED, Fault.DATE, release.day.isoformat())
    return _read(_price_tables(root), release)


def _truncated(document: RawDocument) -> ParseResult:
    """A page that does not end: whatever rows arrived are counted and none is kept."""
    root = _tree(document.content)
    sheet = Sheet()
    for table in _price_tables(root) if root is not None else []:
        for cells in table[1:]:
            sheet.drop(sheet.rows + 1, DropReason.REFUSED, cells[0] if cells else "")
    return sheet.refuse(Outcome.SCHEMA_CHANGED, Fault.TRUNCATED, f"{len(document.content)} bytes")


def _tree(content: bytes) -> "HtmlElement | None":
    from lxml import etree, html

    try:
        return html.document_fromstring(content, parser=html.HTMLParser(encoding="utf-8"))
    except (etree.LxmlError, ValueError):
        return None


def _head(root: "HtmlElement") -> _Release | None:
    metas = {str(meta.get("name")).casefold(): str(meta.get("content", "")) for meta in root.iter("meta")}
    title = metas.get("articletitle") or str(root.findtext(".//title") or "")
    day, stamp = find_period(fold(title)), _PUBLISHED.search(metas.get("pubdate", ""))
    if day is None or stamp is None:
        return None
    year, month, day_of_month, hour, minute = (int(part) for part in stamp.groups())
    try:
        published_at = datetime(year, month, day_of_month, hour, minute, tzinfo=SHANGHAI)
    except ValueError:
        return None
    if not 0 <= (published_at.date() - day).days <= LONGEST_DELAY_DAYS:
        return None
    return _Release(day, published_at)


def _price_tables(root: "HtmlElement") -> list[list[Line]]:
    """The tables whose first cell is headed 产品名称, as lines of trimmed texts, the heading first."""
    tables = [[_line(row) for row in table.iter("tr")] for table in root.iter("table")]
    return [lines for lines in tables if lines and lines[0] and fold(lines[0][0]) == _HEADER[0]]


def _line(row: "HtmlElement") -> Line:
    return tuple(" ".join(cell.text_content().split()) for cell in row.iterchildren("td", "th"))


def _read(tables: list[list[Line]], release: _Release) -> ParseResult:
    if not tables:
        return refused(Outcome.SCHEMA_CHANGED, Fault.COLUMNS, "no table")
    sheet = Sheet()
    _read_table(sheet, tables[0], release)
    for copy in tables[1:]:
        for cells in copy[1:]:
            sheet.drop(sheet.rows + 1, DropReason.SECOND_PRINTING, cells[0] if cells else "")
    heading = tuple(fold(cell) for cell in tables[0][0])
    if heading != _HEADER:
        return sheet.refuse(Outcome.SCHEMA_CHANGED, Fault.COLUMNS, " | ".join(heading)[:120])
    if any(copy != tables[0] for copy in tables[1:]):
        shortest = min(len(table) for table in tables) - 1
        fault = Fault.TRUNCATED if shortest < len(tables[0]) - 1 else Fault.CONFLICT
        return sheet.refuse(Outcome.SCHEMA_CHANGED, fault, f"{len(tables[0]) - 1}/{shortest}")
    return judge(CONTRACT, sheet)


def _read_table(sheet: Sheet, lines: list[Line], release: _Release) -> None:
    category = ""
    for number, cells in enumerate(lines[1:], start=1):
        if len(cells) != len(_HEADER) or not cells[0]:
            sheet.drop(number, DropReason.NOT_A_ROW, " ".join(cells))
        elif not any(cells[1:]):
            category = category_name(fold(cells[0]))
            sheet.drop(number, DropReason.CATEGORY, cells[0])
        else:
            _read_product(sheet, number, cells, category, release)


def _read_product(sheet: Sheet, number: int, cells: Line, category: str, release: _Release) -> None:
    name, unit, price, change = cells[0], UNITS.get(fold(cells[1])), cells[2], cells[3]
    figures = paired(price, change, least_scale=1)
    if unit is None:
        sheet.drop(number, DropReason.UNKNOWN_UNIT, f"{name} {cells[1]}")
    elif figures is None:
        sheet.drop(number, DropReason.NO_VALUE, f"{name} {price}")
    elif figures[0] <= 0:
        sheet.drop(number, DropReason.OUT_OF_RANGE, f"{name} {price}")
    else:
        traits = series_traits(name, unit, category, number)
        row = ParsedRow(traits, number, release.day, CONTRACT.edition, *figures, published_at=release.published_at)
        sheet.kept.append(row)


SOURCE = Source(CONTRACT, parse, fetch=PLAN)
