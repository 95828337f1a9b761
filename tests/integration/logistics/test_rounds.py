"""Rounds: what they freeze, what they leave, and that two at once share nothing."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError

from steelyard.core import clock
from steelyard.core.database import Database
from steelyard.logistics import jobs
from steelyard.logistics.models import FreightDemand, FreightLoad, FreightRound
from steelyard.logistics.operations.rounds import hold_round

from .market import Market, hours


def test_two_rounds_at_once_match_nothing_twice(market: Market, db: Database) -> None:
    """Three rounds start together on six demands and six lorries: each posting is offered once."""
    for number in range(6):
        market.demand()
        market.supply(plate=f"鲁P1000{number}")
    start = Barrier(3)

    def one(_: int) -> int:
        start.wait()
        with db.write() as session:
            return hold_round(session, market.people["operator"]).matched

    with ThreadPoolExecutor(3) as pool:
        matched = list(pool.map(one, range(3)))
    assert sorted(matched) == [0, 0, 6]
    loads = market.loads()
    assert len({load["demand_id"] for load in loads}) == len({load["supply_id"] for load in loads}) == 6


def test_database_itself_refuses_a_posting_matched_twice(market: Market, db: Database) -> None:
    """A second load for a demand that is offered breaks a unique index, whatever the code does."""
    load = market.offer()
    with db.read() as session:
        row = session.get_one(FreightLoad, load["id"])
        copy = {column.name: getattr(row, column.name) for column in FreightLoad.__table__.columns}
    with pytest.raises(IntegrityError), db.write() as session:
        session.add(FreightLoad(**(copy | {"id": load["id"] + 1, "number": "PZ-20260101-0001"})))


def test_rounds_and_their_reasons_cannot_be_rewritten(market: Market, db: Database) -> None:
    """What a round decided stays as it was."""
    market.round()
    with pytest.raises(IntegrityError), db.write() as session:
        session.execute(update(FreightRound).values(surplus_fen=1))


def test_offered_postings_are_frozen(market: Market) -> None:
    """While the offer stands the postings are neither changed, withdrawn nor matched again."""
    load = market.offer()
    for path, etag in ((f"/freight/demands/{load['demand_id']}", '"2"'),):
        answer = market.shipper.patch(path, {"ceiling_fen": 1}, etag=etag)
        assert (answer.status_code, answer.json["code"]) == (409, "posting_frozen")
    answer = market.carrier.post(f"/freight/supplies/{load['supply_id']}/withdraw")
    assert (answer.status_code, answer.json["code"]) == (409, "posting_frozen")
    assert market.round()["matched"] == 0


def test_expired_offer_is_refused_and_reopens_its_postings(market: Market, db: Database) -> None:
    """After its time an offer takes no answer; the clock's job puts both postings back on the board."""
    load = market.offer()
    with clock.shifted(minutes=31):
        late = market.shipper.post(f"/freight/loads/{load['id']}/accept", {})
        assert (late.status_code, late.json["code"]) == (409, "offer_expired")
        with db.write() as session:
            jobs.expire_offers(session)
        assert market.shipper.get(f"/freight/loads/{load['id']}").json["state"] == "expired"
        assert market.shipper.get(f"/freight/demands/{load['demand_id']}").json["state"] == "open"
        with db.write() as session:
            jobs.expire_offers(session)
        closed = market.shipper.post(f"/freight/loads/{load['id']}/accept", {})
        assert (closed.status_code, closed.json["code"]) == (409, "load_closed")


def test_commands_do_not_wait_for_the_clock(market: Market) -> None:
    """A posting whose offer is over can be withdrawn, and a round matches it again, before any job ran."""
    load = market.offer()
    with clock.shifted(minutes=31):
        assert market.round()["matched"] == 1
    with clock.shifted(minutes=62):
        answer = market.shipper.post(f"/freight/demands/{load['demand_id']}/withdraw")
        assert (answer.status_code, answer.json["state"]) == (200, "withdrawn")


def test_postings_whose_time_is_over_leave_the_board(market: Market, db: Database) -> None:
    """A demand that can no longer be fetched and a lorry no longer free lapse, in a round and by the clock."""
    market.demand(pickup_until=hours(2), delivery_until=hours(9))
    market.supply(free_until=hours(2))
    later = market.demand(pickup_until=hours(4))
    with clock.shifted(hours=3):
        held = market.round()
        assert (held["demands"], held["supplies"], held["matched"]) == (1, 0, 0)
        with clock.shifted(hours=3):
            with db.write() as session:
                jobs.expire_offers(session)
            assert market.shipper.get(f"/freight/demands/{later['id']}").json["state"] == "lapsed"
    with db.read() as session:
        lapsed = session.scalar(select(func.count()).where(FreightDemand.state == "lapsed"))
    assert lapsed == 2


def test_offers_stand_as_long_as_the_operator_says(market: Market) -> None:
    """Journeys start when the offers end, so that the last answer is never too late."""
    market.demand()
    market.supply()
    held = market.round(offer_minutes=240)
    [load] = market.loads()
    assert load["expires_at"] == held["offers_until"]
    assert load["pickup_at"] > held["offers_until"]


def test_an_empty_board_makes_an_empty_round(market: Market) -> None:
    """Nothing posted, nothing matched, and the round is on record."""
    held = market.round()
    assert (held["matched"], held["empty_m"], held["surplus_fen"], held["left_over"]) == (0, 0, 0, [])
    assert market.trader.get(f"/freight/rounds/{held['id']}").status_code == 200


def test_same_key_holds_one_round(market: Market) -> None:
    """A repeated request answers with the first round and holds no second one."""
    market.demand()
    market.supply()
    first = market.operator.post("/freight/rounds", {}, key="once")
    again = market.operator.post("/freight/rounds", {}, key="once")
    assert first.json == again.json
    assert len(market.operator.get("/freight/rounds").json["items"]) == 1
