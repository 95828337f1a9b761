"""Pledges against the lock, bids against the close, and one member's two clerks at once."""

import threading
import time as wall

from sqlalchemy import func, select

from steelyard.core import merkle
from steelyard.core.database import db_now
from steelyard.procurement import errors, queries
from steelyard.procurement.jobs import advance_due
from steelyard.procurement.lifecycle import State
from steelyard.procurement.models import Campaign, Pledge, SealedBid
from steelyard.procurement.operations.bids import submit_bid
from steelyard.procurement.operations.campaigns import lock_campaign
from steelyard.procurement.operations.moves import advance
from steelyard.procurement.operations.pledges import make_pledge
from tests.integration.procurement.market import TONNE, at, ok


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
        thread.join(timeout=60)
    return results


def test_a_pledge_is_either_pooled_or_refused(market, db):
    """Members pledge around a real deadline while the operator locks; what was answered 2xx is in the pool."""
    campaign = market.open(pledge_deadline=at(seconds=2), bid_deadline=at(minutes=20))
    members = [market.world.actor("pipe_maker", "buyer") for _ in range(8)]
    line_id = campaign["lines"][0]["id"]
    seen_at_lock = []

    def pledge_until_refused(member):
        def work():
            while True:
                with db.write() as session:
                    mine = queries.campaign(session, member, campaign["id"], lock="share")
                    standing = queries.pledges(member, mine.id)
                    if session.scalars(standing).first() is None:
                        make_pledge(session, member, mine, line_id=line_id, mass_g=10 * TONNE, ceiling_fen_per_t=365000)
                wall.sleep(0.3 * (member.org_id % 8))
                with db.write() as session:
                    mine = queries.campaign(session, member, campaign["id"], lock="share")
                    if db_now(session) >= mine.pledge_deadline:
                        return True

        return work

    def lock():
        while True:
            try:
                with db.write() as session:
                    found = queries.campaign(session, market.first, campaign["id"], lock="update")
                    lock_campaign(session, market.first, found)
                    seen_at_lock.append(queries.pooled(session, [found.id]).get(line_id, 0))
                return True
            except errors.TooEarly:
                wall.sleep(0.05)

    results = together(lock, *(pledge_until_refused(member) for member in members))
    assert all(result is True or isinstance(result, errors.CampaignClosed) for result in results), results
    with db.read() as session:
        assert queries.pooled(session, [campaign["id"]]).get(line_id, 0) == seen_at_lock[0]
        assert session.get_one(Campaign, campaign["id"]).state in {State.LOCKED, State.FAILED_VOLUME}


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
    """Mills bid around the close; the published root covers exactly what was accepted."""
    campaign = market.open(pledge_deadline=at(seconds=30), bid_deadline=at(seconds=60))
    ok(market.pledge(campaign, 0, 350, 3650), 201)
    market.time.pass_(seconds=59)
    line = {"line_id": campaign["lines"][0]["id"], "price_fen_per_t": 360000, "capacity_g": 400 * TONNE}
    mills = [market.world.actor("mill", "seller") for _ in range(6)]

    def bid(mill):
        def work():
            for turn in range(200):
                with db.write() as session:
                    mine = queries.campaign(session, mill, campaign["id"], lock="share")
                    submit_bid(session, mill, mine, capacity_g=TONNE, lines=[line], nonce=f"{turn:064x}")
                wall.sleep(0.05)

        return work

    def close():
        while True:
            with db.write() as session:
                advance_due(session)
            with db.read() as session:
                if session.get_one(Campaign, campaign["id"]).receipts_root:
                    return True
            wall.sleep(0.05)

    results = together(close, *(bid(mill) for mill in mills))
    assert results[0] is True
    assert all(isinstance(result, errors.BiddingNotOpen) for result in results[1:]), results
    with db.read() as session:
        late = select(func.count()).where(
            SealedBid.received_at >= session.get_one(Campaign, campaign["id"]).bid_deadline
        )
        assert session.scalar(late) == 0
        leaves = [bytes.fromhex(bid.receipt) for bid in queries.final_sealed_bids(session, campaign["id"])]
        assert merkle.root(leaves).hex() == session.get_one(Campaign, campaign["id"]).receipts_root
        assert session.scalar(select(func.count()).select_from(Pledge)) == 1


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
    events = ok(market.as_(market.first).get("/events"))["items"]
    assert [event["type"] for event in events].count("procurement.campaign_locked") == 1
