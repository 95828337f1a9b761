"""Many figures at once: years of one series, and the latest figure of many series; one statement each."""

import json
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from typing import Any, Self

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


@dataclass(frozen=True, slots=True)
class Columns:
    """What is believed of a series, column by column, by day and edition; withdrawn figures have no mantissa.

    `next_day` is the day to go on from, None where nothing is left: a day is given whole or not at all.
    """

    days: Sequence[str]
    editions: Sequence[str]
    mantissas: Sequence[int | None]
    scales: Sequence[int]
    statuses: Sequence[str]
    held: Sequence[bool]
    next_day: date | None = None

    def up_to(self, limit: int) -> Self:
        """The whole days among the first `limit` entries."""
        if len(self.days) <= limit:
            return self
        after = self.days[limit]
        end = bisect_left(self.days, after)
        cut = {name: column[:end] for name, column in self.named().items()}
        return replace(self, **cut, next_day=date.fromisoformat(after))

    def named(self) -> dict[str, Sequence[Any]]:
        """The columns by their names."""
        names = ("days", "editions", "mantissas", "scales", "statuses", "held")
        return {name: getattr(self, name) for name in names}


_GATHER = {"postgresql": ("array_agg", "CAST(day AS text)"), "sqlite": ("json_group_array", "day")}
"""How a database puts a column into one value: making a row of each entry takes several times as long."""


def values(session: Session, series_id: int, filters: Mapping[str, Any]) -> Columns:
    """What is believed of a series, at most `limit` entries.

    Only the covering index of the table is read. Raises `NotFound` for a series that is not there.
    """
    limit, given = filters["limit"], {name: filters[name] for name in _NARROWED if name in filters}
    query = _columns_query(session.get_bind().dialect.name, tuple(given))
    given |= {"id": series_id, "limit": limit + 1, "withdrawn": str(Status.WITHDRAWN)}
    days, editions, mantissas, scales, statuses, held = map(_entries, session.execute(query, given).one())
    if not days and session.get(PriceSeries, series_id) is None:
        raise NotFound
    return Columns(days, editions, mantissas, scales, statuses, list(map(bool, held))).up_to(limit)


def _entries(column: str | list[Any] | None) -> list[Any]:
    return json.loads(column) if isinstance(column, str) else column or []


_NARROWED = {"day_from": "day >= :day_from", "day_to": "day <= :day_to", "edition": "edition = :edition"}


@cache
def _columns_query(dialect: str, narrowed: tuple[str, ...]) -> Any:
    gather, day = _GATHER[dialect]
    shown = (day, "edition", "mantissa", "scale", "status", "held")
    where = " AND ".join(["series_id = :id", *(_NARROWED[name] for name in narrowed)])
    columns = ", ".join(f"{gather}({column})" for column in shown)
    query = f"""SELECT {columns} FROM (
      SELECT day, edition, CASE WHEN status <> :withdrawn THEN mantissa END AS mantissa, scale, status, held
      FROM price_current WHERE {where} ORDER BY day, edition LIMIT :limit) c"""  # noqa: S608  # words of this module
    types = {name: PriceCurrent.day.type for name in ("day_from", "day_to") if name in narrowed}
    return text(query).bindparams(*(bindparam(name, type_=type_) for name, type_ in types.items()))


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
