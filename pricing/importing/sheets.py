"""Price sheets as a source like every other: an envelope in, rows kept and rows dropped with a reason out.

Each row below the heading that is not blank and no footnote counts. A sheet whose columns slid is refused whole.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from pricing.importing import layout, recipe
from pricing.importing.bands import plausible
from pricing.importing.columns import Column, misfits, unit_in, unit_of
from pricing.importing.faults import SheetUnreadable
from pricing.importing.figures import Price, find_day, read_change, read_price
from pricing.importing.grids import Line
from pricing.importing.identity import Quoted, is_too_long, traits_of
from pricing.importing.layout import Layout
from pricing.importing.reading import read
from pricing.importing.recipe import Recipe
from pricing.importing.terms import terms_of
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
    refused,
    turned_away,
)
from pricing.sources.figures import fold
from pricing.sources.traits import edition_at
from steelyard.core.clock import SHANGHAI
from steelyard.core.i18n import N_

BAD_ROWS_PCT = 20
BAD_ROWS_ALWAYS = 2
"""A sheet of a few lines may have two that cannot be read; a longer one a fifth; and always more good than bad."""
_HARMLESS = frozenset({DropReason.NOT_QUOTED, DropReason.CATEGORY, DropReason.DUPLICATE})
LONGEST_TEXT = 120


def parse(document: RawDocument) -> ParseResult:
    """Read one envelope; never raises for what the bytes hold."""
    return parse_with_remarks(document)[0]


def parse_with_remarks(document: RawDocument) -> tuple[ParseResult, Mapping[int, str]]:
    """Read one envelope, and give by row the remarks of kept rows that hold a figure.

    A figure in a remark (a surcharge, the price of another length) is no price of the row's goods and is not taken.
    """
    refusal = turned_away(document, ())
    if refusal is not None:
        return refusal, {}
    try:
        found, content = recipe.unseal(document.content)
        book = read(content)
    except (ValueError, SheetUnreadable) as error:
        return refused(Outcome.FAILED, Fault.UNREADABLE, type(error).__name__), {}
    if found.family != document.source or found.sheet >= len(book.grids):
        return refused(Outcome.SCHEMA_CHANGED, Fault.COLUMNS, found.family), {}
    grid = book.grids[found.sheet]
    if found.header >= len(grid.lines) or misfits(found.columns):
        return refused(Outcome.SCHEMA_CHANGED, Fault.COLUMNS, str(found.header)), {}
    laid = layout.lay_out(grid, found.header)
    result = _read_rows(found, laid, document.fetched_at)
    return result, _remarks(found, laid, {row.row for row in result.kept})


def _remarks(found: Recipe, laid: Layout, kept: Collection[int]) -> Mapping[int, str]:
    texts = {number: layout.texts_of(found.columns, line)[Column.REMARK] for number, line in laid.rows}
    return {
        number: " ".join(text.split())[:LONGEST_TEXT]
        for number, text in texts.items()
        if number in kept and any(char.isdecimal() for char in text)
    }


def _read_rows(found: Recipe, laid: Layout, fetched_at: datetime) -> ParseResult:
    sheet = Sheet()
    latest = fetched_at.astimezone(SHANGHAI).date() + timedelta(days=1)
    reader = _Reader(found, laid, latest)
    for number, line in laid.rows:
        row = reader.row(number, line)
        if isinstance(row, ParsedRow):
            sheet.kept.append(row)
        else:
            sheet.drop(number, row, " ".join(text for text in line if text)[:LONGEST_TEXT])
    if found.day is not None and found.day > latest:
        return sheet.refuse(Outcome.SCHEMA_CHANGED, Fault.DATE, found.day.isoformat())
    _drop_repeats(sheet)
    return _judge(sheet)


@dataclass(frozen=True, slots=True)
class _Reader:
    """What the rows of one sheet have in common; `latest` is the last day that a price may speak of."""

    recipe: Recipe
    laid: Layout
    latest: date

    def row(self, number: int, line: Line) -> ParsedRow | DropReason:
        """One row of the table."""
        if layout.is_heading(line) or layout.repeats(line, self.laid.header):
            return DropReason.CATEGORY
        cells = {column: " ".join(text.split()) for column, text in layout.texts_of(self.recipe.columns, line).items()}
        price = read_price(cells[Column.PRICE])
        if self._has_slid(cells):
            return DropReason.SLID
        if not cells[Column.PRODUCT]:
            return DropReason.NO_PRODUCT
        if isinstance(price, DropReason):
            return price
        if is_too_long(cells):
            return DropReason.NOT_A_ROW
        day = find_day(cells[Column.DAY]) if Column.DAY in self.recipe.columns else self.recipe.day
        if day is None or day > self.latest:
            return DropReason.NO_DAY
        return self._priced(number, cells, price, day)

    def _priced(self, number: int, cells: dict[Column, str], price: Price, day: date) -> ParsedRow | DropReason:
        unit = self._unit(cells, price)
        if unit is None:
            return DropReason.UNKNOWN_UNIT
        if not plausible(cells[Column.PRODUCT], price.mantissa, price.scale, unit):
            return DropReason.OUT_OF_RANGE
        terms = terms_of(self.recipe.clauses, cells[Column.PRODUCT])
        if terms.tax_included is None:
            return DropReason.NO_TERMS
        quoted = Quoted(self.recipe, cells, terms, unit, number)
        change = read_change(cells[Column.CHANGE], price.scale)
        return ParsedRow(traits_of(quoted), number, day, self._edition(), price.mantissa, price.scale, change)

    def _edition(self) -> str:
        moment = self.recipe.moment
        return Edition.RELEASE if moment is None else edition_at(moment)

    def _unit(self, cells: dict[Column, str], price: Price) -> str | None:
        """The unit that cell, row or heading names; yuan a tonne where nothing names one, None for one unknown."""
        if price.unit is not None:
            return price.unit
        if cells[Column.UNIT]:
            return unit_of(cells[Column.UNIT])
        place = self.recipe.columns.index(Column.PRICE)
        header = self.laid.header[place] if place < len(self.laid.header) else ""
        return unit_in(header) or "CNY/t"

    def _has_slid(self, cells: dict[Column, str]) -> bool:
        """Whether a figure stands where only a name can: then the cells of this row are shifted."""
        names = (cells[Column.PRODUCT], cells[Column.MILL], cells[Column.CITY])
        return any(fold(name).replace(".", "").replace(",", "").isdigit() for name in names if name)


def _drop_repeats(sheet: Sheet) -> None:
    """Drop a row that repeats another; where two say different things, neither can be believed and both go."""
    groups: dict[tuple[str, date], list[ParsedRow]] = defaultdict(list)
    for row in sheet.kept:
        groups[row.traits.code, row.day].append(row)
    gone: dict[int, DropReason] = {}
    for rows in groups.values():
        agreed = len({(row.mantissa, row.scale, row.change_mantissa) for row in rows}) == 1
        for row in rows[1:] if agreed else rows:
            gone[row.row] = DropReason.DUPLICATE if agreed else DropReason.CONFLICT
    for row in [row for row in sheet.kept if row.row in gone]:
        sheet.drop(row.row, gone[row.row], f"{row.traits.name} {row.mantissa / 10**row.scale:g}")
    sheet.kept = [row for row in sheet.kept if row.row not in gone]
    sheet.dropped.sort(key=lambda drop: drop.row)


def _judge(sheet: Sheet) -> ParseResult:
    """Hold the sheet against what every sheet must be: mostly prices. It fails closed."""
    bad = sum(drop.reason not in _HARMLESS for drop in sheet.dropped)
    good = len(sheet.kept)
    if not sheet.rows:
        return sheet.refuse(Outcome.EMPTY, Fault.EMPTY, "no row")
    if good == 0 and bad == 0:
        return sheet.refuse(Outcome.EMPTY, Fault.EMPTY, f"0/{sheet.rows}")
    if good < bad or good == 0 or bad > max(BAD_ROWS_ALWAYS, (good + bad) * BAD_ROWS_PCT // 100):
        return sheet.refuse(Outcome.SCHEMA_CHANGED, Fault.NUMERIC_SHARE, f"{good}/{good + bad}")
    return sheet.close()


def source_of(code: str) -> Source | None:
    """The source of one provider's sheets; None for a code of another kind."""
    provider = recipe.provider_of(code)
    return None if provider is None else Source(replace(_CONTRACT, code=code, family=code, publisher=provider), parse)


_CONTRACT = Contract(
    code="",
    family="",
    publisher="",
    home="",
    licence=N_("as noted with each sheet"),
    frequency="daily",
    edition=Edition.RELEASE,
    calendar=N_("brought by people, on working days"),
)


def products_of(laid: Layout, columns: tuple[Column, ...]) -> Iterator[str]:
    """The products that a sheet names, for reading its terms."""
    for _, line in laid.rows:
        yield layout.texts_of(columns, line)[Column.PRODUCT]
