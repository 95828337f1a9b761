"""The officers' passphrases: stretched while nobody waits, and not to be guessed by trying."""

import pytest
from sqlalchemy import text

from steelyard.core.errors import TooManyRequests
from steelyard.procurement import envelope
from tests.integration.procurement.market import PASSPHRASES, ok, refused

WRONG = "not his passphrase"


def tries(market, campaign, officer, phrase):
    """An attempt to approve, as the API answers it."""
    return market.as_(officer).post(f"/campaigns/{campaign['id']}/opening-approvals", {"passphrase": phrase})


def test_after_five_wrong_passphrases_an_officer_must_wait(market):
    """The count outlives each refusal; it is his own and of this campaign, and a quarter of an hour long."""
    campaign = market.bid_for()
    for _ in range(5):
        refused(tries(market, campaign, market.first, WRONG), 403, "wrong_passphrase")
    for phrase in (WRONG, PASSPHRASES[0]):
        answer = tries(market, campaign, market.first, phrase)
        refused(answer, 429, TooManyRequests.code)
        assert 0 < int(answer.headers["Retry-After"]) <= 15 * 60
    assert ok(tries(market, campaign, market.second, PASSPHRASES[1]))["approvals"] == 1
    market.time.pass_(minutes=15)
    assert ok(tries(market, campaign, market.first, PASSPHRASES[0]))["approvals"] == 2


def test_wrong_passphrases_stand_in_the_audit_trail_without_their_text(market, db):
    campaign = market.bid_for()
    refused(tries(market, campaign, market.first, WRONG), 403, "wrong_passphrase")
    with db.read() as session:
        kept = [str(row) for row in session.execute(text("SELECT * FROM audit_entry"))]
    assert len([row for row in kept if "campaign.refuse_passphrase" in row]) == 1
    assert not any(WRONG in row for row in kept)


def test_the_page_counts_too(market, browse_as):
    campaign = market.bid_for()
    page, browser = f"/campaigns/{campaign['id']}", browse_as(market.first)
    said = [browser.submit(page, f"{page}/opening-approval", passphrase=WRONG).text for _ in range(6)]
    assert all("not the opening passphrase" in text for text in said[:5])
    assert "Too many requests" in said[5]


@pytest.mark.parametrize("stage", ["draft", "bid_for"])
def test_stretching_a_passphrase_holds_up_nobody(market, db, monkeypatch, stage):
    campaign, stretch, written = getattr(market, stage)(), envelope._officer_key, []

    def stretch_while_others_write(*arguments):
        with db.write() as session:
            if db.dialect == "postgresql":
                session.execute(text("SET LOCAL lock_timeout = '2s'"))
            session.execute(text("UPDATE campaign SET title = title WHERE id = :id"), {"id": campaign["id"]})
            written.append(1)
        assert db.engine.pool.checkedout() == 0
        return stretch(*arguments)

    monkeypatch.setattr(envelope, "_officer_key", stretch_while_others_write)
    verb = "officers" if stage == "draft" else "opening-approvals"
    body = {"passphrase": PASSPHRASES[0]}
    ok(market.as_(market.first).post(f"/campaigns/{campaign['id']}/{verb}", body))
    assert written == [1]


def test_a_replay_neither_approves_nor_counts_again(market, db):
    campaign = market.bid_for()
    path, client = f"/campaigns/{campaign['id']}/opening-approvals", market.as_(market.first)
    body = {"passphrase": PASSPHRASES[0]}
    first = ok(client.post(path, body, key="the-same-key-1"))
    again = client.post(path, body, key="the-same-key-1")
    assert ok(again) == first
    assert again.headers["Idempotent-Replay"] == "true"
