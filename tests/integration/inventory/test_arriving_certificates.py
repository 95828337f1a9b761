"""Certificates named with bundles that come in by scan: tied to the heat where on file, told as missing where not."""

from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select

from inventory.certificates.metals import Paper
from inventory.certificates.models import CertificateHeat
from inventory.matching import Said
from inventory.models import Heat, Receipt
from inventory.operations import certifying
from steelyard.core.audit import AuditEntry
from tests.support.clients import ApiClient, Browser

from .conftest import Yard
from .test_receiving import open_receipt, scan

MILL = "Mill One"


def file(yard: Yard, number: str, heat: str | None) -> int:
    paper = Paper(number, MILL, date(2026, 9, 1), (), heat_number=heat)
    with yard.db.write() as session:
        return certifying.file_certificate(session, yard.keeper, paper).id


def ties(yard: Yard) -> set[tuple[int, str]]:
    query = select(CertificateHeat.certificate_id, Heat.heat_number).join(Heat, Heat.id == CertificateHeat.heat_id)
    with yard.db.read() as session:
        return {(id_, number) for id_, number in session.execute(query)}


def come(yard: Yard, receipt: Receipt, tag: str, heat: str, certificate: str | None) -> str:
    """Scan a bundle in; how its certificate stands."""
    said = Said(yard.product.id, heat, MILL, pieces=10, certificate_number=certificate)
    (answer,) = scan(yard, receipt, tag, said=said)
    assert answer.code == "received"
    return str(answer.params["certificate_standing"])


def test_what_is_on_file_is_tied_and_what_is_not_is_told(yard: Yard) -> None:
    """The heat is new to the yard when the first bundle of it comes; a paper of another heat is not tied by itself."""
    receipt = open_receipt(yard, None, owner_id=yard.owner.org_id)
    whole, of_other = file(yard, "ZB-7", None), file(yard, "ZB-8", "H9")
    assert come(yard, receipt, "T1", "H1", None) == "missing"
    assert come(yard, receipt, "T2", "H1", "ZB-7") == "filed"
    assert come(yard, receipt, "T3", "H1", "ZB-7") == "filed"
    assert come(yard, receipt, "T4", "H1", None) == "of_heat"
    assert come(yard, receipt, "T5", "H2", "ZB-8") == "other_heat"
    assert come(yard, receipt, "T6", "H2", "ZB-6") == "not_filed"
    assert ties(yard) == {(whole, "H1")}
    later = file(yard, "ZB-6", None)
    assert ties(yard) == {(whole, "H1"), (later, "H2")}
    assert come(yard, receipt, "T7", "H9", "ZB-8") == "filed"
    assert (of_other, "H9") in ties(yard)
    with yard.db.read() as session:
        noted = session.scalars(select(AuditEntry.subject).where(AuditEntry.action == "inventory.certificate_tied"))
        assert sorted(noted) == sorted(f"certificate:{id_}" for id_ in (whole, later, of_other))
    yard.assert_sound()


@pytest.mark.either_database
def test_the_device_and_the_receipts_page_say_what_is_missing(
    yard: Yard, api_as: Callable[..., ApiClient], browse_as: Callable[..., Browser]
) -> None:
    """As the scan page sends it; a replay is told the same."""
    receipt = open_receipt(yard, None, owner_id=yard.owner.org_id)
    common = {
        "kind": "receive", "receipt_number": receipt.number, "place": "A-01", "product_id": yard.product.id,
        "mill_name": MILL, "pieces": 10, "event_at": datetime.now(UTC).isoformat(),
    }  # fmt: skip
    scans = [
        {**common, "client_op_id": "a-1", "tag": "T1", "heat_number": "H1", "certificate_number": "ZB-7"},
        {**common, "client_op_id": "a-2", "tag": "T2", "heat_number": "H2"},
    ]
    body = {"warehouse_id": yard.warehouse.id, "operations": scans}
    device = api_as(yard.keeper)
    first, again = device.post("/warehouse/operations", body), device.post("/warehouse/operations", body)
    told = [one["detail"] for one in first.json["answers"]]
    assert "Certificate ZB-7 is not on file yet" in told[0]
    assert "The certificate is missing: none was named, and none is on file for heat H2." in told[1]
    assert again.json == first.json
    page = browse_as(yard.keeper).get(f"/warehouse/receipts/{receipt.id}").text
    assert 'ZB-7 <span class="badge warn">not on file</span>' in page
    assert '<span class="badge bad">no certificate</span>' in page
