"""The yard over HTTP: the story from the heat to the waybill, and what others are not shown."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pypdfium2
import pytest
import zxingcpp
from flask import Flask

from inventory import queries
from inventory.labels import parse_bundle_uri
from inventory.operations import issuing, stocktakes
from tests.support.clients import ApiClient

from .conftest import Yard

ApiAs = Callable[..., ApiClient]


def arrival(yard: Yard, tag: str, **more: Any) -> dict[str, Any]:
    """A bundle as a keeper would send it."""
    return {
        "tag": tag, "product_id": yard.product.id, "heat_number": "26-0815", "mill_name": "Mill One",
        "certificate_number": "ZB-26-0815", "pieces": 10, "piece_length_mm": 6000, "place": "A-01", **more,
    }  # fmt: skip


def receipt(yard: Yard, *bundles: dict[str, Any], **more: Any) -> dict[str, Any]:
    """The body of a receipt."""
    return {
        "warehouse_id": yard.warehouse.id, "owner_org_id": yard.owner.org_id, "source": "announced",
        "advice_number": "DH-20260901-0001", "bundles": list(bundles), **more,
    }  # fmt: skip


def now() -> str:
    return datetime.now(UTC).isoformat()


def test_a_yard_is_set_up_by_its_own_people(yard: Yard, api_as: ApiAs) -> None:
    api = api_as("warehouse", "admin")
    made = api.post("/warehouses", {"code": "LC-02", "name": "二号库"})
    assert made.status_code == 201, made.text
    base = f"/warehouses/{made.json['id']}"
    assert api.post(f"{base}/places", {"code": "甲区", "name": "甲区"}).status_code == 201
    assert api.post(f"{base}/places", {"code": "甲-1", "name": "1", "parent": "甲区"}).status_code == 201
    kinds = {place["kind"] for place in api.get(f"{base}/places").json["items"]}
    assert kinds == {"real", "mill", "customer", "scrap", "processing", "count_difference", "mass_difference"}
    assert api.post("/warehouses", {"code": "LC-02", "name": "again"}).json["code"] == "code_taken"
    assert api.post(f"{base}/places", {"code": "x", "name": "x", "parent": "nowhere"}).json["code"] == "place_unknown"


def test_the_catalogue_reads_sizes_as_the_trade_writes_them(api_as: ApiAs) -> None:
    api = api_as("warehouse", "keeper")
    body = {"kind": "pipe", "standard": "GB/T 8163", "grade": "20", "size": "Φ219*6"}
    made = api.post("/products", body)
    assert (made.status_code, made.json["size"]) == (201, "219×6")
    assert api.post("/products", body).json["code"] == "product_exists"
    for wrong in ({"size": "219"}, {"kind": "billet"}, {"length_kind": "fixed"}, {"size": "20×12"}):
        assert api.post("/products", body | wrong).json["code"] == "product_size"


def test_the_way_of_a_heat_from_receipt_to_waybill(yard: Yard, api_as: ApiAs) -> None:
    keeper, owner = api_as(yard.keeper), api_as(yard.owner)
    received = keeper.post("/receipts", receipt(yard, arrival(yard, "K1"), arrival(yard, "K2")))
    assert received.status_code == 201, received.text
    operations = [
        {"client_op_id": "d1-1", "kind": "move", "tag": "K1", "event_at": now(), "place": "B-01"},
        {"client_op_id": "d1-2", "kind": "move", "tag": "K9", "event_at": now(), "place": "B-01"},
    ]
    answers = keeper.post("/warehouse/operations", {"warehouse_id": yard.warehouse.id, "operations": operations}).json
    assert [answer["code"] for answer in answers["answers"]] == ["moved", "bundle_unknown"]
    told = answers["answers"][1]["detail"]
    assert told.startswith("No bundle of this yard bears the tag K9. Check it;")
    issued = keeper.post(
        "/issues",
        {
            "warehouse_id": yard.warehouse.id, "owner_org_id": yard.owner.org_id, "plate": "鲁P12345",
            "waybill_number": "YD-20260902-0001", "tags": ["K1"],
        },
    )  # fmt: skip
    assert issued.json["status"] == "posted", issued.text
    (heat,) = owner.get("/heats", heat_number="26-0815").json["items"]
    trace = owner.get(f"/heats/{heat['id']}/trace").json
    assert [(b["tag"], b["in_stock"], b["waybill_number"]) for b in trace["bundles"]] == [
        ("K1", False, "YD-20260902-0001"),
        ("K2", True, None),
    ]
    assert [step["kind"] for step in trace["steps"] if step["tag"] == "K1"] == ["received", "moved", "issued"]
    assert trace["steps"][0]["advice_number"] == "DH-20260901-0001"
    balance = trace["balance"]
    assert balance["received_g"] == balance["issued_g"] + balance["in_stock_g"] > 0
    bundle_id = received.json["lines"][0]["bundle_id"]
    backward = owner.get(f"/bundles/{bundle_id}/trace").json
    assert backward["bundle"]["certificate_number"] == "ZB-26-0815"
    assert backward["steps"][-1]["waybill_number"] == "YD-20260902-0001"


def test_stock_is_found_by_size_grade_heat_owner_place_and_tag(yard: Yard, api_as: ApiAs) -> None:
    yard.receive("P1", "P2")
    yard.receive("X1", owner=yard.other_owner, place="B-01", heat_number="H2")
    keeper = api_as(yard.keeper)

    def tags(**query: Any) -> list[str]:
        return [item["tag"] for item in keeper.get("/stock", **query).json["items"]]

    assert tags() == ["P1", "P2", "X1"]
    assert tags(size="108*4.5") == ["P1", "P2", "X1"]
    assert tags(size="108×4.5×12m") == tags(size="219*6") == tags(grade="45") == []
    assert tags(heat_number="H2") == tags(place="B-01") == tags(owner_org_id=yard.other_owner.org_id) == ["X1"]
    assert tags(tag="P") == tags(tag="p") == ["P1", "P2"]
    assert tags(tag="_") == tags(tag="%") == []
    assert keeper.get("/stock", size="wide").json["code"] == "size_unreadable"
    first = keeper.get("/stock", limit=2).json
    assert [item["tag"] for item in keeper.get("/stock", after=first["next"]).json["items"]] == ["X1"]


def test_an_owner_sees_only_his_own_goods(yard: Yard, api_as: ApiAs) -> None:
    document = yard.receive("P1")
    issued_to_other = yard.receive("X1", owner=yard.other_owner)
    yard.issue("P1")
    other, bundle_id = api_as(yard.other_owner), yard.bundle_ids(["P1"])[0]
    assert [item["tag"] for item in other.get("/bundles").json["items"]] == ["X1"]
    for path in (f"/bundles/{bundle_id}", f"/bundles/{bundle_id}/trace", f"/bundles/{bundle_id}/label",
                 f"/receipts/{document.id}"):  # fmt: skip
        assert other.get(path).status_code == 404
    heat = other.get("/heats").json["items"][0]
    assert [bundle["tag"] for bundle in other.get(f"/heats/{heat['id']}/trace").json["bundles"]] == ["X1"]
    assert [item["id"] for item in other.get("/receipts").json["items"]] == [issued_to_other.id]
    assert other.get("/issues").json["items"] == []
    assert {move["to_owner_id"] for move in other.get("/moves").json["items"]} == {yard.other_owner.org_id}


def test_a_stranger_to_the_yard_sees_nothing_and_the_operator_all(yard: Yard, api_as: ApiAs) -> None:
    yard.receive("P1")
    for kind in ("mill", "carrier", "trader", "warehouse", "financier"):
        api = api_as(kind, "admin")
        assert api.get("/stock").json["items"] == api.get("/warehouses").json["items"] == []
        assert api.get(f"/warehouses/{yard.warehouse.id}").status_code == 404
    operator = api_as("operator", "auditor")
    assert [item["tag"] for item in operator.get("/stock").json["items"]] == ["P1"]
    assert operator.get(f"/warehouses/{yard.warehouse.id}/places").status_code == 200


def test_a_stranger_cannot_receive_into_the_yard(yard: Yard, api_as: ApiAs) -> None:
    body = receipt(yard, arrival(yard, "K1"))
    assert api_as("warehouse", "keeper").post("/receipts", body).status_code == 404
    assert api_as("pipe_maker", "admin").post("/receipts", body).status_code == 403
    assert api_as(yard.counter).post("/receipts", body).status_code == 403
    assert api_as(None).post("/receipts", body).status_code == 401


def test_a_counter_counts_but_neither_moves_nor_issues(yard: Yard, api_as: ApiAs) -> None:
    yard.receive("P1")
    operations = [{"client_op_id": "c-1", "kind": "move", "tag": "P1", "event_at": now(), "place": "B-01"}]
    body = {"warehouse_id": yard.warehouse.id, "operations": operations}
    assert api_as(yard.counter).post("/warehouse/operations", body).status_code == 403


def test_a_stocktake_goes_its_way_over_http(yard: Yard, api_as: ApiAs) -> None:
    yard.receive("P1", "P2")
    keeper, counter, manager = api_as(yard.keeper), api_as(yard.counter), api_as(yard.manager)
    opened = keeper.post("/stocktakes", {"warehouse_id": yard.warehouse.id, "place": "A"}).json
    path = f"/stocktakes/{opened['id']}"
    counts = [
        {"client_op_id": "n-1", "tag": "P1", "place": "A-01", "pieces": 9, "event_at": now()},
        {"client_op_id": "n-2", "tag": "NEW", "place": "A-02", "event_at": now()},
        {"client_op_id": "n-3", "tag": "P2", "place": "B-01", "event_at": now()},
    ]
    answers = counter.post(f"{path}/counts", {"counts": counts}).json["answers"]
    assert [answer["code"] for answer in answers] == ["counted", "counted", "place_not_in_scope"]
    assert counter.get(path).status_code == 200
    assert counter.get(f"{path}/lines").json["items"] == []
    assert counter.post(f"{path}/close").status_code == 200
    assert {line["tag"]: line["finding"] for line in counter.get(f"{path}/lines").json["items"]} == {
        "NEW": "unknown", "P1": "pieces", "P2": "missing",
    }  # fmt: skip
    assert counter.post(f"{path}/approve").status_code == 403
    assert manager.post(f"{path}/approve").status_code == 200
    assert {line["tag"]: line["resolution"] for line in manager.get(f"{path}/lines").json["items"]} == {
        "NEW": "to_look_into", "P1": "posted", "P2": "posted",
    }  # fmt: skip
    assert [(item["tag"], item["pieces"]) for item in keeper.get("/stock").json["items"]] == [("P1", 9)]
    assert manager.post(f"{path}/approve").json["code"] == "stocktake_step"
    yard.assert_sound()


BAD_BODIES = [
    pytest.param({"bundles": []}, 422, "invalid", id="no-bundle"),
    pytest.param({"source": "dream"}, 422, "invalid", id="unknown-source"),
    pytest.param({"surprise": 1}, 422, "invalid", id="unknown-field"),
    pytest.param({"warehouse_id": True}, 422, "invalid", id="boolean-id"),
    pytest.param({"advice_number": "x\u0000y"}, 422, "invalid", id="control-character"),
    pytest.param({"owner_org_id": 2**53 - 1}, 409, "owner_unknown", id="unknown-owner"),
    pytest.param({"event_at": "2199-01-01T00:00:00Z"}, 409, "event_in_future", id="future"),
]


@pytest.mark.parametrize(("change", "status", "code"), BAD_BODIES)
def test_bad_receipts_have_typed_answers(
    yard: Yard, api_as: ApiAs, change: dict[str, Any], status: int, code: str
) -> None:
    answer = api_as(yard.keeper).post("/receipts", receipt(yard, arrival(yard, "K1")) | change)
    assert (answer.status_code, answer.json["code"]) == (status, code)


BAD_BUNDLES = [
    pytest.param({"pieces": -1}, 422, "invalid", id="negative-pieces"),
    pytest.param({"pieces": 10**12}, 422, "invalid", id="huge-pieces"),
    pytest.param({"piece_length_mm": 6000.5}, 422, "invalid", id="fractional-length"),
    pytest.param({"weighed_mass_g": 6_900_000}, 409, "mass_implausible", id="tenfold-mass"),
    pytest.param({"place": "@MILL"}, 409, "place_unknown", id="virtual-place"),
    pytest.param({"state": "picked"}, 422, "invalid", id="state-not-for-arrivals"),
]


@pytest.mark.parametrize(("change", "status", "code"), BAD_BUNDLES)
def test_bad_bundles_have_typed_answers(
    yard: Yard, api_as: ApiAs, change: dict[str, Any], status: int, code: str
) -> None:
    answer = api_as(yard.keeper).post("/receipts", receipt(yard, arrival(yard, "K1", **change)))
    assert (answer.status_code, answer.json["code"]) == (status, code)
    assert api_as(yard.keeper).get("/stock").json["items"] == []


def test_issues_of_what_is_not_there_are_refused_over_http(yard: Yard, api_as: ApiAs) -> None:
    body = {
        "warehouse_id": yard.warehouse.id, "owner_org_id": yard.owner.org_id, "plate": "鲁P1", "waybill_number": "YD-1",
        "tags": ["GHOST"],
    }  # fmt: skip
    answer = api_as(yard.keeper).post("/issues", body)
    assert (answer.status_code, answer.json["code"]) == (409, "bundle_unknown")
    assert api_as(yard.keeper).get("/issues").json["items"] == []


def test_a_hold_is_placed_by_the_inspector_and_keeps_the_bundle(yard: Yard, api_as: ApiAs) -> None:
    yard.receive("P1")
    path = f"/bundles/{yard.bundle_ids(['P1'])[0]}/encumbrances"
    inspector = api_as(yard.world.actor("warehouse", "inspector", org=yard.keeper))
    hold = inspector.post(path, {"kind": "quality", "reference": "ZJ-5"})
    assert hold.status_code == 201, hold.text
    assert api_as(yard.keeper).get("/stock").json["items"][0]["encumbered"] is True
    assert inspector.post(f"/encumbrances/{hold.json['id']}/lift").json["lifted_at"] is not None
    assert api_as(yard.counter).post(path, {"kind": "quality", "reference": "ZJ-5"}).status_code == 403


def test_the_label_comes_as_pdf_and_says_which_bundle_it_is(yard: Yard, api_as: ApiAs) -> None:
    yard.receive("P/1 捆")
    answer = api_as(yard.owner).get(f"/bundles/{yard.bundle_ids(['P/1 捆'])[0]}/label")
    assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
    page = pypdfium2.PdfDocument(answer.data)[0]
    (code,) = zxingcpp.read_barcodes(page.render(scale=4, grayscale=True).to_numpy())
    assert parse_bundle_uri(code.text) == (yard.warehouse.code, "P/1 捆")
    assert "0.689 吨" in page.get_textpage().get_text_range()


def test_a_move_is_undone_over_http(yard: Yard, api_as: ApiAs) -> None:
    yard.receive("P1")
    keeper = api_as(yard.keeper)
    body = {"warehouse_id": yard.warehouse.id, "place": "B-01", "tags": ["P1"], "reason": "make room"}
    number = keeper.post("/transfers", body).json["number"]
    (move,) = keeper.get("/moves", document_number=number).json["items"]
    undone = keeper.post(f"/moves/{move['id']}/reverse", {"reason": "the wrong bundle"})
    assert undone.json["reverses_id"] == move["id"]
    assert keeper.get("/stock").json["items"][0]["place"] == "A-01"
    again = keeper.post(f"/moves/{move['id']}/reverse", {"reason": "once more"})
    assert (again.status_code, again.json["code"]) == (409, "move_not_reversible")


def test_the_home_page_says_what_waits(yard: Yard, app: Flask) -> None:
    yard.receive("P1")
    with yard.db.write() as session:
        take = stocktakes.open_stocktake(session, yard.keeper, yard.warehouse.id)
        stocktakes.close(session, yard.counter, take.id)
        issuing.open_issue(session, yard.keeper, yard.warehouse.id, issuing.Loading(yard.owner.org_id, "YD-1", "鲁P1"))
    with app.test_request_context(), yard.db.read() as session:
        for actor, waits in ((yard.manager, [1, 1]), (yard.counter, []), (yard.owner, [])):
            assert [one.count for one in queries.waiting(session, actor)] == waits
