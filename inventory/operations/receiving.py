"""Receiving (入库): bundles come from the mill into the yard, announced by an advice or blind."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import BigInteger, Executable, String, Table, exists, select, union_all
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from inventory import errors
from inventory.models import Bundle, Heat, Product, Receipt, ReceiptLine, Warehouse
from inventory.operations import announcing, ledger, yard
from inventory.operations.scope import own_warehouse
from inventory.quantities import Movement, Position, Quantity
from inventory.states import ArrivalState, Document, PlaceKind, ReceiptSource, State
from inventory.weights import Masses, theoretical_mass_g
from steelyard.accounts.models import Organisation
from steelyard.core import audit
from steelyard.core.actors import Actor
from steelyard.core.clock import business_date
from steelyard.core.database import db_now
from steelyard.core.numbering import next_number
from steelyard.core.rowset import RowTypes, rowset

_INT, _STR = BigInteger(), String()
_BUNDLE_TYPES: RowTypes = {
    "warehouse_id": _INT, "tag": _STR, "voided": _INT, "product_id": _INT, "heat_id": _INT, "owner_id": _INT,
    "certificate_number": _STR, "pieces": _INT, "piece_length_mm": _INT, "theoretical_mass_g": _INT,
    "certificate_mass_g": _INT, "weighed_mass_g": _INT,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Arrival:
    """One bundle as it came. ``place`` is the code of the place where it was put."""

    tag: str
    product_id: int
    heat_number: str
    mill_name: str
    pieces: int
    piece_length_mm: int
    place: str
    certificate_number: str | None = None
    certificate_mass_g: int | None = None
    weighed_mass_g: int | None = None
    state: ArrivalState = ArrivalState.AVAILABLE


@dataclass(frozen=True, slots=True)
class Delivery:
    """A lorry's load for one owner. ``event_at`` is when it came, by default now.

    What was found at a count comes from there as its ``origin``.
    """

    owner_id: int
    source: ReceiptSource
    arrivals: Sequence[Arrival]
    advice_number: str | None = None
    plate: str | None = None
    event_at: datetime | None = None
    origin: PlaceKind = PlaceKind.MILL


def receive(session: Session, actor: Actor, warehouse_id: int, delivery: Delivery) -> Receipt:
    """Post a receipt with its bundles.

    Raises ``AdviceMissing``, ``OwnerUnknown``, ``TagRepeated``, ``TagTaken``, ``ProductUnknown``, ``PlaceUnknown``,
    ``MassImplausible``, ``EventInFuture``, ``EventTooOld``; then nothing is written.
    """
    warehouse = own_warehouse(session, actor, warehouse_id)
    _check(session, delivery, db_now(session))
    _check_tags(session, warehouse, [arrival.tag for arrival in delivery.arrivals])
    places = _places(session, warehouse, delivery.arrivals)
    masses = _masses(session, delivery.arrivals)
    receipt = _document(session, actor, warehouse, delivery)
    bundles = _make_bundles(session, receipt, delivery.arrivals, masses)
    movements = _bring_in(session, actor, receipt, delivery, bundles, places, masses)
    _write_lines(session, receipt, movements)
    data = announcing.load_of(session, movements)
    audit.record(session, actor, "inventory.receipt_posted", f"receipt:{receipt.number}", {"tags": data["tags"]})
    announcing.announce(
        session, "receipt_posted", f"receipt:{receipt.number}", warehouse, [receipt.owner_id],
        {
            "receipt_id": receipt.id, "number": receipt.number, "advice_number": receipt.advice_number,
            "source": receipt.source, "owner_org_id": receipt.owner_id, **data,
        },
    )  # fmt: skip
    return receipt


def _check(session: Session, delivery: Delivery, now: datetime) -> None:
    if delivery.source is ReceiptSource.ANNOUNCED and delivery.advice_number is None:
        raise errors.AdviceMissing
    if delivery.event_at is not None:
        errors.check_moment(delivery.event_at, now)
    owner = session.get(Organisation, delivery.owner_id)
    if owner is None or not owner.active:
        raise errors.OwnerUnknown


def _check_tags(session: Session, warehouse: Warehouse, tags: Sequence[str]) -> None:
    seen: set[str] = set()
    for tag in tags:
        if tag in seen:
            raise errors.TagRepeated(tag=tag)
        seen.add(tag)
    for tag in yard.lock_by_tags(session, warehouse.id, tags):
        raise errors.TagTaken(tag=tag)


def _places(session: Session, warehouse: Warehouse, arrivals: Sequence[Arrival]) -> dict[str, int]:
    codes = {arrival.place for arrival in arrivals}
    places = yard.real_places(session, warehouse.id, codes)
    for code in sorted(codes - places.keys()):
        raise errors.PlaceUnknown(place=code)
    blocked = yard.blocked(session, places.values())
    for code in sorted(code for code, id_ in places.items() if id_ in blocked):
        raise errors.PlaceBlocked(place=code)
    return places


def _masses(session: Session, arrivals: Sequence[Arrival]) -> dict[str, Masses]:
    wanted = rowset(
        session, "wanted", {"id": _INT}, [{"id": id_} for id_ in sorted({arrival.product_id for arrival in arrivals})]
    )
    products = {
        product.id: product for product in session.scalars(select(Product).join(wanted, wanted.c.id == Product.id))
    }
    found: dict[str, Masses] = {}
    for arrival in arrivals:
        product = products.get(arrival.product_id)
        if product is None:
            raise errors.ProductUnknown(product_id=arrival.product_id)
        theory = theoretical_mass_g(product.size, arrival.pieces, arrival.piece_length_mm, product.density_kg_per_m3)
        found[arrival.tag] = masses = Masses(theory, arrival.certificate_mass_g, arrival.weighed_mass_g)
        if not masses.is_plausible:
            raise errors.MassImplausible(tag=arrival.tag, theory_g=theory)
    return found


def _document(session: Session, actor: Actor, warehouse: Warehouse, delivery: Delivery) -> Receipt:
    now = db_now(session)
    receipt = Receipt(
        number=next_number(session, "RK", business_date(now)),
        warehouse_id=warehouse.id, owner_id=delivery.owner_id, source=delivery.source,
        advice_number=delivery.advice_number, plate=delivery.plate,
        event_at=delivery.event_at or now, recorded_at=now, received_by=actor.user_id,
    )  # fmt: skip
    session.add(receipt)
    session.flush()
    return receipt


def heat_ids(session: Session, wanted: Collection[tuple[str, str]]) -> dict[tuple[str, str], int]:
    """The ids of the heats by number and mill, made where they are new: one statement, or three on SQLite.

    On PostgreSQL it takes another where somebody else is just making one of them.
    """
    rows = [{"heat_number": number, "mill_name": mill} for number, mill in sorted(wanted)]
    given = rowset(session, "given", {"heat_number": _STR, "mill_name": _STR}, rows)
    is_same = (given.c.heat_number == Heat.heat_number) & (given.c.mill_name == Heat.mill_name)
    query = select(Heat.heat_number, Heat.mill_name, Heat.id).join(given, is_same)
    dialect: Any = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    new = select(given.c.heat_number, given.c.mill_name).where(~exists(select(Heat.id).where(is_same)))
    insert = dialect.insert(cast(Table, Heat.__table__)).from_select(["heat_number", "mill_name"], new)
    insert = insert.on_conflict_do_nothing()
    if dialect is postgresql:
        made = insert.returning(Heat.heat_number, Heat.mill_name, Heat.id).cte("made")
        found = _by_name(session, union_all(query, select(made)))
    elif len(found := _by_name(session, query)) < len(rows):
        session.execute(insert)
    return found if len(found) == len(rows) else _by_name(session, query)


def _by_name(session: Session, query: Executable) -> dict[tuple[str, str], int]:
    return {(number, mill): id_ for number, mill, id_ in session.execute(query)}


def _make_bundles(
    session: Session, receipt: Receipt, arrivals: Sequence[Arrival], masses: Mapping[str, Masses]
) -> dict[str, int]:
    heats = heat_ids(session, {(arrival.heat_number, arrival.mill_name) for arrival in arrivals})
    rows = [
        {
            "warehouse_id": receipt.warehouse_id, "tag": arrival.tag, "voided": 0, "product_id": arrival.product_id,
            "heat_id": heats[arrival.heat_number, arrival.mill_name], "owner_id": receipt.owner_id,
            "certificate_number": arrival.certificate_number, "pieces": arrival.pieces,
            "piece_length_mm": arrival.piece_length_mm, "theoretical_mass_g": masses[arrival.tag].theoretical_g,
            "certificate_mass_g": arrival.certificate_mass_g, "weighed_mass_g": arrival.weighed_mass_g,
        }
        for arrival in arrivals
    ]  # fmt: skip
    given = rowset(session, "given", _BUNDLE_TYPES, rows)
    table = cast(Table, Bundle.__table__)
    session.execute(table.insert().from_select(list(_BUNDLE_TYPES), select(*(given.c[name] for name in _BUNDLE_TYPES))))
    return yard.lock_by_tags(session, receipt.warehouse_id, [arrival.tag for arrival in arrivals])


def _bring_in(
    session: Session, actor: Actor, receipt: Receipt, delivery: Delivery,
    bundles: Mapping[str, int], places: Mapping[str, int], masses: Mapping[str, Masses],
) -> list[Movement]:  # fmt: skip
    virtual = yard.virtual_places(session, receipt.warehouse_id)
    movements = []
    for arrival in delivery.arrivals:
        target = Position(places[arrival.place], receipt.owner_id, State(arrival.state))
        quantity = Quantity(arrival.pieces, arrival.pieces * arrival.piece_length_mm, masses[arrival.tag].ledger_g)
        movements.append(Movement(bundles[arrival.tag], quantity, target.at(virtual[delivery.origin]), target))
    postings = [ledger.Posting(movement, Document.RECEIPT, receipt.number, receipt.event_at) for movement in movements]
    ledger.post(session, yard.stamp(session, actor, receipt.warehouse_id, virtual), postings)
    return movements


def _write_lines(session: Session, receipt: Receipt, movements: Sequence[Movement]) -> None:
    types = {"receipt_id": _INT, "bundle_id": _INT, "place_id": _INT}
    rows = [
        {"receipt_id": receipt.id, "bundle_id": movement.bundle_id, "place_id": movement.target.place_id}
        for movement in movements
    ]
    given = rowset(session, "given", types, rows)
    table = cast(Table, ReceiptLine.__table__)
    session.execute(table.insert().from_select(list(types), select(*(given.c[name] for name in types))))
