"""One journey from the posting to the confirmed delivery, and what each paper says."""

from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory.models import Warehouse
from steelyard.core.database import Database
from steelyard.core.outbox import Event, EventAudience, publish
from steelyard.logistics.subscribers import SUBSCRIBERS

from .market import Market


def issue(market: Market, db: Database, waybill: str, number: str = "CK-20261123-0001", **changes: Any) -> None:
    """Let the yard tell that it issued two bundles to a waybill, and let the freight side hear of it."""
    with db.write() as session:
        yard_id = warehouse_of(session, market.people["yard"].org_id)
        bundles = [
            {
                "tag": f"KL-{n}",
                "heat_number": "H2608-11",
                "certificate_number": "ZB-1",
                "pieces": 37,
                "mass_g": 13_900_000,
            }
            for n in (1, 2)
        ]
        data = {"warehouse_id": yard_id, "number": number, "waybill_number": waybill, "plate": "鲁P·12345"}
        data |= {"owner_org_id": market.people["shipper"].org_id}
        data |= {"bundles": bundles, "mass_g": 27_800_000} | changes
        event = publish(session, "inventory.issue_posted", subject=f"issue:{number}", data=data)
        for subscriber in SUBSCRIBERS:
            assert event.type in subscriber.types
            subscriber.handle(session, event)


def warehouse_of(session: Session, org_id: int) -> int:
    """The yard of an organisation, made when it is first asked for."""
    found = session.scalars(select(Warehouse).where(Warehouse.org_id == org_id)).first()
    if found is None:
        found = Warehouse(org_id=org_id, code=f"Y{org_id}", name="一号库")
        session.add(found)
        session.flush()
    return found.id


def test_journey_from_posting_to_delivery(market: Market, db: Database) -> None:
    """Posting, round, acceptance by both sides, waybill, issue by the yard, confirmation by the shipper."""
    yard = market.people["yard"].org_id
    demand = market.demand(loading_warehouse_org_id=yard, order_reference="HT-88")
    supply = market.supply()
    held = market.round()
    assert (held["matched"], held["empty_m"], held["loaded_m"]) == (1, 36_115, 404_400)
    assert held["surplus_fen"] == 520_000 - 326_335
    [load] = market.loads("carrier")
    assert (load["demand_number"], load["supply_number"]) == (demand["number"], supply["number"])
    assert load["shipper_pays_fen"] == load["carrier_receives_fen"] == 520_000 - (520_000 - 326_335) // 2
    assert load["distance_source"] == "great_circle_x1.3"
    first = market.made("carrier", f"/freight/loads/{load['id']}/accept", {})
    assert (first["state"], first["waybill_id"]) == ("offered", None)
    second = market.made("shipper", f"/freight/loads/{load['id']}/accept", {})
    assert second["state"] == "accepted"
    waybill = market.yard.get(f"/waybills/{second['waybill_id']}").json
    assert waybill["number"].startswith("YD-")
    assert (waybill["state"], waybill["plate"], waybill["mass_g"]) == ("issued", "鲁P12345", 28_000_000)
    issue(market, db, waybill["number"])
    loaded = market.carrier.get(f"/waybills/{waybill['id']}").json
    assert (loaded["state"], loaded["loaded_mass_g"]) == ("loaded", 27_800_000)
    [loading] = loaded["loadings"]
    assert loading["issue_number"] == "CK-20261123-0001"
    assert {bundle["heat_number"] for bundle in loading["bundles"]} == {"H2608-11"}
    delivered = market.made("shipper", f"/waybills/{waybill['id']}/deliver", {"received_mass_g": 27_790_000})
    assert (delivered["state"], delivered["received_mass_g"]) == ("delivered", 27_790_000)


def test_events_tell_both_sides_and_the_yard(market: Market, db: Database) -> None:
    """The waybill's issue is announced to whom it names, and to nobody else."""
    yard = market.people["yard"].org_id
    load = market.journey(loading_warehouse_org_id=yard)
    with db.read() as session:
        event = session.scalars(select(Event).where(Event.type == "logistics.waybill_issued")).one()
        audience = session.scalars(select(EventAudience.org_id).where(EventAudience.event_id == event.id)).all()
    assert event.data["number"] == load["waybill_number"]
    assert sorted(audience) == sorted(market.people[name].org_id for name in ("shipper", "carrier", "yard"))


