from functools import cache
from itertools import groupby, product
from operator import itemgetter
from pathlib import Path
from typing import Literal

import polib
import pytest
from playwright.sync_api import Page, ViewportSize
from werkzeug.routing import Map

from steelyard.app import catalogues
from steelyard.core.actors import Actor, OrgKind
from steelyard.core.settings import Settings
from tests.browser.accessibility import few_of_all, overflow, small_targets, violations
from tests.browser.chromium import DESK, PHONE
from tests.browser.conftest import Open
from tests.browser.crawl import pages_from
from tests.browser.live import Site

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


def test_every_page_is_accessible_and_linked(site: Site, open_as: Open, players: dict[OrgKind, Actor]) -> None:
    """WCAG 2.2 AA by axe-core, thumbs hit every control, nothing is wider than the window, all is translated.

    Every page that a link leads any kind of people to is read; of those that are built alike one is looked at. No page
    of the application is left out.
    """
    faults, read = [], []
    for kind, player in players.items():
        for seen in pages_from(site.address, site.cookies(player)):
            untranslated = _english() & seen.texts()
            faults += [f"{seen.path}: not translated: {text}" for text in sorted(untranslated)]
            faults += seen.faults()
            read.append((kind, seen.path, seen.parts()))
    for kind, looks in groupby(sorted(few_of_all(read)), key=itemgetter(0)):
        pages = {locale: open_as(players[kind], locale=locale) for locale in DRESSES}
        for (_, path), (locale, page) in product(looks, pages.items()):
            page.goto(path)
            faults += _faults(page, locale)
    assert faults == []
    assert _endpoints() - UNLINKED - {_endpoint(path) for _, path, _ in read} == set()


def _endpoints() -> set[str]:
    """The endpoints of all pages."""
    rules = (rule for rule in _routes().iter_rules() if rule.endpoint.partition(".")[0].endswith("_pages"))
    return {rule.endpoint for rule in rules if "GET" in (rule.methods or ())}


def _endpoint(path: str) -> str:
    return str(_routes().bind("localhost").match(path)[0])


@cache
def _routes() -> Map:
    from steelyard.app import create_app

    settings = Settings.from_env({"STEELYARD_DATABASE_URL": "sqlite://", "STEELYARD_SECRET_KEY": "x" * 32})
    return create_app(settings).url_map


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
    """It is long: one look must do, and at its first operations, which are built as all are."""
    page = open_as(None, "/api/docs", viewport=PHONE)
    assert overflow(page) == 0
    page.evaluate("document.querySelectorAll('.operation').forEach((one, place) => place < 20 || one.remove())")
    assert violations(page) == []
