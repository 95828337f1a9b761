"""Bad input and forbidden acts: each has a typed answer and changes nothing."""

import pytest
from sqlalchemy import select

from steelyard.core import outbox
from steelyard.core.units import PRICE_MOST_FEN_PER_T
from steelyard.procurement.jobs import advance_due
from tests.integration.procurement.market import LINE, PASSPHRASES, TONNE, at, ok, refused

pytestmark = pytest.mark.either_database


def deadlines(**changes):
    """A campaign's body with some of its moments changed."""
    return {
        "title": "Billet",
        "pledge_deadline": at(minutes=10),
        "bid_deadline": at(minutes=20),
        "lines": [LINE],
    } | changes


DRAFTS = [
    pytest.param(
        lambda: deadlines(bid_deadline=at(minutes=5)), 409, "deadlines_out_of_order", id="bids-before-pledges"
    ),
    pytest.param(lambda: deadlines(opens_at=at(minutes=15)), 409, "deadlines_out_of_order", id="opens-too-late"),
    pytest.param(
        lambda: deadlines(opens_at=at(minutes=-9), pledge_deadline=at(minutes=-5)),
        409,
        "deadline_passed",
        id="in-the-past",
    ),
    pytest.param(lambda: deadlines(bid_deadline="9999-12-31T23:59:59Z"), 409, "moment_too_far", id="far-future"),
    pytest.param(lambda: deadlines(opens_at="0001-01-01T00:00:00Z"), 409, "moment_too_far", id="far-past"),
    pytest.param(lambda: deadlines(bid_deadline="soon"), 422, "invalid", id="no-moment"),
    pytest.param(lambda: deadlines(lines=[]), 422, "invalid", id="no-lines"),
    pytest.param(lambda: deadlines(lines=[LINE] * 31), 422, "invalid", id="too-many-lines"),
    pytest.param(lambda: deadlines(lines=[LINE | {"lot_g": -1}]), 422, "invalid", id="negative-lot"),
    pytest.param(lambda: deadlines(lines=[LINE | {"lot_g": "10"}]), 422, "invalid", id="lot-as-text"),
    pytest.param(lambda: deadlines(lines=[LINE | {"lot_g": True}]), 422, "invalid", id="lot-as-truth"),
    pytest.param(lambda: deadlines(lines=[LINE | {"kind": "pipe"}]), 422, "invalid", id="not-a-raw-material"),
    pytest.param(lambda: deadlines(colour="red"), 422, "invalid", id="unknown-field"),
    pytest.param(
        lambda: deadlines(lines=[LINE | {"delivery_to": "2026-11-30"}]),
        409,
        "bad_delivery_window",
        id="window-backwards",
    ),
]


@pytest.mark.parametrize(("body", "status", "code"), DRAFTS)
def test_a_bad_draft_is_refused(market, body, status, code):
    client = market.as_(market.first)
    refused(client.post("/campaigns", body()), status, code)
    assert ok(client.get("/campaigns"))["items"] == []


PLEDGES = [
    pytest.param({"mass_g": 15 * TONNE}, 409, "not_in_lots", id="half-a-lot"),
    pytest.param({"line_id": 10**15}, 409, "unknown_line", id="another-line"),
    pytest.param({"mass_g": 0}, 422, "invalid", id="zero"),
    pytest.param({"mass_g": -TONNE}, 422, "invalid", id="negative"),
    pytest.param({"mass_g": 10**13}, 422, "invalid", id="large"),
    pytest.param({"mass_g": 10**30}, 400, "bad_request", id="huge"),
    pytest.param({"mass_g": 1.5}, 422, "invalid", id="fraction"),
    pytest.param({"ceiling_fen_per_t": PRICE_MOST_FEN_PER_T + 1}, 422, "invalid", id="dear"),
    pytest.param({"ceiling_fen_per_t": None}, 422, "invalid", id="null"),
    pytest.param({"org_id": 1}, 422, "invalid", id="for-another"),
]


@pytest.mark.parametrize(("change", "status", "code"), PLEDGES)
def test_a_bad_pledge_is_refused(market, change, status, code):
    campaign = market.open()
    body = {"line_id": campaign["lines"][0]["id"], "mass_g": 10 * TONNE, "ceiling_fen_per_t": 365000} | change
    path = f"/campaigns/{campaign['id']}"
    refused(market.as_(market.members[0]).post(f"{path}/pledges", body), status, code)
    assert ok(market.as_(market.first).get(f"{path}/progress"))["lines"][0]["pooled_g"] == 0


