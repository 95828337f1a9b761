"""A buyer brings a city sheet from a chat group, sees why two lines are dropped, and finds the prices on the board."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from steelyard.core.actors import Actor, OrgKind
from tests.browser.accessibility import overflow, small_targets, violations
from tests.browser.chromium import DESK, PHONE
from tests.support.price_sheets import HEADER, PASTED, workbook

Open = Callable[..., Page]
VIEWPORTS = pytest.mark.parametrize("viewport", [DESK, PHONE], ids=["desk", "phone"])


def check(page: Page) -> None:
    assert violations(page) == []
    assert small_targets(page) == []
    assert not overflow(page)


def tell(page: Page, provider: str) -> None:
    page.get_by_label("表格来源").fill(provider)
    page.get_by_label("授权依据").fill("群主同意转载")


@VIEWPORTS
def test_pasted_sheet_reaches_the_board(open_as: Open, people: dict[OrgKind, Actor], viewport: dict[str, int]):
    provider = f"示例管坯群{viewport['width']}"
    page = open_as(people[OrgKind.OPERATOR], "/prices/import", viewport=viewport)
    check(page)
    page.get_by_label("粘贴表格").fill(PASTED)
    page.get_by_role("button", name="读取表格").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("列对应与价格条件")
    expect(page.get_by_label("价格日期")).to_have_value("2026-09-09")
    expect(page.get_by_label("计重方式").first).to_have_value("actual")
    check(page)
    tell(page, provider)
    page.get_by_role("button", name="下一步：试导入").click()
    expect(page.get_by_text("是价格区间，不是价格")).to_be_visible()
    expect(page.get_by_text("未报价", exact=True)).to_be_visible()
    expect(page.get_by_text("暂无报价")).to_be_visible()
    expect(page.get_by_text("新序列")).to_have_count(3)
    check(page)
    page.get_by_role("button", name="发布 3 条价格").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("导入结果")
    check(page)
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_have_text("导入结果")
    page.goto(page.url.partition("/prices")[0] + "/prices?q=西王+圆管坯")
    found = page.get_by_role("row").filter(has_text="φ90-130").filter(has_text="3,620")
    expect(found.first).to_be_visible()


def test_a_file_whose_columns_are_unknown_is_mapped_by_hand(
    open_as: Open, people: dict[OrgKind, Actor], tmp_path: Path
):
    path = tmp_path / "管坯.xls"
    rows = [("圆管坯", f"Φ{size}", "20#", "西王", 3600 + size, "", "") for size in (90, 130)]
    path.write_bytes(workbook([("货", "尺寸", "钢", "厂", "元每吨", "涨跌", "备注"), *rows]))
    page = open_as(people[OrgKind.OPERATOR], "/prices/import")
    page.get_by_label("或选择文件").set_input_files(path)
    page.get_by_role("button", name="读取表格").click()
    for number, meaning in ((1, "品名"), (2, "规格"), (3, "材质"), (4, "钢厂或产地"), (5, "价格")):
        page.get_by_label(f"第 {number} 列的含义").select_option(label=meaning)
    tell(page, "示例工作簿")
    page.get_by_label("城市或市场").fill("聊城")
    page.get_by_label("价格日期").fill("2026-09-09")
    page.get_by_label("税").first.select_option("yes")
    page.get_by_label("保存列对应，名称").fill("管坯工作簿")
    page.get_by_role("button", name="下一步：试导入").click()
    expect(page.get_by_role("button", name="发布 2 条价格")).to_be_visible()
    page.goto(page.url.partition("/prices")[0] + "/prices/import")
    page.get_by_label("或选择文件").set_input_files(path)
    page.get_by_role("button", name="读取表格").click()
    expect(page.get_by_text("已套用保存的列对应“管坯工作簿”。")).to_be_visible()
    expect(page.get_by_label("第 5 列的含义")).to_have_value("price")


def test_a_lost_connection_loses_nothing(open_as: Open, people: dict[OrgKind, Actor]):
    page = open_as(people[OrgKind.OPERATOR], "/prices/import")
    address = page.url
    page.get_by_label("粘贴表格").fill("\t".join(HEADER) + "\n圆管坯\tΦ90\t20#\t西王\t3620\t\t")
    page.context.set_offline(True)
    page.get_by_role("button", name="读取表格").click()
    page.context.set_offline(False)
    page.goto(address)
    expect(page.get_by_label("粘贴表格")).to_have_value("\t".join(HEADER) + "\n圆管坯\tΦ90\t20#\t西王\t3620\t\t")
    page.get_by_role("button", name="读取表格").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("列对应与价格条件")
    page.wait_for_load_state()  # the page forgets the text only once it is there
    page.goto(address)
    expect(page.get_by_label("粘贴表格")).to_have_value("")
    expect(page.get_by_role("link", name="粘贴 (")).not_to_have_count(0)
