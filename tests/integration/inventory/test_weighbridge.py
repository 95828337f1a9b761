"""The weighbridge in two steps, and lorries that are weighed after their receipt was posted."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DatabaseError

from inventory import delivery_errors, gate_errors
from inventory.delivery_models import StockAllocation
from inventory.gate_models import WeighbridgeReading
from inventory.models import Bundle, Receipt
from inventory.operations import deciding, reweighing, setting_up, weighbridge, weighings
from inventory.operations.weighbridge import FirstWeight, SecondWeight
from inventory.operations.weighings import Ticket
from inventory.states import Decision, Direction, PlaceKind
from steelyard.core.actors import Actor
from steelyard.core.audit import AuditEntry
from steelyard.core.outbox import Event
from tests.support.clients import ApiClient, Browser

from .conftest import Yard
from .orders import PLATE, allocate, kept, let_out, order, pick
from .test_receiving import announce, at_virtual, finish, line, open_receipt, scan, stock, weigh

EMPTY_G = 16_000_000
BUNDLE_G = 689_166


def first(yard: Yard, mass_g: int, direction: Direction = Direction.IN, **more: Any) -> int:
    """Weigh a lorry for the first time; the id of its ticket."""
    weight = FirstWeight(**{"ticket_number": "BD-1", "plate": PLATE, "direction": direction, "mass_g": mass_g, **more})
    with yard.db.write() as session:
        return weighbridge.open_ticket(session, yard.keeper, yard.warehouse.id, weight).id


def second(yard: Yard, receipt: Receipt, ticket_id: int, mass_g: int) -> int:
    with yard.db.write() as session:
        return reweighing.weigh(session, yard.keeper, receipt.id, SecondWeight(ticket_id, mass_g)).net_g


def posted(yard: Yard, *tags: str) -> Receipt:
    announce(yard, *(line(yard, tag, mass_g=690_000) for tag in tags), permille=5)
    receipt = open_receipt(yard)
    scan(yard, receipt, *tags)
    return finish(yard, receipt)


def test_a_ticket_takes_two_weights_and_a_correction_that_keeps_the_wrong_one(yard: Yard) -> None:
    announce(yard, line(yard, "K1", mass_g=690_000))
    receipt = open_receipt(yard)
    scan(yard, receipt, "K1")
    ticket = first(yard, EMPTY_G + 6_900_000)
    with pytest.raises(gate_errors.TicketTaken):
        first(yard, EMPTY_G)
    with pytest.raises(gate_errors.TicketTaken):
        weigh(yard, receipt, 690_000)
    with yard.db.write() as session:
        weighbridge.correct(session, yard.keeper, ticket, EMPTY_G + 690_500, "a digit too many")
    with yard.db.write() as session, pytest.raises(gate_errors.TicketDirection):
        weighbridge.whole(session, yard.keeper, SecondWeight(ticket, EMPTY_G), Direction.OUT, yard.warehouse.id)
    with pytest.raises(gate_errors.TicketContradictory):
        second(yard, receipt, ticket, EMPTY_G + 700_000)
    assert second(yard, receipt, ticket, EMPTY_G) == 690_500
    with pytest.raises(gate_errors.TicketClosed):
        second(yard, receipt, ticket, EMPTY_G)
    finish(yard, receipt)
    assert stock(yard)["K1"] == ("A-01", "available", 690_500)
    with yard.db.read() as session:
        readings = session.scalars(select(WeighbridgeReading).order_by(WeighbridgeReading.id)).all()
    assert [one.mass_g - EMPTY_G for one in readings] == [6_900_000, 690_500, 0]
    assert readings[1].corrects_id == readings[0].id
    with pytest.raises(DatabaseError, match="append-only"), yard.db.write() as session:
        session.execute(text("UPDATE weighbridge_reading SET mass_g = 1"))


def test_a_lorry_that_does_not_come_back_frees_its_number(yard: Yard) -> None:
    ticket = first(yard, EMPTY_G)
    with yard.db.write() as session:
        weighbridge.withdraw(session, yard.keeper, ticket, "drove home")
    assert first(yard, EMPTY_G) != ticket
    with yard.db.write() as session, pytest.raises(gate_errors.TicketClosed):
        weighbridge.correct(session, yard.keeper, ticket, EMPTY_G, "late")


def test_a_posted_receipt_follows_the_weighbridge(yard: Yard) -> None:
    """The net mass comes after the posting: what lies here as it came is corrected, what left stays as it left."""
    receipt = posted(yard, "K1", "K2", "K3")
    yard.issue("K3")
    assert second(yard, receipt, first(yard, EMPTY_G + 2_073_001), EMPTY_G) == 2_073_001
    found = stock(yard)
    assert [found[tag][1:] for tag in ("K1", "K2")] == [("available", 691_001), ("available", 691_000)]
    assert at_virtual(yard, PlaceKind.MASS_DIFFERENCE) == -2_001
    with yard.db.read() as session:
        weighed = dict(session.execute(select(Bundle.tag, Bundle.weighed_mass_g)).all())
        (told,) = session.scalars(select(Event).where(Event.type == "inventory.receipt_weighed")).all()
        ticket = weighings.standing(session, receipt.number)[0]
    assert weighed == {"K1": 691_001, "K2": 691_000, "K3": None}
    assert (told.data["difference_g"], told.data["left"]) == (2_001, ["K3"])
    yard.assert_sound()
    with yard.db.write() as session:
        reweighing.void_ticket(session, yard.keeper, receipt.id, ticket.id, "another lorry's")
    assert {row[2] for row in stock(yard).values()} == {690_000}
    assert at_virtual(yard, PlaceKind.MASS_DIFFERENCE) == 0
    yard.assert_sound()


DECIDED = {
    Decision.ACCEPT: 690_000, Decision.ACCEPT_WEIGHED: 700_000, Decision.REOPEN: 690_000, Decision.REFUSE: None,
}  # fmt: skip


def test_a_late_weighing_beyond_the_tolerance_waits_for_another_person(yard: Yard, inspector: Actor) -> None:
    for number, (decision, mass_g) in enumerate(DECIDED.items()):
        tag = f"K-{decision}"
        announce(yard, line(yard, tag, mass_g=690_000), number=f"FH-{decision}", permille=5)
        receipt = open_receipt(yard, f"FH-{decision}")
        scan(yard, receipt, tag)
        finish(yard, receipt)
        weigh(yard, receipt, 700_000, f"BD-{number}")
        assert stock(yard)[tag][2] == 690_000
        with pytest.raises(gate_errors.WeighingUndecided):
            weigh(yard, receipt, 690_000, "BD-9")
        with yard.db.write() as session:
            decided = deciding.decide(session, inspector, receipt.id, decision, "asked the mill")
            standing = len(weighings.standing(session, receipt.number))
        assert decided.status == ("refused" if decision is Decision.REFUSE else "posted")
        assert (stock(yard)[tag][2] if mass_g else stock(yard).get(tag)) == mass_g
        assert standing == (0 if decision is Decision.REOPEN else 1)
    yard.assert_sound()


def test_what_is_kept_for_an_order_weighs_what_its_bundle_does(yard: Yard) -> None:
    receipt = posted(yard, "K1", "K2")
    wanted = order(yard)
    allocate(yard, wanted)
    weigh(yard, receipt, 1_382_000)
    query = select(StockAllocation.mass_g).where(StockAllocation.order_id == wanted)
    with yard.db.read() as session:
        assert list(session.scalars(query)) == [691_000, 691_000]
    yard.assert_sound()


def test_an_empty_lorry_is_weighed_again_at_the_gate(yard: Yard) -> None:
    """The ticket must be of the order's lorry; the tolerance is the order's own, and the yard's where it has none."""
    yard.receive("T1", "T2")
    wanted = order(yard, tolerance_permille=20)
    allocate(yard, wanted)
    assert [pick(yard, wanted, tag) for tag in ("T1", "T2")] == ["picked", "picked"]
    stranger = first(yard, EMPTY_G, Direction.OUT, plate="鲁P999", ticket_number="BD-2")
    with pytest.raises(delivery_errors.PlateDiffers):
        let_out(yard, wanted, second=SecondWeight(stranger, EMPTY_G + 2 * BUNDLE_G))
    ticket = first(yard, EMPTY_G, Direction.OUT)
    whole = Ticket("BD-3", PLATE, EMPTY_G + 2 * BUNDLE_G, EMPTY_G)
    with pytest.raises(gate_errors.TicketTwice):
        let_out(yard, wanted, second=SecondWeight(ticket, EMPTY_G + 2 * BUNDLE_G), ticket=whole)
    with pytest.raises(delivery_errors.WeightDiffers):
        let_out(yard, wanted, second=SecondWeight(ticket, EMPTY_G + 1_450_000))
    let_out(yard, wanted, second=SecondWeight(ticket, EMPTY_G + 1_390_000))
    assert kept(yard, wanted, "issued") == ["T1", "T2"]
    yard.assert_sound()


