"""Lines of a variance that people settle: unknown tags, misplaced bundles, counts that contradict each other."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from inventory import arrivals, errors, variance_reading
from inventory.models import Bundle
from inventory.operations import approving, settling, stocktakes
from inventory.operations.settling import FoundGoods
from inventory.states import Finding
from inventory.stocktake_errors import CountedItself, CountsDiffer, LineUnfit

from .conftest import Yard
from .test_stocktakes import approve, close, count, opened, stock


def goods(yard: Yard, **change: Any) -> FoundGoods:
    said = {
        "product_id": yard.product.id,
        "heat_number": "H9",
        "mill_name": "Mill",
        "pieces": 7,
        "piece_length_mm": 6000,
    }
    return FoundGoods(yard.owner.org_id, **{**said, **change})


def resolutions(yard: Yard, take: Any) -> dict[str, str | None]:
    with yard.db.read() as session:
        return {line["tag"]: line["resolution"] for line in variance_reading.everything(session, take.id)}


def test_unknown_tags_become_stock_or_rest_with_a_reason(yard: Yard) -> None:
    """Received as found goods, linked to the bundle that lost its tag, dismissed; the posting leaves them alone."""
    yard.receive("LOST", "SOLD")
    yard.issue("SOLD")
    take = opened(yard)
    for tag in ("NEW", "BARE", "JUNK", "SOLD"):
        count(yard, take, tag, place="A-02")
    assert close(yard, take)["LOST"] == "missing"
    with pytest.raises(errors.CounterMayNotApprove), yard.db.write() as session:
        settling.receive_found(session, yard.counter, take.id, "NEW", goods(yard))
    with yard.db.write() as session:
        settling.receive_found(session, yard.manager, take.id, "NEW", goods(yard))
        settling.link(session, yard.manager, take.id, "BARE", "LOST")
        settling.dismiss(session, yard.manager, take.id, "JUNK", "other", "a tag on the ground")
        settling.dismiss(session, yard.manager, take.id, "SOLD", "issue_not_booked")
    with pytest.raises(LineUnfit), yard.db.write() as session:
        settling.dismiss(session, yard.manager, take.id, "JUNK", "other")
    assert approve(yard, take) == {
        "BARE": "linked", "JUNK": "dismissed", "LOST": "linked", "NEW": "received", "SOLD": "dismissed",
    }  # fmt: skip
    assert stock(yard) == {"NEW": ("A-02", 7), "BARE": ("A-02", 10)}
    with yard.db.read() as session:
        found = session.scalars(select(Bundle).where(Bundle.tag == "NEW")).one()
        assert found.id in arrivals.of_bundles(session, [found.id])


def test_a_bundle_that_was_posted_as_missing_comes_back_under_its_new_tag(yard: Yard) -> None:
    yard.receive("LOST", "SEEN")
    take = opened(yard)
    count(yard, take, "BARE", place="A-02")
    count(yard, take, "SEEN")
    close(yard, take)
    assert approve(yard, take)["LOST"] == "posted"
    with pytest.raises(CountedItself), yard.db.write() as session:
        settling.link(session, yard.manager, take.id, "BARE", "SEEN")
    with yard.db.write() as session:
        settling.link(session, yard.manager, take.id, "BARE", "LOST")
    assert stock(yard) == {"BARE": ("A-02", 10), "SEEN": ("A-01", 10)}
    yard.assert_sound()


def test_a_misplaced_bundle_is_moved_on_request_and_not_again_by_the_posting(yard: Yard) -> None:
    yard.receive("T1", "T2", place="B-01")
    take = opened(yard)
    count(yard, take, "T1")
    count(yard, take, "T2")
    assert close(yard, take) == {"T1": "misplaced", "T2": "misplaced"}
    with yard.db.write() as session:
        settling.relocate(session, yard.keeper, take.id, ["T1"])
    assert stock(yard) == {"T1": ("A-01", 10), "T2": ("B-01", 10)}
    assert approve(yard, take) == {"T1": "moved", "T2": "posted"}
    assert stock(yard) == {"T1": ("A-01", 10), "T2": ("A-01", 10)}


def test_counts_that_contradict_each_other_are_counted_again(yard: Yard, api_as: Callable[..., Any]) -> None:
    """Never silently the last one: it is flagged, stops the approval, is named for the recount, and settled by it."""
    yard.receive("T1", "T2", "T3")
    take = opened(yard)
    for tag, first, second in (("T1", 10, 9), ("T2", 9, 9), ("T3", None, 10)):
        count(yard, take, tag, pieces=first)
        number = {"stocktake_number": take.number, "place": "A-01"}
        yard.scan(yard.operation("count", tag, pieces=second, **number), actor=yard.keeper)
    assert close(yard, take) == {"T1": "disputed", "T2": "pieces", "T3": "matched"}
    with pytest.raises(CountsDiffer), yard.db.write() as session:
        approving.approve(session, yard.manager, take.id)
    with yard.db.write() as session:
        stocktakes.reopen(session, yard.manager, take.id)
    keeper = api_as(yard.keeper)
    assert keeper.get(f"/stocktakes/{take.id}").json["to_recount"] == ["T1"]
    assert keeper.get(f"/stocktakes/{take.id}/lines").json["items"] == []
    count(yard, take, "T1", pieces=9)
    assert keeper.get(f"/stocktakes/{take.id}").json["to_recount"] == []
    assert close(yard, take) == {"T1": "pieces", "T2": "pieces", "T3": "matched"}
    shown = keeper.get(f"/stocktakes/{take.id}/lines", differing="true", limit=1).json
    assert ([line["tag"] for line in shown["items"]], shown["next"] is not None) == (["T1"], True)
    assert keeper.get(f"/stocktakes/{take.id}").json["findings"] == [
        {"finding": "matched", "count": 1}, {"finding": "pieces", "count": 2},
    ]  # fmt: skip
    approve(yard, take)
    assert stock(yard) == {"T1": ("A-01", 9), "T2": ("A-01", 9), "T3": ("A-01", 10)}


def test_what_was_moved_between_two_counts_is_no_contradiction(yard: Yard) -> None:
    yard.receive("T1")
    take = opened(yard)
    now = datetime.now(UTC)
    steps = [
        ("count", {"place": "A-01", "stocktake_number": take.number}, yard.counter),
        ("move", {"place": "A-02"}, yard.keeper),
        ("count", {"place": "A-02", "stocktake_number": take.number}, yard.keeper),
    ]
    for seconds, (kind, more, actor) in enumerate(steps):
        yard.scan(yard.operation(kind, "T1", event_at=now + timedelta(seconds=seconds), **more), actor=actor)
    assert close(yard, take) == {"T1": Finding.MATCHED}


def test_lines_are_settled_on_their_pages(yard: Yard, browse_as: Callable[..., Any]) -> None:
    yard.receive("LOST")
    yard.receive("AWAY", place="B-01")
    take = opened(yard)
    for tag in ("NEW", "BARE", "JUNK", "AWAY"):
        count(yard, take, tag)
    close(yard, take)
    browser, page = browse_as(yard.manager), f"/warehouse/stocktakes/{take.id}"
    assert "Settle" in browser.get(page).text
    with yard.db.read() as session:
        at = {line["tag"]: f"{page}/lines/{line['id']}" for line in variance_reading.everything(session, take.id)}
    said = {"owner_org_id": yard.owner.org_id, "product_id": yard.product.id, "heat_number": "H9", "mill_name": "Mill"}
    received = browser.submit(at["NEW"], f"{page}/found", **said, pieces="7", piece_length_mm="6m")
    assert "were received where they were counted" in received.text
    linked = browser.submit(at["BARE"], f"{page}/link", bundle_tag="LOST")
    assert "bears the new tag" in linked.text
    dismissed = browser.submit(at["JUNK"], f"{page}/dismiss", reason="other", remark="rubbish")
    assert "was dismissed" in dismissed.text
    assert "moved to where it was counted" in browser.submit(page, f"{page}/relocate").text
    assert set(resolutions(yard, take).values()) == {"received", "linked", "dismissed", "moved"}
    value = browser.submit(
        "/warehouse/stocktakes", "/warehouse/stocktakes/values", warehouse_id=yard.warehouse.id,
        product_id=yard.product.id, fen_per_t="4,500",
    )  # fmt: skip
    assert "4,500" in value.text
