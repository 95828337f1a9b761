import re
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import func, select

from steelyard.accounts.authentication import SESSION_COOKIE
from steelyard.accounts.models import ApiToken, BrowserSession, SignInAttempt, User
from steelyard.core.actors import OrgKind
from steelyard.core.database import Database
from tests.support.clients import SITE, Browser, find_form
from tests.support.world import PASSWORD, World

pytestmark = pytest.mark.either_database

Browse = Callable[..., Browser]
TOKEN = {"name": "weighbridge", "days": "30", "scopes": "inventory:write"}


def _count(db: Database, entity: type) -> int:
    with db.read() as session:
        return session.scalar(select(func.count()).select_from(entity)) or 0


def test_signing_in_opens_one_session_behind_a_safe_cookie(db: Database, world: World, browse_as: Browse) -> None:
    """The cookie is Secure, HttpOnly and SameSite=Lax, and the page is the one that was asked for."""
    login = world.login_of(world.actor("mill"))
    browser = browse_as(None)
    answer = browser.submit("/sign-in?next=/account", "/sign-in", follow=False, login=login, password=PASSWORD)
    assert (answer.status_code, answer.location) == (303, "/account")
    (cookie,) = [text for text in answer.headers.getlist("Set-Cookie") if text.startswith(f"{SESSION_COOKIE}=")]
    assert {"Secure", "HttpOnly", "SameSite=Lax"} <= set(cookie.split("; "))
    assert _count(db, BrowserSession) == 1
    assert browser.get("/account").status_code == 200


@pytest.mark.parametrize(
    ("values", "status"),
    [
        pytest.param({"password": "wrong"}, 401, id="wrong-password"),
        pytest.param({"password": ""}, 401, id="no-password"),
        pytest.param({"login": "nobody", "password": PASSWORD}, 401, id="unknown"),
        pytest.param({"login": "x" * 5000, "password": "y" * 5000}, 401, id="huge"),
        pytest.param({"csrf_token": "0" * 64, "password": PASSWORD}, 403, id="foreign-form"),
    ],
)
def test_a_refused_sign_in_opens_nothing(
    db: Database, world: World, browse_as: Browse, values: dict[str, str], status: int
) -> None:
    """Whatever is wrong, no session begins."""
    given = {"login": world.login_of(world.actor("mill"))} | values
    answer = browse_as(None).submit("/sign-in", "/sign-in", follow=False, **given)
    assert answer.status_code == status
    assert _count(db, BrowserSession) == 0
    assert _count(db, SignInAttempt) == (1 if status == 401 else 0)


@pytest.mark.parametrize("token", [None, "", "0" * 64, "ünïcode"], ids=repr)
def test_a_form_without_its_token_changes_nothing(db: Database, browse_as: Browse, token: str | None) -> None:
    """A CSRF token that is absent, empty, foreign or no token at all is refused before anything is read."""
    browser = browse_as("trader")
    values = TOKEN if token is None else TOKEN | {"csrf_token": token}
    answer = browser.client.post("/account/tokens", data=values, base_url=SITE)
    assert answer.status_code == 403
    assert _count(db, ApiToken) == 0


def test_another_persons_form_token_is_refused(db: Database, browse_as: Browse) -> None:
    """A token is bound to the session whose page it stood on."""
    foreign = find_form(browse_as("mill").get("/account").text, "/account/tokens").fields
    answer = browse_as("trader").client.post("/account/tokens", data=foreign | TOKEN, base_url=SITE)
    assert answer.status_code == 403
    assert _count(db, ApiToken) == 0


def test_a_double_click_acts_once(db: Database, browse_as: Browse) -> None:
    """The same form sent twice makes one token and leads to the same page."""
    browser = browse_as("trader")
    form = find_form(browser.get("/account").text, "/account/tokens").fields | TOKEN
    answers = [browser.client.post("/account/tokens", data=form, base_url=SITE) for _ in range(2)]
    assert [(answer.status_code, answer.location) for answer in answers] == [(303, "/account")] * 2
    assert _count(db, ApiToken) == 1


def test_a_stale_form_does_not_overwrite_a_colleagues_change(browse_as: Browse, world: World) -> None:
    """Two administrators edit one member: the second is told that the first was faster."""
    admin = world.actor("carrier", locale="en")
    member = world.actor("carrier", "viewer", org=admin)
    first, second = browse_as(admin), browse_as(admin)
    path = _member_path(first, member.user_name)
    stale = find_form(second.get(path).text, path).fields
    assert "The member was changed." in first.submit(path, path, roles="dispatcher").text
    answer = second.client.post(path, data=stale | {"roles": "seller"}, base_url=SITE, headers={"Referer": SITE + path})
    assert "Somebody changed this document meanwhile." in second.get(answer.location).text


def _member_path(browser: Browser, name: str) -> str:
    """The address of a member's page, found where the administrator finds it."""
    found = re.search(
        rf'href="(/organisation/members/\d+)" aria-label="Edit {name}"', browser.get("/organisation").text
    )
    assert found
    return found[1]


def test_another_organisations_member_does_not_exist(browse_as: Browse, world: World) -> None:
    """An administrator sees and changes his own people only."""
    stranger = browse_as("mill")
    admin = world.actor("mill", locale="en")
    path = _member_path(browse_as(admin), admin.user_name)
    assert stranger.get(path).status_code == 404


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_language_follows_the_profile(db: Database, browse_as: Browse, world: World, language: str) -> None:
    """A person's language is kept in his profile; a refused value changes nothing."""
    actor = world.actor("financier", locale="zh" if language == "en" else "en")
    browser = browse_as(actor)
    browser.submit("/account", "/language", language=language)
    assert f'<html lang="{"zh-CN" if language == "zh" else "en"}">' in browser.get("/account").text
    browser.submit("/account", "/language", language="xx")
    with db.read() as session:
        assert session.get_one(User, actor.user_id).locale == language


@pytest.mark.parametrize("kind", list(OrgKind))
def test_home_and_api_page_answer(browse_as: Browse, kind: OrgKind) -> None:
    """Each kind's home and the readable API page come without an error, with the policy that forbids inline code."""
    browser = browse_as(kind)
    for path in ("/", "/api/docs"):
        answer = browser.get(path)
        assert answer.status_code == 200
        assert "'unsafe-inline'" not in answer.headers["Content-Security-Policy"]
        assert answer.headers["Cache-Control"] == "no-store"


def test_an_error_page_survives_a_broken_database(own_app: Flask, db: Database) -> None:
    """Where the database cannot be asked who looks, the page still says what happened."""
    own_app.add_url_rule("/broken", "broken", _fall)
    db.close()
    with db.engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE browser_session")
    browser = Browser(own_app, "sy_" + "a" * 43)
    answer = browser.get("/broken")
    assert answer.status_code == 500
    assert "Nothing was changed." in answer.text


def _fall() -> str:
    raise RuntimeError("fell over")
