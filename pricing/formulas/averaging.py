"""The mean of a series over a window: which days count, which are missing, and what the formula says to do; pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from pricing.formulas.errors import DayMissing, NoFigures, WindowUnfinished
from pricing.formulas.sheets import Figure, Need, Sheet, State
from pricing.formulas.tree import Average, Missing, Span, Unfinished
from steelyard.core.clock import business_date


@dataclass(frozen=True, slots=True)
class Day:
    """What became of one day: ``figure`` is what is known of it, ``used`` what entered the mean, and from when.

    ``taken_from`` is another day where the formula says that a missing one takes the figure before it.
    """

    series: str
    day: date
    state: State
    figure: Figure | None
    used: Fraction | None
    taken_from: date | None
    assumed: bool = False


@dataclass(frozen=True, slots=True)
class Mean:
    """The sum and the number of the figures that entered, with every day."""

    total: Fraction
    count: int
    days: tuple[Day, ...]
    provisional: bool
    last_day: date


def average(node: Average, need: Need, sheet: Sheet) -> Mean:
    """The mean of a window; raises `WindowUnfinished`, `DayMissing`, `NoFigures`."""
    states = {day: _state(day, sheet.figures.get(day), need) for day in sheet.sessions}
    to_come = [day for day, state in states.items() if state is State.TO_COME]
    first, last = _ends(need, sheet)
    if to_come and node.unfinished is Unfinished.REFUSE:
        raise WindowUnfinished(series=need.series, first=first.isoformat(), last=last.isoformat(), days=len(to_come))
    days = [_day(node, sheet, day, state) for day, state in states.items()]
    used = [day.used for day in days if day.used is not None]
    if not used:
        raise NoFigures(series=need.series, first=first.isoformat(), last=last.isoformat())
    days += _outside(node, need, sheet)
    speaking = max(day.day for day in days if day.used is not None)
    return Mean(sum(used, Fraction(0)), len(used), tuple(sorted(days, key=_place)), bool(to_come), speaking)


def _place(day: Day) -> date:
    return day.day


def _ends(need: Need, sheet: Sheet) -> tuple[date, date]:
    if isinstance(need.window, Span):
        return need.window.first, need.window.last
    return (sheet.sessions or (need.window.day,))[0], need.window.day


def _state(day: date, figure: Figure | None, need: Need) -> State:
    """A day of which nothing is known can still be to come; one whose figure is not settled is to come that day."""
    today = business_date(need.moment)
    unsettled = figure is None or figure.why_not == State.PROVISIONAL
    if day > today or (day == today and unsettled):
        return State.TO_COME
    if figure is None:
        return State.MISSING
    return State(figure.why_not) if figure.why_not else State.COUNTED


def _day(node: Average, sheet: Sheet, day: date, state: State) -> Day:
    figure, assumed = sheet.figures.get(day), day in sheet.assumed
    if state is State.COUNTED:
        assert figure is not None
        return Day(node.series, day, state, figure, figure.value, None, assumed)
    taken = None
    if state is not State.TO_COME and node.missing is not Missing.SKIP:
        taken = _before(sheet, day) if node.missing is Missing.PREVIOUS else None
        if taken is None:
            raise DayMissing(series=node.series, day=day.isoformat(), why=str(state))
    used, taken_from = (None, None) if taken is None else (taken.value, taken.day)
    return Day(node.series, day, state, figure, used, taken_from, assumed)


def _before(sheet: Sheet, day: date) -> Figure | None:
    """The last usable figure of a session before a day."""
    for session in (*reversed([one for one in sheet.sessions if one < day]), *sheet.earlier):
        figure = sheet.figures.get(session)
        if figure is not None and figure.why_not is None:
            return figure
    return None


def _outside(node: Average, need: Need, sheet: Sheet) -> Iterator[Day]:
    """Figures of days in the window that are no session: shown, never counted."""
    first, last = _ends(need, sheet)
    for day, figure in sheet.figures.items():
        if first <= day <= last and day not in sheet.sessions:
            yield Day(node.series, day, State.NO_SESSION, figure, None, None)
