"""Where goods stand, now or at a past moment, and the conditions by which people look for them.

What stood at a past moment is what stands now, with every move recorded since then taken back, or all moves up to then
added up: both give the same, and the shorter way is taken. It costs as much as was moved since, or until, then.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Select, and_, cast, exists, func, or_, select, true, union_all
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from inventory import arrivals, errors, lying
from inventory.genealogy_models import HeatPart
from inventory.models import Bundle, Encumbrance, Heat, Place, Product, StockBalance, StockMove, Warehouse
from inventory.quality.standing import covers, covers_part, stands
from steelyard.accounts.models import Organisation
from steelyard.core.actors import Actor, OrgKind
from steelyard.core.clock import business_date, day_begins, utc_now
from steelyard.core.database import db_now
from steelyard.core.prepared import POSTGRESQL, dialect_of
from steelyard.core.units import Size, UnitError, parse_size

_KEY = ("bundle_id", "place_id", "owner_id", "state")
_AMOUNTS = ("pieces", "length_mm", "mass_g")


@dataclass(frozen=True, slots=True)
class Ground:
    """Cells of goods: ``source`` is what a query joins, ``cells`` has its columns by name.

    ``held`` and ``quarantined`` are the conditions on ``Bundle`` and ``Warehouse`` at the ground's moment.
    """

    source: Any
    cells: Any
    held: ColumnElement[bool]
    quarantined: ColumnElement[bool]


def _ground(source: Any, cells: Any, moment: datetime | None = None) -> Ground:
    quarantined = or_(
        exists().where(covers(moment)),
        exists().where(HeatPart.heat_id == Bundle.heat_id, covers_part(moment)),
    )
    pledged = exists().where(Encumbrance.bundle_id == Bundle.id, stands(Encumbrance, moment))
    return Ground(source, cells, or_(pledged, quarantined), quarantined)


NOW = _ground(StockBalance, StockBalance)
"""The balances, of real places and virtual ones."""


def ground(session: Session, actor: Actor, moment: datetime | None) -> Ground:
    """The balances, or what stood at real places at a past ``moment`` of what the actor sees."""
    if moment is None:
        return NOW
    past = stood(session, actor, moment).cte("stood")
    return _ground(past, past.c, moment)


def stood(session: Session, actor: Actor, moment: datetime) -> Select[Any]:
    """What stood at real places when ``moment`` was over, by bundle, place, owner and state.

    It is added up from the first move, or taken back from what stands now, whichever is the shorter way in time.
    """
    first = session.scalar(select(StockMove.recorded_at).order_by(StockMove.id).limit(1))
    came = (StockMove.to_place_id, StockMove.to_owner_id, StockMove.to_state)
    left = (StockMove.from_place_id, StockMove.from_owner_id, StockMove.from_state)
    if first is None or moment - first < db_now(session) - moment:
        until = StockMove.recorded_at <= moment
        sources = [_moved(actor, until, *came, 1), _moved(actor, until, *left, -1)]
    else:
        since = StockMove.recorded_at > moment
        sources = [_kept(actor), _moved(actor, since, *left, 1), _moved(actor, since, *came, -1)]
    parts = union_all(*sources).subquery("parts")
    sums = {name: cast(func.sum(parts.c[name]), BigInteger).label(name) for name in _AMOUNTS}
    key = [parts.c[name] for name in _KEY]
    return select(*key, true().label("is_real"), *sums.values()).group_by(*key).having(func.sum(parts.c.pieces) > 0)


def _kept(actor: Actor) -> Select[Any]:
    query = select(*(getattr(StockBalance, name) for name in (*_KEY, *_AMOUNTS)))
    return query.where(StockBalance.is_real, StockBalance.pieces + StockBalance.mass_g > 0, *lying.own(actor))


def _moved(
    actor: Actor, when: ColumnElement[bool], place: InstrumentedAttribute[int], owner: InstrumentedAttribute[int],
    state: InstrumentedAttribute[str], sign: int,
) -> Select[Any]:  # fmt: skip
    """One side of the moves recorded ``when``, as amounts of that sign."""
    amounts = [(getattr(StockMove, name) * sign).label(name) for name in _AMOUNTS]
    query = select(
        StockMove.bundle_id, place.label("place_id"), owner.label("owner_id"), state.label("state"), *amounts
    )
    real = aliased(Place)
    query = query.join(real, and_(real.id == place, real.is_real)).where(when)
    if actor.org_kind is OrgKind.WAREHOUSE:
        own = select(Warehouse.id).where(Warehouse.org_id == actor.org_id)
        return query.where(StockMove.warehouse_id.in_(own))
    return query if actor.is_operator else query.where(owner == actor.org_id)


def below(code: str) -> Select[tuple[int]]:
    """The ids of the places with a code, in whichever yard, and of all below them."""
    tree = select(Place.id).where(Place.code == code).cte("below", recursive=True)
    tree = tree.union(select(Place.id).join(tree, Place.parent_id == tree.c.id))
    return select(tree.c.id)


def conditions(
    session: Session, actor: Actor, wanted: Mapping[str, Any], at: Ground = NOW
) -> list[ColumnElement[bool]]:
    """The conditions of the filters ``wanted``; raises ``SizeUnreadable``."""
    return [*of_goods(session, actor, wanted, at), *of_cells(wanted, at.cells)]


def of_goods(session: Session, actor: Actor, wanted: Mapping[str, Any], at: Ground) -> list[ColumnElement[bool]]:
    """Those on what a bundle is, whose it is by name, whether it is held, and its age; raises ``SizeUnreadable``."""
    equal = {
        "warehouse_id": Bundle.warehouse_id, "heat_number": Heat.heat_number,
        "certificate_number": Bundle.certificate_number,
    }  # fmt: skip
    found = [*_equal(wanted, equal), *of_products(wanted), *of_length(wanted)]
    if wanted.get("tag") is not None:
        found.append(begins(Bundle.tag, wanted["tag"]))
    if wanted.get("owner") is not None:
        found.append(Organisation.name.icontains(wanted["owner"], autoescape=True))
    for name, condition in (("held", at.held), ("quarantined", at.quarantined)):
        if wanted.get(name) is not None:
            found.append(condition if wanted[name] else ~condition)
    return [*found, *_of_age(session, actor, wanted, at)]


def of_cells(wanted: Mapping[str, Any], cells: Any) -> list[ColumnElement[bool]]:
    """Those on where a bundle stands, for whom, and in what state."""
    found = _equal(wanted, {"owner_org_id": cells.owner_id, "state": cells.state})
    return [*found, cells.place_id.in_(below(wanted["place"]))] if wanted.get("place") is not None else found


def _equal(wanted: Mapping[str, Any], columns: Mapping[str, Any]) -> list[ColumnElement[bool]]:
    return [column == wanted[name] for name, column in columns.items() if wanted.get(name) is not None]


def begins(column: InstrumentedAttribute[str], text: str) -> ColumnElement[bool]:
    """The condition that a text begins so, in letters of either case; PostgreSQL finds a bundle's tag by index."""
    return func.lower(column).startswith(text.lower(), autoescape=True)


