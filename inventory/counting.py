"""The variance of a stocktake (盘点差异): what was counted against what stood in the books at that moment.

The yard works on while it is counted. A count is therefore compared with the position that the bundle had when it
was counted, found by following the later moves back; a bundle that left uncounted is not missed, one that came in
after the opening is not expected, and one that was moved meanwhile was in somebody's hands and is not lost. Imports
neither flask nor sqlalchemy.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from inventory.states import Finding, PlaceKind


@dataclass(frozen=True, slots=True)
class Standing:
    """Where the books have a bundle: a place, its kind and the pieces there."""

    place_id: int | None
    kind: PlaceKind
    pieces: int


NOWHERE = Standing(None, PlaceKind.MILL, 0)
"""Where a bundle is whose reception was reversed."""


@dataclass(frozen=True, slots=True)
class Booked:
    """A bundle and where it stands now."""

    bundle_id: int
    tag: str
    standing: Standing


@dataclass(frozen=True, slots=True)
class LaterMove:
    """A move recorded since the stocktake was opened, with where it took the bundle from."""

    event_at: datetime
    source: Standing


@dataclass(frozen=True, slots=True)
class Count:
    """A person's last count of a tag; ``pieces`` is ``None`` when the bundle was only seen."""

    tag: str
    bundle_id: int | None
    place_id: int
    pieces: int | None
    event_at: datetime
    counted_by: int = 0


@dataclass(frozen=True, slots=True)
class VarianceLine:
    """What the stocktake says of one tag."""

    tag: str
    bundle_id: int | None
    finding: Finding
    booked: Standing | None
    counted_place_id: int | None
    counted_pieces: int | None


def variance(
    booked: Mapping[int, Booked],
    counts: Iterable[Count],
    moves: Mapping[int, Sequence[LaterMove]],
    scope: frozenset[int],
    tolerance: int = 0,
) -> list[VarianceLine]:
    """Compare ``counts`` with the books, by tag.

    ``counts`` are in the order of their events, of each person who counted a tag in the last round in which it was
    counted. Where they differ the tag is to be counted again, and nothing else is said of it. ``booked`` holds the
    bundles that stand in ``scope`` now or were counted, ``moves`` their moves since the opening in the order of their
    events. Up to ``tolerance`` pieces more or fewer are let pass.
    """
    lines: list[VarianceLine] = []
    seen: set[int] = set()
    for own in by_tag(counts):
        count = own[-1]
        if count.bundle_id is None:
            lines.append(VarianceLine(count.tag, None, Finding.UNKNOWN, None, count.place_id, count.pieces))
            continue
        seen.add(count.bundle_id)
        lines.append(_counted(booked[count.bundle_id], own, moves.get(count.bundle_id, ()), tolerance))
    for bundle in booked.values():
        if bundle.bundle_id not in seen:
            uncounted = _judge_uncounted(bundle, moves.get(bundle.bundle_id, ()), scope)
            if uncounted is not None:
                lines.append(VarianceLine(bundle.tag, bundle.bundle_id, uncounted, bundle.standing, None, None))
    return sorted(lines, key=lambda line: line.tag)


def _counted(bundle: Booked, own: Sequence[Count], moves: Sequence[LaterMove], tolerance: int) -> VarianceLine:
    """The line of a bundle that was counted, by one or by several people."""
    count = own[-1]
    if len(own) > 1 and differ(own, moves, tolerance):
        counted = (count.place_id, count.pieces)
        return VarianceLine(bundle.tag, bundle.bundle_id, Finding.DISPUTED, bundle.standing, *counted)
    later = next((move for move in moves if move.event_at > count.event_at), None)
    then = later.source if later else bundle.standing
    passes = count.pieces is not None and 0 < abs(count.pieces - then.pieces) <= tolerance
    finding = _judge(then, replace(count, pieces=None) if passes else count, settled=later is not None)
    pieces = count.pieces
    if passes and finding is Finding.MATCHED:
        finding = Finding.WITHIN
    elif passes:
        pieces = None  # the place is set right, the pieces are let pass
    return VarianceLine(bundle.tag, bundle.bundle_id, finding, bundle.standing, count.place_id, pieces)


def by_tag(counts: Iterable[Count]) -> Iterable[list[Count]]:
    """The counts of each tag together, in the order in which they come."""
    found: dict[str, list[Count]] = {}
    for count in counts:
        found.setdefault(count.tag, []).append(count)
    return found.values()


def differ(own: Sequence[Count], moves: Iterable[LaterMove], tolerance: int = 0) -> bool:
    """Whether counts of one tag by several people contradict each other.

    They do not where the bundle was moved or worked on between them: then each may be right.
    """
    if any(own[0].event_at < move.event_at <= own[-1].event_at for move in moves):
        return False
    pieces = [count.pieces for count in own if count.pieces is not None]
    return len({count.place_id for count in own}) > 1 or (bool(pieces) and max(pieces) - min(pieces) > tolerance)


def _judge(then: Standing, count: Count, *, settled: bool) -> Finding:
    """Judge a count against the standing of its moment; a move made since has ``settled`` the question of the place."""
    if then.kind is PlaceKind.COUNT_DIFFERENCE:
        return Finding.MATCHED if settled else Finding.FOUND
    if then.kind is not PlaceKind.REAL:
        return Finding.UNEXPECTED
    if then.place_id != count.place_id and not settled:
        return Finding.MISPLACED
    if count.pieces is not None and count.pieces != then.pieces:
        return Finding.PIECES
    return Finding.MATCHED


def _judge_uncounted(bundle: Booked, moves: Sequence[LaterMove], scope: frozenset[int]) -> Finding | None:
    """Judge a bundle that nobody counted; ``None`` where nobody had to."""
    if bundle.standing.place_id not in scope:
        return None
    if not moves:
        return Finding.MISSING
    return Finding.UNSEEN if moves[0].source.place_id in scope else None