def test_a_second_pledge_for_a_line_is_refused(market):
    campaign = market.open()
    ok(market.pledge(campaign, 0, 350, 3650), 201)
    refused(market.pledge(campaign, 0, 10, 3650), 409, "already_pledged")


def test_a_pledge_before_the_opening_is_refused(market):
    campaign = market.open(opens_at=at(minutes=5))
    refused(market.pledge(campaign, 0, 350, 3650), 409, "campaign_not_open")
    market.time.pass_(minutes=6)
    ok(market.pledge(campaign, 0, 350, 3650), 201)


def test_a_pledge_after_the_close_is_refused_though_no_clock_ran(market):
    campaign = market.open()
    own = ok(market.pledge(campaign, 0, 350, 3650), 201)
    market.time.pass_(minutes=10)
    assert market.state(campaign) == "open"
    refused(market.pledge(campaign, 1, 350, 3650), 409, "campaign_closed")
    path, member = f"/campaigns/{campaign['id']}/pledges/{own['id']}", market.as_(market.members[0])
    body = {"mass_g": 10 * TONNE, "ceiling_fen_per_t": 1}
    refused(member.patch(path, body, etag='"1"'), 409, "campaign_closed")
    refused(member.delete(path, etag='"1"'), 409, "campaign_closed")
    assert ok(member.get(path))["mass_g"] == 350 * TONNE


def test_a_pledge_is_replaced_and_withdrawn_under_its_version(market):
    campaign = market.open()
    own = ok(market.pledge(campaign, 0, 350, 3650), 201)
    path, member = f"/campaigns/{campaign['id']}/pledges/{own['id']}", market.as_(market.members[0])
    body = {"mass_g": 100 * TONNE, "ceiling_fen_per_t": 370000}
    refused(member.patch(path, body), 428, "precondition_required")
    assert ok(member.patch(path, body, etag='"1"'))["mass_g"] == 100 * TONNE
    refused(member.patch(path, body, etag='"1"'), 412, "stale_version")
    refused(member.delete(path, etag='"1"'), 412, "stale_version")
    assert member.delete(path, etag='"2"').status_code == 204
    refused(member.get(path), 404, "not_found")
    again = ok(market.pledge(campaign, 0, 50, 3650), 201)
    assert again["id"] != own["id"]
    assert [item["mass_g"] for item in ok(member.get(f"/campaigns/{campaign['id']}/pledges"))["items"]] == [50 * TONNE]


def test_another_member_cannot_touch_a_pledge(market):
    campaign = market.open()
    own = ok(market.pledge(campaign, 0, 350, 3650), 201)
    path, other = f"/campaigns/{campaign['id']}/pledges/{own['id']}", market.as_(market.members[1])
    refused(other.get(path), 404, "not_found")
    refused(other.patch(path, {"mass_g": 10 * TONNE, "ceiling_fen_per_t": 1}, etag='"1"'), 404, "not_found")
    refused(other.delete(path, etag='"1"'), 404, "not_found")
    assert ok(other.get(f"/campaigns/{campaign['id']}/pledges"))["items"] == []
    assert len(ok(market.as_(market.first).get(f"/campaigns/{campaign['id']}/pledges"))["items"]) == 1


def test_a_pipe_maker_does_not_bid_and_a_mill_does_not_pledge(market):
    campaign = market.pledged()
    path = f"/campaigns/{campaign['id']}"
    bid = {"capacity_g": TONNE, "nonce": "ab" * 32, "lines": []}
    refused(market.as_(market.members[0]).post(f"{path}/bids", bid), 403, "forbidden")
    refused(market.as_(market.first).post(f"{path}/bids", bid), 403, "forbidden")
    refused(market.as_(market.mills[0]).post(f"{path}/pledges", {}), 403, "forbidden")
    buyer_of_a_mill = market.world.actor("mill", "viewer", org=market.mills[0])
    refused(market.as_(buyer_of_a_mill).post(f"{path}/bids", bid), 403, "forbidden")


BIDS = [
    pytest.param({"nonce": "xyz"}, 422, "invalid", id="nonce"),
    pytest.param({"nonce": "AB" * 32}, 422, "invalid", id="nonce-in-capitals"),
    pytest.param({"capacity_g": 0}, 422, "invalid", id="capacity"),
    pytest.param({"lines": []}, 422, "invalid", id="no-lines"),
    pytest.param(
        {"lines": [{"line_id": 1, "price_fen_per_t": -5, "capacity_g": 5}]}, 422, "invalid", id="negative-price"
    ),
    pytest.param(
        {"lines": [{"line_id": 10**15, "price_fen_per_t": 5, "capacity_g": 5}]}, 409, "unknown_line", id="another-line"
    ),
    pytest.param({"lines": "twice"}, 409, "line_twice", id="a-line-twice"),
]


