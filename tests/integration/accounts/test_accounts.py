"""Signing in, invitations, members, passwords and tokens, over the API and in the tables."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select

from steelyard.accounts.errors import LastAdmin, WrongPassword
from steelyard.accounts.models import BrowserSession, Membership, User
from steelyard.accounts.operations import sessions
from steelyard.accounts.operations.organisations import change_member
from steelyard.core import clock
from steelyard.core.actors import OrgKind, Role
from steelyard.core.audit import AuditEntry
from steelyard.core.errors import TooManyRequests
from tests.support.clients import ApiClient
from tests.support.statements import sent
from tests.support.world import PASSWORD, World

Api = Callable[..., ApiClient]


def sign_in(world: World, login: str, password: str = PASSWORD, address: str = "10.0.0.1") -> str:
    """Sign in as a browser at ``address`` would."""
    return sessions.sign_in(world.db, login=login, password=password, address=address)


def test_a_right_password_opens_a_session_and_a_wrong_one_none(world: World) -> None:
    """Wrong passwords, unknown and switched-off accounts are answered alike."""
    actor = world.actor(OrgKind.TRADER)
    login = world.login_of(actor)
    assert sign_in(world, login)
    for wrong in ((login, "wrong"), ("nobody", PASSWORD)):
        with pytest.raises(WrongPassword):
            sign_in(world, *wrong)
    with world.db.write() as session:
        session.get_one(User, actor.user_id).active = False
    with pytest.raises(WrongPassword):
        sign_in(world, login)


def test_an_account_is_throttled_and_freed_again(world: World) -> None:
    """After five failures even the right password waits; the window passes."""
    login = world.login_of(world.actor(OrgKind.TRADER))
    for attempt in range(sessions.FAILURES_AN_ACCOUNT):
        with pytest.raises(WrongPassword):
            sign_in(world, login, f"wrong {attempt}", f"10.0.0.{attempt}")
    with pytest.raises(TooManyRequests) as refusal:
        sign_in(world, login)
    assert 0 < refusal.value.retry_after <= sessions.WINDOW.total_seconds()
    with clock.shifted(seconds=sessions.WINDOW.total_seconds() + 1):
        assert sign_in(world, login)


def test_an_address_is_throttled_over_all_accounts(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Trying many accounts from one address is slowed; another address is not."""
    monkeypatch.setattr(sessions, "FAILURES_AN_ADDRESS", 3)
    login = world.login_of(world.actor(OrgKind.TRADER))
    for number in range(3):
        with pytest.raises(WrongPassword):
            sign_in(world, f"guess-{number}", "x", "10.9.9.9")
    with pytest.raises(TooManyRequests):
        sign_in(world, login, address="10.9.9.9")
    assert sign_in(world, login, address="10.9.9.8")


def test_a_refused_sign_in_is_in_the_audit_trail(world: World) -> None:
    """Failures are kept although the caller gets an error."""
    with pytest.raises(WrongPassword):
        sign_in(world, "nobody")
    with world.db.read() as session:
        entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "session.refused")).one()
    assert entry.subject == "login:nobody"


def test_sessions_end(world: World) -> None:
    """A session ends with its date and is purged later."""
    login = world.login_of(world.actor(OrgKind.MILL))
    sign_in(world, login)
    with clock.shifted(hours=13), world.db.write() as session:
        sessions.purge(session)
        assert session.scalars(select(BrowserSession)).all() == []


def test_an_invitation_is_good_once(api_as: Api, world: World) -> None:
    """An invited person joins with the roles that he was invited for; the link then is used up."""
    admin = world.actor(OrgKind.PIPE_MAKER)
    made = api_as(admin).post("/invitations", {"roles": ["buyer"]}).get_json()
    token = made["link"].rpartition("/")[2]
    body = {"token": token, "login": "new.buyer", "name": "New Buyer", "password": "long enough 77"}
    stranger = api_as(None)
    assert stranger.post("/invitations/accept", body | {"password": "short"}).get_json()["code"] == "weak_password"
    assert stranger.post("/invitations/accept", body).status_code == 201
    again = stranger.post("/invitations/accept", body | {"login": "another"})
    assert (again.status_code, again.get_json()["code"]) == (404, "invitation_unusable")
    members = api_as(admin).get("/members").get_json()["items"]
    assert [(one["user"]["login"], one["roles"]) for one in members][-1] == ("new.buyer", ["buyer"])
    assert sign_in(world, "new.buyer", "long enough 77")


def test_an_invitation_expires(api_as: Api) -> None:
    """After a week the link is dead."""
    link = api_as(OrgKind.TRADER).post("/invitations", {"roles": ["viewer"]}).get_json()["link"]
    body = {"token": link.rpartition("/")[2], "login": "late.one", "name": "Late", "password": "long enough 77"}
    with clock.shifted(days=8):
        assert api_as(None).post("/invitations/accept", body).status_code == 404


