"""The plan of cycle counts asks the market where the yard set no value, by a port that the application fills."""

from collections.abc import Callable
from datetime import date

import pytest

from inventory import cycle_reading, market
from inventory.operations import setting_up, valuing
from inventory.states import LengthKind, ProductKind
from pricing.market import quotes
from pricing.reference import RECENT, load_fixtures
from steelyard.core.units import parse_size
from tests.support.clients import Browser

from .conftest import Yard

pytestmark = pytest.mark.either_database
DAY = date(2026, 9, 10)
"""A day soon after the release that is shipped."""


@pytest.fixture
def shipped(yard: Yard, monkeypatch: pytest.MonkeyPatch) -> Yard:
    """A yard beside published prices, with pipe of the very size that the statistics quote, and billet."""
    monkeypatch.setattr(market._Socket, "market", quotes)
    spec = setting_up.ProductSpec(
        ProductKind.PIPE, "GB/T 8163", "20", parse_size("219*6*6000"), LengthKind.FIXED, 7850
    )  # fmt: skip
    with yard.db.write() as session:
        load_fixtures(session, None, RECENT)
        yard.product = setting_up.add_product(session, yard.keeper, spec)
    yard.receive("T1")
    return yard


def valued(yard: Yard, today: date = DAY) -> int:
    with yard.db.read() as session:
        (place,) = cycle_reading.plan_of(session, yard.warehouse.id, today)
    return place.held.value_fen


def test_the_yards_own_value_goes_before_the_markets(shipped: Yard) -> None:
    with shipped.db.read() as session:
        ((product, quote),) = cycle_reading.market_values(session, {shipped.product.id}, DAY)
    assert (product.id, quote.series) == (shipped.product.id, "无缝钢管（219*6，20#）")
    assert 300_000 < quote.fen_per_t < 600_000
    of_market = valued(shipped)
    assert of_market > 0
    with shipped.db.write() as session:
        valuing.set_value(session, shipped.keeper, shipped.warehouse.id, shipped.product.id, 2 * quote.fen_per_t)
    assert abs(valued(shipped) - 2 * of_market) <= 1


def test_a_price_of_long_ago_counts_no_more(shipped: Yard) -> None:
    assert valued(shipped, date(2026, 12, 31)) == 0


def test_the_application_fills_the_port(yard: Yard, browse_as: Callable[..., Browser]) -> None:
    """Without a price of today nothing is shown, and the mass decides as before."""
    yard.receive("T1")
    page = browse_as(yard.keeper).get("/warehouse/stocktakes").text
    assert market._Socket.market is not None
    assert "Market prices that count" not in page
