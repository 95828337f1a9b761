"""Defects and quality holds: what is held stays, what is decided is decided by another person."""

from typing import Any

import pytest
from sqlalchemy import select

from inventory import errors
from inventory.making import Line, Order, Output
from inventory.models import Bundle, StockBalance, StockMove
from inventory.operations import (
    disposing,
    encumbrances,
    holding,
    issuing,
    merging,
    moving,
    processing,
    reporting,
    setting_up,
    splitting,
    unmaking,
)
from inventory.operations.disposing import Proposal
from inventory.operations.holding import Ban
from inventory.operations.reporting import Finding
from inventory.quality import errors as refusals
from inventory.quality.kinds import DefectKind, DefectStatus, DispositionKind, DispositionStatus, Severity
from inventory.quality.models import Defect, Disposition, ProductChange, QualityHold
from inventory.states import EncumbranceKind, LengthKind, ProcessKind, ProductKind, State
from steelyard.core.actors import Actor
from steelyard.core.errors import NotFound
from steelyard.core.outbox import Event
from steelyard.core.units import parse_size

from .conftest import Yard, make_yard
from .test_ledger import last_move


def heat_of(yard: Yard, tag: str) -> int:
    with yard.db.read() as session:
        return session.scalars(select(Bundle.heat_id).where(Bundle.tag == tag)).one()


def states(yard: Yard) -> dict[str, str]:
    """The state in which each bundle lies in the yard; those that left are absent."""
    query = select(Bundle.tag, StockBalance.state).join(StockBalance, StockBalance.bundle_id == Bundle.id)
    with yard.db.read() as session:
        return dict(session.execute(query.where(StockBalance.is_real, StockBalance.pieces > 0)).all())


def hold(yard: Yard, actor: Actor, **ban: Any) -> QualityHold:
    with yard.db.write() as session:
        return holding.place(session, actor, Ban("crack found", **ban))


def lift(yard: Yard, actor: Actor, placed: QualityHold) -> QualityHold:
    with yard.db.write() as session:
        return holding.lift(session, actor, placed.id, "second test passed")


def report(yard: Yard, actor: Actor, tag: str, pieces: int | None = None) -> Defect:
    with yard.db.write() as session:
        finding = Finding(DefectKind.CRACK, Severity.MAJOR, tag=tag, pieces=pieces)
        return reporting.report(session, actor, yard.warehouse.id, finding)


def propose(yard: Yard, actor: Actor, defect: Defect, kind: str, **more: Any) -> Disposition:
    with yard.db.write() as session:
        return disposing.propose(session, actor, defect.id, Proposal(DispositionKind(kind), "as seen", **more))


def decide(yard: Yard, actor: Actor, found: Disposition, *, approved: bool = True) -> Disposition:
    with yard.db.write() as session:
        return disposing.decide(session, actor, found.id, approved=approved)


def loading(yard: Yard, *tags: str) -> issuing.Loading:
    return issuing.Loading(yard.owner.org_id, "YD-1", "鲁P1", tags)


def test_from_the_hold_of_a_heat_on_every_way_out_is_refused(yard: Yard, inspector: Actor) -> None:
    yard.receive("T1", "T2", "T3")
    yard.receive("OTHER", heat_number="H2")
    with yard.db.write() as session:
        lorry = issuing.open_issue(session, yard.keeper, yard.warehouse.id, loading(yard, "T3"))
    hold(yard, inspector, heat_id=heat_of(yard, "T1"))
    assert states(yard) == {"T1": "quarantine", "T2": "quarantine", "OTHER": "available"}
    with pytest.raises(errors.BundleQuarantined), yard.db.write() as session:
        issuing.issue_at_once(session, yard.keeper, yard.warehouse.id, loading(yard, "T1"))
    answers = yard.scan(yard.operation("issue", "T1", issue_number=lorry.number))
    assert [answer.code for answer in answers] == ["bundle_quarantined"]
    assert answers[0].params == {"tag": "T1", "reference": "DJ-" + answers[0].params["reference"][3:]}
    with pytest.raises(errors.BundleQuarantined), yard.db.write() as session:
        issuing.post_issue(session, yard.keeper, lorry.id)
    assert [answer.code for answer in yard.scan(yard.operation("move", "T1", place="B-01"))] == ["moved"]
    yard.receive("LATER")
    with pytest.raises(errors.BundleQuarantined):
        yard.issue("LATER")
    yard.issue("OTHER")
    yard.assert_sound()


