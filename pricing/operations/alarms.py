"""Alarms are weighed by the clock: those that are new are opened, those whose reason is gone are closed, each once."""

from collections.abc import Iterable
from datetime import date, datetime
from itertools import groupby
from operator import attrgetter

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, aliased

from pricing.alarms import Alarm, Tail, family_alarms, horizon_alarms
from pricing.calendars import NAMES
from pricing.models import PriceCurrent, PriceSeries
from pricing.operations.audience import operators
from pricing.quality_models import PriceAlarm
from pricing.queries.calendars import calendars
from pricing.sources.catalogue import SOURCES
from pricing.sources.traits import COUNTS, DERIVED_EDITIONS
from steelyard.core import outbox
from steelyard.core.database import db_now

TAIL = 40
"""Figures of each series that are looked at."""
OPENED, CLOSED = "pricing.alarm_opened", "pricing.alarm_closed"


def weigh_alarms(session: Session) -> None:
    """Open and close alarms by what is there now and by the database's clock."""
    now = db_now(session)
    found = {(one.kind, one.subject): one for one in _found(session, now)}
    open_now = {(row.kind, row.subject): row for row in session.scalars(_open())}
    audience = operators(session)
    for key in sorted(open_now.keys() - found.keys()):
        open_now[key].closed_at = now
        _tell(session, CLOSED, open_now[key], audience)
    for key, one in sorted(found.items()):
        row = open_now.get(key)
        if row is not None:
            row.detail = dict(one.detail)
            continue
        row = PriceAlarm(
            kind=str(one.kind), subject=one.subject, series_id=one.series_id, detail=dict(one.detail), opened_at=now
        )
        session.add(row)
        session.flush()
        _tell(session, OPENED, row, audience)


def _open() -> Select[PriceAlarm]:
    return select(PriceAlarm).where(PriceAlarm.closed_at.is_(None)).with_for_update()


def _tell(session: Session, what: str, row: PriceAlarm, audience: Iterable[int]) -> None:
    data = {"alarm_id": row.id, "kind": row.kind, "subject": row.subject, "series_id": row.series_id}
    outbox.publish(session, what, subject=f"price_alarm:{row.id}", data=data, audience=audience)


def _found(session: Session, now: datetime) -> list[Alarm]:
    days = calendars(session)
    found = horizon_alarms((days.of(name) for name in NAMES), now)
    for family, members in groupby(tails(session, followed()), key=attrgetter("family")):
        mine = list(members)
        found += family_alarms(mine, days.for_series(family, mine[0].frequency), now)
    return found


def followed() -> list[str]:
    """The statistics that are fetched by the clock; what people bring by hand is late when they are."""
    return sorted({one.contract.family for one in SOURCES if one.fetch is not None})


def tails(session: Session, families: Iterable[str]) -> list[Tail]:
    """The last figures of the series of some statistics, by statistic; counts and derived figures left out."""
    row, earlier, series, heir = aliased(PriceCurrent), aliased(PriceCurrent), PriceSeries, aliased(PriceSeries)
    derived = [str(edition) for edition in DERIVED_EDITIONS]
    since = (
        select(earlier.day)
        .where(earlier.series_id == series.id, earlier.edition.not_in(derived), earlier.status != "withdrawn")
        .order_by(earlier.day.desc())
        .limit(1)
        .offset(TAIL - 1)
        .scalar_subquery()
    )
    replaced = select(heir.id).where(heir.predecessor_id == series.id).exists()
    query = (
        select(series, replaced, row.day, row.mantissa, row.scale)
        .join(row, row.series_id == series.id)
        .where(
            series.family.in_(list(families)),
            series.value_field.not_in(sorted(COUNTS)),
            row.edition.not_in(derived),
            row.status != "withdrawn",
            (row.day >= since) | since.is_(None),
        )
        .order_by(series.family, series.id, row.day)
    )
    found = []
    for (one, was_replaced), rows in groupby(session.execute(query), key=lambda line: (line[0], line[1])):
        figures = list(rows)
        days: list[date] = [line.day for line in figures]
        values = [(line.mantissa, line.scale) for line in figures]
        found.append(
            Tail(one.id, one.code, one.kind, one.family, one.frequency, one.contract, was_replaced, days, values)
        )
    return found
