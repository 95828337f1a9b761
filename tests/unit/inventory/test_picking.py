"""What a pick does, and what is said of a wrong bundle: pure judgement."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from inventory import delivery_errors, errors
from inventory.allocating import Goods, Wanted
from inventory.picking import Kept, OrderView, Pick, pick
from inventory.quantities import Position, Quantity
from inventory.scanning import BundleView, Operation
from inventory.states import AllocationState, Condition, DeliveryStatus, OperationKind, State
from steelyard.core.errors import Refused

NOW = datetime(2026, 9, 1, tzinfo=UTC)
MASS = 690_000


def goods(number: int, **more: Any) -> Goods:
    facts: dict[str, Any] = {
        "product_id": 1, "od_mm_x100": 10800, "wall_mm_x100": 450, "grade": "20", "standard": "GB/T 8163",
        "piece_length_mm": 6000, "heat_id": 1, "heat_number": "H1", "several_heats": False, "certified": True,
        "state": State.AVAILABLE, "place": "A-01", "received_at": NOW, "quantity": Quantity(10, 60_000, MASS),
    }  # fmt: skip
    return Goods(bundle_id=number, tag=f"T{number}", **{**facts, **more})


def kept(number: int, **more: Any) -> Kept:
    facts: dict[str, Any] = {"heat_id": 1, "state": AllocationState.RESERVED, "is_locked": True, **more}
    return Kept(1, number, f"T{number}", "A-01", 10, MASS, allocation_id=number, **facts)


def view_of(line: Wanted, *bundles: Kept, **more: Any) -> OrderView:
    facts: dict[str, Any] = {"status": DeliveryStatus.ALLOCATED, "valid_until": NOW + timedelta(days=1), **more}
    strange = {number: goods(number) for number in (8, 9)}
    return OrderView(1, "TH-1", 7, lines={1: line}, kept=list(bundles), goods=strange, **facts)


def try_(order: OrderView, number: int, reason: str | None = None, state: State | None = None, **more: Any) -> Pick:
    known = order.of_bundle(number)
    position = Position(11, 7, state or (State.AVAILABLE if known is None else State.RESERVED))
    bundle = BundleView(number, f"T{number}", position, Quantity(10, 60_000, MASS))
    other = BundleView(1, "T1", Position(12, 7, State.RESERVED), Quantity(10, 60_000, MASS))
    return pick(order, bundle, position, more.get("place_id"), reason, [bundle, other], more.get("now", NOW))


PIECES = Wanted(1, grade="20", pieces=20)


def test_a_bundle_of_the_list_is_picked_where_it_lies_or_brought_elsewhere() -> None:
    order = view_of(PIECES, kept(1), kept(2))
    (here,) = try_(order, 2).movements
    assert here.target == Position(11, 7, State.PICKED)
    (there,) = try_(order, 1, place_id=99).movements
    assert there.target == Position(99, 7, State.PICKED)
    assert order.next_one == "—"


def test_a_swap_takes_the_place_and_frees_the_other() -> None:
    order = view_of(PIECES, kept(1, when_free=State.QUARANTINE))
    done = try_(order, 9, "nearer")
    assert done.freed == "T1"
    assert [one.target.state for one in done.movements] == [State.PICKED, State.QUARANTINE]
    assert [(one.tag, str(one.state), one.reason) for one in order.kept] == [
        ("T1", "released", "nearer"), ("T9", "picked", "nearer"),
    ]  # fmt: skip


WRONG: list[tuple[str, OrderView, dict[str, Any], type[Refused]]] = [
    ("no reason", view_of(PIECES, kept(1)), {}, delivery_errors.SwapNeedsReason),
    ("another's", view_of(PIECES, kept(1)), {"state": State.RESERVED}, delivery_errors.PickElsewhere),
    ("not free", view_of(PIECES, kept(1)), {"state": State.DEFECTIVE}, errors.BundleNotAvailable),
    ("grade", view_of(replace(PIECES, grade="45"), kept(1)), {"reason": "x"}, delivery_errors.NotOnTheList),
    ("heat", view_of(replace(PIECES, one_heat=True), kept(1, heat_id=2), kept(2, heat_id=2)), {"reason": "x"},
     delivery_errors.HeatNotOrdered),
    ("condition", view_of(replace(PIECES, condition=Condition.NORMALISED), kept(1)), {"reason": "x"},
     delivery_errors.WrongCondition),
    ("named", view_of(Wanted(1, bundle_id=1), kept(1)), {"reason": "x"}, delivery_errors.NotOnTheList),
    ("part", view_of(PIECES, kept(1, is_part=True)), {"reason": "x"}, delivery_errors.NotOnTheList),
    ("heavier", view_of(Wanted(1, grade="20", mass_g=MASS - 1), kept(1)), {"reason": "x"},
     delivery_errors.NotOnTheList),
    ("all picked", view_of(PIECES, kept(1, state=AllocationState.PICKED)), {"reason": "x"},
     delivery_errors.NotOnTheList),
    ("not locked", view_of(PIECES, kept(1, is_locked=False)), {"reason": "x"}, delivery_errors.NotOnTheList),
    ("ended", view_of(PIECES, kept(9), status=DeliveryStatus.COMPLETED), {}, delivery_errors.DeliveryEnded),
    ("late", view_of(PIECES, kept(9)), {"now": NOW + timedelta(days=2)}, delivery_errors.DeliveryExpired),
    ("reported", view_of(PIECES, kept(9), reported={9: "BL-1"}), {}, errors.BundleQuarantined),
    ("twice", view_of(PIECES, kept(9, state=AllocationState.PICKED)), {}, delivery_errors.AlreadyPicked),
    ("split first", view_of(PIECES, kept(9, is_part=True)), {}, delivery_errors.PartFirst),
]  # fmt: skip


@pytest.mark.parametrize(("order", "how", "refusal"), [case[1:] for case in WRONG], ids=[case[0] for case in WRONG])
def test_a_wrong_bundle_is_refused_with_what_to_do(
    order: OrderView, how: dict[str, Any], refusal: type[Refused]
) -> None:
    with pytest.raises(refusal):
        try_(order, 9, **how)
    assert not any(one.changed for one in order.kept)


def test_what_is_asked_since_later_changes_no_older_fingerprint() -> None:
    """Answers that were kept before orders were picked are still recognised by the operation that they answered."""
    old = Operation("x", OperationKind.MOVE, "T1", NOW, place="A-01")
    assert old.fingerprint() == "move\x1fT1\x1f2026-09-01T00:00:00+00:00\x1fA-01\x1f\x1f\x1f\x1f"
    asked = replace(old, delivery_number="TH-1")
    assert len({old.fingerprint(), asked.fingerprint(), replace(asked, swap_reason="x").fingerprint()}) == 3
