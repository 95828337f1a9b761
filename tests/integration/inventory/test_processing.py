"""Splits, merges, new tags, work on the steel and changes of owner, on both databases."""

from collections.abc import Sequence
from typing import Any

import pytest
from sqlalchemy import func, select

from inventory import errors, queries
from inventory.genealogy_models import BundleEdge, ProcessLoss, StockProcess, TitleTransfer
from inventory.making import Line, Loss, Order, Output
from inventory.models import Bundle, Heat, StockMove
from inventory.operations import (
    encumbrances,
    merging,
    moving,
    owning,
    processing,
    retagging,
    setting_up,
    splitting,
    unmaking,
)
from inventory.operations.receiving import Arrival, Delivery, receive
from inventory.quantities import Quantity
from inventory.states import (
    ArrivalState,
    EncumbranceKind,
    LengthKind,
    LossKind,
    ProcessKind,
    ProductKind,
    ReceiptSource,
)
from steelyard.core.actors import Actor
from steelyard.core.errors import NotFound, Refused
from steelyard.core.units import parse_size

from .conftest import Yard
from .test_ledger import THEORY_G, last_move, places_of


def split(yard: Yard, tag: str, *pieces: int, tags: Sequence[str] = ()) -> StockProcess:
    """Split a bundle; its parts are named after it unless ``tags`` are given."""
    named = [*tags, *[None] * (len(pieces) - len(tags))]
    with yard.db.write() as session:
        parts = [Output(number, one) for number, one in zip(pieces, named, strict=True)]
        return splitting.split(session, yard.keeper, yard.warehouse.id, tag, parts)


def merge(yard: Yard, *tags: str, tag: str = "M") -> StockProcess:
    with yard.db.write() as session:
        return merging.merge(session, yard.keeper, yard.warehouse.id, tags, tag)


def work(yard: Yard, kind: ProcessKind, *lines: Line, **more: Any) -> StockProcess:
    with yard.db.write() as session:
        return processing.post(session, yard.keeper, yard.warehouse.id, Order(kind, lines, **more))


def stock(yard: Yard) -> dict[str, Quantity]:
    """What lies in the yard, by tag."""
    with yard.db.read() as session:
        rows, _ = queries.stock(session, yard.keeper, {"limit": 50})
    return {row["tag"]: Quantity(row["pieces"], row["length_mm"], row["mass_g"]) for row in rows}


def inside(yard: Yard, tag: str) -> Quantity:
    """What of a bundle stands at the place of processing."""
    return places_of(yard, tag)["@PROCESSING"]


def count(yard: Yard, table: Any) -> int:
    with yard.db.read() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def test_a_split_makes_bundles_that_are_together_the_old_one(yard: Yard) -> None:
    yard.receive("T1", weighed_mass_g=689_167)
    split(yard, "T1", 3, 7)
    assert stock(yard) == {"T1-1": Quantity(3, 18_000, 206_750), "T1-2": Quantity(7, 42_000, 482_417)}
    assert inside(yard, "T1") == Quantity(10, 60_000, 689_167)
    split(yard, "T1-2", 2, 5, tags=["N"])
    assert set(stock(yard)) == {"T1-1", "N", "T1-2-1"}
    yard.assert_sound()


def test_a_merge_of_two_heats_says_so_and_its_parts_too(yard: Yard) -> None:
    yard.receive("T1")
    yard.receive("T2", heat_number="H2", certificate_number="ZB-2")
    merge(yard, "T1", "T2")
    split(yard, "M", 5, 15)
    merge(yard, "M-1", "M-2", tag="M2")
    with yard.db.read() as session:
        rows, _ = queries.stock(session, yard.keeper, {"limit": 50})
    assert [(row["tag"], row["heat_number"], row["certificate_number"]) for row in rows] == [("M2", "H1+H2", None)]
    assert stock(yard) == {"M2": Quantity(20, 120_000, 2 * THEORY_G)}
    assert count(yard, Heat) == 3
    yard.assert_sound()


def test_a_new_tag_leads_from_the_old_one(yard: Yard) -> None:
    yard.receive("T1")
    with yard.db.write() as session:
        retagging.retag(session, yard.keeper, yard.warehouse.id, "T1", "NEW", "the rain took it")
    assert set(stock(yard)) == {"NEW"}
    assert yard.scan(yard.operation("move", "T1", place="A-02"))[0].code == "bundle_not_here"


