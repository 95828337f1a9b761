"""The figures that enter what is derived: one a day of one series, of its leading edition, as known at a moment."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from fractions import Fraction

from sqlalchemy import select
from sqlalchemy.orm import Session

from pricing.calendars import Calendar, calendar
from pricing.formulas.errors import SeriesNotFound, SeriesNotPriceable
from pricing.formulas.sheets import LOOK_BACK, Figure, Need, Sheet, State
from pricing.formulas.tree import Span
from pricing.models import PriceSeries
from pricing.queries.calendars import overrides
from pricing.queries.prices import Revision, leading
from pricing.sources.base import Status
from pricing.sources.traits import Kind

YUAN_PER_TONNE = {"CNY/t": 1, "CNY/kg": 1000}
"""Units in which a formula takes a series, with what makes them yuan per tonne."""
AS_PUBLISHED = "published"
"""The calendar of a weekly or monthly series: the days for which it has figures."""
_STATES = {Status.PROVISIONAL: State.PROVISIONAL, Status.WITHDRAWN: State.WITHDRAWN}
_LONGEST_BREAK = timedelta(days=40)


def series_by_code(session: Session, codes: Iterable[str]) -> dict[str, PriceSeries]:
    """The series of these codes; raises `SeriesNotFound`."""
    wanted = list(dict.fromkeys(codes))
    found = {row.code: row for row in session.scalars(select(PriceSeries).where(PriceSeries.code.in_(wanted)))}
    for code in wanted:
        if code not in found:
            raise SeriesNotFound(series=code)
    return found


def priceable(series: PriceSeries) -> int:
    """What makes the series' figures yuan per tonne with tax; raises `SeriesNotPriceable`."""
    factor = YUAN_PER_TONNE.get(series.unit)
    if factor is None or not series.tax_included or series.kind in (Kind.FX, Kind.INDEX):
        raise SeriesNotPriceable(series=series.code, unit=series.unit, tax="✓" if series.tax_included else "✗")
    return factor


def calendar_name(series: PriceSeries) -> str:
    """By which calendar a series' days count."""
    if series.frequency == "ten_day":
        return "nbs.ten_day"
    if series.frequency != "daily":
        return AS_PUBLISHED
    if series.kind == Kind.FUTURES:
        return "dce" if series.family.startswith("dce") else "shfe"
    return "workdays"


def sheets(session: Session, needs: Iterable[Need], pinned: Mapping[Need, Sheet] | None = None) -> dict[Need, Sheet]:
    """What is found for a formula's needs. ``pinned`` sheets give the sessions that counted when it was first priced.

    Raises `SeriesNotFound`, `SeriesNotPriceable`, `AsOfInFuture`.
    """
    wanted = list(dict.fromkeys(needs))
    known = series_by_code(session, (need.series for need in wanted))
    return {need: _sheet(session, known[need.series], need, (pinned or {}).get(need)) for need in wanted}


def _sheet(session: Session, series: PriceSeries, need: Need, pinned: Sheet | None) -> Sheet:
    factor, name = priceable(series), calendar_name(series)
    if pinned is not None:
        sessions, earlier, assumed = pinned.sessions, pinned.earlier, pinned.assumed
        found = _figures(session, series.id, factor, _reach(need, sessions, earlier), need.moment)
    elif name == AS_PUBLISHED:
        found = _figures(session, series.id, factor, _reach(need, (), ()), need.moment)
        sessions, earlier = _published(need, sorted(found))
        assumed = frozenset()
    else:
        days = calendar(name, overrides(session, name, need.moment))
        sessions, earlier = _sessions(days, need)
        assumed = frozenset(day for day in sessions if days.assumed(day))
        found = _figures(session, series.id, factor, _reach(need, sessions, earlier), need.moment)
    return Sheet(sessions, earlier, found, name, series.unit, assumed)


def _sessions(days: Calendar, need: Need) -> tuple[tuple[date, ...], tuple[date, ...]]:
    if isinstance(need.window, Span):
        first, sessions = need.window.first, days.sessions(need.window.first, need.window.last)
    else:
        first, sessions = need.window.day + timedelta(days=1), []
        while len(sessions) < need.window.count:
            first = days.previous(first)
            sessions.insert(0, first)
    earlier: list[date] = []
    while len(earlier) < LOOK_BACK:
        earlier.append(days.previous(earlier[-1] if earlier else first))
    return tuple(sessions), tuple(earlier)


def _published(need: Need, days: Sequence[date]) -> tuple[tuple[date, ...], tuple[date, ...]]:
    if isinstance(need.window, Span):
        sessions = [day for day in days if need.window.first <= day <= need.window.last]
    else:
        sessions = [day for day in days if day <= need.window.day][-need.window.count :]
    earlier = [day for day in days if sessions and day < sessions[0]]
    return tuple(sessions), tuple(reversed(earlier[-LOOK_BACK:]))


def _reach(need: Need, sessions: Sequence[date], earlier: Sequence[date]) -> tuple[date, date]:
    """The first and the last day to be read."""
    if isinstance(need.window, Span):
        first, last = need.window.first, need.window.last
    else:
        first, last = need.window.day - _LONGEST_BREAK * need.window.count, need.window.day
        first = sessions[0] if sessions else first
    return min((first, *earlier)), last


def _figures(
    session: Session, series_id: int, factor: int, reach: tuple[date, date], moment: datetime
) -> dict[date, Figure]:
    return {row.day: _figure(row, factor) for row in _known(session, series_id, reach, moment)}


def _known(session: Session, series_id: int, reach: tuple[date, date], moment: datetime) -> list[Revision]:
    """What was believed at a moment, one figure a day; it never changes later."""
    return leading(session, series_id, {"as_of": moment, "day_from": reach[0], "day_to": reach[1]})


def _figure(row: Revision, factor: int) -> Figure:
    state = State.HELD if row.held else _STATES.get(Status(row.status))
    return Figure(
        day=row.day,
        value=Fraction(row.mantissa * factor, 10**row.scale),
        mantissa=row.mantissa,
        scale=row.scale,
        edition=row.edition,
        revision=row.revision,
        document_id=row.document_id,
        observation_id=row.id,
        known_from=row.known_from,
        why_not=None if state is None else str(state),
    )


def values(
    session: Session, series: PriceSeries, first: date, last: date, moment: datetime
) -> Iterator[tuple[date, Revision]]:
    """The usable figures of a series from one day to another, as known at a moment, by day."""
    for row in _known(session, series.id, (first, last), moment):
        if Status(row.status) is Status.FINAL and not row.held:
            yield row.day, row
