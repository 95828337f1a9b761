"""Defects and quality holds: what is held stays, what is decided is decided by another person."""

import pytest
from sqlalchemy import select

from inventory import errors
from inventory.making import Output
from inventory.operations import (
    encumbrances,
    issuing,
    merging,
    splitting,
    unmaking,
)
from inventory.quality import errors as refusals
from inventory.quality.kinds import DefectStatus
from inventory.quality.models import QualityHold
from inventory.states import EncumbranceKind
from steelyard.core.actors import Actor
from steelyard.core.errors import NotFound
from steelyard.core.outbox import Event

from .conftest import Yard, make_yard
from .quality_acts import heat_of, hold, lift, loading, report, states


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
