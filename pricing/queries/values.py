"""Many figures at once: years of one series, and the latest figure of many series; one statement each."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Row, bindparam, select, text
from sqlalchemy.orm import Session

from pricing.models import PriceCurrent, PriceSeries
from pricing.queries.prices import DERIVED
from pricing.sources.base import Status
from steelyard.core.errors import NotFound

_COUNTS = "c.status <> :withdrawn AND c.edition NOT IN :derived"
_ORDER = "ORDER BY c.day DESC, c.edition DESC LIMIT 1"  # a word sorts behind a time of day: what settles comes first
_SHOWN = (
    "c.series_id, c.day, c.edition, c.mantissa, c.scale, c.status, c.revision, c.document_id, c.published_at, s.unit"
)

_LATEST_POSTGRESQL = f"""
SELECT {_SHOWN} FROM price_series s CROSS JOIN LATERAL (
  SELECT * FROM price_current c WHERE c.series_id = s.id AND NOT c.held AND {_COUNTS} {_ORDER}
) c WHERE s.id = ANY(:ids)
"""  # noqa: S608  # constants of this module

_LATEST_SQLITE = f"""
SELECT {_SHOWN} FROM price_series s JOIN price_current c ON c.series_id = s.id AND (c.day, c.edition) = (
  SELECT c.day, c.edition FROM price_current c WHERE c.series_id = s.id AND NOT c.held AND {_COUNTS} {_ORDER}
) WHERE s.id IN :ids
"""  # noqa: S608  # constants of this module


def values(session: Session, series_id: int, filters: Mapping[str, Any]) -> list[Row[Any]]:
    """What is believed of a series by day and edition, one row more than `limit` where there are more.

    Only the covering index of the table is read. Raises `NotFound` for a series that is not there.
    """
    row = PriceCurrent
    columns: tuple[Any, ...] = (row.day, row.edition, row.mantissa, row.scale, row.status, row.held)
    query = select(*columns).where(row.series_id == series_id)
    if "day_from" in filters:
        query = query.where(row.day >= filters["day_from"])
    if "day_to" in filters:
        query = query.where(row.day <= filters["day_to"])
    if "edition" in filters:
        query = query.where(row.edition == filters["edition"])
    found: list[Row[Any]] = list(session.execute(query.order_by(row.day, row.edition).limit(filters["limit"] + 1)))
    if not found and session.get(PriceSeries, series_id) is None:
        raise NotFound
    return found


def latest(session: Session, series_ids: Sequence[int]) -> list[Row[Any]]:
    """The latest published figure of each series that has one, neither held nor withdrawn, in the order asked.

    Raises `NotFound` where one of the series is not there.
    """
    postgresql = session.get_bind().dialect.name == "postgresql"
    query = (
        text(_LATEST_POSTGRESQL if postgresql else _LATEST_SQLITE)
        .bindparams(bindparam("ids", expanding=not postgresql), bindparam("derived", expanding=True))
        .columns(day=PriceCurrent.day.type, published_at=PriceCurrent.published_at.type)
    )
    given = {"ids": list(series_ids), "derived": DERIVED, "withdrawn": str(Status.WITHDRAWN)}
    found = {row.series_id: row for row in session.execute(query, given)}
    if absent := set(series_ids) - found.keys():
        there = session.scalars(select(PriceSeries.id).where(PriceSeries.id.in_(absent)))
        if absent - set(there):
            raise NotFound
    return [found[series_id] for series_id in series_ids if series_id in found]


def next_day(rows: Sequence[Row[Any]], limit: int) -> date | None:
    """The day to go on from, None where nothing is left; the rows of that day are not shown in part."""
    return rows[limit].day if len(rows) > limit else None
