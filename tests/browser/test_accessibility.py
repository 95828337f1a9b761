from functools import cache
from itertools import product
from pathlib import Path
from typing import Literal

import polib
import pytest
from playwright.sync_api import Page, ViewportSize

from steelyard.app import catalogues
from steelyard.core.actors import Actor, OrgKind
from steelyard.core.settings import Settings
from tests.browser.accessibility import Looked, overflow, small_targets, violations
from tests.browser.chromium import DESK, PHONE
from tests.browser.conftest import Open
from tests.browser.crawl import pages_from
from tests.browser.live import Site
from tests.support.databases import once

DRESSES: dict[str, tuple[tuple[ViewportSize, Literal["light", "dark"]], ...]] = {
    "zh": ((PHONE, "light"), (DESK, "dark")),
    "en": ((PHONE, "dark"),),
}
"""Widths and colours in which a page is looked at, in each language."""
UNLINKED = {
    "accounts_pages.sign_in",
    "accounts_pages.invitation",
    "web_pages.docs",
    "pricing_pages.import_trial",
    "inventory_pages.scan_worker",
    "inventory_pages.scan_manifest",
}
"""Pages that no link leads to, but a form or nobody, and the parts of the scan page; tests of their own open them."""


@cache
def _english() -> set[str]:
    """The sentences that must not be seen on a Chinese page."""
    found = set()
    for folder in catalogues():
        path = Path(folder) / "zh" / "LC_MESSAGES" / "messages.po"
        if path.exists():
            found |= {entry.msgid for entry in polib.pofile(str(path)) if entry.msgid != entry.msgstr}
    return found


@pytest.fixture(scope="module")
def looked() -> Looked:
    """What the workers of this run have looked at."""
    with once("looked") as folder:
        folder.mkdir(exist_ok=True)
    return Looked(folder)


def _faults(page: Page, locale: str) -> list[str]:
    """All that is wrong with the page that is open, in the widths and colours of its language.

    Colours and roles are the same in both languages: axe judges them in one, in both colours.
    """
    found = []
    for viewport, colours in DRESSES[locale]:
        page.set_viewport_size(viewport)
        page.emulate_media(color_scheme=colours)
        if locale == "zh":
            found += violations(page, colours_only=colours == "dark")
        found += [f"{page.url}: small: {target}" for target in small_targets(page)]
        if wide := overflow(page):
            found.append(f"{page.url}: {wide} pixels wider than the window")
    if (headings := page.locator("h1").count()) != 1:
        found.append(f"{page.url}: {headings} main headings")
    return found


@pytest.mark.parametrize("kind", list(OrgKind))
def test_every_page_of_a_kind_is_accessible(
    site: Site, open_as: Open, players: dict[OrgKind, Actor], kind: OrgKind, looked: Looked
) -> None:
    """WCAG 2.2 AA by axe-core, thumbs hit every control, nothing is wider than the window, all is translated.

    Every page is read; of those that are built alike one is looked at.
    """
    faults = []
    pages = {locale: open_as(players[kind], locale=locale) for locale in DRESSES}
    for seen in pages_from(site.address, site.cookies(players[kind])):
        untranslated = _english() & seen.texts()
        faults += [f"{seen.path}: not translated: {text}" for text in sorted(untranslated)]
        faults += seen.faults()
        if looked.first_time(seen.parts()):
            for locale, page in pages.items():
                page.goto(seen.path)
                faults += _faults(page, locale)
    assert faults == []


@pytest.mark.parametrize("locale", list(DRESSES))
def test_pages_for_strangers_are_accessible(open_as: Open, locale: str) -> None:
    """Sign-in and an error page, in both languages, widths and themes."""
    page = open_as(None, locale=locale)
    faults = []
    for path in ("/sign-in", "/no-such-page"):
        page.goto(path)
        faults += _faults(page, locale)
    assert faults == []


def test_the_page_about_the_api_is_accessible(open_as: Open) -> None:
    """It is long, so one look must do."""
    page = open_as(None, "/api/docs", viewport=PHONE)
    assert violations(page) == []
    assert overflow(page) == 0


def test_the_demonstration_leads_to_every_page(site: Site, players: dict[OrgKind, Actor]) -> None:
    """No page of the application stays unseen by the walks above: each is linked for somebody."""
    from steelyard.app import create_app

    app = create_app(Settings.from_env({"STEELYARD_DATABASE_URL": "sqlite://", "STEELYARD_SECRET_KEY": "x" * 32}))
    rules = [rule for rule in app.url_map.iter_rules() if rule.endpoint.partition(".")[0].endswith("_pages")]
    wanted = {rule.endpoint for rule in rules if "GET" in (rule.methods or ())}
    adapter = app.url_map.bind("localhost")
    missing = wanted - UNLINKED
    passed_over = set[str]()  # a deep page that one kind has seen is read again only where something is missing
    for seen, kind in product((passed_over, None), OrgKind):
        if missing:
            found = pages_from(site.address, site.cookies(players[kind]), seen=seen)
            missing -= {adapter.match(page.path)[0] for page in found}
    assert missing == set()
