"""The freight pages in a real browser, on a phone."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from steelyard.core.actors import Actor, OrgKind
from tests.browser.accessibility import overflow, small_targets, violations
from tests.browser.chromium import PHONE
from tests.browser.live import Site
from tests.browser.logistics.market import Papers, stock_market

Open = Callable[..., Page]


@pytest.fixture(scope="module")
def papers(site: Site, people: dict[OrgKind, Actor]) -> Papers:
    """A market with something on every page."""
    return stock_market(site.world, people)


def test_freight_pages_are_fit_for_a_phone(open_as: Open, people: dict[OrgKind, Actor], papers: Papers) -> None:
    """With something on every page: WCAG 2.2 AA by axe-core, targets for thumbs, nothing wider than the window."""
    visits = {
        OrgKind.OPERATOR: ["/freight", f"/freight/rounds/{papers.round_id}"],
        OrgKind.PIPE_MAKER: ["/freight", "/freight/demands/new", f"/freight/loads/{papers.load_id}"],
        OrgKind.CARRIER: ["/freight/supplies/new", f"/freight/loads/{papers.load_id}"],
        OrgKind.WAREHOUSE: ["/waybills", f"/waybills/{papers.waybill_id}"],
    }
    faults = []
    for kind, paths in visits.items():
        page = open_as(people[kind], viewport=PHONE)
        for path in paths:
            page.goto(path)
            faults += [f"{path}: {fault}" for fault in (*violations(page), *small_targets(page))]
            faults += [f"{path}: wider than the window"] if overflow(page) else []
    assert faults == []


def test_shipper_accepts_an_offer_on_a_phone(open_as: Open, people: dict[OrgKind, Actor], papers: Papers) -> None:
    """From the board to the load, with the warning of the long lorry, and one tap on the price."""
    page = open_as(people[OrgKind.PIPE_MAKER], "/freight", viewport=PHONE)
    expect(page.get_by_role("heading", level=1)).to_have_text("货运撮合")
    page.goto(f"/freight/loads/{papers.load_id}")
    expect(page.get_by_text("该车超出 GB 1589 的车长限值")).to_be_visible()
    page.get_by_role("button", name="接受").click()
    expect(page.get_by_text("已接受，等待对方答复")).to_be_visible()
