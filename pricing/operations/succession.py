"""Linking the series of imported sheets whose terms changed. A sheet cannot say what it was quoted by before: the
link follows from the days of the series, so that it is the same in whatever order the sheets are brought.
"""

from collections import defaultdict
from collections.abc import Collection
from typing import Any

from sqlalchemy import Row, func, select, update
from sqlalchemy.orm import Session

from pricing.importing.recipe import provider_of
from pricing.importing.succession import Run, formers
from pricing.models import PriceCurrent, PriceSeries
from pricing.operations.statements import batches
from pricing.sources.base import Status

_GOODS = ("market", "commodity", "specification", "grade", "standard", "mill", "unit", "value_field")
_TERMS = ("tax_included", "weighing", "payment", "delivery_basis", "length_terms")


def link(session: Session, family: str, codes: Collection[str]) -> None:
    """Link the series of the same goods as these; the caller holds the family's lock and has merged their figures.

    Three statements at most, besides one for each link that changed; none for a family of another kind.
    """
    if provider_of(family) is None:
        return
    groups = _same_goods(session, family, codes)
    if not groups:
        return
    runs = _runs(session, [row.id for rows in groups for row in rows])
    for rows in groups:
        known = {row.id: row for row in rows}
        found = formers(
            Run(key, tuple(getattr(row, name) for name in _TERMS), *runs[key])
            for key, row in known.items()
            if key in runs
        )
        for key, former in found.items():
            if known[key].predecessor_id != former:
                code = None if former is None else known[former].code
                values = {"predecessor_id": former, "predecessor": code}
                session.execute(update(PriceSeries).where(PriceSeries.id == key).values(values))


def _same_goods(session: Session, family: str, codes: Collection[str]) -> list[list[Row[Any]]]:
    """The series of the family in groups of the same goods, those groups that have several and one of `codes`."""
    names = ("id", "code", "predecessor_id", *_GOODS, *_TERMS)
    columns = [getattr(PriceSeries, name) for name in names]
    groups: dict[tuple[Any, ...], list[Row[Any]]] = defaultdict(list)
    for row in session.execute(select(*columns).where(PriceSeries.family == family)):
        groups[tuple(getattr(row, name) for name in _GOODS)].append(row)
    asked = set(codes)
    return [rows for rows in groups.values() if len(rows) > 1 and any(row.code in asked for row in rows)]


def _runs(session: Session, ids: Collection[int]) -> dict[int, tuple[Any, Any]]:
    current, found = PriceCurrent, {}
    for batch in batches(sorted(ids)):
        query = select(current.series_id, func.min(current.day), func.max(current.day))
        query = query.where(current.series_id.in_(batch), current.status != Status.WITHDRAWN)
        for series_id, first, last in session.execute(query.group_by(current.series_id)):
            found[series_id] = (first, last)
    return found
