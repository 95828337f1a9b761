"""Quality over HTTP and on its pages: a report with photos, a hold, a decision, a claim with its evidence."""

from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from PIL import Image

from steelyard.core.actors import Actor
from tests.support.clients import ApiClient, Browser

from .conftest import Yard

ApiAs = Callable[..., ApiClient]
BrowseAs = Callable[..., Browser]


@pytest.fixture
def dialect() -> str:
    """What the database answers for has tests on both; one is enough for the way through HTTP."""
    return "sqlite"


def picture(width: int = 64) -> bytes:
    buffer = BytesIO()
    Image.new("RGB", (width, 48), 128).save(buffer, "JPEG")
    return buffer.getvalue()


def inspector_of(yard: Yard) -> Actor:
    return yard.world.actor("warehouse", "inspector", org=yard.keeper, locale="en")


def reported(api: ApiClient, yard: Yard, **change: Any) -> dict[str, Any]:
    body = {"warehouse_id": yard.warehouse.id, "tag": "T1", "kind": "crack", "severity": "major", **change}
    answer = api.post("/defects", {name: value for name, value in body.items() if value is not None})
    assert answer.status_code == 201, answer.text
    return dict(answer.json)


def send_photo(api: ApiClient, defect_id: int, content: bytes, media_type: str = "image/jpeg") -> Any:
    return api.call("POST", f"/defects/{defect_id}/photos", data=content, headers={"Content-Type": media_type})


def test_from_report_to_claim(yard: Yard, api_as: ApiAs) -> None:
    yard.receive("T1")
    counter, inspector, colleague = api_as(yard.counter), api_as(inspector_of(yard)), api_as(inspector_of(yard))
    defect = reported(counter, yard, pieces=10, remark="along the weld")
    photo = send_photo(counter, defect["id"], picture())
    assert photo.status_code == 201, photo.text
    shown = counter.get(f"/defects/{defect['id']}/photos/{photo.json['id']}")
    assert (shown.mimetype, Image.open(BytesIO(shown.data)).size) == ("image/jpeg", (64, 48))
    body = {"heat_id": defect["heat_id"], "defect_id": defect["id"], "reason": "crack"}
    hold = inspector.post("/quality-holds", body)
    assert hold.status_code == 201, hold.text
    assert [row["tag"] for row in inspector.get("/stock?quarantined=true").json["items"]] == ["T1"]
    assert inspector.get("/stock?held=false").json["items"] == []
    path = f"/defects/{defect['id']}/dispositions"
    proposal = inspector.post(path, {"kind": "return_to_mill", "remark": "cracked"})
    assert inspector.post(f"/dispositions/{proposal.json['id']}/decide", {"approved": True}).status_code == 409
    decided = colleague.post(f"/dispositions/{proposal.json['id']}/decide", {"approved": True})
    assert decided.json["status"] == "approved"
    claim = inspector.post(f"/defects/{defect['id']}/claims", {"demand": "take it back", "amount_fen": 100_000})
    paper = inspector.get(f"/claims/{claim.json['id']}/paper")
    assert paper.data.startswith(b"%PDF-")
    assert claim.json["number"] in paper.headers["Content-Disposition"]
    assert inspector.post(f"/claims/{claim.json['id']}/answer", {"answer": "half of it"}).json["status"] == "answered"
    settled = inspector.post(f"/claims/{claim.json['id']}/settle", {"settled_fen": 50_000})
    assert settled.json["status"] == "settled"
    assert inspector.post(f"/claims/{claim.json['id']}/settle", {"settled_fen": 1}).json["code"] == "claim_step"
    whole = inspector.get(f"/defects/{defect['id']}").json
    assert (whole["status"], len(whole["photos"]), len(whole["holds"]), len(whole["claims"])) == ("settled", 1, 1, 1)
    steps = inspector.get(f"/bundles/{defect['bundle_id']}/trace").json["steps"]
    assert [step["kind"] for step in steps] == ["received", "moved", "returned"]
    counter_paper = inspector.post(f"/dispositions/{proposal.json['id']}/undoing", {"remark": "it came back"}).json
    assert counter_paper["reverses_number"] == proposal.json["number"]
    assert colleague.post(f"/dispositions/{counter_paper['id']}/decide", {"approved": True}).status_code == 200
    undone = inspector.get(f"/dispositions/{proposal.json['id']}").json
    assert undone["undone_by_number"] == counter_paper["number"]
    again = inspector.post(f"/dispositions/{proposal.json['id']}/undoing", {"remark": "twice"})
    assert (again.status_code, again.json["code"]) == (409, "disposition_not_reversible")
    assert inspector.get(f"/defects/{defect['id']}").json["status"] == "open"
    yard.assert_sound()


