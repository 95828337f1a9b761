"""Alerts that a figure sets off when it arrives, and those that the clock finds out of date.

Only a series' last day is news: a figure of an earlier day that was loaded later (a backfill) changes nothing,
and what is held is not looked at before it is released. All that a firing writes stands in the transaction that
found it; sending is left to jobs (:mod:`pricing.operations.sending`).
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from pricing.alert_models import AlertFiring, PriceAlert
from pricing.alerting import CHANGES, Condition, Measure, State, step
from pricing.changes import Figure, decimal_text
from pricing.freshness import Freshness, freshness
from pricing.models import PriceObservation, PriceSeries
from pricing.operations import telling
from pricing.operations.alerts import condition_of
from pricing.operations.measuring import Measured, measured
from pricing.operations.statements import upsert
from pricing.queries.believed import Believed, Recent, by_id, recent
from pricing.queries.calendars import Calendars, calendars
from steelyard.core.database import db_now

BATCH = 500


@dataclass(frozen=True, slots=True)
class View:
    """What alerts are judged by: the figures of their series, the series, and those whose last figure just arrived."""

    figures: Mapping[int, Recent]
    series: Mapping[int, PriceSeries]
    arrived: frozenset[int]
    days: Calendars


def figures_arrived(session: Session, document_id: int) -> int:
    """Judge the alerts of the series of which a document brought the last figure; returns how many fired."""
    brought = select(PriceObservation.series_id).where(PriceObservation.document_id == document_id)
    return _judge(session, brought, lambda last: last.document_id == document_id)


def figure_released(session: Session, series_id: int, day: date) -> int:
    """Judge the alerts of a series whose last figure was held until now; returns how many fired."""
    return _judge(session, [series_id], lambda last: (last.series_id, last.day) == (series_id, day))


def _judge(session: Session, series: Select[int] | list[int], is_news: Callable[[Believed], bool]) -> int:
    """Judge the alerts of some series as far as a last figure is news. Alerts are locked in the order of their ids."""
    query = (
        select(PriceAlert)
        .where(
            PriceAlert.ended.is_(False),
            PriceAlert.paused.is_(False),
            or_(PriceAlert.series_id.in_(series), PriceAlert.other_id.in_(series)),
        )
        .order_by(PriceAlert.id)
        .with_for_update()
    )
    alerts = session.scalars(query).all()
    if not alerts:
        return 0
    view = _view(session, alerts, is_news)
    return _fire(session, [found for one in alerts if (found := _judged(one, view)) is not None], view)


def gone_stale(session: Session) -> int:
    """Fire the staleness alerts whose series' last figure is out of date; returns how many fired."""
    now = db_now(session)
    alerts = session.scalars(
        select(PriceAlert)
        .where(PriceAlert.ended.is_(False), PriceAlert.paused.is_(False), PriceAlert.measure == Measure.STALE)
        .order_by(PriceAlert.id)
        .with_for_update()
    ).all()
    fired = 0
    for start in range(0, len(alerts), BATCH):
        part = alerts[start : start + BATCH]
        view = _view(session, part, lambda last: False)
        found = [(one, _last(one, view)) for one in part if _is_stale(one, view, now)]
        due = [(alert, last) for alert, last in found if last is not None and alert.fired_day != last.day]
        for alert, last in due:
            alert.armed, alert.fired_day = False, last.day
        fired += _fire(session, due, view)
    return fired


def _view(session: Session, alerts: Iterable[PriceAlert], is_news: Callable[[Believed], bool]) -> View:
    ids = {one for alert in alerts for one in (alert.series_id, alert.other_id) if one is not None}
    figures = recent(session, ids)
    arrived = frozenset(key for key, one in figures.items() if is_news(one.last))
    return View(figures, by_id(session, ids), arrived, calendars(session))


def _judged(alert: PriceAlert, view: View) -> tuple[PriceAlert, Measured] | None:
    """The alert with its figure where it fires; its state is brought up to date in any case."""
    own, other = view.figures.get(alert.series_id), view.figures.get(alert.other_id or 0)
    news = [one for one in (own, other) if one is not None and one.last.series_id in view.arrived]
    if not news or alert.measure == Measure.STALE:
        return None
    found = measured(alert, view.figures, view.series, view.days)
    if found is None:
        return None
    fires, state = step(condition_of(alert), State(alert.armed, alert.fired_day), found.day, found.figure)
    alert.armed, alert.fired_day = state.armed, state.fired_day
    return (alert, Measured(found.figure, found.day, news[0].last)) if fires else None


def _last(alert: PriceAlert, view: View) -> Measured | None:
    return measured(alert, view.figures, view.series, view.days)


def _is_stale(alert: PriceAlert, view: View, now: datetime) -> bool:
    figures, series = view.figures.get(alert.series_id), view.series[alert.series_id]
    return figures is not None and is_stale(series, figures.last.day, now, view.days)


def is_stale(series: PriceSeries, day: date, now: datetime, days: Calendars) -> bool:
    """Whether a newer figure is missing by the series' own calendar."""
    own = days.for_series(series.family, series.frequency)
    return freshness(series.frequency, day, series.contract, now, own) in (Freshness.LATE, Freshness.STALE)


def _fire(session: Session, found: Sequence[tuple[PriceAlert, Measured]], view: View) -> int:
    """Write the firings that are not there yet, tell whom they concern; returns how many are new."""
    if not found:
        return 0
    now = db_now(session)
    fired: list[telling.Fired] = []
    for alert, figure in found:
        content = content_of(alert, figure, view.series)
        row = {
            "alert_id": alert.id,
            "observation_id": figure.believed.observation_id,
            "day": figure.day,
            "content": content,
            "fired_at": now,
        }
        put = upsert(session, AlertFiring).values(row).on_conflict_do_nothing().returning(AlertFiring.id)
        firing_id = session.scalar(put)
        if firing_id is not None:
            fired.append(telling.Fired(firing_id, alert, content))
    telling.tell(session, fired, now)
    return len(fired)


def content_of(alert: PriceAlert, found: Measured, series: Mapping[int, PriceSeries]) -> dict[str, Any]:
    """What a firing keeps: all that its sentence needs, whatever becomes of the alert later."""
    own, condition = series[alert.series_id], condition_of(alert)
    other = series.get(alert.other_id or 0)
    return {
        "alert_id": alert.id,
        "series_id": own.id,
        "name": own.name,
        "other": None if other is None else other.name,
        "measure": alert.measure,
        "direction": alert.direction,
        "threshold": decimal_text(alert.threshold_mantissa, alert.threshold_scale, grouped=True),
        "value": shown(condition, found.figure),
        "unit": own.unit,
        "day": found.day.isoformat(),
    }


def shown(condition: Condition, figure: Figure) -> str:
    """A measured figure in digits, with its sign where it is a difference."""
    signed = condition.measure in CHANGES or condition.measure is Measure.BASIS
    return decimal_text(figure.mantissa, figure.scale, grouped=True, signed=signed)