def test_cutting_names_kerf_and_keeps_the_remnant_with_a_tag_of_its_own(yard: Yard) -> None:
    yard.receive("T1", weighed_mass_g=600_000)
    outputs = [Output(20, "C1", 2500, place="B-01"), Output(10, "R1", 985)]
    work(yard, ProcessKind.CUT, Line(["T1"], outputs, [Loss(LossKind.KERF, 0, 150)]))
    assert stock(yard) == {"C1": Quantity(20, 50_000, 500_000), "R1": Quantity(10, 9_850, 98_500)}
    assert inside(yard, "T1") == Quantity(10, 59_850, 598_500)
    with yard.db.read() as session:
        loss = session.scalars(select(ProcessLoss)).one()
        rows, _ = queries.stock(session, yard.keeper, {"limit": 50})
    assert (loss.kind, loss.length_mm, loss.mass_g) == ("kerf", 150, 1500)
    assert {row["tag"]: (row["size"], row["place"]) for row in rows} == {
        "C1": ("108×4.5", "B-01"), "R1": ("108×4.5", "A-01")
    }  # fmt: skip
    yard.assert_sound()


def test_a_furnace_charge_keeps_its_lines_apart(yard: Yard) -> None:
    """Two bundles of two heats in one charge: neither becomes the other's child."""
    yard.receive("T1")
    yard.receive("T2", heat_number="H2")
    scale = [Loss(LossKind.SCALE, mass_g=1000)]
    lines = [Line(["T1"], [Output(10, "Q1")], scale), Line(["T2"], [Output(10, "Q2")], scale)]
    parameters = {
        "heatings": [
            {"treatment": "quench", "temperature_c": 860, "holding_min": 45, "medium": "water"},
            {"treatment": "temper", "temperature_c": 620, "holding_min": 90, "medium": "air"},
        ]
    }
    process = work(yard, ProcessKind.HEAT_TREATMENT, *lines, furnace_charge="L-0815", parameters=parameters)
    with yard.db.read() as session:
        kept = session.get_one(StockProcess, process.id)
        heats = dict(
            session.execute(select(Bundle.tag, Heat.heat_number).join(Heat).where(Bundle.tag.like("Q%"))).all()
        )
    assert (kept.furnace_charge, kept.parameters) == ("L-0815", parameters)
    assert heats == {"Q1": "H1", "Q2": "H2"}
    assert stock(yard)["Q1"].mass_g == THEORY_G - 1000
    yard.assert_sound()


def test_coating_adds_mass_and_threading_takes_some(yard: Yard) -> None:
    yard.receive("T1")
    work(yard, ProcessKind.COATING, Line(["T1"], [Output(10, "K1")], added_mass_g=5000))
    work(yard, ProcessKind.THREADING, Line(["K1"], [Output(10, "G1")], [Loss(LossKind.SCRAP, mass_g=2000)]))
    assert stock(yard) == {"G1": Quantity(10, 60_000, THEORY_G + 3000)}
    yard.assert_sound()


def line(*outputs: Output, **more: Any) -> Line:
    return Line(["T1"], outputs, **more)


CUT, HEAT = ProcessKind.CUT, ProcessKind.HEAT_TREATMENT
REFUSED = [
    pytest.param(CUT, line(Output(20, "C", 3001)), "process_not_conserved", id="longer-than-it-was"),
    pytest.param(CUT, line(Output(20, "C", 2990)), "process_not_conserved", id="kerf-not-named"),
    pytest.param(CUT, line(Output(20, "C")), "process_incomplete", id="length-not-said"),
    pytest.param(CUT, line(Output(10, "C", 6000), added_mass_g=5), "process_incomplete", id="cutting-adds-nothing"),
    pytest.param(CUT, line(Output(10, "C", 6000, place="Z-99")), "place_unknown", id="unknown-place"),
    pytest.param(CUT, line(Output(10, "C", 6000, product_id=10**9)), "product_unknown", id="unknown-product"),
    pytest.param(CUT, line(Output(5, "C", 6000, 68_916), Output(5, "D", 6000)), "mass_implausible", id="mass-tenth"),
    pytest.param(CUT, line(Output(5, "C", 6000), Output(5, "C", 6000)), "tag_repeated", id="tag-twice"),
    pytest.param(CUT, line(Output(10, "T2", 6000)), "tag_taken", id="tag-of-another"),
    pytest.param(CUT, Line(["T1", "T1"], [Output(20, "C", 6000)]), "tag_repeated", id="input-twice"),
    pytest.param(CUT, Line(["T9"], [Output(10, "C", 6000)]), "bundle_unknown", id="unknown-tag"),
    pytest.param(HEAT, line(Output(10, "C")), "process_incomplete", id="no-furnace-charge"),
    pytest.param(ProcessKind.THREADING, line(Output(9, "C")), "process_not_conserved", id="a-piece-too-few"),
    pytest.param(
        ProcessKind.THREADING, line(Output(10, "C"), losses=[Loss(LossKind.SCRAP)]), "process_incomplete", id="no-loss"
    ),
]


