"""Judgement of a pick: whether the scanned bundle is on the order's list, may take another's place, or is wrong.

Imports neither flask nor sqlalchemy.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from inventory import delivery_errors, errors
from inventory.allocating import Goods, Wanted, Why
from inventory.quantities import Movement, Position
from inventory.states import PROMISED, AllocationState, DeliveryStatus, State

if TYPE_CHECKING:
    from inventory.scanning import BundleView


@dataclass(slots=True)
class Kept:
    """A bundle that is kept for the order. ``allocation_id`` is ``None`` until it is written; ``changed`` must be.

    ``is_locked`` says that the bundle's row is, so that it can be freed; ``when_free`` is its state then.
    """

    line_id: int
    bundle_id: int
    tag: str
    place: str
    pieces: int
    mass_g: int
    heat_id: int
    state: AllocationState
    is_part: bool = False
    allocation_id: int | None = None
    is_locked: bool = False
    when_free: State = State.AVAILABLE
    changed: bool = False
    reason: str | None = None


@dataclass(slots=True)
class OrderView:
    """An order with its lines, what is kept for it in walking order, and what the scanned bundles are."""

    order_id: int
    number: str
    owner_id: int
    status: DeliveryStatus
    valid_until: datetime
    lines: dict[int, Wanted] = field(default_factory=dict)
    kept: list[Kept] = field(default_factory=list)
    goods: dict[int, Goods] = field(default_factory=dict)
    reported: dict[int, str] = field(default_factory=dict)

    def of_bundle(self, bundle_id: int) -> Kept | None:
        """What is kept of a bundle now."""
        now = (AllocationState.RESERVED, AllocationState.PICKED)
        return next((one for one in self.kept if one.bundle_id == bundle_id and one.state in now), None)

    def waiting(self) -> list[Kept]:
        """What is still to be picked."""
        return [one for one in self.kept if one.state is AllocationState.RESERVED]

    @property
    def next_one(self) -> str:
        """The next bundle on the list and where it lies."""
        first = next(iter(self.waiting()), None)
        return "—" if first is None else f"{first.tag} ({first.place})"


@dataclass(frozen=True, slots=True)
class Pick:
    """What a pick does: the movements, and the bundle that a swap freed."""

    order: OrderView
    movements: tuple[Movement, ...]
    freed: str | None = None


def pick(
    order: OrderView, bundle: "BundleView", position: Position, place_id: int | None, reason: str | None,
    bundles: "Iterable[BundleView]", now: datetime,
) -> Pick:  # fmt: skip
    """Pick a bundle of the order's owner, which nothing holds and which lies at ``position``; raises what is wrong.

    With ``reason`` a bundle that is not on the list may take the place of one that is.
    """
    if order.status in (DeliveryStatus.COMPLETED, DeliveryStatus.CANCELLED):
        raise delivery_errors.DeliveryEnded(number=order.number)
    if now > order.valid_until:
        raise delivery_errors.DeliveryExpired(number=order.number)
    kept = order.of_bundle(bundle.bundle_id)
    if kept is not None and kept.state is AllocationState.PICKED:
        raise delivery_errors.AlreadyPicked(tag=bundle.tag, number=order.number)
    if bundle.bundle_id in order.reported:
        raise errors.BundleQuarantined(tag=bundle.tag, reference=order.reported[bundle.bundle_id])
    freed = None
    if kept is None:
        kept, freed = _swap(order, bundle, position, reason)
    elif kept.is_part:
        raise delivery_errors.PartFirst(tag=bundle.tag, number=order.number, pieces=kept.pieces)
    movements = [_picked(bundle, position, place_id)]
    kept.state, kept.changed = AllocationState.PICKED, True
    if freed is not None:
        movements += _freed(freed, bundles)
    return Pick(order, tuple(movements), None if freed is None else freed.tag)


def _picked(bundle: "BundleView", position: Position, place_id: int | None) -> Movement:
    target = position._replace(state=State.PICKED, place_id=position.place_id if place_id is None else place_id)
    bundle.position = target
    return Movement(bundle.bundle_id, bundle.quantity, position, target)


def _freed(freed: Kept, bundles: "Iterable[BundleView]") -> list[Movement]:
    """Free the bundle whose place was taken, where it lies; one that is not in the yard has nothing to be moved."""
    freed.state, freed.changed = AllocationState.RELEASED, True
    for view in bundles:
        if view.bundle_id == freed.bundle_id and view.position is not None:
            before, view.position = view.position, view.position._replace(state=freed.when_free)
            return [Movement(view.bundle_id, view.quantity, before, view.position)]
    return []


def _swap(order: OrderView, bundle: "BundleView", position: Position, reason: str | None) -> tuple[Kept, Kept]:
    """The bundle in the place of one that it equals or betters; raises what is wrong with it, and what to do."""
    goods = order.goods.get(bundle.bundle_id)
    told: dict[str, Any] = {"tag": bundle.tag, "number": order.number, "expected": order.next_one}
    if position.state in PROMISED:
        raise delivery_errors.PickElsewhere(**told)
    if position.state is not State.AVAILABLE or goods is None:
        raise errors.BundleNotAvailable(tag=bundle.tag)
    wrong_heat, asked_for = False, None
    for other in order.waiting():
        line = order.lines[other.line_id]
        why = _unfit(order, line, goods, other)
        if why is None and reason is None:
            raise delivery_errors.SwapNeedsReason(tag=bundle.tag, number=order.number, expected=other.tag)
        if why is None and other.is_locked:
            other.reason = reason
            taken = Kept(
                other.line_id, bundle.bundle_id, bundle.tag, goods.place, goods.quantity.pieces,
                goods.quantity.mass_g, goods.heat_id, AllocationState.RESERVED, changed=True, reason=reason,
            )  # fmt: skip
            order.kept.append(taken)
            return taken, other
        wrong_heat = wrong_heat or why is Why.OTHER_HEAT
        asked_for = line.condition if why is Why.OTHER_CONDITION else asked_for
    if asked_for is not None:
        raise delivery_errors.WrongCondition(**told, wanted=asked_for, condition=goods.condition)
    raise (delivery_errors.HeatNotOrdered if wrong_heat else delivery_errors.NotOnTheList)(**told)


def _unfit(order: OrderView, line: Wanted, goods: Goods, other: Kept) -> Why | None:
    """Why the goods cannot take the place of ``other``: they must be as many pieces, or weigh no more than ordered."""
    if line.bundle_id is not None or other.is_part or not line.names(goods):
        return Why.NOT_NEEDED
    rest = [one for one in order.kept if one.line_id == other.line_id and one is not other]
    rest = [one for one in rest if one.state is not AllocationState.RELEASED]
    if line.one_heat and any(one.heat_id != goods.heat_id for one in rest):
        return Why.OTHER_HEAT
    if (why := line.forbids(goods)) is not None:
        return why
    if line.mass_g is None:
        return None if goods.quantity.pieces == other.pieces else Why.TOO_MUCH
    mass = sum(one.mass_g for one in rest) + goods.quantity.mass_g
    return None if mass <= line.mass_g else Why.TOO_MUCH
