"""Several clients at once, in threads and in processes: exactly one wins, and nobody is answered wrongly."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import func, select

from inventory import errors
from inventory.models import StockMove
from inventory.operations import encumbrances, issuing, moving, scans
from inventory.states import EncumbranceKind, Outcome
from steelyard.core.actors import Actor
from steelyard.core.database import Database
from steelyard.core.errors import Refused
from steelyard.core.outbox import Event
from tests.support import processes

from .conftest import Yard

CLIENTS = 8


def issue_once(db: Database, keeper: Actor, warehouse_id: int, owner_id: int, tag: str) -> str:
    """Issue one bundle; the issue's status, or the code of the refusal."""
    loading = issuing.Loading(owner_id, "YD-1", "鲁P1", [tag])
    try:
        with db.write() as session:
            return issuing.issue_at_once(session, keeper, warehouse_id, loading).status
    except Refused as refusal:
        return refusal.code


def issue_in_a_process(url: str, *rest: Any) -> str:
    """The same with a connection of one's own."""
    database = Database(url)
    try:
        return issue_once(database, *rest)
    finally:
        database.close()


def test_of_eight_threads_that_issue_a_bundle_one_wins(yard: Yard) -> None:
    for number in range(5):
        yard.receive(f"T{number}")
        with ThreadPoolExecutor(CLIENTS) as pool:
            jobs = [
                pool.submit(issue_once, yard.db, yard.keeper, yard.warehouse.id, yard.owner.org_id, f"T{number}")
                for _ in range(CLIENTS)
            ]
            outcomes = sorted(job.result() for job in jobs)
        assert outcomes == ["already_issued"] * (CLIENTS - 1) + ["posted"]
    yard.assert_sound()


def test_of_four_processes_that_issue_a_bundle_one_wins(yard: Yard) -> None:
    yard.receive("T1")
    url = yard.db.url.render_as_string(hide_password=False)
    arguments = (url, yard.keeper, yard.warehouse.id, yard.owner.org_id, "T1")
    with processes.pool(4) as pool:
        outcomes = sorted(pool.starmap(issue_in_a_process, [arguments] * 4))
    assert outcomes == ["already_issued"] * 3 + ["posted"]
    yard.assert_sound()


def test_one_operation_sent_by_eight_at_once_acts_once_and_answers_alike(yard: Yard) -> None:
    yard.receive("T1")
    operations = [yard.operation("move", "T1", place="B-01"), yard.operation("move", "GHOST", place="B-01")]

    def send(_: int) -> list[Any]:
        with yard.db.write() as session:
            return scans.perform(session, yard.keeper, yard.warehouse.id, operations)

    with ThreadPoolExecutor(CLIENTS) as pool:
        answers = list(pool.map(send, range(CLIENTS)))
    assert all(answer == answers[0] for answer in answers)
    assert [answer.code for answer in answers[0]] == ["moved", "bundle_unknown"]
    yard.assert_sound()


def test_batches_that_cross_do_not_lock_each_other_out(yard: Yard) -> None:
    tags = [f"T{number}" for number in range(20)]
    yard.receive(*tags)

    def send(client: int) -> int:
        order = tags if client % 2 else tags[::-1]
        place = ("A-02", "B-01", "A-01")[client % 3]
        operations = [yard.operation("move", tag, client_op_id=f"c{client}-{tag}", place=place) for tag in order]
        return sum(answer.outcome is Outcome.DONE for answer in yard.scan(*operations))

    with ThreadPoolExecutor(CLIENTS) as pool:
        done = list(pool.map(send, range(CLIENTS)))
    assert sum(done) >= 20
    yard.assert_sound()


@pytest.mark.parametrize("round_", range(4))
def test_a_bundle_leaves_or_is_pledged_never_both(yard: Yard, round_: int) -> None:
    yard.receive("T1")
    (bundle_id,) = yard.bundle_ids(["T1"])

    def pledge() -> str:
        try:
            with yard.db.write() as session:
                encumbrances.place(session, yard.keeper, bundle_id, EncumbranceKind.PLEDGE, "ZY-1")
        except errors.AlreadyIssued as refusal:
            return refusal.code
        return "pledged"

    with ThreadPoolExecutor(2) as pool:
        leaving = pool.submit(issue_once, yard.db, yard.keeper, yard.warehouse.id, yard.owner.org_id, "T1")
        holding = pool.submit(pledge)
        outcome = (leaving.result(), holding.result())
    assert outcome in {("posted", "already_issued"), ("bundle_encumbered", "pledged")}
    yard.assert_sound()


def test_a_move_is_reversed_once_however_many_try(yard: Yard) -> None:
    yard.receive("T1")
    loading = issuing.Loading(yard.owner.org_id, "YD-1", "鲁P1", ["T1"])
    with yard.db.write() as session:
        issuing.open_issue(session, yard.keeper, yard.warehouse.id, loading)

    newest = select(func.max(StockMove.id)).where(StockMove.document_kind == "issue", StockMove.reverses_id.is_(None))

    def undo(_: int) -> str:
        try:
            with yard.db.write() as session:
                issued = session.scalar(newest)
                moving.reverse(session, yard.keeper, issued or 0, "wrong lorry")
        except errors.MoveNotReversible as refusal:
            return refusal.code
        return "reversed"

    with ThreadPoolExecutor(CLIENTS) as pool:
        outcomes = sorted(pool.map(undo, range(CLIENTS)))
    assert outcomes == ["move_not_reversible"] * (CLIENTS - 1) + ["reversed"]
    yard.assert_sound()


@pytest.mark.parametrize("round_", range(4))
def test_a_bundle_is_taken_off_the_lorry_or_leaves_with_it_never_both(yard: Yard, round_: int) -> None:
    yard.receive("T1", "T2")
    loading = issuing.Loading(yard.owner.org_id, "YD-1", "鲁P1", ["T1", "T2"])
    with yard.db.write() as session:
        document = issuing.open_issue(session, yard.keeper, yard.warehouse.id, loading)
    with yard.db.read() as session:
        loaded = session.scalars(select(StockMove.id).where(StockMove.document_kind == "issue")).first()

    def take_off() -> str:
        try:
            with yard.db.write() as session:
                moving.reverse(session, yard.keeper, loaded or 0, "not on the list")
        except errors.LoadHasLeft as refusal:
            return refusal.code
        return "reversed"

    def leave() -> tuple[str, ...]:
        with yard.db.write() as session:
            issuing.post_issue(session, yard.keeper, document.id)
        with yard.db.read() as session:
            told = session.scalars(select(Event).where(Event.type == "inventory.issue_posted")).one()
        return tuple(told.data["tags"])

    with ThreadPoolExecutor(2) as pool:
        taking, leaving = pool.submit(take_off), pool.submit(leave)
        outcome = (taking.result(), leaving.result())
    assert outcome in {("reversed", ("T2",)), ("load_has_left", ("T1", "T2"))}
    yard.assert_sound()
