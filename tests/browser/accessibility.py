"""axe-core, run in the page, and the two things that it does not measure: width and targets."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

SOURCE = Path(__file__).resolve().parents[2] / "node_modules" / "axe-core" / "axe.min.js"
TAGS = ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]
_SMALL_TARGETS = """(least) => {
  const controls = "button, [role=button], .bar a, .main-nav a, input:not([type=hidden]), select, summary";
  return [...document.querySelectorAll(controls)]
    .filter((element) => element.checkVisibility() && !element.closest(".visually-hidden, .skip"))
    .map((element) => [element, (element.closest("label") ?? element).getBoundingClientRect()])
    .filter(([, box]) => box.width < least || box.height < least)
    .map(([element, box]) => `${element.outerHTML.slice(0, 90)}: ${box.width} × ${box.height}`);
}"""


def few_of_all(pages: Iterable[tuple[str, str, set[str]]]) -> list[tuple[str, str]]:
    """Return a few of the pages, each the kind of people and the path, that hold all parts of all of them."""
    left = list(pages)
    missing = set[str]().union(*(parts for *_, parts in left))
    chosen = []
    while missing:
        kind, path, parts = max(left, key=lambda page: len(page[2] & missing))
        chosen.append((kind, path))
        missing -= parts
    return chosen


def violations(page: Page, *, colours_only: bool = False) -> list[str]:
    """Return what breaks WCAG 2.2 AA on ``page`` as it stands, one line for each element.

    Motion is taken away first: a colour half-way through its change is nobody's design. ``colours_only`` looks a
    second time at a page that has changed its colours alone.
    """
    page.emulate_media(reduced_motion="reduce")
    page.evaluate("Promise.all(document.getAnimations().map((one) => one.finished.catch(() => {})))")
    if not page.evaluate("'axe' in window"):
        page.evaluate(SOURCE.read_text(encoding="utf-8") + "\n;undefined")
    rules = {"type": "rule", "values": ["color-contrast"]} if colours_only else {"type": "tag", "values": TAGS}
    options = json.dumps({"runOnly": rules, "resultTypes": ["violations"]})
    found: list[dict[str, Any]] = page.evaluate(f"axe.run(document, {options}).then((result) => result.violations)")
    return [
        f"{page.url}: {violation['id']}: {node['target']}: {node['failureSummary'].splitlines()[-1].strip()}"
        for violation in found
        for node in violation["nodes"]
    ]


def overflow(page: Page) -> int:
    """Return by how many pixels the page is wider than the window."""
    wide: int = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return wide


def small_targets(page: Page, least: int = 44) -> list[str]:
    """Return the controls that a thumb would miss: narrower or lower than ``least`` pixels."""
    small: list[str] = page.evaluate(_SMALL_TARGETS, least)
    return small