def test_the_owner_sees_the_report_but_not_the_claim(yard: Yard, api_as: ApiAs) -> None:
    yard.receive("T1")
    defect = reported(api_as(yard.keeper), yard)
    inspector = api_as(inspector_of(yard))
    claim = inspector.post(f"/defects/{defect['id']}/claims", {"demand": "replace it", "amount_fen": 0})
    hold = inspector.post("/quality-holds", {"bundle_id": defect["bundle_id"], "reason": "crack"}).json
    owner, stranger = api_as(yard.owner), api_as(yard.other_owner)
    assert owner.get(f"/defects/{defect['id']}").json["claims"] == []
    assert owner.get(f"/claims/{claim.json['id']}").status_code == 403
    assert [row["id"] for row in owner.get("/quality-holds").json["items"]] == [hold["id"]]
    assert owner.post("/quality-holds", {"bundle_id": defect["bundle_id"], "reason": "no"}).status_code == 403
    of_heat = reported(api_as(yard.keeper), yard, tag=None, heat_id=defect["heat_id"])
    assert [row["id"] for row in owner.get("/defects").json["items"]] == [defect["id"], of_heat["id"]]
    assert stranger.get(f"/defects/{defect['id']}").status_code == 404
    assert stranger.get(f"/quality-holds/{hold['id']}").status_code == 404
    assert stranger.get("/defects").json["items"] == []


HOSTILE = [
    pytest.param(b"MZ" + bytes(9000), "image/jpeg", 422, "not_a_photo", id="renamed-executable"),
    pytest.param(picture()[:200], "image/png", 422, "not_a_photo", id="cut-short"),
    pytest.param(picture(), "application/octet-stream", 415, "unsupported_media_type", id="another-type"),
    pytest.param(picture() + bytes(13 << 20), "image/jpeg", 413, "photo_too_large", id="13-mib"),
    pytest.param(picture() + bytes(40 << 20), "image/jpeg", 413, "photo_too_large", id="40-mib"),
]


@pytest.mark.parametrize(("content", "media_type", "status", "code"), HOSTILE)
def test_a_hostile_upload_has_its_typed_answer(
    yard: Yard, api_as: ApiAs, content: bytes, media_type: str, status: int, code: str
) -> None:
    yard.receive("T1")
    api = api_as(yard.keeper)
    defect = reported(api, yard)
    answer = send_photo(api, defect["id"], content, media_type)
    assert (answer.status_code, answer.json["code"]) == (status, code)
    assert len(answer.json["detail"]) > 20
    assert status != 415 or "image/jpeg" in answer.json["detail"]
    assert api.get(f"/defects/{defect['id']}").json["photos"] == []


def test_forty_megabytes_are_told_in_words_of_their_own(yard: Yard, api_as: ApiAs, browse_as: BrowseAs) -> None:
    """Through the API and through the form; nothing of it is kept, and the limit is named."""
    yard.receive("T1")
    api = api_as(yard.keeper)
    defect = reported(api, yard)
    huge = b"\xff\xd8" + bytes(40 << 20)
    answer = send_photo(api, defect["id"], huge)
    assert (answer.status_code, answer.json["code"]) == (413, "photo_too_large")
    assert "12 MiB" in answer.json["detail"]
    path = f"/warehouse/defects/{defect['id']}"
    page = browse_as(yard.keeper).submit(path, f"{path}/photos", photo=(BytesIO(huge), "photo.jpg"))
    assert "The photos are together larger than 16 MiB." in page.text
    assert api.get(f"/defects/{defect['id']}").json["photos"] == []


def test_a_photo_is_kept_once_and_a_report_has_a_dozen_at_most(yard: Yard, api_as: ApiAs) -> None:
    yard.receive("T1")
    api = api_as(yard.keeper)
    defect = reported(api, yard)
    first, again = (send_photo(api, defect["id"], picture()).json["id"] for _ in range(2))
    assert first == again
    codes = [send_photo(api, defect["id"], picture(65 + number)).status_code for number in range(12)]
    assert codes == [201] * 11 + [409]


TARGETS = [
    pytest.param({"tag": None}, "defect_target", id="nothing"),
    pytest.param({"heat_id": 1}, "defect_target", id="both"),
    pytest.param({"tag": None, "heat_id": 1, "pieces": 2}, "defect_target", id="pieces-of-a-heat"),
    pytest.param({"tag": None, "heat_id": 999}, "not_found", id="a-heat-of-nobody"),
    pytest.param({"place": "Z-99"}, "place_unknown", id="a-place-of-nobody"),
    pytest.param({"event_at": "2099-01-01T00:00:00Z"}, "event_in_future", id="tomorrow"),
]


