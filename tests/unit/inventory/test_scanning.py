"""Judgement of scans in memory: order, refusals, and what a blind counter is not told."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from inventory import answers
from inventory.quantities import Position, Quantity
from inventory.scanning import BundleView, IssueView, Operation, StocktakeView, YardView, judge
from inventory.states import IssueStatus, OperationKind, State, StocktakeStatus

NOW = datetime(2026, 9, 1, 8, 0, tzinfo=UTC)
FIRST_DAY = datetime(1, 1, 1, tzinfo=UTC)
OPENED = NOW - timedelta(minutes=30)
OWNER, OTHER = 10, 11
AMOUNT = Quantity(5, 30_000, 400_000)


def bundle(id_: int, tag: str, owner: int = OWNER, state: State = State.AVAILABLE, **more: Any) -> BundleView:
    return BundleView(id_, tag, Position(1, owner, state), AMOUNT, **more)


def yard() -> YardView:
    """Two places; bundles of two owners, one on hold, one in quarantine, one gone, one lost."""
    bundles = [
        bundle(1, "T1"), bundle(2, "OTHERS", OTHER), bundle(3, "HELD", held_by="ZY-1"),
        bundle(4, "QUARANTINE", state=State.QUARANTINE), BundleView(5, "GONE", issued=True), BundleView(6, "LOST"),
    ]  # fmt: skip
    return YardView(
        99,
        {view.tag: view for view in bundles},
        {"A": 1, "B": 2},
        {
            "CK-1": IssueView(1, "CK-1", OWNER, IssueStatus.OPEN),
            "CK-2": IssueView(2, "CK-2", OWNER, IssueStatus.POSTED),
        },
        {
            "PD-1": StocktakeView(1, "PD-1", StocktakeStatus.OPEN, OPENED, frozenset({1})),
            "PD-2": StocktakeView(2, "PD-2", StocktakeStatus.CLOSED, OPENED, frozenset({1})),
        },
    )


def op(kind: str, tag: str, **more: Any) -> Operation:
    more.setdefault("client_op_id", f"{kind}-{tag}")
    more.setdefault("event_at", NOW)
    return Operation(kind=OperationKind(kind), tag=tag, **more)


CASES = [
    pytest.param(op("move", "T1", place="B"), "moved", id="move"),
    pytest.param(op("move", "T1", place="B", from_place="A"), "moved", id="move-from"),
    pytest.param(op("move", "T1", place="B", from_place="B"), "bundle_not_here", id="move-from-elsewhere"),
    pytest.param(op("move", "T1", place="A"), "already_there", id="move-to-where-it-is"),
    pytest.param(op("move", "T1", place="@MILL"), "place_unknown", id="move-to-a-virtual-place"),
    pytest.param(op("move", "T1"), "operation_incomplete", id="move-without-place"),
    pytest.param(op("move", "NONE", place="B"), "bundle_unknown", id="move-unknown"),
    pytest.param(op("move", "GONE", place="B"), "already_issued", id="move-gone"),
    pytest.param(op("move", "LOST", place="B"), "bundle_not_here", id="move-lost"),
    pytest.param(op("move", "HELD", place="B"), "moved", id="held-may-move-within-the-yard"),
    pytest.param(op("issue", "T1", issue_number="CK-1"), "issued", id="issue"),
    pytest.param(op("issue", "T1"), "operation_incomplete", id="issue-without-number"),
    pytest.param(op("issue", "T1", issue_number="CK-9"), "issue_unknown", id="issue-unknown"),
    pytest.param(op("issue", "T1", issue_number="CK-2"), "issue_closed", id="issue-closed"),
    pytest.param(op("issue", "OTHERS", issue_number="CK-1"), "wrong_owner", id="issue-wrong-owner"),
    pytest.param(op("issue", "HELD", issue_number="CK-1"), "bundle_encumbered", id="issue-held"),
    pytest.param(op("issue", "QUARANTINE", issue_number="CK-1"), "bundle_not_available", id="issue-quarantine"),
    pytest.param(op("issue", "GONE", issue_number="CK-1"), "already_issued", id="issue-gone"),
    pytest.param(op("count", "T1", place="A", stocktake_number="PD-1"), "counted", id="count"),
    pytest.param(op("count", "NONE", place="A", stocktake_number="PD-1"), "counted", id="count-unknown-tag"),
    pytest.param(op("count", "T1", place="B", stocktake_number="PD-1"), "place_not_in_scope", id="count-outside"),
    pytest.param(op("count", "T1", place="A", stocktake_number="PD-2"), "stocktake_not_open", id="count-closed"),
    pytest.param(op("count", "T1", place="A", stocktake_number="PD-9"), "stocktake_unknown", id="count-nowhere"),
    pytest.param(op("count", "T1", place="A"), "operation_incomplete", id="count-without-number"),
    pytest.param(op("move", "T1", place="B", event_at=NOW + timedelta(hours=1)), "event_in_future", id="clock-ahead"),
    pytest.param(op("move", "T1", place="B", event_at=NOW - timedelta(days=364)), "moved", id="most-of-a-year-ago"),
    pytest.param(op("move", "T1", place="B", event_at=NOW - timedelta(days=366)), "event_too_old", id="a-year-ago"),
    pytest.param(op("move", "T1", place="B", event_at=FIRST_DAY), "event_too_old", id="in-the-year-1"),
    pytest.param(
        op("count", "T1", place="A", stocktake_number="PD-1", event_at=OPENED - timedelta(minutes=9)),
        "counted",
        id="count-by-a-clock-behind",
    ),
    pytest.param(
        op("count", "T1", place="A", stocktake_number="PD-1", event_at=OPENED - timedelta(minutes=11)),
        "counted_before_opening",
        id="count-before-the-opening",
    ),
]


@pytest.mark.parametrize(("operation", "code"), CASES)
def test_each_operation_gets_its_typed_answer(operation: Operation, code: str) -> None:
    judgement = judge(yard(), [operation], NOW)
    (answer,) = judgement.answers
    assert answer.code == code
    assert len(judgement.effects) == (answer.outcome == "done")


def test_operations_on_one_bundle_meet_what_the_one_before_left() -> None:
    operations = [
        op("move", "T1", client_op_id="1", place="B"),
        op("move", "T1", client_op_id="2", place="B"),
        op("issue", "T1", client_op_id="3", issue_number="CK-1"),
        op("move", "T1", client_op_id="4", place="A"),
    ]
    codes = [answer.code for answer in judge(yard(), operations, NOW).answers]
    assert codes == ["moved", "already_there", "issued", "already_issued"]


def test_a_blind_counter_learns_nothing_from_the_answer() -> None:
    counts = [op("count", tag, place="A", stocktake_number="PD-1") for tag in ("T1", "NONE", "GONE")]
    answers = judge(yard(), counts, NOW).answers
    assert {(answer.code, answer.bundle_id) for answer in answers} == {("counted", None)}


def test_a_fingerprint_tells_operations_apart_but_not_their_ids() -> None:
    one = op("move", "T1", place="B")
    assert one.fingerprint() == replace(one, client_op_id="other").fingerprint()
    assert one.fingerprint() != replace(one, place="A").fingerprint()
    assert one.fingerprint() != replace(one, place=None, from_place="B").fingerprint()


def test_every_refusal_goes_on_to_say_what_is_to_be_done() -> None:
    """A sentence that only says no leaves the man with the scanner standing there."""
    assert [code for code, told in answers.REFUSED.items() if not re.search(r"[.;:,] \w", told)] == []
