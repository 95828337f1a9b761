"""Statements of storage and handling by owner and month, worked out from the moves each time they are asked for.

What lay at the beginning of the month is what lies now less what was moved since, by the moments of the events. A
receipt that was reversed never came: its bundles are left out. Work on bundles is neither in nor out; what is made is
as old as what it was made of.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, ColumnElement, case, cast, exists, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from inventory import arrivals, documents, errors, flows, lying
from inventory.charges.arithmetic import ONE_DAY, Detail, Line, Stay, Tariff, details, lines, spans
from inventory.charges.errors import MonthNotBegun
from inventory.charges.models import StorageTariff
from inventory.models import Bundle, Heat, Product, ReceiptLine, StockBalance, StockMove, Warehouse
from steelyard.accounts.models import Organisation
from steelyard.core.actors import Actor, OrgKind
from steelyard.core.clock import business_date, day_begins
from steelyard.core.database import db_now
from steelyard.core.errors import NotFound
from steelyard.core.rowset import rowset

_CAME, _WENT, _OTHER = range(3)
_Column = ColumnElement[int] | InstrumentedAttribute[int]


class Month(NamedTuple):
    """The days of a month of which one can tell: up to today in the present one."""

    first: date
    last: date

    @property
    def text(self) -> str:
        """As it is written, ``2026-11``."""
        return f"{self.first:%Y-%m}"


class Statement(NamedTuple):
    """What an owner is asked for; the details sum to the quantities of the lines."""

    warehouse: Warehouse
    owner: Organisation
    month: Month
    lines: list[Line]
    details: list[Detail]

    @property
    def total_fen(self) -> int:
        """The sum of the lines."""
        return sum(line.amount_fen for line in self.lines)

    @property
    def owner_name(self) -> str:
        """The owner by his present name."""
        return self.owner.name


def month_of(session: Session, text: str | None) -> Month:
    """The month written as ``2026-11``, the present one where none is; raises ``MonthNotBegun``."""
    today = business_date(db_now(session))
    first = date(int(text[:4]), int(text[5:7]), 1) if text else today.replace(day=1)
    if first > today:
        raise MonthNotBegun(month=text)
    after = (first + timedelta(days=31)).replace(day=1)
    return Month(first, min(after - ONE_DAY, today))


def is_over(session: Session, month: Month) -> bool:
    """Whether nothing can happen in a month any more."""
    after = (month.first + timedelta(days=31)).replace(day=1)
    return business_date(db_now(session)) >= after


def tariffs(session: Session, warehouse_id: int) -> list[Tariff]:
    """All versions of a yard's tariff."""
    query = select(StorageTariff).where(StorageTariff.warehouse_id == warehouse_id).order_by(StorageTariff.id)
    return [
        Tariff(
            one.id, one.valid_from, one.valid_to, one.storage_fen_per_t_day, one.free_days, one.in_fen_per_t,
            one.out_fen_per_t, one.minimum_fen,
        )
        for one in session.scalars(query)
    ]  # fmt: skip


def open_yard(session: Session, actor: Actor, warehouse_id: int) -> Warehouse:
    """The yard: to its people and the operator; to an owner, who may have had goods in it, too. Raises ``NotFound``."""
    if sees_all(actor):
        return documents.warehouse(session, actor, warehouse_id)
    found = session.get(Warehouse, warehouse_id)
    if found is None:
        raise NotFound
    return found


def sees_all(actor: Actor) -> bool:
    """Whether one reads the statements of all owners, as the yard and the operator do; an owner reads his own."""
    return actor.is_operator or actor.org_kind is OrgKind.WAREHOUSE


def statement(session: Session, actor: Actor, warehouse_id: int, owner_id: int, month: Month) -> Statement:
    """What an owner is asked for; raises ``NotFound`` where he had nothing there, or it is not the actor's to read."""
    found = statements(session, actor, warehouse_id, month, owner_id)
    if not found:
        raise NotFound
    return found[0]


def statement_or_nothing(session: Session, actor: Actor, warehouse_id: int, owner_id: int, month: Month) -> Statement:
    """What an owner is asked for, which may be nothing at all; raises ``NotFound`` where it is not his to read."""
    found = statements(session, actor, warehouse_id, month, owner_id)
    owner = session.get_one(Organisation, owner_id)
    return found[0] if found else Statement(open_yard(session, actor, warehouse_id), owner, month, [], [])


def statements(
    session: Session, actor: Actor, warehouse_id: int, month: Month, owner_id: int | None = None
) -> list[Statement]:
    """What each owner is asked for, as far as the actor may read it, by the owner's id."""
    warehouse = open_yard(session, actor, warehouse_id)
    if not sees_all(actor):
        if owner_id not in (None, actor.org_id):
            raise NotFound
        owner_id = actor.org_id
    over = spans(tariffs(session, warehouse_id), month.first, month.last)
    by_owner = _stays(session, warehouse_id, owner_id, month)
    names = select(Organisation).where(Organisation.id.in_(by_owner)).order_by(Organisation.id)
    found = []
    for owner in session.scalars(names):
        own = details(by_owner[owner.id], over)
        if own:
            found.append(Statement(warehouse, owner, month, lines(own, over), own))
    return found


