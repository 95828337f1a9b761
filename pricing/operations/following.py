"""Putting a series on one's watch list and taking it off; both may be repeated."""

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from pricing.alert_errors import WatchListFull
from pricing.alert_models import PriceWatch
from pricing.operations.statements import upsert
from pricing.queries.prices import series as find_series
from steelyard.core import audit
from steelyard.core.actors import Actor
from steelyard.core.database import db_now

MOST_WATCHED = 200


def watch(session: Session, actor: Actor, series_id: int) -> None:
    """Put the series on the person's list; raises `NotFound` and `WatchListFull`."""
    find_series(session, series_id)
    mine = (PriceWatch.user_id == actor.user_id, PriceWatch.org_id == actor.org_id)
    others = select(func.count()).select_from(PriceWatch).where(*mine, PriceWatch.series_id != series_id)
    if (session.scalar(others) or 0) >= MOST_WATCHED:
        raise WatchListFull(most=MOST_WATCHED)
    row = {"user_id": actor.user_id, "org_id": actor.org_id, "series_id": series_id, "created_at": db_now(session)}
    put = upsert(session, PriceWatch).values(row).on_conflict_do_nothing().returning(PriceWatch.id)
    if session.scalar(put) is not None:
        audit.record(session, actor, "pricing.series_watched", f"price_series:{series_id}")


def unwatch(session: Session, actor: Actor, series_id: int) -> None:
    """Take the series off the person's list; raises `NotFound` for one that is none."""
    find_series(session, series_id)
    gone = session.scalar(
        delete(PriceWatch)
        .where(
            PriceWatch.user_id == actor.user_id,
            PriceWatch.org_id == actor.org_id,
            PriceWatch.series_id == series_id,
        )
        .returning(PriceWatch.id)
    )
    if gone is not None:
        audit.record(session, actor, "pricing.series_unwatched", f"price_series:{series_id}")
