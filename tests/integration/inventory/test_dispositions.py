"""What is done about defects: proposed by one, decided by another, posted, undone by a counter-document."""

from typing import Any

import pytest
from sqlalchemy import select

from inventory import errors
from inventory.making import Line, Order, Output
from inventory.models import Bundle, StockMove
from inventory.operations import (
    disposing,
    encumbrances,
    moving,
    processing,
    reporting,
    setting_up,
    splitting,
)
from inventory.operations.reporting import Finding
from inventory.quality import errors as refusals
from inventory.quality.kinds import DefectStatus, DispositionStatus, Severity
from inventory.quality.models import Defect, Disposition, ProductChange, QualityHold
from inventory.states import EncumbranceKind, LengthKind, ProcessKind, ProductKind, State
from steelyard.core.actors import Actor
from steelyard.core.units import parse_size

from .conftest import Yard
from .quality_acts import decide, heat_of, hold, lift, propose, report, states
from .test_ledger import last_move

OUTCOMES = [
    pytest.param("release", {}, "available", id="release"),
    pytest.param("concession", {"consent": "buyer, 2026-09-02"}, "available", id="concession"),
    pytest.param("scrap", {"cost_fen": 100}, None, id="scrap"),
    pytest.param("return_to_mill", {}, None, id="return-to-mill"),
    pytest.param("rework", {}, "defective", id="rework"),
]


@pytest.mark.parametrize(("kind", "more", "state"), OUTCOMES)
def test_a_disposition_is_posted_when_another_person_approves(
    yard: Yard, inspector: Actor, colleague: Actor, kind: str, more: dict[str, Any], state: str | None
) -> None:
    yard.receive("T1")
    defect = report(yard, yard.counter, "T1")
    proposal = propose(yard, inspector, defect, kind, **more)
    with pytest.raises(refusals.ReporterMayNotApprove):
        decide(yard, inspector, proposal)
    with pytest.raises(refusals.BundleBeingDecided):
        propose(yard, inspector, defect, "release")
    assert states(yard) == {"T1": "defective"}
    assert decide(yard, colleague, proposal).status == DispositionStatus.APPROVED
    assert states(yard).get("T1") == state
    with pytest.raises(refusals.DispositionDecided):
        decide(yard, colleague, proposal)
    with yard.db.read() as session:
        assert session.get_one(Defect, defect.id).status == ("open" if kind == "rework" else "settled")
    yard.assert_sound()


def test_what_was_reworked_is_looked_at_again(yard: Yard, inspector: Actor, colleague: Actor) -> None:
    yard.receive("T1")
    defect = report(yard, yard.counter, "T1")
    hold(yard, inspector, heat_id=heat_of(yard, "T1"))
    decide(yard, colleague, propose(yard, inspector, defect, "rework"))
    with yard.db.write() as session:
        work = Order(ProcessKind.REWORK, [Line(["T1"], [Output(10)])])
        processing.post(session, yard.keeper, yard.warehouse.id, work)
    assert states(yard) == {"T1-1": "quarantine"}
    with pytest.raises(errors.BundleQuarantined):
        yard.issue("T1-1")
    with yard.db.read() as session:
        placed = session.scalars(select(QualityHold)).one()
    lift(yard, colleague, placed)
    decide(yard, colleague, propose(yard, inspector, defect, "release", tags=["T1-1"]))
    yard.issue("T1-1")
    yard.assert_sound()


def test_the_defective_pieces_are_split_off_and_the_sound_ones_released(
    yard: Yard, inspector: Actor, colleague: Actor
) -> None:
    yard.receive("T1")
    defect = report(yard, yard.counter, "T1", pieces=3)
    hold(yard, inspector, heat_id=heat_of(yard, "T1"))
    with yard.db.write() as session:
        splitting.split(session, yard.keeper, yard.warehouse.id, "T1", [Output(3, "BAD"), Output(7, "GOOD")])
    assert states(yard) == {"BAD": "quarantine", "GOOD": "quarantine"}
    with pytest.raises(errors.BundleQuarantined):
        yard.issue("GOOD")
    with yard.db.read() as session:
        placed = session.scalars(select(QualityHold)).one()
    lift(yard, colleague, placed)
    decide(yard, colleague, propose(yard, inspector, defect, "scrap", tags=["BAD"]))
    decide(yard, colleague, propose(yard, inspector, defect, "release", tags=["GOOD"]))
    assert states(yard) == {"GOOD": "available"}
    yard.assert_sound()


