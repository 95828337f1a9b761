"""A buyer's day with prices in a real browser: find one, compare it, be told of the next release, bring a sheet from a
chat group, price a contract; and an auditor who replays that price after a revision came in.
"""

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
from tests.browser.chromium import PHONE, Witness
from tests.browser.live import Site, served
from tests.support.price_documents import CONTINUOUS_HC, NBS_PAGE, SHFE_FILE, TRANSCRIPT, shipped
from tests.support.price_sheets import PASTED
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
        _settlements(db, 2)
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


def _settlements(db: Database, minute: int, *, revised: bool = False) -> None:
    """Take in the recorded settlements of hot-rolled coil of December 2023, or a revision of one of them."""
    head, *lines = shipped(CONTINUOUS_HC).splitlines(keepends=True)
    december = head + b"".join(line for line in lines if b"2023-12-" in line)
    content = december.replace(b"4033.000000,539726,899292,4047.000000", b"4033.000000,539726,899292,4057.000000")
    assert content != december
    moment = datetime(2026, 11, 22, 16, minute, tzinfo=UTC)
    with db.write() as session:
        ingest(
            session, None, source="continuous.recorded", url="https://example.org/HC.csv", fetched_at=moment,
            content=content if revised else december,
        )  # fmt: skip


def _sound(page: Page) -> bool:
    return violations(page) == [] and small_targets(page) == [] and not overflow(page)


def _find(page: Page, typed: str) -> None:
    page.goto("/prices")
    page.get_by_label("品名、规格、合约").fill(typed)
    page.get_by_role("button", name="查看").click()


def test_a_buyer_is_told_of_the_next_release_on_a_phone(
    market: Site, browser: Browser, request: pytest.FixtureRequest
) -> None:
    """He finds 无缝钢管 219*6 20#, compares it with rebar futures, and the next recorded release rings.

    He brings a sheet with two bad lines and sees why they are dropped, and prices a contract by a month's average
    + 60 with every day of it. After a revision the auditor replays that price as it was signed.
    """
    witness = Witness(market.host)
    buyer: Actor = market.world.actor("operator", "buyer", name="李采购")
    auditor: Actor = market.world.actor("operator", "auditor", org=buyer, name="郑审计")
    context = market.context(browser, witness, buyer, viewport=PHONE)
    request.addfinalizer(context.close)
    page = context.new_page()

    _find(page, "无缝钢管 φ219×6 20＃")
    row = page.get_by_role("row", name="无缝钢管（219*6，20#）")
    for words in ("4,010.5", "▼ −12.2", "2026-08 中旬", "原始文件"):
        expect(row).to_contain_text(words)
    assert _sound(page)
    row.get_by_role("button", name="自选 无缝钢管（219*6，20#）").click()
    expect(page.get_by_role("heading", name="我的自选")).to_be_visible()

    _compare(page)
    page.get_by_role("region", name="数据").get_by_role("link", name="无缝钢管（219*6，20#）").click()
    page.get_by_label("阈值").fill("4,011")
    page.get_by_role("button", name="设置预警").click()
    expect(page.get_by_text("生效中")).to_be_visible()
    page.goto("/prices/inbox")
    expect(page.get_by_text("暂无消息")).to_be_visible()

    _load(market.world.db, "nbs.ten_day.transcript", TRANSCRIPT, minute=3)
    page.goto("/")
    expect(page.get_by_role("navigation").get_by_role("link", name="消息 1 条未读")).to_be_visible()
    assert _sound(page)
    page.get_by_role("link", name="1 条未读价格消息").click()
    expect(page.get_by_text("无缝钢管（219*6，20#） 报 4,011.9 元/吨，已达到或高于 4,011。")).to_be_visible()
    assert _sound(page)
    page.get_by_role("link", name="查看价格").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("无缝钢管（219*6，20#）")
    expect(page.get_by_role("row", name="2026-08 下旬")).to_contain_text("▲ +1.4")
    page.get_by_role("link", name="折算为元/吨").click()
    expect(page.get_by_role("row", name="2026-08 下旬")).to_contain_text("4,011.90")
    assert _sound(page)

    _bring_a_sheet(page)
    address = _price_a_contract(page)
    _settlements(market.world.db, 4, revised=True)
    other = market.context(browser, witness, auditor, viewport=PHONE)
    request.addfinalizer(other.close)
    _replay(other.new_page(), address)
    page.goto(address)
    page.locator(".page-head").get_by_role("link").click()
    page.get_by_role("button", name="计价并保存").click()
    expect(page.get_by_text("4,136.29 元/吨").first).to_be_visible()
    assert (witness.strangers, witness.errors) == ([], [])


def _compare(page: Page) -> None:
    """The pipe beside a futures contract of rebar."""
    page.get_by_label("对比 无缝钢管（219*6，20#）").check()
    page.get_by_role("button", name="对比所选价格").click()
    page.get_by_label("螺纹钢 rb2610").check()
    page.get_by_role("button", name="对比", exact=True).click()
    expect(page.locator('[data-island="price-chart"] canvas')).to_be_visible()
    figures = page.get_by_role("region", name="数据")
    expect(figures).to_contain_text("4,010.5")
    expect(figures).to_contain_text("3,100")
    assert _sound(page)


def _bring_a_sheet(page: Page) -> None:
    """Five lines of billet, two of which say no price."""
    page.goto("/prices/import")
    page.get_by_label("粘贴表格").fill(PASTED)
    page.get_by_role("button", name="读取表格").click()
    page.get_by_label("表格来源").fill("聊城管坯群")
    page.get_by_label("授权依据").fill("群主同意转载")
    page.get_by_role("button", name="下一步：试导入").click()
    dropped = page.locator("article").filter(has_text="不予保留的行")
    expect(dropped.locator("tbody tr")).to_have_count(2)
    expect(dropped).to_contain_text("是价格区间，不是价格")
    expect(dropped).to_contain_text("未报价")
    assert _sound(page)
    page.get_by_role("button", name="发布 3 条价格").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("导入结果")
    _find(page, "西王 圆管坯")
    expect(page.get_by_role("row").filter(has_text="3,620").first).to_be_visible()


def _price_a_contract(page: Page) -> str:
    """The month's average + 60, kept; returns the address of the price."""
    page.goto("/prices/formulas")
    page.get_by_label("公式", exact=True).fill("月均(continuous.recorded:hc0:settle，2023-12) ＋ 60")
    page.get_by_role("button", name="计算").click()
    expect(page.get_by_text("4,135.81 元/吨")).to_be_visible()
    page.get_by_label("名称", exact=True).fill("热卷月均价")
    page.get_by_role("button", name="保存合同").click()
    page.get_by_role("button", name="计价并保存").click()
    expect(page.get_by_text("4,135.81 元/吨").first).to_be_visible()
    days = page.get_by_role("row").filter(has=page.get_by_role("link", name="原始文件"))
    expect(days).to_have_count(21)
    expect(days.first).to_contain_text("4020")
    expect(days.last).to_contain_text("4110")
    assert _sound(page)
    return page.url


def _replay(page: Page, address: str) -> None:
    """As of the signing the price is the same to the last figure, though a day has another figure now."""
    page.goto(address)
    page.get_by_role("link", name="重算核对").click()
    expect(page.get_by_text("完全一致")).to_be_visible()
    expect(page.get_by_text("4,135.81 元/吨").first).to_be_visible()
    page.get_by_role("row").filter(has_text="2023-12-15").get_by_role("link", name="原始文件").click()
    expect(page.get_by_text("HC.csv").first).to_be_visible()
    assert _sound(page)