OF_PRODUCTS = ("grade", "standard", "condition", "kind", "size")
"""The filters that say which product goods are; of a size its length is that of the pieces."""


def of_products(wanted: Mapping[str, Any]) -> list[ColumnElement[bool]]:
    """The conditions on the product; raises ``SizeUnreadable``."""
    found = _equal(wanted, {name: getattr(Product, name) for name in OF_PRODUCTS if name != "size"})
    if (size := _size(wanted)) is None:
        return found
    wall: ColumnElement[bool] = (
        Product.wall_mm_x100.is_(None) if size.wall_mm_x100 is None else Product.wall_mm_x100 == size.wall_mm_x100
    )
    return [*found, Product.od_mm_x100 == size.od_mm_x100, wall]


def of_length(wanted: Mapping[str, Any]) -> list[ColumnElement[bool]]:
    """The condition on the pieces of a size that names their length; raises ``SizeUnreadable``."""
    size = _size(wanted)
    return [] if size is None or size.length_mm is None else [Bundle.piece_length_mm == size.length_mm]


def _size(wanted: Mapping[str, Any]) -> Size | None:
    if (text := wanted.get("size")) is None:
        return None
    try:
        return parse_size(text)
    except UnitError:
        raise errors.SizeUnreadable(text=text) from None


def _of_age(session: Session, actor: Actor, wanted: Mapping[str, Any], at: Ground) -> list[ColumnElement[bool]]:
    """Conditions on the days since the goods came, counted in calendar days of Shanghai."""
    least, most = wanted.get("min_age_days"), wanted.get("max_age_days")
    if least is None and most is None:
        return []
    came = came_of(session, actor, at).subquery("came")
    now = wanted.get("as_of") or utc_now()
    within = select(came.c.bundle_id)
    if least is not None:
        within = within.where(came.c.arrived_at < day_before(now, least - 1))
    if most is not None:
        within = within.where(came.c.arrived_at >= day_before(now, most))
    return [Bundle.id.in_(within)]


def came_of(session: Session, actor: Actor, at: Ground) -> Select[int, datetime]:
    """When everything in stock came, in the yards of others too where that is sooner read."""
    lies = select(at.cells.bundle_id).where(at.cells.is_real, at.cells.pieces > 0)
    if at is not NOW:
        lies = lies.distinct()
    elif dialect_of(session) == POSTGRESQL:
        lies = lies.where(*lying.own(actor))
    return arrivals.arrived(session, lies)


def day_before(now: datetime, days: int) -> datetime:
    """The beginning of the day in Shanghai that lies ``days`` days before that of ``now``."""
    return day_begins(date.fromordinal(max(1, business_date(now).toordinal() - days)))


def age_days(came: datetime | None, now: datetime) -> int | None:
    """Calendar days in Shanghai from the day on which goods came to that of ``now``."""
    return None if came is None else (business_date(now) - business_date(came)).days
