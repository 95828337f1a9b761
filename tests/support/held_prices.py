"""Settlements that somebody may have to decide on, and what stands in the layer of holds above them."""

from datetime import date, timedelta

from sqlalchemy import select

from pricing.models import PriceCurrent, PriceSeries
from pricing.operations.ingestion import ingest
from pricing.quality import Standing
from pricing.quality_models import PriceHold
from steelyard.core.database import Database
from tests.support.price_documents import FETCHED, shfe_file

MONDAY = date(2026, 8, 3)


def bring(db: Database, day: int, value: int, *, minutes: int = 0, contract: str = "rb2610") -> None:
    """Take in the exchange's file of a day on which every contract but one stands still."""
    content = shfe_file({contract: value}, MONDAY + timedelta(days=day))
    with db.write() as session:
        ingest(
            session, None, source="shfe.daily", url="https://example.org/", content=content,
            fetched_at=FETCHED + timedelta(minutes=minutes),
        )  # fmt: skip


def held(db: Database, contract: str = "rb2610") -> list[int]:
    """The days, counted from the Monday, on which a contract's settlement is held."""
    with db.read() as session:
        days = session.scalars(
            select(PriceCurrent.day)
            .join(PriceSeries, PriceSeries.id == PriceCurrent.series_id)
            .where(PriceSeries.contract == contract, PriceSeries.value_field == "settle", PriceCurrent.held)
            .order_by(PriceCurrent.day)
        )
        return [(day - MONDAY).days for day in days]


def layer(db: Database, contract: str = "rb2610") -> list[tuple[object, ...]]:
    """All that stands in the layer of a contract now, apart from times and ids."""
    with db.read() as session:
        rows = session.scalars(
            select(PriceHold)
            .join(PriceSeries, PriceSeries.id == PriceHold.series_id)
            .where(PriceSeries.contract == contract)
            .order_by(PriceHold.day)
        )
        return [(row.day, row.mantissa, row.state, row.findings) for row in rows if row.state != Standing.CLEARED]
