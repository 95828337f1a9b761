from functools import cache
from itertools import product
from pathlib import Path

import polib
import pytest
from playwright.sync_api import Page

from steelyard.app import catalogues
from steelyard.core.actors import Actor, OrgKind
from steelyard.core.settings import Settings
from tests.browser.accessibility import Looked, overflow, small_targets, violations
from tests.browser.chromium import DESK, PHONE
from tests.browser.conftest import Open
from tests.browser.crawl import pages_from
from tests.browser.live import Site

VISITS = [
    pytest.param({"locale": "zh", "viewport": DESK, "color_scheme": "light"}, id="zh-desk-light"),
    pytest.param({"locale": "en", "viewport": PHONE, "color_scheme": "dark"}, id="en-phone-dark"),
]
OTHER_VISITS = [
    pytest.param({"locale": "en", "viewport": DESK, "color_scheme": "dark"}, id="en-desk-dark"),
    pytest.param({"locale": "zh", "viewport": PHONE, "color_scheme": "light"}, id="zh-phone-light"),
]
UNLINKED = {
    "accounts_pages.sign_in",
    "accounts_pages.invitation",
    "web_pages.docs",
    "inventory_pages.scan_worker",
    "inventory_pages.scan_manifest",
}
"""Pages that nobody who is signed in is led to, and the parts of the scan page; tests of their own open them."""
_TEXTS = """() => {
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const texts = [];
  while (walker.nextNode()) {
    const text = walker.currentNode.textContent.trim();
    if (text && !walker.currentNode.parentElement.closest("[lang=en], script, code")) texts.push(text);
  }
  return texts;
}"""


@cache
def _english() -> set[str]:
    """The sentences that must not be seen on a Chinese page."""
    found = set()
    for folder in catalogues():
        path = Path(folder) / "zh" / "LC_MESSAGES" / "messages.po"
        if path.exists():
            found |= {entry.msgid for entry in polib.pofile(str(path)) if entry.msgid != entry.msgstr}
    return found


LOOKED = Looked()


def _faults(page: Page, visit: dict[str, object]) -> list[str]:
    """All that is wrong with the page that is open; axe looks at one page of each structure in each dress."""
    dress = f"{visit['viewport']} {visit['color_scheme']}"
    found = violations(page) if LOOKED.first_time(page, dress) else []
    found += [f"{page.url}: small: {target}" for target in small_targets(page)]
    if wide := overflow(page):
        found.append(f"{page.url}: {wide} pixels wider than the window")
    if (headings := page.locator("h1").count()) != 1:
        found.append(f"{page.url}: {headings} main headings")
    if visit["locale"] == "zh":
        untranslated = _english() & set(page.evaluate(_TEXTS))
        found += [f"{page.url}: not translated: {text}" for text in sorted(untranslated)]
    return found


@pytest.mark.parametrize("visit", VISITS)
@pytest.mark.parametrize("kind", list(OrgKind))
def test_every_page_of_a_kind_is_accessible(
    open_as: Open, players: dict[OrgKind, Actor], kind: OrgKind, visit: dict[str, object]
) -> None:
    """WCAG 2.2 AA by axe-core, thumbs hit every control, nothing is wider than the window, all is translated."""
    page = open_as(players[kind], **visit)
    faults = [fault for _ in pages_from(page) for fault in _faults(page, visit)]
    assert faults == []


@pytest.mark.parametrize("visit", [*VISITS, *OTHER_VISITS])
def test_pages_for_strangers_are_accessible(open_as: Open, visit: dict[str, object]) -> None:
    """Sign-in, the page about the API and an error page, in both languages, widths and themes."""
    page = open_as(None, **visit)
    faults = []
    for path in ("/sign-in", "/api/docs", "/no-such-page"):
        page.goto(path)
        faults += _faults(page, visit)
    assert faults == []


@pytest.mark.parametrize("visit", OTHER_VISITS)
def test_the_operator_pages_in_the_other_themes(
    open_as: Open, players: dict[OrgKind, Actor], visit: dict[str, object]
) -> None:
    """The operator sees most pages; with him each is looked at in both languages, widths and themes."""
    page = open_as(players[OrgKind.OPERATOR], **visit)
    faults = [fault for _ in pages_from(page) for fault in _faults(page, visit)]
    assert faults == []


def test_the_demonstration_leads_to_every_page(site: Site, open_as: Open, players: dict[OrgKind, Actor]) -> None:
    """No page of the application stays unseen by the walks above: each is linked for somebody."""
    from steelyard.app import create_app

    app = create_app(Settings.from_env({"STEELYARD_DATABASE_URL": "sqlite://", "STEELYARD_SECRET_KEY": "x" * 32}))
    rules = [rule for rule in app.url_map.iter_rules() if rule.endpoint.partition(".")[0].endswith("_pages")]
    wanted = {rule.endpoint for rule in rules if "GET" in (rule.methods or ())}
    adapter = app.url_map.bind("localhost")
    missing = wanted - UNLINKED
    passed_over = set[str]()  # a deep page that one kind has seen is opened again only where something is missing
    for seen, kind in product((passed_over, None), OrgKind):
        if missing:
            missing -= {adapter.match(path)[0] for path in pages_from(open_as(players[kind]), seen=seen)}
    assert missing == set()
