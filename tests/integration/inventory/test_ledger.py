"""Receiving, moving, issuing and reversing on both databases."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from inventory import errors
from inventory.making import Output
from inventory.models import Bundle, Place, StockBalance, StockMove
from inventory.operations import encumbrances, issuing, moving, receiving, splitting
from inventory.operations.receiving import Arrival, Delivery
from inventory.quantities import Quantity
from inventory.states import EncumbranceKind, ReceiptSource
from steelyard.core.errors import NotFound
from steelyard.core.outbox import Event, EventAudience

from .conftest import Yard

THEORY_G = 689_166
"""Ten pieces of 108×4.5×6000 by GB/T 17395: 60 m of 11.4861 kg/m."""


def places_of(yard: Yard, tag: str) -> dict[str, Quantity]:
    """What stands where, by the code of the place."""
    query = (
        select(Place.code, StockBalance.pieces, StockBalance.length_mm, StockBalance.mass_g)
        .join(Place, Place.id == StockBalance.place_id)
        .join(Bundle, Bundle.id == StockBalance.bundle_id)
        .where(Bundle.tag == tag, StockBalance.pieces != 0)
    )
    with yard.db.read() as session:
        return {code: Quantity(*amounts) for code, *amounts in session.execute(query)}


def last_move(yard: Yard, tag: str) -> int:
    """The id of the newest move of a bundle."""
    query = select(StockMove.id).join(Bundle, Bundle.id == StockMove.bundle_id).where(Bundle.tag == tag)
    with yard.db.read() as session:
        return session.scalars(query.order_by(StockMove.id.desc())).first() or 0


def test_a_receipt_takes_from_the_mill_what_it_puts_into_the_yard(yard: Yard) -> None:
    receipt = yard.receive("T1")
    assert receipt.number.startswith("RK-")
    amount = Quantity(10, 60_000, THEORY_G)
    assert places_of(yard, "T1") == {"A-01": amount, "@MILL": amount.negated()}
    yard.assert_sound()


def test_the_ledger_moves_the_weighed_mass_before_the_certified_one(yard: Yard) -> None:
    yard.receive("T1", certificate_mass_g=690_000, weighed_mass_g=691_000)
    yard.receive("T2", certificate_mass_g=690_000)
    assert places_of(yard, "T1")["A-01"].mass_g == 691_000
    assert places_of(yard, "T2")["A-01"].mass_g == 690_000


def test_a_transfer_moves_whole_bundles(yard: Yard) -> None:
    yard.receive("T1", "T2")
    with yard.db.write() as session:
        order = moving.transfer(session, yard.keeper, yard.warehouse.id, ["T1", "T2"], "B-01", "make room")
    assert order.number.startswith("YK-")
    assert set(places_of(yard, "T1")) == set(places_of(yard, "T2")) == {"B-01", "@MILL"}
    yard.assert_sound()


def test_an_issue_brings_bundles_to_the_customer_and_tells_the_waybill(yard: Yard) -> None:
    yard.receive("T1", "T2")
    document = yard.issue("T1", "T2")
    assert document.status == "posted"
    assert set(places_of(yard, "T1")) == {"@CUSTOMER", "@MILL"}
    with yard.db.read() as session:
        event = session.scalars(select(Event).where(Event.type == "inventory.issue_posted")).one()
        audience = set(session.scalars(select(EventAudience.org_id).where(EventAudience.event_id == event.id)))
    assert event.data["waybill_number"] == "YD-20260901-0001"
    assert event.data["tags"] == ["T1", "T2"]
    assert event.data["heat_numbers"] == ["H1"]
    assert event.data["mass_g"] == 2 * THEORY_G
    assert audience == {yard.owner.org_id, yard.keeper.org_id}
    yard.assert_sound()


def test_the_event_of_a_receipt_names_advice_heats_and_mass(yard: Yard) -> None:
    receipt = yard.receive("T1", "T2")
    with yard.db.read() as session:
        data = session.scalars(select(Event).where(Event.type == "inventory.receipt_posted")).one().data
    assert data["advice_number"] == "DH-20260901-0001"
    assert (data["number"], data["mass_g"], data["heat_numbers"]) == (receipt.number, 2 * THEORY_G, ["H1"])


def issue_unknown(yard: Yard) -> None:
    yard.issue("NOBODY")


def issue_twice(yard: Yard) -> None:
    yard.receive("T1")
    yard.issue("T1")
    yard.issue("T1")


def issue_of_another_owner(yard: Yard) -> None:
    yard.receive("T1", owner=yard.other_owner)
    yard.issue("T1")


def issue_of_quarantined(yard: Yard) -> None:
    yard.receive("T1", state="quarantine")
    yard.issue("T1")


def issue_of_pledged(yard: Yard) -> None:
    yard.receive("T1")
    with yard.db.write() as session:
        encumbrances.place(session, yard.keeper, yard.bundle_ids(["T1"])[0], EncumbranceKind.PLEDGE, "ZY-7")
    yard.issue("T1")


def issue_of_reversed_receipt(yard: Yard) -> None:
    yard.receive("T1")
    with yard.db.write() as session:
        moving.reverse(session, yard.keeper, last_move(yard, "T1"), "typed wrong")
    yard.issue("T1")


def issue_of_nothing(yard: Yard) -> None:
    yard.issue()


def issue_with_a_tag_twice(yard: Yard) -> None:
    yard.receive("T1")
    yard.issue("T1", "T1")


def issue_for_nobody(yard: Yard) -> None:
    yard.issue(owner=replace(yard.owner, org_id=999_999))


def receive_tag_twice(yard: Yard) -> None:
    yard.receive("T1", "T1")


def receive_taken_tag(yard: Yard) -> None:
    yard.receive("T1")
    yard.receive("T1")


def receive_tenfold_mass(yard: Yard) -> None:
    yard.receive("T1", weighed_mass_g=10 * THEORY_G)


def receive_at_a_virtual_place(yard: Yard) -> None:
    yard.receive("T1", place="@CUSTOMER")


def receive_announced_without_advice(yard: Yard) -> None:
    delivery = Delivery(yard.owner.org_id, ReceiptSource.ANNOUNCED, [])
    with yard.db.write() as session:
        receiving.receive(session, yard.keeper, yard.warehouse.id, delivery)


def receive_what_came_years_ago(yard: Yard) -> None:
    arrival = Arrival("T1", yard.product.id, "H1", "Mill One", 1, 6000, "A-01")
    came = datetime(999, 1, 1, tzinfo=UTC)
    with yard.db.write() as session:
        delivery = Delivery(yard.owner.org_id, ReceiptSource.BLIND, [arrival], event_at=came)
        receiving.receive(session, yard.keeper, yard.warehouse.id, delivery)


def receive_unknown_product(yard: Yard) -> None:
    arrival = Arrival("T1", 999_999, "H1", "Mill One", 1, 6000, "A-01")
    with yard.db.write() as session:
        delivery = Delivery(yard.owner.org_id, ReceiptSource.BLIND, [arrival])
        receiving.receive(session, yard.keeper, yard.warehouse.id, delivery)


def reverse_what_is_not_the_last_move(yard: Yard) -> None:
    yard.receive("T1")
    first = last_move(yard, "T1")
    yard.scan(yard.operation("move", "T1", place="B-01"))
    with yard.db.write() as session:
        moving.reverse(session, yard.keeper, first, "too late")


def reverse_twice(yard: Yard) -> None:
    yard.receive("T1")
    yard.scan(yard.operation("move", "T1", place="B-01"))
    move = last_move(yard, "T1")
    for _ in range(2):
        with yard.db.write() as session:
            moving.reverse(session, yard.keeper, move, "twice")


def reverse_what_left_with_its_lorry(yard: Yard) -> None:
    yard.receive("T1")
    yard.issue("T1")
    with yard.db.write() as session:
        moving.reverse(session, yard.keeper, last_move(yard, "T1"), "it came back")


def reverse_receipt_of_pledged(yard: Yard) -> None:
    yard.receive("T1")
    with yard.db.write() as session:
        encumbrances.place(session, yard.keeper, yard.bundle_ids(["T1"])[0], EncumbranceKind.COURT, "F-1")
    with yard.db.write() as session:
        moving.reverse(session, yard.keeper, last_move(yard, "T1"), "escape")


REFUSALS = [
    (issue_unknown, errors.BundleUnknown),
    (issue_twice, errors.AlreadyIssued),
    (issue_of_another_owner, errors.WrongOwner),
    (issue_of_quarantined, errors.BundleNotAvailable),
    (issue_of_pledged, errors.BundleEncumbered),
    (issue_of_reversed_receipt, errors.BundleUnknown),
    (issue_of_nothing, errors.IssueEmpty),
    (issue_with_a_tag_twice, errors.TagRepeated),
    (issue_for_nobody, errors.OwnerUnknown),
    (receive_tag_twice, errors.TagRepeated),
    (receive_taken_tag, errors.TagTaken),
    (receive_tenfold_mass, errors.MassImplausible),
    (receive_at_a_virtual_place, errors.PlaceUnknown),
    (receive_announced_without_advice, errors.AdviceMissing),
    (receive_what_came_years_ago, errors.EventTooOld),
    (receive_unknown_product, errors.ProductUnknown),
    (reverse_what_is_not_the_last_move, errors.MoveNotReversible),
    (reverse_twice, errors.MoveNotReversible),
    (reverse_what_left_with_its_lorry, errors.LoadHasLeft),
    (reverse_receipt_of_pledged, errors.BundleEncumbered),
]


@pytest.mark.parametrize(("attempt", "refusal"), [pytest.param(*case, id=case[0].__name__) for case in REFUSALS])
def test_what_cannot_be_is_refused_by_its_type_and_changes_nothing(yard: Yard, attempt, refusal) -> None:  # type: ignore[no-untyped-def]  # a table of functions
    with pytest.raises(refusal):
        attempt(yard)
    yard.assert_sound()


def test_one_refusal_keeps_the_whole_lorry_from_leaving(yard: Yard) -> None:
    yard.receive("T1", "T2")
    yard.receive("X1", owner=yard.other_owner)
    with pytest.raises(errors.WrongOwner) as refused:
        yard.issue("T1", "X1", "NOBODY", "T2")
    assert refused.value.fields == {"X1": ["wrong_owner"], "NOBODY": ["bundle_unknown"]}
    assert "A-01" in places_of(yard, "T1")


def test_a_move_is_reversed_by_a_counter_move_that_names_it(yard: Yard) -> None:
    yard.receive("T1", "T2")
    loading = issuing.Loading(yard.owner.org_id, "YD-1", "鲁P1", ["T1", "T2"])
    with yard.db.write() as session:
        document = issuing.open_issue(session, yard.keeper, yard.warehouse.id, loading)
    issued = last_move(yard, "T1")
    with yard.db.write() as session:
        counter = moving.reverse(session, yard.keeper, issued, "wrong lorry")
    assert counter.reverses_id == issued
    assert set(places_of(yard, "T1")) == {"A-01", "@MILL"}
    with yard.db.write() as session:
        issuing.post_issue(session, yard.keeper, document.id)
    with yard.db.read() as session:
        told = session.scalars(select(Event).where(Event.type == "inventory.issue_posted")).one()
    assert told.data["tags"] == ["T2"]
    yard.assert_sound()


def test_reversing_a_reception_frees_the_tag(yard: Yard) -> None:
    yard.receive("T1")
    with yard.db.write() as session:
        moving.reverse(session, yard.keeper, last_move(yard, "T1"), "typed wrong")
    yard.receive("T1", heat_number="H2")
    assert len(yard.bundle_ids(["T1"])) == 2
    yard.assert_sound()


def test_a_lifted_encumbrance_lets_the_bundle_leave(yard: Yard) -> None:
    yard.receive("T1")
    (bundle_id,) = yard.bundle_ids(["T1"])
    with yard.db.write() as session:
        hold = encumbrances.place_in_own_yard(session, yard.keeper, bundle_id, EncumbranceKind.QUALITY, "Q-1")
    with yard.db.write() as session:
        encumbrances.lift(session, yard.keeper, hold.id)
    with yard.db.write() as session, pytest.raises(errors.EncumbranceLifted):
        encumbrances.lift(session, yard.keeper, hold.id)
    assert yard.issue("T1").status == "posted"


def test_a_posted_issue_takes_no_more(yard: Yard) -> None:
    yard.receive("T1", "T2")
    document = yard.issue("T1")
    with pytest.raises(errors.IssueClosed), yard.db.write() as session:
        issuing.post_issue(session, yard.keeper, document.id)
    (answer,) = yard.scan(yard.operation("issue", "T2", issue_number=document.number))
    assert answer.code == "issue_closed"


def test_another_yards_people_find_nothing(yard: Yard) -> None:
    yard.receive("T1")
    stranger = yard.world.actor("warehouse", "keeper")
    with yard.db.write() as session, pytest.raises(NotFound):
        moving.transfer(session, stranger, yard.warehouse.id, ["T1"], "B-01", "theft")
    with yard.db.write() as session, pytest.raises(NotFound):
        moving.reverse(session, stranger, last_move(yard, "T1"), "theft")
    with yard.db.write() as session, pytest.raises(NotFound):
        encumbrances.place_in_own_yard(session, stranger, yard.bundle_ids(["T1"])[0], EncumbranceKind.PLEDGE, "X")


FORBIDDEN_SQL = [
    pytest.param("UPDATE stock_move SET pieces = 1", id="update-moves"),
    pytest.param("DELETE FROM stock_move", id="delete-moves"),
    pytest.param("UPDATE stock_balance SET pieces = -1 WHERE is_real", id="negative-balance"),
    pytest.param("UPDATE stock_balance SET is_real = (1 = 0) WHERE is_real", id="real-place-made-virtual"),
    pytest.param("UPDATE scan_answer SET answer = '{}'", id="rewrite-an-answer"),
    pytest.param("UPDATE bundle_edge SET mass_g = 1", id="update-edges"),
    pytest.param("DELETE FROM bundle_edge", id="delete-edges"),
    pytest.param("REPLACE", id="replace-or-truncate-edges"),
]
OTHERWISE = {
    "sqlite": "INSERT OR REPLACE INTO bundle_edge SELECT * FROM bundle_edge",
    "postgresql": "TRUNCATE bundle_edge",
}
"""The ways around UPDATE and DELETE that each database has."""


@pytest.mark.parametrize("statement", FORBIDDEN_SQL)
def test_the_database_itself_refuses(yard: Yard, statement: str) -> None:
    yard.receive("T1")
    yard.scan(yard.operation("move", "T1", place="B-01"))
    with yard.db.write() as session:
        splitting.split(session, yard.keeper, yard.warehouse.id, "T1", [Output(4), Output(6)])
    with pytest.raises(DBAPIError), yard.db.write() as session:
        session.execute(text(OTHERWISE[yard.db.dialect] if statement == "REPLACE" else statement))


def test_verification_finds_a_balance_that_was_tampered_with(yard: Yard) -> None:
    yard.receive("T1")
    with yard.db.write() as session:
        session.execute(text("UPDATE stock_balance SET mass_g = mass_g + 1 WHERE is_real"))
    with pytest.raises(AssertionError, match="balance_differs"):
        yard.assert_sound()
