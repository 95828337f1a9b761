"""The arithmetic of storage and handling: days, free days, versions of the tariff, one rounding for each line."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory.charges.arithmetic import ChargeKind, Span, Stay, Tariff, detail, details, in_force, lines, spans

FIRST, LAST = date(2026, 9, 1), date(2026, 9, 30)


def tariff(id_: int = 1, begins: date = FIRST, ends: date | None = None, **terms: int) -> Tariff:
    given = {"storage": 50, "free": 3, "in_": 800, "out": 900, "least": 0} | terms
    return Tariff(id_, begins, ends, given["storage"], given["free"], given["in_"], given["out"], given["least"])


def day(number: int) -> date:
    return date(2026, 9, number)


WHOLE = Span(FIRST, LAST, tariff())
STAYS = [
    pytest.param(Stay(1, date(2026, 8, 1), [(FIRST, 2_000_000)]), 30, 60_000_000, id="the-whole-month"),
    pytest.param(Stay(1, day(10), [(FIRST, 0), (day(10), 1_000_000)]), 18, 18_000_000, id="three-days-are-free"),
    pytest.param(Stay(1, day(10), [(FIRST, 0), (day(10), 1), (day(13), 0)]), 0, 0, id="left-within-the-free-days"),
    pytest.param(Stay(1, day(1), [(FIRST, 5), (day(20), 0)]), 16, 80, id="the-day-of-leaving-does-not-count"),
    pytest.param(Stay(1, None, [(FIRST, 5)]), 30, 150, id="no-receipt-tells-of-it"),
    pytest.param(Stay(1, date(2026, 8, 1), [(FIRST, 9), (day(11), 4)]), 30, 10 * 9 + 20 * 4, id="a-part-was-split-off"),
    pytest.param(Stay(1, date(2026, 8, 1), [(FIRST, -9), (day(11), 4)]), 20, 80, id="an-event-out-of-its-order"),
    pytest.param(Stay(1, date(2026, 8, 30), [(FIRST, 7)]), 29, 29 * 7, id="free-days-of-the-month-before"),
]


@pytest.mark.parametrize(("stay", "days", "gram_days"), STAYS)
def test_a_day_counts_for_what_lies_at_its_end(stay: Stay, days: int, gram_days: int) -> None:
    found = detail(stay, WHOLE)
    assert (found.days, found.gram_days) == (days, gram_days)


def test_the_version_set_last_counts_on_the_days_on_which_it_holds() -> None:
    old, new, week = tariff(1, date(2026, 1, 1)), tariff(2, day(20)), tariff(3, day(5), day(11))
    assert [(one.first, one.last, one.tariff and one.tariff.id) for one in spans([old, new, week], FIRST, LAST)] == [
        (day(1), day(4), 1), (day(5), day(11), 3), (day(12), day(19), 1), (day(20), LAST, 2),
    ]  # fmt: skip
    assert in_force([new], day(19)) is None
    assert spans([], FIRST, LAST) == [Span(FIRST, LAST, None)]


def test_each_line_is_rounded_once_and_shows_its_arithmetic() -> None:
    stays = [
        Stay(1, date(2026, 8, 1), [(FIRST, 333_333)], went=[(day(30), 333_333)]),
        Stay(2, day(2), [(FIRST, 0), (day(2), 333_334)], came=[(day(2), 333_334)]),
    ]
    over = [WHOLE]
    found = details(stays, over)
    storage, in_, out = lines(found, over)
    # Alone the second bundle would ask for 433 fen and a third; together it is rounded once.
    assert (storage.quantity, storage.rate_fen, storage.amount_fen) == (30 * 333_333 + 26 * 333_334, 50, 933)
    assert storage.tonnes == "18.666674"
    assert (in_.kind, in_.quantity, in_.amount_fen) == (ChargeKind.IN, 333_334, 267)
    assert (out.kind, out.quantity, out.amount_fen) == (ChargeKind.OUT, 333_333, 300)


def test_the_minimum_is_made_up_for_who_stored_anything() -> None:
    over = [Span(FIRST, LAST, tariff(least=10_000))]
    asked = lines(details([Stay(1, day(1), [(FIRST, 1_000_000)])], over), over)
    assert [(line.kind, line.amount_fen) for line in asked] == [(ChargeKind.STORAGE, 1350), (ChargeKind.MINIMUM, 8650)]
    assert lines([], over) == []
    free = [Span(FIRST, LAST, None)]
    (line,) = lines(details([Stay(1, None, [(FIRST, 1)])], free), free)
    assert (line.quantity, line.rate_fen, line.amount_fen, line.tariff_id) == (30, None, 0, None)


def test_a_reversed_arrival_gives_its_handling_back() -> None:
    (line,) = lines(details([Stay(1, day(1), [(FIRST, 0)], came=[(day(3), -1_000_000)])], [WHOLE]), [WHOLE])
    assert (line.kind, line.amount_fen) == (ChargeKind.IN, -800)


steps = st.lists(st.tuples(st.integers(1, 30), st.integers(0, 10**6)), max_size=6)


@given(steps, st.integers(0, 40), st.integers(-20, 30))
def test_gram_days_are_those_of_a_walk_from_day_to_day(moves: list[tuple[int, int]], free: int, came: int) -> None:
    masses = dict(moves)
    arrived = FIRST + timedelta(days=came)
    stay = Stay(1, arrived, [(FIRST, 5), *((day(number), masses[number]) for number in sorted(masses))])
    walked, mass = 0, 5
    for number in range(1, 31):
        mass = masses.get(number, mass)
        walked += mass if (day(number) - arrived).days >= free else 0
    assert detail(stay, Span(FIRST, LAST, tariff(free=free))).gram_days == walked
