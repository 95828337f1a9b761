"""Delivery orders over HTTP and on their pages: an owner orders, the yard hands out, nobody guesses the code."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pypdfium2
import pytest
import zxingcpp
from sqlalchemy import select

from inventory.delivery_models import DeliveryOrder
from inventory.operations import gate
from steelyard.core.outbox import Event
from tests.support.clients import ApiClient, Browser

from .conftest import Yard
from .orders import CODE, PLATE, allocate, order, pick, states

ApiAs = Callable[..., ApiClient]
BrowseAs = Callable[..., Browser]
ORDERS = "/warehouse/delivery-orders"


@pytest.fixture
def dialect() -> str:
    """What the database answers for has tests on both; one is enough for the way through HTTP."""
    return "sqlite"


def body(yard: Yard, **change: Any) -> dict[str, Any]:
    until = (datetime.now(UTC) + timedelta(days=2)).isoformat()
    return {
        "warehouse_id": yard.warehouse.id, "order_number": "T-1", "plate": PLATE, "pass_code": CODE,
        "valid_until": until, "lines": [{"size": "108*4.5", "grade": "20", "pieces": 20}], **change,
    }  # fmt: skip


def page_text(pdf: bytes) -> str:
    return str(pypdfium2.PdfDocument(pdf)[0].get_textpage().get_text_range())


def test_from_the_order_to_the_gate_pass(yard: Yard, api_as: ApiAs) -> None:
    yard.receive("T1", "T2", "T3")
    owner, keeper = api_as(yard.owner), api_as(yard.keeper)
    made = owner.post(ORDERS, body(yard, driver="王师傅"))
    assert made.status_code == 201, made.text
    one = f"{ORDERS}/{made.json['id']}"
    assert CODE not in made.text
    assert owner.post(ORDERS, body(yard)).json["code"] == "order_taken"
    assert keeper.post(ORDERS, body(yard)).status_code == 403
    assert owner.post(f"{one}/allocate").status_code == 403
    would = keeper.get(f"{one}/candidates").json["lines"]
    assert [(row["tag"], row["why"]) for row in would[0]["candidates"]] == [
        ("T1", None), ("T2", None), ("T3", "not_needed"),
    ]  # fmt: skip
    kept = keeper.post(f"{one}/allocate").json
    assert [(row["tag"], row["place"], row["state"]) for row in kept["allocations"]] == [
        ("T1", "A-01", "reserved"), ("T2", "A-01", "reserved"),
    ]  # fmt: skip
    assert kept["lines"][0]["kept_pieces"] == 20
    listed = page_text(keeper.get(f"{one}/picking-list.pdf").data)
    assert "T1" in listed
    assert "T3" not in listed
    table = owner.get(f"{one}/goods.csv").get_data(as_text=True)
    assert "T1,H1,ZB-1,A-01,to be picked,10," in table
    tasks = keeper.get("/warehouse/device").json["yards"][0]["deliveries"]
    assert [pick_["tag"] for pick_ in tasks[0]["picks"]] == ["T1", "T2"]
    scans = [
        {"client_op_id": f"p-{tag}", "kind": "pick", "tag": tag, "delivery_number": kept["number"], "event_at":
         datetime.now(UTC).isoformat()} for tag in ("T1", "T3", "T2")
    ]  # fmt: skip
    answers = keeper.post("/warehouse/operations", {"warehouse_id": yard.warehouse.id, "operations": scans}).json
    assert [(one["code"], one["detail"]) for one in answers["answers"]][1] == (
        "swap_needs_reason",
        f"Bundle T3 is not on the list of {kept['number']}, but fits in place of T2. Swap it, or leave it.",
    )
    ticket = {"ticket_number": "BD-1", "gross_g": 21_378_302, "tare_g": 20_000_000}
    passed = keeper.post(f"{one}/gate-passes", {"plate": PLATE, "pass_code": CODE, "ticket": ticket})
    assert passed.status_code == 201, passed.text
    paper = keeper.get(f"/warehouse/gate-passes/{passed.json['id']}/pass.pdf").data
    assert "BD-1" in page_text(paper)
    code = zxingcpp.read_barcodes(pypdfium2.PdfDocument(paper)[0].render(scale=3, grayscale=True).to_numpy())[0]
    assert code.text == passed.json["number"]
    assert owner.get("/warehouse/gate-passes", number=code.text).json["items"] == [passed.json]
    issue = keeper.get(f"/issues/{passed.json['issue_id']}").json
    assert ([line["tag"] for line in issue["lines"]], issue["mass_g"]) == (["T1", "T2"], 1_378_302)
    assert owner.get(one).json["status"] == "completed"
    assert owner.get(f"{one}/candidates").json == {"lines": []}
    steps = keeper.get(f"/bundles/{issue['lines'][0]['bundle_id']}/trace").json["steps"]
    assert [step["kind"] for step in steps][-1] == "issued"
    yard.assert_sound()


def test_another_yard_and_another_owner_see_nothing(yard: Yard, api_as: ApiAs) -> None:
    yard.receive("T1", "T2")
    id_ = order(yard)
    one = f"{ORDERS}/{id_}"
    for stranger in (api_as("warehouse", "keeper"), api_as(yard.other_owner)):
        assert stranger.get(ORDERS).json["items"] == []
        assert stranger.get(one).status_code == stranger.get(f"{one}/candidates").status_code == 404
        assert stranger.post(f"{one}/cancel", {"reason": "mine"}).status_code == 404
    outsider = api_as("warehouse", "keeper")
    assert outsider.post(f"{one}/allocate").status_code == 404
    assert outsider.post(f"{one}/gate-passes", {"plate": PLATE, "pass_code": CODE}).status_code == 404
    assert api_as(yard.other_owner).post(ORDERS, body(yard)).status_code == 404
    stolen = body(yard, lines=[{"tag": "X1"}])
    yard.receive("X1", owner=yard.other_owner)
    assert api_as(yard.owner).post(ORDERS, {**stolen, "order_number": "T-2"}).json["code"] == "bundle_unknown"


def test_a_code_that_is_too_short_is_refused(yard: Yard, api_as: ApiAs) -> None:
    owner = api_as(yard.owner)
    assert owner.post(ORDERS, body(yard, pass_code="12345")).status_code == 422


def test_an_owner_changes_his_order_and_its_code(yard: Yard, api_as: ApiAs) -> None:
    yard.receive("T1", "T2")
    owner = api_as(yard.owner)
    one = f"{ORDERS}/{order(yard)}"
    etag = owner.get(one).headers["ETag"]
    change = {"plate": "鲁P54321", "driver": None, "lines": [{"tag": "T2"}]}
    changed = owner.patch(one, change, etag=etag)
    assert (changed.json["plate"], [line["tag"] for line in changed.json["lines"]]) == ("鲁P54321", ["T2"])
    assert owner.patch(one, change, etag=etag).status_code == 412
    etag, lines = changed.headers["ETag"], {"lines": [{"tag": "T2"}]}
    assert [owner.patch(one, lines, etag=etag).status_code for _ in range(2)] == [200, 412]
    assert owner.post(f"{one}/pass-code", {"pass_code": "another-1"}).status_code == 200
    keeper = api_as(yard.keeper)
    assert keeper.post(f"{one}/allocate").json["allocations"][0]["tag"] == "T2"
    assert owner.patch(one, change, etag=owner.get(one).headers["ETag"]).json["code"] == "delivery_allocated"
    leaving = {"plate": "鲁P54321", "pass_code": CODE}
    assert keeper.post(f"{one}/gate-passes", leaving).json["code"] == "pass_code_wrong"
    assert keeper.post(f"{one}/gate-passes", {**leaving, "pass_code": "another-1"}).json["code"] == "nothing_picked"


def test_nobody_guesses_the_code(yard: Yard, api_as: ApiAs, monkeypatch: pytest.MonkeyPatch) -> None:
    """A wrong code is counted although the request is refused; after five the right one waits, too."""
    # argon2id is slow on purpose; how often it is asked is what this test is about
    monkeypatch.setattr(gate, "verify_password", lambda stored, code: code == CODE)
    yard.receive("T1", "T2")
    id_ = order(yard)
    allocate(yard, id_)
    pick(yard, id_, "T1")
    keeper = api_as(yard.keeper)
    path = f"{ORDERS}/{id_}/gate-passes"
    assert keeper.post(path, {"plate": "鲁P9", "pass_code": CODE}).json["code"] == "plate_differs"
    codes = [keeper.post(path, {"plate": PLATE, "pass_code": f"00000{n}"}).json["code"] for n in range(5)]
    assert codes == ["pass_code_wrong"] * 5
    waits = keeper.post(path, {"plate": PLATE, "pass_code": CODE})
    assert (waits.status_code, int(waits.headers["Retry-After"]) > 800) == (429, True)
    assert states(yard)["T1"] == "picked"
    with yard.db.read() as session:
        told = session.scalars(select(Event).where(Event.type == "inventory.pass_code_wrong").order_by(Event.id)).all()
    assert [(one.data["count"], one.data["locked"]) for one in told][-1] == (5, True)
    monkeypatch.setattr(gate, "WINDOW", timedelta(0))
    assert keeper.post(path, {"plate": PLATE, "pass_code": CODE}).status_code == 201


def test_the_pages_lead_from_the_order_to_the_gate(yard: Yard, browse_as: BrowseAs) -> None:
    yard.receive("T1", "T2", "T3")
    owner, keeper = browse_as(yard.owner), browse_as(yard.keeper)
    form = {
        "warehouse_id": yard.warehouse.id, "order_number": "T-1", "plate": PLATE, "pass_code": CODE,
        "valid_until": f"{datetime.now(UTC) + timedelta(days=2):%Y-%m-%dT%H:%M}", "size": ["108*4.5", "", "", "", ""],
        "grade": ["20", "", "", "", ""], "standard": [""] * 5, "pieces": ["14", "", "", "", ""], "mass": [""] * 5,
        "tags": "", "may_split": "true",
    }  # fmt: skip
    short = owner.submit("/warehouse/delivery-orders", "/warehouse/delivery-orders", **{**form, "pass_code": "1"})
    assert "Pick-up code: must be 6 to 20 characters long" in short.text
    placed = owner.submit("/warehouse/delivery-orders", "/warehouse/delivery-orders", **form)
    assert "Tell the driver the pick-up code" in placed.text
    assert CODE not in placed.text
    with yard.db.read() as session:
        id_ = session.scalars(select(DeliveryOrder.id)).one()
    one = f"/warehouse/delivery-orders/{id_}"
    assert "1 delivery orders wait for goods" in keeper.get("/").text
    kept = keeper.submit(one, f"{one}/allocate")
    assert "Goods are kept for the order" in kept.text
    split = keeper.submit(one, f"{one}/splits", part_tag="T2-A")
    assert ">T2-A<" in split.text
    for tag in ("T1", "T2-A"):
        assert pick(yard, id_, tag) == "picked"
    back = keeper.submit(one, f"{one}/returns", tags="T1", reason="no room", place="B-01")
    assert "back in stock" in back.text
    changed = owner.submit(one, f"{one}/change", plate="鲁P54321")
    assert "鲁P54321" in changed.text
    assert "The order was changed" in changed.text
    gone = keeper.submit(one, f"{one}/gate-passes", plate="鲁P54321", pass_code=CODE, rest="release")
    assert "the lorry may leave" in gone.text
    assert ">all handed over<" in gone.text
    assert states(yard) == {"T1": "available", "T2-1": "available", "T3": "available"}


def test_an_order_that_has_run_out_waits_for_its_owner_and_the_yard(yard: Yard, browse_as: BrowseAs) -> None:
    yard.receive("T1", "T2")
    id_ = order(yard)
    allocate(yard, id_)
    with yard.db.write() as session:
        session.get_one(DeliveryOrder, id_).valid_until = datetime.now(UTC) - timedelta(hours=1)
    owner, keeper = browse_as(yard.owner), browse_as(yard.keeper)
    assert "1 of your delivery orders have run out" in owner.get("/").text
    assert "1 delivery orders have run out; free what they keep" in keeper.get("/").text
    one = f"/warehouse/delivery-orders/{id_}"
    ended = keeper.submit(one, f"{one}/cancel", reason="nobody came")
    assert "what was kept for it is free again" in ended.text
    assert states(yard) == {"T1": "available", "T2": "available"}
