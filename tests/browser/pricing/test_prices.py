"""The price board and a series' chart in a real browser."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from pricing.reference import RECENT, load_fixtures
from steelyard.core.actors import Actor, OrgKind
from tests.browser.accessibility import overflow, small_targets, violations
from tests.browser.chromium import DESK, PHONE
from tests.browser.live import Site

Open = Callable[..., Page]


@pytest.fixture(scope="module", autouse=True)
def prices(site: Site) -> None:
    """The shipped prices; loading them for another test again changes nothing."""
    with site.world.db.write() as session:
        load_fixtures(session, None, RECENT)


@pytest.mark.parametrize("viewport", [DESK, PHONE], ids=["desk", "phone"])
def test_buyer_finds_pipe_on_the_board_and_sees_its_line(
    open_as: Open, people: dict[OrgKind, Actor], viewport: dict[str, int]
):
    page = open_as(people[OrgKind.PIPE_MAKER], "/prices", viewport=viewport)
    expect(page.get_by_role("heading", level=1)).to_have_text("价格行情板")
    page.get_by_role("link", name="无缝钢管（219*6，20#）").last.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("无缝钢管（219*6，20#）")
    chart = page.locator('[data-island="price-chart"]')
    expect(chart.locator("canvas")).to_be_visible()
    expect(chart).to_have_attribute("aria-label", "无缝钢管（219*6，20#）")
    expect(page.get_by_text("推算（由下期涨跌）")).to_have_count(2)
    assert violations(page) == []
    assert small_targets(page) == []
    assert not overflow(page)
