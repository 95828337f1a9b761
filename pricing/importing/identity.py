"""Which series a row of a sheet belongs to: provider, market, goods, mill and terms; another of one is another series.

Goods are named in the normal form of the trade's words where it is known, else as printed.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from hashlib import sha256

from pricing.importing.columns import Column
from pricing.importing.recipe import Recipe, canonical
from pricing.importing.terms import Terms
from pricing.sources.traits import Kind, SeriesTraits
from pricing.vocabulary import folded, grade, product, spec, standard

FERROUS, NON_FERROUS = "黑色金属", "有色金属"
_OTHER_METALS = ("铜", "铝", "锌", "铅", "镍", "锡", "钛")
FIELD = "quote"
FREQUENCY = "daily"
MOST_CODE = 150
MOST_NAME = 120
LONGEST = {
    Column.PRODUCT: 40,
    Column.SPECIFICATION: 60,
    Column.GRADE: 24,
    Column.MILL: 40,
    Column.CITY: 40,
    Column.STANDARD: 60,
}
"""Characters of what names a series; what is longer is a remark that slid into the column."""


@dataclass(frozen=True, slots=True)
class Quoted:
    """A row that has a price: its cells by what they hold, and the terms and the unit of the price."""

    recipe: Recipe
    cells: Mapping[Column, str]
    terms: Terms
    unit: str
    number: int


@dataclass(frozen=True, slots=True)
class Goods:
    """What is sold, in the words of the trade."""

    product: str
    specification: str | None
    grade: str | None
    standard: str | None


def is_too_long(cells: Mapping[Column, str]) -> bool:
    """Whether a cell that names the series is too long for a name."""
    return any(len(cells[column]) > most for column, most in LONGEST.items())


def goods_of(cells: Mapping[Column, str]) -> Goods:
    """The goods that the cells name; a grade or a standard that stands within the specification counts."""
    name = product(cells[Column.PRODUCT]).text or folded(cells[Column.PRODUCT])
    size = spec(cells[Column.SPECIFICATION], name)
    shape = " ".join(part for part in (size.figures, *size.conditions) if part)
    return Goods(
        product=name,
        specification=shape or folded(cells[Column.SPECIFICATION]) or None,
        grade=_grade(cells[Column.GRADE]) or _fitting(size.grade),
        standard=(standard(cells[Column.STANDARD]).text or folded(cells[Column.STANDARD]) or size.standard),
    )


def _grade(text: str) -> str | None:
    return _fitting(grade(text).text) or folded(text) or None


def _fitting(text: str | None) -> str | None:
    return text if text and len(text) <= LONGEST[Column.GRADE] else None


def category_of(name: str) -> str:
    """The class of goods, in the words of the statistics bureau; all but the metals named here is iron and steel."""
    return NON_FERROUS if any(metal in name for metal in _OTHER_METALS) and "不锈" not in name else FERROUS


def traits_of(row: Quoted) -> SeriesTraits:
    """The series of a row."""
    cells, terms, recipe = row.cells, row.terms, row.recipe
    goods, place = goods_of(cells), folded(cells[Column.CITY]) or folded(recipe.market)
    mill = folded(cells[Column.MILL]) or None
    names = [goods.product, goods.specification, goods.grade, goods.standard, mill]
    return SeriesTraits(
        code=_code(recipe.family, [place, *names, row.unit], terms),
        kind=Kind.SPOT,
        name=" ".join(name for name in [place, *names] if name)[:MOST_NAME],
        commodity=goods.product,
        category=category_of(goods.product),
        market=place,
        value_field=FIELD,
        frequency=FREQUENCY,
        unit=row.unit,
        position=row.number,
        specification=goods.specification,
        grade=goods.grade,
        tax_included=bool(terms.tax_included),
        spec_raw=cells[Column.SPECIFICATION] or None,
        standard=goods.standard,
        city=place,
        mill=mill,
        weighing=terms.weighing,
        payment=terms.payment,
        delivery_basis=terms.delivery,
        length_terms=terms.length,
        source=recipe.provider,
    )


def _code(family: str, names: list[str | None], terms: Terms) -> str:
    """Readable as far as there is room, and ended by a digest of all that makes the series itself."""
    digest = sha256(canonical([names, asdict(terms)]).encode()).hexdigest()[:10]
    words = ":".join(name.replace(" ", "_") for name in [family, *names] if name)
    return f"{words[: MOST_CODE - 11]}:{digest}"
