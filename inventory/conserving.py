"""The arithmetic of a process: what goes in comes out, or is named as lost, to the piece, millimetre and gram.

Imports neither flask nor sqlalchemy.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from inventory.errors import ProcessNotConserved
from inventory.quantities import NOTHING, Quantity

Matrix = list[list[Quantity]]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is said of an output or a loss; ``None`` is to follow from the rest, in proportion."""

    pieces: int
    length_mm: int | None = None
    mass_g: int | None = None


@dataclass(frozen=True, slots=True)
class Balanced:
    """A line of a process that conserves: the quantities, and what of each input is in each output and loss.

    ``taken[i]`` is input ``i`` with its part of the mass that was added.
    """

    outputs: list[Quantity]
    losses: list[Quantity]
    added: list[int]
    edges: Matrix
    lost: Matrix


def apportion(total: int, weights: Sequence[int], most: Sequence[int] | None = None) -> list[int]:
    """Split ``total`` in proportion to ``weights`` into whole parts whose sum is ``total``: largest remainders first.

    ``most`` bounds the parts; the sum of the bounds must reach ``total``. Equal weights are taken where all are 0.
    """
    given = list(weights) if any(weights) else [1] * len(weights)
    whole = sum(given)
    parts = [total * weight // whole for weight in given]
    if most is not None:
        parts = [min(part, bound) for part, bound in zip(parts, most, strict=True)]
    order = sorted(range(len(given)), key=lambda index: (-(total * given[index] % whole), index))
    rest = total - sum(parts)
    while rest:
        for index in order:
            room = rest if most is None else min(rest, most[index] - parts[index])
            step = min(room, max(1, rest // len(order)))
            parts[index] += step
            rest -= step
    return parts


def spread(rows: Sequence[int], columns: Sequence[int]) -> list[list[int]]:
    """Return a table of whole numbers with these sums of rows and columns, each cell as near to proportion as it goes.

    The sum of ``rows`` is the sum of ``columns``.
    """
    left = list(rows)
    table = []
    for column in columns:
        parts = apportion(column, left, left)
        left = [one - part for one, part in zip(left, parts, strict=True)]
        table.append(parts)
    return [list(row) for row in zip(*table, strict=True)] if table else [[] for _ in rows]


def balance(
    inputs: Sequence[Quantity], outputs: Sequence[Wanted], losses: Sequence[Wanted], *,
    added_g: int = 0, pieces_stay: bool = True,
) -> Balanced:  # fmt: skip
    """Work out what is not said, and what of each input is where; raises ``ProcessNotConserved`` with the difference.

    Lengths that are not said follow in proportion to pieces, masses in proportion to lengths.
    """
    total = NOTHING
    for one in inputs:
        total = total.plus(one)
    total = total._replace(mass_g=total.mass_g + added_g)
    wanted = [*outputs, *losses]
    lengths = _filled(total.length_mm, [one.length_mm for one in wanted], [one.pieces for one in wanted])
    masses = _filled(total.mass_g, [one.mass_g for one in wanted], lengths)
    pieces = [one.pieces for one in wanted]
    missing = Quantity(
        total.pieces - sum(pieces) if pieces_stay else 0, total.length_mm - sum(lengths), total.mass_g - sum(masses)
    )
    made = len(outputs)
    if any(missing) or min(lengths[:made]) < 1 or min(masses[:made]) < 1:
        raise ProcessNotConserved(**missing._asdict())
    return _shared(inputs, [Quantity(*one) for one in zip(pieces, lengths, masses, strict=True)], made, added_g, total)


def _filled(total: int, said: Sequence[int | None], weights: Sequence[int]) -> list[int]:
    """Fill what is not said with the rest; nothing where others take all already."""
    open_ = [index for index, one in enumerate(said) if one is None]
    rest = total - sum(one for one in said if one is not None)
    found = [one or 0 for one in said]
    if open_ and rest > 0:
        for index, part in zip(open_, apportion(rest, [weights[index] for index in open_]), strict=True):
            found[index] = part
    return found


def _shared(inputs: Sequence[Quantity], columns: list[Quantity], made: int, added_g: int, total: Quantity) -> Balanced:
    added = apportion(added_g, [one.length_mm for one in inputs])
    lengths = spread([one.length_mm for one in inputs], [one.length_mm for one in columns])
    rows = [one.mass_g + more for one, more in zip(inputs, added, strict=True)]
    masses = spread(rows, [one.mass_g for one in columns])
    if total.pieces == sum(one.pieces for one in columns):
        pieces = spread([one.pieces for one in inputs], [one.pieces for one in columns])
    else:
        by_column = [apportion(one.pieces, [row.length_mm for row in inputs]) for one in columns]
        pieces = [list(row) for row in zip(*by_column, strict=True)]
    table: Matrix = [
        [Quantity(*cell) for cell in zip(*row, strict=True)] for row in zip(pieces, lengths, masses, strict=True)
    ]
    return Balanced(columns[:made], columns[made:], added, [row[:made] for row in table], [row[made:] for row in table])
