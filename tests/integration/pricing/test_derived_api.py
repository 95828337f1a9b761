"""What is worked out of series over the API: the common footing, indicators, the basis, and indexes."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from pricing.models import PriceSeries
from pricing.operations.indexes import take_deals
from steelyard.core.clock import utc_now
from steelyard.core.database import Database
from tests.support.clients import ApiClient
from tests.support.formula_prices import clock_at, settle, shanghai

Api = Callable[..., ApiClient]
CODES = tuple(f"shfe.daily:{contract}:settle" for contract in ("hc2610", "rb2610", "wr2610", "ss2610"))


def ok(response: Any, status: int = 200) -> dict[str, Any]:
    assert response.status_code == status, response.json
    found: dict[str, Any] = response.json
    return found


def code_of(response: Any) -> tuple[int, str]:
    return response.status_code, response.json["code"]


@pytest.fixture
def ids(db: Database) -> list[int]:
    with clock_at(shanghai("2026-09-10T09:00")):
        settle(db, {date(2026, 9, 7): 3000, date(2026, 9, 8): 3120, date(2026, 9, 9): 3120})
    with db.read() as session:
        found = {row.code: row.id for row in session.execute(select(PriceSeries.code, PriceSeries.id))}
    return [found[code] for code in CODES]


def test_one_footing_indicators_seasons_and_basis_of_recorded_figures(ids: list[int], api_as: Api):
    reader = api_as("financier")
    footing = ok(reader.get(f"/price-series/{ids[0]}/normalised"))
    assert [(one["day"], one["fen_per_t"]) for one in footing["values"]] == [
        ("2026-09-07", 300000), ("2026-09-08", 312000), ("2026-09-09", 312000),
    ]  # fmt: skip
    assert footing["values"][0]["factors"] == [
        {"name": "unit", "numerator": "1", "denominator": "1", "source": "CNY/t → CNY/t"}
    ]
    indicators = ok(reader.get(f"/price-series/{ids[0]}/indicators", window=2))["values"]
    assert [one["return_e8"] for one in indicators] == [None, 4_000_000, 0]
    assert [one["average_e4"] for one in indicators] == [None, 30_600_000, 31_200_000]
    seasons = ok(reader.get(f"/price-series/{ids[0]}/seasons"))["years"]
    assert seasons == [{"year": 2026, "points": [["09-07", "3000"], ["09-08", "3120"], ["09-09", "3120"]]}]
    basis = ok(reader.get("/price-basis", spot_id=ids[0], futures_id=ids[1]))
    assert (basis["sign"], basis["values"][0]["basis_fen"]) == ("spot - futures", -1000)


def city(ids: list[int], **more: Any) -> dict[str, Any]:
    members = [{"series_id": one, "contributor": f"mill {one}", "weight": 1} for one in ids]
    return {"code": "test.city", "name": "City", "base_day": "2026-09-01", "members": members} | more


def test_a_city_index_is_chained_signed_off_and_corrected_in_the_open(db: Database, ids: list[int], api_as: Api):
    operator, reader = api_as("operator"), api_as("mill")
    assert reader.post("/price-indexes/city", city(ids)).status_code == 403
    index = ok(operator.post("/price-indexes/city", city(ids)), 201)
    path = f"/price-indexes/{index['id']}"
    values = ok(reader.get(f"{path}/values"))["values"]
    # 3000 and thrice 3010 become 3120 and thrice 3010: 1000 × 12150 / 12030
    assert [(one["mantissa"], one["contributors"]) for one in values] == [
        (10_000_000, 4), (10_099_751, 4), (10_099_751, 4),
    ]  # fmt: skip
    assert (values[1]["cost_before"], values[1]["cost_now"], values[1]["against"]) == ("12030", "12150", "2026-09-07")
    first = ok(operator.post(f"{path}/releases", {"day": "2026-09-08"}), 201)
    assert (first["revision"], first["mantissa"]) == (1, 10_099_751)
    assert code_of(operator.post(f"{path}/releases", {"day": "2026-09-08"}))[1] == "price_index_unchanged"
    with clock_at(shanghai("2026-09-11T09:00")):
        settle(db, {date(2026, 9, 8): 3100})
    refused = operator.post(f"{path}/releases", {"day": "2026-09-08"})
    assert code_of(refused)[1] == "price_index_correction_without_reason"
    second = ok(operator.post(f"{path}/releases", {"day": "2026-09-08", "remark": "revised settlement"}), 201)
    assert (second["revision"], second["mantissa"]) == (2, 10_083_126)
    assert [one["revision"] for one in ok(reader.get(f"{path}/releases"))["items"]] == [1, 2]
    before = ok(reader.get(f"{path}/values", as_of="2026-09-10T02:00:00Z"))["values"]
    assert before == values
    assert ok(operator.post("/price-indexes/city", city(ids)), 201)["version"] == 2
    for page in ("/price-indexes/city", f"{path}/releases"):
        assert reader.post(page, {}).status_code == 403


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda body: body | {"members": body["members"][:1] * 3}, "price_index_refused"),
        (lambda body: body | {"least_contributors": 5}, "price_index_refused"),
        (
            lambda body: body | {"members": [{**one, "series_id": 10**9} for one in body["members"][:3]]},
            "price_index_refused",
        ),
    ],
    ids=["a member twice", "too few contributors", "the same stranger thrice"],
)
def test_a_definition_that_cannot_stand_is_refused(ids: list[int], api_as: Api, change: Any, code: str):
    assert code_of(api_as("operator").post("/price-indexes/city", change(city(ids)))) == (409, code)


def test_the_index_of_deals_never_shows_one_firms_price(db: Database, api_as: Api, browse_as: Any):
    operator, reader = api_as("operator"), api_as("trader")
    body = {"code": "own.deals", "name": "Own deals", "base_day": "2026-01-01",
            "goods": [{"material": "round_billet", "grade": "20#"}]}  # fmt: skip
    path = f"/price-indexes/{ok(operator.post('/price-indexes/deals', body), 201)['id']}"

    def deal(event: int, seller: int, price: int) -> None:
        line = {
            "kind": "round_billet",
            "grade": "20#",
            "price_fen_per_t": price,
            "mass_g": 10**8,
            "seller_org_id": seller,
        }
        with db.write() as session:
            take_deals(session, event, date(2026, 9, 15), [line])
            assert take_deals(session, event, date(2026, 9, 15), [line]) == 0

    deal(1, 11, 350_000)
    deal(2, 12, 352_000)
    few = ok(operator.post(f"{path}/releases", {"day": "2026-09-03"}), 201)
    assert (few["day"], few["mantissa"], few["reason"], few["contributors"]) == ("2026-09-30", None, "too_few", 0)
    deal(3, 13, 355_000)
    both = ok(operator.post(f"{path}/releases", {"day": "2026-09-30", "remark": "an award came late"}), 201)
    assert (both["mantissa"], both["scale"], both["evidence"], both["contributors"]) == (352_333, 2, "deal", 3)
    assert code_of(reader.get(f"{path}/values")) == (409, "price_index_of_deals")
    releases = ok(reader.get(f"{path}/releases"))["items"]
    assert [one["mantissa"] for one in releases] == [None, 352_333]
    assert {350_000, "350000", 3500, 11} & {value for one in releases for value in one.values()} == set()
    assert "3,523.33" in browse_as("trader").get(f"/prices/indexes/{path.rpartition('/')[2]}").text
    assert "Own deals" in browse_as("trader").get("/prices/indexes").text
    today = utc_now().date().isoformat()
    assert code_of(operator.post(f"{path}/releases", {"day": today}))[1] == "price_index_period_open"
