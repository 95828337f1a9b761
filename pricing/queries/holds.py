"""What is held: now for people to decide on, and as of a moment for whoever uses prices."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from pricing.models import PriceCurrent, PriceSeries
from pricing.quality import HELD, Standing
from pricing.quality_models import PriceHold, PriceHoldEvent
from steelyard.accounts.models import User
from steelyard.core.errors import NotFound

AROUND = 8
"""Figures that are shown before a held one and behind it."""


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A believed figure near a held one; `is_it` for that one itself."""

    day: date
    mantissa: int
    scale: int
    status: str
    held: bool
    document_id: int | None
    is_it: bool


def held(
    session: Session,
    series_id: int,
    *,
    first: date | None = None,
    last: date | None = None,
    as_of: datetime | None = None,
) -> set[tuple[date, str]]:
    """The days and editions of a series that were kept back at a moment, by default now; it never changes later.

    An answer for a moment is final only where nobody may still write at it: see `pricing.queries.prices.settled`.
    """
    row = PriceHoldEvent
    query = select(row.day, row.edition, row.state).where(row.series_id == series_id).order_by(row.id)
    if first is not None:
        query = query.where(row.day >= first)
    if last is not None:
        query = query.where(row.day <= last)
    if as_of is not None:
        query = query.where(row.known_from <= as_of)
    states = {(day, edition): state for day, edition, state in session.execute(query)}
    return {key for key, state in states.items() if Standing(state) in HELD}


def all_holds(filters: Mapping[str, Any]) -> Select[PriceHold]:
    """The holds, narrowed by state and series."""
    query = select(PriceHold)
    if "state" in filters:
        query = query.where(PriceHold.state == filters["state"])
    if "series_id" in filters:
        query = query.where(PriceHold.series_id == filters["series_id"])
    return query


def hold(session: Session, hold_id: int) -> PriceHold:
    """One hold; raises `NotFound`."""
    found = session.get(PriceHold, hold_id)
    if found is None:
        raise NotFound
    return found


def series_of(session: Session, holds: Iterable[PriceHold]) -> dict[int, PriceSeries]:
    """The series of the holds, by id."""
    ids = {one.series_id for one in holds}
    return {one.id: one for one in session.scalars(select(PriceSeries).where(PriceSeries.id.in_(ids)))}


def around(session: Session, one: PriceHold) -> list[Neighbour]:
    """The believed figures of the same edition around a held one, in the order of their days."""
    row = PriceCurrent
    track = select(row).where(row.series_id == one.series_id, row.edition == one.edition)
    before = session.scalars(track.where(row.day < one.day).order_by(row.day.desc()).limit(AROUND)).all()
    behind = session.scalars(track.where(row.day >= one.day).order_by(row.day).limit(AROUND + 1)).all()
    return [
        Neighbour(found.day, found.mantissa, found.scale, found.status, found.held,
                  getattr(found, "document_id", None), found.day == one.day)
        for found in (*before[::-1], *behind)
    ]  # fmt: skip


def history(session: Session, one: PriceHold) -> list[PriceHoldEvent]:
    """What happened to a figure's hold, the latest last, at most a hundred entries."""
    row = PriceHoldEvent
    key = (row.series_id == one.series_id, row.day == one.day, row.edition == one.edition)
    return list(session.scalars(select(row).where(*key).order_by(row.id.desc()).limit(100)))[::-1]


def people(session: Session, ids: Iterable[int | None]) -> dict[int, str]:
    """The names of people, by id."""
    wanted = {one for one in ids if one is not None}
    rows = session.execute(select(User.id, User.name).where(User.id.in_(wanted)))
    return {row.id: row.name for row in rows}


def counts(session: Session) -> dict[str, int]:
    """How many holds there are in each state, and of the open ones how many somebody has `proposed` on."""
    query = select(PriceHold.state, func.count(), func.count(PriceHold.proposed_verdict)).group_by(PriceHold.state)
    found = {state: (number, proposed) for state, number, proposed in session.execute(query)}
    totals = {state: number for state, (number, _) in found.items()}
    return totals | {"proposed": found.get(Standing.OPEN, (0, 0))[1]}


def newest(session: Session, state: Standing, *, before: int | None, limit: int) -> tuple[list[PriceHold], int | None]:
    """The holds in a state, the newest first, and the id before which the next page begins."""
    query = all_holds({"state": state}).order_by(PriceHold.id.desc()).limit(limit + 1)
    rows = session.scalars(query if before is None else query.where(PriceHold.id < before)).all()
    return list(rows[:limit]), rows[limit - 1].id if len(rows) > limit else None


def proposals_of_others(session: Session, user_id: int) -> int:
    """How many proposals wait that somebody else made."""
    made = PriceHold.proposed_by
    return session.scalar(select(func.count()).where(made.is_not(None), made != user_id)) or 0
