"""Nothing of a bid can be seen before the opening, not even that it exists."""

import re

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from steelyard.core import merkle, outbox
from steelyard.core.audit import AuditEntry
from steelyard.core.sequence import Cursor
from steelyard.procurement import envelope
from steelyard.procurement.models import OpenedBid, SealedBid
from tests.integration.procurement.market import PASSPHRASES, TONNE, ok, refused

SECRET_PRICE = 361_277  # fen per tonne; no other number of the test holds these digits


def all_that_the_operator_sees(market, browse, campaign):
    """Every page, document, list, event, audit entry and metric that the operator can reach, as text."""
    market.settled()
    client, path = market.as_(market.first), f"/campaigns/{campaign['id']}"
    api = [path, "/campaigns", f"{path}/progress", f"{path}/pledges", f"{path}/bids", f"{path}/award"]
    api += [f"{path}/allocations", "/deliveries", f"{path}/bids/receipt", "/events"]
    seen = [(client.get(one).status_code, client.get(one).get_data(as_text=True)) for one in api]
    seen += [without_guards(browse.get(page).text) for page in ("/campaigns", path, "/", "/deliveries")]
    seen.append(client.get(path).headers["ETag"])
    with market.db.read() as session:
        operator = market.first.org_id
        events = outbox.read_events(session, after=Cursor(), limit=200, org_id=operator)
        seen.append([(event.type, event.subject, event.data) for event in events])
        seen.append([entry.leaf() for entry in session.scalars(select(AuditEntry).order_by(AuditEntry.id))])
    return [str(one) for one in seen]


def without_guards(page):
    """The page without its once-only keys, which differ at each look."""
    return "\n".join(line for line in page.splitlines() if "csrf" not in line and "once_key" not in line)


def without_request_ids(seen):
    """Problem details carry the request's own id."""
    return [re.sub(r'"request_id": ?"[^"]*"', "", one) for one in seen]


