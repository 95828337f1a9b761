"""Reading the variance of a stocktake: by finding in sum, and line by line in pages; nothing while it is counted."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, aliased

from inventory import reason_reading
from inventory.models import Place, Stocktake, StocktakeLine
from inventory.reasons import ReasonUse
from inventory.states import Finding, StocktakeStatus

Record = dict[str, Any]
AGREE = (Finding.MATCHED, Finding.WITHIN)


def sums(session: Session, stocktake: Stocktake) -> list[Record]:
    """How many lines there are of each finding."""
    if stocktake.status == StocktakeStatus.OPEN:
        return []
    query = (
        select(StocktakeLine.finding, func.count().label("count"))
        .where(StocktakeLine.stocktake_id == stocktake.id)
        .group_by(StocktakeLine.finding)
        .order_by(StocktakeLine.finding)
    )
    return [dict(row._mapping) for row in session.execute(query)]


def page(session: Session, stocktake_id: int, wanted: Mapping[str, Any]) -> tuple[list[Record], int | None]:
    """A page of lines by id, narrowed by ``finding``, ``tag`` and ``differing``; and where the next one begins."""
    query = _lines(stocktake_id).order_by(StocktakeLine.id)
    for name in ("finding", "tag"):
        if wanted.get(name) is not None:
            query = query.where(getattr(StocktakeLine, name) == wanted[name])
    if wanted.get("differing") is not None:
        agrees = StocktakeLine.finding.in_(AGREE)
        query = query.where(~agrees if wanted["differing"] else agrees)
    if wanted.get("after") is not None:
        query = query.where(StocktakeLine.id > wanted["after"])
    rows = [dict(row._mapping) for row in session.execute(query.limit(wanted["limit"] + 1))]
    shown = rows[: wanted["limit"]]
    return shown, (shown[-1]["id"] if len(rows) > len(shown) else None)


def everything(session: Session, stocktake_id: int) -> list[Record]:
    """All lines, for a table that is kept."""
    return [dict(row._mapping) for row in session.execute(_lines(stocktake_id).order_by(StocktakeLine.id))]


def first(session: Session, stocktake_id: int, most: int, *, differing: bool = False) -> list[Record]:
    """The first lines for a page or a paper, those that differ from the books before the others, or only those."""
    agrees = StocktakeLine.finding.in_(AGREE)
    query = _lines(stocktake_id).order_by(agrees, StocktakeLine.id).limit(most)
    return [dict(row._mapping) for row in session.execute(query.where(~agrees) if differing else query)]


def _lines(stocktake_id: int) -> Select[Any]:
    booked, counted = aliased(Place), aliased(Place)
    yard = select(Stocktake.warehouse_id).where(Stocktake.id == stocktake_id).scalar_subquery()
    names, with_names = reason_reading.named(ReasonUse.VARIANCE, yard, StocktakeLine.reason, "reason")
    columns: tuple[Any, ...] = (
        StocktakeLine.id, StocktakeLine.tag, StocktakeLine.bundle_id, StocktakeLine.finding, StocktakeLine.resolution,
        StocktakeLine.reason, StocktakeLine.remark, StocktakeLine.settled_at,
        booked.code.label("booked_place"), StocktakeLine.booked_pieces,
        counted.code.label("counted_place"), StocktakeLine.counted_pieces, *names,
    )  # fmt: skip
    return (
        with_names(select(*columns).select_from(StocktakeLine))
        .outerjoin(booked, booked.id == StocktakeLine.booked_place_id)
        .outerjoin(counted, counted.id == StocktakeLine.counted_place_id)
        .where(StocktakeLine.stocktake_id == stocktake_id)
    )
