"""The pages of prices: the board, a series with its origin, a document with its drops."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select

from pricing.models import PriceSeries
from pricing.operations.ingestion import ingest
from steelyard.core.database import Database
from tests.support.clients import Browser
from tests.support.price_documents import FETCHED, shfe_file

pytestmark = pytest.mark.either_database

Browse = Callable[..., Browser]


@pytest.fixture
def loaded(recent_prices: Database) -> Database:
    """The shipped prices are there."""
    return recent_prices


def series_id(db: Database, **traits: str) -> int:
    with db.read() as session:
        return session.scalars(select(PriceSeries.id).filter_by(**traits)).one()


def text_of(browser: Browser, path: str) -> str:
    response = browser.get(path)
    assert response.status_code == 200
    return " ".join(re.sub(r"<[^>]+>", " ", response.text).split())


def test_board_tells_a_rise_by_colour_sign_and_arrow(loaded: Database, browse_as: Browse):
    page = browse_as("pipe_maker").get("/prices").text
    assert '<span class="up">▲ +1.4</span>' in page
    assert '<span class="down">▼ −2</span>' in page
    assert page.index("无缝钢管") < page.index("螺纹钢 rb2610") < page.index("电解铜")


def test_board_is_chinese_for_a_chinese_reader(loaded: Database, browse_as: Browse):
    text = text_of(browse_as("mill", locale="zh"), "/prices")
    assert "价格行情板" in text
    assert "无缝钢管（219*6，20#） 4,011.9 ▲ +1.4 (+0.03%) 2026-08 下旬" in text


def test_empty_board_says_so(browse_as: Browse):
    assert "No prices have been loaded yet." in text_of(browse_as("trader"), "/prices")


def test_series_page_has_the_chart_and_the_same_figures_in_a_table(loaded: Database, browse_as: Browse):
    number = series_id(loaded, commodity="无缝钢管")
    page = browse_as("trader").get(f"/prices/{number}").text
    assert f'data-src="/api/v1/price-series/{number}/chart"' in page
    text = text_of(browse_as("trader"), f"/prices/{number}")
    for words in ("4,048.8", "Implied by the next release", "4,010.5", "4,026.9", "Computed", "Document 1"):
        assert words in text
    assert "were not published as prices" in text


def test_series_page_shows_revisions_and_what_was_known_before(db: Database, browse_as: Browse):
    for minutes, settlement in ((0, 3100), (9, 3105)):
        with db.write() as session:
            ingest(
                session,
                None,
                source="shfe.daily",
                url="https://example.org/",
                fetched_at=FETCHED + timedelta(minutes=minutes),
                content=shfe_file({"rb2610": settlement}),
            )
    path = f"/prices/{series_id(db, contract='rb2610')}"
    assert "2026-09-08 2 / 2 3,105" in text_of(browse_as("trader"), path)
    before = text_of(browse_as("trader"), f"{path}?as_of=2026-09-01T08:00")
    assert "what was known on 2026-09-01 08:00" in before
    assert "Nothing was known of this series then." in before


def test_moment_that_is_none_is_a_bad_request(loaded: Database, browse_as: Browse):
    assert browse_as("trader").get(f"/prices/{series_id(loaded, contract='rb2610')}?as_of=soon").status_code == 400


def test_document_page_accounts_for_every_row(loaded: Database, browse_as: Browse):
    text = text_of(browse_as("trader"), "/prices/documents/2")
    assert "Rows 52 Kept 48 48 new, 0 unchanged Dropped 4" in text
    assert text.count("Subtotal") == 4
    assert "https://www.shfe.com.cn/data/tradedata/future/dailydata/kx20260907.dat" in text


@pytest.mark.parametrize("path", ["/prices/9999", "/prices/documents/9999"])
def test_page_of_nothing_is_not_found(loaded: Database, browse_as: Browse, path: str):
    assert browse_as("trader").get(path).status_code == 404
