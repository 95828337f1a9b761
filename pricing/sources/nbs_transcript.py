"""Figures of the statistics bureau's releases written down by hand, one line each, with how each was come by.

A comma-separated table with the columns of `COLUMNS`. `how` tells the edition: *recorded* is what a release
printed, *implied* is the next release's price less its change, *computed* was worked back from somebody's
transformed figure. Only recorded ones are prices.
"""

import csv
import io
from datetime import UTC, date, datetime

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
from pricing.sources.nbs_products import FAMILY, series_traits
from pricing.sources.periods import find_period
from steelyard.core.i18n import N_

COLUMNS = ("position", "category", "period", "product", "unit", "price", "change", "published_at", "how")
CONTRACT = Contract(
    code="nbs.ten_day.transcript",
    family=FAMILY,
    publisher="国家统计局",
    home="https://www.stats.gov.cn/sj/zxfb/",
    licence=N_("official statistics"),
    frequency="ten_day",
    edition=Edition.RELEASE,
    calendar=N_("none: written down once"),
    numeric_share_pct=100,
    required=frozenset({"螺纹钢", "无缝钢管"}),
)
_EDITIONS = {"recorded": Edition.RELEASE, "implied": Edition.IMPLIED, "computed": Edition.COMPUTED}


def parse(document: RawDocument) -> ParseResult:
    """Read one transcript; never raises for what the bytes hold."""
    refusal = turned_away(document, ())
    if refusal is not None:
        return refusal
    try:
        lines = list(csv.reader(io.StringIO(document.content.decode("utf-8-sig")), strict=True))
    except (UnicodeDecodeError, csv.Error):
        return refused(Outcome.FAILED, Fault.UNREADABLE, "no table")
    if not lines or tuple(lines[0]) != COLUMNS:
        return refused(Outcome.SCHEMA_CHANGED, Fault.COLUMNS, ",".join(lines[0])[:120] if lines else "")
    if not document.content.endswith(b"\n"):
        return refused(Outcome.SCHEMA_CHANGED, Fault.TRUNCATED, f"{len(lines) - 1}")
    sheet = Sheet()
    for number, line in enumerate(lines[1:], start=1):
        row = _row(number, line)
        if isinstance(row, ParsedRow):
            sheet.kept.append(row)
        else:
            sheet.drop(number, row, " ".join(line))
    return judge(CONTRACT, sheet)


def _row(number: int, line: list[str]) -> ParsedRow | DropReason:
    if len(line) != len(COLUMNS):
        return DropReason.NOT_A_ROW
    cell = dict(zip(COLUMNS, (text.strip() for text in line), strict=True))
    day, edition = find_period(cell["period"]), _EDITIONS.get(cell["how"])
    unit, figures = UNITS.get(fold(cell["unit"])), paired(cell["price"], cell["change"], least_scale=1)
    position = cell["position"]
    if day is None or edition is None or not (position.isascii() and position.isdigit() and len(position) < 5):
        return DropReason.NOT_A_ROW
    if unit is None:
        return DropReason.UNKNOWN_UNIT
    if figures is None:
        return DropReason.NO_VALUE
    if figures[0] <= 0:
        return DropReason.OUT_OF_RANGE
    traits = series_traits(cell["product"], unit, category_name(fold(cell["category"])), int(position))
    moment = _moment(cell["published_at"], day)
    return ParsedRow(traits, number, day, edition, *figures, published_at=moment)


def _moment(text: str, day: date) -> datetime | None:
    """When the release came out, in UTC; None where it is no moment of the calendar, has no offset or precedes
    the period's end.
    """
    try:
        moment = datetime.fromisoformat(text)
        return moment.astimezone(UTC) if moment.tzinfo is not None and moment.date() >= day else None
    except (ValueError, OverflowError):  # the latter: near the end of the calendar no UTC time is left
        return None


SOURCE = Source(CONTRACT, parse)
