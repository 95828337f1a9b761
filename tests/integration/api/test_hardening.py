"""Attacks that were found by reading the code, each kept out by a test."""

import logging
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select

from steelyard.accounts.models import ApiToken, Membership, User
from steelyard.api.idempotency import IdempotencyKey
from steelyard.api.json_body import parse_json
from steelyard.api.pages import inside
from steelyard.core.actors import OrgKind, Role
from steelyard.core.errors import BadRequest
from steelyard.core.logs import TextFormatter
from steelyard.core.settings import Settings
from tests.support.clients import SITE, ApiClient, Browser, find_form
from tests.support.world import PASSWORD, World


@pytest.mark.parametrize(
    "target",
    ["//evil.example", "/\t/evil.example", "/\\evil.example", "https://evil.example", "/\n/x", "", None, "\\/evil"],
    ids=["two slashes", "tab", "backslash", "absolute", "newline", "empty", "nothing", "backslash first"],
)
def test_no_way_leads_to_another_site(target: str | None) -> None:
    """Only paths of this site are gone on to."""
    assert inside(target) == "/"
    assert inside("/campaigns/1?x=2") == "/campaigns/1?x=2"


def test_sign_in_goes_on_inside_only(browse_as: Callable[..., Browser]) -> None:
    """The page for a person who is signed in already does not send him away."""
    assert browse_as(OrgKind.TRADER).get("/sign-in?next=/%09/evil.example").headers["Location"] == "/"


def test_a_form_sent_again_with_other_values_is_another_request(app: Flask, world: World) -> None:
    """Going back, changing a repeated field and sending again counts; sending the same twice does not."""
    browser = Browser(app, world.browser_session(world.actor(OrgKind.TRADER)))
    form = find_form(browser.get("/account").text, "/account/tokens")
    for scopes in (["pricing:read"], ["pricing:read"], ["pricing:read", "inventory:read"]):
        data = {**form.fields, "name": "robot", "days": "30", "scopes": scopes}
        answer = browser.client.post(
            "/account/tokens", data=data, base_url=SITE, headers={"Referer": SITE + "/account"}
        )
        assert answer.status_code == 303
    with world.db.read() as session:
        made = session.scalars(select(ApiToken.scopes).order_by(ApiToken.id)).all()
    assert made == [["pricing:read"], ["inventory:read", "pricing:read"]]


def test_a_made_up_password_must_be_replaced_first(app: Flask, world: World) -> None:
    """Until then a browser gets nowhere but to the account's page."""
    actor = world.actor(OrgKind.TRADER)
    with world.db.write() as session:
        session.get_one(User, actor.user_id).must_change = True
    browser = Browser(app, world.browser_session(actor))
    assert browser.get("/").headers["Location"] == "/account"
    assert browser.get("/account").status_code == 200
    values = {"old_password": PASSWORD, "new_password": "a better one 99", "repeated": "a better one 99"}
    fields = find_form(browser.get("/account").text, "/account/password").fields
    assert browser.submit("/account", "/account/password", **{k: v for k, v in values.items() if k in fields})
    assert browser.get("/").status_code == 200


def test_what_was_switched_off_does_not_come_back(app: Flask, api_as: Callable[..., ApiClient], world: World) -> None:
    """Old tokens stay dead after an organisation and a member are switched on again."""
    operator = world.actor(OrgKind.OPERATOR)
    mill = world.actor(OrgKind.MILL)
    seller = world.actor(OrgKind.MILL, Role.SELLER, org=mill)
    client, api = ApiClient(app, world.token(seller)), api_as(operator)
    path = f"/organisations/{mill.org_id}"
    off = api.patch(path, {"active": False}, etag='"1"')
    assert api.patch(path, {"active": True}, etag=off.headers["ETag"]).status_code == 200
    assert client.get("/me").status_code == 401
    again = ApiClient(app, world.token(seller))
    with world.db.read() as session:
        member = session.scalars(select(Membership.id).where(Membership.user_id == seller.user_id)).one()
    gone = api.patch(f"/members/{member}", {"active": False}, etag='"1"')
    assert api.patch(f"/members/{member}", {"active": True}, etag=gone.headers["ETag"]).status_code == 200
    assert again.get("/me").status_code == 401
    own = api.patch(f"/organisations/{operator.org_id}", {"active": False}, etag='"1"')
    assert own.get_json()["code"] == "own_organisation"


