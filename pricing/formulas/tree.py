"""The tree of a price formula (公式价): what a formula means, however it was written.

The Chinese and the English form of a formula give the same tree. Figures are exact fractions; a bare number is
yuan per tonne where it is added, a plain factor where it multiplies. ``at`` is the place in the text (from 0)
and never part of the meaning.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from datetime import date, datetime
from enum import StrEnum
from fractions import Fraction

LANGUAGE = 1
"""Version of the language; a contract names the one that it was written in."""


class Missing(StrEnum):
    """What to do for a day that has no usable figure (缺价日)."""

    SKIP = "skip"
    PREVIOUS = "previous"
    REFUSE = "refuse"


class Unfinished(StrEnum):
    """What to do for a period that is not over (未完月份): refuse, or a price that is marked provisional."""

    REFUSE = "refuse"
    PROVISIONAL = "provisional"


class Unit(StrEnum):
    """What is rounded to, half up (四舍五入); its value in fen is :data:`FEN`."""

    FEN = "fen"
    JIAO = "jiao"
    YUAN = "yuan"
    TEN_YUAN = "10yuan"


FEN = {Unit.FEN: 1, Unit.JIAO: 10, Unit.YUAN: 100, Unit.TEN_YUAN: 1000}


@dataclass(frozen=True, slots=True)
class Month:
    """A calendar month."""

    year: int
    month: int


@dataclass(frozen=True, slots=True)
class NamedMonth:
    """The month that is named when the price is asked for (交货月), moved by whole months."""

    offset: int


@dataclass(frozen=True, slots=True)
class Span:
    """From one day to another, both counted."""

    first: date
    last: date


@dataclass(frozen=True, slots=True)
class Last:
    """The last ``count`` sessions up to a day, that day counted where it is a session."""

    count: int
    day: date


Window = Month | NamedMonth | Span | Last


@dataclass(frozen=True, slots=True)
class Number:
    """A figure as written: yuan per tonne, or a factor."""

    value: Fraction
    at: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Average:
    """The arithmetic mean of a series over the days of a window, tax included."""

    series: str
    window: Window
    missing: Missing
    unfinished: Unfinished
    at: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Binary:
    """``+ - * /`` of two parts."""

    sign: str
    left: "Node"
    right: "Node"
    at: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Negative:
    """The negative of a part."""

    part: "Node"
    at: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Bounded:
    """A price that is capped (封顶), floored (保底) or both (collar, 区间)."""

    part: "Node"
    low: "Node | None"
    high: "Node | None"
    at: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Lock:
    """A price locked at a moment (价格锁定): nothing that became known later enters it."""

    part: "Node"
    moment: datetime
    at: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Cash:
    """The price for cash where the list is for bank acceptance (承兑): less rate × days / 360."""

    part: "Node"
    yearly: Fraction
    days: int
    at: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Bare:
    """The price without VAT (裸价): divided by one plus the rate; ``None`` takes the rate of the day."""

    part: "Node"
    rate: Fraction | None
    at: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Freight:
    """What carriage between two cities adds (运费差); negative where it is taken off."""

    origin: str
    destination: str
    amount: "Node"
    at: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Round:
    """A rounding, half up and away from zero for negative figures."""

    part: "Node"
    unit: Unit
    at: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Settlement:
    """A mill's retroactive settlement (结算价追补): final less provisional price, for the mass delivered."""

    final: "Node"
    provisional: "Node"
    mass_g: int
    at: int = field(default=0, compare=False)


Node = (
    Number | Average | Binary | Negative | Bounded | Lock | Cash | Bare | Freight | Round | Settlement
)  # every kind of part


def named_children(node: Node) -> Iterator[tuple[str, Node]]:
    """The parts of a part with the names of their places, in the order in which they are written."""
    for one in fields(node):
        value = getattr(node, one.name)
        if isinstance(value, Node):
            yield one.name, value


def children(node: Node) -> Iterator[Node]:
    """The parts of a part, in the order in which they are written."""
    return (part for _, part in named_children(node))


def walk(node: Node) -> Iterator[Node]:
    """A part and everything below it, from the top."""
    yield node
    for child in children(node):
        yield from walk(child)


def series_of(node: Node) -> tuple[str, ...]:
    """The codes of the series that a formula reads, each once, in order."""
    return tuple(dict.fromkeys(one.series for one in walk(node) if isinstance(one, Average)))


def asks_month(node: Node) -> bool:
    """Whether a month must be named when the price is asked for."""
    return any(isinstance(one, Average) and isinstance(one.window, NamedMonth) for one in walk(node))
