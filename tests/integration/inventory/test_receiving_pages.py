"""The office receives a lorry: announced as a pasted list, weighed, stopped, decided on, put away, taken back."""

from collections.abc import Callable
from typing import Any

import pytest

from steelyard.core.actors import Actor
from tests.support.clients import ApiClient, Browser

from .conftest import Yard

ApiAs, BrowseAs = Callable[..., ApiClient], Callable[..., Browser]
LIST = (
    "捆号\t炉号\t规格\t材质\t标准\t支数\t长度\t重量(吨)\t厂家\n"
    "K1\tH1\t108*4.5\t20\tGB/T 8163\t10\t6 m\t0.690\tMill One\n"
)


@pytest.fixture
def dialect() -> str:
    """Pages and API draw on operations that are tested on both databases."""
    return "sqlite"


def announced(yard: Yard, browser: Browser, **more: Any) -> Any:
    form = {
        "number": "FH-1", "warehouse_id": yard.warehouse.id, "owner_id": yard.owner.org_id, "bundles": LIST, **more
    }  # fmt: skip
    return browser.submit("/warehouse/advices", "/warehouse/advices", **form)


def test_a_lorry_goes_through_the_office(yard: Yard, browse_as: BrowseAs, inspector: Actor) -> None:
    keeper, boss = browse_as(yard.keeper), browse_as(inspector)
    page = announced(yard, keeper)
    assert "was kept with 1 lines" in page.text
    page = keeper.submit(page.request.path, "/warehouse/receipts/open", warehouse_id=yard.warehouse.id)
    assert "is open; scan the bundles to it." in page.text
    path, number = page.request.path, page.text.partition("Receipt RK-")[2][:13]
    assert "K1" in page.text
    (answer,) = yard.scan(yard.operation("receive", "K1", receipt_number=f"RK-{number}", place="A-01"))
    assert answer.code == "received_stated"
    ticket = {"ticket_number": "BD-1", "plate": "鲁P1", "gross": "16.720", "tare": "16.000"}
    page = keeper.submit(path, f"{path}/weighings", **ticket)
    assert "Ticket BD-1 was kept." in page.text
    page = keeper.submit(path, f"{path}/weighings/1/void", reason="another lorry's")
    assert "The ticket was taken out" in page.text
    keeper.submit(path, f"{path}/weighings", **ticket)
    page = keeper.submit(path, f"{path}/post")
    assert "is stopped: a colleague decides on it." in page.text
    assert "differs from the advised mass" in page.text
    assert f'action="{path}/decide"' not in page.text
    assert "1 receipts wait for a decision" in boss.get("/").text
    page = boss.submit(path, f"{path}/decide", decision="accept_weighed", because="the mill agrees")
    assert "Your decision on" in page.text
    assert "0.720 t" in page.text
    assert "No certificate is filed for heat H1." in page.text
    assert "A-02" in keeper.get("/warehouse/put-away").text
    bundle = yard.bundle_ids(["K1"])[0]
    history = keeper.get(f"/api/v1{path.removeprefix('/warehouse')}/epcis").get_json()
    steps = [event["bizStep"] for event in history["epcisBody"]["eventList"]]
    assert steps[-2:] == ["inspecting", "inspecting"]
    page = keeper.submit(f"{path}/bundles/{bundle}", f"{path}/bundles/{bundle}/reverse", reason="wrong yard")
    assert "The bundle was taken back." in page.text
    assert "reversed" in page.text
    yard.assert_sound()


BAD_LISTS = [
    pytest.param("捆号,支数\nK1,ten\n", "Row 2, column pieces: “ten” cannot be read.", id="pieces-in-words"),
    pytest.param("捆号,支数\nK1,-1\n", "Row 2, column pieces: “-1” cannot be read.", id="minus-one"),
    pytest.param("捆号,支数\nK1,1000000000000\n", "cannot be read", id="10^12"),
    pytest.param("K1,10\nK2,10\n", "No heading was recognised.", id="no-heading"),
    pytest.param("捆号,支数\n" + "K,1\n" * 501, "An advice has 500 rows at most", id="too-long"),
    pytest.param("捆号,支数\nK1,1\nK1,1\n", "stands twice", id="tag-twice"),
    pytest.param("", "No heading was recognised.", id="nothing"),
]


