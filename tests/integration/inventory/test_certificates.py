"""Certificates filed, tied, shown and derived, over the API and on the pages."""

import json
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from inventory.certificates import metals
from inventory.models import Bundle, Heat
from steelyard.api import csrf
from steelyard.core.actors import OrgKind
from steelyard.core.files import FileStore
from tests.support.clients import SITE, ApiClient, Browser, find_form

from .conftest import Yard

ApiAs = Callable[..., ApiClient]
BrowseAs = Callable[..., Browser]
PDF = b"%PDF-1.7\n1 0 obj<<>>endobj\nstartxref\n0\n%%EOF\n"
TYPED = {
    "number": "ZB-1", "mill_name": "Mill One", "heat_number": "H1", "issued_on": "2026-08-31", "grade": "20",
    "standard": "GB/T 699",
    "values": [{"symbol": "C", "value": "0.20"}, {"symbol": "P", "value": "0.040"}, {"symbol": "Rm", "value": "455"}],
}  # fmt: skip


@pytest.fixture
def dialect() -> str:
    """What is read and shown does not depend on the database; one class below takes both."""
    return "sqlite"


@pytest.fixture
def fixture(shared_data: Path) -> bytes:
    """An official example."""
    return (shared_data / "certificates" / "fixtures" / "valid_basic_certificate.json").read_bytes()


@pytest.fixture
def keeper(yard: Yard, api_as: ApiAs) -> ApiClient:
    """The yard's keeper, by program."""
    return api_as(yard.keeper)


def load(client: ApiClient, content: bytes, **headers: str) -> Any:
    """Import a document."""
    return client.call(
        "POST", "/certificates/import", data=content, headers={"Content-Type": "application/json", **headers}
    )


class TestBothDatabases:
    """What is kept, and who sees it."""

    @pytest.fixture(params=["sqlite", "postgresql"])
    def dialect(self, request: pytest.FixtureRequest) -> str:
        """Each database."""
        return str(request.param)

    def test_a_document_is_imported_once(self, keeper: ApiClient, fixture: bytes) -> None:
        """The same bytes again give the same certificate; other contents under the number are refused."""
        first, again = load(keeper, fixture), load(keeper, fixture)
        assert (first.status_code, again.status_code) == (201, 201), first.text
        assert first.get_json() == again.get_json()
        other = load(keeper, fixture.replace(b"0.18", b"0.19"))
        assert (other.status_code, other.get_json()["code"]) == (409, "certificate_exists")
        shown = keeper.get(first.headers["Location"]).get_json()
        assert (shown["heat_number"], shown["source"]) == ("H-10987", "metals")
        carbon = next(value for value in shown["values"] if value["symbol"] == "C")
        assert (carbon["mantissa"], carbon["scale"], carbon["printed"]) == (18, 2, "≤ 0.2")
        assert carbon["verdict"] == "no_limit"

    def test_who_sees_a_certificate(self, yard: Yard, api_as: ApiAs, keeper: ApiClient) -> None:
        """Whoever filed it and whose bundle it is; a bundle received under another number keeps it from its owner."""
        yard.receive("T1")
        yard.receive("T2", owner=yard.other_owner, certificate_number="ZB-2")
        path = f"/certificates/{keeper.post('/certificates', TYPED).get_json()['id']}"
        assert api_as(yard.owner).get(path).status_code == 200
        assert api_as(yard.other_owner).get(path).status_code == 404
        assert api_as(OrgKind.MILL).get(path).status_code == 404
        assert api_as(OrgKind.OPERATOR).get(path).status_code == 200
        assert [
            one["number"] for one in api_as(yard.owner).get("/certificates", heat_number="H1").get_json()["items"]
        ] == ["ZB-1"]
        yard.receive("T3", owner=yard.other_owner, certificate_number=None)
        assert api_as(yard.other_owner).get(path).status_code == 200


def test_every_official_fixture_is_imported(keeper: ApiClient, shared_data: Path) -> None:
    """All ten; two of them bear the same number and version with other contents, as the yard is told."""
    answers = {
        path.name: load(keeper, path.read_bytes()).status_code
        for path in sorted((shared_data / "certificates" / "fixtures").glob("*.json"))
    }
    assert len(answers) == 10
    assert {name for name, status in answers.items() if status != 201} == {"valid_individual_statements.json"}


