"""Prices on one footing: yuan per tonne, VAT included, per tonne as weighed (过磅); pure and exact.

A normalised value is the published figure times its factors, rounded once, by :func:`to_fen`. Each factor names
where it comes from. The rules are version `N1` of the published methodology.
"""

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction

from pricing.derived.rounding import half_up
from pricing.derived.vat import rate_on
from pricing.sources.traits import Weighing

METHODOLOGY = "N1"
WEIGHED_SHARE = Fraction(97, 100)
"""Weighed over theoretical mass of goods sold by theory (理计): an assumption of the methodology, not a measurement.

Mills roll to the lower part of the tolerance; whoever knows his own goods gives his own share instead.
"""
GRAMS = {
    "t": Fraction(1_000_000),
    "mt": Fraction(1_000_000),
    "kg": Fraction(1_000),
    "g": Fraction(1),
    "lb": Fraction(45_359_237, 100_000),
    "st": Fraction(90_718_474, 100),
    "lt": Fraction(10_160_469_088, 10_000),
}
"""Masses that a price may be per; pound, short and long ton by the international yard and pound agreement of 1959."""
_UNIT = re.compile(r"([A-Z]{3})/(?:([1-9]\d{0,3}))?([A-Za-z]{1,3})")


class Why(StrEnum):
    """Why a figure cannot be put on the common footing."""

    UNIT = "unit"
    CURRENCY = "currency"
    EXCHANGE_RATE = "exchange_rate"
    TAX = "tax"


@dataclass(frozen=True, slots=True)
class Footing:
    """What a published figure is: its unit such as ``CNY/t``, its tax, its weighing (None where none is stated)."""

    unit: str
    tax_included: bool
    weighing: str | None


@dataclass(frozen=True, slots=True)
class ExchangeRate:
    """Yuan for one unit of a currency, with the observation that says so."""

    currency: str
    yuan: Fraction
    source: str


@dataclass(frozen=True, slots=True)
class Factor:
    """One factor with its name and its source."""

    name: str
    value: Fraction
    source: str


@dataclass(frozen=True, slots=True)
class Normalised:
    """The value in fen per tonne and the factors that made it."""

    fen_per_t: int
    factors: tuple[Factor, ...]


class NotNormalisable(Exception):
    """The figure cannot be put on the common footing."""

    def __init__(self, why: Why) -> None:
        self.why = why
        super().__init__(str(why))


def normalise(
    value: Fraction,
    footing: Footing,
    day: date,
    exchange: ExchangeRate | None = None,
    weighed_share: Fraction = WEIGHED_SHARE,
) -> Normalised:
    """Put a figure on the common footing; raises `NotNormalisable`."""
    currency, unit = _unit(footing.unit)
    factors = [unit, *_currency(currency, exchange), *_tax(footing, day), *_weighing(footing, weighed_share)]
    for factor in factors:
        value *= factor.value
    return Normalised(to_fen(value), tuple(factors))


def to_fen(yuan_per_t: Fraction) -> int:
    """The one rounding of a normalised value: to the fen per tonne, half up."""
    return half_up(yuan_per_t * 100)


def _unit(text: str) -> tuple[str, Factor]:
    found = _UNIT.fullmatch(text)
    grams = GRAMS.get(found[3]) if found else None
    if found is None or grams is None:
        raise NotNormalisable(Why.UNIT)
    factor = GRAMS["t"] / (grams * int(found[2] or 1))
    return found[1], Factor("unit", factor, f"{text} → {found[1]}/t")


def _currency(currency: str, exchange: ExchangeRate | None) -> list[Factor]:
    if currency == "CNY":
        return []
    if exchange is None:
        raise NotNormalisable(Why.EXCHANGE_RATE)
    if exchange.currency != currency:
        raise NotNormalisable(Why.CURRENCY)
    return [Factor("currency", exchange.yuan, exchange.source)]


def _tax(footing: Footing, day: date) -> list[Factor]:
    if footing.tax_included:
        return []
    rate = rate_on(day)
    if rate is None:
        raise NotNormalisable(Why.TAX)
    return [Factor("vat", 1 + rate.rate, f"{rate.source} ({rate.first_day.isoformat()})")]


def _weighing(footing: Footing, weighed_share: Fraction) -> list[Factor]:
    """A price per theoretical tonne buys less than a tonne on the scales, so a weighed tonne costs more."""
    if footing.weighing != Weighing.THEORETICAL:
        return []
    return [Factor("weighing", 1 / weighed_share, METHODOLOGY)]


def rate_of(unit: str, value: Fraction, source: str) -> ExchangeRate | None:
    """The exchange rate that a series in a unit like ``CNY/USD`` or ``CNY/100JPY`` states, else None."""
    found = re.fullmatch(r"CNY/(1|10|100|1000)?([A-Z]{3})", unit)
    return ExchangeRate(found[2], value / int(found[1] or 1), source) if found else None