def undo(yard: Yard, actor: Actor, found: Disposition) -> Disposition:
    with yard.db.write() as session:
        return disposing.propose_undoing(session, actor, found.id, "the wrong bundle")


def test_an_approved_disposition_is_undone_by_a_counter_document(
    yard: Yard, inspector: Actor, colleague: Actor
) -> None:
    """What was scrapped lies again where it lay, its report is open again; proposed by one, approved by another."""
    yard.receive("T1")
    defect = report(yard, yard.counter, "T1")
    scrapped = decide(yard, colleague, propose(yard, inspector, defect, "scrap"))
    assert states(yard) == {}
    counter = undo(yard, inspector, scrapped)
    with pytest.raises(refusals.DispositionNotReversible):
        undo(yard, inspector, counter)
    with pytest.raises(refusals.BundleBeingDecided):
        undo(yard, inspector, scrapped)
    for nobody in (inspector, yard.counter):
        with pytest.raises(refusals.ReporterMayNotApprove):
            decide(yard, nobody, counter)
    decide(yard, colleague, counter)
    assert states(yard) == {"T1": "defective"}
    with yard.db.read() as session:
        assert session.get_one(Defect, defect.id).status == DefectStatus.OPEN
        last = session.scalars(select(StockMove).order_by(StockMove.id.desc())).first()
        assert last is not None
        assert (last.document_number, last.reverses_id is not None) == (counter.number, True)
    with pytest.raises(refusals.DispositionNotReversible):
        undo(yard, inspector, scrapped)
    yard.assert_sound()


def test_a_disposition_stands_once_its_goods_went_on(yard: Yard, inspector: Actor, colleague: Actor) -> None:
    yard.receive("T1", "T2")
    defect = report(yard, yard.counter, "T1")
    placed = hold(yard, inspector, bundle_id=yard.bundle_ids(["T1"])[0], defect_id=defect.id)
    freed = decide(yard, colleague, propose(yard, inspector, defect, "release"))
    counter = undo(yard, inspector, freed)
    yard.scan(yard.operation("move", "T1", place="B-01"))
    with pytest.raises(refusals.DispositionNotReversible):
        decide(yard, colleague, counter)
    with yard.db.write() as session:
        moving.reverse(session, yard.keeper, last_move(yard, "T1"), "not yet")
    decide(yard, colleague, counter)
    assert states(yard)["T1"] == "defective"
    with yard.db.read() as session:
        standing = session.scalars(select(QualityHold).where(QualityHold.lifted_at.is_(None))).one()
    assert (standing.reason, standing.placed_by) == (placed.reason, colleague.user_id)
    again = report(yard, yard.counter, "T2")
    concession = decide(yard, colleague, propose(yard, inspector, again, "concession", consent="by letter"))
    yard.issue("T2")
    with pytest.raises(refusals.DispositionNotReversible):
        undo(yard, inspector, concession)
    yard.assert_sound()


def test_a_rejected_disposition_changes_nothing(yard: Yard, inspector: Actor, colleague: Actor) -> None:
    yard.receive("T1")
    defect = report(yard, yard.counter, "T1")
    decide(yard, colleague, propose(yard, inspector, defect, "scrap"), approved=False)
    assert states(yard) == {"T1": "defective"}
    decide(yard, colleague, propose(yard, inspector, defect, "release"))
    assert states(yard) == {"T1": "available"}


def test_a_downgrade_changes_the_grade_and_keeps_the_old_name(yard: Yard, inspector: Actor, colleague: Actor) -> None:
    yard.receive("T1")
    spec = setting_up.ProductSpec(
        ProductKind.PIPE, "GB/T 8162", "20", parse_size("108*4.5*6000"), LengthKind.FIXED, 7850
    )
    thin = setting_up.ProductSpec(ProductKind.PIPE, "GB/T 8162", "20", parse_size("89*4.5"), LengthKind.RANDOM, 7850)
    with yard.db.write() as session:
        lower, other = (setting_up.add_product(session, yard.manager, one) for one in (spec, thin))
    defect = report(yard, yard.counter, "T1")
    with pytest.raises(refusals.NewProductMissing):
        propose(yard, inspector, defect, "downgrade")
    with pytest.raises(refusals.NewProductUnfit):
        propose(yard, inspector, defect, "downgrade", product_id=other.id)
    renamed = decide(yard, colleague, propose(yard, inspector, defect, "downgrade", product_id=lower.id))
    with yard.db.read() as session:
        assert session.scalars(select(Bundle.product_id)).one() == lower.id
        change = session.scalars(select(ProductChange)).one()
        assert (change.from_product_id, change.to_product_id) == (yard.product.id, lower.id)
    assert states(yard) == {"T1": "available"}
    decide(yard, colleague, undo(yard, inspector, renamed))
    with yard.db.read() as session:
        assert session.scalars(select(Bundle.product_id)).one() == yard.product.id
        assert len(session.scalars(select(ProductChange)).all()) == 2
    assert states(yard) == {"T1": "defective"}


