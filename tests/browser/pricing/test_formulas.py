"""Formula prices in a real browser: written, kept, priced, replayed; on the desk and on the phone."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from pricing.operations.ingestion import ingest
from pricing.reference import FIXTURES, content_of
from steelyard.core.actors import Actor, OrgKind
from tests.browser.accessibility import overflow, small_targets, violations
from tests.browser.chromium import DESK, PHONE
from tests.browser.live import Site

Open = Callable[..., Page]


@pytest.fixture(scope="module", autouse=True)
def coil(site: Site) -> None:
    """The shipped settlements of hot-rolled coil; taking them in again changes nothing."""
    shipped = next(one for one in FIXTURES if "continuous_hc" in one.file)
    with site.world.db.write() as session:
        content = content_of(shipped)
        ingest(session, None, source=shipped.source, url=shipped.url, fetched_at=shipped.fetched_at, content=content)


def sound(page: Page) -> bool:
    assert violations(page) == []
    assert small_targets(page) == []
    return not overflow(page)


@pytest.mark.parametrize("viewport", [DESK, PHONE], ids=["desk", "phone"])
def test_a_buyer_prices_a_contract_by_december_2023_plus_60_and_replays_it(
    open_as: Open, people: dict[OrgKind, Actor], viewport: dict[str, int]
):
    page = open_as(people[OrgKind.PIPE_MAKER], "/prices/formulas", viewport=viewport)
    page.get_by_label("公式", exact=True).fill("月均(continuous.recorded:hc0:settle，2023-12) ＋ 60")
    page.get_by_role("button", name="计算").click()
    expect(page.get_by_text("4,135.81 元/吨")).to_be_visible()
    expect(page.get_by_text("85592 / 21")).to_be_visible()
    assert sound(page)
    page.get_by_label("名称", exact=True).fill("热卷月均价")
    page.get_by_role("button", name="保存合同").click()
    page.get_by_role("button", name="计价并保存").click()
    page.get_by_role("link", name="重算核对").click()
    expect(page.get_by_text("完全一致")).to_be_visible()
    assert sound(page)