def _stays(session: Session, warehouse_id: int, owner_id: int | None, month: Month) -> dict[int, list[Stay]]:
    """What lay for whom in the month, bundle by bundle: three statements."""
    since, until = day_begins(month.first), day_begins(month.last + ONE_DAY)
    lies, moved = _present(session, warehouse_id, owner_id), _moved(session, warehouse_id, owner_id, since)
    keys = sorted({*lies, *moved})
    came = arrivals.of_bundles(session, {bundle_id for _, bundle_id in keys})
    found: dict[int, list[Stay]] = {}
    for owner, bundle_id in keys:
        days = moved.get((owner, bundle_id), {})
        opening = lies.get((owner, bundle_id), 0) - sum(sum(amounts) for amounts in days.values())
        within = {day: amounts for day, amounts in days.items() if day_begins(day) < until}
        arrived = came.get(bundle_id)
        stay = Stay(
            bundle_id, business_date(arrived) if arrived else None, _steps(month.first, opening, within),
            [(day, amounts[_CAME]) for day, amounts in within.items() if amounts[_CAME]],
            [(day, -amounts[_WENT]) for day, amounts in within.items() if amounts[_WENT]],
        )  # fmt: skip
        found.setdefault(owner, []).append(stay)
    return found


def _steps(first: date, opening: int, days: Mapping[date, Sequence[int]]) -> list[tuple[date, int]]:
    steps = [(first, opening)]
    for day in sorted(days):
        steps.append((day, steps[-1][1] + sum(days[day])))
    return steps


def _conditions(
    warehouse: _Column, owner: _Column, warehouse_id: int, owner_id: int | None
) -> list[ColumnElement[bool]]:
    undone = exists().where(ReceiptLine.bundle_id == Bundle.id) & (Bundle.voided != 0)
    return [warehouse == warehouse_id, ~undone, *([owner == owner_id] if owner_id is not None else [])]


def _present(session: Session, warehouse_id: int, owner_id: int | None) -> dict[tuple[int, int], int]:
    """Grams that lie now, by owner and bundle."""
    query = (
        select(StockBalance.owner_id, StockBalance.bundle_id, cast(func.sum(StockBalance.mass_g), BigInteger))
        .join(Bundle, Bundle.id == StockBalance.bundle_id)
        .where(StockBalance.is_real, StockBalance.pieces > 0, *lying.in_yard(session, warehouse_id, owner_id))
        .where(*_conditions(Bundle.warehouse_id, StockBalance.owner_id, warehouse_id, owner_id))
        .group_by(StockBalance.owner_id, StockBalance.bundle_id)
    )
    return {(owner, bundle_id): mass for owner, bundle_id, mass in session.execute(query)}


def _moved(
    session: Session, warehouse_id: int, owner_id: int | None, since: datetime
) -> dict[tuple[int, int], dict[date, list[int]]]:
    """Signed grams that came, went by the gate, or changed otherwise since the month began: by owner, bundle, day."""
    side = flows.sides(since, db_now(session) + errors.CLOCK_TOLERANCE, StockMove.event_at)
    by_gate, arrives = side.c.other.in_(flows.OUTSIDE), (side.c.mass_g > 0) != side.c.reversed
    kind = case((by_gate & arrives, _CAME), (by_gate, _WENT), else_=_OTHER).label("kind")
    day = flows.day_of(session, side.c.moment)
    rows = (
        select(side.c.owner_id, side.c.bundle_id, day.label("day"), kind, side.c.mass_g)
        .join(Bundle, Bundle.id == side.c.bundle_id)
        .where(*_conditions(side.c.warehouse_id, side.c.owner_id, warehouse_id, owner_id))
        .subquery("rows_")
    )
    key = (rows.c.owner_id, rows.c.bundle_id, rows.c.day, rows.c.kind)
    found: dict[tuple[int, int], dict[date, list[int]]] = {}
    for owner, bundle_id, told, place, mass in session.execute(
        select(*key, cast(func.sum(rows.c.mass_g), BigInteger)).group_by(*key)
    ):
        amounts = found.setdefault((owner, bundle_id), {}).setdefault(flows.as_day(told), [0, 0, 0])
        amounts[place] += mass
    return found


class Named(NamedTuple):
    """A bundle of a statement as people know it."""

    tag: str
    size: str
    grade: str
    heat_number: str


def named(session: Session, found: Iterable[Detail]) -> dict[int, Named]:
    """Tags, sizes, grades and heats of the bundles."""
    ids = [{"id": id_} for id_ in sorted({one.bundle_id for one in found})]
    wanted = rowset(session, "wanted", {"id": BigInteger()}, ids)
    rows: Any = (
        select(Bundle.id, Bundle.tag, Product, Heat.heat_number)
        .join(wanted, wanted.c.id == Bundle.id)
        .join(Product, Product.id == Bundle.product_id)
        .join(Heat, Heat.id == Bundle.heat_id)
    )
    return {id_: Named(tag, made.size_text, made.grade, heat) for id_, tag, made, heat in session.execute(rows)}
