import re
from pathlib import Path

import pytest
import requests
from lxml import html
from playwright.sync_api import expect

from steelyard.accounts.models import User
from steelyard.core.actors import Actor, OrgKind
from tests.browser import chromium
from tests.browser.chromium import PHONE
from tests.browser.conftest import PEOPLE, Open
from tests.browser.live import Site

People = dict[OrgKind, Actor]
KIND_NAMES = {
    OrgKind.OPERATOR: "平台运营方",
    OrgKind.PIPE_MAKER: "钢管企业",
    OrgKind.TRADER: "贸易商",
    OrgKind.MILL: "钢厂",
    OrgKind.CARRIER: "承运人",
    OrgKind.WAREHOUSE: "仓储方",
    OrgKind.FINANCIER: "资金方",
}


@pytest.mark.parametrize("kind", list(OrgKind))
def test_each_kind_has_its_home(open_as: Open, site: Site, people: People, kind: OrgKind) -> None:
    """The home names the organisation and its kind, says what waits, and every entry of the navigation opens."""
    page = open_as(people[kind])
    expect(page.get_by_role("heading", level=1)).to_have_text(PEOPLE[kind][0])
    expect(page.get_by_role("main").get_by_text(KIND_NAMES[kind], exact=True)).to_be_visible()
    expect(page.get_by_role("heading", name="待办事项")).to_be_visible()
    links = page.get_by_role("navigation", name="主导航").get_by_role("link")
    paths = [link.get_attribute("href") or "" for link in links.all()]
    assert paths[0] == "/"
    for path in paths:
        answer = requests.get(site.address + path, cookies=site.cookies(people[kind]), timeout=30)
        assert answer.status_code == 200
        current = html.document_fromstring(answer.content).xpath(
            "//*[@class='main-nav']//*[@aria-current='page']/@href"
        )
        assert current == [path]


@pytest.mark.parametrize(
    ("kind", "sentence"),
    [
        pytest.param(OrgKind.MILL, "批货物待交付", id="mill"),
        pytest.param(OrgKind.PIPE_MAKER, "批货物待到货", id="pipe_maker"),
        pytest.param(OrgKind.CARRIER, "张运单待承运", id="carrier"),
    ],
)
def test_what_the_demonstration_left_to_do_waits_on_the_homes(
    open_as: Open, players: People, kind: OrgKind, sentence: str
) -> None:
    """A mill owes its deliveries, a pipe maker awaits them, a carrier has waybills to drive; each leads there."""
    page = open_as(players[kind])
    page.get_by_role("main").get_by_role("link", name=sentence).click()
    expect(page.locator("main table tbody tr").first).to_be_visible()


def test_the_language_is_switched_and_remembered(open_as: Open, site: Site) -> None:
    """The switch keeps the page, changes the language that the document declares, and is kept in the profile."""
    actor = site.world.actor("trader")
    page = open_as(actor, "/account")
    expect(page.locator("html")).to_have_attribute("lang", "zh-CN")
    expect(page.get_by_role("heading", level=1)).to_have_text("我的账户")
    page.get_by_role("button", name="English").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("My account")
    expect(page.locator("html")).to_have_attribute("lang", "en")
    assert page.url == f"{site.address}/account"
    page.goto("/")
    expect(page.get_by_role("button", name="中文")).to_have_attribute("lang", "zh-CN")
    with site.world.db.read() as session:
        assert session.get_one(User, actor.user_id).locale == "en"


def test_a_stranger_switches_the_language_too(open_as: Open) -> None:
    """Before anybody is signed in the browser remembers the language."""
    page = open_as(None, "/sign-in?next=/account")
    page.get_by_role("button", name="English").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")
    assert page.url.endswith("/sign-in?next=/account")


@pytest.mark.parametrize(
    ("path", "status", "heading"),
    [
        pytest.param("/no-such-page", 404, "未找到", id="unknown"),
        pytest.param("/organisation", 403, "无权操作", id="forbidden"),
        pytest.param("/organisation/members/999999999", 403, "无权操作", id="forbidden-document"),
        pytest.param("/invitation/not-a-token", 404, "未找到", id="invitation"),
        pytest.param("/sign-out", 405, "此处不可操作", id="method"),
    ],
)
def test_an_error_page_says_what_to_do(open_as: Open, site: Site, path: str, status: int, heading: str) -> None:
    """The right status, a heading, a way home, and the number by which the log knows the request."""
    page = open_as(site.world.actor("mill", "viewer"))
    answer = page.goto(path)
    assert answer is not None
    assert answer.status == status
    expect(page.get_by_role("heading", level=1)).to_have_text(heading)
    expect(page.get_by_role("link", name="返回首页")).to_be_visible()
    assert page.locator("main code").text_content() == answer.header_value("x-request-id")