def test_the_yards_tolerance_holds_where_no_contract_says_one(yard: Yard) -> None:
    """5‰ off stops by the custom of 3‰, and passes once the yard's administrator has set 6‰."""
    statuses = []
    for number, permille in enumerate((3, 6)):
        with yard.db.write() as session:
            warehouse = setting_up.own_yard(session, yard.manager, yard.warehouse.id)
            setting_up.change_yard(session, yard.manager, warehouse, {"tolerance_permille": permille})
        announce(yard, line(yard, f"Y{number}", mass_g=690_000), number=f"FH-{number}", permille=None)
        receipt = open_receipt(yard, f"FH-{number}")
        scan(yard, receipt, f"Y{number}")
        weigh(yard, receipt, 690_000 + 690 * 5, f"BD-{number}")
        statuses.append(finish(yard, receipt).status)
    assert statuses == ["stopped", "posted"]
    with yard.db.read() as session:
        changed = select(func.count()).where(AuditEntry.action == "inventory.warehouse_changed")
        assert session.scalar(changed) == 2


@pytest.mark.either_database
def test_the_weighbridge_over_http_and_on_its_page(
    yard: Yard, api_as: Callable[..., ApiClient], browse_as: Callable[..., Browser]
) -> None:
    receipt = posted(yard, "K1")
    api = api_as(yard.keeper)
    body = {"warehouse_id": yard.warehouse.id, "ticket_number": "BD-7", "plate": PLATE, "direction": "in"}
    made = api.post("/weighbridge-tickets", {**body, "mass_g": EMPTY_G + 999_000}).json
    correction = {"mass_g": EMPTY_G + 691_000, "reason": "misread"}
    corrected = api.post(f"/weighbridge-tickets/{made['id']}/correct", correction).json
    assert [one["mass_g"] for one in corrected["readings"]] == [EMPTY_G + 999_000, EMPTY_G + 691_000]
    listed = api.get("/weighbridge-tickets", status="open").json["items"]
    assert [one["first_g"] for one in listed] == [EMPTY_G + 691_000]
    assert api_as("warehouse", "keeper").get(f"/weighbridge-tickets/{made['id']}").status_code == 404
    browser = browse_as(yard.keeper)
    assert "BD-7" in browser.get("/warehouse/weighbridge").text
    path = f"/warehouse/receipts/{receipt.id}"
    page = browser.submit(path, f"{path}/second-weights", second_weight="16")
    assert "Ticket BD-7 was kept." in page.text
    assert "0.691 t" in page.text
    weigh(yard, receipt, 900_000, "BD-9")
    assert "receipts wait for a decision" in browser.get("/").text
    first_page = browser.submit(
        "/warehouse/weighbridge", "/warehouse/weighbridge", ticket_number="BD-8", plate="鲁P2", first_weight="48.6"
    )
    assert "Ticket BD-8 waits for the second weight." in first_page.text
    ticket = api.get("/weighbridge-tickets", status="open").json["items"][0]["id"]
    page = browser.submit("/warehouse/weighbridge", f"/warehouse/weighbridge/{ticket}/withdraw", reason="drove home")
    assert "Ticket BD-8 was withdrawn." in page.text
    yards = api.get(f"/warehouses/{yard.warehouse.id}")
    change = {"tolerance_permille": 5}
    assert api.patch(f"/warehouses/{yard.warehouse.id}", change, etag=yards.headers["ETag"]).status_code == 403
    changed = api_as(yard.manager).patch(f"/warehouses/{yard.warehouse.id}", change, etag=yards.headers["ETag"])
    assert changed.json["tolerance_permille"] == 5
    places = browse_as(yard.manager).submit(
        "/warehouse/places", f"/warehouse/yards/{yard.warehouse.id}", tolerance="4"
    )  # fmt: skip
    assert "±4‰" in places.text
