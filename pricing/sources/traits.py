"""What makes a price series itself: the words in which a source describes the figures that it states."""

import re
from dataclasses import dataclass
from datetime import time
from enum import StrEnum


class Kind(StrEnum):
    """What kind of figure a series holds (现货, 期货, 指数, 汇率, 成交)."""

    SPOT = "spot"
    FUTURES = "futures"
    INDEX = "index"
    FX = "fx"
    DEAL = "deal"


class Adjustment(StrEnum):
    """How a series that joins several contracts was made continuous: not at all, by ratio, or by difference."""

    RAW = "raw"
    RATIO = "ratio"
    DIFFERENCE = "difference"


class Weighing(StrEnum):
    """Which mass the price is per: as weighed (过磅) or as computed from dimensions (理计)."""

    ACTUAL = "actual"
    THEORETICAL = "theoretical"


class Edition(StrEnum):
    """Which of several figures for one day an observation is; all are kept, none replaces another.

    Besides these a time of day in Shanghai is an edition: see `edition_at`.
    """

    RELEASE = "release"
    SETTLEMENT = "settlement"
    IMPLIED = "implied"
    COMPUTED = "computed"


DERIVED_EDITIONS = frozenset({Edition.IMPLIED, Edition.COMPUTED})
"""Editions that nobody published as a price: shown and named in a chart, never on the board."""

EDITION_PATTERN = "(?:" + "|".join(Edition) + "|(?:[01][0-9]|2[0-3]):[0-5][0-9])"
_EDITION = re.compile(EDITION_PATTERN)


def edition_at(moment: time) -> str:
    """The edition of a figure that a source states several times a day, such as 10:51 (Shanghai time)."""
    return f"{moment:%H:%M}"


def is_edition(text: str) -> bool:
    """Whether the text names an edition: a word of `Edition` or a time of day."""
    return _EDITION.fullmatch(text) is not None


COUNTS = frozenset({"volume", "open_interest", "turnover", "stock"})
"""Value fields that count something and so may be zero."""


@dataclass(frozen=True, slots=True)
class SeriesTraits:
    """What makes a series itself; a changed specification is another code and so another series.

    `specification` is normalised and `spec_raw` as printed. `instrument` ties the fields of one instrument:
    settle, close and volume of rb2610 are series of their own with the instrument ``shfe.rb2610``.
    `predecessor` is the code of the series that this one follows after a change of specification; the link is
    made as soon as both are there. `source` names who first published the figure where the family only
    passes it on. `tax_included` says nothing for an index or an exchange rate.
    """

    code: str
    kind: str
    name: str
    commodity: str
    category: str
    market: str
    value_field: str
    frequency: str
    unit: str
    position: int
    specification: str | None = None
    grade: str | None = None
    contract: str | None = None
    tax_included: bool = True
    spec_raw: str | None = None
    standard: str | None = None
    city: str | None = None
    mill: str | None = None
    adjustment: str = Adjustment.RAW
    weighing: str | None = None
    payment: str | None = None
    delivery_basis: str | None = None
    length_terms: str | None = None
    currency: str = "CNY"
    counting: str | None = None
    source: str | None = None
    methodology: str | None = None
    instrument: str | None = None
    predecessor: str | None = None

    @property
    def least(self) -> int | None:
        """The least mantissa that a figure of this series may have, None where there is none.

        Prices, rates and deals are above zero. What is counted may be zero. An index may be anything: some
        count changes or balances of opinion around zero.
        """
        if self.kind == Kind.INDEX:
            return None
        return 0 if self.value_field in COUNTS else 1
