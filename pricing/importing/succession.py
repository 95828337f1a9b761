"""Which series of the same goods took the place of which, after the terms of a sheet changed; pure.

Every set of terms has a series of its own, and a sheet may quote several side by side (cash and acceptance). A
series therefore follows another only where that one had ended before it began.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Run:
    """A series with its terms and the first and last day for which it has a figure."""

    series_id: int
    terms: tuple[object, ...]
    first: date
    last: date


def formers(runs: Iterable[Run]) -> Mapping[int, int | None]:
    """For each series of the same goods the one that it follows: the last to end before, of those the most alike."""
    known = sorted(runs, key=lambda run: run.series_id)
    return {run.series_id: _former(run, known) for run in known}


def _former(run: Run, known: Iterable[Run]) -> int | None:
    ended = [other for other in known if other.last < run.first]
    if not ended:
        return None
    return max(ended, key=lambda other: (other.last, _alike(run, other), other.first, -other.series_id)).series_id


def _alike(one: Run, other: Run) -> int:
    return sum(mine == theirs for mine, theirs in zip(one.terms, other.terms, strict=True))
