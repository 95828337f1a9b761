"""Defects reported by scan: in one batch with other scans, once, with the photo that the device kept."""

from collections.abc import Callable
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

import pytest
from PIL import Image
from sqlalchemy import func, select

from inventory.matching import Said
from inventory.models import Bundle, StockBalance
from inventory.quality.kinds import Severity
from inventory.quality.models import Defect
from inventory.setting_aside import Fault
from steelyard.core.actors import Actor
from steelyard.core.outbox import Event
from tests.support.clients import ApiClient

from .conftest import Yard
from .test_receiving import finish, open_receipt, scan
from .test_scans import statements

BENT = Fault("bent", Severity.MINOR, "under the crane")
ApiAs = Callable[..., ApiClient]


def report(yard: Yard, tag: str, **more: Any) -> Any:
    return yard.operation("defect", tag, fault=BENT, **more)


def state(yard: Yard, tag: str) -> str | None:
    query = select(StockBalance.state).join(Bundle, Bundle.id == StockBalance.bundle_id)
    with yard.db.read() as session:
        return session.scalar(query.where(Bundle.tag == tag, StockBalance.is_real, StockBalance.pieces > 0))


def test_what_is_reported_is_set_aside_in_the_order_of_the_scans(yard: Yard) -> None:
    """Moved, reported, then issued in one batch: the issue meets what the report left; a replay reports no more."""
    yard.receive("T1", "T2", "T3")
    document = yard.issue("T3")
    batch = [
        yard.operation("move", "T1", place="B-01"), report(yard, "T1"),
        report(yard, "T2", pieces=3), report(yard, "T2", pieces=11), report(yard, "T3"), report(yard, "GHOST"),
    ]  # fmt: skip
    answers = yard.scan(*batch)
    assert [answer.code for answer in answers] == [
        "moved", "defect_reported", "defect_reported", "more_pieces", "already_issued", "bundle_unknown"
    ]  # fmt: skip
    assert yard.scan(*batch) == answers
    assert (state(yard, "T1"), state(yard, "T2")) == ("defective", "quarantine")
    with yard.db.read() as session:
        first, second = session.scalars(select(Defect).order_by(Defect.id)).all()
        told = session.scalars(select(Event).where(Event.type == "inventory.defect_reported")).all()
    assert (first.place, first.pieces, first.remark, second.pieces) == ("B-01", 10, "under the crane", 3)
    assert answers[1].params["number"] == first.number
    assert sorted(event.data["number"] for event in told) == [first.number, second.number]
    assert document.status == "posted"
    yard.assert_sound()


def test_many_reports_take_a_fixed_number_of_statements(yard: Yard) -> None:
    yard.receive(*(f"M{number}" for number in range(12)))
    counted = []
    for tags in (["M0"], [f"M{number}" for number in range(1, 12)]):
        operations = [report(yard, tag) for tag in tags]
        with statements(yard) as seen:
            assert {answer.code for answer in yard.scan(*operations)} == {"defect_reported"}
        counted.append(len(seen))
    assert counted[1] == counted[0]


def test_what_is_reported_on_arrival_is_not_usable_when_its_receipt_is_posted(yard: Yard) -> None:
    receipt = open_receipt(yard, None, owner_id=yard.owner.org_id)
    scan(yard, receipt, "N1", "N2", said=Said(yard.product.id, "H1", "Mill One", pieces=10))
    yard.scan(report(yard, "N1"))
    assert state(yard, "N1") == "expected"
    finish(yard, receipt)
    assert (state(yard, "N1"), state(yard, "N2")) == ("quarantine", "available")
    yard.assert_sound()


def picture() -> bytes:
    buffer = BytesIO()
    Image.new("RGB", (64, 48), 128).save(buffer, "JPEG")
    return buffer.getvalue()


@pytest.mark.either_database
def test_a_device_sends_the_photo_after_the_report(yard: Yard, inspector: Actor, api_as: ApiAs) -> None:
    """By the id of its scan, once; nobody else's, and none of a scan that was refused."""
    yard.receive("T1")
    device = api_as(inspector)
    scanned = {"client_op_id": "d-1", "kind": "defect", "tag": "T1", "event_at": datetime.now(UTC).isoformat()}
    fault = {"defect": {"kind": "crack", "severity": "critical"}}
    wanted = [{**scanned, **fault}, {**scanned, "client_op_id": "d-2"}]
    answer = device.post("/warehouse/operations", {"warehouse_id": yard.warehouse.id, "operations": wanted})
    assert [one["code"] for one in answer.json["answers"]] == ["defect_reported", "operation_incomplete"], answer.text
    assert "is promised to nobody" in answer.json["answers"][0]["detail"]

    def send(api: ApiClient, operation: str, content: bytes = picture()) -> Any:
        path = f"/warehouses/{yard.warehouse.id}/defect-photos?operation={operation}"
        return api.call("POST", path, data=content, headers={"Content-Type": "image/jpeg"})

    assert [send(device, "d-1").status_code for _ in range(2)] == [201, 201]
    assert send(device, "d-1", b"MZ\x90\x00 renamed").json["code"] == "not_a_photo"
    assert send(device, "d-2").status_code == 404
    assert send(device, "no%20id").status_code == 422
    assert send(api_as("warehouse", "inspector"), "d-1").status_code == 404
    (shown,) = device.get("/defects").json["items"]
    assert len(device.get(f"/defects/{shown['id']}").json["photos"]) == 1
    move = {**scanned, "client_op_id": "d-3", "kind": "move", "place": "B-01"}
    refused = device.post("/warehouse/operations", {"warehouse_id": yard.warehouse.id, "operations": [move]})
    assert refused.status_code == 403
    with yard.db.read() as session:
        assert session.scalar(select(func.count()).select_from(Defect)) == 1
