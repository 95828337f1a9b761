"""The arithmetic of storage and handling: whole grams, days and fen, rounded once in each line of a statement.

A day of storage is charged for what lies in the yard at the day's end in Shanghai, so that the day of arrival counts
and the day of leaving does not. The free days begin with the day on which the goods came. Imports neither flask nor
sqlalchemy.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

from steelyard.core.units import amount_fen

ONE_DAY = timedelta(days=1)


class ChargeKind(StrEnum):
    """For what a line asks: storage (仓储费), handling in and out (吊装费), what lacks to the minimum (最低收费)."""

    STORAGE = "storage"
    IN = "in"
    OUT = "out"
    MINIMUM = "minimum"


@dataclass(frozen=True, slots=True)
class Tariff:
    """A version of the tariff; ``valid_to`` is its last day, ``None`` where it has none."""

    id: int
    valid_from: date
    valid_to: date | None
    storage_fen_per_t_day: int
    free_days: int
    in_fen_per_t: int
    out_fen_per_t: int
    minimum_fen: int

    @property
    def rates(self) -> dict[ChargeKind, int]:
        """Fen per tonne and day, or per tonne, by what is asked for."""
        return {
            ChargeKind.STORAGE: self.storage_fen_per_t_day,
            ChargeKind.IN: self.in_fen_per_t,
            ChargeKind.OUT: self.out_fen_per_t,
        }


@dataclass(frozen=True, slots=True)
class Span:
    """The days from ``first`` to ``last``, both included, on which one version holds, or none."""

    first: date
    last: date
    tariff: Tariff | None


@dataclass(frozen=True, slots=True)
class Stay:
    """What lay of a bundle for an owner in a period, and what came and went by the gate.

    ``steps`` are days with the grams at their end, in order; they hold until the next step. ``came`` and ``went`` are
    grams by day; what a counter-move took back is negative. ``arrived`` is when the goods came to the yard.
    """

    bundle_id: int
    arrived: date | None
    steps: Sequence[tuple[date, int]]
    came: Sequence[tuple[date, int]] = ()
    went: Sequence[tuple[date, int]] = ()


@dataclass(frozen=True, slots=True)
class Detail:
    """What a bundle brings to the lines of a span: days charged, gram-days, grams in and out."""

    bundle_id: int
    span: Span
    arrived: date | None
    days: int
    gram_days: int
    in_g: int
    out_g: int


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a statement: ``quantity`` (gram-days, or grams) × ``rate_fen`` per tonne = ``amount_fen``.

    ``rate_fen`` is ``None`` where no tariff held on those days; then nothing is asked for. The line that makes up the
    minimum has no quantity, and the minimum as its rate.
    """

    kind: ChargeKind
    first: date
    last: date
    quantity: int | None
    rate_fen: int | None
    amount_fen: int
    tariff_id: int | None

    @property
    def tonnes(self) -> str:
        """The quantity in tonnes (or tonne-days), exact to the gram."""
        return "" if self.quantity is None else f"{Decimal(self.quantity).scaleb(-6):f}"


def in_force(tariffs: Iterable[Tariff], day: date) -> Tariff | None:
    """The version that counts on ``day``: of those that hold the one set last."""
    found = [one for one in tariffs if one.valid_from <= day and (one.valid_to is None or day <= one.valid_to)]
    return max(found, key=lambda one: one.id, default=None)


def spans(tariffs: Sequence[Tariff], first: date, last: date) -> list[Span]:
    """The period cut where another version begins to hold."""
    found: list[Span] = []
    for ordinal in range(first.toordinal(), last.toordinal() + 1):
        day = date.fromordinal(ordinal)
        tariff = in_force(tariffs, day)
        if found and found[-1].tariff == tariff:
            found[-1] = Span(found[-1].first, day, tariff)
        else:
            found.append(Span(day, day, tariff))
    return found


def detail(stay: Stay, span: Span) -> Detail:
    """What a stay brings to the lines of a span."""
    free = span.tariff.free_days if span.tariff else 0
    charged_from = span.first if stay.arrived is None else max(span.first, stay.arrived + free * ONE_DAY)
    days = gram_days = 0
    for place, (begins, mass) in enumerate(stay.steps):
        ends = stay.steps[place + 1][0] if place + 1 < len(stay.steps) else span.last + ONE_DAY
        lasted = (min(ends, span.last + ONE_DAY) - max(begins, charged_from)).days
        if lasted > 0 and mass > 0:
            days += lasted
            gram_days += lasted * mass
    in_g, out_g = (
        sum(mass for day, mass in moved if span.first <= day <= span.last) for moved in (stay.came, stay.went)
    )
    return Detail(stay.bundle_id, span, stay.arrived, days, gram_days, in_g, out_g)


def details(stays: Iterable[Stay], over: Sequence[Span]) -> list[Detail]:
    """What all stays bring to the lines, without those that bring nothing."""
    found = (detail(stay, span) for stay in stays for span in over)
    return [one for one in found if one.gram_days or one.in_g or one.out_g]


def lines(found: Sequence[Detail], over: Sequence[Span]) -> list[Line]:
    """The lines of a statement; each is rounded half up to the fen, once."""
    asked: list[Line] = []
    for span in over:
        own = [one for one in found if one.span == span]
        tariff = span.tariff
        quantities = {
            ChargeKind.STORAGE: sum(one.gram_days for one in own),
            ChargeKind.IN: sum(one.in_g for one in own),
            ChargeKind.OUT: sum(one.out_g for one in own),
        }
        for kind, quantity in quantities.items():
            if quantity:
                rate = None if tariff is None else tariff.rates[kind]
                amount = 0 if rate is None else amount_fen(rate, quantity)
                asked.append(Line(kind, span.first, span.last, quantity, rate, amount, tariff.id if tariff else None))
    return [*asked, *_minimum(asked, over)]


def _minimum(asked: Sequence[Line], over: Sequence[Span]) -> list[Line]:
    """What lacks to the minimum of the tariff that holds at the end, for who had goods stored or handled."""
    tariff = over[-1].tariff if over else None
    total = sum(line.amount_fen for line in asked)
    if tariff is None or not asked or not 0 <= total < tariff.minimum_fen:
        return []
    lacks = tariff.minimum_fen - total
    return [Line(ChargeKind.MINIMUM, over[0].first, over[-1].last, None, tariff.minimum_fen, lacks, tariff.id)]
