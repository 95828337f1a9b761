"""Making an alert, pausing, resuming and ending it."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from pricing.alert_errors import AlertUnfit, SharedByAdmin, TooManyAlerts, UnitsDiffer
from pricing.alert_models import PriceAlert
from pricing.alerting import Condition, Direction, Measure, met, sound
from pricing.changes import Figure
from pricing.operations.measuring import measured
from pricing.queries.believed import recent
from pricing.queries.calendars import calendars
from pricing.queries.prices import series as find_series
from steelyard.core import audit
from steelyard.core.actors import Actor, Role
from steelyard.core.database import db_now

MOST_ALERTS = 200


def create(session: Session, actor: Actor, wanted: Mapping[str, Any]) -> PriceAlert:
    """Make an alert of `measure`, `direction`, `threshold` (a `Figure`), `series_id`, `other_id` and `shared`.

    One whose condition holds already waits for the next time that it comes true. Raises `NotFound`, `AlertUnfit`,
    `UnitsDiffer`, `SharedByAdmin` and `TooManyAlerts`.
    """
    series, other_id = find_series(session, wanted["series_id"]), wanted.get("other_id")
    condition = Condition(Measure(wanted["measure"]), Direction(wanted["direction"]), wanted["threshold"])
    if not sound(condition, has_other=other_id is not None) or other_id == series.id:
        raise AlertUnfit
    if other_id is not None and (other := find_series(session, other_id)).unit != series.unit:
        raise UnitsDiffer(units=f"{series.unit}, {other.unit}")
    if wanted.get("shared") and not actor.has_role(Role.ADMIN):
        raise SharedByAdmin
    mine = (PriceAlert.org_id == actor.org_id, PriceAlert.user_id == actor.user_id, PriceAlert.ended.is_(False))
    if (session.scalar(select(func.count()).select_from(PriceAlert).where(*mine)) or 0) >= MOST_ALERTS:
        raise TooManyAlerts(most=MOST_ALERTS)
    alert = PriceAlert(
        user_id=actor.user_id,
        org_id=actor.org_id,
        shared=bool(wanted.get("shared")),
        series_id=series.id,
        other_id=other_id,
        measure=condition.measure,
        direction=condition.direction,
        threshold_mantissa=condition.threshold.mantissa,
        threshold_scale=condition.threshold.scale,
        armed=True,
        paused=False,
        ended=False,
        created_at=db_now(session),
    )
    alert.armed = not _holds(session, alert)
    session.add(alert)
    session.flush()
    audit.record(session, actor, "pricing.alert_made", f"price_alert:{alert.id}", {"measure": alert.measure})
    return alert


def condition_of(alert: PriceAlert) -> Condition:
    """The condition that an alert's row holds."""
    threshold = Figure(alert.threshold_mantissa, alert.threshold_scale)
    return Condition(Measure(alert.measure), Direction(alert.direction), threshold)


def pause(session: Session, actor: Actor, alert: PriceAlert) -> None:
    """Let the alert be silent."""
    alert.paused = True
    audit.record(session, actor, "pricing.alert_paused", f"price_alert:{alert.id}")


def resume(session: Session, actor: Actor, alert: PriceAlert) -> None:
    """Let it speak again; what came true meanwhile is no news."""
    alert.paused = False
    alert.armed = not _holds(session, alert)
    audit.record(session, actor, "pricing.alert_resumed", f"price_alert:{alert.id}")


def end(session: Session, actor: Actor, alert: PriceAlert) -> None:
    """End the alert for good; its firings stay."""
    alert.ended = True
    audit.record(session, actor, "pricing.alert_ended", f"price_alert:{alert.id}")


def _holds(session: Session, alert: PriceAlert) -> bool:
    """Whether the condition of a level or basis holds now; changes and staleness are always ready."""
    if alert.measure not in (Measure.LEVEL, Measure.BASIS):
        return False
    figures = recent(session, [one for one in (alert.series_id, alert.other_id) if one is not None])
    found = measured(alert, figures, {}, calendars(session))
    return found is not None and met(condition_of(alert), found.figure)
