"""Four eyes on held figures, what was held as of a moment, and what waits for whom; on both databases."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from pricing.models import PriceSeries
from pricing.quality import Standing
from pricing.quality_models import PriceHoldEvent
from pricing.queries.holds import held as held_of
from steelyard.core.actors import Actor, OrgKind
from steelyard.core.audit import AuditEntry
from steelyard.core.database import Database, db_now
from steelyard.core.outbox import Event
from tests.support.clients import ApiClient, Browser
from tests.support.held_prices import MONDAY, bring, held
from tests.support.world import World

REASON = "Notice 273 of the exchange shows this settlement."


@pytest.fixture
def suspicious(db: Database) -> Database:
    """A settlement that moved by 13 %."""
    for day, value in enumerate((3000, 3010, 3400, 3390)):
        bring(db, day, value)
    return db


@pytest.fixture
def two(world: World) -> tuple[Actor, Actor]:
    """Two buyers of the operator."""
    first = world.actor(OrgKind.OPERATOR, "buyer", locale="en")
    return first, world.actor(OrgKind.OPERATOR, "buyer", org=first.org_id, locale="en")


def the_hold(client: ApiClient) -> dict[str, Any]:
    (one,) = client.get("/price-holds", state="open").json["items"]
    return dict(one)


def propose(client: ApiClient, hold: dict[str, Any], verdict: str = "released", **more: Any) -> Any:
    body = {"verdict": verdict, "reason": REASON, "version": hold["version"]} | more
    return client.post(f"/price-holds/{hold['id']}/propose", body)


def decide(client: ApiClient, hold: dict[str, Any], verb: str) -> Any:
    return client.post(f"/price-holds/{hold['id']}/{verb}", {"version": hold["version"]})


def test_a_release_takes_two_persons(suspicious: Database, two: tuple[Actor, Actor], api_as: Callable[..., ApiClient]):
    one, other = (api_as(actor) for actor in two)
    hold = the_hold(one)
    assert "12.95%" in hold["findings"][0]["sentence"]
    proposed = propose(one, hold).json
    assert proposed["proposal"]["reason"] == REASON
    assert held(suspicious) == [2]
    assert decide(one, proposed, "confirm").json["code"] == "price_hold_same_eyes"
    assert propose(other, proposed).json["code"] == "price_hold_proposed"
    done = decide(other, proposed, "confirm")
    assert (done.status_code, done.json["state"], done.json["proposal"]) == (200, "released", None)
    assert held(suspicious) == []
    with suspicious.read() as session:
        last = session.scalars(select(PriceHoldEvent).order_by(PriceHoldEvent.id.desc())).first()
        assert last is not None
        assert (last.proposed_by, last.confirmed_by, last.reason) == (two[0].user_id, two[1].user_id, REASON)
        actions = session.scalars(select(AuditEntry.action).where(AuditEntry.action.like("pricing.hold%"))).all()
        assert sorted(actions) == ["pricing.hold_proposed", "pricing.hold_released"]
        told = session.scalars(select(Event.type).where(Event.type.like("pricing.hold%")).order_by(Event.id)).all()
        assert told == ["pricing.hold_opened", "pricing.hold_released"]


def test_a_rejection_keeps_the_figure_out_for_ever(
    suspicious: Database, two: tuple[Actor, Actor], api_as: Callable[..., ApiClient]
):
    one, other = (api_as(actor) for actor in two)
    proposed = propose(one, the_hold(one), "rejected").json
    assert decide(other, proposed, "confirm").json["state"] == "rejected"
    bring(suspicious, 1, 3390, minutes=9)  # now nothing would speak against the 3400 of the day after
    assert 2 in held(suspicious)


def test_a_decision_is_of_a_value_and_comes_back_with_it(
    suspicious: Database, two: tuple[Actor, Actor], api_as: Callable[..., ApiClient]
):
    one, other = (api_as(actor) for actor in two)
    decide(other, propose(one, the_hold(one)).json, "confirm")
    bring(suspicious, 2, 3500, minutes=5)
    assert held(suspicious) == [2]
    bring(suspicious, 2, 3400, minutes=6)
    assert held(suspicious) == []


def test_a_proposal_ends_when_the_figure_changes(
    suspicious: Database, two: tuple[Actor, Actor], api_as: Callable[..., ApiClient]
):
    one, other = (api_as(actor) for actor in two)
    proposed = propose(one, the_hold(one)).json
    bring(suspicious, 2, 3500, minutes=5)
    assert decide(other, proposed, "confirm").json["code"] == "price_hold_changed"
    assert the_hold(one)["proposal"] is None
    assert decide(other, the_hold(one), "confirm").json["code"] == "price_hold_not_proposed"


def test_a_proposal_may_be_declined_and_a_decision_turned(
    suspicious: Database, two: tuple[Actor, Actor], api_as: Callable[..., ApiClient]
):
    one, other = (api_as(actor) for actor in two)
    declined = decide(other, propose(one, the_hold(one)).json, "decline").json
    assert (declined["state"], declined["proposal"]) == ("open", None)
    released = decide(other, propose(one, declined).json, "confirm").json
    assert propose(one, released).json["code"] == "price_hold_decided"
    turned = decide(one, propose(other, released, "rejected").json, "confirm").json
    assert turned["state"] == Standing.REJECTED
    assert held(suspicious) == [2]


def test_what_was_held_at_a_moment_does_not_change(
    suspicious: Database, two: tuple[Actor, Actor], api_as: Callable[..., ApiClient]
):
    one, other = (api_as(actor) for actor in two)
    day = MONDAY + timedelta(days=2)
    with suspicious.read() as session:
        before = db_now(session)
        series_id = session.scalars(select(PriceSeries.id).filter_by(contract="rb2610", value_field="settle")).one()
    decide(other, propose(one, the_hold(one)).json, "confirm")
    with suspicious.read() as session:
        assert held_of(session, series_id, as_of=before) == {(day, "settlement")}
        assert held_of(session, series_id, as_of=datetime(2026, 1, 1, tzinfo=UTC)) == set()
        assert held_of(session, series_id) == set()
        assert held_of(session, series_id, first=day + timedelta(days=1), as_of=before) == set()


def test_only_the_operator_sees_and_decides(suspicious: Database, api_as: Callable[..., ApiClient]):
    assert api_as("mill", "seller").get("/price-holds").status_code == 403
    auditor = api_as("operator", "auditor")
    hold = the_hold(auditor)
    assert propose(auditor, hold).status_code == 403
    assert propose(api_as("operator", "finance"), hold | {"id": 99}).status_code == 404


def test_the_pages_lead_through_a_release(
    suspicious: Database, two: tuple[Actor, Actor], browse_as: Callable[..., Browser]
):
    one, other = (browse_as(actor) for actor in two)
    assert "prices are held back" in one.get("/").text
    page = one.get("/prices/quarantine").text
    assert "Moved +12.95% against 3,010 of 2026-08-04; the limit is 6.00%." in page
    path = "/prices/quarantine/1"
    page = one.submit(path, f"{path}/propose", verdict="released", reason=REASON).text
    assert "You made this proposal" in page
    assert f"{path}/confirm" not in page
    assert "wait for a second pair of eyes" in other.get("/").text
    page = other.submit(path, f"{path}/confirm").text
    assert "Released: the figure is used from now on." in page
    assert REASON in page
    assert "No figure is in this state." in other.get("/prices/quarantine").text


def test_the_page_speaks_chinese(suspicious: Database, browse_as: Callable[..., Browser]):
    page = browse_as("operator", "buyer", locale="zh").get("/prices/quarantine").text
    assert "价格隔离区" in page
    assert "+12.95%" in page
