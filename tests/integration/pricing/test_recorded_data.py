"""Everything that was recorded goes through the whole ingest into one database, and every row is accounted for."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from pricing import errors
from pricing.models import PriceCurrent, PriceObservation, PriceSeries, RawDocument
from pricing.operations.ingestion import IngestReport, ingest
from steelyard.core.database import Database
from tests.support.databases import Databases
from tests.support.price_documents import FETCHED, SHFE_FILE, shipped

WHOLE = {
    "continuous/RB.csv": ("continuous.recorded", 17006, 16999),
    "continuous/HC.csv": ("continuous.recorded", 16678, 16671),
    "worldbank/CMOHistoricalDataMonthly.xlsx": ("worldbank.pinksheet", 5424, 4200),
    "shfe/kx20260907_ferrous.json": ("shfe.daily", 52, 48),
    "sina/hq_sinajs_captures.gbk.txt": ("sina.quotes", 38, 33),
    "100ppi/akshare_futures_spot_price_20240430.txt": ("ppi100.basis.printed", 58, 14),
    "100ppi/akshare_futures_spot_price_previous_20240430.txt": ("ppi100.basis.printed", 58, 14),
}
REFUSED = {
    "shfe/kx_intraday_unsettled_shape.json": ("shfe.daily", errors.DocumentNotSettled),
    "shfe/kx_full_row_pre2024_padded.json": ("shfe.daily", errors.DocumentRefused),
    "nbs/nbs_page_shape_reconstructed.html": ("nbs.ten_day", errors.DocumentTruncated),
    "dce/dceapi_v1_samples.json": ("dce.daily", errors.DocumentRefused),
    "synthetic/city_page.html": ("nbs.ten_day", errors.DocumentRefused),
    "synthetic/city_sheet_BIFF_named.xlsx": ("worldbank.pinksheet", errors.DocumentUnreadable),
}


def take_in(db: Database, folder: Path, name: str, source: str) -> IngestReport:
    with db.write() as session:
        return ingest(
            session,
            None,
            source=source,
            url=f"https://example.org/{name}",
            fetched_at=FETCHED + timedelta(minutes=len(name)),
            content=(folder / name).read_bytes(),
        )


def counted(db: Database) -> tuple[int, ...]:
    with db.read() as session:
        tables = (RawDocument, PriceSeries, PriceObservation, PriceCurrent)
        return tuple(session.scalar(select(func.count()).select_from(table)) or 0 for table in tables)


@pytest.fixture
def large(databases: Databases) -> Database:
    """A PostgreSQL: some 40,000 figures, once."""
    return databases.open("postgresql")


def test_all_recorded_data_are_taken_in_and_taking_one_in_again_changes_nothing(large: Database, shared_data: Path):
    folder = shared_data / "prices"
    for name, (source, rows, kept) in WHOLE.items():
        report = take_in(large, folder, name, source)
        assert (name, report.rows, report.kept, report.dropped) == (name, rows, kept, rows - kept)
    before = counted(large)
    assert before == (7, 104, 37972, 37972)  # both prints of 100ppi state the same seven spot prices
    assert take_in(large, folder, "continuous/RB.csv", "continuous.recorded").repeated
    assert counted(large) == before
    assert predecessors(large, "worldbank.pinksheet:iron_ore:average") == [
        "worldbank.pinksheet:iron_ore_spot_635:average",
        "worldbank.pinksheet:iron_ore_contract:average",
    ]
    assert predecessors(large, "continuous.recorded:rb0:volume") == ["continuous.recorded:rb0:volume_both_sides"]
    assert held_months(large) == [
        ("动力煤（澳大利亚）", "1975-01"), ("镍", "1988-03"), ("线材（日本）", "2004-04"), ("铁矿石", "2005-01"),
    ]  # fmt: skip


def held_months(db: Database) -> list[tuple[str, str]]:
    """What of the World Bank's months a person has to look at."""
    with db.read() as session:
        rows = session.execute(
            select(PriceSeries.name, PriceCurrent.day)
            .join(PriceCurrent, PriceCurrent.series_id == PriceSeries.id)
            .where(PriceSeries.family == "worldbank.pinksheet", PriceCurrent.held)
            .order_by(PriceCurrent.day)
        )
        return [(name, f"{day:%Y-%m}") for name, day in rows]


def predecessors(db: Database, code: str) -> list[str]:
    """The codes of the series that a series follows, the latest first."""
    found: list[str] = []
    with db.read() as session:
        series = session.scalars(select(PriceSeries).where(PriceSeries.code == code)).one()
        while series.predecessor_id is not None:
            series = session.get_one(PriceSeries, series.predecessor_id)
            found.append(series.code)
    return found


def test_recorded_documents_that_break_a_contract_change_nothing(db: Database, shared_data: Path):
    before = counted(db)
    for name, (source, error) in REFUSED.items():
        with pytest.raises(error) as refused:
            take_in(db, shared_data / "prices", name, source)
        assert type(refused.value) is error, name
    assert counted(db) == before


def test_provisional_prices_of_the_session_become_final_by_a_revision(db: Database):
    early = {"OPENPRICE": 3105, "CLOSEPRICE": 3108, "SETTLEMENTPRICE": ""}
    late = {"OPENPRICE": 3105, "CLOSEPRICE": 3111, "SETTLEMENTPRICE": 3100}
    for minutes, columns in enumerate((early, late)):
        body = json.loads(shipped(SHFE_FILE))
        body["o_curinstrument"] = [
            entry | columns for entry in body["o_curinstrument"] if entry["DELIVERYMONTH"] != "小计"
        ]
        with db.write() as session:
            moment = FETCHED + timedelta(minutes=minutes)
            content = json.dumps(body).encode()
            ingest(session, None, source="shfe.daily", url="https://example.org/", fetched_at=moment, content=content)
    with db.read() as session:
        rows = session.execute(
            select(PriceSeries.value_field, PriceCurrent.mantissa, PriceCurrent.status, PriceCurrent.revision)
            .join(PriceSeries, PriceSeries.id == PriceCurrent.series_id)
            .where(PriceSeries.instrument == "shfe.rb2610")
            .order_by(PriceSeries.value_field)
        ).all()
    assert [tuple(row) for row in rows] == [
        ("close", 3111, "final", 2),
        ("open", 3105, "final", 2),
        ("settle", 3100, "final", 1),
    ]
