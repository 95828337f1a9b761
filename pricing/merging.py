"""How what many documents state becomes one history and one believed value; blind to the order of arrival.

A *statement* is what one document says of one key (series, day, edition). Statements are ordered by the time
at which their document was fetched, where two were fetched at once by digest, and where one document was read
again by a later version of its parser by the number of the reading. Equal neighbours are one
*revision*: the later merely confirms the earlier. The last revision is what is believed.

A statement that only confirms is not stored. That is sound because a document which arrives late is followed
by a second merge of every document of the same statistic that was fetched after it: what confirmed another
neighbour before is stored then.

The tables are written by :mod:`pricing.operations.merge_sql`, which follows this rule for all rows at once; the
tests hold it against the functions here.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

Key = tuple[int, date, str]
"""Series, day, edition."""

Stamp = tuple[datetime, str, int]
"""Fetch time (aware), digest and reading of a document: the order in which statements count."""


@dataclass(frozen=True, slots=True)
class Value:
    """What is compared: the figure, its change as printed and how settled it is."""

    mantissa: int
    scale: int
    change_mantissa: int | None
    status: str


@dataclass(frozen=True, slots=True)
class Statement:
    """A value as one document states it."""

    stamp: Stamp
    value: Value


@dataclass(frozen=True, slots=True)
class Belief:
    """What is believed of a key: the statement that first said so and how many revisions there were."""

    statement: Statement
    revision: int


def revisions(history: Iterable[Statement]) -> list[Statement]:
    """The statements, in order, that say something else than the one before."""
    found: list[Statement] = []
    for statement in sorted(history, key=lambda item: item.stamp):
        if not found or found[-1].value != statement.value:
            found.append(statement)
    return found


def belief(history: Iterable[Statement]) -> Belief:
    """The last revision of a history that is not empty."""
    found = revisions(history)
    return Belief(found[-1], len(found))


def adds(history: Iterable[Statement], statement: Statement) -> bool:
    """Whether the statement is stored: it differs from the last one before it and was not stored already."""
    before: Statement | None = None
    for known in history:
        if known.stamp == statement.stamp:
            return False
        if known.stamp < statement.stamp and (before is None or before.stamp < known.stamp):
            before = known
    return before is None or before.value != statement.value
