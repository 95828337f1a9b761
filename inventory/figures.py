"""Figures of the stock: on hand, available, reserved, held; by age; and how often it turns over.

All are sums in grams and pieces over the same rows that the search shows. What is on hand is available, reserved,
held, arriving or in processing, each bundle in one of them, so that the parts sum to the whole and the owners to
the product.
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, ColumnElement, case, cast, func, literal, select
from sqlalchemy.orm import Session

from inventory import errors, flows, queries, searching
from inventory.models import Bundle, Product, StockMove
from inventory.queries import Page, Record
from inventory.searching import Ground
from inventory.states import State
from steelyard.accounts.models import Organisation
from steelyard.core.actors import Actor
from steelyard.core.clock import day_begins
from steelyard.core.database import db_now

LONGEST_PERIOD = timedelta(days=366)
AGES = (30, 60, 90, 180, 365)
"""Where the next class of age begins, in days."""


_AMOUNTS = ("pieces", "mass_g")


class Share(StrEnum):
    """In what part of the stock a bundle counts; what a hold keeps is held, whatever its state.

    What arrives lies in the yard, but its receipt is not posted yet.
    """

    AVAILABLE = "available"
    RESERVED = "reserved"
    HELD = "held"
    ARRIVING = "arriving"
    IN_PROCESSING = "in_processing"


@dataclass(frozen=True, slots=True)
class Amount:
    """So many bundles with so many pieces, in grams."""

    bundles: int = 0
    pieces: int = 0
    mass_g: int = 0

    def __add__(self, other: "Amount") -> "Amount":
        return Amount(self.bundles + other.bundles, self.pieces + other.pieces, self.mass_g + other.mass_g)


SHARES = tuple(Share)


def _share(at: Ground) -> ColumnElement[int]:
    """The part as its place in ``SHARES``: numbers are sorted in a tenth of the time of words."""
    state, number = at.cells.state, SHARES.index
    return case(
        (at.held | state.in_((State.QUARANTINE, State.DEFECTIVE)), number(Share.HELD)),
        (state.in_((State.RESERVED, State.PICKED)), number(Share.RESERVED)),
        (state == State.IN_PROCESSING, number(Share.IN_PROCESSING)),
        (state == State.EXPECTED, number(Share.ARRIVING)),
        else_=number(Share.AVAILABLE),
    )


def of_products(session: Session, actor: Actor, wanted: Mapping[str, Any]) -> Page:
    """The figures of each product and of each of its owners, by the filters of the stock; paged by product.

    What lies there is read once: the sums first, whose they are and of what afterwards. Raises ``SizeUnreadable``.
    """
    at = searching.ground(session, actor, wanted.get("as_of"))
    stock = queries.in_stock(session, actor, wanted, at)
    amounts = (at.cells.pieces, at.cells.mass_g)
    rows = stock.with_only_columns(Bundle.product_id, at.cells.owner_id, _share(at).label("share"), *amounts).subquery()
    key = (rows.c.product_id, rows.c.owner_id, rows.c.share)
    place = func.dense_rank().over(order_by=rows.c.product_id).label("place")
    parts = select(*key, func.count().label("bundles"), *_sums(rows), place).group_by(*key)
    if wanted.get("after") is not None:
        parts = parts.where(rows.c.product_id > wanted["after"])
    summed = parts.subquery("summed")
    query = (
        select(
            Product,
            summed.c.owner_id,
            Organisation.name,
            summed.c.share,
            summed.c.bundles,
            *(summed.c[name] for name in _AMOUNTS),
        )
        .join(Product, Product.id == summed.c.product_id)
        .join(Organisation, Organisation.id == summed.c.owner_id)
        .where(summed.c.place <= wanted["limit"] + 1)
        .order_by(summed.c.product_id)
    )
    found: dict[Product, dict[tuple[str, int], dict[Share, Amount]]] = {}
    for product, owner_id, owner_name, share, *amount in session.execute(query):
        owner = found.setdefault(product, {}).setdefault((owner_name, owner_id), {})
        owner[SHARES[share]] = Amount(*amount)
    records = [_product(product, owners) for product, owners in found.items()]
    shown = records[: wanted["limit"]]
    return shown, (shown[-1]["product_id"] if len(records) > len(shown) else None)


def _sums(rows: Any) -> list[Any]:
    return [cast(func.sum(rows.c[name]), BigInteger).label(name) for name in _AMOUNTS]


def _product(product: Product, owners: Mapping[tuple[str, int], Mapping[Share, Amount]]) -> Record:
    each = [
        {"owner_org_id": id_, "owner_name": name, **_figures(shares)} for (name, id_), shares in sorted(owners.items())
    ]
    return {
        "product_id": product.id, "kind": product.kind, "standard": product.standard, "grade": product.grade,
        "condition": product.condition, "size": product.size_text, **total(each), "owners": each,
    }  # fmt: skip


def _figures(shares: Mapping[Share, Amount]) -> Record:
    parts = {share.value: shares.get(share, Amount()) for share in Share}
    return {"on_hand": sum(parts.values(), Amount()), **parts}


def total(records: Iterable[Record]) -> Record:
    """The figures of several products or owners together."""
    rows = list(records)
    return {name: sum((row[name] for row in rows), Amount()) for name in ("on_hand", *(share.value for share in Share))}


def ages(session: Session, actor: Actor, wanted: Mapping[str, Any]) -> Page:
    """What lies how long, by owner; the last class has no end. Goods of which no receipt tells have no class.

    Raises ``SizeUnreadable``.
    """
    at = searching.ground(session, actor, wanted.get("as_of"))
    now = wanted.get("as_of") or db_now(session)
    # The sum keeps SQLite from reading every balance that there ever was, because an index has them by owner.
    owner = (at.cells.owner_id + 0).label("owner_id")
    columns = (Bundle.id.label("bundle_id"), owner, Organisation.name, at.cells.pieces, at.cells.mass_g)
    rows = queries.in_stock(session, actor, wanted, at).with_only_columns(*columns).subquery()
    came = searching.came_of(session, actor, at).subquery("dates")
    begins = [(came.c.arrived_at >= searching.day_before(now, last), place) for place, last in enumerate(AGES)]
    class_ = case((came.c.arrived_at.is_(None), literal(-1)), *begins, else_=len(AGES)).label("class_")
    classed = select(rows, class_).outerjoin(came, came.c.bundle_id == rows.c.bundle_id).subquery("classed")
    key = (classed.c.owner_id, classed.c.name, classed.c.class_)
    query = select(*key, func.count(), *_sums(classed)).group_by(*key).order_by(*key)
    if wanted.get("after") is not None:
        query = query.where(classed.c.owner_id > wanted["after"])
    found: dict[tuple[int, str], dict[int, Amount]] = {}
    for owner_id, name, class_number, *amount in session.execute(query):
        found.setdefault((owner_id, name), {})[class_number] = Amount(*amount)
    owners = list(found)
    shown = owners[: wanted["limit"]]
    records = [{"owner_org_id": key[0], "owner_name": key[1], **_aged(found[key])} for key in shown]
    return records, (shown[-1][0] if len(owners) > len(shown) else None)


def _aged(classes: Mapping[int, Amount]) -> Record:
    bounds = zip((0, *(last + 1 for last in AGES)), (*AGES, None), strict=True)
    return {
        "on_hand": sum(classes.values(), Amount()),
        "undated": classes.get(-1, Amount()),
        "classes": [
            {"from_days": first, "to_days": last, **asdict(classes.get(place, Amount()))}
            for place, (first, last) in enumerate(bounds)
        ],
    }


class Turn(NamedTuple):
    """What moved of a product in a period, in grams: opening + in - out + other = closing.

    ``other`` is what was made, lost, found, weighed anew or changed hands. ``average_g`` is the mean of what lay
    there at the end of each day.
    """

    opening_g: int
    in_g: int
    out_g: int
    other_g: int
    closing_g: int
    average_g: int

    def turns_x1000(self) -> int | None:
        """How often the average stock left by the gate, in thousandths."""
        return None if self.average_g <= 0 else self.out_g * 1000 // self.average_g

    def lasts_days(self, days: int) -> int | None:
        """For how many days the average stock lasts at the pace of the period."""
        return None if self.out_g <= 0 else self.average_g * days // self.out_g


def turned(opening_g: int, flow: Mapping[date, tuple[int, int, int]], first: date, days: int) -> Turn:
    """The turn of a period of ``days`` days; ``flow`` holds in, out and other of each day, as signed grams."""
    in_, out, other = (sum(amounts[place] for amounts in flow.values()) for place in range(3))
    # A gram that came on a day lies there at the end of that day and of every later one.
    held = sum(sum(amounts) * (days - (day - first).days) for day, amounts in flow.items())
    closing = opening_g + in_ + out + other
    return Turn(opening_g, in_, -out, other, closing, (opening_g * days + held) // days)


def turnover(session: Session, actor: Actor, wanted: Mapping[str, Any]) -> Page:
    """How each product turned over from ``from_day`` to ``to_day``, both included, by when moves were recorded.

    Raises ``PeriodUnsound``.
    """
    first, last = wanted["from_day"], wanted["to_day"]
    if not timedelta(0) <= last - first < LONGEST_PERIOD:
        raise errors.PeriodUnsound(most=LONGEST_PERIOD.days)
    since, until = (day_begins(day) for day in (first, last + timedelta(days=1)))
    opening, flow = _opening(session, actor, wanted, since), _flow(session, actor, wanted, since, until)
    ids = sorted({*opening, *flow})
    ids = [id_ for id_ in ids if id_ > (wanted.get("after") or 0)]
    shown = ids[: wanted["limit"]]
    days = (last - first).days + 1
    records = []
    for product in session.scalars(select(Product).where(Product.id.in_(shown)).order_by(Product.id)):
        turn = turned(opening.get(product.id, 0), flow.get(product.id, {}), first, days)
        records.append({
            "product_id": product.id, "kind": product.kind, "standard": product.standard, "grade": product.grade,
            "condition": product.condition, "size": product.size_text, **turn._asdict(), "days": days,
            "turns_x1000": turn.turns_x1000(), "lasts_days": turn.lasts_days(days),
        })  # fmt: skip
    return records, (shown[-1] if len(ids) > len(shown) else None)


def _of_yard(wanted: Mapping[str, Any], owner: ColumnElement[int]) -> list[ColumnElement[bool]]:
    pairs = ((Bundle.warehouse_id, wanted.get("warehouse_id")), (owner, wanted.get("owner_org_id")))
    return [column == value for column, value in pairs if value is not None]


def _opening(session: Session, actor: Actor, wanted: Mapping[str, Any], since: datetime) -> dict[int, int]:
    """What lay there of each product before the period began, in grams."""
    lay = searching.stood(session, actor, since - timedelta(microseconds=1)).subquery("lay")
    query = select(Bundle.product_id, cast(func.sum(lay.c.mass_g), BigInteger)).join(
        lay, lay.c.bundle_id == Bundle.id
    )  # fmt: skip
    return dict(session.execute(query.where(*_of_yard(wanted, lay.c.owner_id)).group_by(Bundle.product_id)).all())


def _flow(
    session: Session, actor: Actor, wanted: Mapping[str, Any], since: datetime, until: datetime
) -> dict[int, dict[date, tuple[int, int, int]]]:
    """What came in, went out and changed otherwise of each product on each day, as signed grams."""
    side = flows.sides(since, until, StockMove.recorded_at)
    by_gate = side.c.other.in_(flows.OUTSIDE)
    # A counter-move is the other way round: what undoes an arrival is no departure.
    arrives = (side.c.mass_g > 0) != side.c.reversed
    kind = case((by_gate & arrives, 0), (by_gate, 1), else_=2).label("kind")
    day = flows.day_of(session, side.c.moment).label("day")
    rows = (
        select(Bundle.product_id, day, kind, side.c.mass_g)
        .join(Bundle, Bundle.id == side.c.bundle_id)
        .where(*flows.seen(actor, side), *_of_yard(wanted, side.c.owner_id))
        .subquery("rows_")
    )
    key = (rows.c.product_id, rows.c.day, rows.c.kind)
    query = select(*key, cast(func.sum(rows.c.mass_g), BigInteger)).group_by(*key)
    found: dict[int, dict[date, tuple[int, int, int]]] = {}
    for product_id, told, place, mass in session.execute(query):
        days = found.setdefault(product_id, {})
        amounts = [*days.get(flows.as_day(told), (0, 0, 0))]
        amounts[place] += mass
        days[flows.as_day(told)] = (amounts[0], amounts[1], amounts[2])
    return found