@pytest.mark.parametrize(("change", "code"), TARGETS)
def test_a_report_says_what_is_wrong_with_it(yard: Yard, api_as: ApiAs, change: dict[str, Any], code: str) -> None:
    yard.receive("T1")
    body = {"warehouse_id": yard.warehouse.id, "tag": "T1", "kind": "crack", "severity": "major", **change}
    answer = api_as(yard.keeper).post("/defects", {name: value for name, value in body.items() if value is not None})
    assert answer.json["code"] == code


def test_an_inspector_works_by_telephone(yard: Yard, browse_as: BrowseAs) -> None:
    yard.receive("T1", "T2")
    phone, other = browse_as(inspector_of(yard)), browse_as(inspector_of(yard))
    (first, _) = yard.bundle_ids(["T1", "T2"])
    form = {
        "target": f"bundle:{first}", "kind": "crack", "severity": "critical", "pieces": "10", "hold": "heat",
        "photo": (BytesIO(picture()), "IMG_0001.jpg", "image/jpeg"),
    }  # fmt: skip
    page = phone.submit("/warehouse/defects/new?find=T1", "/warehouse/defects/new", **form)
    assert "In quarantine" in page.text
    assert "<img" in page.text
    path = page.request.path
    proposed = phone.submit(path, f"{path}/dispositions", kind="scrap", remark="beyond repair", cost="120.50")
    assert "120.50" in proposed.text
    number = path.rsplit("/", 1)[1]
    assert "scrap" in proposed.text
    refused = phone.submit(path, "/warehouse/dispositions/1/approve")
    assert "ask a colleague" in refused.text
    assert "was approved and posted" in other.submit(path, "/warehouse/dispositions/1/approve").text
    claimed = phone.submit(path, f"{path}/claims", demand="pay for it", amount="3,000")
    assert "/api/v1/claims/1/paper" in claimed.text
    assert "is noted" in phone.submit(path, "/warehouse/claims/1/answer", answer="we look into it").text
    assert "is settled" in phone.submit(path, "/warehouse/claims/1/settle", settled="0").text
    assert number in other.get("/warehouse/defects?status=settled").text
    assert "A colleague lifts it" in phone.get("/warehouse/holds").text
    assert "was lifted" in other.submit("/warehouse/holds", "/warehouse/holds/1/lift", because="tested again").text
    assert "Nothing is held" in other.get("/warehouse/holds").text
    assert "was lifted by" not in phone.get(f"/stock/bundles/{first}").text
    heat = f"heat:1:{yard.warehouse.id}"
    held = other.submit("/warehouse/holds?find=H1", "/warehouse/holds", target=heat, reason="mixed heats")
    assert "nothing of it leaves the yard" in held.text
    assert "In quarantine" in phone.get(f"/stock/bundles/{yard.bundle_ids(['T2'])[0]}").text
    undoing = phone.submit(path, "/warehouse/dispositions/1/undo", remark="the wrong bundle")
    assert "undoes CZ-" in undoing.text
    assert "undone by CZ-" in other.submit(path, "/warehouse/dispositions/2/approve").text
    yard.assert_sound()


def test_a_renamed_executable_is_told_in_a_sentence(yard: Yard, browse_as: BrowseAs) -> None:
    yard.receive("T1")
    browser = browse_as(yard.keeper)
    form = {
        "target": f"bundle:{yard.bundle_ids(['T1'])[0]}", "kind": "rust", "severity": "minor",
        "photo": (BytesIO(b"MZ" + bytes(5000)), "crack.jpg", "image/jpeg"),
    }  # fmt: skip
    page = browser.submit("/warehouse/defects/new?find=T1", "/warehouse/defects/new", **form)
    assert "The file is no photo" in page.text
    assert "No defect is reported" in browser.get("/warehouse/defects").text


@pytest.mark.parametrize("path", ["/warehouse/defects", "/warehouse/defects/new?find=H1", "/warehouse/holds"])
def test_pages_of_quality_open_in_both_languages(yard: Yard, browse_as: BrowseAs, path: str) -> None:
    yard.receive("T1")
    browser = browse_as(yard.manager)
    for locale in ("zh", "en"):
        browser.client.set_cookie("steelyard_locale", locale, secure=True)
        answer = browser.get(path)
        assert (answer.status_code, answer.text.count("<h1")) == (200, 1)