def test_a_form_without_its_token_is_refused(open_as: Open, site: Site) -> None:
    """What another site makes a browser send changes nothing, and the person is told to load the page again."""
    actor = site.world.actor("trader")
    page = open_as(actor, "/account", locale="en")
    page.evaluate("document.querySelectorAll('[name=csrf_token]').forEach((field) => field.remove())")
    page.get_by_label("What it is for").fill("a program")
    page.get_by_label("pricing:read").check()
    with page.expect_response("**/account/tokens") as answer:
        page.get_by_role("button", name="Create the token").click()
    assert answer.value.status == 403
    expect(page.get_by_role("main")).to_contain_text("Load the page again and repeat.")
    page.goto("/account")
    expect(page.get_by_text("No token yet.")).to_be_visible()


def test_a_token_is_shown_once_and_revoked(open_as: Open, site: Site) -> None:
    """The token's text stands on the page after its creation and never again; revoking asks first."""
    page = open_as(site.world.actor("pipe_maker"), "/account", locale="en")
    page.get_by_label("What it is for").fill("weighbridge")
    page.get_by_label("inventory:write").check()
    page.get_by_role("button", name="Create the token").click()
    assert re.fullmatch(r"sy_[\w-]{43}", page.locator(".secret").inner_text())
    page.reload()
    expect(page.locator(".secret")).to_have_count(0)
    questions: list[str] = []
    page.on("dialog", lambda dialog: (questions.append(dialog.message), dialog.accept()))
    page.get_by_role("button", name="Revoke weighbridge").click()
    expect(page.get_by_role("status")).to_have_text("The token was revoked.")
    assert questions == ["Revoke this token? Programs that use it lose their access at once."]
    expect(page.get_by_text("No token yet.")).to_be_visible()


def test_a_refused_form_keeps_what_was_typed(open_as: Open, site: Site) -> None:
    """A token without a scope is refused on the same page, with its name still there."""
    page = open_as(site.world.actor("pipe_maker"), "/account", locale="en")
    page.get_by_label("What it is for").fill("weighbridge")
    page.get_by_role("button", name="Create the token").click()
    expect(page.get_by_role("alert")).to_contain_text("Some fields are not valid.")
    expect(page.get_by_label("What it is for")).to_have_value("weighbridge")


def test_an_invited_colleague_joins(open_as: Open, site: Site) -> None:
    """From the administrator's link to the new member's first home, on a phone; the link works once."""
    page = open_as(site.world.actor("warehouse"), "/organisation", locale="en")
    page.get_by_label("Store keeper").check()
    page.get_by_role("button", name="Create an invitation link").click()
    link = page.locator(".secret").inner_text()
    guest = open_as(None, link.removeprefix(site.address), locale="en", viewport=PHONE)
    guest.get_by_label("Your name").fill("钱仓管")
    guest.get_by_label("Sign-in name").fill("qian.keeper")
    guest.get_by_label("Password").fill("nine bundles a day")
    guest.get_by_role("button", name="Accept the invitation").click()
    guest.get_by_label("Sign-in name").fill("qian.keeper")
    guest.get_by_label("Password").fill("nine bundles a day")
    guest.get_by_role("main").get_by_role("button", name="Sign in").click()
    expect(guest.get_by_role("heading", name="Waiting for you")).to_be_visible()
    again = open_as(None, link.removeprefix(site.address), locale="en")
    expect(again.get_by_role("heading", level=1)).to_have_text("Not found")


def test_an_administrator_changes_and_deactivates_a_member(open_as: Open, site: Site) -> None:
    """Roles are saved, a deactivated member's session ends, and the last administrator cannot leave."""
    admin = site.world.actor("mill", name="Admin Sun")
    seller = site.world.actor("mill", "viewer", org=admin, name="Seller Li")
    seen = open_as(seller, "/account", locale="en")
    page = open_as(admin, "/organisation", locale="en")
    page.get_by_role("link", name="Edit Seller Li").click()
    page.get_by_label("Seller", exact=True).check()
    page.get_by_label("Active").uncheck()
    page.get_by_role("button", name="Save").click()
    row = page.get_by_role("row", name="Seller Li")
    expect(row).to_contain_text("Deactivated")
    expect(row).to_contain_text("Viewer")
    seen.goto("/account")
    assert "/sign-in" in seen.url
    page.get_by_role("link", name="Edit Admin Sun").click()
    page.get_by_label("Administrator").uncheck()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert")).to_contain_text("the organisation's last administrator")


def test_the_api_page_describes_every_operation(open_as: Open, site: Site) -> None:
    """Each path of the OpenAPI document is on the page, and the type of a problem leads to its line."""
    page = open_as(None, "/api/docs", locale="en")
    document = page.request.get("/api/v1/openapi.json").json()
    shown = set(page.locator(".operation summary code").all_text_contents())
    assert shown == set(document["paths"])
    page.locator("summary", has_text="/api/v1/organisations/{org_id}").first.click()
    page.get_by_role("link", name="OrganisationOut").first.click()
    expect(page.locator("details:target")).to_have_attribute("open", "")
    problem = page.request.get("/api/v1/me").json()
    page.goto(problem["type"])
    expect(page.locator("tr:target")).to_contain_text("Sign in first")


def test_without_chromium_one_sentence_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A machine without a browser fails these tests with the command that installs one."""
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(RuntimeError, match="apt-get install chromium"):
        chromium.find()
