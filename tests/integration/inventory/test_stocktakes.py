"""Stocktakes: variance, separation of duties, and a yard that works on meanwhile."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, text

from inventory import documents, errors, variance_reading
from inventory.models import StockMove, Stocktake, StocktakeCount
from inventory.operations import approving, moving, stocktakes
from inventory.operations.yard import lock_by_ids
from inventory.states import StocktakeStatus
from inventory.stocktake_errors import LateCounts, NothingToCount, ScopeUnknown

from .conftest import Yard
from .test_scans import statements


def opened(yard: Yard, place: str | None = "A") -> Stocktake:
    with yard.db.write() as session:
        return stocktakes.open_stocktake(session, yard.keeper, yard.warehouse.id, place)


def count(yard: Yard, take: Stocktake, tag: str, place: str = "A-01", pieces: int | None = None) -> str:
    operation = yard.operation("count", tag, place=place, pieces=pieces, stocktake_number=take.number)
    return yard.scan(operation, actor=yard.counter)[0].code


def close(yard: Yard, take: Stocktake) -> dict[str, str]:
    """End the counting; the findings by tag."""
    with yard.db.write() as session:
        stocktakes.close(session, yard.counter, take.id)
    with yard.db.read() as session:
        lines = variance_reading.everything(session, take.id)
    return {line["tag"]: line["finding"] for line in lines}


def approve(yard: Yard, take: Stocktake) -> dict[str, str | None]:
    """Post the variance; the resolutions by tag."""
    with yard.db.write() as session:
        approving.approve(session, yard.manager, take.id)
    with yard.db.read() as session:
        lines = variance_reading.everything(session, take.id)
    yard.assert_sound()
    return {line["tag"]: line["resolution"] for line in lines}


def stock(yard: Yard) -> dict[str, tuple[str, int]]:
    """Place and pieces of what lies in the yard, by tag."""
    from inventory import queries

    with yard.db.read() as session:
        rows, _ = queries.stock(session, yard.keeper, {"limit": 200})
    return {row["tag"]: (row["place"], row["pieces"]) for row in rows}


def test_every_finding_is_settled_as_it_should(yard: Yard) -> None:
    yard.receive("SAME", "LESS", "MORE", "GONE", "SOLD")
    yard.receive("STRAY", place="B-01")
    yard.issue("SOLD")
    take = opened(yard)
    for tag, pieces in (("SAME", 10), ("LESS", 7), ("MORE", 12), ("STRAY", None), ("SOLD", 10), ("NEW", 3)):
        assert count(yard, take, tag, pieces=pieces) == "counted"
    assert close(yard, take) == {
        "GONE": "missing", "LESS": "pieces", "MORE": "pieces", "NEW": "unknown",
        "SAME": "matched", "SOLD": "unexpected", "STRAY": "misplaced",
    }  # fmt: skip
    assert approve(yard, take) == {
        "GONE": "posted", "LESS": "posted", "MORE": "posted", "NEW": "to_look_into",
        "SAME": None, "SOLD": "to_look_into", "STRAY": "posted",
    }  # fmt: skip
    assert stock(yard) == {
        "SAME": ("A-01", 10), "LESS": ("A-01", 7), "MORE": ("A-01", 12), "STRAY": ("A-01", 10),
    }  # fmt: skip


def test_what_one_count_lost_the_next_one_finds(yard: Yard) -> None:
    yard.receive("T1")
    first = opened(yard)
    close(yard, first)
    approve(yard, first)
    assert stock(yard) == {}
    second = opened(yard, None)
    count(yard, second, "T1", place="B-01")
    assert close(yard, second) == {"T1": "found"}
    approve(yard, second)
    assert stock(yard) == {"T1": ("B-01", 10)}


def test_the_last_count_of_a_tag_holds_and_all_are_kept(yard: Yard) -> None:
    yard.receive("T1")
    take = opened(yard)
    count(yard, take, "T1", pieces=3)
    count(yard, take, "T1", pieces=10)
    assert close(yard, take) == {"T1": "matched"}


def test_the_yard_works_on_while_it_is_counted(yard: Yard) -> None:
    yard.receive("SEEN", "UNSEEN", "MOVED")
    take = opened(yard)
    count(yard, take, "SEEN")
    count(yard, take, "MOVED")
    yard.issue("SEEN", "UNSEEN")
    yard.scan(yard.operation("move", "MOVED", place="B-01"))
    yard.receive("CAME")
    assert close(yard, take) == {"SEEN": "matched", "MOVED": "matched"}


def test_a_line_overtaken_by_a_move_is_not_posted(yard: Yard) -> None:
    yard.receive("T1")
    take = opened(yard)
    assert close(yard, take) == {"T1": "missing"}
    yard.scan(yard.operation("move", "T1", place="A-02"))
    assert approve(yard, take) == {"T1": "superseded"}
    assert stock(yard) == {"T1": ("A-02", 10)}


def test_pieces_are_corrected_where_the_bundle_lies_now(yard: Yard) -> None:
    yard.receive("T1", "T2")
    take = opened(yard)
    count(yard, take, "T1", pieces=12)
    count(yard, take, "T2", pieces=9)
    yard.scan(*(yard.operation("move", tag, place="B-01") for tag in ("T1", "T2")))
    assert close(yard, take) == {"T1": "pieces", "T2": "pieces"}
    assert approve(yard, take) == {"T1": "posted", "T2": "posted"}
    assert stock(yard) == {"T1": ("B-01", 12), "T2": ("B-01", 9)}


def test_a_bundle_scanned_there_and_back_after_the_close_is_not_lost(yard: Yard) -> None:
    yard.receive("T1", "T2")
    take = opened(yard)
    assert close(yard, take) == {"T1": "missing", "T2": "missing"}
    yard.scan(yard.operation("move", "T1", place="A-02"))
    yard.scan(yard.operation("move", "T1", place="A-01"))
    assert approve(yard, take) == {"T1": "superseded", "T2": "posted"}
    assert stock(yard) == {"T1": ("A-01", 10)}


def test_a_bundle_moved_during_the_count_is_looked_into_not_lost(yard: Yard) -> None:
    yard.receive("MOVED", "BACK", "STILL")
    take = opened(yard)
    yard.scan(yard.operation("move", "MOVED", place="A-02"), yard.operation("move", "BACK", place="B-01"))
    yard.scan(yard.operation("move", "BACK", place="A-01"))
    assert close(yard, take) == {"MOVED": "unseen", "BACK": "unseen", "STILL": "missing"}
    assert approve(yard, take) == {"MOVED": "to_look_into", "BACK": "to_look_into", "STILL": "posted"}
    assert stock(yard) == {"MOVED": ("A-02", 10), "BACK": ("A-01", 10)}


def test_a_count_made_before_the_opening_is_refused(yard: Yard) -> None:
    yard.receive("T1")
    take = opened(yard)
    yesterday, just_before = (datetime.now(UTC) - by for by in (timedelta(days=1), timedelta(minutes=2)))
    early, near = yard.scan(
        yard.operation("count", "T1", place="A-01", stocktake_number=take.number, event_at=yesterday),
        yard.operation("count", "T1", place="A-01", stocktake_number=take.number, event_at=just_before),
        actor=yard.counter,
    )
    assert (early.code, near.code) == ("counted_before_opening", "counted")


def test_a_counted_bundle_whose_receipt_was_reversed_does_not_keep_the_count_open(yard: Yard) -> None:
    yard.receive("T1")
    take = opened(yard)
    count(yard, take, "T1")
    with yard.db.write() as session:
        reception = session.scalars(select(StockMove.id)).one()
        moving.reverse(session, yard.keeper, reception, "typed wrong")
    assert close(yard, take) == {"T1": "matched"}
    with yard.db.read() as session:
        (line,) = variance_reading.everything(session, take.id)
    assert (line["booked_place"], line["booked_pieces"]) == (None, None)
    assert approve(yard, take) == {"T1": None}


def until(holds: Callable[[], bool]) -> None:
    """Wait for what another thread is to bring about."""
    deadline = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < deadline, "it did not come about"
        time.sleep(0.02)


@pytest.mark.parametrize("dialect", ["postgresql"])
def test_a_variance_written_anew_while_the_approval_waits_is_not_posted(yard: Yard) -> None:
    """On SQLite there is nothing to try: one writer at a time."""
    yard.receive("T1")
    yard.receive("STRAY", place="B-01")
    take = opened(yard)
    close(yard, take)

    waiting = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"

    def waits() -> bool:
        with yard.db.read() as session:
            return bool(session.scalar(text(waiting)))

    with ThreadPoolExecutor(1) as pool:
        with yard.db.write() as holder:
            lock_by_ids(holder, yard.bundle_ids(["T1"]))
            approval = pool.submit(approve, yard, take)
            until(waits)
            with yard.db.write() as session:
                stocktakes.reopen(session, yard.manager, take.id)
            count(yard, take, "STRAY")
            assert close(yard, take) == {"STRAY": "misplaced", "T1": "missing"}
        with pytest.raises(errors.StocktakeChanged):
            approval.result()
    assert stock(yard) == {"T1": ("A-01", 10), "STRAY": ("B-01", 10)}
    assert approve(yard, take) == {"T1": "posted", "STRAY": "posted"}


def test_who_counted_or_closed_does_not_approve(yard: Yard) -> None:
    yard.receive("T1")
    take = opened(yard)
    yard.scan(yard.operation("count", "T1", place="A-01", stocktake_number=take.number), actor=yard.manager)
    close(yard, take)
    for actor in (yard.manager, yard.counter):
        with pytest.raises(errors.CounterMayNotApprove), yard.db.write() as session:
            approving.approve(session, actor, take.id)
    assert stock(yard) == {"T1": ("A-01", 10)}


def test_a_reopened_stocktake_is_counted_on(yard: Yard) -> None:
    yard.receive("T1")
    take = opened(yard)
    assert close(yard, take) == {"T1": "missing"}
    assert count(yard, take, "T1") == "stocktake_not_open"
    with yard.db.write() as session:
        stocktakes.reopen(session, yard.manager, take.id)
    assert count(yard, take, "T1") == "counted"
    assert close(yard, take) == {"T1": "matched"}


STEPS = [
    pytest.param(StocktakeStatus.OPEN, approving.approve, id="approve-before-the-close"),
    pytest.param(StocktakeStatus.OPEN, stocktakes.reopen, id="reopen-what-is-open"),
    pytest.param(StocktakeStatus.CLOSED, stocktakes.close, id="close-twice"),
    pytest.param(StocktakeStatus.POSTED, stocktakes.cancel, id="cancel-what-is-posted"),
    pytest.param(StocktakeStatus.POSTED, stocktakes.reopen, id="reopen-what-is-posted"),
    pytest.param(StocktakeStatus.CANCELLED, approving.approve, id="approve-what-is-cancelled"),
]


@pytest.mark.parametrize(("state", "attempt"), STEPS)
def test_a_stocktake_takes_no_step_out_of_turn(yard: Yard, state: StocktakeStatus, attempt) -> None:  # type: ignore[no-untyped-def]  # an operation
    take = opened(yard)
    if state in {StocktakeStatus.CLOSED, StocktakeStatus.POSTED}:
        close(yard, take)
    if state is StocktakeStatus.POSTED:
        approve(yard, take)
    if state is StocktakeStatus.CANCELLED:
        with yard.db.write() as session:
            stocktakes.cancel(session, yard.manager, take.id)
    with pytest.raises(errors.StocktakeStep), yard.db.write() as session:
        attempt(session, yard.manager, take.id)


def test_a_place_that_is_not_there_cannot_be_counted(yard: Yard) -> None:
    for place in ("Z", "@COUNT"):
        with pytest.raises(errors.PlaceUnknown):
            opened(yard, place)


def taken(yard: Yard, **scope: Any) -> Stocktake:
    with yard.db.write() as session:
        return stocktakes.open_stocktake(session, yard.keeper, yard.warehouse.id, scope=stocktakes.Scope(**scope))


def test_only_an_owners_or_a_products_goods_are_missed(yard: Yard) -> None:
    yard.receive("MINE")
    yard.receive("THEIRS", owner=yard.other_owner)
    take = taken(yard, owner_org_id=yard.owner.org_id)
    assert close(yard, take) == {"MINE": "missing"}
    other = taken(yard, place="A", product_id=yard.product.id)
    count(yard, other, "MINE")
    assert close(yard, other) == {"MINE": "matched", "THEIRS": "missing"}
    for unknown in ({"owner_org_id": 10**9}, {"product_id": 10**9}):
        with pytest.raises(ScopeUnknown):
            taken(yard, **unknown)


def test_the_plan_has_what_is_due_counted(yard: Yard) -> None:
    with pytest.raises(NothingToCount):
        taken(yard, cycle=True)
    yard.receive("OLD", event_at=datetime.now(UTC) - timedelta(days=40))
    yard.receive("NEW", place="B-01")
    first = taken(yard, cycle=True)
    assert close(yard, first) == {"OLD": "missing"}
    with yard.db.write() as session:
        stocktakes.reopen(session, yard.manager, first.id)
    count(yard, first, "OLD", pieces=10)
    assert close(yard, first) == {"OLD": "matched"}
    approve(yard, first)
    with pytest.raises(NothingToCount):
        taken(yard, cycle=True)


def test_several_people_count_at_once_and_rounds_are_numbered(yard: Yard) -> None:
    yard.receive("T1", "T2", "T3")
    take = taken(yard, tolerance_pieces=1)
    count(yard, take, "T1", pieces=9)
    yard.scan(yard.operation("count", "T2", place="A-01", pieces=7, stocktake_number=take.number), actor=yard.keeper)
    assert close(yard, take) == {"T1": "within_tolerance", "T2": "pieces", "T3": "missing"}
    with yard.db.write() as session:
        stocktakes.reopen(session, yard.manager, take.id)
    count(yard, take, "T2", pieces=10)
    count(yard, take, "T3")
    assert close(yard, take) == {"T1": "within_tolerance", "T2": "matched", "T3": "matched"}
    with yard.db.read() as session:
        told = documents.stocktake(session, yard.manager, take.id)
        rounds = session.execute(select(StocktakeCount.tag, StocktakeCount.round).order_by(StocktakeCount.id)).all()
    assert (told["round"], told["counters"]) == (2, 2)
    assert [tuple(row) for row in rounds] == [("T1", 1), ("T2", 1), ("T2", 2), ("T3", 2)]
    assert approve(yard, take) == {"T1": None, "T2": None, "T3": None}
    assert stock(yard)["T1"] == ("A-01", 10)


def test_a_count_that_arrives_late_reopens_only_what_it_touches(yard: Yard) -> None:
    yard.receive("T1", "T2")
    take = opened(yard)
    made = yard.operation("count", "T1", place="A-01", pieces=10, stocktake_number=take.number)
    time.sleep(0.003)
    assert close(yard, take) == {"T1": "missing", "T2": "missing"}
    with yard.db.write() as session:
        stocktakes.explain(session, yard.counter, take.id, [{"tag": "T2", "reason": "stolen", "remark": "夜班"}])
    assert yard.scan(made, actor=yard.counter)[0].code == "counted"
    assert count(yard, take, "T2") == "stocktake_not_open"
    with pytest.raises(LateCounts), yard.db.write() as session:
        approving.approve(session, yard.manager, take.id)
    with yard.db.write() as session:
        stocktakes.judge_anew(session, yard.counter, take.id)
    with yard.db.read() as session:
        lines = variance_reading.everything(session, take.id)
    assert {line["tag"]: (line["finding"], line["reason"]) for line in lines} == {
        "T1": ("matched", None), "T2": ("missing", "stolen"),
    }  # fmt: skip
    assert approve(yard, take) == {"T1": None, "T2": "posted"}
    assert stock(yard) == {"T1": ("A-01", 10)}


def test_reasons_are_given_to_lines_that_are_there(yard: Yard) -> None:
    yard.receive("T1")
    take = opened(yard)
    reason = [{"tag": "T1", "reason": "miscounted"}]
    with pytest.raises(errors.StocktakeStep), yard.db.write() as session:
        stocktakes.explain(session, yard.counter, take.id, reason)
    close(yard, take)
    with pytest.raises(errors.BundleUnknown), yard.db.write() as session:
        stocktakes.explain(session, yard.counter, take.id, [*reason, {"tag": "T9", "reason": "other"}])
    with yard.db.write() as session:
        stocktakes.explain(session, yard.counter, take.id, reason)


def test_a_count_needs_a_constant_number_of_statements(yard: Yard) -> None:
    """From open to posted: as many for 60 bundles as for 240."""
    needed = []
    for size in (60, 240):
        tags = [f"S{size}-{number}" for number in range(size)]
        yard.receive(*tags, place="B-01")
        with statements(yard) as seen:
            take = opened(yard, "B-01")
            half = [
                yard.operation("count", tag, place="B-01", pieces=9, stocktake_number=take.number)
                for tag in tags[: size // 2]
            ]
            yard.scan(*half, actor=yard.counter)
            with yard.db.write() as session:
                stocktakes.close(session, yard.counter, take.id)
            with yard.db.write() as session:
                approving.approve(session, yard.manager, take.id)
        needed.append(len(seen))
    yard.assert_sound()
    assert needed[0] == needed[1] < 70, needed


def test_the_report_is_a_paper_and_a_table(yard: Yard, api_as: Callable[..., Any]) -> None:
    yard.receive("T1", "T2")
    take = opened(yard)
    count(yard, take, "T1", pieces=8)
    count(yard, take, "=X")
    keeper, path = api_as(yard.keeper), f"/stocktakes/{take.id}"
    assert keeper.get(f"{path}/report.csv").data.decode("utf-8-sig").count("\n") == 1  # blind while it is counted
    close(yard, take)
    rows = keeper.get(f"{path}/report.csv").data.decode("utf-8-sig").splitlines()
    assert len(rows) == 4
    assert rows[1].startswith("'=X,unknown tag")
    assert keeper.get(f"{path}/report.xlsx").data.startswith(b"PK")
    planned = keeper.get(f"/warehouses/{yard.warehouse.id}/cycle-plan").json["items"]
    assert [(one["code"], one["cycle_class"]) for one in planned] == [("A-01", "A")]
    if yard.db.dialect == "sqlite":
        assert keeper.get(f"{path}/report").data.startswith(b"%PDF")
