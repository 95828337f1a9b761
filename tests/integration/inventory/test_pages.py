"""The pages of the yard, in both languages, as a person without scripts uses them."""

from collections.abc import Callable
from typing import Any

import pytest

from inventory.operations import stocktakes
from inventory.pages import receipts, scanning, stock
from inventory.pages import slice as shared
from inventory.pages import stocktakes as counting
from steelyard.api.locales import COOKIE
from tests.support.clients import Browser

from .conftest import Yard
from .test_scans import statements

pytestmark = pytest.mark.either_database

BrowseAs = Callable[..., Browser]


@pytest.fixture
def dialect() -> str:
    """Pages draw what the API has; one database is enough."""
    return "sqlite"


def receipt_form(yard: Yard, **change: Any) -> dict[str, Any]:
    """What a keeper types."""
    return {
        "warehouse_id": yard.warehouse.id, "owner_id": yard.owner.org_id, "advice_number": "DH-1", "plate": "鲁P1",
        "product_id": yard.product.id, "heat_number": "H9", "mill_name": "Mill One", "certificate_number": "",
        "piece_length_mm": "6 m", "place": "A-01", "state": "available",
        "tag": ["T1", "T2"], "pieces": ["10", "10"], "weighed": ["", "690"], **change,
    }  # fmt: skip


def test_a_keeper_receives_finds_labels_and_traces(yard: Yard, browse_as: BrowseAs) -> None:
    browser = browse_as(yard.keeper)
    page = browser.submit("/warehouse/receipts", "/warehouse/receipts", **receipt_form(yard))
    assert "was posted" in page.text
    assert "0.690 t" in page.text
    stock = browser.get("/stock?size=108*4.5&grade=20")
    assert ">T1<" in stock.text
    assert ">T2<" in stock.text
    bundle_id = yard.bundle_ids(["T1"])[0]
    detail = browser.get(f"/stock/bundles/{bundle_id}").text
    assert "DH-1" in detail
    assert f"/api/v1/bundles/{bundle_id}/label" in detail
    assert "Heat H9" in browser.get("/stock/trace?heat_number=H9").text
    assert "no bundle of this heat" in browser.get("/stock/trace?heat_number=H0").text


BAD_ROWS = [
    pytest.param({"pieces": ["ten", "10"]}, "Row 1 needs", id="pieces-in-words"),
    pytest.param({"weighed": ["", "heavy"]}, "Row 2 needs", id="mass-in-words"),
    pytest.param({"tag": ["", ""]}, "Row 1 needs", id="no-tag"),
    pytest.param({"tag": ["T1", "T1"]}, "stands twice", id="tag-twice"),
    pytest.param({"piece_length_mm": "long"}, "cannot be read", id="length-in-words"),
]


@pytest.mark.parametrize(("change", "sentence"), BAD_ROWS)
def test_a_bad_row_is_explained_and_keeps_what_was_typed(
    yard: Yard, browse_as: BrowseAs, change: dict[str, Any], sentence: str
) -> None:
    page = browse_as(yard.keeper).submit("/warehouse/receipts", "/warehouse/receipts", **receipt_form(yard, **change))
    assert sentence in page.text
    assert 'value="H9"' in page.text
    assert yard.bundle_ids(["T1", "T2"]) == []


def test_a_keeper_adds_a_product_in_the_words_of_the_trade(yard: Yard, browse_as: BrowseAs) -> None:
    form = {"kind": "billet", "standard": "YB/T 4149", "grade": "45", "size": "φ110", "length_kind": "random"}
    page = browse_as(yard.keeper).submit("/warehouse/receipts", "/warehouse/products", **form)
    assert "φ110" in page.text


def test_a_lorry_is_loaded_and_sent_off(yard: Yard, browse_as: BrowseAs) -> None:
    yard.receive("T1")
    browser = browse_as(yard.keeper)
    form = {"warehouse_id": yard.warehouse.id, "owner_id": yard.owner.org_id, "waybill_number": "YD-9", "plate": "鲁P9"}
    page = browser.submit("/warehouse/issues", "/warehouse/issues", **form, tags="T1\n")
    assert "is open for loading" in page.text
    path = page.request.path
    assert "the lorry may leave" in browser.submit(path, f"{path}/post").text
    assert "was issued already" in browser.submit("/warehouse/issues", "/warehouse/issues", **form, tags="T1").text


def test_a_count_is_taken_blind_and_approved_by_another(yard: Yard, browse_as: BrowseAs) -> None:
    yard.receive("BLIND-1", "BLIND-2")
    keeper, counter, manager = browse_as(yard.keeper), browse_as(yard.counter), browse_as(yard.manager)
    page = keeper.submit("/warehouse/stocktakes", "/warehouse/stocktakes", warehouse_id=yard.warehouse.id, place="A")
    path = page.request.path
    blind = counter.get(path).text
    assert "BLIND-1" not in blind
    assert "BLIND-2" not in blind
    assert "was counted" in counter.submit(path, f"{path}/count", tag="BLIND-1", place="A-01").text
    assert "not part of" in counter.submit(path, f"{path}/count", tag="BLIND-2", place="B-01").text
    assert "missing" in counter.submit(path, f"{path}/close").text
    assert "The variance was posted" in manager.submit(path, f"{path}/approve").text
    yard.assert_sound()


def test_the_scan_page_offers_each_what_he_may_do(yard: Yard, browse_as: BrowseAs) -> None:
    keeper = browse_as(yard.keeper).get("/warehouse/scan").text
    counter = browse_as(yard.counter).get("/warehouse/scan").text
    assert 'value="move"' in keeper
    assert 'value="issue"' in keeper
    assert 'value="move"' not in counter
    assert 'value="count"' in counter
    assert browse_as("trader").get("/warehouse/scan").status_code == 403


