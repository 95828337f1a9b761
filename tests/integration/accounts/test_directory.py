"""The operator takes organisations in by a page; auditors read who did what."""

import re
from collections.abc import Callable
from http import HTTPStatus

import pytest

from steelyard.accounts.operations import invitations, passwords
from steelyard.core.actors import OrgKind, Role
from tests.support.clients import ApiClient, Browser
from tests.support.world import PASSWORD, World

Browse = Callable[..., Browser]
Api = Callable[..., ApiClient]
LINK = re.compile(r"/invitation/[A-Za-z0-9_-]+")


def test_an_organisation_is_taken_in_and_its_first_administrator_joins(
    browse_as: Browse, world: World, api_as: Api
) -> None:
    """The link is shown once; whoever follows it administers the new organisation, and no other."""
    operator = browse_as(world.actor(OrgKind.OPERATOR))
    shown = operator.submit("/organisations", "/organisations", kind="pipe_maker", name="鲁西新管业").text
    assert "鲁西新管业" in shown
    link = LINK.findall(shown)[0]
    assert LINK.findall(operator.get("/organisations").text) == []
    joined = browse_as(None).submit(link, login="new.admin", name="New Admin", password="long enough 77")
    assert joined.status_code == HTTPStatus.OK
    found = api_as(OrgKind.TRADER).get("/organisations?kind=pipe_maker").get_json()["items"]
    assert "鲁西新管业" in [one["name"] for one in found]


def test_a_lost_link_is_made_again_and_an_organisation_is_switched_off(browse_as: Browse, world: World) -> None:
    """A second person does not overwrite what a first one changed meanwhile."""
    member = world.actor(OrgKind.MILL)
    operator = browse_as(world.actor(OrgKind.OPERATOR))
    again = operator.submit("/organisations", f"/organisations/{member.org_id}/invitation").text
    assert LINK.findall(again)
    active = f"/organisations/{member.org_id}/active"
    assert "已停用" in operator.submit("/organisations", active).text
    stale = operator.submit("/organisations", active, version="1", active="on").text
    assert "已停用" in stale
    assert "已停用" not in operator.submit("/organisations", active).text


def test_pages_are_turned_and_narrowed(browse_as: Browse, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Names are found by a piece, taken literally; the next page goes on where the one before ended."""
    monkeypatch.setattr("steelyard.accounts.pages.directory.ON_A_PAGE", 2)
    operator = browse_as(world.actor(OrgKind.OPERATOR))
    for number in range(5):
        world.org(OrgKind.TRADER, f"管业 100%_{number}")
    first = operator.get("/organisations?q=100%25_").text
    seen = re.findall(r"100%_(\d)</th>", first)
    after = re.findall(r"after=(\d+)", first)[0]
    seen += re.findall(r"100%_(\d)</th>", operator.get(f"/organisations?q=100%25_&after={after}").text)
    assert seen == ["0", "1", "2", "3"]
    assert "没有名称相符的单位" in operator.get("/organisations?q=nobody").text
    assert operator.get("/organisations?after=x").status_code == HTTPStatus.BAD_REQUEST


def test_auditors_read_their_own_trail_and_the_operators_all(browse_as: Browse, world: World) -> None:
    """Another organisation's acts are not shown; the operator's auditor sees both and the system's."""
    maker, trader = world.actor(OrgKind.PIPE_MAKER, Role.AUDITOR), world.actor(OrgKind.TRADER, Role.AUDITOR)
    with world.db.write() as session:
        for actor in (maker, trader):
            invitations.invite(session, actor, roles=[Role.VIEWER])
    own = browse_as(maker).get("/audit?q=invitation").text
    assert own.count("<code>invitation.made</code>") == 1
    everything = browse_as(world.actor(OrgKind.OPERATOR, Role.AUDITOR)).get("/audit?q=invitation").text
    assert everything.count("<code>invitation.made</code>") == 2
    assert "没有找到记录" in browse_as(maker).get("/audit?q=no.such.action").text


def test_a_password_changed_meanwhile_is_not_changed_by_the_old_one(world: World) -> None:
    """What the slow hash found out before the transaction holds only for the password that it saw."""
    actor = world.actor(OrgKind.TRADER)
    with world.db.read() as session:
        worked = passwords.work_out(session, actor, old=PASSWORD, new="another long one 1")
    with world.db.write() as session:
        passwords.reset(session, world.login_of(actor), "set by the command 2")
    with world.db.write() as session, pytest.raises(passwords.OldPasswordWrong):
        passwords.change(session, actor, worked, new="another long one 1")


def test_a_stranger_cannot_make_the_server_hash(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only a good invitation is worth the slow work."""
    monkeypatch.setattr(invitations, "hash_password", lambda password: pytest.fail("hashed"))
    with world.db.read() as session:
        assert invitations.work_out(session, token="sy_none", password="long enough 77") is None
