"""What a formula needs to be priced, and what is found for it: windows, their sessions and their figures; pure."""

from calendar import monthrange
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from fractions import Fraction
from typing import Any

from pricing.formulas.errors import FormulaNeedsMonth, FormulaTakesNoMonth
from pricing.formulas.tree import (
    Average,
    Last,
    Lock,
    Month,
    NamedMonth,
    Node,
    Span,
    asks_month,
    children,
    named_children,
)

LOOK_BACK = 10
"""How many sessions before a window a missing day may take its figure from."""


@dataclass(frozen=True, slots=True)
class Need:
    """A series over a window, with what was known at a moment (aware)."""

    series: str
    window: Span | Last
    moment: datetime


@dataclass(frozen=True, slots=True)
class Figure:
    """The published figure of a day: ``value`` is yuan per tonne with tax, exact.

    ``usable`` says whether it is final and not held; ``why_not`` else names the reason.
    """

    day: date
    value: Fraction
    mantissa: int
    scale: int
    edition: str
    revision: int
    document_id: int
    observation_id: int
    known_from: datetime
    why_not: str | None = None


class State(StrEnum):
    """What became of a day."""

    COUNTED = "counted"
    MISSING = "missing"
    PROVISIONAL = "provisional"
    WITHDRAWN = "withdrawn"
    HELD = "held"
    TO_COME = "to_come"
    NO_SESSION = "no_session"


@dataclass(frozen=True, slots=True)
class Sheet:
    """All that is known for one need: the sessions that count, some before them, and the figures by day.

    ``calendar`` names whose sessions they are; ``assumed`` are those that no calendar knows yet.
    """

    sessions: tuple[date, ...]
    earlier: tuple[date, ...]
    figures: Mapping[date, Figure]
    calendar: str
    unit: str
    assumed: frozenset[date] = frozenset()


Sheets = Mapping[Need, Sheet]


def bound(node: Node, month: Month | None) -> Node:
    """The formula with the delivery month put in its place.

    Raises `FormulaNeedsMonth`, `FormulaTakesNoMonth`.
    """
    if asks_month(node):
        if month is None:
            raise FormulaNeedsMonth
        return _bind(node, month)
    if month is not None:
        raise FormulaTakesNoMonth
    return node


def _bind(node: Node, month: Month) -> Node:
    if isinstance(node, Average) and isinstance(node.window, NamedMonth):
        return replace(node, window=_moved(month, node.window.offset))
    parts: dict[str, Any] = {name: _bind(part, month) for name, part in named_children(node)}
    return replace(node, **parts)


def _moved(month: Month, offset: int) -> Month:
    number = month.year * 12 + month.month - 1 + offset
    return Month(number // 12, number % 12 + 1)


def need_of(node: Average, moment: datetime) -> Need:
    """What an average with its month named asks for."""
    window = node.window
    if isinstance(window, Month):
        last = monthrange(window.year, window.month)[1]
        window = Span(date(window.year, window.month, 1), date(window.year, window.month, last))
    if isinstance(window, NamedMonth):
        raise FormulaNeedsMonth
    return Need(node.series, window, moment)


def needs(node: Node, moment: datetime) -> Iterator[Need]:
    """Everything that a formula asks for as of a moment; a lock asks for what was known when it was taken."""
    if isinstance(node, Average):
        yield need_of(node, moment)
    inner = min(moment, node.moment) if isinstance(node, Lock) else moment
    for child in children(node):
        yield from needs(child, inner)


def spread(sessions: Sequence[date]) -> tuple[date, date] | None:
    """The first and the last of some days."""
    return (sessions[0], sessions[-1]) if sessions else None