@pytest.mark.parametrize(("change", "status", "code"), BIDS)
def test_a_bad_bid_is_refused(market, change, status, code):
    campaign = market.pledged()
    line = {"line_id": campaign["lines"][0]["id"], "price_fen_per_t": 360000, "capacity_g": TONNE}
    body = {"capacity_g": TONNE, "nonce": "ab" * 32, "lines": [line]} | change
    if body["lines"] == "twice":
        body["lines"] = [line, line]
    mill, path = market.as_(market.mills[0]), f"/campaigns/{campaign['id']}/bids"
    refused(mill.post(path, body), status, code)
    refused(mill.get(f"{path}/receipt"), 404, "not_found")


def test_bids_are_taken_between_the_two_deadlines_only(market):
    campaign = market.open()
    ok(market.pledge(campaign, 0, 350, 3650), 201)
    refused(market.bid(campaign, 0, (3600, 400)), 409, "bidding_not_open")
    market.time.pass_(minutes=10)
    ok(market.bid(campaign, 0, (3600, 400)), 201)
    market.time.pass_(minutes=10)
    refused(market.bid(campaign, 1, (3600, 400)), 409, "bidding_not_open")
    assert market.state(campaign) == "open", "no clock ran, and yet both deadlines held"


def test_nobody_bids_where_nobody_pledged(market):
    campaign = market.open()
    market.time.pass_(minutes=10)
    refused(market.bid(campaign, 0, (3600, 400)), 409, "bidding_not_open")
    assert ok(market.as_(market.first).post(f"/campaigns/{campaign['id']}/lock"))["state"] == "failed_volume"


def test_a_campaign_without_bids_fails(market):
    campaign = market.pledged()
    market.time.pass_(minutes=10)
    with market.db.write() as session:
        advance_due(session)
    assert market.state(campaign) == "failed_bids"


def test_publishing_needs_two_officers_in_time(market):
    campaign = market.draft()
    path = f"/campaigns/{campaign['id']}"
    refused(market.as_(market.first).post(f"{path}/open"), 409, "officers_missing")
    ok(market.as_(market.first).post(f"{path}/officers", {"passphrase": PASSPHRASES[0]}))
    ok(market.as_(market.first).post(f"{path}/officers", {"passphrase": "a better phrase"}))
    refused(market.as_(market.first).post(f"{path}/open"), 409, "officers_missing")
    refused(market.as_(market.second).post(f"{path}/officers", {"passphrase": "short"}), 422, "invalid")
    ok(market.as_(market.second).post(f"{path}/officers", {"passphrase": PASSPHRASES[1]}))
    third = market.as_(market.world.actor("operator", "buyer", org=market.first))
    refused(third.post(f"{path}/officers", {"passphrase": PASSPHRASES[1]}), 409, "officers_complete")
    market.time.pass_(minutes=10)
    refused(market.as_(market.first).post(f"{path}/open"), 409, "deadline_passed")


def test_locking_before_the_deadline_is_refused_and_after_it_harmless(market):
    campaign = market.open()
    ok(market.pledge(campaign, 0, 350, 3650), 201)
    path, client = f"/campaigns/{campaign['id']}/lock", market.as_(market.first)
    refused(client.post(path), 409, "too_early")
    market.time.pass_(minutes=10)
    assert [ok(client.post(path))["state"] for _ in range(2)] == ["locked", "locked"]


def test_a_deadline_is_extended_only_before_it_passes_and_only_forward(market):
    campaign = market.open()
    path, client = f"/campaigns/{campaign['id']}", market.as_(market.first)
    etag = f'"{ok(client.get(path))["version"]}"'
    refused(client.patch(path, {"title": "Other goods"}, etag=etag), 409, "only_extended")
    refused(client.patch(path, {"pledge_deadline": at(minutes=5)}, etag=etag), 409, "only_extended")
    refused(client.patch(path, {"pledge_deadline": at(minutes=25)}, etag=etag), 409, "deadlines_out_of_order")
    later = ok(client.patch(path, {"pledge_deadline": at(minutes=15)}, etag=etag))
    market.time.pass_(minutes=12)
    ok(market.pledge(campaign, 0, 350, 3650), 201)
    market.time.pass_(minutes=3)
    refused(
        client.patch(path, {"pledge_deadline": at(minutes=1)}, etag=f'"{later["version"]}"'), 409, "deadline_passed"
    )
    refused(client.patch(path, {}, etag='"99"'), 412, "stale_version")
    refused(market.as_(market.members[0]).patch(path, {}, etag=etag), 403, "forbidden")