PAGES = (
    "/stock",
    "/stock/trace",
    "/warehouse/receipts",
    "/warehouse/issues",
    "/warehouse/stocktakes",
    "/warehouse/scan",
)


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("locale", ["zh", "en"])
def test_every_page_opens_in_both_languages(yard: Yard, browse_as: BrowseAs, path: str, locale: str) -> None:
    browser = browse_as(yard.keeper)
    browser.client.set_cookie(COOKIE, locale, secure=True)
    answer = browser.get(path)
    assert answer.status_code == 200
    assert answer.text.count("<h1") == 1
    assert f'<html lang="{locale}' in answer.text


@pytest.mark.parametrize("query", ["size=%00", "after=-1", "after=99999999999999999999", "size=big", "tag=%25"])
def test_a_strange_search_is_no_error(yard: Yard, browse_as: BrowseAs, query: str) -> None:
    assert browse_as(yard.owner).get(f"/stock?{query}").status_code == 200


@pytest.fixture
def narrow(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages that are full with two."""
    for module, *names in (
        (shared, "CHOICES"),
        (receipts, "CHOICES"),
        (scanning, "BEING_WORKED_ON"),
        (stock, "MOST_STEPS", "MOST_BUNDLES"),
        (counting, "MOST_LINES"),
    ):
        for name in names:
            monkeypatch.setattr(module, name, 2)


@pytest.mark.usefixtures("narrow")
def test_a_page_is_bounded_and_says_so(yard: Yard, browse_as: BrowseAs) -> None:
    yard.receive("T1", "T2")
    browser = browse_as(yard.keeper)
    (bundle_id, _) = yard.bundle_ids(["T1", "T2"])
    assert "are shown" not in browser.get("/stock/trace?heat_number=H1").text
    assert "are shown" not in browser.get(f"/stock/bundles/{bundle_id}").text
    yard.receive("T3")
    for place in ("A-02", "B-01"):
        yard.scan(yard.operation("move", "T1", place=place))
    trace = browser.get("/stock/trace?heat_number=H1").text
    assert "the first 2 are shown" in trace
    assert [tag in trace for tag in (">T1<", ">T2<", ">T3<")] == [True, True, False]
    way = browser.get(f"/stock/bundles/{bundle_id}").text
    assert "The newest 2 steps" in way
    assert [word in way for word in ('info">received<', 'info">moved<')] == [False, True]


@pytest.mark.usefixtures("narrow")
def test_a_long_variance_shows_what_differs_first(yard: Yard, browse_as: BrowseAs) -> None:
    yard.receive("T1", "T2", "T3")
    with yard.db.write() as session:
        takes = [stocktakes.open_stocktake(session, yard.keeper, yard.warehouse.id) for _ in range(3)]
    counts = [yard.operation("count", tag, place="A-01", stocktake_number=takes[0].number) for tag in ("T1", "T2")]
    yard.scan(*counts, actor=yard.counter)
    scan = browse_as(yard.keeper).get("/warehouse/scan").text
    assert [take.number in scan for take in takes] == [False, True, True]
    with yard.db.write() as session:
        stocktakes.close(session, yard.counter, takes[0].id)
    page = browse_as(yard.manager).get(f"/warehouse/stocktakes/{takes[0].id}").text
    assert "The first 2 lines" in page
    assert [f">{tag}<" in page for tag in ("T1", "T2", "T3")] == [True, False, True]
    assert page.index(">T3<") < page.index(">T1<")


def test_many_heats_of_one_number_take_no_more_statements_than_one(yard: Yard, browse_as: BrowseAs) -> None:
    yard.receive("ONE", heat_number="H-ONE")
    for number in range(6):
        yard.receive(f"M{number}", heat_number="H-MANY", mill_name=f"Mill {number}")
    browser = browse_as(yard.keeper)
    browser.get("/stock/trace?heat_number=H-ONE")
    with statements(yard) as for_one:
        browser.get("/stock/trace?heat_number=H-ONE")
    with statements(yard) as for_many:
        page = browser.get("/stock/trace?heat_number=H-MANY").text
    assert page.count("Heat H-MANY") == 6
    assert len(for_many) == len(for_one), for_many


def test_a_keeper_prints_labels_and_gives_a_reason_for_another(yard: Yard, browse_as: BrowseAs) -> None:
    browser = browse_as(yard.keeper)
    yard.receive("T1")
    (bundle_id,) = yard.bundle_ids(["T1"])
    first, again = f"/stock/bundles/{bundle_id}", {"layout": "single", "symbol": "qr", "reason": ""}
    added = browser.submit("/warehouse/labels", "/warehouse/labels/prefixes", prefix="6901234")
    assert "numbers behind 6901234" in added.text
    assert "1 labels are ready" in browser.submit(first, f"{first}/labels", **again).text
    refused = browser.submit(first, f"{first}/labels", **again)
    assert "was printed before" in refused.text
    reprinted = browser.submit(first, f"{first}/labels", **{**again, "layout": "zpl", "reason": "torn off"})
    assert "torn off" in reprinted.text
    assert "×2" in reprinted.text
    assert reprinted.text.count("labels.zpl") == 2
    receipt = browser.submit("/warehouse/receipts/1", "/warehouse/receipts/1/labels", **{**again, "reason": "all"})
    assert "×3" in receipt.text
