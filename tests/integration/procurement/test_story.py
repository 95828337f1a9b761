"""A campaign from draft to the last delivery, over HTTP."""

from sqlalchemy import select, update

import pricing.subscribers
from inventory.advice_models import StockAdvice
from inventory.operations import advices
from pricing.derived_models import PriceDeal
from steelyard.core import outbox
from steelyard.core.sequence import Cursor
from steelyard.core.units import amount_fen
from steelyard.procurement.models import Campaign
from steelyard.procurement.subscribers import SUBSCRIBERS, on_warehouse_event
from tests.integration.procurement.market import TONNE, ok, refused


def test_from_pledge_to_delivery(market):
    campaign = market.awarded()
    path = f"/campaigns/{campaign['id']}"
    award = ok(market.as_(market.first).get(f"{path}/award"))
    assert [(row["org_id"], row["mass_g"] // TONNE, row["price_fen_per_t"]) for row in award["lines"]] == [
        (market.mills[0].org_id, 400, 360000),
        (market.mills[1].org_id, 100, 359000),
        (market.mills[2].org_id, 100, 361000),
    ]
    total = award["totals"][0]
    assert (total["pledged_g"], total["won_g"], total["price_fen_per_t"]) == (600 * TONNE, 600 * TONNE, 360000)
    shares = ok(market.as_(market.first).get(f"{path}/allocations"))["items"]
    assert [share["mass_g"] // TONNE for share in shares] == [350, 200, 50]
    paid_by_members = sum(share["amount_fen"] for share in shares)
    assert paid_by_members - sum(row["amount_fen"] for row in award["lines"]) == total["leftover_fen"]
    assert all(share["amount_fen"] == amount_fen(360000, share["mass_g"]) for share in shares)
    deliveries = ok(market.as_(market.first).get("/deliveries"))["items"]
    assert sum(delivery["mass_g"] for delivery in deliveries) == 600 * TONNE
    assert all(delivery["number"].startswith("DH-") for delivery in deliveries)
    assert market.state(campaign) == "awarded"
    refused(market.as_(market.first).post(f"{path}/close"), 409, "wrong_state")
    for number, delivery in enumerate(deliveries):
        receive(market, delivery["number"], f"RK-20261201-{number:04d}", delivery["mass_g"])
        assert market.state(campaign) == "performing"
    assert ok(market.as_(market.first).post(f"{path}/close"))["state"] == "closed"


def hear(market, event_type, data):
    """Publish an event as the inventory does, and let the subscriber hear."""
    assert SUBSCRIBERS[0].types == {"inventory.receipt_posted", "inventory.move_reversed", "inventory.receipt_weighed"}
    with market.db.write() as session:
        event = outbox.publish(session, event_type, subject=f"receipt:{data['number']}", data=data)
        on_warehouse_event(session, event)


def receive(market, number, receipt, mass_g, owner=None):
    """Post a warehouse receipt, by default of goods of the member that the delivery goes to."""
    owners = {row["number"]: row["member_org_id"] for row in ok(market.as_(market.first).get("/deliveries"))["items"]}
    data = {"advice_number": number, "number": receipt, "mass_g": mass_g}
    hear(market, "inventory.receipt_posted", data | {"owner_org_id": owner or owners.get(number, 0)})


def reverse(market, receipt, move, mass_g, kind="receipt"):
    """Reverse one bundle's reception."""
    hear(market, "inventory.move_reversed", {
        "document_kind": kind, "number": receipt, "move_id": move, "mass_g": mass_g, "waybill_number": None,
    })  # fmt: skip


def standing(market, delivery):
    """How much of a delivery arrived, its state, and what its entries add up to."""
    found = ok(market.as_(market.first).get(f"/deliveries/{delivery['id']}"))
    return found["received_g"], found["state"], sum(entry["mass_g"] for entry in found["receipts"])


def test_a_receipt_of_goods_of_somebody_else_is_left_aside(market, caplog):
    campaign = market.awarded()
    delivery = ok(market.as_(market.first).get("/deliveries"))["items"][0]
    stranger = market.world.org("trader").id
    for number, owner in enumerate((stranger, delivery["mill_org_id"], market.first.org_id)):
        receive(market, delivery["number"], f"RK-20261201-{number:04d}", delivery["mass_g"], owner=owner)
    assert standing(market, delivery) == (0, "expected", 0)
    assert market.state(campaign) == "awarded"
    assert [record.message for record in caplog.records if record.levelname == "WARNING"] == [
        "A receipt was left aside."
    ] * 3


def test_a_late_weighing_changes_what_a_delivery_received(market):
    market.awarded()
    delivery = ok(market.as_(market.first).get("/deliveries"))["items"][0]
    whole = delivery["mass_g"]
    receive(market, delivery["number"], "RK-20261201-0001", whole)
    late = {"number": "RK-20261201-0001", "reference": "weighing:7"}
    for reference, difference_g, received_g in (("weighing:7", -TONNE, whole - TONNE), ("void:7", TONNE, whole)):
        for _again in range(2):
            hear(market, "inventory.receipt_weighed", late | {"reference": reference, "difference_g": difference_g})
            assert standing(market, delivery)[::2] == (received_g, received_g)
    hear(market, "inventory.receipt_weighed", {**late, "number": "RK-20261201-9999", "difference_g": TONNE})
    assert standing(market, delivery)[0] == whole


def test_the_contracts_tolerance_goes_with_the_delivery(market):
    """From the campaign to the event by which the yard announces the goods; a contract that is silent says nothing."""
    assert market.draft()["tolerance_permille"] is None
    drafted = market.draft(tolerance_permille=5)
    assert drafted["tolerance_permille"] == 5
    path = f"/campaigns/{drafted['id']}"
    changed = ok(market.as_(market.first).patch(path, {"tolerance_permille": 4}, etag=f'"{drafted["version"]}"'))
    assert changed["tolerance_permille"] == 4
    campaign = market.proposed()
    with market.db.write() as session:
        session.execute(update(Campaign).where(Campaign.id == campaign["id"]).values(tolerance_permille=5))
    ok(market.as_(market.second).post(f"/campaigns/{campaign['id']}/award/confirm"))
    told = select(outbox.Event).where(outbox.Event.type == "procurement.delivery_ordered")
    with market.db.write() as session:
        events = session.scalars(told.order_by(outbox.Event.id)).all()
        advices.from_delivery(session, events[0].data)
        kept = session.scalars(select(StockAdvice)).one()
    assert {event.data["tolerance_permille"] for event in events} == {5}
    assert (kept.tolerance_permille, kept.tolerance_agreed) == (5, True)


def test_a_reversed_receipt_takes_its_mass_back(market):
    market.awarded()
    delivery = ok(market.as_(market.first).get("/deliveries"))["items"][0]
    whole, part = delivery["mass_g"], 3 * TONNE
    receive(market, delivery["number"], "RK-20261201-0001", whole)
    assert standing(market, delivery) == (whole, "received", whole)
    reverse(market, "RK-20261201-0001", 11, whole - part)
    assert standing(market, delivery) == (part, "partial", part)
    reverse(market, "RK-20261201-0001", 11, whole - part)
    assert standing(market, delivery) == (part, "partial", part), "the same reversal counted twice"
    reverse(market, "RK-20261201-0001", 12, part + 1)
    assert standing(market, delivery) == (0, "expected", 0), "more was taken back than had come"
    receive(market, delivery["number"], "RK-20261201-0002", whole)
    assert standing(market, delivery) == (whole, "received", whole)


def test_reversals_of_what_was_not_counted_change_nothing(market):
    market.awarded()
    delivery = ok(market.as_(market.first).get("/deliveries"))["items"][0]
    receive(market, delivery["number"], "RK-20261201-0001", TONNE)
    receive(market, delivery["number"], "RK-20261201-0002", TONNE, owner=delivery["mill_org_id"])
    reverse(market, "RK-20261201-0002", 21, TONNE)
    reverse(market, "RK-20261201-0009", 22, TONNE)
    reverse(market, "RK-20261201-0001", 23, TONNE, kind="transfer")
    assert standing(market, delivery) == (TONNE, "partial", TONNE)


def test_a_delivery_comes_lorry_by_lorry(market):
    market.awarded()
    first = ok(market.as_(market.first).get("/deliveries"))["items"][0]
    assert (first["state"], first["received_g"]) == ("expected", 0)
    seen = []
    for number, permille in enumerate([500, 449, 1]):
        receive(market, first["number"], f"RK-20261201-{number:04d}", first["mass_g"] * permille // 1000)
        seen.append(ok(market.as_(market.first).get(f"/deliveries/{first['id']}"))["state"])
    assert seen == ["partial", "partial", "received"]
    receive(market, first["number"], "RK-20261201-0000", first["mass_g"])
    after = ok(market.as_(market.first).get(f"/deliveries/{first['id']}"))
    assert after["received_g"] == first["mass_g"] * 950 // 1000, "the same receipt counted twice"
    assert len(after["receipts"]) == 3


def test_receipts_of_others_change_nothing(market):
    market.awarded()
    for advice in (None, "", "AN-7", "DH-20990101-9999"):
        receive(market, advice, f"RK-20261201-{len(advice or ''):04d}", 5)
    assert {item["state"] for item in ok(market.as_(market.first).get("/deliveries"))["items"]} == {"expected"}


def test_a_member_above_whose_ceiling_the_price_lies_is_left_out(market):
    campaign = market.open()
    for member, (tonnes, yuan) in enumerate([(350, 3650), (200, 3700), (50, 3500)]):
        ok(market.pledge(campaign, member, tonnes, yuan), 201)
    market.time.pass_(minutes=10)
    for mill in range(3):
        ok(market.bid(campaign, mill, (3600 + mill, 1000)), 201)
    market.time.pass_(minutes=10)
    market.approve(campaign)
    path = f"/campaigns/{campaign['id']}"
    ok(market.as_(market.first).post(f"{path}/open-bids"))
    ok(market.as_(market.first).post(f"{path}/award", {}), 201)
    ok(market.as_(market.second).post(f"{path}/award/confirm"))
    own = ok(market.as_(market.members[2]).get(f"{path}/allocations"))["items"]
    assert [(share["mass_g"], share["over_ceiling"], share["amount_fen"]) for share in own] == [(0, True, 0)]


def test_who_hears_of_the_award(market):
    market.awarded()
    bystander = market.world.org("pipe_maker")
    market.settled()
    with market.db.read() as session:
        heard = {
            org_id: {event.type for event in outbox.read_events(session, after=Cursor(), limit=200, org_id=org_id)}
            for org_id in (market.members[0].org_id, market.mills[0].org_id, bystander.id)
        }
    assert "procurement.award_confirmed" in heard[market.members[0].org_id] & heard[market.mills[0].org_id]
    assert "procurement.award_confirmed" not in heard[bystander.id]
    assert {"procurement.campaign_open", "procurement.campaign_locked"} <= heard[market.members[0].org_id]


def test_what_was_dealt_is_told_to_the_index_of_deals_and_to_no_organisation(market):
    campaign = market.awarded()
    award = ok(market.as_(market.first).get(f"/campaigns/{campaign['id']}/award"))
    market.settled()
    parties = (market.first.org_id, market.members[0].org_id, market.mills[0].org_id)
    deals = next(one for one in pricing.subscribers.SUBSCRIBERS if one.name == "pricing.deals")
    assert deals.types == {"procurement.deals_made"}
    with market.db.write() as session:
        for org_id in parties:
            heard = outbox.read_events(session, after=Cursor(), limit=200, org_id=org_id)
            assert deals.types.isdisjoint({event.type for event in heard})
        (event,) = outbox.read_events(session, after=Cursor(), limit=200, types=deals.types)
        for _ in range(2):
            deals.handle(session, event)
        kept = session.scalars(select(PriceDeal).order_by(PriceDeal.position)).all()
    assert [(row.contributor, row.mass_g, row.price_fen_per_t) for row in kept] == [
        (row["org_id"], row["mass_g"], row["price_fen_per_t"]) for row in award["lines"]
    ]
    assert {(row.evidence, row.material) for row in kept} == {("deal", "round_billet")}
