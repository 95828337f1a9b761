"""What came into the real places of a yard and what left them, read from the moves.

Every move has two sides; the side that lies in the yard counts, with the kind of place at its other end. A move from
place to place within the yard has two such sides that cancel each other, unless the owner changes.
"""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Date, Select, Subquery, and_, cast, func, literal, select, union_all
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from inventory import errors
from inventory.models import Place, StockMove, Warehouse
from inventory.states import PlaceKind
from steelyard.core.actors import Actor, OrgKind

OUTSIDE = (PlaceKind.MILL, PlaceKind.CUSTOMER)
"""Where goods come from by the gate and leave to."""


def sides(since: datetime, until: datetime, clock: InstrumentedAttribute[datetime]) -> Subquery:
    """The sides of the moves from ``since`` to before ``until`` by ``clock``: the event's moment, or the record's.

    Columns: ``bundle_id``, ``warehouse_id``, ``owner_id``, ``moment``, ``other`` (kind of place at the other end),
    ``reversed`` (whether the move undoes one), ``mass_g`` (negative where it left). An event is recorded after it
    happened but for the tolerance of clocks, so that the index on the moment of recording serves both.
    """
    move = StockMove
    period = and_(
        move.recorded_at >= since - errors.CLOCK_TOLERANCE, clock >= since, clock < until
    )  # fmt: skip
    return union_all(
        _side(move.to_place_id, move.from_place_id, move.to_owner_id, clock, 1).where(period),
        _side(move.from_place_id, move.to_place_id, move.from_owner_id, clock, -1).where(period),
    ).subquery("sides")


def _side(
    inside: InstrumentedAttribute[int], outside: InstrumentedAttribute[int], owner: InstrumentedAttribute[int],
    clock: InstrumentedAttribute[datetime], sign: int,
) -> Select[Any]:  # fmt: skip
    here, there = aliased(Place), aliased(Place)
    columns: tuple[Any, ...] = (
        StockMove.bundle_id, StockMove.warehouse_id, owner.label("owner_id"), clock.label("moment"),
        there.kind.label("other"), StockMove.reverses_id.is_not(None).label("reversed"),
        (StockMove.mass_g * sign).label("mass_g"),
    )  # fmt: skip
    query = select(*columns).join(here, and_(here.id == inside, here.is_real))
    return query.join(there, there.id == outside)


def seen(actor: Actor, side: Subquery) -> list[ColumnElement[bool]]:
    """The condition under which the actor sees a side: his yard, or goods that were his."""
    if actor.is_operator:
        return []
    if actor.org_kind is OrgKind.WAREHOUSE:
        return [side.c.warehouse_id.in_(select(Warehouse.id).where(Warehouse.org_id == actor.org_id))]
    return [side.c.owner_id == actor.org_id]


def day_of(session: Session, moment: ColumnElement[datetime]) -> ColumnElement[Any]:
    """The day in Shanghai on which a moment falls, as the database works it out; :func:`as_day` reads it."""
    if session.get_bind().dialect.name == "sqlite":
        return func.date(moment, literal("+8 hours"))
    return cast(func.timezone("Asia/Shanghai", moment), Date)


def as_day(value: date | str) -> date:
    """What :func:`day_of` gave, as a date."""
    return value if isinstance(value, date) else date.fromisoformat(value)
