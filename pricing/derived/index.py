"""The arithmetic of the indexes (指数), versions `C1` and `D1` of the published methodology; pure and exact.

A city index is chained: each day's value is the value before times the ratio of the basket's cost on both days,
over the members that have a figure on both. Weights are quantities. The product is rounded half up to
`INDEX_SCALE` decimals once a day, and the chain goes on from the rounded value, so that whoever has a published
value and the figures of the day can compute the next by hand.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction

from pricing.derived.rounding import half_up

CITY_METHODOLOGY = "C1"
DEALS_METHODOLOGY = "D1"
INDEX_SCALE = 4
BASE = 1000
"""The value of a city index on its first day."""
WHOLE_BP = 10_000


class NoValue(StrEnum):
    """Why there is no value."""

    NOT_BEGUN = "not_begun"
    TOO_FEW = "too_few"
    CONCENTRATED = "concentrated"


@dataclass(frozen=True, slots=True)
class Member:
    """A series of the basket, whose prices it are (``contributor``), and how many tonnes it stands for."""

    series: str
    contributor: str
    weight: int


@dataclass(frozen=True, slots=True)
class Terms:
    """How many contributors there must be, and how large a share (in hundredths of a percent) one may have."""

    least_contributors: int
    most_share_bp: int


@dataclass(frozen=True, slots=True)
class Value:
    """A value of an index, or why there is none; ``against`` is the day that the link goes back to."""

    day: date
    mantissa: int | None
    reason: NoValue | None
    contributors: int
    largest_share_bp: int
    against: date | None = None
    cost_before: Fraction | None = None
    cost_now: Fraction | None = None


Prices = Mapping[str, Mapping[date, Fraction]]


def chain(members: Sequence[Member], prices: Prices, base_day: date, terms: Terms) -> list[Value]:
    """The index from the first day on or after ``base_day`` with enough contributors, for every day with figures."""
    days = sorted({day for member in members for day in prices.get(member.series, {}) if day >= base_day})
    found: list[Value] = []
    last: Value | None = None
    for day in days:
        value = _first(members, prices, day, terms) if last is None else _link(members, prices, last, day, terms)
        found.append(value)
        last = value if value.mantissa is not None else last
    return found


def _first(members: Sequence[Member], prices: Prices, day: date, terms: Terms) -> Value:
    shares = _shares([(one.contributor, one.weight * prices[one.series][day]) for one in _priced(members, prices, day)])
    reason = _refusal(shares, terms)
    mantissa = None if reason else BASE * 10**INDEX_SCALE
    return Value(day, mantissa, NoValue.NOT_BEGUN if reason else None, len(shares), max(shares.values(), default=0))


def _link(members: Sequence[Member], prices: Prices, last: Value, day: date, terms: Terms) -> Value:
    both = [one for one in _priced(members, prices, day) if last.day in prices[one.series]]
    shares = _shares([(one.contributor, one.weight * prices[one.series][last.day]) for one in both])
    largest, reason = max(shares.values(), default=0), _refusal(shares, terms)
    if reason is not None or last.mantissa is None:
        return Value(day, None, reason, len(shares), largest, last.day)
    before = sum((one.weight * prices[one.series][last.day] for one in both), Fraction(0))
    now = sum((one.weight * prices[one.series][day] for one in both), Fraction(0))
    mantissa = half_up(last.mantissa * now / before)
    return Value(day, mantissa, None, len(shares), largest, last.day, before, now)


def _priced(members: Iterable[Member], prices: Prices, day: date) -> list[Member]:
    return [one for one in members if day in prices.get(one.series, {})]


def _shares(parts: Iterable[tuple[str, Fraction]]) -> dict[str, int]:
    """Each contributor's share in hundredths of a percent, rounded up: at the limit it counts as over it."""
    sums: dict[str, Fraction] = {}
    for contributor, part in parts:
        sums[contributor] = sums.get(contributor, Fraction(0)) + part
    whole = sum(sums.values(), Fraction(0))
    return {name: -int(-part * WHOLE_BP // whole) for name, part in sums.items()}


def _refusal(shares: Mapping[str, int], terms: Terms) -> NoValue | None:
    if len(shares) < terms.least_contributors:
        return NoValue.TOO_FEW
    return NoValue.CONCENTRATED if max(shares.values()) > terms.most_share_bp else None


class Evidence(StrEnum):
    """What stands behind a price, the strongest first: a deal, a bid, talk."""

    DEAL = "deal"
    BID = "bid"
    TALK = "talk"


@dataclass(frozen=True, slots=True)
class Deal:
    """A price with its mass and whose it is."""

    evidence: Evidence
    price_fen_per_t: int
    mass_g: int
    contributor: str


@dataclass(frozen=True, slots=True)
class Assessment:
    """The mean price of a period in fen per tonne, weighted by mass, or why there is none; without any firm."""

    fen_per_t: int | None
    reason: NoValue | None
    evidence: Evidence | None
    contributors: int
    largest_share_bp: int
    mass_g: int


def assess(deals: Sequence[Deal], terms: Terms) -> Assessment:
    """The price of a period: of the deals where they suffice, else of the bids, else of talk; never of a mixture.

    Where none suffices the answer says so of the strongest evidence that there was.
    """
    refused: Assessment | None = None
    for evidence in Evidence:
        chosen = [deal for deal in deals if deal.evidence is evidence]
        if not chosen:
            continue
        found = _assessed(evidence, chosen, terms)
        if found.fen_per_t is not None:
            return found
        refused = refused or found
    return refused or Assessment(None, NoValue.TOO_FEW, None, 0, 0, 0)


def _assessed(evidence: Evidence, deals: Sequence[Deal], terms: Terms) -> Assessment:
    shares = _shares([(deal.contributor, Fraction(deal.mass_g)) for deal in deals])
    largest, mass_g = max(shares.values()), sum(deal.mass_g for deal in deals)
    reason = _refusal(shares, terms)
    if reason is not None:
        return Assessment(None, reason, evidence, len(shares), largest, mass_g)
    mean = Fraction(sum(deal.price_fen_per_t * deal.mass_g for deal in deals), mass_g)
    return Assessment(half_up(mean), None, evidence, len(shares), largest, mass_g)
