"""The pages of formula prices: writing one, keeping it, pricing it, replaying it."""

import re
from collections.abc import Callable
from datetime import date

import pytest
from werkzeug.test import TestResponse

from steelyard.core.database import Database
from tests.support.clients import Browser
from tests.support.formula_prices import HC, settle

pytestmark = pytest.mark.either_database

Browse = Callable[..., Browser]
TEXT = f"均价({HC}，2026-09-07至2026-09-09) + 60"


def words(response: TestResponse) -> str:
    assert response.status_code == 200, response.text
    return " ".join(re.sub(r"<[^>]+>", " ", response.text).split())


@pytest.fixture
def loaded(db: Database) -> Database:
    settle(db, {date(2026, 9, 7): 3111, date(2026, 9, 8): 3120, date(2026, 9, 9): 3127})
    return db


def test_a_person_writes_keeps_prices_and_replays_a_formula(loaded: Database, browse_as: Browse):
    browser = browse_as("pipe_maker")
    page = f"/prices/formulas?text={TEXT.replace('+', '%2B')}"
    shown = words(browser.get(page))
    assert "¥3,179.33/t" in shown
    assert "9358 / 3" in shown
    assert "3 of 3 sessions" in shown
    contract = browser.submit(page, "/prices/contracts", title="热卷月均", counterparty="某钢厂")
    assert "热卷月均" in words(contract)
    path = contract.request.path
    quote = browser.submit(path, f"{path}/quotes")
    assert "¥3,179.33/t" in words(quote)
    assert "The same to the last figure" in words(browser.get(f"{quote.request.path}?replay=1"))
    assert "热卷月均" in words(browser.get("/prices/contracts"))
    assert "No contract is kept yet" in words(browse_as("trader").get("/prices/contracts"))


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("text=月均(", "第 4 个字符处无法识别"),
        ("text=月均(no.such,2026-09)", "没有价格序列 no.such"),
        ("text=3800&as_of=2999-06-01T00:00", "2999"),
        (f"text=月均({HC},交货月)&month=2026-99", "2026-99"),
        (f"text=月均({HC},交货月)&month=x", "month"),
        (f"text=月均({HC},交货月)", "请在上方填写月份以查看价格"),
    ],
    ids=["syntax", "unknown series", "a moment to come", "no month of the year", "no month", "month wanted"],
)
def test_what_is_wrong_with_a_formula_stands_beside_it(loaded: Database, browse_as: Browse, query: str, sentence: str):
    assert sentence in words(browse_as("mill", locale="zh").get(f"/prices/formulas?{query}"))


def test_the_methodology_is_published_with_its_versions_and_the_law(db: Database, browse_as: Browse):
    shown = words(browse_as("financier", locale="zh").get("/prices/methodology"))
    for text in ("F1", "N1", "C1", "D1", "13% 2019-04-01 财政部 税务总局 海关总署公告2019年第39号", "书面形式"):
        assert text in shown
