"""How far a series moved in a day, a week and a month, each against the right earlier figure; pure.

*Day* is the move against the session or release before, by the series' own calendar; where that one is missing
there is no move, however near an older figure lies. *Week* and *month* go back to the same weekday and the same
day of the month, or the last session before, at most `SLACK` earlier. A ten-day statistic has no week; its month
goes back to the same third of the month before.

What the publisher prints as the change stands on a comparable basis also where the basket or the specification
was changed, so it goes before a difference. Over several releases the printed changes are added up where every
release between prints one.
"""

from bisect import bisect_right
from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from pricing.calendars import Calendar, calendar
from pricing.changes import Change, Figure, change
from pricing.sources.figures import rescaled
from pricing.sources.periods import last_day, third_of

SLACK = timedelta(days=6)
"""How much earlier than a week or a month ago a figure may be that stands for it: a missing week is not bridged."""
WINDOW = timedelta(days=75)
"""How far back the figures reach that `moves` needs, a monthly series included."""
RELEASES_A_MONTH = 3


@dataclass(frozen=True, slots=True)
class Point:
    """What is believed of a day; `printed` is the publisher's own change at the value's scale."""

    day: date
    value: Figure
    printed: int | None = None


@dataclass(frozen=True, slots=True)
class Moves:
    """The three changes; None where there is no earlier figure to set against."""

    day: Change | None = None
    week: Change | None = None
    month: Change | None = None


def calendar_of(family: str, frequency: str) -> Calendar:
    """The calendar by which a series of a statistic counts."""
    if frequency == "ten_day":
        return calendar("nbs.ten_day")
    if frequency not in ("daily", "intraday"):
        return calendar("none")
    exchange = family.partition(".")[0]
    return calendar(exchange if exchange in ("shfe", "dce") else "workdays")


def moves(points: Sequence[Point], days: Calendar, frequency: str) -> Moves:
    """The moves of the last of `points`, which are in the order of their days, one for each day."""
    if not points:
        return Moves()
    last = points[-1]
    if frequency == "ten_day":
        return Moves(_since_former(points, days), None, _ten_day_month(points, days))
    if frequency == "monthly":
        return Moves(None, None, _against(last, _at(points, _month_before(last.day))))
    if frequency == "weekly":
        return Moves(None, _against(last, _at(points, last.day - timedelta(days=7))), _month(points))
    return Moves(_since_former(points, days), _against(last, _at(points, last.day - timedelta(days=7))), _month(points))


def _since_former(points: Sequence[Point], days: Calendar) -> Change | None:
    last = points[-1]
    if last.printed is not None:
        return change(last.value, last.printed, None)
    former = points[-2] if len(points) > 1 else None
    if former is None or (days.name != "none" and former.day < days.previous(last.day)):
        return None
    return _against(last, former)


def _month(points: Sequence[Point]) -> Change | None:
    return _against(points[-1], _at(points, _month_before(points[-1].day)))


def _ten_day_month(points: Sequence[Point], days: Calendar) -> Change | None:
    """Against the same third of the month before, by the printed changes where all releases between have one."""
    last = points[-1]
    before = date(last.day.year, last.day.month, 1) - timedelta(days=1)
    target = last_day(before.year, before.month, third_of(last.day))
    base = next((point for point in points if point.day == target), None)
    chain = points[-RELEASES_A_MONTH:]
    expected = days.sessions(target + timedelta(days=1), last.day)
    if [point.day for point in chain] == expected and all(point.printed is not None for point in chain):
        return _added_up(chain)
    return _against(last, base)


def _added_up(chain: Sequence[Point]) -> Change | None:
    scale = max(point.value.scale for point in chain)
    total = sum(rescaled(point.printed or 0, point.value.scale, scale) for point in chain)
    value = Figure(rescaled(chain[-1].value.mantissa, chain[-1].value.scale, scale), scale)
    return change(value, total, None)


def _at(points: Sequence[Point], target: date) -> Point | None:
    """The last figure on a day or before, None where it is older than `SLACK`."""
    place = bisect_right(points, target, key=lambda point: point.day)
    found = points[place - 1] if place else None
    return found if found is not None and found.day >= target - SLACK else None


def _month_before(day: date) -> date:
    """The same day of the month before, its last one where it is shorter."""
    before = date(day.year, day.month, 1) - timedelta(days=1)
    ends_month = day.day == monthrange(day.year, day.month)[1]
    return before if ends_month else before.replace(day=min(day.day, before.day))


def _against(last: Point, former: Point | None) -> Change | None:
    return None if former is None else change(last.value, None, former.value)
