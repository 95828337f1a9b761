"""What the market pays for goods that are described by their traits, for whoever is not asking for a series by name.

Spot prices in yuan per tonne of the same kind of goods and the same grade: those of the very size where there are any,
else those of all sizes. Of several the one in the middle counts, its day within the last 60; what is held in quarantine
or withdrawn does not.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Protocol

from sqlalchemy import select
from sqlalchemy.orm import Session

from pricing.models import PriceSeries
from pricing.queries.believed import recent
from pricing.vocabulary import grade, product, spec

FRESH = timedelta(days=60)
MOST_SERIES = 5_000
_FIELDS = ("average", "quote", "spot")
_COMMODITIES = {
    "pipe": frozenset({"无缝钢管", "锅炉管"}), "billet": frozenset({"圆管坯", "热轧管坯", "连铸圆管坯"}),
}  # fmt: skip
"""The trade's names of what a yard calls pipe and billet; pipe of boiler standards is sold under both."""


class Goods(Protocol):
    """Goods as they are asked for; sizes in hundredths of a millimetre."""

    @property
    def product_id(self) -> int:
        """By what the answer names them."""

    @property
    def kind(self) -> str:
        """Pipe or billet."""

    @property
    def grade(self) -> str:
        """The grade, as the trade writes it."""

    @property
    def od_mm_x100(self) -> int:
        """The outer diameter."""

    @property
    def wall_mm_x100(self) -> int | None:
        """The wall, of a pipe."""


@dataclass(frozen=True, slots=True)
class Quote:
    """A price: fen per tonne, of which series, of which day."""

    fen_per_t: int
    series: str
    day: date


@dataclass(frozen=True, slots=True)
class _Offer:
    commodity: str
    grade: str | None
    size: tuple[int, int | None] | None
    quote: Quote


def quotes(session: Session, asked: Collection[Goods], today: date) -> Mapping[int, Quote]:
    """The price of each of the goods of which there is a fresh one; three statements whatever their number."""
    offers = _offers(session, today)
    found = {one.product_id: _chosen(offers, one) for one in asked}
    return {product_id: quote for product_id, quote in found.items() if quote is not None}


def _offers(session: Session, today: date) -> list[_Offer]:
    query = (
        select(PriceSeries)
        .where(PriceSeries.kind == "spot", PriceSeries.unit == "CNY/t", PriceSeries.value_field.in_(_FIELDS))
        .order_by(PriceSeries.id)
        .limit(MOST_SERIES)
    )
    names = frozenset[str]().union(*_COMMODITIES.values())
    series = {one.id: one for one in session.scalars(query) if product(one.commodity).text in names}
    figures = recent(session, series, timedelta(0))
    return [
        _offer(series[id_], Decimal(one.last.mantissa).scaleb(-one.last.scale), one.last.day)
        for id_, one in figures.items()
        if today - FRESH <= one.last.day <= today
    ]


def _offer(series: PriceSeries, yuan: Decimal, day: date) -> _Offer:
    commodity = product(series.commodity).text or series.commodity
    printed = series.spec_raw or series.specification
    read = spec(printed, commodity) if printed else None
    size = (read.size.od_mm_x100, read.size.wall_mm_x100) if read is not None and read.size is not None else None
    fen = int((yuan * 100).quantize(Decimal(1), rounding=ROUND_HALF_UP))
    return _Offer(commodity, series.grade, size, Quote(fen, series.name, day))


def _chosen(offers: Iterable[_Offer], goods: Goods) -> Quote | None:
    """The quote in the middle of those for the very size, else of those for the grade; of two the lower."""
    steel = grade(goods.grade).text or goods.grade
    names = _COMMODITIES.get(goods.kind, frozenset())
    alike = [one for one in offers if one.commodity in names and one.grade == steel]
    exact = [one for one in alike if one.size == (goods.od_mm_x100, goods.wall_mm_x100)]
    return _middle([one.quote for one in exact or alike])


def _middle(found: Sequence[Quote]) -> Quote | None:
    ordered = sorted(found, key=lambda one: (one.fen_per_t, one.series))
    return ordered[(len(ordered) - 1) // 2] if ordered else None
