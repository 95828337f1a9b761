"""The port for what the market pays for a product: filled by the composition root, asked where a yard set no value.

Inventory knows nothing of published prices; whoever is plugged in answers for the products that it can find a price of.
Imports neither flask nor pricing.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from sqlalchemy.orm import Session


@dataclass(frozen=True, slots=True)
class Asked:
    """A product as prices are looked for: its kind, grade, standard and size, hundredths of a millimetre."""

    product_id: int
    kind: str
    grade: str
    standard: str
    od_mm_x100: int
    wall_mm_x100: int | None


class Quote(Protocol):
    """A price of the market: fen per tonne, of which series, of which day."""

    @property
    def fen_per_t(self) -> int:
        """The price in fen per tonne."""

    @property
    def series(self) -> str:
        """The name of the series that says so."""

    @property
    def day(self) -> date:
        """The day that it is the price of."""


class Market(Protocol):
    """What the composition root plugs in."""

    def __call__(self, session: Session, asked: Collection[Asked], today: date) -> Mapping[int, Quote]:
        """The prices of those of the products that there are fresh ones of, by product; in few statements."""


class _Socket:
    market: Market | None = None


def plug_in(market: Market | None) -> None:
    """Make ``market`` the one that :func:`quotes` asks; ``None`` unplugs it."""
    _Socket.market = market


def quotes(session: Session, asked: Collection[Asked], today: date) -> Mapping[int, Quote]:
    """What the market pays for the products; nothing where no market is plugged in, or there is nothing to ask."""
    return {} if _Socket.market is None or not asked else _Socket.market(session, asked, today)