def test_a_bundle_is_taken_off_the_lorry_into_quarantine(yard: Yard, inspector: Actor) -> None:
    yard.receive("T1")
    with yard.db.write() as session:
        lorry = issuing.open_issue(session, yard.keeper, yard.warehouse.id, loading(yard, "T1"))
    hold(yard, inspector, bundle_id=yard.bundle_ids(["T1"])[0])
    with yard.db.write() as session:
        loaded = issuing.loaded(session, lorry)
        assert len(loaded) == 1
    with pytest.raises(errors.BundleQuarantined), yard.db.write() as session:
        issuing.post_issue(session, yard.keeper, lorry.id)
    with pytest.raises(errors.AlreadyIssued):
        gone(yard, inspector)


def gone(yard: Yard, inspector: Actor) -> None:
    """Hold a bundle whose lorry has left."""
    yard.receive("GONE", heat_number="H9")
    yard.issue("GONE")
    hold(yard, inspector, bundle_id=yard.bundle_ids(["GONE"])[0])


def test_a_hold_is_lifted_by_a_colleague_and_frees_only_what_nothing_else_keeps(
    yard: Yard, inspector: Actor, colleague: Actor
) -> None:
    yard.receive("T1", "T2")
    yard.receive("CAME-SO", state="quarantine")
    whole = hold(yard, inspector, heat_id=heat_of(yard, "T1"))
    single = hold(yard, inspector, bundle_id=yard.bundle_ids(["T2"])[0])
    with pytest.raises(refusals.HolderMayNotLift):
        lift(yard, inspector, whole)
    lift(yard, colleague, whole)
    assert states(yard) == {"T1": "available", "T2": "quarantine", "CAME-SO": "quarantine"}
    with pytest.raises(refusals.HoldLifted):
        lift(yard, colleague, whole)
    lift(yard, colleague, single)
    assert states(yard)["T2"] == "available"
    yard.issue("T2")
    yard.assert_sound()


def test_the_owner_hears_of_the_hold_and_only_of_his_goods(yard: Yard, inspector: Actor) -> None:
    yard.receive("MINE")
    yard.receive("HIS", owner=yard.other_owner)
    hold(yard, inspector, heat_id=heat_of(yard, "MINE"))
    with yard.db.read() as session:
        told = session.scalars(select(Event).where(Event.type == "inventory.heat_quarantined")).all()
    tags = {event.data["owner_org_id"]: [one["tag"] for one in event.data["bundles"]] for event in told}
    assert tags == {yard.owner.org_id: ["MINE"], yard.other_owner.org_id: ["HIS"]}


def test_a_foreign_yard_is_neither_held_nor_reported_on(yard: Yard, inspector: Actor) -> None:
    yard.receive("T1")
    other = make_yard(yard.db, yard.world, "LC02")
    other.receive("T9")
    stranger = yard.world.actor("warehouse", "inspector", org=other.keeper)
    with pytest.raises(NotFound):
        hold(yard, stranger, bundle_id=yard.bundle_ids(["T1"])[0])
    hold(yard, stranger, heat_id=heat_of(yard, "T1"))
    assert states(yard) == {"T1": "available", "T9": "quarantine"}
    with pytest.raises(refusals.HoldTarget):
        hold(yard, inspector)
    with pytest.raises(NotFound):
        report(yard, stranger, "T1")


