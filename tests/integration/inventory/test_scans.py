"""Scans on both databases: replays, batches, and a number of statements that does not grow."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select

from inventory.models import ScanAnswer, StockMove
from inventory.operations import issuing, stocktakes
from inventory.scanning import Operation
from inventory.states import Outcome
from steelyard.core.errors import NotFound
from steelyard.core.models import UtcDateTime
from steelyard.core.outbox import Event
from steelyard.core.rowset import rowset
from tests.support.clients import ApiClient
from tests.support.statements import sent

from .conftest import Yard

MOST_STATEMENTS = {"sqlite": 9, "postgresql": 3}
"""Of one move: lock, read, write; SQLite has no writing expressions, so that each of its writes is one statement."""
MOST_OF_MANY = {"sqlite": 11, "postgresql": 4}
"""Of a thousand moves, issues and counts: an issue and a stocktake that are named are locked, too."""
MOST_OF_A_REQUEST = {"sqlite": 11, "postgresql": 4}
"""Over HTTP: the caller is recognised, and the request is noted with the other writes."""


@contextmanager
def statements(yard: Yard) -> Iterator[list[str]]:
    """Every statement that is executed meanwhile."""
    with sent(yard.db) as seen:
        yield seen


def moves(yard: Yard) -> int:
    with yard.db.read() as session:
        return session.scalar(select(func.count()).select_from(StockMove)) or 0


def test_a_replay_gets_the_first_answer_and_changes_nothing(yard: Yard) -> None:
    yard.receive("T1")
    operations = [yard.operation("move", "T1", place="B-01"), yard.operation("move", "GHOST", place="B-01")]
    first, count = yard.scan(*operations), moves(yard)
    yard.scan(yard.operation("move", "T1", place="A-02"))
    yard.receive("GHOST")
    assert yard.scan(*reversed(operations)) == first[::-1]
    assert [answer.code for answer in first] == ["moved", "bundle_unknown"]
    assert moves(yard) == count + 2
    yard.assert_sound()


def test_an_id_used_for_another_operation_is_refused(yard: Yard) -> None:
    yard.receive("T1")
    operation = yard.operation("move", "T1", place="B-01")
    yard.scan(operation)
    (answer,) = yard.scan(replace(operation, place="A-02"))
    assert answer.code == "operation_id_reused"
    same, other = yard.scan(yard.operation("move", "T1", client_op_id="x", place="A-02"), operation)
    assert (same.code, other.code) == ("moved", "moved")


def test_one_id_twice_in_a_batch_acts_once(yard: Yard) -> None:
    yard.receive("T1")
    operation = yard.operation("move", "T1", place="B-01")
    first, again, other = yard.scan(operation, operation, replace(operation, place="A-02"))
    assert first == again
    assert (first.code, other.code) == ("moved", "operation_id_reused")
    assert moves(yard) == 2


def test_some_are_refused_while_the_rest_go_through(yard: Yard) -> None:
    yard.receive("T1", "T2")
    yard.receive("X1", owner=yard.other_owner)
    with yard.db.write() as session:
        loading = issuing.Loading(yard.owner.org_id, "YD-1", "鲁P1")
        document = issuing.open_issue(session, yard.keeper, yard.warehouse.id, loading)
    number = document.number
    answers = yard.scan(
        yard.operation("issue", "T1", issue_number=number),
        yard.operation("issue", "X1", issue_number=number),
        yard.operation("issue", "T1", issue_number=number),
        yard.operation("move", "T2", place="B-01"),
        yard.operation("issue", "T2", issue_number=number),
    )
    assert [answer.code for answer in answers] == ["issued", "wrong_owner", "already_issued", "moved", "issued"]
    with yard.db.write() as session:
        assert issuing.post_issue(session, yard.keeper, document.id).status == "posted"
    with yard.db.read() as session:
        told = session.scalars(select(Event).where(Event.type == "inventory.issue_posted")).one()
    assert told.data["tags"] == ["T1", "T2"]
    yard.assert_sound()


def test_both_times_are_kept(yard: Yard) -> None:
    yard.receive("T1")
    earlier = (datetime.now(UTC) - timedelta(days=80)).replace(microsecond=456789)
    yard.scan(yard.operation("move", "T1", place="B-01", event_at=earlier))
    with yard.db.read() as session:
        move = session.scalars(select(StockMove).order_by(StockMove.id.desc())).first()
    assert move is not None
    assert move.event_at == earlier < move.recorded_at


def test_moments_of_any_year_pass_through_a_rowset(yard: Yard) -> None:
    moments = [datetime(year, 2, 3, 4, 5, 6, tzinfo=UTC) for year in (1, 999, 2026, 9999)]
    with yard.db.read() as session:
        rows = rowset(session, "given", {"at": UtcDateTime()}, [{"at": moment} for moment in moments])
        assert session.scalars(select(rows.c.at)).all() == moments


def test_an_event_of_years_ago_is_refused(yard: Yard) -> None:
    yard.receive("T1")
    old = [datetime(999, 1, 1, tzinfo=UTC), datetime.now(UTC) - timedelta(days=370)]
    answers = yard.scan(*(yard.operation("move", "T1", place="B-01", event_at=moment) for moment in old))
    assert [answer.code for answer in answers] == ["event_too_old"] * 2
    assert moves(yard) == 1


def test_owners_are_told_of_their_own_bundles_only(yard: Yard) -> None:
    yard.receive("T1")
    yard.receive("X1", owner=yard.other_owner)
    yard.scan(yard.operation("move", "T1", place="B-01"), yard.operation("move", "X1", place="B-01"))
    with yard.db.read() as session:
        events = session.scalars(select(Event).where(Event.type == "inventory.bundle_moved")).all()
    assert {one.data["owner_org_id"]: one.data["tags"] for one in events} == {
        yard.owner.org_id: ["T1"],
        yard.other_owner.org_id: ["X1"],
    }


def test_a_foreign_yard_is_not_scanned(yard: Yard) -> None:
    with pytest.raises(NotFound):
        yard.scan(yard.operation("move", "T1", place="B-01"), actor=yard.world.actor("warehouse", "keeper"))


def batch(yard: Yard, size: int, prefix: str, issue: str, stocktake: str) -> list[Operation]:
    """``size`` bundles each counted, moved and issued, and as many refusals."""
    tags = [f"{prefix}{number}" for number in range(size)]
    yard.receive(*tags)
    return [
        operation
        for tag in tags
        for operation in (
            yard.operation("count", tag, place="A-01", stocktake_number=stocktake),
            yard.operation("move", tag, place="B-01"),
            yard.operation("issue", tag, issue_number=issue),
            yard.operation("move", tag, place="B-01"),
        )
    ]


def test_the_number_of_statements_is_the_same_for_one_bundle_and_for_250(yard: Yard) -> None:
    with yard.db.write() as session:
        loading = issuing.Loading(yard.owner.org_id, "YD-1", "鲁P1")
        number = issuing.open_issue(session, yard.keeper, yard.warehouse.id, loading).number
        count = stocktakes.open_stocktake(session, yard.keeper, yard.warehouse.id).number
    one, many = batch(yard, 1, "S", number, count), batch(yard, 250, "M", number, count)
    assert len(many) == 1000
    with statements(yard) as for_one:
        yard.scan(*one)
    with statements(yard) as for_many:
        answers = yard.scan(*many)
    assert len(for_many) == len(for_one) <= MOST_OF_MANY[yard.db.dialect], for_many
    assert sum(answer.outcome is Outcome.DONE for answer in answers) == 750
    with yard.db.read() as session:
        assert session.scalar(select(func.count()).select_from(ScanAnswer)) == 1004
    yard.assert_sound()


def test_one_scan_of_one_kind_needs_few_statements(yard: Yard) -> None:
    yard.receive("T1")
    with statements(yard) as seen:
        yard.scan(yard.operation("move", "T1", place="B-01"))
    assert len(seen) <= MOST_STATEMENTS[yard.db.dialect], seen


def test_a_request_with_one_move_needs_few_statements(yard: Yard, api_as: Callable[..., ApiClient]) -> None:
    """From the first byte to the answer, with the caller's token, the key of the request and the audit entry."""
    yard.receive("T1")
    client = api_as(yard.keeper)
    move = yard.operation("move", "T1", place="B-01")
    sent = {name: getattr(move, name) for name in ("client_op_id", "tag", "place")}
    body = {
        "warehouse_id": yard.warehouse.id,
        "operations": [{**sent, "kind": "move", "event_at": move.event_at.isoformat()}],
    }
    with statements(yard) as seen:
        first = client.post("/warehouse/operations", body, key="the-key-of-the-device-1")
    assert len(seen) <= MOST_OF_A_REQUEST[yard.db.dialect], seen
    again = client.post("/warehouse/operations", body, key="the-key-of-the-device-1")
    assert (first.status_code, again.get_json()) == (200, first.get_json())
    assert (first.headers.get("Idempotent-Replay"), again.headers.get("Idempotent-Replay")) == (None, "true")
    other = body | {"operations": [body["operations"][0] | {"client_op_id": "another"}]}
    refused = client.post("/warehouse/operations", other, key="the-key-of-the-device-1")
    assert (refused.status_code, refused.get_json()["code"]) == (409, "idempotency_key_reused")
    yard.assert_sound()