@pytest.mark.parametrize(("table", "sentence"), BAD_LISTS)
def test_a_bad_list_is_explained_and_nothing_is_kept(
    yard: Yard, browse_as: BrowseAs, table: str, sentence: str
) -> None:
    browser = browse_as(yard.keeper)
    page = announced(yard, browser, bundles=table)
    assert sentence in page.text
    assert "No goods are announced." in page.text


def test_owners_announce_and_read_only_their_own(yard: Yard, api_as: ApiAs) -> None:
    owner, other, keeper = api_as(yard.owner), api_as(yard.other_owner), api_as(yard.keeper)
    line = {"bundles": 2, "product_id": yard.product.id, "heat_number": "H1", "mill_name": "Mill One", "pieces": 10}
    made = owner.post("/warehouse/advices", {"number": "FH-2", "lines": [line]})
    assert made.status_code == 201, made.text
    advice = made.get_json()
    path = f"/warehouse/advices/{advice['id']}"
    assert (advice["warehouse_id"], advice["lines"][0]["came"]) == (None, 0)
    assert [api.get(path).status_code for api in (owner, other, keeper)] == [200, 404, 404]
    again = owner.post("/warehouse/advices", {"number": "FH-2", "lines": [line]})
    assert again.get_json()["code"] == "advice_taken"
    foreign = owner.post("/warehouse/advices", {"number": "FH-3", "owner_org_id": yard.keeper.org_id, "lines": [line]})
    assert foreign.get_json()["code"] == "owner_unknown"
    unknown = keeper.post("/warehouse/open-receipts", {"warehouse_id": yard.warehouse.id, "advice_number": "FH-9"})
    assert unknown.get_json()["code"] == "advice_unknown"
    opened = keeper.post("/warehouse/open-receipts", {"warehouse_id": yard.warehouse.id, "advice_number": "FH-2"})
    receipt = opened.get_json()
    assert (opened.status_code, receipt["missing_bundles"], receipt["status"]) == (201, 2, "open")
    assert keeper.get(path).status_code == 200
    awaited = keeper.get(f"/warehouses/{yard.warehouse.id}/awaited").get_json()["items"]
    assert [(one["receipt_number"], one["bundles"]) for one in awaited] == [(receipt["number"], 2)]
    operation = {
        "client_op_id": "r1", "kind": "receive", "tag": "L1", "event_at": receipt["event_at"], "place": "A-01",
        "receipt_number": receipt["number"],
    }  # fmt: skip
    body = {"warehouse_id": yard.warehouse.id, "operations": [operation]}
    (answer,) = keeper.post("/warehouse/operations", body).get_json()["answers"]
    assert answer["code"] == "received"
    assert "10 pieces, by theory 689.2 kg" in answer["detail"]
    waiting = keeper.get(f"/warehouses/{yard.warehouse.id}/put-away").get_json()["items"]
    assert [(one["tag"], one["place"], one["suggested"]) for one in waiting] == [("L1", "A-01", "A-02")]
    short = keeper.post(f"/receipts/{receipt['id']}/post", {})
    assert short.get_json()["code"] == "receipt_short"
    posted = keeper.post(f"/receipts/{receipt['id']}/post", {"as_part": True}).get_json()
    assert (posted["status"], posted["missing_bundles"]) == ("posted", 1)
    assert owner.post(f"{path}/withdraw").get_json()["status"] == "done"
    assert other.get(f"/receipts/{receipt['id']}").status_code == 404
    table = owner.get(f"/receipts/{receipt['id']}/bundles.csv").text.splitlines()
    assert table[1].split(",")[:2] == ["L1", "108×4.5×6000"]
