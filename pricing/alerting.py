"""When an alert fires and when it is ready again; pure.

*Level* and *basis*: an alert that is armed fires when the figure reaches its threshold, and is then disarmed
until the figure has come back past the threshold by a margin (`LEVEL_MARGIN_BP` of it, for a basis
`BASIS_MARGIN_BP`), so that a price that plays about the threshold does not ring all day.

*Changes*: each day is a statement of its own. The alert fires once for a day; a revision of that day fires again
only when one between them had fallen below the threshold.

*Staleness*: fires once for a last figure that became out of date, and is ready again with the next figure.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from pricing.changes import Figure

LEVEL_MARGIN_BP = 25
"""A quarter of a percent of the threshold, the smallest step in which pipe is usually quoted (10 yuan of 4,000)."""
BASIS_MARGIN_BP = 500
"""A twentieth of the threshold: a basis is a small difference of two large figures."""
_WHOLE_BP = 10_000


class Measure(StrEnum):
    """What is watched."""

    LEVEL = "level"
    CHANGE = "change"
    CHANGE_PERCENT = "change_percent"
    WEEK_CHANGE = "week_change"
    WEEK_PERCENT = "week_percent"
    BASIS = "basis"
    STALE = "stale"


CHANGES = frozenset({Measure.CHANGE, Measure.CHANGE_PERCENT, Measure.WEEK_CHANGE, Measure.WEEK_PERCENT})
PERCENTS = frozenset({Measure.CHANGE_PERCENT, Measure.WEEK_PERCENT})


class Direction(StrEnum):
    """On which side of the threshold; of a change `ABOVE` is a rise by so much, `BELOW` a fall, `EITHER` both."""

    ABOVE = "above"
    BELOW = "below"
    EITHER = "either"


@dataclass(frozen=True, slots=True)
class Condition:
    """What an alert waits for; a change's threshold is its size, without sign."""

    measure: Measure
    direction: Direction
    threshold: Figure


@dataclass(frozen=True, slots=True)
class State:
    """Whether an alert is ready, and for which day it fired last."""

    armed: bool = True
    fired_day: date | None = None


def sound(condition: Condition, *, has_other: bool) -> bool:
    """Whether the parts fit each other."""
    if has_other != (condition.measure is Measure.BASIS):
        return False
    if condition.measure is Measure.STALE:
        return condition.threshold.mantissa == 0 and condition.direction is Direction.ABOVE
    if condition.measure is Measure.BASIS:
        return condition.direction is not Direction.EITHER
    if condition.measure is Measure.LEVEL and condition.direction is Direction.EITHER:
        return False
    return condition.threshold.mantissa > 0


def met(condition: Condition, measured: Figure) -> bool:
    """Whether a measured figure has reached the threshold; reaching it is enough."""
    figure, threshold = _common(measured, condition.threshold)
    if condition.measure in CHANGES:
        if condition.direction is Direction.EITHER:
            return abs(figure) >= threshold
        return figure >= threshold if condition.direction is Direction.ABOVE else figure <= -threshold
    return figure >= threshold if condition.direction is Direction.ABOVE else figure <= threshold


def step(condition: Condition, state: State, day: date, measured: Figure) -> tuple[bool, State]:
    """Whether the alert fires for this figure of this day, and its state afterwards."""
    reached = met(condition, measured)
    if condition.measure in CHANGES:
        if not reached:
            return False, State(True, state.fired_day)
        fires = state.armed or state.fired_day != day
        return fires, State(False, day)
    if reached:
        return state.armed, State(False, day if state.armed else state.fired_day)
    return False, State(state.armed or _cleared(condition, measured), state.fired_day)


def _cleared(condition: Condition, measured: Figure) -> bool:
    """Whether the figure lies beyond the margin on the quiet side."""
    figure, threshold = _common(measured, condition.threshold)
    share = BASIS_MARGIN_BP if condition.measure is Measure.BASIS else LEVEL_MARGIN_BP
    distance = threshold - figure if condition.direction is Direction.ABOVE else figure - threshold
    return distance > 0 and distance * _WHOLE_BP >= abs(threshold) * share


def _common(one: Figure, other: Figure) -> tuple[int, int]:
    """Both mantissas at one scale."""
    return one.mantissa * 10**other.scale, other.mantissa * 10**one.scale