def test_only_an_admin_manages_members(api_as: Api, world: World) -> None:
    """A member without the role is refused; another organisation's administrator finds nobody."""
    admin = world.actor(OrgKind.TRADER)
    viewer = world.actor(OrgKind.TRADER, Role.VIEWER, org=admin)
    member = api_as(admin).get("/members").get_json()["items"][-1]
    path = f"/members/{member['id']}"
    assert api_as(viewer).patch(path, {"active": False}, etag='"1"').status_code == 403
    assert api_as(OrgKind.TRADER).patch(path, {"active": False}, etag='"1"').status_code == 404
    changed = api_as(admin).patch(path, {"roles": ["seller"]}, etag='"1"')
    assert changed.get_json()["roles"] == ["seller"]
    assert api_as(admin).patch(path, {"active": False}, etag=changed.headers["ETag"]).status_code == 200
    assert api_as(admin).get(path).get_json()["active"] is False


def test_a_member_who_is_switched_off_is_out_at_once(api_as: Api, world: World) -> None:
    """His tokens and his password stop working with the change."""
    admin = world.actor(OrgKind.TRADER)
    leaver = world.actor(OrgKind.TRADER, Role.SELLER, org=admin)
    client = api_as(leaver)
    member = api_as(admin).get("/members").get_json()["items"][-1]["id"]
    assert api_as(admin).patch(f"/members/{member}", {"active": False}, etag='"1"').status_code == 200
    assert client.get("/me").status_code == 401
    with pytest.raises(WrongPassword):
        sign_in(world, world.login_of(leaver))


def test_two_admins_cannot_dismiss_each_other(world: World) -> None:
    """However they race, one administrator is left."""
    first = world.actor(OrgKind.MILL)
    second = world.actor(OrgKind.MILL, org=first)

    def dismiss(actor: object, victim: int) -> bool:
        try:
            with world.db.write() as session:
                query = select(Membership).where(Membership.user_id == victim)
                change_member(session, first, session.scalars(query).one(), roles=None, active=False)
        except LastAdmin:
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        done = list(pool.map(dismiss, (first, second), (second.user_id, first.user_id)))
    assert sorted(done) == [False, True]


def test_a_password_change_needs_the_old_one_and_ends_other_sessions(api_as: Api, world: World) -> None:
    """The old password no longer works; weak new ones are refused."""
    actor = world.actor(OrgKind.TRADER)
    login = world.login_of(actor)
    sign_in(world, login)
    client = api_as(actor)
    wrong = client.post("/password", {"old": "wrong", "new": "a better one 99"})
    weak = client.post("/password", {"old": PASSWORD, "new": login})
    assert [wrong.get_json()["code"], weak.get_json()["code"]] == ["old_password_wrong", "weak_password"]
    assert client.post("/password", {"old": PASSWORD, "new": "a better one 99"}).status_code == 200
    with world.db.read() as session:
        assert session.scalars(select(BrowserSession)).all() == []
    with pytest.raises(WrongPassword):
        sign_in(world, login)
    assert sign_in(world, login, "a better one 99")


def test_a_token_gets_no_more_than_its_maker(api_as: Api, world: World) -> None:
    """A narrow token cannot make a wide one; unknown scopes are refused."""
    actor = world.actor(OrgKind.TRADER)
    narrow = api_as(actor, scopes=("accounts:write", "pricing:read"))
    wide = narrow.post("/tokens", {"name": "wide", "scopes": ["*"]})
    unknown = api_as(actor).post("/tokens", {"name": "odd", "scopes": ["moon:read"]})
    fitting = narrow.post("/tokens", {"name": "fits", "scopes": ["accounts:read", "pricing:read"]})
    assert [wide.get_json()["code"], unknown.get_json()["code"]] == ["scope_too_wide", "unknown_scope"]
    assert fitting.status_code == 201


def test_tokens_and_audit_are_ones_own(api_as: Api, world: World) -> None:
    """Nobody sees another's tokens, nor another organisation's acts."""
    mine, other = world.actor(OrgKind.TRADER), world.actor(OrgKind.TRADER)
    client = api_as(mine)
    client.post("/tokens", {"name": "robot", "scopes": ["*"]})
    token = client.get("/tokens").get_json()["items"][0]["id"]
    assert api_as(other).delete(f"/tokens/{token}").status_code == 404
    assert all(one["org_id"] == other.org_id for one in api_as(other).get("/audit").get_json()["items"])
    assert "token.created" in {one["action"] for one in client.get("/audit").get_json()["items"]}


def test_statements_of_a_request(api_as: Api, world: World) -> None:
    """Recognising a caller takes one statement, and a read one more."""
    client = api_as(OrgKind.TRADER)
    client.get("/organisations")
    with sent(world.db) as seen:
        client.get("/organisations")
    assert len(seen) == 2, seen
