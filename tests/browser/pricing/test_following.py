"""A buyer's day with prices: find one, compare it, be told of the next release, in a real browser."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from pricing.alert_subscribers import SUBSCRIBERS
from pricing.operations.ingestion import ingest
from steelyard.core.actors import Actor
from steelyard.core.database import Database
from steelyard.jobs.pump import deliver
from steelyard.migrations import run
from tests.browser.accessibility import overflow, small_targets, violations
from tests.browser.chromium import DESK, PHONE, Witness
from tests.browser.live import Site, served
from tests.support.price_documents import NBS_PAGE, SHFE_FILE, TRANSCRIPT, shipped
from tests.support.world import World

ADDRESS = "https://www.stats.gov.cn/sj/zxfb/202608/t20260821_1965093.html"


@pytest.fixture
def market(tmp_path: Path) -> Iterator[Site]:
    """An installation that knows the recorded release of the second ten days of August and a day of futures."""
    db = Database(f"sqlite:///{tmp_path / 'steelyard.db'}")
    try:
        run.upgrade(db)
        _load(db, "nbs.ten_day", NBS_PAGE, minute=0)
        _load(db, "shfe.daily", SHFE_FILE, minute=1)
        with served(World(db), tmp_path) as site:
            yield site
    finally:
        db.close()


def _load(db: Database, source: str, file: str, *, minute: int) -> None:
    """Take a recorded document in and let those hear of it who follow."""
    moment = datetime(2026, 11, 22, 16, minute, tzinfo=UTC)
    with db.write() as session:
        ingest(session, None, source=source, url=ADDRESS, fetched_at=moment, content=shipped(file))
    deliver(db, SUBSCRIBERS[0])


def _sound(page: Page) -> bool:
    return violations(page) == [] and small_targets(page) == [] and not overflow(page)


def _find(page: Page, typed: str) -> None:
    page.goto("/prices")
    page.get_by_label("品名、规格、合约").fill(typed)
    page.get_by_role("button", name="查看").click()


@pytest.mark.parametrize("viewport", [DESK, PHONE], ids=["desk", "phone"])
def test_a_buyer_is_told_of_the_next_release(
    market: Site, browser: Browser, viewport: dict[str, int], request: pytest.FixtureRequest
) -> None:
    """He finds 无缝钢管 219*6 20#, compares it with rebar futures, and the next recorded release rings."""
    witness = Witness(market.host)
    buyer: Actor = market.world.actor("pipe_maker", "buyer", name="李采购")
    context = market.context(browser, witness, buyer, viewport=viewport)
    request.addfinalizer(context.close)
    page = context.new_page()

    _find(page, "无缝钢管 φ219×6 20＃")
    row = page.get_by_role("row", name="无缝钢管（219*6，20#）")
    for words in ("4,010.5", "▼ −12.2", "2026-08 中旬", "原始文件"):
        expect(row).to_contain_text(words)
    assert _sound(page)
    row.get_by_role("button", name="自选 无缝钢管（219*6，20#）").click()
    expect(page.get_by_role("heading", name="我的自选")).to_be_visible()

    page.get_by_label("对比 无缝钢管（219*6，20#）").check()
    page.get_by_role("button", name="对比所选价格").click()
    page.get_by_label("螺纹钢 rb2610").check()
    page.get_by_role("button", name="对比", exact=True).click()
    expect(page.locator('[data-island="price-chart"] canvas')).to_be_visible()
    figures = page.get_by_role("region", name="数据")
    expect(figures).to_contain_text("4,010.5")
    expect(figures).to_contain_text("3,100")
    assert _sound(page)

    figures.get_by_role("link", name="无缝钢管（219*6，20#）").click()
    page.get_by_label("阈值").fill("4,011")
    page.get_by_role("button", name="设置预警").click()
    expect(page.get_by_text("生效中")).to_be_visible()
    page.goto("/prices/inbox")
    expect(page.get_by_text("暂无消息")).to_be_visible()

    _load(market.world.db, "nbs.ten_day.transcript", TRANSCRIPT, minute=2)
    page.goto("/")
    page.get_by_role("link", name="1 条未读价格消息").click()
    expect(page.get_by_text("无缝钢管（219*6，20#） 报 4,011.9 元/吨，已达到或高于 4,011。")).to_be_visible()
    assert _sound(page)
    page.get_by_role("link", name="查看价格").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("无缝钢管（219*6，20#）")
    expect(page.get_by_role("row", name="2026-08 下旬")).to_contain_text("▲ +1.4")
    assert (witness.strangers, witness.errors) == ([], [])
