"""A price sheet on its way in: brought, mapped, tried, confirmed; nothing is published before, nothing twice."""

from base64 import b64encode
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from sqlalchemy import func, select

from pricing.import_models import PriceImport
from pricing.importing import sheets
from pricing.models import PriceObservation, PriceSeries, RawDocument
from pricing.sources.base import RawDocument as Fetched
from steelyard.core.database import Database
from tests.support.clients import ApiClient
from tests.support.price_sheets import PASTED, workbook

Api = Callable[..., ApiClient]
TOLD = {"provider": "聊城钢管城", "permission": "口头同意"}
ROWS = [("圆管坯", f"Φ{size}", "20#", "西王", 3600 + size, "+20", "") for size in (90, 130, 150)]


@pytest.fixture
def buyer(api_as: Api) -> ApiClient:
    return api_as("operator", "buyer")


def bring(client: ApiClient, text: str = PASTED, **told: Any) -> dict[str, Any]:
    started = client.post("/price-imports", {"text": text})
    assert started.status_code == 201, started.text
    path = f"/price-imports/{started.json['id']}"
    changed = client.patch(path, TOLD | told, etag=started.headers["ETag"])
    assert changed.status_code == 200, changed.text
    return dict(changed.json)


def confirm(client: ApiClient, draft: dict[str, Any]) -> Any:
    digest = client.get(f"/price-imports/{draft['id']}/dry-run").json["digest"]
    return client.post(f"/price-imports/{draft['id']}/confirm", {"digest": digest})


def counts(db: Database) -> tuple[int, ...]:
    with db.read() as session:
        tables = (RawDocument, PriceSeries, PriceObservation)
        return tuple(session.scalar(select(func.count()).select_from(table)) or 0 for table in tables)


def test_a_pasted_sheet_is_tried_and_confirmed(buyer: ApiClient, db: Database):
    draft = bring(buyer)
    assert (draft["day"], draft["time"], draft["market"], draft["missing"]) == ("2026-09-09", "10:51", "聊城", [])
    (general,) = draft["terms"]
    assert general == {
        "products": [], "weighing": "actual", "payment": "cash", "tax_included": True,
        "delivery": "ex_warehouse_plus_fee", "length": None,
    }  # fmt: skip
    tried = buyer.get(f"/price-imports/{draft['id']}/dry-run").json
    assert (tried["rows"], tried["kept"], tried["dropped"], tried["ready"]) == (5, 3, 2, True)
    lines = buyer.get(f"/price-imports/{draft['id']}/dry-run/lines", limit=2).json
    assert [line["row"] for line in lines["items"]] == [3, 4]
    assert counts(db) == (0, 0, 0)
    done = confirm(buyer, draft).json
    assert (done["state"], counts(db)) == ("confirmed", (1, 3, 3))
    document = buyer.get(f"/price-documents/{done['document_id']}").json
    assert [(drop["row"], drop["reason"]) for drop in document["dropped"]] == [(5, "price_range"), (7, "not_quoted")]
    sheet = buyer.get(f"/price-documents/{done['document_id']}/sheet")
    assert sheet.data.decode() == PASTED
    assert f"filename*=UTF-8''{quote('粘贴')}" in sheet.headers["Content-Disposition"]
    assert (document["publisher"], document["source"]) == ("聊城钢管城", "sheet.聊城钢管城")


def test_the_next_sheet_shows_the_price_before_and_its_series(buyer: ApiClient, db: Database):
    confirm(buyer, bring(buyer))
    later = bring(buyer, PASTED.replace("9月9日", "9月10日").replace("3,620", "3,640"))
    first = buyer.get(f"/price-imports/{later['id']}/dry-run/lines").json["items"][0]
    assert (first["mantissa"], first["last_mantissa"], first["last_day"]) == (3640, 3620, "2026-09-09")
    assert first["series_id"]
    confirm(buyer, later)
    assert counts(db) == (2, 3, 6)


