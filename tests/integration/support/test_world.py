"""The factories that all tests lean on."""

from collections.abc import Callable
from datetime import timedelta

from steelyard.core.actors import OrgKind, Role
from tests.support.clients import ApiClient, Browser, find_form
from tests.support.world import World


def test_an_actor_is_who_the_test_asked_for(world: World) -> None:
    """Kind, roles and organisation stand in the tables as in the object."""
    org = world.org("mill", name="山东钢厂")
    seller = world.actor("mill", "seller", org=org)
    assert (seller.org_id, seller.org_kind, seller.org_name) == (org.id, OrgKind.MILL, "山东钢厂")
    assert seller.roles == {Role.SELLER}


def test_two_actors_without_a_named_organisation_are_of_two(world: World) -> None:
    """So that a test of who sees what begins with strangers."""
    assert world.actor("trader").org_id != world.actor("trader").org_id


def test_a_token_opens_the_api_and_none_does_not(world: World, api_as: Callable[..., ApiClient]) -> None:
    """The feed of changes is open to everybody with a valid token."""
    actor = world.actor("carrier")
    assert api_as(actor).get("/events").status_code == 200
    assert api_as(None).get("/events").status_code == 401


def test_an_expired_token_is_refused(world: World, api_as: Callable[..., ApiClient]) -> None:
    """A negative lifetime makes one."""
    token = world.token(world.actor("carrier"), lifetime=timedelta(seconds=-1))
    stranger = api_as(None)
    assert stranger.call("GET", "/events", headers={"Authorization": f"Bearer {token}"}).status_code == 401


def test_a_browser_is_signed_in(browse_as: Callable[..., Browser]) -> None:
    """The home page is shown instead of the way to the sign-in."""
    assert browse_as("warehouse", "keeper").get("/").status_code == 200
    assert browse_as(None).get("/").status_code in {302, 303}


def test_a_form_is_found_by_where_it_goes() -> None:
    """Hidden and preset fields are what a browser would send; unchecked boxes are not."""
    form = find_form(
        '<form method="get"></form><form method="post" action="/a"></form><form method="post" action="/b">'
        '<input type="hidden" name="once_key" value="k"><input type="checkbox" name="no" value="1">'
        '<select name="kind"><option value="x">X</option><option value="y" selected>Y</option></select></form>',
        "/b",
    )
    assert (form.action, form.fields) == ("/b", {"once_key": "k", "kind": "y"})