def test_a_wrong_document_is_refused_by_field(keeper: ApiClient, fixture: bytes) -> None:
    """422 with paths; nothing is kept."""
    document = json.loads(fixture)
    del document["DigitalMaterialPassport"]["IssueDate"]
    answer = load(keeper, json.dumps(document).encode())
    assert (answer.status_code, answer.get_json()["code"]) == (422, "certificate_invalid")
    assert "IssueDate" in answer.get_json()["errors"]["DigitalMaterialPassport"][0]
    assert load(keeper, b"{").status_code == 400
    assert load(keeper, b" " * (metals.MOST_BYTES + 1)).status_code == 413
    assert load(keeper, fixture, **{"Content-Type": "text/plain"}).status_code == 415
    assert keeper.get("/certificates").get_json()["items"] == []


def test_values_stand_beside_the_limits(yard: Yard, keeper: ApiClient) -> None:
    """A typed certificate finds its heat, and each value its limit with the source."""
    yard.receive("T1")
    filed = keeper.post("/certificates", TYPED).get_json()
    assert [heat["heat_number"] for heat in filed["heats"]] == ["H1"]
    assert [bundle["tag"] for bundle in filed["bundles"]] == ["T1"]
    by_symbol = {value["symbol"]: value for value in filed["values"]}
    assert {name: value["verdict"] for name, value in by_symbol.items()} == {
        "C": "within", "P": "outside", "Rm": "within",
    }  # fmt: skip
    assert by_symbol["C"]["limits"] == [
        {"between": "0.17 – 0.23", "standard": "GB/T 699", "year": 2015, "table": "1", "direction": None,
         "over_um": None, "to_um": None},
    ]  # fmt: skip
    assert filed["compared_with"] == "GB/T 699 20"
    assert filed["edition"] == {"standard": "GB/T 699", "used": 2015, "asked": 2015, "by": "date", "is_other": False}
    again = keeper.post("/certificates", TYPED)
    assert (again.status_code, again.get_json()["code"]) == (409, "certificate_exists")
    unreadable = keeper.post("/certificates", {**TYPED, "number": "ZB-9", "values": [{"symbol": "C", "value": "x"}]})
    assert unreadable.status_code == 422


def test_another_edition_than_the_one_compared_with_is_said(keeper: ApiClient, browse_as: BrowseAs, yard: Yard) -> None:
    """No limit of GB/T 5310-2023 could be cited: whoever reads such a certificate is told by which edition it went."""
    boiler = {**TYPED, "grade": "20G", "standard": "GB/T 5310-2023"}
    stated = keeper.post("/certificates", boiler).get_json()
    dated = keeper.post("/certificates", {**boiler, "number": "ZB-2", "standard": "GB/T 5310"}).get_json()
    assert [(one["edition"]["asked"], one["edition"]["by"]) for one in (stated, dated)] == [
        (2023, "stated"), (2023, "date"),
    ]  # fmt: skip
    browser = browse_as(yard.keeper)
    for one, said in ((stated, "The certificate states GB/T 5310-2023"), (dated, "GB/T 5310-2023 was in force")):
        page = browser.get(f"/certificates/{one['id']}").text
        assert said in page
        assert "compared with those of GB/T 5310-2017" in page


def test_a_certificate_is_tied_to_a_heat(yard: Yard, api_as: ApiAs, keeper: ApiClient) -> None:
    """By its filer, to a heat that he sees."""
    filed = keeper.post("/certificates", TYPED).get_json()
    assert filed["heats"] == []
    yard.receive("T1", heat_number="H9")
    with yard.db.read() as session:
        heat_id = session.scalars(select(Heat.id)).one()
    path = f"/certificates/{filed['id']}/heats"
    assert api_as(yard.owner).post(path, {"heat_id": heat_id}).status_code == 404
    assert keeper.post(path, {"heat_id": 9_999}).status_code == 404
    for _ in range(2):
        assert [one["heat_number"] for one in keeper.post(path, {"heat_id": heat_id}).get_json()["heats"]] == ["H9"]


