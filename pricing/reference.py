"""The price data that comes with the package, loaded like any other document (`fixtures/README.md` names its
sources).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.resources import files

from sqlalchemy.orm import Session

from pricing.operations.ingestion import IngestReport, ingest
from steelyard.core.actors import Actor


@dataclass(frozen=True, slots=True)
class Fixture:
    """A shipped document: its file, its source and where its figures were published."""

    file: str
    source: str
    url: str
    fetched_at: datetime


_WRITTEN_DOWN = datetime(2026, 11, 22, 16, 0, tzinfo=UTC)
"""The day on which the shipped documents were written down; nothing earlier is claimed."""
_RECORDED = "https://github.com/KannZz3/Chinese-Commodity-Futures-Investment_Research"

FIXTURES = (
    Fixture(
        "nbs_t20260821_1965093.html",
        "nbs.ten_day",
        "https://www.stats.gov.cn/sj/zxfb/202608/t20260821_1965093.html",
        _WRITTEN_DOWN,
    ),
    Fixture(
        "shfe_kx20260907.json",
        "shfe.daily",
        "https://www.shfe.com.cn/data/tradedata/future/dailydata/kx20260907.dat",
        _WRITTEN_DOWN,
    ),
    Fixture(
        "nbs_ferrous_2026.csv",
        "nbs.ten_day.transcript",
        "https://www.stats.gov.cn/sj/zxfb/",
        _WRITTEN_DOWN.replace(minute=1),
    ),
    Fixture("continuous_rb_2022_2023.csv", "continuous.recorded", f"{_RECORDED}#RB.csv", _WRITTEN_DOWN),
    Fixture("continuous_hc_2022_2023.csv", "continuous.recorded", f"{_RECORDED}#HC.csv", _WRITTEN_DOWN),
    Fixture(
        "worldbank_monthly_2016_07.xlsx",
        "worldbank.pinksheet",
        "https://www.worldbank.org/en/research/commodity-markets",
        _WRITTEN_DOWN,
    ),
)

RECENT = FIXTURES[:3]
"""Those that speak of 2026; the others are older history for the charts."""


def content_of(fixture: Fixture) -> bytes:
    """The bytes of a shipped document."""
    return (files("pricing") / "fixtures" / fixture.file).read_bytes()


def load_fixtures(session: Session, actor: Actor | None, fixtures: Sequence[Fixture] = FIXTURES) -> list[IngestReport]:
    """Take in the shipped documents; loading them again changes nothing."""
    return [
        ingest(
            session,
            actor,
            source=fixture.source,
            url=fixture.url,
            fetched_at=fixture.fetched_at,
            content=content_of(fixture),
        )
        for fixture in fixtures
    ]