@pytest.mark.parametrize("order", [(9, 10), (10, 9)], ids=["in order", "the later first"])
def test_changed_terms_begin_a_linked_series(buyer: ApiClient, db: Database, order: tuple[int, int]):
    changed = PASTED.replace("9月9日", "9月10日").replace("现款", "承兑")
    for text in (PASTED, changed) if order == (9, 10) else (changed, PASTED):
        assert confirm(buyer, bring(buyer, text)).status_code == 200
    with db.read() as session:
        series = {one.id: one for one in session.scalars(select(PriceSeries))}
    assert sorted((one.payment, one.predecessor_id is None) for one in series.values()) == [
        *[("acceptance", False)] * 3, *[("cash", True)] * 3,
    ]  # fmt: skip
    for one in series.values():
        if one.predecessor_id is not None:
            former = series[one.predecessor_id]
            assert (one.name, one.predecessor, former.payment) == (former.name, former.code, "cash")


def test_a_figure_in_a_remark_is_listed_and_not_taken(buyer: ApiClient, db: Database):
    draft = bring(buyer, PASTED.replace("持平\t货少", "持平\t12米+50"))
    rows = buyer.get(f"/price-imports/{draft['id']}/dry-run/lines").json["items"]
    assert [(row["row"], row["remark"]) for row in rows if row["remark"]] == [(4, "12米+50")]
    assert [row["mantissa"] for row in rows if row["row"] == 4] == [3650]


def test_a_confirmed_sheet_is_read_while_others_can_write(
    buyer: ApiClient, db: Database, monkeypatch: pytest.MonkeyPatch
):
    draft, read, others = bring(buyer), sheets.parse_with_remarks, []
    digest = buyer.get(f"/price-imports/{draft['id']}/dry-run").json["digest"]

    def spied(document: Fetched) -> Any:
        with db.write() as session:  # on SQLite one writes at a time
            others.append(session.scalars(select(PriceImport.id).with_for_update(nowait=True)).one())
        return read(document)

    monkeypatch.setattr(sheets, "parse_with_remarks", spied)
    assert buyer.post(f"/price-imports/{draft['id']}/confirm", {"digest": digest}).json["state"] == "confirmed"
    assert others == [draft["id"]]


def test_a_trial_is_valid_for_its_bytes_and_mapping_only(buyer: ApiClient, db: Database):
    draft = bring(buyer)
    path = f"/price-imports/{draft['id']}"
    seen = buyer.get(f"{path}/dry-run").json["digest"]
    assert buyer.patch(path, {"day": "2026-09-08"}, etag=f'"{draft["version"]}"').status_code == 200
    refused = buyer.post(f"{path}/confirm", {"digest": seen})
    assert (refused.status_code, refused.json["code"], counts(db)) == (409, "price_import_changed", (0, 0, 0))


def test_what_is_confirmed_is_closed(buyer: ApiClient, db: Database):
    draft = bring(buyer)
    confirm(buyer, draft)
    for answer in (
        confirm(buyer, draft),
        buyer.patch(f"/price-imports/{draft['id']}", {"market": "无锡"}, etag='"3"'),
        buyer.delete(f"/price-imports/{draft['id']}", etag='"3"'),
    ):
        assert (answer.status_code, answer.json["code"]) == (409, "price_import_closed")
    assert counts(db) == (1, 3, 3)


def test_what_only_people_can_say_must_be_said(buyer: ApiClient):
    text = "品名\t规格\t价格\n圆管坯\tΦ90\t3620\n圆管坯\tΦ130\t3650"
    started = buyer.post("/price-imports", {"text": text}).json
    assert started["missing"] == ["provider", "permission", "market", "day", "tax"]
    refused = confirm(buyer, started)
    assert (refused.status_code, refused.json["code"]) == (409, "price_import_incomplete")


def test_a_workbook_with_a_wrong_guess_is_corrected_and_the_mapping_remembered(buyer: ApiClient):
    header = ("货", "尺寸", "钢", "厂家", "挂牌", "涨跌", "备注")
    content = b64encode(workbook([header, *ROWS])).decode()
    started = buyer.post("/price-imports", {"content_base64": content, "file_name": "管坯.xlsx"})
    path = f"/price-imports/{started.json['id']}"
    assert (started.json["columns"][0], started.json["form"]) == ("ignored", "xlsx")
    told = TOLD | {
        "columns": ["product", "specification", "grade", "mill", "price", "change", "remark"],
        "terms": [{"products": [], "tax_included": True}],
        "market": "聊城",
        "day": "2026-09-09",
    }
    answer = buyer.patch(path, told, etag=started.headers["ETag"])
    assert answer.status_code == 200, answer.text
    changed = answer.json
    saved = buyer.post("/price-import-mappings", {"import_id": changed["id"], "name": "聊城管坯"})
    assert saved.status_code == 201, saved.text
    assert confirm(buyer, changed).json["state"] == "confirmed"
    again = buyer.post("/price-imports", {"content_base64": content}).json
    assert (again["mapping_name"], again["columns"], again["provider"], again["day"]) == (
        "聊城管坯", told["columns"], "聊城钢管城", None,
    )  # fmt: skip
    listed = buyer.get("/price-import-mappings").json["items"]
    assert [one["name"] for one in listed] == ["聊城管坯"]
    assert (
        buyer.delete(f"/price-import-mappings/{saved.json['id']}", etag=f'"{saved.json["version"]}"').status_code == 204
    )


