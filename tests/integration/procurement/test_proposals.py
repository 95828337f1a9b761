"""The award is worked out before the transaction that writes it: nobody waits, and what changed is noticed."""

import pytest
from sqlalchemy import select, text

from steelyard.procurement import errors, queries
from steelyard.procurement.award import NotProven
from steelyard.procurement.models import Award, Campaign
from steelyard.procurement.operations import awards
from tests.integration.procurement.market import ok, refused


@pytest.mark.parametrize("by_form", [pytest.param(False, id="api"), pytest.param(True, id="page")])
def test_the_solver_holds_up_no_writer(market, db, monkeypatch, browse_as, by_form):
    campaign, decide, written = market.opened(), awards.decide, []
    path = f"/campaigns/{campaign['id']}"

    def decide_while_others_write(*arguments):
        with db.write() as session:
            if db.dialect == "postgresql":
                session.execute(text("SET LOCAL lock_timeout = '2s'"))
            session.execute(text("UPDATE campaign SET title = title WHERE id = :id"), {"id": campaign["id"]})
            written.append(1)
        assert db.engine.pool.checkedout() == 0, "the solver holds no connection"
        return decide(*arguments)

    monkeypatch.setattr(awards, "decide", decide_while_others_write)
    if by_form:
        assert "The award is proposed" in browse_as(market.first).submit(path, f"{path}/award").text
    else:
        ok(market.as_(market.first).post(f"{path}/award", {}), 201)
    assert written == [1]
    assert market.state(campaign) == "award_proposed"


def test_what_changes_while_the_award_is_worked_out_is_noticed(market, db, monkeypatch):
    campaign, decide = market.opened(), awards.decide

    def decide_while_somebody_changes_it(*arguments):
        with db.write() as session:
            session.get_one(Campaign, campaign["id"]).title = "Another title"
        return decide(*arguments)

    monkeypatch.setattr(awards, "decide", decide_while_somebody_changes_it)
    path = f"/campaigns/{campaign['id']}"
    refused(market.as_(market.first).post(f"{path}/award", {}), 409, "award_inputs_changed")
    monkeypatch.setattr(awards, "decide", decide)
    ok(market.as_(market.first).post(f"{path}/award", {}), 201)


def test_a_proposal_that_was_not_worked_out_is_refused(market, db):
    campaign = market.opened()
    with db.write() as session:
        found = queries.campaign(session, market.first, campaign["id"], lock="update")
        with pytest.raises(errors.AwardInputsChanged):
            awards.propose_award(session, market.first, found, None, None)
        assert session.scalars(select(Award)).all() == []


def test_an_award_that_is_not_proven_in_time_is_refused(market, monkeypatch):
    campaign = market.opened()

    def give_up(*arguments):
        raise NotProven("no time")

    monkeypatch.setattr(awards, "decide", give_up)
    answer = market.as_(market.first).post(f"/campaigns/{campaign['id']}/award", {})
    assert "within a minute" in refused(answer, 409, "award_not_proven")["detail"]
    assert market.state(campaign) == "opened"


def test_a_repeated_proposal_gets_the_first_answer(market):
    campaign = market.opened()
    client, path = market.as_(market.first), f"/campaigns/{campaign['id']}/award"
    first = ok(client.post(path, {}, key="the-same-key-1"), 201)
    again = client.post(path, {}, key="the-same-key-1")
    assert ok(again, 201) == first
    assert again.headers["Idempotent-Replay"] == "true"
    refused(client.post(path, {}), 409, "wrong_state")