def test_no_hash_of_a_password_is_kept(api_as: Callable[..., ApiClient], world: World) -> None:
    """The stored hash of a request does not depend on the secrets in it."""
    actor = world.actor(OrgKind.TRADER)
    client = api_as(actor)
    body = {"old": PASSWORD, "new": "a better one 99"}
    assert client.post("/password", body, key="one").status_code == 200
    assert client.post("/password", {"old": "another", "new": "other still 1"}, key="one").status_code == 200
    with world.db.read() as session:
        assert len(session.scalars(select(IdempotencyKey)).all()) == 1


@pytest.mark.parametrize("length", [201, 5000])
def test_an_endless_password_is_refused(api_as: Callable[..., ApiClient], length: int) -> None:
    """What sign-in would cut is never accepted."""
    answer = api_as(OrgKind.TRADER).post("/password", {"old": PASSWORD, "new": "a1b2" * (length // 4) + "x"})
    assert answer.status_code == 422


def test_many_keys_and_endless_lists_are_refused_early(api_as: Callable[..., ApiClient]) -> None:
    """The answer to rubbish is small, whatever the size of the rubbish."""
    with pytest.raises(BadRequest):
        parse_json(("{" + ",".join(f'"k{number}":1' for number in range(300_000)) + "}").encode())
    answer = api_as(OrgKind.TRADER).post("/tokens", {"name": "x", "scopes": ["?"] * 100_000})
    assert answer.status_code == 422
    assert len(answer.data) < 2000


def test_made_up_tokens_do_not_lift_the_limit(world: World, settings_of: Callable[..., Settings]) -> None:
    """An address has an end of its own, whatever it sends as a token."""
    from dataclasses import replace

    from steelyard.app import create_app

    app = create_app(replace(settings_of(world.db), requests_per_minute=10), world.db)
    statuses = [ApiClient(app, f"sy_{number}").get("/ping").status_code for number in range(220)]
    assert 429 in statuses


def test_odd_methods_and_sealed_routes_leave_no_trace_in_the_metrics(app: Flask) -> None:
    """Unknown methods share one label; routes of bids have none."""
    client = app.test_client()
    for number in range(20):
        client.open("/api/v1/ping", method=f"FOO{number}")
    client.post("/api/v1/campaigns/1/bids")
    client.post("/campaigns/1/bid")
    text = client.get("/metrics").text
    assert "FOO" not in text
    assert "/bid" not in text


def test_the_log_keeps_secrets_and_line_breaks_out(app: Flask, caplog: pytest.LogCaptureFixture) -> None:
    """Neither an invitation's secret nor a forged line is written."""
    caplog.set_level(logging.INFO, logger="steelyard.access")
    client = app.test_client()
    client.get("/invitation/sy_very-secret")
    client.get("/x%0A00:00:00.000 info forged")
    written = [TextFormatter().format(record) for record in caplog.records if record.name == "steelyard.access"]
    assert len(written) == 2
    assert not any("sy_very-secret" in line or "\n" in line for line in written)


def test_cookies_of_notes_are_secure(browse_as: Callable[..., Browser]) -> None:
    """A message for the next page travels over TLS alone."""
    browser = browse_as(OrgKind.TRADER)
    answer = browser.submit("/account", "/account/tokens", follow=False, name="x", scopes="pricing:read", days="30")
    notes = [value for value in answer.headers.getlist("Set-Cookie") if value.startswith("steelyard_notes")]
    assert notes
    assert all("Secure" in value for value in notes)


@pytest.mark.parametrize("path", ["/stock?tag=%00", "/prices?q=%00", "/stock/trace?heat=%00"])
def test_nul_in_an_address_is_no_crash(browse_as: Callable[..., Browser], path: str) -> None:
    """PostgreSQL stores no NUL: whoever sends one is told so."""
    assert browse_as(OrgKind.WAREHOUSE).get(path).status_code < 500


def test_nul_in_a_login_is_a_wrong_login(app: Flask) -> None:
    """A stranger's odd login is no crash either."""
    browser = Browser(app)
    answer = browser.submit("/sign-in", "/sign-in", login="a\x00b", password="x\x00y")
    assert answer.status_code == 401