def test_codes_are_read_where_the_scan_is_judged(yard: Yard) -> None:
    """A label, a mill's code and damaged ones in one request: each is moved or refused by name, and again by replay."""
    yard.receive("K1", "K2", "K3")
    texts = {
        "own": "steelyard:bundle:LC01/K1",
        "foreign": "steelyard:bundle:XX99/K2",
        "mill": "炉号:H1;捆号:K2",
        "other_heat": "炉号:H2;捆号:K3",
        "cut": "炉号:H1;规格:108*4.5",
        "digit": "00069012345000000017",
        "identifier": "00069012345000000011550123",
    }
    operations = [
        yard.operation("move", "", client_op_id=name, code=text, place="B-01") for name, text in texts.items()
    ]
    operations.append(yard.operation("move", "", client_op_id="nothing", place="B-01"))
    codes = [answer.code for answer in yard.scan(*operations)]
    assert codes == [
        "moved", "tag_of_another_yard", "moved", "heat_differs", "code_cut_short", "check_digit_wrong",
        "identifier_unknown", "operation_incomplete",
    ]  # fmt: skip
    assert [answer.code for answer in yard.scan(*operations)] == codes
    other = yard.operation("move", "", client_op_id="own", code="steelyard:bundle:LC01/K3", place="B-01")
    assert [answer.code for answer in yard.scan(other)] == ["operation_id_reused"]
    yard.assert_sound()
