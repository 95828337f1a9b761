"""The pages: what people type, see and may not see."""

import pytest

from steelyard.api.locales import COOKIE
from steelyard.procurement import board
from tests.integration.procurement.market import PASSPHRASES, TONNE, at, ok

pytestmark = pytest.mark.either_database


@pytest.fixture
def browse(market, browse_as):
    """A browser for each actor, kept for the test."""
    kept = {}

    def open_(actor):
        return kept.setdefault(actor.user_id, browse_as(actor))

    return open_


def page_of(campaign):
    return f"/campaigns/{campaign['id']}"


def test_a_campaign_is_drafted_staffed_and_published_by_form(market, browse):
    local = {"pledge_deadline": at(hours=30)[:19], "bid_deadline": at(hours=40)[:19]}
    rows = {
        "kind": ["round_billet", "coil", "strip"],
        "grade": ["20#", "Q235B", ""],
        "size": ["φ110", "3.0×1500", ""],
        "standard": ["YB/T 5222", "GB/T 3274", ""],
        "lot": ["10吨", "20 t", ""],
        "delivery_from": ["2026-12-01", "2026-12-01", ""],
        "delivery_to": ["2026-12-31", "2026-12-31", ""],
    }
    answer = browse(market.first).submit("/campaigns/new", "/campaigns/new", title="December billet", **rows, **local)
    assert answer.status_code == 200
    assert "was drafted" in answer.text
    campaign = ok(market.as_(market.first).get("/campaigns"))["items"][0]
    assert [line["lot_g"] for line in campaign["lines"]] == [10 * TONNE, 20 * TONNE]
    for officer, phrase in zip((market.first, market.second), PASSPHRASES, strict=True):
        browse(officer).submit(page_of(campaign), f"{page_of(campaign)}/officers", passphrase=phrase)
    answer = browse(market.second).submit(page_of(campaign), f"{page_of(campaign)}/open")
    assert "The campaign is published" in answer.text
    assert market.state(campaign) == "open"


def test_a_pledge_is_typed_as_people_write_it(market, browse):
    campaign = market.open()
    member, page = browse(market.members[0]), page_of(campaign)
    answer = member.submit(page, f"{page}/pledge", mass="350吨", ceiling="3,650元/吨")
    assert "Your pledge stands" in answer.text
    own = ok(market.as_(market.members[0]).get(f"{page}/pledges"))["items"]
    assert [(pledge["mass_g"], pledge["ceiling_fen_per_t"]) for pledge in own] == [(350 * TONNE, 365000)]
    answer = member.submit(page, f"{page}/pledge", mass="360", ceiling="3660")
    assert "360.000 t" in answer.text
    answer = member.submit(page, f"{page}/pledge", mass="355吨", ceiling="3660")
    assert "multiple of the line&#39;s lot" in answer.text
    answer = member.submit(page, f"{page}/pledges/{own[0]['id']}/withdraw")
    assert "is withdrawn" in answer.text
    assert not ok(market.as_(market.members[0]).get(f"{page}/pledges"))["items"]


