"""Answers to an offer, also when several arrive at once."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from sqlalchemy import func, select

from steelyard.core.database import Database
from steelyard.core.errors import Refused
from steelyard.logistics.models import FreightDemand, FreightLoad, FreightSupply, Waybill
from steelyard.logistics.operations import acceptance

from .market import Market


def together(*acts: Callable[[], object]) -> list[str]:
    """Do all at once; each gives ``done`` or the code of its refusal."""
    start = Barrier(len(acts))

    def one(act: Callable[[], object]) -> str:
        start.wait()
        try:
            act()
        except Refused as refusal:
            return refusal.code
        return "done"

    with ThreadPoolExecutor(len(acts)) as pool:
        return sorted(pool.map(one, acts))


def accepting(db: Database, market: Market, who: str, load_id: int) -> Callable[[], object]:
    """One side's acceptance as an act."""

    def act() -> None:
        with db.write() as session:
            acceptance.accept(session, market.people[who], load_id)

    return act


def declining(db: Database, market: Market, who: str, load_id: int) -> Callable[[], object]:
    """One side's refusal as an act."""

    def act() -> None:
        with db.write() as session:
            acceptance.decline(session, market.people[who], load_id, None)

    return act


def test_both_sides_at_once_issue_one_waybill(market: Market, db: Database) -> None:
    """Whoever comes second issues the waybill, and it is one."""
    load_id = market.offer()["id"]
    acts = [accepting(db, market, who, load_id) for who in ("shipper", "carrier")]
    assert together(*acts) == ["done", "done"]
    with db.read() as session:
        assert session.scalar(select(func.count()).select_from(Waybill)) == 1
        assert session.get_one(FreightLoad, load_id).state == "accepted"


def test_one_side_cannot_accept_for_both(market: Market, db: Database) -> None:
    """Two people of one firm accept at once: one is taken, and the load still waits for the other side."""
    load_id = market.offer()["id"]
    act = accepting(db, market, "shipper", load_id)
    assert together(act, act, act) == ["already_accepted", "already_accepted", "done"]
    with db.read() as session:
        assert session.get_one(FreightLoad, load_id).state == "offered"


def test_acceptance_and_refusal_at_once_leave_one_truth(market: Market, db: Database) -> None:
    """Either the load is accepted with a waybill and the refusal too late, or it is declined without one."""
    load_id = market.offer()["id"]
    accepting(db, market, "shipper", load_id)()
    outcome = together(accepting(db, market, "carrier", load_id), declining(db, market, "shipper", load_id))
    assert outcome == ["done", "load_closed"]
    with db.read() as session:
        load = session.get_one(FreightLoad, load_id)
        waybills = session.scalar(select(func.count()).select_from(Waybill))
        states = {
            session.get_one(FreightDemand, load.demand_id).state,
            session.get_one(FreightSupply, load.supply_id).state,
        }
    assert (load.state, waybills, states) in [("accepted", 1, {"booked"}), ("declined", 0, {"open"})]


def test_declined_offer_opens_both_postings_for_the_next_round(market: Market) -> None:
    """A refusal, even after an acceptance, puts both back on the board, and a round offers them again."""
    load = market.offer()
    market.made("carrier", f"/freight/loads/{load['id']}/accept", {})
    declined = market.made("shipper", f"/freight/loads/{load['id']}/decline", {"reason": "货未备齐"})
    assert (declined["state"], declined["declined_side"]) == ("declined", "shipper")
    assert market.round()["matched"] == 1
    assert [one["state"] for one in market.loads()] == ["declined", "offered"]


def test_only_the_two_sides_answer(market: Market) -> None:
    """A rival carrier and another shipper find no such load; the operator and the yard may not answer at all."""
    load = market.offer(loading_warehouse_org_id=market.people["yard"].org_id)
    for who, status in (("rival", 404), ("trader", 404), ("operator", 403), ("yard", 403)):
        for verb in ("accept", "decline"):
            assert market.clients[who].post(f"/freight/loads/{load['id']}/{verb}", {}).status_code == status