def test_issue_told_twice_is_written_once_and_a_second_issue_adds(market: Market, db: Database) -> None:
    """Events arrive at least once; a lorry may be loaded from several issues."""
    load = market.journey(loading_warehouse_org_id=market.people["yard"].org_id)
    for _ in range(2):
        issue(market, db, load["waybill_number"])
    issue(market, db, load["waybill_number"], number="CK-20261123-0002", mass_g=100_000)
    waybill = market.shipper.get(f"/waybills/{load['waybill_id']}").json
    assert [loading["issue_number"] for loading in waybill["loadings"]] == ["CK-20261123-0001", "CK-20261123-0002"]
    assert waybill["loaded_mass_g"] == 27_900_000


def test_issue_of_a_foreign_yard_loads_nothing(market: Market, db: Database) -> None:
    """Only the warehouse named on the demand can mark its waybill loaded."""
    elsewhere = market.world.actor("warehouse").org_id
    load = market.journey(loading_warehouse_org_id=elsewhere)
    issue(market, db, load["waybill_number"])
    assert market.shipper.get(f"/waybills/{load['waybill_id']}").json["state"] == "issued"


def test_without_a_named_yard_the_plate_decides(market: Market, db: Database) -> None:
    """An issue to another lorry is left aside; one to this lorry counts, however its plate was typed."""
    load = market.journey()
    issue(market, db, load["waybill_number"], plate="鲁P99999")
    assert market.shipper.get(f"/waybills/{load['waybill_id']}").json["state"] == "issued"
    issue(market, db, load["waybill_number"])
    assert market.shipper.get(f"/waybills/{load['waybill_id']}").json["state"] == "loaded"


@pytest.mark.parametrize("yard", [True, False], ids=["yard named", "no yard named"])
def test_issue_of_another_owners_goods_loads_nothing(market: Market, db: Database, yard: bool) -> None:
    """Who knows the number and the plate of a waybill cannot put somebody else's goods on it."""
    load = market.journey(loading_warehouse_org_id=market.people["yard"].org_id if yard else None)
    for owner in ("trader", "carrier", "yard"):
        issue(market, db, load["waybill_number"], owner_org_id=market.people[owner].org_id)
    assert market.shipper.get(f"/waybills/{load['waybill_id']}").json["state"] == "issued"
    issue(market, db, load["waybill_number"])
    assert market.shipper.get(f"/waybills/{load['waybill_id']}").json["state"] == "loaded"


def test_issue_for_no_waybill_or_an_unknown_one_changes_nothing(market: Market, db: Database) -> None:
    """Sales over the counter and typing mistakes do not disturb freight."""
    load = market.journey()
    issue(market, db, "")
    issue(market, db, "YD-20200101-0001")
    assert market.shipper.get(f"/waybills/{load['waybill_id']}").json["loadings"] == []


def test_waybill_of_a_yard_cannot_be_delivered_before_it_is_loaded(market: Market) -> None:
    """Goods that lie in the yard did not arrive."""
    load = market.journey(loading_warehouse_org_id=market.people["yard"].org_id)
    answer = market.shipper.post(f"/waybills/{load['waybill_id']}/deliver", {})
    assert (answer.status_code, answer.json["code"]) == (409, "waybill_not_loaded")


def test_receiver_confirms_and_only_once(market: Market) -> None:
    """The receiver named on the demand confirms; a second confirmation is refused, the carrier has none at all."""
    load = market.journey(receiver_org_id=market.people["trader"].org_id)
    path = f"/waybills/{load['waybill_id']}/deliver"
    assert market.carrier.post(path, {}).status_code == 403
    far_off = market.trader.post(path, {"received_mass_g": 13_999_999})
    assert (far_off.status_code, far_off.json["code"]) == (409, "received_mass_implausible")
    assert market.made("trader", path, {"remark": "两支端口碰伤"})["state"] == "delivered"
    again = market.shipper.post(path, {})
    assert (again.status_code, again.json["code"]) == (409, "waybill_delivered")


def test_long_flatbed_is_matched_only_when_asked_for_and_carries_its_warning(market: Market) -> None:
    """A bed over 13.75 m is offered to nobody who did not allow it."""
    market.supply(lorry_class="flatbed_17_5", bed_length_mm=17_500)
    market.demand()
    held = market.round()
    assert [item["reason"] for item in held["left_over"]] == ["no_fit", "no_fit"]
    market.demand(needs=["long_flatbed"])
    assert market.round()["matched"] == 1
    [load] = market.loads()
    assert load["over_length"] is True