def test_a_bundle_with_a_defective_piece_is_promised_to_nobody(yard: Yard) -> None:
    yard.receive("ALL", "SOME")
    assert report(yard, yard.counter, "ALL").pieces == 10
    some = report(yard, yard.counter, "SOME", pieces=3)
    assert (some.place, some.status) == ("A-01", DefectStatus.OPEN)
    assert states(yard) == {"ALL": "defective", "SOME": "quarantine"}
    with pytest.raises(errors.BundleNotAvailable):
        yard.issue("ALL")
    with pytest.raises(refusals.MorePieces):
        report(yard, yard.counter, "SOME", pieces=11)
    with pytest.raises(errors.BundleUnknown):
        report(yard, yard.counter, "GHOST")
    yard.assert_sound()


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


def test_a_pledge_keeps_a_bundle_whole_and_a_hold_goes_to_its_parts(
    yard: Yard, inspector: Actor, colleague: Actor
) -> None:
    """The parts of a held bundle are held one by one; lifting the first hold lifts them all."""
    yard.receive("T1", "T2")
    (first, second) = yard.bundle_ids(["T1", "T2"])
    placed = hold(yard, inspector, bundle_id=first)
    with yard.db.write() as session:
        encumbrances.place(session, yard.keeper, second, EncumbranceKind.PLEDGE, "ZY-1")
    with pytest.raises(errors.BundleEncumbered), yard.db.write() as session:
        splitting.split(session, yard.keeper, yard.warehouse.id, "T2", [Output(3), Output(7)])
    with yard.db.write() as session:
        process = splitting.split(session, yard.keeper, yard.warehouse.id, "T1", [Output(3, "A"), Output(7, "B")])
        splitting.split(session, yard.keeper, yard.warehouse.id, "B", [Output(1, "B1"), Output(6, "B2")])
    assert {tag: state for tag, state in states(yard).items() if tag != "T2"} == dict.fromkeys(
        ["A", "B1", "B2"], "quarantine"
    )
    for tag in ("A", "B1"):
        with pytest.raises(errors.BundleQuarantined):
            yard.issue(tag)
    with pytest.raises(errors.ProcessNotReversible), yard.db.write() as session:
        unmaking.reverse(session, yard.keeper, process.id, "a slip")
    with pytest.raises(refusals.HolderMayNotLift):
        lift(yard, inspector, placed)
    lift(yard, colleague, placed)
    yard.issue("A", "B1", "B2")
    with pytest.raises(refusals.HoldLifted):
        lift(yard, colleague, placed)
    yard.assert_sound()


def test_the_first_hold_ends_with_the_last_part_that_bears_it(yard: Yard, inspector: Actor, colleague: Actor) -> None:
    yard.receive("T1")
    placed = hold(yard, inspector, bundle_id=yard.bundle_ids(["T1"])[0])
    with yard.db.write() as session:
        splitting.split(session, yard.keeper, yard.warehouse.id, "T1", [Output(3, "A"), Output(7, "B")])
    with yard.db.read() as session:
        parts = session.scalars(select(QualityHold).where(QualityHold.origin_id == placed.id)).all()
    assert {part.placed_by for part in parts} == {inspector.user_id}
    lift(yard, colleague, parts[0])
    assert states(yard) == {"A": "available", "B": "quarantine"}
    lift(yard, colleague, parts[1])
    with yard.db.read() as session:
        assert session.get_one(QualityHold, placed.id).lifted_because == "second test passed"


def test_a_hold_of_a_heat_keeps_bundles_that_were_merged_of_it(yard: Yard, inspector: Actor, colleague: Actor) -> None:
    yard.receive("T1", heat_number="H1")
    yard.receive("T2", heat_number="H2")
    heat_id = heat_of(yard, "T2")
    with yard.db.write() as session:
        merging.merge(session, yard.keeper, yard.warehouse.id, ["T1", "T2"], "MIX")
    placed = hold(yard, inspector, heat_id=heat_id)
    assert states(yard) == {"MIX": "quarantine"}
    with pytest.raises(errors.BundleQuarantined):
        yard.issue("MIX")
    answers = yard.scan(yard.operation("issue", "MIX", issue_number="CK-1"))
    assert answers[0].code == "issue_unknown"
    lift(yard, colleague, placed)
    yard.issue("MIX")
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
        finding = Finding(DefectKind.CHEMISTRY, Severity.CRITICAL, heat_id=some.heat_id)
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
