"""From pledges and opened bids to award, prices and shares, such that nobody pays above his ceiling.

All members of a line pay its pooled weighted price. The rule: award the whole pooled demand; while some
line's price passes a ceiling, take the line whose price passes one by most (the first such line), leave out
its pledges with the lowest ceiling, and award again. Each round leaves out somebody, so it ends; on one line
alone it keeps the largest demand that its own price allows. Who is left out is told so and owes nothing.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from steelyard.procurement.allocation import Settlement, pooled_price, pro_rata, settle
from steelyard.procurement.award import SECONDS, Award, Bid, Budget, Need, solve


@dataclass(frozen=True, slots=True)
class Firm:
    """A firm pledge: whole lots of a line and the highest price (fen per tonne) the member will pay."""

    key: int
    line: int
    lots: int
    ceiling_fen_per_t: int


@dataclass(frozen=True, slots=True)
class Tender:
    """All that an award depends on: lots (grams) by line, pledges, bids, the seed that breaks ties, and the
    campaign's version.
    """

    lot_g: Mapping[int, int]
    pledges: tuple[Firm, ...]
    bids: tuple[Bid, ...]
    seed: str
    version: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """The award, each supplied line's settlement, each pledge's lots, and who was left out by his ceiling."""

    award: Award
    settlements: Mapping[int, Settlement]
    lots: Mapping[int, int]
    left_out: frozenset[int]


def decide(
    lot_g: Mapping[int, int], pledges: Iterable[Firm], bids: Sequence[Bid], seed: str, *, seconds: float = SECONDS
) -> Outcome:
    """Apply the rule; ``lot_g`` is each line's lot in grams, ``seconds`` what all rounds together may solve.

    Raises ``award.NotProven``.
    """
    budget = Budget(seconds)
    kept = sorted(pledges, key=lambda pledge: pledge.key)
    everyone = {pledge.key for pledge in kept}
    while True:
        award = solve(_needs(lot_g, kept), bids, seed, budget)
        shares = _shares(award, kept, seed)
        prices = {line: pooled_price(_wins(award, line)) for line in lot_g if award.lots_of(line)}
        passed = _passed(prices, kept)
        if not passed:
            break
        _, line = max((prices[line] - lowest, -line) for line, lowest in passed.items())
        kept = [p for p in kept if p.line != -line or p.ceiling_fen_per_t > passed[-line]]
    settlements = {
        line: settle(_wins(award, line), [shares[p.key] * lot_g[line] for p in kept if p.line == line])
        for line in prices
    }
    lots = {key: shares.get(key, 0) for key in sorted(everyone)}
    return Outcome(award, settlements, lots, frozenset(everyone - {pledge.key for pledge in kept}))


def _needs(lot_g: Mapping[int, int], kept: Sequence[Firm]) -> list[Need]:
    return [Need(line, lot_g[line], sum(p.lots for p in kept if p.line == line)) for line in sorted(lot_g)]


def _shares(award: Award, kept: Sequence[Firm], seed: str) -> dict[int, int]:
    shares: dict[int, int] = {}
    for line in {pledge.line for pledge in kept}:
        pledged = {pledge.key: pledge.lots for pledge in kept if pledge.line == line}
        shares |= pro_rata(award.lots_of(line), pledged, seed)
    return shares


def _passed(prices: Mapping[int, int], kept: Sequence[Firm]) -> dict[int, int]:
    """The lowest ceiling of each line whose price passes it."""
    lowest: dict[int, int] = {}
    for pledge in kept:
        lowest[pledge.line] = min(lowest.get(pledge.line, pledge.ceiling_fen_per_t), pledge.ceiling_fen_per_t)
    return {line: lowest[line] for line, price in prices.items() if price > lowest[line]}


def _wins(award: Award, line: int) -> list[tuple[int, int]]:
    return [(win.price_fen_per_t, win.mass_g) for win in award.wins if win.line == line]
