"""Processing and title transfers over HTTP and on the pages."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.support.clients import ApiClient, Browser

from .conftest import Yard
from .test_processing import stock

ApiAs = Callable[..., ApiClient]
BrowseAs = Callable[..., Browser]


@pytest.fixture
def dialect() -> str:
    """The operations have tests on both databases; the routes only call them."""
    return "sqlite"


def body(yard: Yard, **more: Any) -> dict[str, Any]:
    return {"warehouse_id": yard.warehouse.id, **more}


def test_a_bundle_is_split_merged_tagged_anew_and_all_is_undone(yard: Yard, api_as: ApiAs) -> None:
    yard.receive("T1")
    keeper, owner = api_as(yard.keeper), api_as(yard.owner)
    split = keeper.post("/warehouse/splits", body(yard, tag="T1", parts=[{"pieces": 4}, {"pieces": 6, "tag": "N"}]))
    assert split.status_code == 201, split.text
    (line,) = split.json["lines"]
    assert [(row["tag"], row["pieces"]) for row in line["outputs"]] == [("T1-1", 4), ("N", 6)]
    merged = keeper.post("/warehouse/merges", body(yard, tags=["T1-1", "N"], tag="M"))
    assert merged.json["lines"][0]["outputs"][0]["mass_g"] == line["inputs"][0]["mass_g"]
    made = keeper.post("/warehouse/retags", body(yard, tag="M", new_tag="M2", reason="the rain took it"))
    assert set(stock(yard)) == {"M2"}
    listed = owner.get("/warehouse/processes?kind=retag").json["items"]
    assert [row["number"] for row in listed] == [made.json["number"]]
    bundle = owner.get(f"/bundles/{made.json['lines'][0]['outputs'][0]['bundle_id']}").json
    assert (bundle["receipt_number"], bundle["made_by"]["kind"], bundle["mixed_heats"]) == (None, "retag", False)
    first = yard.bundle_ids(["T1"])[0]
    assert owner.get(f"/bundles/{first}").json["worked_on_by"]["number"] == split.json["number"]
    for process in (made, merged, split):
        undone = keeper.post(f"/warehouse/processes/{process.json['id']}/reverse", {"reason": "a slip"})
        assert undone.status_code == 200, undone.text
        assert undone.json["reverses"] == process.json["number"]
    assert set(stock(yard)) == {"T1"}
    assert owner.get(f"/bundles/{first}").json["worked_on_by"] is None


def test_work_on_the_steel_is_posted_with_its_furnace(yard: Yard, api_as: ApiAs) -> None:
    yard.receive("T1")
    keeper = api_as(yard.keeper)
    heatings = [{"treatment": "normalise", "temperature_c": 920, "holding_min": 30, "medium": "air"}]
    line = {"tags": ["T1"], "outputs": [{"pieces": 10, "tag": "Z"}], "losses": [{"kind": "scale", "mass_g": 900}]}
    wanted = body(yard, kind="heat_treatment", lines=[line])
    assert keeper.post("/warehouse/work", wanted).json["code"] == "process_incomplete"
    wanted |= {"furnace_charge": "L-1"}
    assert keeper.post("/warehouse/work", wanted).json["code"] == "process_incomplete"
    done = keeper.post("/warehouse/work", {**wanted, "heatings": heatings})
    assert done.status_code == 201, done.text
    assert (done.json["heatings"], done.json["furnace_charge"]) == (heatings, "L-1")
    assert done.json["lines"][0]["losses"] == [{"kind": "scale", "pieces": 0, "length_mm": 0, "mass_g": 900}]


def test_others_neither_work_nor_read(yard: Yard, api_as: ApiAs) -> None:
    yard.receive("T1")
    split = api_as(yard.keeper).post("/warehouse/splits", body(yard, tag="T1", parts=[{"pieces": 10}]))
    address = f"/warehouse/processes/{split.json['id']}"
    for stranger in (api_as(yard.other_owner), api_as("warehouse", "keeper")):
        assert stranger.get(address).status_code == 404
        assert stranger.get("/warehouse/processes").json["items"] == []
    assert api_as(yard.owner).post(f"{address}/reverse", {"reason": "mine"}).status_code == 403
    assert api_as("warehouse", "keeper").post(f"{address}/reverse", {"reason": "mine"}).status_code == 404


def test_title_goes_by_the_owners_order_and_the_yards_hand(yard: Yard, api_as: ApiAs) -> None:
    yard.receive("T1")
    giver, keeper, taker = api_as(yard.owner), api_as(yard.keeper), api_as(yard.other_owner)
    wanted = body(yard, to_owner_org_id=yard.other_owner.org_id, order_number="A-7", tags=["T1"])
    ordered = giver.post("/warehouse/title-transfers", wanted)
    assert ordered.status_code == 201, ordered.text
    address = f"/warehouse/title-transfers/{ordered.json['id']}"
    assert taker.get(address).status_code == 404
    assert giver.post(f"{address}/confirm").status_code == 403
    refused = keeper.post(f"{address}/refuse", {"reason": "no stamp on the order"})
    assert (refused.json["status"], refused.json["reason"]) == ("refused", "no stamp on the order")
    again = giver.post("/warehouse/title-transfers", wanted)
    confirmed = keeper.post(f"/warehouse/title-transfers/{again.json['id']}/confirm")
    assert confirmed.json["status"] == "confirmed"
    assert [row["tag"] for row in taker.get("/stock").json["items"]] == ["T1"]
    assert giver.get("/stock").json["items"] == []
    sold_on = body(yard, to_owner_org_id=yard.owner.org_id, order_number="B-1", tags=["T1"])
    assert taker.post("/warehouse/title-transfers", sold_on).status_code == 201


def test_the_pages_do_all_of_it(yard: Yard, browse_as: BrowseAs) -> None:
    yard.receive("T1")
    yard.receive("T2", heat_number="H2")
    keeper = browse_as(yard.keeper)
    ground = {"warehouse_id": yard.warehouse.id}
    page = keeper.submit(
        "/warehouse/processing", "/warehouse/processing/split",
        **ground, tag="T1", pieces=["4", "6", ""], new_tag=["", "N", ""], reason="",
    )  # fmt: skip
    assert "Posted as CF-" in page.text
    page = keeper.submit(
        "/warehouse/processing", "/warehouse/processing/merge", **ground, tags="N\nT2", merged_tag="M", reason=""
    )
    assert "H1+H2" in page.text
    (merged,) = yard.bundle_ids(["M"])
    assert "several heats" in keeper.get(f"/stock/bundles/{merged}").text
    assert "several heats" in keeper.get("/stock").text
    page = keeper.submit(
        "/warehouse/processing", "/warehouse/processing/retag", **ground, tag="M", merged_tag="M2", reason="rain"
    )
    assert "Posted as HB-" in page.text
    number = page.request.path.rpartition("/")[2]
    page = keeper.submit(
        f"/warehouse/processing/{number}", f"/warehouse/processing/{number}/reverse", reason="the tag was found"
    )
    assert "undone by HB-" in page.text
    assert "reversal" in keeper.get("/warehouse/processing").text


CUTTING = {
    "kind": "cut", "tags": "T1", "pieces": ["20", ""], "length": ["2.9 m", ""], "weighed": ["", ""],
    "new_tag": ["C", ""], "loss_pieces": ["", "", "", ""], "loss_length": ["200", "1.8 m", "", ""],
    "loss_mass": ["", "", "", ""], "treatment": ["", "", ""], "temperature_c": ["", "", ""],
    "holding_min": ["", "", ""], "medium": ["", "", ""],
}  # fmt: skip
HEATING = {
    **CUTTING, "kind": "heat_treatment", "pieces": ["10", ""], "length": ["", ""], "loss_length": ["", "", "", ""],
    "furnace_charge": "L-9", "treatment": ["quench", "temper", ""], "temperature_c": ["860", "600", ""],
    "holding_min": ["40", "90", ""], "medium": ["water", "air", ""],
}  # fmt: skip


def test_work_is_typed_on_a_page(yard: Yard, browse_as: BrowseAs) -> None:
    yard.receive("T1")
    keeper = browse_as(yard.keeper)
    form = {"warehouse_id": yard.warehouse.id, **CUTTING}
    page = keeper.submit("/warehouse/processing/new", "/warehouse/processing/new", **form)
    assert "Scrap ends" in page.text
    assert stock(yard)["C"].length_mm == 58_000
    form |= HEATING | {"tags": "C", "pieces": ["20", ""], "new_tag": ["Q", ""]}
    page = keeper.submit("/warehouse/processing/new", "/warehouse/processing/new", **form)
    assert "600 °C, held 90 min, cooled in: air" in page.text


BAD_ROWS = [
    pytest.param({"pieces": ["ten", ""]}, id="pieces-in-words"),
    pytest.param({"pieces": ["", ""], "new_tag": ["", ""], "length": ["", ""]}, id="nothing-comes-out"),
    pytest.param({"length": ["long", ""]}, id="length-in-words"),
    pytest.param({"weighed": ["-1", ""]}, id="mass-below-zero"),
    pytest.param({"treatment": ["quench", "", ""], "temperature_c": ["860", "", ""]}, id="half-a-heating"),
]


@pytest.mark.parametrize("change", BAD_ROWS)
def test_a_row_that_cannot_be_read_is_explained(yard: Yard, browse_as: BrowseAs, change: dict[str, Any]) -> None:
    yard.receive("T1")
    form = {"warehouse_id": yard.warehouse.id, **CUTTING, **change}
    page = browse_as(yard.keeper).submit("/warehouse/processing/new", "/warehouse/processing/new", **form)
    assert "Row 1 cannot be read" in page.text
    assert set(stock(yard)) == {"T1"}


def test_an_owner_orders_on_a_page_and_the_keeper_confirms(yard: Yard, browse_as: BrowseAs) -> None:
    yard.receive("T1", "T2")
    owner, keeper = browse_as(yard.owner), browse_as(yard.keeper)
    order = {"warehouse_id": yard.warehouse.id, "order_number": "A-7", "tags": "T1"}
    titles = "/warehouse/title-transfers"
    assert "no organisation that could own" in owner.submit(titles, titles, **order, to_owner="Nobody Ltd").text
    page = owner.submit(titles, titles, **order, to_owner=yard.other_owner.org_name)
    assert "waits for the yard" in page.text
    address = page.request.path
    assert "belong to the new owner now" in keeper.submit(address, f"{address}/confirm").text
    assert "carried out" in browse_as(yard.other_owner).get(titles).text
    page = owner.submit(
        titles, titles, **order | {"order_number": "A-8", "tags": "T2"}, to_owner=yard.other_owner.org_name
    )
    refused = keeper.submit(page.request.path, f"{page.request.path}/refuse", reason="no stamp")
    assert "no stamp" in refused.text


def test_a_new_owner_reads_of_work_before_his_time_without_a_dead_link(
    yard: Yard, api_as: ApiAs, browse_as: BrowseAs
) -> None:
    yard.receive("T1")
    giver, keeper = api_as(yard.owner), api_as(yard.keeper)
    split = keeper.post("/warehouse/splits", body(yard, tag="T1", parts=[{"pieces": 4, "tag": "A"}, {"pieces": 6}]))
    order = body(yard, to_owner_org_id=yard.other_owner.org_id, order_number="A-7", tags=["A"])
    ordered = giver.post("/warehouse/title-transfers", order).json["id"]
    keeper.post(f"/warehouse/title-transfers/{ordered}/confirm")
    process, made = f"/warehouse/processing/{split.json['id']}", f"/stock/bundles/{yard.bundle_ids(['A'])[0]}"
    for person, status in ((yard.keeper, 200), (yard.other_owner, 404)):
        page = browse_as(person).get(made).text
        assert split.json["number"] in page
        assert (process in page, browse_as(person).get(process).status_code) == (status == 200, status)
