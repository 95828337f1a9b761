"""A campaign from draft to the last delivery, over HTTP."""

from steelyard.core import outbox
from steelyard.core.sequence import Cursor
from steelyard.core.units import amount_fen
from steelyard.procurement.subscribers import SUBSCRIBERS, on_receipt_posted
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


def receive(market, number, receipt, mass_g):
    """Post a warehouse receipt, as the inventory tells of it, and let the subscriber hear."""
    data = {"advice_number": number, "number": receipt, "mass_g": mass_g}
    with market.db.write() as session:
        event = outbox.publish(session, "inventory.receipt_posted", subject=f"receipt:{receipt}", data=data)
        on_receipt_posted(session, event)


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
    assert [subscriber.types for subscriber in SUBSCRIBERS] == [frozenset({"inventory.receipt_posted"})]


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
