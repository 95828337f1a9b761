"""The printed receipt, and the certificates that come with a lorry."""

from collections.abc import Callable
from io import BytesIO

import pypdfium2
import pytest

from inventory import receipt_sheets
from inventory.states import Decision
from steelyard.core.actors import Actor
from tests.support.clients import ApiClient, Browser

from .conftest import Yard
from .test_receiving import announce, decide, finish, line, open_receipt, scan, weigh

ApiAs = Callable[..., ApiClient]
PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\nstartxref\n0\n%%EOF\n"


def text_of(pdf: bytes) -> str:
    return str(pypdfium2.PdfDocument(pdf)[0].get_textpage().get_text_range())


def test_a_receipt_on_paper_shows_three_masses_ticket_and_decision(yard: Yard, inspector: Actor) -> None:
    announce(yard, *(line(yard, f"K{number}", mass_g=690_000) for number in range(2)))
    receipt = open_receipt(yard)
    scan(yard, receipt, "K0", "K1")
    weigh(yard, receipt, 1_400_000)
    finish(yard, receipt)
    decide(yard, inspector, receipt, Decision.ACCEPT_WEIGHED)
    with yard.db.read() as session:
        shown = text_of(receipt_sheets.pdf(session, yard.keeper, receipt.id))
    masses = ("0.689", "0.690", "0.700", "17.400", "1.400")
    for part in (receipt.number, "入库单", "K1", "H1", "BD-1", "按过磅接收", "仓管", *masses):
        assert part in shown, part


def test_a_long_receipt_runs_over_pages(yard: Yard) -> None:
    receipt = yard.receive(*(f"L{number:02}" for number in range(60)))
    with yard.db.read() as session:
        document = pypdfium2.PdfDocument(receipt_sheets.pdf(session, yard.owner, receipt.id))
    assert len(document) == 2
    assert "L59" in document[1].get_textpage().get_text_range()


@pytest.mark.either_database
def test_a_certificate_is_picked_or_attached_on_the_receipts_page(
    yard: Yard, api_as: ApiAs, browse_as: Callable[..., Browser]
) -> None:
    """What names no certificate gets the number; a renamed file and a certificate of another heat are refused."""
    receipt = yard.receive("T1", "T2", certificate_number=None)
    yard.receive("T9", heat_number="H9")
    api, browser = api_as(yard.keeper), browse_as(yard.keeper)
    path = f"/warehouse/receipts/{receipt.id}"
    paper = {"certificate_number": "ZB-7", "issued_on": "2026-08-31"}
    target = f"{path}/paper-certificates"
    page = browser.submit(path, target, **paper, file=(BytesIO(b"MZ renamed"), "zb.pdf"))
    assert "The file is no PDF." in page.text
    page = browser.submit(path, target, **paper, file=(BytesIO(PDF), "zb.pdf"))
    assert "Certificate ZB-7 belongs to the bundles of its heat now." in page.text
    lines = api.get(f"/receipts/{receipt.id}").json["lines"]
    assert {one["certificate_number"] for one in lines} == {"ZB-7"}
    (filed,) = api.get("/certificates", number="ZB-7").json["items"]
    detail = api.get(f"/certificates/{filed['id']}").json
    assert [one["name"] for one in detail["files"]] == ["zb.pdf"]
    assert [one["heat_number"] for one in detail["heats"]] == ["H1"]
    page = browser.submit(path, target, **paper, file=(BytesIO(PDF), "zb.pdf"))
    assert len(api.get("/certificates", number="ZB-7").json["items"]) == 1
    other = {"number": "ZB-9", "mill_name": "Mill One", "heat_number": "H9", "issued_on": "2026-08-31",
             "values": [{"symbol": "C", "value": "0.20"}]}  # fmt: skip
    strange = api.post("/certificates", other).json["id"]
    refused = api.post(f"/receipts/{receipt.id}/certificates", {"certificate_id": strange})
    assert (refused.status_code, refused.json["code"]) == (409, "certificate_of_another_heat")
    again = api.post(f"/receipts/{receipt.id}/certificates", {"certificate_id": filed["id"]})
    assert again.status_code == 200
    printed = api.get(f"/receipts/{receipt.id}/receipt.pdf")
    assert (printed.mimetype, "ZB-7" in text_of(printed.data)) == ("application/pdf", True)
    assert api_as("warehouse", "keeper").get(f"/receipts/{receipt.id}/receipt.pdf").status_code == 404
