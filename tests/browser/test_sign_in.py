import pytest
from playwright.sync_api import Page, expect

from steelyard.accounts.operations.sessions import FAILURES_AN_ACCOUNT
from steelyard.core.actors import Actor, OrgKind
from tests.browser.conftest import Open
from tests.browser.live import Site
from tests.support.world import PASSWORD

People = dict[OrgKind, Actor]


def _sign_in(page: Page, login: str, password: str) -> None:
    page.get_by_label("Sign-in name").fill(login)
    page.get_by_label("Password").fill(password)
    page.get_by_role("main").get_by_role("button", name="Sign in").click()


def test_the_right_password_leads_to_where_one_wanted_to_go(open_as: Open, site: Site) -> None:
    """A stranger is asked to sign in and then sees the page that he had asked for."""
    actor = site.world.actor("trader", locale="en")
    page = open_as(None, "/account", locale="en")
    assert page.url.endswith("/sign-in?next=/account")
    _sign_in(page, site.world.login_of(actor), PASSWORD)
    expect(page.get_by_role("heading", level=1)).to_have_text("My account")
    assert page.url.endswith("/account")


def test_a_wrong_password_says_no_more_than_that(open_as: Open, site: Site) -> None:
    """The name stays filled in, the password does not, and nobody learns whether the account exists."""
    actor = site.world.actor("mill")
    page = open_as(None, "/sign-in", locale="en")
    sentences = []
    for login in (site.world.login_of(actor), "nobody-of-this-name"):
        _sign_in(page, login, "something else entirely")
        expect(page.get_by_role("alert")).to_have_text("The account or the password is wrong.")
        expect(page.get_by_label("Sign-in name")).to_have_value(login)
        expect(page.get_by_label("Password")).to_have_value("")
        sentences.append(page.get_by_role("alert").text_content())
    assert sentences[0] == sentences[1]


def test_sign_in_is_throttled(open_as: Open, site: Site) -> None:
    """After five failures even the right password has to wait, and the page says how long."""
    login = site.world.login_of(site.world.actor("carrier"))
    page = open_as(None, "/sign-in", locale="en")
    for _ in range(FAILURES_AN_ACCOUNT):
        _sign_in(page, login, "something else entirely")
    _sign_in(page, login, PASSWORD)
    expect(page.get_by_role("alert")).to_contain_text("Too many requests. Try again in")


def test_sign_in_by_keyboard_alone(open_as: Open, site: Site) -> None:
    """The first stop of the tabulator skips to the content; name, password and Enter sign in."""
    login = site.world.login_of(site.world.actor("warehouse", locale="en"))
    page = open_as(None, "/sign-in", locale="en")
    expect(page.get_by_label("Sign-in name")).to_be_focused()
    page.keyboard.type(login)
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Waiting for you")).to_be_visible()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()


def test_focus_is_visible(open_as: Open, people: People) -> None:
    """Whatever the tabulator reaches shows a ring of at least two pixels."""
    page = open_as(people[OrgKind.OPERATOR], "/account")
    for _ in range(12):
        page.keyboard.press("Tab")
        width = page.evaluate("parseFloat(getComputedStyle(document.activeElement).outlineWidth)")
        style = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        assert (width >= 2, style) == (True, "solid"), page.evaluate("document.activeElement.outerHTML")


def test_sign_out_ends_the_session(open_as: Open, people: People) -> None:
    """After signing out the cookie opens nothing more."""
    page = open_as(people[OrgKind.MILL], "/account", locale="en")
    page.get_by_role("banner").get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")
    page.goto("/account")
    assert "/sign-in" in page.url


def test_a_made_up_password_must_be_changed(open_as: Open, site: Site) -> None:
    """Who was given a password is led to the account page to choose his own."""
    from steelyard.accounts.models import User

    actor = site.world.actor("financier", locale="en")
    with site.world.db.write() as session:
        session.get_one(User, actor.user_id).must_change = True
    page = open_as(None, "/sign-in", locale="en")
    _sign_in(page, site.world.login_of(actor), PASSWORD)
    expect(page.get_by_role("status")).to_contain_text("Choose a password of your own first")
    page.goto("/prices")
    expect(page.get_by_role("heading", level=1)).to_have_text("My account")
    page.get_by_label("Present password").fill(PASSWORD)
    page.get_by_label("New password").fill("another yard of steel")
    page.get_by_role("button", name="Change the password").click()
    expect(page.get_by_role("status")).to_have_text("Your password was changed.")


@pytest.mark.parametrize("target", ["//evil.example", "https://evil.example/", "/\\evil.example"], ids=repr)
def test_sign_in_leads_to_no_other_site(open_as: Open, site: Site, target: str) -> None:
    """The page to go on to is one of ours, whatever the address said."""
    page = open_as(None, f"/sign-in?next={target}", locale="en")
    _sign_in(page, site.world.login_of(site.world.actor("trader")), PASSWORD)
    expect(page.get_by_role("heading", name="Waiting for you")).to_be_visible()
    assert page.url == f"{site.address}/"