@pytest.mark.parametrize(("kind", "wanted", "code"), REFUSED)
@pytest.mark.parametrize("dialect", ["sqlite"])
def test_work_that_cannot_be_is_refused_whole(yard: Yard, kind: ProcessKind, wanted: Line, code: str) -> None:
    yard.receive("T1", "T2")
    before = count(yard, StockMove)
    with pytest.raises(Refused) as refusal:
        work(yard, kind, wanted)
    assert refusal.value.code == code
    assert (count(yard, StockMove), count(yard, BundleEdge)) == (before, 0)


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_no_work_makes_another_grade_of_the_steel(yard: Yard) -> None:
    yard.receive("T1")
    spec = setting_up.ProductSpec(
        ProductKind.PIPE, "GB/T 8163", "45", parse_size("108*4.5"), LengthKind.RANDOM, yard.product.density_kg_per_m3
    )
    with yard.db.write() as session:
        other = setting_up.add_product(session, yard.keeper, spec).id
    with pytest.raises(errors.ProductsDiffer):
        work(yard, ProcessKind.CUT, line(Output(10, "C", 6000, product_id=other)))


def test_held_quarantined_issued_and_foreign_bundles_are_not_worked_on(yard: Yard) -> None:
    yard.receive("T1", "T2")
    yard.receive("T3", owner=yard.other_owner)
    yard.receive("T4", state=ArrivalState.QUARANTINE)
    yard.receive("T5")
    yard.issue("T5")
    with yard.db.write() as session:
        (id_,) = yard.bundle_ids(["T1"])
        encumbrances.place(session, yard.keeper, id_, EncumbranceKind.PLEDGE, "ZY-1")
    refusals: list[tuple[tuple[str, ...], type[Refused]]] = [
        (("T2", "T1"), errors.BundleEncumbered), (("T2", "T3"), errors.WrongOwner),
        (("T2", "T4"), errors.BundleNotWorkable), (("T2", "T5"), errors.AlreadyIssued),
        (("T2", "T9"), errors.BundleUnknown),
    ]  # fmt: skip
    for tags, refusal in refusals:
        with pytest.raises(refusal):
            merge(yard, *tags)
    stranger = yard.world.actor("warehouse", "keeper")
    with yard.db.write() as session, pytest.raises(NotFound):
        splitting.split(session, stranger, yard.warehouse.id, "T2", [Output(10)])


def test_bundles_of_unequal_lengths_are_not_merged(yard: Yard) -> None:
    yard.receive("T1")
    arrival = Arrival("T2", yard.product.id, "H1", "Mill One", 10, 5000, "A-01")
    with yard.db.write() as session:
        receive(session, yard.keeper, yard.warehouse.id, Delivery(yard.owner.org_id, ReceiptSource.BLIND, [arrival]))
    with pytest.raises(errors.ProductsDiffer):
        merge(yard, "T1", "T2")


def test_a_process_is_undone_as_a_whole_while_nothing_has_happened_since(yard: Yard) -> None:
    yard.receive("T1")
    process = split(yard, "T1", 4, 6)
    with pytest.raises(errors.MoveNotReversible), yard.db.write() as session:
        moving.reverse(session, yard.keeper, last_move(yard, "T1-1"), "a slip")
    with yard.db.write() as session:
        counter = unmaking.reverse(session, yard.keeper, process.id, "wrong bundle")
    assert counter.reverses_id == process.id
    assert stock(yard) == {"T1": Quantity(10, 60_000, THEORY_G)}
    for again in (process, counter):
        with pytest.raises(errors.ProcessNotReversible), yard.db.write() as session:
            unmaking.reverse(session, yard.keeper, again.id, "again")
    later = split(yard, "T1", 4, 6)
    yard.scan(yard.operation("move", "T1-2", place="A-02"))
    with pytest.raises(errors.ProcessNotReversible), yard.db.write() as session:
        unmaking.reverse(session, yard.keeper, later.id, "too late")
    yard.assert_sound()


