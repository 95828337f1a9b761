"""What is wrong with statistics, series and calendars."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from pricing.quality_models import PriceAlarm


def all_alarms(filters: Mapping[str, Any]) -> Select[PriceAlarm]:
    """The alarms, narrowed by kind and by whether they are open."""
    query = select(PriceAlarm)
    if "kind" in filters:
        query = query.where(PriceAlarm.kind == filters["kind"])
    if "open" in filters:
        closed = PriceAlarm.closed_at
        query = query.where(closed.is_(None) if filters["open"] else closed.is_not(None))
    return query


def open_count(session: Session) -> int:
    """How many alarms are open."""
    return session.scalar(select(func.count()).select_from(PriceAlarm).where(PriceAlarm.closed_at.is_(None))) or 0


def newest(session: Session, *, limit: int) -> list[PriceAlarm]:
    """The open alarms, the newest first."""
    return list(session.scalars(all_alarms({"open": True}).order_by(PriceAlarm.id.desc()).limit(limit)))
