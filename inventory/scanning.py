"""Judgement of scans: what each operation does to the yard as it stands, or why it is refused.

Operations are judged in their order on a picture of the yard held in memory, so that the second operation on a
bundle meets what the first one left. Imports neither flask nor sqlalchemy.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from inventory import capacity, errors, picking, setting_aside
from inventory.capacity import Leave
from inventory.delivery_errors import DeliveryUnknown
from inventory.matching import Said
from inventory.picking import OrderView, Pick
from inventory.putting_away import Shelf
from inventory.quantities import NOTHING, Movement, Position, Quantity
from inventory.setting_aside import Fault, SetAside
from inventory.states import IssueStatus, OperationKind, Outcome, State, StocktakeStatus
from steelyard.core.errors import Refused


@dataclass(frozen=True, slots=True)
class Operation:
    """One scan: what the device asks for, under the id that the device gave it.

    The bundle is named by its ``tag``, or by the text of a scanned ``code``. Reading the code gives the tag, and
    besides it ``yard``, ``heat`` and ``goods`` where the code says them; or ``unread``, why it could not be read.
    ``said`` is what was typed of a bundle that comes in, ``fault`` what is wrong with one that is reported, and
    ``over_capacity`` why a place is filled beyond what it takes.
    """

    client_op_id: str
    kind: OperationKind
    tag: str
    event_at: datetime
    place: str | None = None
    from_place: str | None = None
    issue_number: str | None = None
    stocktake_number: str | None = None
    delivery_number: str | None = None
    swap_reason: str | None = None
    pieces: int | None = None
    code: str | None = None
    yard: str | None = None
    heat: str | None = None
    unread: Refused | None = None
    receipt_number: str | None = None
    said: Said | None = None
    goods: Mapping[str, str] = field(default_factory=dict)
    fault: Fault | None = None
    over_capacity: str | None = None

    def fingerprint(self) -> str:
        """What must be equal for a repeat to be the same operation."""
        bundle = self.tag if self.code is None else f"\x1e{self.code}"
        parts = (
            self.kind, bundle, self.event_at.isoformat(), self.place, self.from_place,
            self.issue_number, self.stocktake_number, self.pieces,
        )  # fmt: skip
        # What came to be asked later is named, so that answers that were kept before are still recognised.
        later = {
            "delivery": self.delivery_number, "swap": self.swap_reason, "receipt": self.receipt_number,
            "fault": self.fault, "over": self.over_capacity,
        }  # fmt: skip
        named = [f"{name}={value}" for name, value in later.items() if value is not None]
        named += [] if self.said is None else self.said.parts()
        return "\x1f".join(["" if part is None else str(part) for part in parts] + named)


@dataclass(slots=True)
class BundleView:
    """A bundle as it stands: its position in the yard, or ``None`` when it is elsewhere.

    ``held_by`` is the reference of whatever keeps it from leaving; ``quarantined`` says that it is a quality hold, and
    ``hold_follows`` that all that keeps it keeps what is made of it, too: holds of its heat.
    """

    bundle_id: int
    tag: str
    position: Position | None = None
    quantity: Quantity = NOTHING
    issued: bool = False
    held_by: str | None = None
    quarantined: bool = False
    hold_follows: bool = False


@dataclass(frozen=True, slots=True)
class IssueView:
    """An issue that bundles are scanned to."""

    issue_id: int
    number: str
    owner_id: int
    status: IssueStatus


@dataclass(frozen=True, slots=True)
class StocktakeView:
    """A stocktake and those of the places asked for that it covers."""

    stocktake_id: int
    number: str
    status: StocktakeStatus
    opened_at: datetime
    place_ids: frozenset[int]
    round: int = 1
    closed_at: datetime | None = None


@dataclass(slots=True)
class YardView:
    """What must be known of a warehouse to judge a batch of operations."""

    customer_place_id: int
    bundles: dict[str, BundleView] = field(default_factory=dict)
    places: dict[str, int] = field(default_factory=dict)
    issues: dict[str, IssueView] = field(default_factory=dict)
    stocktakes: dict[str, StocktakeView] = field(default_factory=dict)
    blocked: frozenset[int] = frozenset()
    deliveries: dict[str, OrderView] = field(default_factory=dict)
    shelves: dict[int, Shelf] = field(default_factory=dict)
    may_overfill: bool = False

    def bundle(self, tag: str) -> BundleView:
        """The bundle that bears ``tag``; raises ``BundleUnknown``."""
        try:
            return self.bundles[tag]
        except KeyError:
            raise errors.BundleUnknown(tag=tag) from None

    def place(self, code: str) -> int:
        """The id of a real place; raises ``PlaceUnknown``."""
        try:
            return self.places[code]
        except KeyError:
            raise errors.PlaceUnknown(place=code) from None

    def open_place(self, code: str) -> int:
        """The id of a real place that takes goods; raises ``PlaceUnknown`` and ``PlaceBlocked``."""
        if (place_id := self.place(code)) in self.blocked:
            raise errors.PlaceBlocked(place=code)
        return place_id


@dataclass(frozen=True, slots=True)
class CountMade:
    """A count to be kept."""

    operation: Operation
    stocktake_id: int
    bundle_id: int | None
    place_id: int
    round: int = 1


@dataclass(frozen=True, slots=True)
class Carried:
    """A movement and the operation that asked for it."""

    operation: Operation
    movement: Movement
    issue: IssueView | None = None
    overfills: bool = False


@dataclass(frozen=True, slots=True)
class Picked:
    """A pick, and the operation that asked for it."""

    operation: Operation
    pick: Pick


@dataclass(frozen=True, slots=True)
class Reported:
    """A report of a defect, and the operation that asked for it."""

    operation: Operation
    report: SetAside


Effect = CountMade | Carried | Picked | Reported


@dataclass(frozen=True, slots=True)
class Answer:
    """What the device is told: done, or refused with a code and what its sentence needs."""

    client_op_id: str
    outcome: Outcome
    code: str
    params: dict[str, Any] = field(default_factory=dict)
    bundle_id: int | None = None

    def document(self) -> dict[str, Any]:
        """The answer as it is kept for replays."""
        return {
            "client_op_id": self.client_op_id,
            "outcome": self.outcome.value,
            "code": self.code,
            "params": self.params,
            "bundle_id": self.bundle_id,
        }


@dataclass(slots=True)
class Judgement:
    """The answers to a batch in their order, and what is to be written."""

    answers: list[Answer] = field(default_factory=list)
    effects: list[Effect] = field(default_factory=list)


def judge(yard: YardView, operations: Iterable[Operation], now: datetime) -> Judgement:
    """Judge ``operations`` one after the other; ``yard`` is changed to what they leave behind."""
    judgement = Judgement()
    for operation in operations:
        try:
            if operation.unread is not None:
                raise operation.unread
            errors.check_moment(operation.event_at, now)
            effect = _JUDGES[operation.kind](yard, operation)
        except Refused as refusal:
            judgement.answers.append(refused(operation, refusal))
        else:
            judgement.effects.append(effect)
            judgement.answers.append(_done(operation, effect))
    return judgement


def refused(operation: Operation, refusal: Refused) -> Answer:
    """The answer to an operation that met ``refusal``."""
    return Answer(operation.client_op_id, Outcome.REFUSED, refusal.code, dict(refusal.params))


def move(yard: YardView, tag: str, place: str, from_place: str | None = None) -> Movement:
    """Bring a bundle to another place of the yard; raises the refusal that stands in its way."""
    bundle = yard.bundle(tag)
    position = _in_yard(bundle)
    if from_place is not None and yard.place(from_place) != position.place_id:
        raise errors.BundleNotHere(tag=tag)
    target = position.at(yard.open_place(place))
    if target == position:
        raise errors.AlreadyThere(tag=tag, place=place)
    movement = Movement(bundle.bundle_id, bundle.quantity, position, target)
    bundle.position = target
    return movement


def put_away(yard: YardView, tag: str, place: str, leave: Leave) -> tuple[Movement, bool]:
    """As :func:`move`, to a place that has room, or by leave; whether it is filled beyond what it takes then."""
    bundle, place_id = yard.bundle(tag), yard.open_place(place)
    is_elsewhere = _in_yard(bundle).place_id != place_id
    overfills = is_elsewhere and capacity.overfills(yard.shelves.get(place_id), tag, bundle.quantity, leave)
    movement = move(yard, tag, place)
    capacity.carry(yard.shelves, movement)
    return movement, overfills


def issue(yard: YardView, tag: str, document: IssueView) -> Movement:
    """Let a bundle leave on ``document``; raises the refusal that stands in its way."""
    if document.status is not IssueStatus.OPEN:
        raise errors.IssueClosed(number=document.number)
    bundle = yard.bundle(tag)
    position = _in_yard(bundle)
    if position.owner_id != document.owner_id:
        raise errors.WrongOwner(tag=tag)
    check_free(bundle)
    if position.state is not State.AVAILABLE:
        raise errors.BundleNotAvailable(tag=tag)
    movement = Movement(bundle.bundle_id, bundle.quantity, position, position.at(yard.customer_place_id))
    bundle.position, bundle.quantity, bundle.issued = None, NOTHING, True
    return movement


def check_free(bundle: BundleView) -> None:
    """Raise ``BundleQuarantined`` or ``BundleEncumbered`` for a bundle that must not leave or change hands."""
    if bundle.held_by is None:
        return
    if bundle.quarantined:
        raise errors.BundleQuarantined(tag=bundle.tag, reference=bundle.held_by)
    raise errors.BundleEncumbered(tag=bundle.tag, reference=bundle.held_by)


def _in_yard(bundle: BundleView) -> Position:
    if bundle.position is not None:
        return bundle.position
    if bundle.issued:
        raise errors.AlreadyIssued(tag=bundle.tag)
    raise errors.BundleNotHere(tag=bundle.tag)


def _needed(value: str | None, name: str) -> str:
    if value is None:
        raise errors.OperationIncomplete(field=name)
    return value


def _move(yard: YardView, operation: Operation) -> Effect:
    place = _needed(operation.place, "place")
    return Carried(operation, move(yard, operation.tag, place, operation.from_place))


def _put_away(yard: YardView, operation: Operation) -> Effect:
    leave = Leave(operation.over_capacity, yard.may_overfill)
    movement, overfills = put_away(yard, operation.tag, _needed(operation.place, "place"), leave)
    return Carried(operation, movement, overfills=overfills)


def _defect(yard: YardView, operation: Operation) -> Effect:
    if operation.fault is None:
        raise errors.OperationIncomplete(field="defect")
    position = _in_yard(bundle := yard.bundle(operation.tag))
    place_id = position.place_id if operation.place is None else yard.place(operation.place)
    return Reported(operation, setting_aside.report(bundle, position, operation.fault, operation.pieces, place_id))


def _issue(yard: YardView, operation: Operation) -> Effect:
    number = _needed(operation.issue_number, "issue_number")
    document = yard.issues.get(number)
    if document is None:
        raise errors.IssueUnknown(number=number)
    return Carried(operation, issue(yard, operation.tag, document), document)


def _count(yard: YardView, operation: Operation) -> Effect:
    number = _needed(operation.stocktake_number, "stocktake_number")
    place = _needed(operation.place, "place")
    stocktake = yard.stocktakes.get(number)
    if stocktake is None:
        raise errors.StocktakeUnknown(number=number)
    if stocktake.status is not StocktakeStatus.OPEN and not _was_made_in_time(stocktake, operation.event_at):
        raise errors.StocktakeNotOpen(number=number)
    if operation.event_at < stocktake.opened_at - errors.CLOCK_TOLERANCE:
        raise errors.CountedBeforeOpening(number=number)
    place_id = yard.place(place)
    if place_id not in stocktake.place_ids:
        raise errors.PlaceNotInScope(place=place, number=number)
    bundle = yard.bundles.get(operation.tag)
    bundle_id = bundle.bundle_id if bundle else None
    return CountMade(operation, stocktake.stocktake_id, bundle_id, place_id, stocktake.round)


def _was_made_in_time(stocktake: StocktakeView, event_at: datetime) -> bool:
    """Whether a count that arrives after the close was made before it: it reopens what it touches of the variance."""
    in_time = stocktake.closed_at is not None and event_at <= stocktake.closed_at
    return stocktake.status is StocktakeStatus.CLOSED and in_time


def _pick(yard: YardView, operation: Operation) -> Effect:
    number = _needed(operation.delivery_number, "delivery_number")
    order = yard.deliveries.get(number)
    if order is None:
        raise DeliveryUnknown(number=number)
    bundle = yard.bundle(operation.tag)
    position = _in_yard(bundle)
    if position.owner_id != order.owner_id:
        raise errors.WrongOwner(tag=bundle.tag)
    check_free(bundle)
    place_id = None if operation.place is None else yard.open_place(operation.place)
    done = picking.pick(
        order, bundle, position, place_id, operation.swap_reason, yard.bundles.values(), operation.event_at
    )
    return Picked(operation, done)


_JUDGES: dict[OperationKind, Callable[[YardView, Operation], Effect]] = {
    OperationKind.MOVE: _move,
    OperationKind.ISSUE: _issue,
    OperationKind.COUNT: _count,
    OperationKind.PICK: _pick,
    OperationKind.PUT_AWAY: _put_away,
    OperationKind.DEFECT: _defect,
}
_DONE = {
    OperationKind.MOVE: "moved",
    OperationKind.ISSUE: "issued",
    OperationKind.COUNT: "counted",
    OperationKind.PUT_AWAY: "moved",
}


def _done(operation: Operation, effect: Effect) -> Answer:
    """A count's answer names no bundle: whether the tag is known is not told to a blind counter."""
    if isinstance(effect, Picked):
        done, told = effect.pick, {"tag": operation.tag, "number": effect.pick.order.number}
        if done.freed is not None:
            return Answer(
                operation.client_op_id, Outcome.DONE, "swapped", {**told, "instead": done.freed},
                done.movements[0].bundle_id,
            )  # fmt: skip
        return Answer(operation.client_op_id, Outcome.DONE, "picked", told, done.movements[0].bundle_id)
    if isinstance(effect, Reported):
        told = {"tag": operation.tag, "pieces": str(effect.report.pieces)}
        return Answer(operation.client_op_id, Outcome.DONE, "defect_reported", told, effect.report.bundle_id)
    bundle_id = effect.movement.bundle_id if isinstance(effect, Carried) else None
    return Answer(operation.client_op_id, Outcome.DONE, _DONE[operation.kind], {"tag": operation.tag}, bundle_id)
