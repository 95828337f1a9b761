"""Documents of price publishers for tests: the shipped ones, and whole ones made to measure."""

import json
from datetime import UTC, date, datetime, timedelta
from importlib.resources import files

from pricing.sources.base import RawDocument

FETCHED = datetime(2026, 9, 8, 1, 0, tzinfo=UTC)

NBS_PAGE = "nbs_t20260821_1965093.html"
SHFE_FILE = "shfe_kx20260907.json"
TRANSCRIPT = "nbs_ferrous_2026.csv"
CONTINUOUS_RB = "continuous_rb_2022_2023.csv"
CONTINUOUS_HC = "continuous_hc_2022_2023.csv"
PINK_SHEET = "worldbank_monthly_2016_07.xlsx"


def shipped(name: str) -> bytes:
    """The bytes of a document that comes with the package."""
    return (files("pricing") / "fixtures" / name).read_bytes()


def specimens() -> dict[str, bytes]:
    """One whole document of every source, by the source's code; what it states may be cut short for speed."""
    return {
        "nbs.ten_day": shipped(NBS_PAGE),
        "nbs.ten_day.transcript": shipped(TRANSCRIPT),
        "shfe.daily": shipped(SHFE_FILE),
        "continuous.recorded": b"".join(shipped(CONTINUOUS_RB).splitlines(keepends=True)[:40]),
        "worldbank.pinksheet": shipped(PINK_SHEET),
    }


def document(source: str, content: bytes, *, minutes: int = 0, **traits: object) -> RawDocument:
    """A fetched document, `minutes` after `FETCHED`."""
    moment = FETCHED + timedelta(minutes=minutes)
    return RawDocument(source, f"https://example.org/{source}", moment, content, **traits)  # type: ignore[arg-type]  # passed on as given


def shfe_file(settlements: dict[str, int | str], day: date = date(2026, 9, 8), *, previous: int = 3000) -> bytes:
    """A whole daily file of 48 contracts; `settlements` replaces single ones, as ``{"rb2610": 3111}``, or adds some."""
    months = (*range(2609, 2613), *range(2701, 2709))
    usual = {f"{product}{month}": 3000 + month % 100 for product in ("rb", "wr", "hc", "ss") for month in months}
    entries = [
        {
            "PRODUCTID": f"{contract[:-4]}_f",
            "PRODUCTCLASS": "1",
            "DELIVERYMONTH": contract[-4:],
            "SETTLEMENTPRICE": value,
            "PRESETTLEMENTPRICE": previous,
        }
        for contract, value in (usual | settlements).items()
    ]
    return json.dumps({"report_date": day.strftime("%Y%m%d"), "o_curinstrument": entries}).encode()
