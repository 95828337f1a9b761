"""Scans of bundles that come in: made, put at their place and counted against the advice, many in one go.

What is received lies in the state ``expected`` until its receipt is posted. The statements are as many for one bundle
as for a thousand; a heat that is new takes two more.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any, cast

from sqlalchemy import BigInteger, String, Table, select, true
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from inventory import arrival_errors, errors
from inventory.advice_models import StockAdviceArrival
from inventory.matching import Arrived, Expected, Goods, arrived, kilograms, line_for, product_of
from inventory.models import Bundle, ReceiptLine
from inventory.operations import announcing, answered, arriving_certificates, awaiting, gathering, ledger
from inventory.operations.arriving_certificates import Found, Named
from inventory.operations.awaiting import ReceiptView
from inventory.operations.gathering import Asked, First, Gathered, Label
from inventory.operations.receiving import heat_ids
from inventory.quantities import Movement, Position, Quantity
from inventory.scanning import Answer, Operation, refused
from inventory.states import Document, OperationKind, Outcome, PlaceKind, ReceiptStatus, State
from steelyard.api.idempotency import KeyReused, Once, note
from steelyard.core import audit, outbox
from steelyard.core.actors import Actor
from steelyard.core.batch import Batch, Write
from steelyard.core.errors import Refused
from steelyard.core.prepared import POSTGRESQL, dialect_of, given, packed, run
from steelyard.core.rowset import RowTypes

_INT, _STR = BigInteger(), String()
_BUNDLE_TYPES: RowTypes = {
    "warehouse_id": _INT, "tag": _STR, "voided": _INT, "product_id": _INT, "heat_id": _INT, "owner_id": _INT,
    "certificate_number": _STR, "pieces": _INT, "piece_length_mm": _INT, "theoretical_mass_g": _INT,
    "certificate_mass_g": _INT,
}  # fmt: skip
_LINE_TYPES: RowTypes = {"receipt_id": _INT, "bundle_id": _INT, "place_id": _INT, "state": _STR}
_ARRIVAL_TYPES: RowTypes = {"bundle_id": _INT, "advice_line_id": _INT}


@dataclass(slots=True)
class _Yard:
    """What arrivals are judged by: the receipts by number, the lines of their advices, the catalogue."""

    found: Gathered
    receipts: Mapping[str, ReceiptView]
    expected: Mapping[int, list[Expected]]
    catalogue: Sequence[Goods]
    received_on: Mapping[int, str]
    seen: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Arrival:
    """A bundle to be made, and the operation that asked for it."""

    operation: Operation
    receipt: ReceiptView
    bundle: Arrived
    place_id: int


@dataclass(frozen=True, slots=True)
class _Coming:
    """What was judged of the arrivals, the bundles that were made by tag, and how their certificates stand."""

    judged: Mapping[str, "_Arrival | Answer"]
    made: Mapping[str, int]
    papers: Mapping[Named, Found]


@dataclass(frozen=True, slots=True)
class Came:
    """The answers to arrivals, and at which place in the request each tag was received.

    ``labels`` are the bundles that were made. ``is_noted`` where the request held nothing else and is noted as
    answered.
    """

    answers: First = field(default_factory=dict)
    at: Mapping[str, int] = field(default_factory=dict)
    labels: dict[int, Label] = field(default_factory=dict)
    is_noted: bool = False

    def known_to(
        self, operations: Sequence[Operation], locked: dict[int, Label], freed: Collection[str]
    ) -> dict[int, Label]:
        """The bundles that the other operations name or a swap could free, those that were just made among them."""
        if not self.answers:
            return locked
        tags = {one.tag for one in operations}.union(freed)
        return {id_: label for id_, label in (locked | self.labels).items() if label.tag in tags}

    def behind(self, operations: Sequence[Operation]) -> list[Operation]:
        """The other operations; what came before the arrival of its bundle did not know it yet."""
        return [
            replace(one, unread=errors.BundleUnknown(tag=one.tag)) if self._too_early(place, one) else one
            for place, one in enumerate(operations)
            if one.kind is not OperationKind.RECEIVE
        ]

    def _too_early(self, place: int, one: Operation) -> bool:
        return one.unread is None and one.kind is not OperationKind.COUNT and place < self.at.get(one.tag, 0)


def perform(
    session: Session, actor: Actor, warehouse_id: int, labels: dict[int, Label],
    receipts: Mapping[str, ReceiptView], operations: Sequence[Operation], once: Once | None = None,
) -> Came:  # fmt: skip
    """Receive what ``operations`` receive, and answer each of those; note the request where that is all of it.

    Raises ``NotFound``, ``KeyReused`` and ``OperationInFlight``.
    """
    wanted = [one for one in operations if one.kind is OperationKind.RECEIVE]
    if not wanted:
        return Came()
    places = {one.place for one in wanted if one.place is not None}
    own = once if len(wanted) == len(operations) else None
    more = awaiting.wanted(labels, wanted, receipts.values())
    asked = Asked(places, {one.client_op_id for one in wanted}, own, more)
    found = gathering.gather(session, actor, warehouse_id, labels, asked)
    fresh = answered.fresh(wanted, found.kept)
    if not fresh:
        return Came(found.kept)
    recognise(own, found)
    rows = found.rows
    yard = _Yard(found, receipts, awaiting.expected(rows), awaiting.catalogue(rows), awaiting.known(rows))
    judged: dict[str, _Arrival | Answer] = {id_: _judge(yard, one) for id_, one in fresh.items()}
    coming = [one for one in judged.values() if isinstance(one, _Arrival)]
    named = _named(session, coming)
    made = _make(session, warehouse_id, coming, named)
    papers = arriving_certificates.look(rows, actor, named.values())
    lost = awaiting.lost_to(session, warehouse_id, [one.bundle.tag for one in coming if one.bundle.tag not in made])
    answers = {id_: _answer(one, made, lost) for id_, one in judged.items()}
    _tell_papers(answers, named, papers)
    first = {**found.kept, **answered.first(fresh, answers.values())}
    first.update(_write(session, actor, yard, _Coming(judged, made, papers), fresh, first, own))
    return Came(first, _places(operations, made), _labels(coming, made), own is not None)


def recognise(once: Once | None, found: Gathered) -> None:
    """Mark a request that came before under its key; raises ``KeyReused`` where that was another one."""
    if once is not None and found.repeated is not None:
        if found.repeated != once.hash:
            raise KeyReused
        once.replayed = True


def _places(operations: Sequence[Operation], made: Mapping[str, int]) -> dict[str, int]:
    at: dict[str, int] = {}
    for place, one in enumerate(operations):
        if one.kind is OperationKind.RECEIVE and one.tag in made:
            at.setdefault(one.tag, place)
    return at


def _labels(coming: Sequence[_Arrival], made: Mapping[str, int]) -> dict[int, Label]:
    return {
        made[tag]: Label(made[tag], tag, one.bundle.heat_number, one.bundle.certificate_number)
        for one in coming
        if (tag := one.bundle.tag) in made
    }


def _judge(yard: _Yard, operation: Operation) -> "_Arrival | Answer":
    try:
        return _arrival(yard, operation)
    except Refused as refusal:
        return refused(operation, refusal)


def _arrival(yard: _Yard, operation: Operation) -> _Arrival:
    if operation.unread is not None:
        raise operation.unread
    errors.check_moment(operation.event_at, yard.found.now)
    tag, number = operation.tag, operation.receipt_number
    if number is None or operation.place is None:
        raise errors.OperationIncomplete(field="place" if number else "receipt_number")
    receipt = yard.receipts.get(number)
    if receipt is None:
        raise arrival_errors.ReceiptUnknown(number=number)
    _check_tag(yard, tag, number)
    if receipt.status is not ReceiptStatus.OPEN:
        raise arrival_errors.ReceiptClosed(number=number)
    if (place_id := yard.found.places.get(operation.place)) is None:
        raise errors.PlaceUnknown(place=operation.place)
    if place_id in yard.found.blocked:
        raise errors.PlaceBlocked(place=operation.place)
    said, line = awaiting.said(operation), None
    if receipt.advice_id is not None:
        line = line_for(yard.expected.get(receipt.advice_id, []), tag, said, str(receipt.advice_number))
    bundle = arrived(tag, said, line, product_of(yard.catalogue, said, line))
    if line is not None:
        line.came += 1
    yard.seen[tag] = number
    return _Arrival(operation, receipt, bundle, place_id)


def _check_tag(yard: _Yard, tag: str, number: str) -> None:
    """Raise ``AlreadyReceived`` or ``TagTaken`` for a tag that a bundle of the yard bears."""
    bundle = yard.found.bundles.get(tag)
    on = yard.seen.get(tag, yard.received_on.get(bundle.bundle_id) if bundle else None)
    if on == number:
        raise arrival_errors.AlreadyReceived(tag=tag, number=number)
    if bundle is not None or on is not None:
        raise errors.TagTaken(tag=tag)


def _tell_papers(answers: Mapping[str, Answer], named: Mapping[str, Named], papers: Mapping[Named, Found]) -> None:
    """Let the answers say how the certificates stand."""
    for id_, one in named.items():
        if answers[id_].outcome is Outcome.DONE:
            answers[id_].params.update(papers[one].told(one))


def _named(session: Session, arrivals: Sequence[_Arrival]) -> dict[str, Named]:
    """The heats that come, made where they are new, each with its certificate; by the ids of the operations."""
    wanted = {(one.bundle.heat_number, one.bundle.mill_name) for one in arrivals}
    heats = heat_ids(session, wanted) if wanted else {}
    return {
        one.operation.client_op_id: Named(
            heats[one.bundle.heat_number, one.bundle.mill_name], one.bundle.heat_number, one.bundle.mill_name,
            one.bundle.certificate_number,
        )
        for one in arrivals
    }  # fmt: skip


def _make(
    session: Session, warehouse_id: int, arrivals: Sequence[_Arrival], named: Mapping[str, Named]
) -> dict[str, int]:
    """Make the bundles; return their ids by tag. A tag that another request took meanwhile is not among them."""
    if not arrivals:
        return {}
    dialect = dialect_of(session)
    rows = [
        {
            "warehouse_id": warehouse_id, "tag": one.bundle.tag, "voided": 0, "product_id": one.bundle.goods.id,
            "heat_id": named[one.operation.client_op_id].heat_id, "owner_id": one.receipt.owner_id,
            "certificate_number": one.bundle.certificate_number, "pieces": one.bundle.pieces,
            "piece_length_mm": one.bundle.piece_length_mm, "theoretical_mass_g": one.bundle.masses.theoretical_g,
            "certificate_mass_g": one.bundle.masses.certificate_g,
        }
        for one in arrivals
    ]  # fmt: skip
    bundles = packed(dialect, "bundles", _BUNDLE_TYPES, sorted(rows, key=lambda row: str(row["tag"])))
    return {tag: id_ for id_, tag in run(session, _made(dialect, one=bundles.one), bundles.parameters)}


@cache
def _made(dialect: str, *, one: bool) -> Any:
    rows, table = given(dialect, "bundles", _BUNDLE_TYPES, one=one), cast(Table, Bundle.__table__)
    source = select(*(rows.c[name] for name in _BUNDLE_TYPES)).where(true())
    upsert: Any = postgresql if dialect == POSTGRESQL else sqlite
    insert = upsert.insert(table).from_select(list(_BUNDLE_TYPES), source).on_conflict_do_nothing()
    return insert.returning(table.c.id, table.c.tag)


def _answer(one: "_Arrival | Answer", made: Mapping[str, int], lost: Mapping[str, str]) -> Answer:
    if isinstance(one, Answer):
        return one
    bundle = one.bundle
    if bundle.tag not in made:
        if lost.get(bundle.tag) == one.receipt.number:
            return refused(one.operation, arrival_errors.AlreadyReceived(tag=bundle.tag, number=one.receipt.number))
        return refused(one.operation, errors.TagTaken(tag=bundle.tag))
    told: dict[str, Any] = {
        "tag": bundle.tag, "pieces": bundle.pieces, "goods": f"{bundle.goods.size.text()} {bundle.goods.grade}",
        "theory_kg": kilograms(bundle.masses.theoretical_g),
    }  # fmt: skip
    code = "received"
    if bundle.masses.certificate_g is not None:
        code, told["stated_kg"] = "received_stated", kilograms(bundle.masses.certificate_g)
    if bundle.advised_pieces not in (None, bundle.pieces):
        code, told["advised"] = "received_other_pieces", bundle.advised_pieces
    return Answer(one.operation.client_op_id, Outcome.DONE, code, told, made[bundle.tag])


def _write(
    session: Session,
    actor: Actor,
    yard: _Yard,
    came: _Coming,
    fresh: Mapping[str, Operation],
    first: First,
    once: Once | None,
) -> First:
    batch, ground = Batch(session), yard.found.ground
    stamp = ledger.Stamp(ground.id, frozenset(yard.found.virtual.values()), yard.found.now, actor.user_id)
    made = came.made
    coming = [one for one in came.judged.values() if isinstance(one, _Arrival) and one.bundle.tag in made]
    movements = [_movement(one, made[one.bundle.tag], yard.found.virtual[PlaceKind.MILL]) for one in coming]
    ledger.add(batch, stamp, [_posting(*pair) for pair in zip(coming, movements, strict=True)])
    if coming:
        lines = [_line_row(one, made) for one in coming]
        rows = packed(batch.dialect, "lines", _LINE_TYPES, lines)
        batch.add(_lined(batch.dialect, one=rows.one), rows)
    announced = [
        {"bundle_id": made[one.bundle.tag], "advice_line_id": one.bundle.line_id}
        for one in coming
        if one.bundle.line_id is not None
    ]
    if announced:
        rows = packed(batch.dialect, "arrivals", _ARRIVAL_TYPES, announced)
        batch.add(_counted(batch.dialect, one=rows.one), rows)
    answered.add(batch, stamp, fresh, first)
    outbox.add(batch, _notices(yard, coming, movements))
    if coming:
        ids = [one.operation.client_op_id for one in coming]
        act = audit.Act("inventory.bundles_arrived", f"warehouse:{ground.code}", {"operations": ids})
        audit.add(batch, actor, [act, *arriving_certificates.add(batch, stamp, came.papers)])
    if once is not None and not once.replayed:
        note(batch, actor, once)
    return answered.quicker(session, stamp, fresh, first, batch.run().get("answered", ()))


def _movement(one: _Arrival, bundle_id: int, mill: int) -> Movement:
    bundle, target = one.bundle, Position(one.place_id, one.receipt.owner_id, State.EXPECTED)
    quantity = Quantity(bundle.pieces, bundle.pieces * bundle.piece_length_mm, bundle.masses.ledger_g)
    return Movement(bundle_id, quantity, target.at(mill), target)


def _posting(one: _Arrival, movement: Movement) -> ledger.Posting:
    operation = one.operation
    return ledger.Posting(
        movement, Document.RECEIPT, one.receipt.number, operation.event_at, operation.client_op_id
    )  # fmt: skip


def _line_row(one: _Arrival, made: Mapping[str, int]) -> dict[str, Any]:
    bundle = one.bundle
    return {
        "receipt_id": one.receipt.id, "bundle_id": made[bundle.tag], "place_id": one.place_id, "state": bundle.state
    }  # fmt: skip


def _notices(yard: _Yard, coming: Sequence[_Arrival], movements: Sequence[Movement]) -> list[outbox.Notice]:
    """One event for each receipt, which the owner and the warehouse may read."""
    found: list[outbox.Notice] = []
    for receipt in dict.fromkeys(one.receipt for one in coming):
        told = [
            {
                **Label(
                    movement.bundle_id, one.bundle.tag, one.bundle.heat_number, one.bundle.certificate_number
                ).told(),
                **movement.quantity._asdict(),
            }
            for one, movement in zip(coming, movements, strict=True)
            if one.receipt == receipt
        ]
        data = {"number": receipt.number, "advice_number": receipt.advice_number, **announcing.summary(told)}
        subject = f"receipt:{receipt.number}"
        found += announcing.notices("bundles_arrived", subject, yard.found.ground, {receipt.owner_id: data})
    return found


@cache
def _lined(dialect: str, *, one: bool) -> Write:
    rows, table = given(dialect, "lines", _LINE_TYPES, one=one), cast(Table, ReceiptLine.__table__)
    insert = table.insert().from_select(list(_LINE_TYPES), select(*(rows.c[name] for name in _LINE_TYPES)))
    return Write("lined", insert)


@cache
def _counted(dialect: str, *, one: bool) -> Write:
    rows, table = given(dialect, "arrivals", _ARRIVAL_TYPES, one=one), cast(Table, StockAdviceArrival.__table__)
    insert = table.insert().from_select(list(_ARRIVAL_TYPES), select(*(rows.c[name] for name in _ARRIVAL_TYPES)))
    return Write("announced", insert)