def test_while_a_hold_stands_a_released_bundle_stays_in_quarantine(
    yard: Yard, inspector: Actor, colleague: Actor
) -> None:
    yard.receive("T1")
    placed = hold(yard, colleague, heat_id=heat_of(yard, "T1"))
    defect = report(yard, yard.counter, "T1")
    decide(yard, colleague, propose(yard, inspector, defect, "release"))
    assert states(yard) == {"T1": "quarantine"}
    lift(yard, inspector, placed)
    assert states(yard) == {"T1": "available"}


def test_an_approved_release_lifts_the_hold_that_the_report_brought(
    yard: Yard, inspector: Actor, colleague: Actor
) -> None:
    yard.receive("T1")
    defect = report(yard, yard.counter, "T1")
    placed = hold(yard, inspector, bundle_id=yard.bundle_ids(["T1"])[0], defect_id=defect.id)
    decide(yard, colleague, propose(yard, inspector, defect, "release"))
    with yard.db.read() as session:
        assert session.get_one(QualityHold, placed.id).lifted_by == colleague.user_id
    yard.issue("T1")


def test_refusals_of_a_proposal_say_what_is_missing(yard: Yard, inspector: Actor, colleague: Actor) -> None:
    yard.receive("T1", "T2")
    yard.receive("OTHER", heat_number="H2")
    some = report(yard, yard.counter, "T1", pieces=2)
    with pytest.raises(refusals.SplitFirst):
        propose(yard, inspector, some, "scrap")
    with pytest.raises(refusals.ConsentMissing):
        propose(yard, inspector, some, "concession")
    with pytest.raises(refusals.BundleOfAnotherHeat):
        propose(yard, inspector, some, "scrap", tags=["OTHER"])
    with pytest.raises(errors.BundleUnknown):
        propose(yard, inspector, some, "scrap", tags=["GHOST"])
    with yard.db.write() as session:
        finding = Finding("chemistry", Severity.CRITICAL, heat_id=some.heat_id)
        whole = reporting.report(session, yard.counter, yard.warehouse.id, finding)
    with pytest.raises(refusals.BundlesMissing):
        propose(yard, inspector, whole, "scrap")
    yard.issue("T2")
    with pytest.raises(refusals.NotInTheYard):
        propose(yard, inspector, whole, "scrap", tags=["T2"])
    waiting = propose(yard, inspector, whole, "release", tags=["T1"])
    with pytest.raises(refusals.DispositionWaiting), yard.db.write() as session:
        reporting.settle(session, colleague, whole.id)
    decide(yard, colleague, waiting, approved=False)
    with yard.db.write() as session:
        assert reporting.settle(session, colleague, whole.id).status == DefectStatus.SETTLED
    with pytest.raises(refusals.DefectSettled):
        propose(yard, inspector, whole, "release", tags=["T1"])


def test_what_is_pledged_is_neither_scrapped_nor_returned(yard: Yard, inspector: Actor, colleague: Actor) -> None:
    yard.receive("T1")
    defect = report(yard, yard.counter, "T1")
    proposal = propose(yard, inspector, defect, "scrap")
    with yard.db.write() as session:
        encumbrances.place(session, yard.keeper, yard.bundle_ids(["T1"])[0], EncumbranceKind.PLEDGE, "ZY-1")
    with pytest.raises(errors.BundleEncumbered):
        decide(yard, colleague, proposal)
    assert states(yard) == {"T1": State.DEFECTIVE}


def test_a_move_of_quality_is_not_reversed_at_a_desk(yard: Yard, inspector: Actor) -> None:
    yard.receive("T1")
    hold(yard, inspector, heat_id=heat_of(yard, "T1"))
    with yard.db.read() as session:
        newest = session.scalars(select(StockMove.id).where(StockMove.document_kind == "quality")).one()
    with pytest.raises(errors.MoveNotReversible), yard.db.write() as session:
        moving.reverse(session, yard.keeper, newest, "by mistake")
