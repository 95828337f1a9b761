"""Who gets how much of what was won: pro rata in whole lots, at one price for everybody on the line.

Shares go by the largest remainder on firm quantities. That method keeps every share within one lot of its
exact quota, and a larger pledge never gets less than a smaller one. It is not monotone in the supply (a lot
more in all may take one from somebody), therefore later supply is allocated by itself and only adds.
"""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import TypeVar

from steelyard.core.units import amount_fen

Key = TypeVar("Key", bound=Hashable)
Giver = TypeVar("Giver", bound=Hashable)
Taker = TypeVar("Taker", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Settlement:
    """What a line costs its members: one price (fen/t), each one's amount, and the fen that rounding leaves
    over.

    ``leftover_fen`` is what members pay less what mills are paid; it goes to the rounding account, either
    way.
    """

    price_fen_per_t: int
    amounts_fen: tuple[int, ...]
    leftover_fen: int


def pro_rata(supply: int, pledged: Mapping[Key, int], seed: str) -> dict[Key, int]:
    """Divide ``supply`` lots by what was ``pledged`` (lots), never above a pledge; raises ``ValueError``
    below zero.

    Equal remainders: the larger pledge first, then SHA-256(seed ‖ key).
    """
    if supply < 0 or any(lots < 0 for lots in pledged.values()):
        raise ValueError("lots are counted from zero")
    total = sum(pledged.values())
    if supply >= total:
        return dict(pledged)
    quotas = {key: divmod(lots * supply, total) for key, lots in pledged.items()}
    shares = {key: whole for key, (whole, _) in quotas.items()}
    first = sorted(pledged, key=lambda key: (-quotas[key][1], -pledged[key], _lot_of_fate(seed, key)))
    for key in first[: supply - sum(shares.values())]:
        shares[key] += 1
    return shares


def pooled_price(wins: Sequence[tuple[int, int]]) -> int:
    """Return the weighted price of (fen per tonne, grams) wins, rounded half up to the fen a tonne.

    Raises ``ValueError`` where nothing was won.
    """
    mass = sum(mass_g for _, mass_g in wins)
    if mass <= 0:
        raise ValueError("a line that nobody won has no price")
    return (2 * sum(price * mass_g for price, mass_g in wins) + mass) // (2 * mass)


def settle(wins: Sequence[tuple[int, int]], masses_g: Sequence[int]) -> Settlement:
    """Charge the pooled price of (fen per tonne, grams) wins to members who take ``masses_g``; the sums
    must agree.
    """
    if sum(mass for _, mass in wins) != sum(masses_g):
        raise ValueError("what was won and what is allocated differ")
    price = pooled_price(wins)
    amounts = tuple(amount_fen(price, mass) for mass in masses_g)
    paid = sum(amount_fen(own, mass) for own, mass in wins)
    return Settlement(price, amounts, sum(amounts) - paid)


def pair(gives: Sequence[tuple[Giver, int]], takes: Sequence[tuple[Taker, int]]) -> list[tuple[Giver, Taker, int]]:
    """Say who delivers how much to whom, filling in the given order; at most givers + takers − 1 deliveries.

    Raises ``ValueError`` where the sums differ.
    """
    if sum(mass for _, mass in gives) != sum(mass for _, mass in takes):
        raise ValueError("what is given and what is taken differ")
    pairs: list[tuple[Giver, Taker, int]] = []
    waiting = [(taker, mass) for taker, mass in takes if mass > 0][::-1]
    for giver, left in gives:
        while left > 0:
            taker, mass = waiting.pop()
            part = min(left, mass)
            pairs.append((giver, taker, part))
            left -= part
            if mass > part:
                waiting.append((taker, mass - part))
    return pairs


def _lot_of_fate(seed: str, key: Hashable) -> bytes:
    return sha256(f"{seed}{key}".encode()).digest()