def test_who_proposed_does_not_confirm(market):
    campaign = market.proposed()
    path = f"/campaigns/{campaign['id']}/award"
    refused(market.as_(market.first).post(f"{path}/confirm"), 409, "separation_of_duties")
    refused(market.as_(market.first).post(f"{path}/decline", {"reason": "no"}), 409, "separation_of_duties")
    assert ok(market.as_(market.second).post(f"{path}/decline", {"reason": "Look again"}))["state"] == "opened"
    ok(market.as_(market.second).post(path, {}), 201)
    refused(market.as_(market.second).post(f"{path}/confirm"), 409, "separation_of_duties")
    assert ok(market.as_(market.first).post(f"{path}/confirm"))["state"] == "confirmed"
    refused(market.as_(market.first).post(f"{path}/confirm"), 409, "wrong_state")


def test_fewer_than_three_bids_need_a_reason(market):
    campaign = market.pledged()
    for mill in (0, 1):
        ok(market.bid(campaign, mill, (3600, 400)), 201)
    market.time.pass_(minutes=10)
    market.approve(campaign)
    path, client = f"/campaigns/{campaign['id']}", market.as_(market.first)
    ok(client.post(f"{path}/open-bids"))
    refused(client.post(f"{path}/award", {}), 409, "too_few_bids")
    award = ok(client.post(f"{path}/award", {"reason": "Two mills make this grade"}), 201)
    assert award["reason"] == "Two mills make this grade"


def test_bids_above_every_ceiling_award_nothing(market):
    campaign = market.pledged()
    for mill in range(3):
        ok(market.bid(campaign, mill, (3800, 400)), 201)
    market.time.pass_(minutes=10)
    market.approve(campaign)
    path, client = f"/campaigns/{campaign['id']}", market.as_(market.first)
    ok(client.post(f"{path}/open-bids"))
    refused(client.post(f"{path}/award", {}), 409, "nothing_to_award")
    assert ok(client.post(f"{path}/cancel", {"reason": "Too dear"}))["state"] == "cancelled"


def test_strangers_and_others_see_nothing(market):
    campaign = market.awarded()
    path = f"/campaigns/{campaign['id']}"
    bystander = market.as_(market.world.actor("pipe_maker"))
    for one in (f"{path}/pledges", f"{path}/allocations", "/deliveries"):
        assert ok(bystander.get(one))["items"] == []
        refused(market._api_as(None).get(one), 401, "unauthenticated")
    assert ok(bystander.get(f"{path}/award"))["lines"] == []
    own = ok(market.as_(market.mills[1]).get(f"{path}/award"))
    assert {line["org_id"] for line in own["lines"]} == {market.mills[1].org_id}
    assert own["totals"] == []
    delivery = ok(market.as_(market.first).get("/deliveries"))["items"][0]
    refused(bystander.get(f"/deliveries/{delivery['id']}"), 404, "not_found")
    refused(market.as_(market.world.actor("trader")).get(path), 403, "forbidden")
    draft = market.draft()
    refused(market.as_(market.members[0]).get(f"/campaigns/{draft['id']}"), 404, "not_found")


def test_mills_see_the_pool_only_after_the_pledges_have_ended(market):
    campaign = market.open()
    ok(market.pledge(campaign, 0, 350, 3650), 201)
    path = f"/campaigns/{campaign['id']}/progress"
    assert ok(market.as_(market.mills[0]).get(path))["lines"][0]["pooled_g"] is None
    assert ok(market.as_(market.members[1]).get(path))["lines"][0]["pooled_g"] == 350 * TONNE
    market.time.pass_(minutes=10)
    assert ok(market.as_(market.mills[0]).get(path))["lines"][0]["pooled_g"] == 350 * TONNE


SAME = [
    pytest.param((), id="nothing"),
    pytest.param(("bid_deadline",), id="the-same-deadline"),
    pytest.param(("pledge_deadline", "bid_deadline"), id="both-the-same"),
]


@pytest.mark.parametrize("names", SAME)
def test_a_deadline_that_does_not_move_is_told_to_nobody(market, db, names):
    campaign = market.open()
    path, client = f"/campaigns/{campaign['id']}", market.as_(market.first)
    change = {name: campaign[name] for name in names}
    refused(client.patch(path, change, etag=f'"{campaign["version"]}"'), 409, "nothing_extended")
    later = {"pledge_deadline": campaign["pledge_deadline"], "bid_deadline": at(minutes=30)}
    ok(client.patch(path, later, etag=f'"{campaign["version"]}"'))
    with db.read() as session:
        types = session.scalars(select(outbox.Event.type)).all()
    assert types.count("procurement.deadline_extended") == 1
