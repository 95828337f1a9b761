"""Who wins how much: the exact award of a campaign's lines to its mills.

The rule, each step deciding only among what the steps before left equal:

1. as much of the demand is met as capacities allow (total mass);
2. the cost Σ price × mass is least;
3. the fewest mills win;
4. mills are ranked by the moment of their final bid, equal moments by SHA-256(seed ‖ receipt) with a seed
   published before the opening; read mill by mill in that order and line by line, the earlier one wins as
   much as possible.

So exactly one award is right, whatever order a solver visits solutions in. HiGHS solves each step as a
mixed-integer programme in whole lots; every answer is then checked again in integers, its optimality against
the solver's bound.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from steelyard.procurement.lots import Budget, LotModel, NotProven

__all__ = [
    "Award", "AwardWrong", "Bid", "Budget", "Need", "NotProven", "Offer", "Win", "check", "ranked", "solve",
]  # fmt: skip

SECONDS = 60.0
"""What the solver may take for one decision, all its rounds together."""


@dataclass(frozen=True, slots=True)
class Need:
    """What is wanted of one line: whole lots of ``lot_g`` grams."""

    line: int
    lot_g: int
    lots: int


@dataclass(frozen=True, slots=True)
class Offer:
    """A mill's price (fen per tonne) and capacity (grams) for one line."""

    line: int
    price_fen_per_t: int
    capacity_g: int


@dataclass(frozen=True, slots=True)
class Bid:
    """A mill's final bid: offers for lines under one capacity (grams) for all of them."""

    mill: int
    capacity_g: int
    received_at: datetime
    receipt: str
    offers: tuple[Offer, ...]


@dataclass(frozen=True, slots=True, order=True)
class Win:
    """Whole lots of one line that a mill delivers at its own price."""

    mill: int
    line: int
    lots: int
    mass_g: int
    price_fen_per_t: int


@dataclass(frozen=True, slots=True)
class Award:
    """The wins in the order of mills' rank and lines; ``cost`` is Σ price × mass in fen·g/t, exact."""

    wins: tuple[Win, ...]
    cost: int

    @property
    def mills(self) -> int:
        """How many mills win something."""
        return len({win.mill for win in self.wins})

    def lots_of(self, line: int) -> int:
        """How many lots of ``line`` are supplied."""
        return sum(win.lots for win in self.wins if win.line == line)


class AwardWrong(AssertionError):
    """An award that breaks a limit or miscounts its cost; it is never shown."""


def ranked(bids: Iterable[Bid], seed: str) -> list[Bid]:
    """Return the bids by the moment of the final bid; equal moments by the hash of ``seed`` and the
    receipt.
    """
    return sorted(bids, key=lambda bid: (bid.received_at, sha256((seed + bid.receipt).encode()).digest()))


def solve(needs: Sequence[Need], bids: Sequence[Bid], seed: str, budget: Budget | None = None) -> Award:
    """Return the one right award; raises ``NotProven`` where the solver cannot prove a step within ``budget``."""
    lots = {need.line: need for need in needs if need.lots > 0}
    order = ranked(bids, seed)
    cells = [
        (bid, offer, min(lots[offer.line].lots, min(offer.capacity_g, bid.capacity_g) // lots[offer.line].lot_g))
        for bid in order
        for offer in sorted(bid.offers, key=lambda offer: offer.line)
        if offer.line in lots
    ]
    cells = [cell for cell in cells if cell[2] > 0]
    if not cells:
        return Award((), 0)
    model = LotModel([most for _, _, most in cells], [bid.mill for bid, _, _ in cells], budget or Budget(SECONDS))
    for need in lots.values():
        model.limit([int(offer.line == need.line) for _, offer, _ in cells], need.lots)
    masses = [lots[offer.line].lot_g for _, offer, _ in cells]
    for bid in order:
        model.limit(
            [mass if own is bid else 0 for mass, (own, _, _) in zip(masses, cells, strict=True)],
            bid.capacity_g,
            bid.mill,
        )
    costs = [mass * offer.price_fen_per_t for mass, (_, offer, _) in zip(masses, cells, strict=True)]
    amounts = model.most(masses, then_least=costs)
    award = _award(cells, masses, amounts)
    check(needs, bids, award)
    return award


def _award(cells: Sequence[tuple[Bid, Offer, int]], masses: Sequence[int], amounts: Sequence[int]) -> Award:
    wins = tuple(
        Win(bid.mill, offer.line, lots, lots * mass, offer.price_fen_per_t)
        for (bid, offer, _), mass, lots in zip(cells, masses, amounts, strict=True)
        if lots
    )
    return Award(wins, sum(win.price_fen_per_t * win.mass_g for win in wins))


def check(needs: Sequence[Need], bids: Sequence[Bid], award: Award) -> None:
    """Check an award's limits and cost in integers; raises ``AwardWrong``."""
    wanted = {need.line: need for need in needs}
    offers = {(bid.mill, offer.line): offer for bid in bids for offer in bid.offers}
    if len({(win.mill, win.line) for win in award.wins}) != len(award.wins):
        raise AwardWrong("a mill wins a line twice")
    for win in award.wins:
        offer, need = offers.get((win.mill, win.line)), wanted.get(win.line)
        if offer is None or need is None or win.price_fen_per_t != offer.price_fen_per_t:
            raise AwardWrong(f"mill {win.mill} did not offer line {win.line} so")
        if win.lots <= 0 or win.mass_g != win.lots * need.lot_g or win.mass_g > offer.capacity_g:
            raise AwardWrong(f"mill {win.mill} cannot deliver {win.mass_g} g of line {win.line}")
    for need in needs:
        if award.lots_of(need.line) > max(need.lots, 0):
            raise AwardWrong(f"line {need.line} is supplied beyond its demand")
    for bid in bids:
        if sum(win.mass_g for win in award.wins if win.mill == bid.mill) > bid.capacity_g:
            raise AwardWrong(f"mill {bid.mill} wins more than its capacity")
    if award.cost != sum(win.price_fen_per_t * win.mass_g for win in award.wins):
        raise AwardWrong("the cost is miscounted")
