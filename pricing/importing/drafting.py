"""What a sheet says of itself before anybody has looked: which table, which heading, columns, terms, day and market."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from pricing.importing import columns, figures, layout, recipe, terms
from pricing.importing.columns import Column
from pricing.importing.grids import Book
from pricing.importing.layout import Layout
from pricing.importing.recipe import Recipe
from pricing.importing.sheets import products_of

SAMPLES = 3
_MARKET = re.compile(
    r"(?:\d{1,2}日|\d{1,2}:\d{2}\)?|\d{4}-\d{2}-\d{2})\)?\s*([一-鿿]{2,8}?)(?:市场|地区|建筑|钢材|管坯|无缝|价格|行情|报价)"
)


@dataclass(frozen=True, slots=True)
class Sample:
    """A column as it is shown to whoever maps it: its heading and the first things in it."""

    heading: str
    values: tuple[str, ...]


def propose(book: Book, file_name: str) -> Recipe:
    """A recipe as far as the sheet itself tells; provider and permission are for people to say."""
    sheet = layout.best_grid(book.grids)
    blank = Recipe("", "", "", file_name, sheet, layout.NO_HEADER, (), ())
    return reread(book, blank, sheet, layout.find_header(book.grids[sheet].lines))


def reread(book: Book, former: Recipe, sheet: int, header: int) -> Recipe:
    """The recipe for another table or heading of the same book; what people said of provider and day stays."""
    laid = layout.lay_out(book.grids[sheet], header)
    found = columns.guess(laid.header) if laid.header else (Column.IGNORED,) * laid.width
    told = [*laid.title, *laid.footnote]
    return replace(
        former,
        sheet=sheet,
        header=header,
        columns=found,
        clauses=terms.read_terms([*laid.title, *laid.footnote], products_of(laid, found)),
        market=former.market or _market(laid.title),
        day=former.day or next((day for day in map(figures.find_day, told) if day), None),
        moment=former.moment or next((moment for moment in map(figures.find_time, laid.title) if moment), None),
    )


def follow(book: Book, found: Recipe, saved: Recipe) -> Recipe:
    """The recipe of a sheet read by a saved one: its columns and who brought it; terms that this sheet tells win."""
    laid = laid_out(book, found)
    told = found.clauses or saved.clauses
    mapped = (*saved.columns, *(Column.IGNORED,) * laid.width)[: laid.width]
    return replace(
        found,
        columns=mapped,
        clauses=told,
        provider=saved.provider,
        permission=saved.permission,
        market=found.market or saved.market,
    )


def laid_out(book: Book, found: Recipe) -> Layout:
    """The parts of the table that a recipe names."""
    return layout.lay_out(book.grids[found.sheet], found.header)


def samples(laid: Layout) -> list[Sample]:
    """Each column with its heading and its first texts."""
    shown: list[Sample] = []
    for place in range(laid.width):
        heading = " ".join(laid.header[place].split()) if place < len(laid.header) else ""
        shown.append(Sample(heading, tuple(_first(line[place] for _, line in laid.rows if place < len(line)))))
    return shown


def _first(texts: Iterable[str]) -> list[str]:
    found: list[str] = []
    for text in texts:
        if text and text not in found:
            found.append(" ".join(text.split())[:40])
        if len(found) == SAMPLES:
            break
    return found


def _market(title: Iterable[str]) -> str:
    """The market that a title names behind its date, such as 聊城 in 2026年9月9日聊城市场价格行情."""
    for text in title:
        match = _MARKET.search(figures.fold_line(text))
        if match:
            return match[1][: recipe.LONGEST_MARKET]
    return ""
