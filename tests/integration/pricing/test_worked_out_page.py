"""The page of what is worked out of a series: the common footing with its factors, and the indicators."""

from collections.abc import Callable
from datetime import date, timedelta

from sqlalchemy import select

from pricing.models import PriceSeries
from pricing.operations.ingestion import ingest
from steelyard.core.database import Database
from tests.support.clients import Browser
from tests.support.price_documents import FETCHED, history_file

FIRST = date(2026, 7, 1)


def bring(db: Database, name: str, values: list[str], **traits: str) -> int:
    rows = [f"{FIRST + timedelta(days=place)},release,{value}" for place, value in enumerate(values)]
    content = history_file({name: rows}, **traits)
    with db.write() as session:
        ingest(session, None, source="history", url="https://example.org/h", content=content, fetched_at=FETCHED)
        return session.scalars(select(PriceSeries.id).where(PriceSeries.name == name)).one()


def test_a_price_by_theoretical_mass_shows_its_factors_and_indicators(db: Database, browse_as: Callable[..., Browser]):
    values = [str(3000 + place % 2 * 30) for place in range(21)]
    number = bring(db, "billet", values, weighing="theoretical")
    browser = browse_as("trader")
    assert f"/prices/{number}/worked-out" in browser.get(f"/prices/{number}").text
    page = browser.get(f"/prices/{number}/worked-out").text
    latest = page[page.index('data-label="Date">2026-07-21') :]
    latest = latest[: latest.index("</tr>")]
    for words in ("3,092.78", "as weighed × 100/97", "-0.99%", ">3015.00<", ">15.9%<"):
        assert words in latest
    then = browser.get(f"/prices/{number}/worked-out?as_of=2026-07-01T00:00").text
    assert "There is no final figure yet." in then


def test_a_foreign_price_needs_an_exchange_rate(db: Database, browse_as: Callable[..., Browser]):
    number = bring(db, "ore", ["100"] * 2, unit="USD/t", currency="USD")
    rate = bring(db, "dollar", ["7.1"] * 2, kind="fx", unit="CNY/USD", commodity="USD")
    browser = browse_as("trader")
    page = browser.get(f"/prices/{number}/worked-out").text
    assert "cannot be turned into yuan per tonne" in page
    assert ">100 <small" in page
    page = browser.get(f"/prices/{number}/worked-out?rate={rate}").text
    assert "710.00" in page
    assert "exchange rate × 7.1" in page
    assert "cannot be turned" not in page
