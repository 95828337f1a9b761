"""Price sheets for tests: workbooks made to measure, pasted texts, and recipes to read them by."""

import io
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import xlsxwriter

from pricing.importing import columns, layout, reading, recipe, sheets, terms
from pricing.importing.recipe import Recipe
from pricing.sources.base import ParseResult, RawDocument

HEADER = ("品名", "规格(mm)", "材质", "钢厂/产地", "价格(元/吨)", "涨跌", "备注")
DAY = date(2026, 9, 9)
FETCHED = datetime(2026, 9, 9, 4, 0, tzinfo=UTC)
TITLE = "2026年9月9日(10:51)聊城市场管坯价格行情"
FOOTNOTE = "以上价格为过磅现款含税仓库自提价格，不含出库费"
PASTED = "\n".join(
    [
        TITLE,
        "\t".join(HEADER),
        "圆管坯\tΦ90-130\t20#\t西王\t3,620\t+20\t",
        "圆管坯\tΦ150-180\t20#\t西王\t3650元/吨\t持平\t货少",
        "圆管坯\tΦ90-130\t45#\t巨能\t3600-3630\t-\t",
        "圆管坯\tΦ90-130\t20#\t巨能\t3610\t↓10\t",
        "圆管坯\tΦ200\t20#\t石横\t暂无报价\t\t",
        FOOTNOTE,
    ]
)
"""A city sheet of billet prices as a chat group has it; two lines cannot be kept."""


def workbook(lines: Iterable[Sequence[Any]], **options: Any) -> bytes:
    """An XLSX with one worksheet; figures stay figures, texts texts."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"strings_to_formulas": False, **options}) as book:
        book.set_properties({"created": FETCHED})
        sheet = book.add_worksheet("价格")
        for number, line in enumerate(lines):
            for place, value in enumerate(line):
                sheet.write(number, place, value)
    return out.getvalue()


def recipe_for(content: bytes, **changes: Any) -> Recipe:
    """The recipe that is found in the bytes by itself, for the sheet of a made-up provider."""
    book = reading.read(content)
    sheet = layout.best_grid(book.grids)
    header = layout.find_header(book.grids[sheet].lines)
    laid = layout.lay_out(book.grids[sheet], header)
    found = columns.guess(laid.header)
    clauses = terms.read_terms(laid.footnote, sheets.products_of(laid, found))
    taxed = terms.Clause((), terms.Terms(tax_included=True))
    made = Recipe("示例钢联", "示例", "聊城", "sheet", sheet, header, found, (taxed, *clauses), DAY)
    return replace(made, **changes)


def parsed(content: bytes, made: Recipe | None = None, **changes: Any) -> ParseResult:
    """What becomes of the bytes by the recipe that fits them."""
    made = replace(made, **changes) if made else recipe_for(content, **changes)
    return sheets.parse(RawDocument(made.family, "upload:sheet", FETCHED, recipe.seal(made, content)))
