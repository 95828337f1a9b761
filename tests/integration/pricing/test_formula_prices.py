"""Formula prices on a database: contracts, every day that went in, replay, and what may never change."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

from pricing.operations.ingestion import ingest
from steelyard.core.clock import utc_now
from steelyard.core.database import Database
from tests.support.clients import ApiClient
from tests.support.formula_prices import HC, clock_at, settle, shanghai

Api = Callable[..., ApiClient]
MAIN = "continuous.recorded:hc0:settle"
FORMULA = f"round(avg({HC}, 2026-09-07..2026-09-09) + 60, yuan)"
DAYS = {date(2026, 9, 7): 3111, date(2026, 9, 8): 3120, date(2026, 9, 9): 3126}


def ok(response: Any, status: int = 200) -> dict[str, Any]:
    assert response.status_code == status, response.json
    found: dict[str, Any] = response.json
    return found


def test_a_contract_is_priced_and_replayed_after_a_revision(db: Database, api_as: Api):
    maker = api_as("pipe_maker")
    with clock_at(shanghai("2026-09-10T09:00")):
        settle(db, DAYS)
        body = {
            "title": "HC",
            "counterparty": "聊城钢厂",
            "formula": f"取整(均价({HC}，2026-09-07至2026-09-09)＋60，元)",
        }
        contract = ok(maker.post("/price-contracts", body), 201)
        assert contract["formula"] == f"round(avg({HC}, 2026-09-07..2026-09-09, missing=refuse) + 60, yuan)"
        quote = ok(maker.post(f"/price-contracts/{contract['id']}/quotes", {}), 201)
    assert (quote["fen"], quote["kind"], quote["provisional"]) == (317900, "taxed", False)
    assert [(day["day"], day["used"], day["revision"]) for day in quote["answer"]["days"]] == [
        ("2026-09-07", "3111", 1), ("2026-09-08", "3120", 1), ("2026-09-09", "3126", 1),
    ]  # fmt: skip
    with clock_at(shanghai("2026-09-11T09:00")):
        settle(db, {date(2026, 9, 8): 3150})
    with clock_at(shanghai("2026-09-12T09:00")):
        replay = ok(maker.get(f"/price-quotes/{quote['id']}/replay"))
        assert (replay["same"], replay["fen"], replay["differences"]) == (True, 317900, [])
        today = ok(maker.get(f"/price-quotes/{quote['id']}/replay", as_of="2026-09-12T00:00:00Z"))
    assert (today["same"], today["fen"]) == (False, 318900)
    (changed,) = today["differences"]
    assert (changed["before"]["value"], changed["after"]["value"], changed["after"]["revision"]) == ("3120", "3150", 2)


def test_a_contract_is_its_organisations_own(db: Database, api_as: Api):
    settle(db, DAYS)
    maker, stranger = api_as("pipe_maker"), api_as("trader")
    contract = ok(maker.post("/price-contracts", {"title": "own", "formula": FORMULA}), 201)["id"]
    quote = ok(maker.post(f"/price-contracts/{contract}/quotes", {}), 201)["id"]
    paths = (f"/price-contracts/{contract}", f"/price-contracts/{contract}/quotes", f"/price-quotes/{quote}",
             f"/price-quotes/{quote}/replay", f"/price-quotes/{quote}/days.csv")  # fmt: skip
    for path in paths:
        with maker.get(path) as own:
            assert own.status_code == 200
        assert stranger.get(path).status_code == 404
    assert stranger.post(f"/price-contracts/{contract}/quotes", {}).status_code == 404
    assert ok(stranger.get("/price-contracts"))["items"] == []
    assert api_as("carrier").post("/price-contracts", {"title": "no", "formula": "3800"}).status_code == 403
    with maker.get(f"/price-quotes/{quote}/days.csv") as file:
        text = file.data.decode("utf-8-sig")
    assert f"{HC},2026-09-07,counted,3111,3111,,settlement,1," in text


def recorded_month(shared_data: Path) -> bytes:
    """The recorded lines of hot-rolled coil from November 2023 on, under their own heading."""
    lines = (shared_data / "prices/continuous/HC.csv").read_text(encoding="utf-8-sig").splitlines(keepends=True)
    return "".join([lines[0], *(line for line in lines if line.startswith(("2023-11", "2023-12")))]).encode()


def bring(db: Database, content: bytes) -> None:
    with db.write() as session:
        url = "https://example.org/HC.csv"
        ingest(session, None, source="continuous.recorded", url=url, fetched_at=utc_now(), content=content)


def test_december_2023_of_hot_rolled_coil_plus_60_is_the_same_fen_after_a_revision(
    db: Database, api_as: Api, shared_data: Path
):
    content = recorded_month(shared_data)
    maker = api_as("pipe_maker")
    with clock_at(shanghai("2024-01-02T10:00")):
        bring(db, content)
    with clock_at(shanghai("2024-01-03T10:00")):
        contract = ok(
            maker.post("/price-contracts", {"title": "2023-12", "formula": f"月均({MAIN}, 2023-12) + 60"}), 201
        )
        assert contract["formula"] == f"round(month_avg({MAIN}, 2023-12, missing=refuse) + 60, fen)"
        quote = ok(maker.post(f"/price-contracts/{contract['id']}/quotes", {}), 201)
    days = quote["answer"]["days"]
    assert [day["state"] for day in days] == ["counted"] * 21
    assert (days[0]["day"], days[0]["used"], days[-1]["day"], days[-1]["used"]) == (
        "2023-12-01", "4020", "2023-12-29", "4110",
    )  # fmt: skip
    assert sum(int(day["used"]) for day in days) == 85592
    assert quote["answer"]["steps"][0]["exact"] == "85592/21"
    assert quote["answer"]["steps"][-1]["figures"] == "4135.80952380… → 4135.81"
    assert (quote["fen"], quote["provisional"]) == (413581, False)

    with clock_at(shanghai("2024-01-08T10:00")):
        bring(db, content.replace(b"4033.000000,539726,899292,4047.000000", b"4033.000000,539726,899292,4057.000000"))
    with clock_at(shanghai("2024-01-09T10:00")):
        replay = ok(maker.get(f"/price-quotes/{quote['id']}/replay"))
        assert (replay["fen"], replay["same"]) == (413581, True)
        now = ok(maker.get(f"/price-quotes/{quote['id']}/replay", as_of="2024-01-09T01:00:00Z"))
        signing = ok(maker.get("/price-formulas/value", text=contract["formula"], as_of="2024-01-03T02:00:00Z"))
    assert signing["fen"] == 413581
    assert (now["fen"], now["same"], [one["day"] for one in now["differences"]]) == (413629, False, ["2023-12-15"])


def test_a_held_settlement_stops_the_price_until_the_formula_or_a_person_says_otherwise(db: Database, api_as: Api):
    maker = api_as("pipe_maker")
    with clock_at(shanghai("2026-09-10T09:00")):
        settle(db, DAYS | {date(2026, 9, 8): 9120})
        held = maker.get("/price-formulas/value", text=FORMULA)
        assert (held.status_code, held.json["code"]) == (409, "formula_day_missing")
        assert "2026-09-08 (held)" in held.json["detail"]
        skipped = ok(maker.get("/price-formulas/value", text=FORMULA.replace("-09)", "-09, missing=skip)")))
    assert skipped["fen"] == 317900
    assert [(day["state"], day["used"]) for day in skipped["days"]] == [
        ("counted", "3111"), ("held", None), ("counted", "3126"),
    ]  # fmt: skip
