"""Delivery orders from the order to the gate, on both databases."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from inventory import delivery_errors, delivery_reading, errors
from inventory.delivery_models import StockAllocation
from inventory.making import Output
from inventory.models import Place, StockIssue, Stocktake
from inventory.operations import (
    allocating,
    approving,
    deliveries,
    encumbrances,
    holding,
    moving,
    splitting,
    stocktakes,
    unmaking,
)
from inventory.operations.deliveries import OrderedLine
from inventory.operations.holding import Ban
from inventory.operations.verification import verify
from inventory.operations.weighings import Ticket
from inventory.states import EncumbranceKind, Rest
from steelyard.core.actors import Actor
from steelyard.core.errors import NotFound, Refused
from steelyard.core.outbox import Event

from .conftest import Yard
from .orders import PLATE, allocate, kept, let_out, order, pick, read, states
from .test_scans import statements

MOST_OF_PICKS = {"sqlite": 12, "postgresql": 4}
"""Beside what a move needs: the orders are locked; on SQLite each write of a pick is one."""
MORE_FOR_SWAPS = 2


def test_from_the_order_to_the_gate(yard: Yard) -> None:
    yard.receive("T1", "T2", "T3")
    id_ = order(yard, driver="王师傅")
    assert read(yard, id_).number.startswith("TH-")
    versions = [read(yard, id_).version]
    assert allocate(yard, id_) == ["T1", "T2"]
    versions.append(read(yard, id_).version)
    assert states(yard) == {"T1": "reserved", "T2": "reserved", "T3": "available"}
    assert [pick(yard, id_, tag) for tag in ("T1", "T2", "T2")] == ["picked", "picked", "already_picked"]
    assert states(yard) == {"T1": "picked", "T2": "picked", "T3": "available"}
    versions.append(read(yard, id_).version)
    assert versions == sorted(set(versions))  # whoever reads the order again is told that it changed
    passed = let_out(yard, id_, plate="鲁 p·12345")
    assert passed.number.startswith("CM-")
    assert read(yard, id_).status == "completed"
    assert states(yard) == {"T3": "available"}
    with yard.db.read() as session:
        issue = session.get_one(StockIssue, passed.issue_id)
        told = session.scalars(select(Event).order_by(Event.id)).all()
    assert (issue.status, issue.plate, issue.waybill_number) == ("posted", PLATE, read(yard, id_).number)
    posted = next(one for one in told if one.type == "inventory.issue_posted")
    assert (posted.data["tags"], posted.data["waybill_number"]) == (["T1", "T2"], None)
    types = [one.type.removeprefix("inventory.") for one in told if "delivery_id" in one.data]
    assert types == ["delivery_ordered", "delivery_allocated", "bundle_picked", "bundle_picked", "gate_passed"]
    yard.assert_sound()


def test_a_bundle_that_is_kept_is_kept_for_one(yard: Yard) -> None:
    yard.receive("T1", "T2", "T3")
    first, second = order(yard), order(yard, number="T-2")
    assert allocate(yard, first) == ["T1", "T2"]
    assert allocate(yard, second) == ["T3"]
    with pytest.raises(delivery_errors.NothingToAllocate):
        allocate(yard, first)
    with pytest.raises(delivery_errors.AllocationShort):
        allocate(yard, second)
    with pytest.raises(errors.BundleNotAvailable):
        yard.issue("T1")
    with yard.db.read() as session:
        (short,) = allocating.explain(session, read(yard, second))
    assert (short.missing, [(one.tag, str(why)) for one, why in short.left]) == (
        10,
        [("T1", "promised"), ("T2", "promised"), ("T3", "promised")],
    )


def test_goods_of_others_and_held_goods_are_not_taken(yard: Yard, inspector: Actor) -> None:
    yard.receive("X1", owner=yard.other_owner)
    yard.receive("H1", heat_number="H9")
    yard.receive("P1", "T1")
    h1, p1 = yard.bundle_ids(["H1", "P1"])
    with yard.db.write() as session:
        holding.place(session, inspector, Ban("crack", bundle_id=h1))
        encumbrances.place(session, yard.keeper, p1, EncumbranceKind.PLEDGE, "ZY-1")
    id_ = order(yard)
    assert allocate(yard, id_) == ["T1"]
    with yard.db.read() as session:
        (short,) = allocating.explain(session, read(yard, id_))
    told = {one.tag: (str(why), one.held_by) for one, why in short.left}
    assert told["P1"] == ("held", "ZY-1")
    assert told["H1"][0] == "held"
    assert "X1" not in told


def test_first_in_is_first_out_even_when_it_was_split_since(yard: Yard) -> None:
    yard.receive("OLD")
    yard.receive("NEW")
    with yard.db.write() as session:
        splitting.split(
            session, yard.keeper, yard.warehouse.id, "OLD", [Output(4, tag="OLD-A"), Output(6, tag="OLD-B")]
        )
    assert sorted(allocate(yard, order(yard, OrderedLine(grade="20", pieces=10)))) == ["OLD-A", "OLD-B"]


def test_a_wrong_bundle_is_refused_and_an_equal_one_swapped_with_a_reason(yard: Yard) -> None:
    yard.receive("T1", "T2")
    yard.receive("H2", heat_number="H2")
    yard.receive("X1", owner=yard.other_owner)
    id_ = order(yard, OrderedLine(grade="20", pieces=10, one_heat=True))
    other = order(yard, OrderedLine(tag="H2"), number="T-2")
    assert (allocate(yard, id_), allocate(yard, other)) == (["T1"], ["H2"])
    assert pick(yard, id_, "X1") == "wrong_owner"
    assert pick(yard, id_, "H2") == "pick_elsewhere"
    assert pick(yard, id_, "GHOST") == "bundle_unknown"
    assert pick(yard, other, "T2", swap_reason="nearer") == "not_on_the_list"
    assert pick(yard, id_, "T2") == "swap_needs_reason"
    assert pick(yard, id_, "T2", swap_reason="T1 lies below", place="B-01") == "swapped"
    assert kept(yard, id_) == ["T2"]
    assert kept(yard, id_, "released") == ["T1"]
    assert states(yard) == {"T1": "available", "T2": "picked", "H2": "reserved", "X1": "available"}
    yard.assert_sound()


def test_a_line_of_one_heat_takes_no_other(yard: Yard) -> None:
    yard.receive("A1", "A2")
    yard.receive("B1", heat_number="H2")
    id_ = order(yard, OrderedLine(grade="20", pieces=20, one_heat=True))
    assert allocate(yard, id_) == ["A1", "A2"]
    assert pick(yard, id_, "B1", swap_reason="nearer") == "heat_not_ordered"


def test_part_of_a_bundle_is_split_before_it_is_picked(yard: Yard) -> None:
    yard.receive("T1", "T2")
    id_ = order(yard, OrderedLine(grade="20", pieces=14, whole_bundles=False))
    assert allocate(yard, id_) == ["T1", "T2"]
    assert pick(yard, id_, "T2") == "part_first"
    with pytest.raises(delivery_errors.NotAPart), yard.db.write() as session:
        allocating.split(session, yard.keeper, id_, "T1")
    with yard.db.write() as session:
        allocating.split(session, yard.keeper, id_, "T2", "T2-A", "T2-B")
    assert states(yard) == {"T1": "reserved", "T2-A": "reserved", "T2-B": "available"}
    assert [pick(yard, id_, tag) for tag in ("T1", "T2-A")] == ["picked", "picked"]
    let_out(yard, id_)
    assert states(yard) == {"T2-B": "available"}
    assert read(yard, id_).status == "completed"
    yard.assert_sound()


def test_a_part_is_split_off_a_bundle_whose_first_split_was_undone(yard: Yard) -> None:
    yard.receive("T1")
    with yard.db.write() as session:
        first = splitting.split(session, yard.keeper, yard.warehouse.id, "T1", [Output(3), Output(7)])
        unmaking.reverse(session, yard.keeper, first.id, "a slip")
    id_ = order(yard, OrderedLine(grade="20", pieces=4, whole_bundles=False))
    assert allocate(yard, id_) == ["T1"]
    with yard.db.write() as session:
        allocating.split(session, yard.keeper, id_, "T1", "T1-A", "T1-B")
    assert states(yard) == {"T1-A": "reserved", "T1-B": "available"}
    assert kept(yard, id_) == ["T1-A"]
    yard.assert_sound()


def test_the_rest_stays_kept_or_is_freed(yard: Yard) -> None:
    yard.receive("T1", "T2", "T3")
    id_ = order(yard, OrderedLine(grade="20", pieces=30))
    allocate(yard, id_)
    pick(yard, id_, "T1")
    let_out(yard, id_, Rest.KEEP)
    assert (read(yard, id_).status, states(yard)) == ("allocated", {"T2": "reserved", "T3": "reserved"})
    pick(yard, id_, "T2")
    let_out(yard, id_, Rest.RELEASE)
    assert (read(yard, id_).status, states(yard)) == ("completed", {"T3": "available"})
    with pytest.raises(delivery_errors.DeliveryEnded):
        let_out(yard, id_)
    yard.assert_sound()


def test_what_was_picked_goes_back_to_stock(yard: Yard) -> None:
    yard.receive("T1", "T2")
    id_ = order(yard)
    allocate(yard, id_)
    pick(yard, id_, "T1", place="B-01")
    with pytest.raises(delivery_errors.NotAllocated), yard.db.write() as session:
        allocating.give_back(session, yard.keeper, id_, ["T1", "T9"], "no room")
    with yard.db.write() as session:
        allocating.give_back(session, yard.keeper, id_, ["T1"], "no room", place="A-02")
    assert states(yard) == {"T1": "available", "T2": "reserved"}
    assert allocate(yard, id_) == ["T2", "T1"]
    with yard.db.write() as session:
        allocating.cancel(session, yard.owner, id_, "sold elsewhere")
    assert (read(yard, id_).status, states(yard)) == ("cancelled", {"T1": "available", "T2": "available"})
    assert order(yard) != id_  # the number of a cancelled order can be used again
    yard.assert_sound()


def test_what_is_held_after_picking_does_not_pass_the_gate(yard: Yard, inspector: Actor, colleague: Actor) -> None:
    yard.receive("T1", "T2")
    id_ = order(yard)
    allocate(yard, id_)
    pick(yard, id_, "T1")
    (t1, t2) = yard.bundle_ids(["T1", "T2"])
    with yard.db.write() as session:
        hold = holding.place(session, inspector, Ban("crack", bundle_id=t1))
        encumbrances.place(session, yard.keeper, t2, EncumbranceKind.COURT, "FY-1")
    assert pick(yard, id_, "T2") == "bundle_encumbered"
    with pytest.raises(errors.BundleQuarantined):
        let_out(yard, id_)
    with yard.db.write() as session:
        allocating.give_back(session, yard.keeper, id_, ["T1"], "held")
    assert states(yard) == {"T1": "quarantine", "T2": "reserved"}
    with yard.db.write() as session:
        holding.lift(session, colleague, hold.id, "looked at again")
    assert states(yard)["T1"] == "available"
    yard.assert_sound()


def test_the_gate_asks_for_plate_validity_and_code(yard: Yard) -> None:
    yard.receive("T1", "T2")
    id_ = order(yard)
    with pytest.raises(delivery_errors.NothingPicked):
        let_out(yard, id_)
    allocate(yard, id_)
    pick(yard, id_, "T1")
    with pytest.raises(delivery_errors.PlateDiffers):
        let_out(yard, id_, plate="鲁P54321")
    with yard.db.write() as session:
        found = deliveries.own_order(session, yard.owner, id_, lock=True)
        deliveries.change(session, yard.owner, found, {"plate": "鲁P54321"})
        with pytest.raises(delivery_errors.DeliveryAllocated):
            deliveries.change(session, yard.owner, found, {"lines": [OrderedLine(tag="T2")]})
        found.valid_until = datetime.now(UTC) - timedelta(minutes=1)
    with pytest.raises(delivery_errors.DeliveryExpired):
        let_out(yard, id_, plate="鲁P54321")
    assert pick(yard, id_, "T2") == "delivery_expired"
    with pytest.raises(NotFound), yard.db.write() as session:
        deliveries.own_order(session, yard.other_owner, id_)


def test_the_weighbridge_is_spread_over_the_lorry(yard: Yard) -> None:
    yard.receive("T1", "T2")
    id_ = order(yard)
    allocate(yard, id_)
    for tag in ("T1", "T2"):
        pick(yard, id_, tag)
    booked = 2 * 689_151
    far = Ticket("BD-1", PLATE, 20_000_000 + booked + 10_000, 20_000_000)
    with pytest.raises(delivery_errors.WeightDiffers):
        let_out(yard, id_, ticket=far)
    near = Ticket("BD-1", PLATE, 20_000_000 + booked + 1_001, 20_000_000)
    let_out(yard, id_, ticket=near)
    with yard.db.read() as session:
        told = session.scalars(select(Event).where(Event.type == "inventory.issue_posted")).one()
    masses = sorted(one["mass_g"] for one in told.data["bundles"])
    assert sum(masses) == booked + 1_001
    assert masses[1] - masses[0] <= 1
    yard.assert_sound()


BAD_LINES = [
    (OrderedLine(grade="20"), "delivery_line_unclear"),
    (OrderedLine(pieces=1), "delivery_line_unclear"),
    (OrderedLine(tag="T1", pieces=1), "delivery_line_unclear"),
    (OrderedLine(grade="20", pieces=1, mass_g=1), "delivery_line_unclear"),
    (OrderedLine(size="round", pieces=1), "size_unreadable"),
    (OrderedLine(grade="20", pieces=1, min_piece_mm=2, max_piece_mm=1), "lengths_crossed"),
    (OrderedLine(product_id=999, pieces=1), "product_unknown"),
    (OrderedLine(tag="GHOST"), "bundle_unknown"),
    (OrderedLine(tag="X1"), "bundle_unknown"),
]


def test_an_order_that_cannot_be_is_refused_with_what_to_do(yard: Yard) -> None:
    yard.receive("T1")
    yard.receive("X1", owner=yard.other_owner)
    for line, code in BAD_LINES:
        with pytest.raises(Refused) as refused:
            order(yard, line)
        assert refused.value.code == code, line
    for until in (datetime.now(UTC) - timedelta(hours=1), datetime.now(UTC) + timedelta(days=400)):
        with pytest.raises(delivery_errors.DeliveryDeadline):
            order(yard, valid_until=until)


def test_no_single_move_of_an_order_is_undone(yard: Yard) -> None:
    from inventory.models import StockMove

    yard.receive("T1", "T2")
    allocate(yard, order(yard))
    with yard.db.read() as session:
        last = session.scalars(select(StockMove).order_by(StockMove.id.desc())).first()
    assert last is not None
    with pytest.raises(errors.MoveNotReversible), yard.db.write() as session:
        moving.reverse(session, yard.keeper, last.id, "slip")


def test_verifying_tells_of_promises_that_no_order_made(yard: Yard) -> None:
    yard.receive("T1", "T2")
    id_ = order(yard)
    allocate(yard, id_)
    yard.assert_sound()
    with yard.db.write() as session:
        one, other = session.scalars(select(StockAllocation).where(StockAllocation.order_id == id_)).all()
        one.state, other.state = "released", "picked"
    with yard.db.read() as session:
        faults = verify(session).faults
    (t1, t2) = yard.bundle_ids(["T1", "T2"])
    assert {(fault.kind, fault.bundle_id) for fault in faults} == {
        ("promised_to_nobody", t1), ("promised_to_nobody", t2), ("kept_but_not_promised", t2),
    }  # fmt: skip


def test_what_a_stocktake_missed_is_freed_and_found_again(yard: Yard) -> None:
    yard.receive("T1", "T2")
    id_ = order(yard)
    allocate(yard, id_)
    count(yard, "T2")
    assert pick(yard, id_, "T1") == "bundle_not_here"
    yard.assert_sound()
    with yard.db.write() as session:
        allocating.give_back(session, yard.keeper, id_, ["T1"], "not to be found")
    count(yard, "T1", "T2")
    assert states(yard) == {"T1": "available", "T2": "reserved"}
    yard.assert_sound()


def count(yard: Yard, *tags: str) -> None:
    """Count the yard, find these bundles, and post the variance."""
    with yard.db.write() as session:
        number = stocktakes.open_stocktake(session, yard.keeper, yard.warehouse.id).number
    for tag in tags:
        yard.scan(yard.operation("count", tag, place="A-01", stocktake_number=number), actor=yard.counter)
    with yard.db.write() as session:
        taken = session.scalars(select(Stocktake).where(Stocktake.number == number)).one()
        stocktakes.close(session, yard.counter, taken.id)
        approving.approve(session, yard.manager, taken.id)


def test_picks_take_a_fixed_number_of_statements(yard: Yard) -> None:
    tags = [f"T{number}" for number in range(8)]
    yard.receive(*tags, "S1", "S2")
    id_ = order(yard, OrderedLine(grade="20", pieces=80))
    assert len(allocate(yard, id_)) == 8
    number = read(yard, id_).number
    few = [yard.operation("pick", tag, delivery_number=number) for tag in tags[:1]]
    many = [yard.operation("pick", tag, delivery_number=number) for tag in tags[1:6]]
    swaps = [yard.operation("pick", tag, delivery_number=number, swap_reason="nearer") for tag in ("S1", "S2")]
    counts = []
    for operations in (few, many, swaps):
        with statements(yard) as seen:
            assert {answer.outcome for answer in yard.scan(*operations)} == {"done"}
        counts.append(len(seen))
    assert counts[0] == counts[1] == MOST_OF_PICKS[yard.db.dialect]
    assert counts[2] <= counts[1] + MORE_FOR_SWAPS


def test_allocating_and_leaving_take_a_fixed_number_of_statements(yard: Yard) -> None:
    counts = []
    for number, how_many in enumerate((1, 4)):
        tags = [f"T{number}-{one}" for one in range(how_many)]
        yard.receive(*tags)
        id_ = order(yard, OrderedLine(grade="20", pieces=10 * how_many), number=f"T-{number}")
        with statements(yard) as allocating_:
            allocate(yard, id_)
        yard.scan(*(yard.operation("pick", tag, delivery_number=read(yard, id_).number) for tag in tags))
        with statements(yard) as leaving:
            let_out(yard, id_, ticket=Ticket(f"BD-{number}", PLATE, 20_000_000 + how_many * 689_151, 20_000_000))
        counts.append((len(allocating_), len(leaving)))
    assert counts[0] == counts[1]


def test_the_list_follows_the_way_of_the_forklift(yard: Yard) -> None:
    yard.receive("T1")
    yard.receive("T2", place="A-02")
    yard.receive("T3", place="B-01")
    with yard.db.write() as session:
        for code, walk in (("B-01", 1), ("A-02", 2)):
            session.scalars(select(Place).where(Place.code == code)).one().walking_order = walk
    id_ = order(yard, OrderedLine(grade="20", pieces=30))
    allocate(yard, id_)
    with yard.db.read() as session:
        listed = delivery_reading.order(session, yard.keeper, id_)["allocations"]
        (task,) = delivery_reading.lists(session, [yard.warehouse.id], 5, 5)
    way = ["T3", "T2", "T1"]
    assert [one["tag"] for one in listed] == [one["tag"] for one in task["picks"]] == way