def test_before_the_opening_the_operator_sees_the_same_whether_or_not_anybody_bids(market, browse_as):
    campaign = market.pledged()
    ok(market.as_(market.first).post(f"/campaigns/{campaign['id']}/lock"))
    browse = browse_as(market.first)
    before = without_request_ids(all_that_the_operator_sees(market, browse, campaign))
    for mill in range(3):
        ok(market.bid(campaign, mill, (SECRET_PRICE // 100, 400)), 201)
    ok(market.bid(campaign, 0, (3500, 400)), 201)
    after = without_request_ids(all_that_the_operator_sees(market, browse, campaign))
    assert after == before


def test_other_mills_and_members_see_nothing_either(market, browse_as):
    campaign = market.pledged()
    ok(market.bid(campaign, 0, (3600, 400)), 201)
    path = f"/campaigns/{campaign['id']}"
    for other in (market.mills[1], market.members[0], market.first):
        page = browse_as(other).get(path).text
        assert ok(market.as_(market.mills[0]).get(f"{path}/bids/receipt"))["receipt"] not in page
    assert ok(market.as_(market.mills[1]).get(f"{path}/bids"))["items"] == []
    assert ok(market.as_(market.mills[0]).get(f"{path}/bids"))["items"] == [], "an unopened bid has no number"
    refused(market.as_(market.mills[1]).get(f"{path}/bids/receipt"), 404, "not_found")
    refused(market.as_(market.members[0]).get(f"{path}/bids"), 403, "forbidden")


def test_the_mill_sees_no_number_that_counts(market):
    campaign = market.pledged()
    receipts = [ok(market.bid(campaign, mill, (3600, 400)), 201) for mill in range(3)]
    for receipt in receipts:
        assert receipt.keys() == {"campaign_id", "receipt", "received_at"}


def test_the_database_holds_no_price_in_clear(market):
    campaign = market.bid_for()
    ok(market.as_(market.first).get(f"/campaigns/{campaign['id']}"))
    with market.db.read() as session:
        bids = session.scalars(select(SealedBid)).all()
        kept = str(session.execute(text("SELECT * FROM idempotency_key")).all())
        kept += str(session.execute(text("SELECT * FROM audit_entry")).all())
    assert len(bids) == 3
    assert len({len(bid.ciphertext) for bid in bids}) == 1
    for price in (b"3600", b"360000", b"3590", b"359000"):
        assert all(price not in bid.ciphertext for bid in bids)
    assert "360000" not in kept
    assert "359000" not in kept


def test_a_passphrase_is_not_kept_anywhere(market):
    market.bid_for()
    with market.db.read() as session:
        tables = ("idempotency_key", "audit_entry", "outbox_event", "campaign_officer", "campaign")
        kept = "".join(str(session.execute(text(f"SELECT * FROM {table}")).all()) for table in tables)
    assert not any(phrase in kept for phrase in PASSPHRASES)


def test_the_receipt_and_the_root_prove_a_bid(market):
    """A mill can show by its own nonce, the receipt and the published root that its bid was in."""
    campaign, nonce = market.pledged(), "ab" * 32
    own = ok(market.bid(campaign, 0, (3600, 400), capacity=500, nonce=nonce), 201)
    for mill in (1, 2):
        ok(market.bid(campaign, mill, (3610, 400)), 201)
    bid = {
        "campaign": campaign["number"],
        "mill": market.mills[0].org_id,
        "capacity_g": 500 * TONNE,
        "lines": [{"line": 1, "price_fen_per_t": 360000, "capacity_g": 400 * TONNE}],
    }
    assert own["receipt"] == envelope.receipt_of(bid, nonce)
    market.time.pass_(minutes=10)
    market.approve(campaign)
    ok(market.as_(market.first).post(f"/campaigns/{campaign['id']}/open-bids"))
    published = ok(market.as_(market.mills[0]).get(f"/campaigns/{campaign['id']}"))
    opened = ok(market.as_(market.first).get(f"/campaigns/{campaign['id']}/bids"))["items"]
    assert own["receipt"] in [item["receipt"] for item in opened]
    leaves = [bytes.fromhex(item["receipt"]) for item in opened]
    assert merkle.root(leaves).hex() == published["receipts_root"]
    assert published["tie_seed"] == envelope.tie_seed(campaign["number"], published["receipts_root"])


def test_the_last_bid_counts_and_bids_are_numbered_at_the_opening(market):
    campaign = market.pledged()
    for yuan in (3700, 3650, 3600):
        ok(market.bid(campaign, 0, (yuan, 400)), 201)
    for mill in (1, 2):
        ok(market.bid(campaign, mill, (3610, 400)), 201)
    market.time.pass_(minutes=10)
    market.approve(campaign)
    ok(market.as_(market.first).post(f"/campaigns/{campaign['id']}/open-bids"))
    opened = ok(market.as_(market.first).get(f"/campaigns/{campaign['id']}/bids"))["items"]
    prices = {item["org_id"]: item["lines"][0]["price_fen_per_t"] for item in opened}
    assert prices[market.mills[0].org_id] == 360000
    assert len(opened) == 3
    assert all(item["number"].startswith("TB-") for item in opened)
    assert [item["receipt"] for item in opened] == sorted(item["receipt"] for item in opened)
    mine = ok(market.as_(market.mills[1]).get(f"/campaigns/{campaign['id']}/bids"))["items"]
    assert [item["org_id"] for item in mine] == [market.mills[1].org_id]


def test_one_officer_cannot_open(market):
    campaign = market.bid_for()
    path, client = f"/campaigns/{campaign['id']}", market.as_(market.first)
    ok(client.post(f"{path}/opening-approvals", {"passphrase": PASSPHRASES[0]}))
    assert ok(client.post(f"{path}/opening-approvals", {"passphrase": PASSPHRASES[0]}))["approvals"] == 1
    refused(client.post(f"{path}/opening-approvals", {"passphrase": PASSPHRASES[1]}), 403, "wrong_passphrase")
    refused(client.post(f"{path}/open-bids"), 409, "approvals_missing")
    outsider = market.as_(market.world.actor("operator", "buyer", org=market.first))
    refused(outsider.post(f"{path}/opening-approvals", {"passphrase": PASSPHRASES[1]}), 403, "not_an_officer")
    with market.db.read() as session:
        assert session.scalars(select(OpenedBid)).all() == []


def test_approvals_before_the_close_are_refused(market):
    campaign = market.pledged()
    path = f"/campaigns/{campaign['id']}/opening-approvals"
    refused(market.as_(market.first).post(path, {"passphrase": PASSPHRASES[0]}), 409, "wrong_state")


def test_a_bid_that_cannot_be_read_is_listed_and_not_dropped(market):
    campaign = market.bid_for()
    with market.db.write() as session:
        damaged = SealedBid(
            campaign_id=campaign["id"],
            org_id=market.world.org("mill").id,
            user_id=market.mills[0].user_id,
            ciphertext=b"damaged",
            receipt="0" * 64,
            received_at=session.scalars(select(SealedBid)).first().received_at,
        )
        session.add(damaged)
    market.approve(campaign)
    ok(market.as_(market.first).post(f"/campaigns/{campaign['id']}/open-bids"))
    opened = ok(market.as_(market.first).get(f"/campaigns/{campaign['id']}/bids"))["items"]
    assert [(len(item["lines"]), item["capacity_g"] is None) for item in opened] == [(0, True)] + [(1, False)] * 3
    award = ok(market.as_(market.first).post(f"/campaigns/{campaign['id']}/award", {}), 201)
    assert len(award["lines"]) == 3


@pytest.mark.parametrize("table", ["sealed_bid", "bid", "award_line", "allocation"])
def test_what_was_handed_in_and_awarded_cannot_be_changed(market, table):
    market.awarded()
    for statement in (f"DELETE FROM {table}", f"UPDATE {table} SET id = id + 1000"):
        with pytest.raises(DBAPIError, match="append-only"), market.db.write() as session:
            session.execute(text(statement))