NO_SHEETS: list[tuple[dict[str, str], str]] = [
    ({}, "price_import_not_one_sheet"),
    ({"text": "a", "content_base64": "YQ=="}, "price_import_not_one_sheet"),
    ({"content_base64": "???"}, "price_sheet_unreadable"),
    ({"content_base64": b64encode(b"MZ\x90\x00").decode(), "file_name": "a.xlsx"}, "price_sheet_is_program"),
    ({"text": " \n"}, "price_sheet_empty"),
]
MISFITS: list[tuple[dict[str, Any], str]] = [
    ({"sheet": 7}, "price_import_no_such_table"),
    ({"header": 99}, "price_import_no_such_table"),
    ({"columns": ["product"]}, "price_import_mapping_unsound"),
    ({"columns": ["product", "price", "price"]}, "price_import_mapping_unsound"),
    ({"columns": ["product", "price"] + ["ignored"] * 30}, "price_import_mapping_unsound"),
    ({"provider": "㍿" * 20}, "price_import_provider_too_long"),
]


def test_what_is_no_sheet_or_does_not_fit_is_refused_by_name(buyer: ApiClient):
    refused = [buyer.post("/price-imports", body) for body, _ in NO_SHEETS]
    draft = bring(buyer)
    etag = f'"{draft["version"]}"'
    refused += [buyer.patch(f"/price-imports/{draft['id']}", change, etag=etag) for change, _ in MISFITS]
    expected = [(409, code) for _, code in (*NO_SHEETS, *MISFITS)]
    assert [(answer.status_code, answer.json["code"]) for answer in refused] == expected


def test_a_refused_sheet_changes_nothing(buyer: ApiClient, db: Database, shared_data: Path):
    content = (shared_data / "prices" / "synthetic" / "city_sheet_slid_columns.xlsx").read_bytes()
    started = buyer.post("/price-imports", {"content_base64": b64encode(content).decode()})
    path = f"/price-imports/{started.json['id']}"
    told = TOLD | {"terms": [{"products": [], "tax_included": True}]}
    draft = buyer.patch(path, told, etag=started.headers["ETag"]).json
    tried = buyer.get(f"{path}/dry-run").json
    assert (tried["outcome"], tried["fault"], tried["detail"], tried["kept"]) == (
        "schema_changed", "numeric_share", "0/7", 0,
    )  # fmt: skip
    refused = confirm(buyer, draft)
    assert (refused.status_code, refused.json["code"], counts(db)) == (409, "price_document_refused", (0, 0, 0))


def test_only_the_operators_buyers_and_finance_bring_sheets_and_see_their_own(
    api_as: Api, world: Any, buyer: ApiClient
):
    draft = bring(buyer)
    assert api_as("pipe_maker", "buyer").post("/price-imports", {"text": PASTED}).status_code == 403
    assert api_as("operator", "viewer").get("/price-imports").status_code == 403
    other = api_as(world.actor("operator", "finance", org=world.org("operator", name="另一家")))
    for path in ("", "/dry-run", "/dry-run/lines", "/columns", "/dry-run.csv"):
        assert other.get(f"/price-imports/{draft['id']}{path}").status_code == 404


def test_open_sheets_are_bounded(buyer: ApiClient, db: Database, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("pricing.operations.imports.MOST_OPEN", 1)
    bring(buyer)
    assert buyer.post("/price-imports", {"text": PASTED}).json["code"] == "price_import_too_many"
    with db.read() as session:
        (draft,) = session.scalars(select(PriceImport)).all()
    assert buyer.delete(f"/price-imports/{draft.id}", etag=f'"{draft.version}"').status_code == 204
    assert buyer.post("/price-imports", {"text": PASTED}).status_code == 201
