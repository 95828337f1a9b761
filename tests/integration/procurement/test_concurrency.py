"""Pledges against the lock, bids against the close, and one member's two clerks at once."""

import threading
import time as wall
from datetime import datetime

from sqlalchemy import func, select

from steelyard.core import merkle, outbox
from steelyard.core.database import db_now
from steelyard.procurement import errors, queries
from steelyard.procurement.jobs import advance_due
from steelyard.procurement.lifecycle import State
from steelyard.procurement.models import Campaign, SealedBid
from steelyard.procurement.operations.bids import submit_bid
from steelyard.procurement.operations.campaigns import lock_campaign
from steelyard.procurement.operations.moves import advance
from steelyard.procurement.operations.pledges import make_pledge
from tests.integration.procurement.market import TONNE, ok


def together(*works):
    """Run all works at the same moment in threads; return what each returned or raised."""
    results, gate = [None] * len(works), threading.Barrier(len(works))

    def run(place, work):
        gate.wait()
        try:
            results[place] = work()
        except Exception as error:
            results[place] = error

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=120)
    return results


def test_a_pledge_is_either_pooled_or_refused(market, db):
    """Members pledge around the deadline while the operator locks; what was accepted is in the locked pool."""
    campaign = market.open()
    ok(market.pledge(campaign, 0, 350, 3650), 201)
    members = [market.world.actor("pipe_maker", "buyer") for _ in range(8)]
    line_id = campaign["lines"][0]["id"]
    market.time.until(datetime.fromisoformat(campaign["pledge_deadline"]), before=1.5)

    def pledge_at(place, member):
        def work():
            wall.sleep(0.4 * place)
            with db.write() as session:
                found = queries.campaign(session, member, campaign["id"], lock="share")
                make_pledge(session, member, found, line_id=line_id, mass_g=10 * TONNE, ceiling_fen_per_t=365000)
            return 10 * TONNE

        return work

    def lock():
        for _ in range(600):
            try:
                with db.write() as session:
                    found = queries.campaign(session, market.first, campaign["id"], lock="update")
                    lock_campaign(session, market.first, found)
                    return queries.pooled(session, [found.id])[line_id]
            except errors.TooEarly:
                wall.sleep(0.05)
        return None

    pool, *answers = together(lock, *(pledge_at(place, member) for place, member in enumerate(members)))
    accepted = [answer for answer in answers if isinstance(answer, int)]
    refused = [answer for answer in answers if isinstance(answer, errors.CampaignClosed)]
    assert len(accepted) + len(refused) == len(members), answers
    assert refused, "the last ones ask after the deadline"
    assert pool == 350 * TONNE + sum(accepted)
    with db.read() as session:
        assert queries.pooled(session, [campaign["id"]])[line_id] == pool
        assert session.get_one(Campaign, campaign["id"]).stage is State.LOCKED


def test_a_pledge_that_waits_for_the_lock_is_refused(market, db):
    """The pledge asks while the locking transaction is still open, and is answered after it."""
    campaign = market.open()
    ok(market.pledge(campaign, 0, 350, 3650), 201)
    line_id, started = campaign["lines"][0]["id"], threading.Event()
    market.time.pass_(minutes=10)

    def lock():
        with db.write() as session:
            found = queries.campaign(session, market.first, campaign["id"], lock="update")
            advance(session, found, db_now(session))
            session.flush()
            started.set()
            wall.sleep(0.5)
            return found.stage

    def pledge():
        started.wait(timeout=30)
        with db.write() as session:
            mine = queries.campaign(session, market.members[1], campaign["id"], lock="share")
            return make_pledge(
                session, market.members[1], mine, line_id=line_id, mass_g=10 * TONNE, ceiling_fen_per_t=1
            )

    results = together(lock, pledge)
    assert results[0] is State.LOCKED
    assert isinstance(results[1], errors.CampaignClosed)


def test_two_clerks_of_one_member_pledge_once(market):
    """The same line at the same moment: one pledge stands, the other answer is 409."""
    campaign = market.open()
    clerks = [market.world.actor("pipe_maker", "buyer", org=market.members[0]) for _ in range(4)]
    body = {"line_id": campaign["lines"][0]["id"], "mass_g": 10 * TONNE, "ceiling_fen_per_t": 365000}
    clients = [market.as_(clerk) for clerk in clerks]
    path = f"/campaigns/{campaign['id']}/pledges"
    answers = together(*(lambda client=client: client.post(path, body).status_code for client in clients))
    assert sorted(answers) == [201, 409, 409, 409]
    assert len(ok(clients[0].get(path))["items"]) == 1


def test_a_bid_is_either_under_the_root_or_refused(market, db):
    """Mills replace their bids around the close; the published root covers exactly what was accepted last."""
    campaign = market.pledged()
    ok(market.bid(campaign, 0, (3600, 400)), 201)
    line = {"line_id": campaign["lines"][0]["id"], "price_fen_per_t": 360000, "capacity_g": 400 * TONNE}
    mills = [market.world.actor("mill", "seller") for _ in range(5)]
    market.time.until(datetime.fromisoformat(campaign["bid_deadline"]), before=1.5)

    def bid(mill):
        def work():
            for turn in range(600):
                with db.write() as session:
                    found = queries.campaign(session, mill, campaign["id"], lock="share")
                    submit_bid(session, mill, found, capacity_g=TONNE, lines=[line], nonce=f"{turn:064x}")
                wall.sleep(0.05)

        return work

    def close():
        for _ in range(600):
            with db.write() as session:
                advance_due(session)
                if session.get_one(Campaign, campaign["id"]).stage is State.BIDS_CLOSED:
                    return True
            wall.sleep(0.05)
        return None

    closed, *answers = together(close, *(bid(mill) for mill in mills))
    assert closed is True
    assert all(isinstance(answer, errors.BiddingNotOpen) for answer in answers), answers
    with db.read() as session:
        found = session.get_one(Campaign, campaign["id"])
        late = select(func.count()).select_from(SealedBid).where(SealedBid.received_at >= found.bid_deadline)
        assert session.scalar(late) == 0
        leaves = [bytes.fromhex(bid.receipt) for bid in queries.final_sealed_bids(session, campaign["id"])]
        assert merkle.root(leaves).hex() == found.receipts_root


def test_the_clock_and_a_command_do_a_transition_once(market, db):
    campaign = market.pledged()

    def clock():
        with db.write() as session:
            advance_due(session)

    def command():
        return market.as_(market.first).post(f"/campaigns/{campaign['id']}/lock").status_code

    market.as_(market.first)
    results = together(clock, command, clock)
    assert [result for result in results if result is not None] == [200]
    assert market.state(campaign) == "locked"
    with db.read() as session:
        types = session.scalars(select(outbox.Event.type)).all()
    assert types.count("procurement.campaign_locked") == 1