def test_what_was_reworked_waits_for_an_inspector(yard: Yard) -> None:
    yard.receive("T1")
    work(yard, ProcessKind.REWORK, Line(["T1"], [Output(10, "R")], [Loss(LossKind.SCRAP, mass_g=100)]))
    with pytest.raises(errors.BundleNotAvailable):
        yard.issue("R")


def test_a_later_move_that_was_undone_does_not_keep_a_process_from_being_undone(yard: Yard) -> None:
    yard.receive("T1")
    process = split(yard, "T1", 4, 6)
    yard.scan(yard.operation("move", "T1-2", place="A-02"))
    with yard.db.write() as session:
        moving.reverse(session, yard.keeper, last_move(yard, "T1-2"), "not there")
    with yard.db.write() as session:
        unmaking.reverse(session, yard.keeper, process.id, "a slip")
    assert set(stock(yard)) == {"T1"}


def order(yard: Yard, *tags: str, number: str = "GH-A-1", actor: Actor | None = None) -> TitleTransfer:
    """The owner's order to make goods another's."""
    with yard.db.write() as session:
        return owning.request(session, actor or yard.owner, yard.warehouse.id, yard.other_owner.org_id, number, tags)


def test_goods_change_their_owner_where_they_lie(yard: Yard) -> None:
    yard.receive("T1", "T2")
    transfer = order(yard, "T1", "T2")
    assert owner_of(yard, "T1") == yard.owner.org_id
    with yard.db.write() as session:
        owning.confirm(session, yard.keeper, transfer.id)
    assert owner_of(yard, "T1") == owner_of(yard, "T2") == yard.other_owner.org_id
    assert stock(yard)["T1"] == Quantity(10, 60_000, THEORY_G)
    with pytest.raises(errors.TitleDecided), yard.db.write() as session:
        owning.confirm(session, yard.keeper, transfer.id)
    with pytest.raises(errors.WrongOwner):
        yard.issue("T1")
    yard.assert_sound()


def owner_of(yard: Yard, tag: str) -> int:
    with yard.db.read() as session:
        rows, _ = queries.stock(session, yard.keeper, {"limit": 50})
    return int(next(row["owner_org_id"] for row in rows if row["tag"] == tag))


def test_an_order_is_judged_again_when_it_is_confirmed(yard: Yard) -> None:
    yard.receive("T1", "T2")
    transfer = order(yard, "T1", "T2")
    yard.issue("T2")
    with pytest.raises(errors.AlreadyIssued), yard.db.write() as session:
        owning.confirm(session, yard.keeper, transfer.id)
    with yard.db.write() as session:
        owning.refuse(session, yard.keeper, transfer.id, "T2 has left")
    assert owner_of(yard, "T1") == yard.owner.org_id
    assert order(yard, "T1").status == "requested"


def test_an_order_does_not_take_the_bundle_that_got_the_tag_later(yard: Yard) -> None:
    yard.receive("T1")
    transfer = order(yard, "T1")
    with yard.db.write() as session:
        moving.reverse(session, yard.keeper, last_move(yard, "T1"), "another yard's")
    yard.receive("T1")
    with pytest.raises(errors.BundleUnknown), yard.db.write() as session:
        owning.confirm(session, yard.keeper, transfer.id)


def test_orders_that_cannot_be(yard: Yard) -> None:
    yard.receive("T1")
    yard.receive("T2", owner=yard.other_owner)
    with pytest.raises(errors.BundleUnknown):
        order(yard, "T2")
    with pytest.raises(errors.OwnersEqual):
        order(yard, "T2", actor=yard.other_owner)
    with pytest.raises(NotFound):
        order(yard, "T1", actor=yard.world.actor("trader", "seller"))
    transfer = order(yard, "T1")
    with pytest.raises(errors.OrderTaken):
        order(yard, "T1")
    with pytest.raises(NotFound), yard.db.write() as session:
        owning.confirm(session, yard.world.actor("warehouse", "keeper"), transfer.id)
