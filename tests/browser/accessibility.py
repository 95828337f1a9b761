"""axe-core, run in the page, and the two things that it does not measure: width and targets."""

import json
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


_STRUCTURE = """() => {
  const attributes = ["id", "class", "role", "type", "lang", "scope", "tabindex", "disabled", "href"];
  const shape = (element) => {
    const own = [...element.attributes]
      .filter(({ name }) => attributes.includes(name) || name.startsWith("aria-"))
      .map(({ name, value }) => (name === "class" ? name + value : name));
    const children = [...element.children].map(shape).filter((one, place, all) => one !== all[place - 1]);
    return `${element.tagName}[${own}](${children})`;
  };
  return shape(document.documentElement);
}"""
"""A page's elements with what axe judges them by, without their words; rows that are alike count once."""


class Looked:
    """Which structures were looked at before, in which colours and at which width: the same need no second look."""

    def __init__(self) -> None:
        self._seen: set[tuple[str, str]] = set()

    def first_time(self, page: Page, dress: str) -> bool:
        """Whether a page of this structure is seen in this dress for the first time."""
        key = (dress, page.evaluate(_STRUCTURE))
        new = key not in self._seen
        self._seen.add(key)
        return new


def violations(page: Page) -> list[str]:
    """Return what breaks WCAG 2.2 AA on ``page`` as it stands, one line for each element.

    Motion is taken away first: a colour half-way through its change is nobody's design.
    """
    page.emulate_media(reduced_motion="reduce")
    page.evaluate("Promise.all(document.getAnimations().map((one) => one.finished.catch(() => {})))")
    page.evaluate(SOURCE.read_text(encoding="utf-8") + "\n;undefined")
    options = json.dumps({"runOnly": {"type": "tag", "values": TAGS}, "resultTypes": ["violations"]})
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