def test_a_scan_is_checked_by_its_contents(yard: Yard, app: Flask, api_as: ApiAs, keeper: ApiClient) -> None:
    """A PDF is kept once and only ever saved by a browser; anything else is refused whatever it is called."""
    filed = keeper.post("/certificates", TYPED).get_json()
    path, kind = f"/certificates/{filed['id']}/files", {"Content-Type": "application/pdf"}
    for content in (b"MZ\x90\x00", b"<html>%PDF-", PDF.replace(b"%%EOF", b""), b""):
        answer = keeper.call("POST", f"{path}?name=scan.pdf", data=content, headers=kind)
        assert (answer.status_code, answer.get_json()["code"]) == (409, "not_a_pdf")
    first = keeper.call("POST", f"{path}?name=质保书.pdf", data=PDF, headers=kind)
    again = keeper.call("POST", path, data=PDF, headers=kind)
    assert (first.status_code, first.get_json()) == (201, again.get_json())
    assert api_as(yard.owner).call("POST", path, data=PDF, headers=kind).status_code == 404
    saved = keeper.get(f"{path}/{first.get_json()['id']}")
    assert saved.data == PDF
    assert saved.headers["Content-Disposition"].startswith("attachment")
    assert saved.headers["X-Content-Type-Options"] == "nosniff"
    assert len(list(FileStore(app.extensions["steelyard"].settings.data_dir).digests())) == 1


def test_our_own_certificate(yard: Yard, api_as: ApiAs, keeper: ApiClient) -> None:
    """Derived for the bundle's owner once the mill's is on file; valid by the official schema."""
    yard.receive("T1")
    with yard.db.read() as session:
        bundle_id = session.scalars(select(Bundle.id)).one()
    path = f"/bundles/{bundle_id}/certificate"
    missing = keeper.get(f"{path}.json")
    assert (missing.status_code, missing.get_json()["code"]) == (409, "no_certificate")
    keeper.post("/certificates", TYPED)
    owner = api_as(yard.owner)
    document = owner.get(f"{path}.json")
    assert metals.faults(document.get_json()) == {}
    assert '"Value":0.040' in document.text
    assert "not a mill test certificate" in document.text
    assert owner.get(f"{path}.pdf").data.startswith(b"%PDF-")
    assert api_as(yard.other_owner).get(f"{path}.json").status_code == 404


class TestPages:
    """The same by hand."""

    def upload(self, browser: Browser, page: str, action: str, content: bytes, name: str) -> Any:
        """Send a file by the form of a page, as a browser does."""
        fields = find_form(browser.get(page).text, action).fields
        assert csrf.FIELD in fields
        return browser.client.post(
            action, data={**fields, "file": (BytesIO(content), name)}, base_url=SITE, follow_redirects=True,
            headers={"Referer": SITE + page, "Accept-Language": "en"}, content_type="multipart/form-data",
        )  # fmt: skip

    def test_a_document_is_imported_by_page(self, yard: Yard, browse_as: BrowseAs, fixture: bytes) -> None:
        """A sound one is shown; a wrong one comes back with what is wrong."""
        browser = browse_as(yard.keeper)
        shown = self.upload(browser, "/certificates/new", "/certificates/import", fixture, "c.json").text
        assert "DMP-METAL-001" in shown
        assert "no limits are known" in shown
        wrong = self.upload(browser, "/certificates/new", "/certificates/import", b'{"a": 1}', "c.json").text
        assert "DigitalMaterialPassport" in wrong
        empty = self.upload(browser, "/certificates/new", "/certificates/import", b"", "").text
        assert "Choose a file first" in empty

    def test_a_paper_is_typed_and_scanned(self, yard: Yard, browse_as: BrowseAs) -> None:
        """The values stand beside their limits; the scan is on file; the bundle's page leads there."""
        yard.receive("T1")
        browser = browse_as(yard.keeper)
        refused = browser.submit("/certificates/new", "/certificates/new", **self.typed("C much")).text
        assert "Line 1 of the values cannot be read" in refused
        shown = browser.submit("/certificates/new", "/certificates/new", **self.typed("C 0.20\nP 0.040\nRm 455")).text
        assert "within the limit" in shown
        assert "outside the limit" in shown
        assert "GB/T 699-2015, table 1" in shown
        assert "table not stated" in shown
        bad = self.upload(browser, "/certificates/1", "/certificates/1/files", b"MZ", "scan.pdf").text
        assert "The file is no PDF" in bad
        assert "scan.pdf" in self.upload(browser, "/certificates/1", "/certificates/1/files", PDF, "scan.pdf").text
        assert "ZB-1" in browser.get("/certificates?heat_number=H1").text
        owner = browse_as(yard.owner)
        assert "/certificates/1" in owner.get("/stock/bundles/1").text
        assert "Add the scan" not in owner.get("/certificates/1").text

    def typed(self, values: str) -> dict[str, str]:
        """What a keeper fills in."""
        return {**{name: text for name, text in TYPED.items() if isinstance(text, str)}, "values": values}
