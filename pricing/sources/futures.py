"""What futures exchanges have in common: several figures of one contract and day, each a series of its own.

The figures of a contract are tied by their instrument, such as shfe.rb2610. A count (volume, open interest) is
another series where it is counted in another way: until the end of 2019 both sides of a trade were counted.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date

from pricing.sources.base import (
    Contract,
    DropReason,
    Edition,
    Outcome,
    ParsedRow,
    ParseResult,
    SeriesTraits,
    Sheet,
    Status,
    judge,
)
from pricing.sources.figures import paired
from pricing.sources.traits import COUNTS

ONE_SIDED_FROM = date(2020, 1, 1)
"""From this day on the exchanges count a trade once; before, the buyer's and the seller's side each."""
ONE_SIDED, BOTH_SIDES = "one_sided", "both_sides"
UNITS = {"volume": "lots", "open_interest": "lots", "turnover": "CNY"}
"""Units of what is counted; all other figures are prices in yuan per tonne."""


@dataclass(frozen=True, slots=True)
class Venue:
    """An exchange's statistic: `products` are those that are followed, in the order of the board."""

    family: str
    prefix: str
    market: str
    products: Mapping[str, str]
    source: str | None = None
    methodology: str | None = None

    def position(self, product: str, month: str) -> int:
        """Where a contract stands on the board; a continuous one before the product's months."""
        return list(self.products).index(product) * 10_000 + int(month or "0")

    def series(self, product: str, symbol: str, value_field: str, day: date, *, month: str = "") -> SeriesTraits:
        """The series of one figure of a contract, or of a continuous one where there is no `month`."""
        code = f"{self.family}:{symbol}:{value_field}"
        is_count, both_sides = value_field in COUNTS, day < ONE_SIDED_FROM
        follows = f"{code}_{BOTH_SIDES}" if is_count else None
        return SeriesTraits(
            code=follows if follows and both_sides else code,
            kind="futures",
            name=f"{self.products[product]} {symbol}",
            commodity=product,
            category=self.products[product],
            market=self.market,
            value_field=value_field,
            frequency="daily",
            unit=UNITS.get(value_field, "CNY/t"),
            position=self.position(product, month),
            contract=symbol if month else None,
            instrument=f"{self.prefix}.{symbol}",
            counting=(BOTH_SIDES if both_sides else ONE_SIDED) if is_count else None,
            predecessor=None if both_sides else follows,
            source=self.source,
            methodology=self.methodology,
        )


@dataclass(frozen=True, slots=True)
class Figure:
    """One printed figure of a row.

    `previous` is the figure that it is compared with, `absent` why it is dropped where nothing is printed. Where
    `zero_is_missing`, 0 stands for no price. `times` brings it to the series' unit: 10,000 for 万元.
    """

    traits: SeriesTraits
    text: str
    row: int
    edition: str = Edition.SETTLEMENT
    previous: str = ""
    absent: DropReason = DropReason.NO_VALUE
    zero_is_missing: bool = False
    times: int = 1


def take(sheet: Sheet, figures: Iterable[Figure], day: date, status: Status = Status.FINAL) -> None:
    """Keep each figure that is one and note each that is not, with the reason."""
    for figure in figures:
        label = f"{figure.traits.name} {figure.traits.value_field}"
        value = paired(figure.text, figure.previous, least_scale=0)
        if value is None or (figure.zero_is_missing and value[0] == 0):
            reason = DropReason.NO_VALUE if figure.text else figure.absent
            sheet.drop(figure.row, reason, f"{label} {figure.text}")
        elif value[0] < (figure.traits.least or 0):
            sheet.drop(figure.row, DropReason.OUT_OF_RANGE, f"{label} {figure.text}")
        else:
            sheet.kept.append(_row(figure, day, value, status))


def _row(figure: Figure, day: date, value: tuple[int, int, int | None], status: Status) -> ParsedRow:
    mantissa, scale, previous = value
    change = mantissa - previous if previous else None
    mantissa *= figure.times
    while figure.times > 1 and scale and mantissa % 10 == 0:
        mantissa, scale = mantissa // 10, scale - 1
    return ParsedRow(figure.traits, figure.row, day, figure.edition, mantissa, scale, change, status=status)


def widened(result: ParseResult, more: Sheet, contract: Contract) -> ParseResult:
    """An accepted document with the further figures of its rows; to a refused one nothing is added.

    The contract was kept by the chief figures; the further ones may be few, but never contradict each other.
    """
    if result.outcome is not Outcome.OK:
        return result
    whole = Sheet([*result.kept, *more.kept], sorted((*result.dropped, *more.dropped), key=lambda drop: drop.row))
    return judge(replace(contract, expected_rows=None, numeric_share_pct=0, required=frozenset()), whole)