def test_a_bid_is_sealed_and_opened_by_form(market, browse):
    campaign = market.pledged(lines=2)
    page = page_of(campaign)
    for number, mill in enumerate(market.mills):
        answer = browse(mill).submit(
            page, f"{page}/bid", price=[f"{3600 + number}元/吨", ""], capacity=["400吨", ""], total="600吨"
        )
        assert "Your bid is sealed" in answer.text
    receipt = ok(market.as_(market.mills[0]).get(f"{page}/bids/receipt"))["receipt"]
    assert receipt in browse(market.mills[0]).get(page).text
    assert receipt not in browse(market.first).get(page).text
    market.time.pass_(minutes=10)
    for officer, phrase in zip((market.first, market.second), PASSPHRASES, strict=True):
        answer = browse(officer).submit(page, f"{page}/opening-approval", passphrase=phrase)
    assert "The bids are opened" in answer.text
    assert "¥3,600.00/t" in answer.text
    answer = browse(market.first).submit(page, f"{page}/award")
    assert "The award is proposed" in answer.text
    answer = browse(market.second).submit(page, f"{page}/award/confirm")
    assert "DH-" in answer.text
    assert "DH-" in browse(market.members[0]).get("/deliveries").text
    assert "¥3,600" in browse(market.members[0]).get(page).text


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        pytest.param({"price": "9元/吨", "capacity": ""}, "must be filled in completely", id="no-capacity"),
        pytest.param({"price": "", "capacity": "5"}, "must be filled in completely", id="no-price"),
        pytest.param({"price": "cheap", "capacity": "5"}, "cannot be read", id="no-number"),
        pytest.param({"price": "9", "capacity": "5", "nonce": "short"}, "nonce", id="no-nonce"),
    ],
)
def test_a_bid_form_that_is_not_filled_in_changes_nothing(market, browse, changes, said):
    campaign = market.pledged()
    page = page_of(campaign)
    answer = browse(market.mills[0]).submit(page, f"{page}/bid", total="600吨", **changes)
    assert said in answer.text
    assert market.as_(market.mills[0]).get(f"{page}/bids/receipt").status_code == 404


STAGES = ["draft", "open", "pledged", "bid_for", "opened", "proposed", "awarded"]


@pytest.mark.parametrize("stage", STAGES)
def test_every_stage_is_drawn_for_everybody_in_both_languages(market, browse_as, stage):
    campaign = getattr(market, stage)()
    for actor in (market.first, market.second, market.members[0], market.mills[0]):
        browser = browse_as(actor)
        hidden = stage == "draft" and not actor.is_operator
        for locale in ("zh", "en"):
            browser.client.set_cookie(COOKIE, locale)
            assert browser.get(page_of(campaign)).status_code == (404 if hidden else 200)
            assert (campaign["number"] in browser.get("/campaigns").text) is not hidden
            assert [browser.get(page).status_code for page in ("/", "/deliveries")] == [200, 200]


def test_the_home_page_tells_what_waits(market, browse):
    campaign = market.open()
    assert "campaigns wait for your pledge" in browse(market.members[0]).get("/").text
    assert "wait for your bid" not in browse(market.mills[0]).get("/").text
    ok(market.pledge(campaign, 0, 350, 3650), 201)
    assert "wait for your pledge" not in browse(market.members[0]).get("/").text
    market.time.pass_(minutes=10)
    assert "campaigns wait for your bid" in browse(market.mills[0]).get("/").text
    ok(market.bid(campaign, 0, (3600, 400)), 201)
    assert "wait for your bid" not in browse(market.mills[0]).get("/").text


def test_a_trader_has_no_campaigns(browse_as, market):
    campaign = market.open()
    trader = browse_as("trader")
    assert trader.get("/campaigns").status_code == 403
    assert trader.get(page_of(campaign)).status_code == 403


def test_a_mill_reads_on_the_page_no_more_than_the_api_tells_it(market, browse):
    """What all mills together won of a line is not for one of them."""
    campaign = market.awarded()
    page = page_of(campaign)
    assert ok(market.as_(market.mills[1]).get(f"{page}/award"))["totals"] == []
    mill, member = (browse(actor).get(page).text for actor in (market.mills[1], market.members[0]))
    assert "Members' price" in member
    assert "Members' price" not in mill
    assert "600.000 t</td>" in member.replace("\n", "")
    won_by_all = 'data-label="Quantity won" class="num">600.000 t'
    assert won_by_all in member
    assert won_by_all not in mill
    assert 'data-label="Quantity won" class="num">100.000 t' in mill


def test_bids_approved_by_api_are_opened_on_the_page(market, browse):
    campaign = market.bid_for()
    page = page_of(campaign)
    assert "Open the bids" not in browse(market.first).get(page).text
    market.approve(campaign)
    answer = browse(market.first).submit(page, f"{page}/open-bids")
    assert "The bids are opened" in answer.text
    assert market.state(campaign) == "opened"


