"""One round of the freight market: which lorry carries which consignment, and who pays and receives how much.

The plan maximises the surplus Σ(ceiling) − Σ(ask · (empty + loaded km) + fixed); any posting may stay without
a partner. Each lorry takes one consignment. The result depends on the postings alone, never on the order in
which they come.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from steelyard.logistics.assignment import Edge, assign
from steelyard.logistics.pairing import Consignment, Lorry, Pair, Reason, pair


@dataclass(frozen=True, slots=True)
class Match:
    """A consignment on a lorry (撮合结果): what the shipper pays and the carrier receives, in fen."""

    pair: Pair
    shipper_pays_fen: int
    carrier_receives_fen: int


@dataclass(frozen=True, slots=True)
class Plan:
    """The outcome of a round: the matches by consignment id, and a reason for each posting left over."""

    matches: tuple[Match, ...]
    consignments_left: Mapping[int, Reason]
    lorries_left: Mapping[int, Reason]

    @property
    def surplus_fen(self) -> int:
        """What the round gains for both sides together, in fen."""
        return sum(match.pair.surplus_fen for match in self.matches)

    @property
    def empty_m(self) -> int:
        """Metres driven without goods."""
        return sum(match.pair.empty_m for match in self.matches)

    @property
    def loaded_m(self) -> int:
        """Metres driven with goods."""
        return sum(match.pair.loaded_m for match in self.matches)


def plan_round(consignments: Iterable[Consignment], lorries: Iterable[Lorry], not_before: datetime) -> Plan:
    """The plan of greatest surplus; lorries start no earlier than `not_before` (UTC).

    Among plans of equal surplus the one with more matches is taken, then the one with fewer empty metres.
    Raises CertificateError where the solver's answer is not proved best.
    """
    goods = {item.id: item for item in sorted(consignments, key=lambda item: item.id)}
    fleet = {item.id: item for item in sorted(lorries, key=lambda item: item.id)}
    verdicts = {(c.id, v.id): pair(c, v, not_before) for c in goods.values() for v in fleet.values()}
    pairs = {edge: verdict for edge, verdict in verdicts.items() if isinstance(verdict, Pair)}
    gainful = {edge: found for edge, found in pairs.items() if found.surplus_fen >= 0}
    chosen = assign(
        {edge: found.surplus_fen for edge, found in gainful.items()},
        {edge: found.empty_m for edge, found in gainful.items()},
    )
    return Plan(
        tuple(_split(pairs[edge]) for edge in chosen),
        _reasons(set(goods) - {edge[0] for edge in chosen}, 0, verdicts),
        _reasons(set(fleet) - {edge[1] for edge in chosen}, 1, verdicts),
    )


def _split(found: Pair) -> Match:
    """Halve the surplus: the shipper pays at most its ceiling, the carrier receives at least its cost.

    An odd fen goes to the carrier, so that what is paid is what is received. A midpoint keeps no secret: from
    the price and its own limit each side computes the other's, price + price − own (to the odd fen).
    """
    price_fen = found.consignment.ceiling_fen - found.surplus_fen // 2
    return Match(found, shipper_pays_fen=price_fen, carrier_receives_fen=price_fen)


_NEARNESS = (Reason.NO_FIT, Reason.WINDOW, Reason.PRICE, Reason.OUTCOMPETED)


def _reasons(left: set[int], side: int, verdicts: Mapping[Edge, Pair | Reason]) -> dict[int, Reason]:
    """For each posting left over, how far its best partner got before something stood against it."""
    nearest = dict.fromkeys(sorted(left), Reason.NO_FIT)
    for edge, verdict in verdicts.items():
        if edge[side] in nearest:
            reason = _against(verdict)
            nearest[edge[side]] = max(nearest[edge[side]], reason, key=_NEARNESS.index)
    return nearest


def _against(verdict: Pair | Reason) -> Reason:
    if isinstance(verdict, Reason):
        return verdict
    return Reason.PRICE if verdict.surplus_fen < 0 else Reason.OUTCOMPETED
