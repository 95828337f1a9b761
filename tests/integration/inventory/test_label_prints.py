"""Printing labels over HTTP: numbers are given once, prints are counted and kept, and what was printed is scanned."""

from collections.abc import Callable

import pypdfium2
import pytest
import zxingcpp

from inventory.models import Warehouse
from inventory.operations import setting_up
from tests.integration.inventory.conftest import Yard
from tests.support.clients import ApiClient

ApiAs = Callable[..., ApiClient]
PREFIX = "6901234"


@pytest.fixture
def keeper(api_as: ApiAs, yard: Yard) -> ApiClient:
    """A program of the yard's keeper."""
    return api_as(yard.keeper)


def test_a_label_is_numbered_once_counted_and_scanned(keeper: ApiClient, api_as: ApiAs, yard: Yard) -> None:
    yard.receive("T1", "T2")
    first, second = yard.bundle_ids(["T1", "T2"])
    body = {"warehouse_id": yard.warehouse.id, "bundle_ids": [first, first], "symbol": "data_matrix"}
    plain = keeper.post("/label-prints", body).json
    assert [(line["content"], line["copy"], line["sscc"]) for line in plain["lines"]] == [
        ("steelyard:bundle:LC01/T1", 1, None)
    ]
    assert keeper.post("/gs1-prefixes", {"prefix": PREFIX}).status_code == 201
    body["bundle_ids"] = [first, second]
    refused = keeper.post("/label-prints", body)
    assert (refused.status_code, refused.json["code"]) == (409, "reprint_needs_reason")
    again = keeper.post("/label-prints", {**body, "reason": "吊牌破损", "layout": "sheet"}).json
    assert [(line["tag"], line["copy"]) for line in again["lines"]] == [("T1", 2), ("T2", 1)]
    third = keeper.post("/label-prints", {**body, "reason": "再补"}).json
    assert [line["sscc"] for line in third["lines"]] == [line["sscc"] for line in again["lines"]]
    assert [one["used"] for one in keeper.get("/gs1-prefixes").json["items"]] == [2]
    assert [one["id"] for one in keeper.get("/label-prints", limit=2).json["items"]] == [third["id"], again["id"]]
    file = keeper.get(f"/label-prints/{third['id']}/labels.pdf").data
    code = zxingcpp.read_barcodes(pypdfium2.PdfDocument(file)[1].render(scale=3, grayscale=True).to_numpy())[0]
    assert keeper.get(f"/label-prints/{third['id']}/labels.zpl").data.count(b"^XZ") == 2
    operation = yard.operation("move", "", code=code.text, place="B-01")
    assert [(answer.code, answer.params["tag"]) for answer in yard.scan(operation)] == [("moved", "T2")]
    assert api_as("warehouse", "keeper").get(f"/label-prints/{third['id']}").status_code == 404
    yard.assert_sound()


def test_a_number_of_a_sister_yard_is_told_as_such(keeper: ApiClient, yard: Yard) -> None:
    yard.receive("T1")
    keeper.post("/gs1-prefixes", {"prefix": PREFIX})
    body = {"warehouse_id": yard.warehouse.id, "bundle_ids": yard.bundle_ids(["T1"])}
    (line,) = keeper.post("/label-prints", body).json["lines"]
    with yard.db.write() as session:
        sister: Warehouse = setting_up.open_warehouse(session, yard.keeper, "LC02", "二号库")
    operations = [{"client_op_id": "x", "kind": "move", "code": f"]C100{line['sscc']}", "place": "A"}]
    sent = {"warehouse_id": sister.id, "operations": [{**operations[0], "event_at": "2026-11-23T00:00:00Z"}]}
    (answer,) = keeper.post("/warehouse/operations", sent).json["answers"]
    assert answer["code"] == "tag_of_another_yard"
    assert "LC01" in answer["detail"]


@pytest.mark.parametrize(
    ("prefix", "code"),
    [pytest.param("2001234", "prefix_impossible", id="in-house"), pytest.param(PREFIX, "code_taken", id="twice")],
)
def test_an_impossible_prefix_is_refused(keeper: ApiClient, prefix: str, code: str) -> None:
    keeper.post("/gs1-prefixes", {"prefix": PREFIX})
    refused = keeper.post("/gs1-prefixes", {"prefix": prefix})
    assert (refused.status_code, refused.json["code"]) == (409, code)


def test_a_prefix_without_numbers_left_says_so(keeper: ApiClient, yard: Yard) -> None:
    from sqlalchemy import update

    from inventory.label_models import Gs1Prefix

    yard.receive("T1")
    keeper.post("/gs1-prefixes", {"prefix": PREFIX})
    with yard.db.write() as session:
        session.execute(update(Gs1Prefix).values(used=10**10))
    body = {"warehouse_id": yard.warehouse.id, "bundle_ids": yard.bundle_ids(["T1"])}
    assert keeper.post("/label-prints", body).json["code"] == "prefix_used_up"
    assert keeper.post("/label-prints", {**body, "bundle_ids": [10**9]}).status_code == 404
