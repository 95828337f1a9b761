"""What is held of ten years of recorded rebar, through the whole pipeline; on both databases."""

from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import func, select

from pricing.models import PriceCurrent, PriceSeries
from pricing.operations.ingestion import ingest
from pricing.quality_models import PriceHold
from steelyard.core.database import Database


def test_recorded_rebar(db: Database, shared_data: Path):
    """The same as the pure functions find in the columns; the three rolls hold nothing back."""
    content = (shared_data / "prices" / "continuous" / "RB.csv").read_bytes()
    with db.write() as session:
        ingest(
            session, None, source="continuous.recorded", url="https://example.org/RB.csv", content=content,
            fetched_at=datetime(2026, 9, 1, tzinfo=UTC),
        )  # fmt: skip
    with db.read() as session:
        rows = session.execute(
            select(PriceSeries.value_field, PriceHold.state, PriceHold.findings).join(
                PriceHold, PriceHold.series_id == PriceSeries.id
            )
        ).all()
        held = session.scalar(select(func.count()).select_from(PriceCurrent).where(PriceCurrent.held))
    found = Counter((row.value_field, row.state, row.findings[0]["code"]) for row in rows)
    assert {key: count for key, count in found.items() if key[0] in ("close", "settle")} == {
        ("close", "open", "limit_move"): 21,
        ("close", "open", "thin_contract"): 2,
        ("close", "cleared", "roll"): 3,
        ("settle", "open", "limit_move"): 6,
        ("settle", "open", "thin_contract"): 3,
        ("settle", "open", "outlier"): 1,
        ("settle", "cleared", "roll"): 3,
    }
    assert held == sum(row.state == "open" for row in rows)
