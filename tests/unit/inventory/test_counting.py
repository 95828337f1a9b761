"""The variance of a stocktake against a yard that works on while it is counted."""

from datetime import UTC, datetime, timedelta

import pytest

from inventory.counting import Booked, Count, LaterMove, Standing, variance
from inventory.states import Finding, PlaceKind

START = datetime(2026, 9, 1, 8, 0, tzinfo=UTC)
A, B, OUTSIDE = (Standing(place, PlaceKind.REAL, 10) for place in (1, 2, 9))
SOLD = Standing(90, PlaceKind.CUSTOMER, 10)
LOST = Standing(91, PlaceKind.COUNT_DIFFERENCE, 10)
SCOPE = frozenset({1, 2})


def at(minutes: int) -> datetime:
    return START + timedelta(minutes=minutes)


def seen(place: int, pieces: int | None = None) -> Count:
    """The bundle was seen at minute 10."""
    return Count("T", 1, place, pieces, at(10))


CASES = [
    pytest.param(A, [seen(1, 10)], [], Finding.MATCHED, id="as-booked"),
    pytest.param(A, [seen(1)], [], Finding.MATCHED, id="seen-without-counting-pieces"),
    pytest.param(A, [], [], Finding.MISSING, id="not-seen"),
    pytest.param(A, [seen(2)], [], Finding.MISPLACED, id="seen-elsewhere"),
    pytest.param(A, [seen(1, 9)], [], Finding.PIECES, id="a-piece-less"),
    pytest.param(A, [seen(1, 11)], [], Finding.PIECES, id="a-piece-more"),
    pytest.param(OUTSIDE, [seen(2)], [], Finding.MISPLACED, id="from-outside-the-scope"),
    pytest.param(LOST, [seen(1)], [], Finding.FOUND, id="lost-before"),
    pytest.param(SOLD, [seen(1)], [], Finding.UNEXPECTED, id="issued-before-yet-here"),
    pytest.param(SOLD, [seen(1, 10)], [(20, A)], Finding.MATCHED, id="issued-after-it-was-seen"),
    pytest.param(B, [seen(1, 10)], [(20, A)], Finding.MATCHED, id="moved-after-it-was-seen"),
    pytest.param(B, [seen(2, 10)], [(5, A)], Finding.MATCHED, id="moved-before-it-was-seen"),
    pytest.param(B, [seen(1)], [(5, A)], Finding.MISPLACED, id="seen-where-it-no-longer-was"),
    pytest.param(B, [seen(2)], [(20, A)], Finding.MATCHED, id="a-later-move-settles-the-place"),
    pytest.param(B, [], [(5, A)], Finding.UNSEEN, id="moved-within-the-scope-unseen"),
    pytest.param(A, [], [(5, A), (6, OUTSIDE)], Finding.UNSEEN, id="out-and-back-unseen"),
    pytest.param(B, [], [(5, OUTSIDE), (6, A)], None, id="came-in-and-moved-unseen"),
    pytest.param(A, [], [(5, OUTSIDE)], None, id="came-in-unseen"),
    pytest.param(SOLD, [], [(5, A)], None, id="left-unseen"),
]


@pytest.mark.parametrize(("now", "counts", "moves", "finding"), CASES)
def test_a_bundle_is_judged_by_where_it_stood_when_it_was_counted(
    now: Standing, counts: list[Count], moves: list[tuple[int, Standing]], finding: Finding | None
) -> None:
    later = {1: [LaterMove(at(minutes), source) for minutes, source in moves]}
    lines = variance({1: Booked(1, "T", now)}, counts, later, SCOPE)
    assert [line.finding for line in lines] == ([finding] if finding else [])


PASSING = [
    pytest.param(A, [seen(1, 11)], Finding.WITHIN, 11, id="one-more-passes"),
    pytest.param(A, [seen(1, 8)], Finding.PIECES, 8, id="two-fewer-do-not"),
    pytest.param(A, [seen(1, 10)], Finding.MATCHED, 10, id="as-booked"),
    pytest.param(A, [seen(2, 9)], Finding.MISPLACED, None, id="the-place-is-set-right-the-pieces-pass"),
    pytest.param(LOST, [seen(1, 9)], Finding.FOUND, None, id="found-again-with-one-fewer"),
]


@pytest.mark.parametrize(("now", "counts", "finding", "pieces"), PASSING)
def test_a_difference_within_the_tolerance_passes(
    now: Standing, counts: list[Count], finding: Finding, pieces: int | None
) -> None:
    (line,) = variance({1: Booked(1, "T", now)}, counts, {}, SCOPE, tolerance=1)
    assert (line.finding, line.counted_pieces) == (finding, pieces)


def test_an_unknown_tag_is_kept_with_where_it_was_seen() -> None:
    (line,) = variance({}, [Count("X", None, 2, 4, at(1))], {}, SCOPE)
    assert (line.finding, line.counted_place_id, line.counted_pieces) == (Finding.UNKNOWN, 2, 4)
