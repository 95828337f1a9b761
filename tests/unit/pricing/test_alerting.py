"""An alert fires when it should, once, and is ready again by a stated rule."""

from datetime import date, timedelta

import pytest

from pricing.alerting import Condition, Direction, Measure, State, met, sound, step
from pricing.changes import Figure

DAY = date(2026, 8, 20)


def _condition(measure: str, direction: str, threshold: int, scale: int = 0) -> Condition:
    return Condition(Measure(measure), Direction(direction), Figure(threshold, scale))


def _fired(condition: Condition, figures: list[tuple[int, int]]) -> list[bool]:
    """Whether each figure (days from `DAY`, value) rings, one after the other."""
    state, rings = State(), []
    for days, value in figures:
        rang, state = step(condition, state, DAY + timedelta(days=days), Figure(value, 0))
        rings.append(rang)
    return rings


@pytest.mark.parametrize(
    ("condition", "value", "expected"),
    [
        (_condition("level", "above", 4000), 4000, True), (_condition("level", "above", 4000), 3999, False),
        (_condition("level", "below", 4000), 4000, True), (_condition("level", "below", 4000), 4001, False),
        (_condition("change", "above", 50), 50, True), (_condition("change", "above", 50), -50, False),
        (_condition("change", "below", 50), -50, True), (_condition("change", "either", 50), -51, True),
        (_condition("change", "either", 50), 49, False), (_condition("basis", "below", -100), -100, True),
        (_condition("level", "above", 40005, 1), 4000, False), (_condition("level", "above", 40005, 1), 4001, True),
    ],
)  # fmt: skip
def test_a_threshold_is_met(condition: Condition, value: int, expected: bool) -> None:
    assert met(condition, Figure(value, 0)) is expected


def test_a_level_rings_once_until_the_price_has_come_back() -> None:
    """4,000 is passed; 3,995 is within the margin of ten yuan, 3,990 beyond it."""
    level = _condition("level", "above", 4000)
    assert _fired(level, [(0, 3990), (1, 4000), (2, 4050), (3, 3995), (4, 4010), (5, 3990), (6, 4000)]) == [
        False, True, False, False, False, False, True,
    ]  # fmt: skip


def test_a_negative_basis_has_a_margin_too() -> None:
    """Below −100; ready again from −95."""
    basis = _condition("basis", "below", -100)
    assert _fired(basis, [(0, -100), (1, -96), (2, -101), (3, -95), (4, -100)]) == [True, False, False, False, True]


def test_a_change_rings_once_a_day_and_again_the_next() -> None:
    """The same day revised rings again only after a revision that took it back."""
    change = _condition("change", "either", 50)
    assert _fired(change, [(0, 60), (0, 70), (1, 60), (1, 10), (1, 60)]) == [True, False, True, False, True]


@pytest.mark.parametrize(
    ("condition", "has_other", "expected"),
    [
        (_condition("level", "above", 4000), False, True), (_condition("level", "either", 4000), False, False),
        (_condition("level", "above", 0), False, False), (_condition("basis", "below", -5), True, True),
        (_condition("basis", "below", -5), False, False), (_condition("basis", "either", 5), True, False),
        (_condition("change", "either", -5), False, False), (_condition("stale", "above", 0), False, True),
        (_condition("stale", "below", 0), False, False), (_condition("level", "above", 4000), True, False),
    ],
)  # fmt: skip
def test_parts_that_do_not_fit_are_seen(condition: Condition, has_other: bool, expected: bool) -> None:
    assert sound(condition, has_other=has_other) is expected
