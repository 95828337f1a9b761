"""Reasons of a yard: what it begins with, adds and retires, imports and exports, and what documents say of them."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from inventory.masters.models import Reason
from inventory.operations import stocktakes
from inventory.operations.reporting import Finding, report
from inventory.quality.kinds import Severity
from inventory.reasons import BEGINNING
from steelyard.core.clock import utc_now
from steelyard.migrations import run as migrations

from .conftest import Yard

ApiAs = Callable[..., Any]
FIRST = [(use, *told) for use, reasons in BEGINNING.items() for told in reasons]


def standing(yard: Yard) -> list[tuple[str, ...]]:
    with yard.db.read() as session:
        query = select(Reason.use, Reason.code, Reason.name_zh, Reason.name_en).order_by(Reason.id)
        return [tuple(row) for row in session.execute(query.where(Reason.is_retired.is_(False)))]


def path(yard: Yard) -> str:
    return f"/warehouses/{yard.warehouse.id}/reasons"


def retire(api: Any, yard: Yard, use: str, *codes: str) -> Any:
    """Retire reasons one after the other; the last answer."""
    for code in codes:
        (found,) = [one for one in api.get(path(yard), use=use, limit=200).json["items"] if one["code"] == code]
        one = f"{path(yard)}/{found['id']}"
        answer = api.patch(one, {"is_retired": True}, etag=api.get(one).headers["ETag"])
    return answer


def scan_of(kind: str, number: int) -> dict[str, Any]:
    return {
        "client_op_id": f"d-{number}", "kind": "defect", "tag": "T1", "event_at": utc_now().isoformat(),
        "defect": {"kind": kind, "severity": "minor"},
    }  # fmt: skip


def test_a_yard_begins_with_what_was_fixed_whether_it_is_new_or_was_there_before(yard: Yard) -> None:
    founded = standing(yard)
    migrations.downgrade(yard.db, "0033")
    migrations.upgrade(yard.db)
    assert standing(yard) == founded == FIRST


def test_reasons_are_added_retired_and_taken_up_again(yard: Yard, api_as: ApiAs) -> None:
    keeper = api_as(yard.keeper)
    added = keeper.post(path(yard), {"use": "defect", "code": "Q-07", "name_zh": "内折"}).json
    assert (added["name_en"], added["is_retired"]) == ("内折", False)
    again = keeper.post(path(yard), {"use": "defect", "code": "Q-07", "name_zh": "内折"})
    assert (again.status_code, again.json["code"]) == (409, "reason_exists")
    assert keeper.post(path(yard), {"use": "variance", "code": "Q-07", "name_zh": "别的"}).status_code == 201
    assert retire(keeper, yard, "defect", "Q-07").json["is_retired"] is True
    assert [one["code"] for one in keeper.get(path(yard), use="defect", is_retired="true").json["items"]] == ["Q-07"]
    one = f"{path(yard)}/{added['id']}"
    stale = keeper.patch(one, {"is_retired": False}, etag='"1"')
    assert stale.status_code == 412
    assert keeper.patch(one, {"is_retired": False}, etag=keeper.get(one).headers["ETag"]).json["is_retired"] is False
    assert api_as("warehouse", "keeper").get(one).status_code == 404
    assert api_as(yard.counter).post(path(yard), {"use": "defect", "code": "X", "name_zh": "x"}).status_code == 403


def test_a_list_from_which_one_must_choose_never_becomes_empty(yard: Yard, api_as: ApiAs) -> None:
    keeper = api_as(yard.keeper)
    refused = retire(keeper, yard, "overfill", "short", "checked")
    assert (refused.status_code, refused.json["code"]) == (409, "last_reason")
    assert retire(keeper, yard, "overfill", "short").status_code == 200


def test_scans_with_an_unknown_or_retired_reason_are_refused_and_the_others_done(yard: Yard, api_as: ApiAs) -> None:
    yard.receive("T1")
    keeper = api_as(yard.keeper)
    retire(keeper, yard, "defect", "rust")
    body = {"warehouse_id": yard.warehouse.id, "operations": [scan_of("rust", 1), scan_of("no", 2), scan_of("bent", 3)]}
    answers = keeper.post("/warehouse/operations", body).json["answers"]
    assert [one["code"] for one in answers] == ["reason_retired", "reason_unknown", "defect_reported"]
    assert "Choose another one" in answers[0]["detail"]
    keeper.post(path(yard), {"use": "defect", "code": "no", "name_zh": "现有"})
    assert keeper.post("/warehouse/operations", body, key="again").json["answers"] == answers
    anew = {**body, "operations": [scan_of("no", 4)]}
    assert keeper.post("/warehouse/operations", anew).json["answers"][0]["code"] == "defect_reported"


def test_documents_go_on_naming_a_retired_reason(yard: Yard, api_as: ApiAs, browse_as: ApiAs) -> None:
    yard.receive("T1", "T2")
    with yard.db.write() as session:
        written = report(session, yard.keeper, yard.warehouse.id, Finding("rust", Severity.MINOR, tag="T1")).id
        take = stocktakes.open_stocktake(session, yard.keeper, yard.warehouse.id).id
        stocktakes.close(session, yard.keeper, take)
        stocktakes.explain(session, yard.keeper, take, [{"tag": "T2", "reason": "stolen"}])
    keeper, page = api_as(yard.keeper), browse_as(yard.keeper)
    retire(keeper, yard, "defect", "rust")
    retire(keeper, yard, "variance", "stolen")
    assert keeper.get(f"/defects/{written}").json["kind"] == "rust"
    assert "rust" in page.get(f"/warehouse/defects/{written}").text
    line = page.get(f"/warehouse/stocktakes/{take}").text
    assert '<td data-label="Reason">stolen</td>' in line
    assert '<option value="stolen"' not in line
    told = {"tag": "T2", "reason": "stolen"}
    refused = keeper.post(f"/stocktakes/{take}/reasons", {"reasons": [told]})
    assert (refused.status_code, refused.json["code"]) == (409, "reason_retired")
    unknown = keeper.post(
        "/defects", {"warehouse_id": yard.warehouse.id, "tag": "T2", "kind": "?", "severity": "minor"}
    )
    assert (unknown.status_code, unknown.json["code"]) == (409, "reason_unknown")


def test_a_device_takes_the_reasons_along_that_the_yard_uses(yard: Yard, api_as: ApiAs) -> None:
    keeper = api_as(yard.keeper)
    retire(keeper, yard, "swap", "nearer")
    keeper.post(path(yard), {"use": "swap", "code": "rain", "name_zh": "淋雨", "name_en": "Wet from rain"})
    (told,) = keeper.get("/warehouse/device").json["yards"]
    names = {one["code"]: one["name"] for one in told["reasons"] if one["use"] == "swap"}
    assert list(names) == ["damaged", "missing", "rain"]
    assert {one["use"] for one in told["reasons"]} == {"defect", "swap", "overfill", "give_up"}


def test_a_sheet_of_reasons_is_tried_then_taken_and_its_table_can_be_brought_elsewhere(
    yard: Yard, api_as: ApiAs
) -> None:
    keeper = api_as(yard.keeper)
    heading = "用途,编码,名称,英文名称,停用\n"
    text = f"{heading}不良,D1,=1+1,,\n不良,D 2,麻点,,\n天气,D3,雨,,\n退回库存,R1,客户不要,Not wanted,是"
    body = {"kind": "reasons", "warehouse_id": yard.warehouse.id, "text": text}
    wrong = keeper.post("/master-imports", body).json["id"]
    rows = keeper.get(f"/master-imports/{wrong}/rows").json["items"]
    assert [(one["row"], one["outcome"]) for one in rows] == [(2, "wrong"), (3, "wrong"), (4, "wrong"), (5, "new")]
    assert "no code of a reason" in rows[1]["reason"]
    assert keeper.post(f"/master-imports/{wrong}/take").json["code"] == "master_rows_wrong"
    good = "用途,编码,名称\n不良,D1,-麻点\nreturn,R1,@客户不要\n不良,bent,弯曲"
    sheet = keeper.post("/master-imports", {**body, "text": good}).json["id"]
    outcomes = [one["outcome"] for one in keeper.get(f"/master-imports/{sheet}/rows").json["items"]]
    assert outcomes == ["new", "wrong", "wrong"]
    again = keeper.post(
        "/master-imports", {**body, "text": "用途,编码,名称,英文名称\n不良,D1,-麻点\n不良,bent,弯曲,bent"}
    )
    assert keeper.post(f"/master-imports/{again.json['id']}/take").json["taken"] == 1
    exported = keeper.get(f"{path(yard)}.csv").text
    assert "'-麻点" in exported
    known = keeper.post("/master-imports", {**body, "text": exported.replace("'-麻点", "-麻点")}).json["id"]
    told = keeper.get(f"/master-imports/{known}/rows", limit=200).json["items"]
    assert {one["outcome"] for one in told} == {"known"}
    assert len(told) == len(FIRST) + 1
    missing = keeper.post("/master-imports", {"kind": "reasons", "text": good})
    assert (missing.status_code, missing.json["code"]) == (409, "master_not_yours")


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_the_page_adds_and_retires_and_forms_offer_what_is_in_use(yard: Yard, browse_as: ApiAs) -> None:
    yard.receive("T1")
    page, yard_id = browse_as(yard.keeper), yard.warehouse.id
    listed = f"/warehouse/reasons?yard={yard_id}&use=reprint"
    assert "it is written freely" in page.get(listed).text
    added = page.submit(
        listed, f"/warehouse/yards/{yard_id}/reasons", code="rain", name_zh="雨水泡坏", name_en="Wet"
    ).text
    assert "Reason rain was added." in added
    (bundle_id,) = yard.bundle_ids(["T1"])
    assert '<option value="Wet">' in page.get(f"/stock/bundles/{bundle_id}").text
    with yard.db.read() as session:
        id_ = session.scalars(select(Reason.id).filter_by(code="rain")).one()
    assert "is retired" in page.submit(listed, f"/warehouse/yards/{yard_id}/reasons/{id_}").text
    assert '<option value="Wet">' not in page.get(f"/stock/bundles/{bundle_id}").text