def test_the_newest_deliveries_are_shown_first_and_the_rest_is_told(market, browse, monkeypatch):
    market.awarded()
    numbers = [item["number"] for item in ok(market.as_(market.first).get("/deliveries"))["items"]]
    assert len(numbers) > 2
    text = browse(market.first).get("/deliveries").text
    assert sorted(numbers, key=text.index) == sorted(numbers, reverse=True)
    assert "The newest" not in text
    monkeypatch.setattr(board, "DELIVERIES", 2)
    text = browse(market.first).get("/deliveries").text
    assert [number in text for number in sorted(numbers, reverse=True)[:3]] == [True, True, False]
    assert "The newest 2 deliveries are shown" in text


@pytest.mark.parametrize(
    ("lot", "taken"),
    [
        pytest.param("0.999公斤", False, id="below-1-kg"),
        pytest.param("1公斤", True, id="1-kg"),
        pytest.param("1000吨", True, id="1000-t"),
        pytest.param("1000.001吨", False, id="above-1000-t"),
    ],
)
def test_the_form_takes_the_lots_that_the_api_takes(market, browse, lot, taken):
    local = {"pledge_deadline": at(hours=30)[:19], "bid_deadline": at(hours=40)[:19]}
    row = {"kind": "coil", "grade": "Q235B", "size": "3.0", "standard": "GB/T 3274", "lot": lot}
    days = {"delivery_from": "2026-12-01", "delivery_to": "2026-12-31"}
    rows = {name: [value, "", ""] for name, value in (row | days).items()}
    answer = browse(market.first).submit("/campaigns/new", "/campaigns/new", title="Coil", **rows, **local)
    assert ("was drafted" in answer.text) is taken
    assert ("between 0.001 t and 1,000.000 t" in answer.text) is not taken
    assert len(ok(market.as_(market.first).get("/campaigns"))["items"]) == taken


def test_a_pledge_form_that_was_overtaken_changes_nothing(market, browse):
    """A colleague pledged, or replaced the pledge, after the page was loaded."""
    campaign, member = market.open(), market.members[0]
    page, line_id = page_of(campaign), campaign["lines"][0]["id"]
    form = {"line_id": line_id, "mass": "100", "ceiling": "3600"}
    own = ok(market.pledge(campaign, 0, 350, 3650), 201)
    stale = browse(member).submit(page, f"{page}/pledge", **form | {"version": "0"})
    assert "Somebody changed this document" in stale.text
    path = f"{page}/pledges/{own['id']}"
    ok(market.as_(member).patch(path, {"mass_g": 200 * TONNE, "ceiling_fen_per_t": 365000}, etag='"1"'))
    for action in (f"{page}/pledge", f"{path}/withdraw"):
        stale = browse(member).submit(page, action, **form | {"version": "1"})
        assert "Somebody changed this document" in stale.text
    assert ok(market.as_(member).get(path))["mass_g"] == 200 * TONNE
    assert "Your pledge stands" in browse(member).submit(page, f"{page}/pledge", **form).text
    assert "is withdrawn" in browse(member).submit(page, f"{path}/withdraw").text


def test_a_pledge_form_for_one_that_was_withdrawn_makes_no_new_one(market, browse):
    campaign, member = market.open(), market.members[0]
    page = page_of(campaign)
    own = ok(market.pledge(campaign, 0, 350, 3650), 201)
    assert market.as_(member).delete(f"{page}/pledges/{own['id']}", etag='"1"').status_code == 204
    stale = browse(member).submit(page, f"{page}/pledge", mass="100", ceiling="3600", version="1")
    assert "Somebody changed this document" in stale.text
    assert ok(market.as_(member).get(f"{page}/pledges"))["items"] == []
