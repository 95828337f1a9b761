"""What a scanning device takes along and reports, over HTTP."""

import re
from collections.abc import Callable

import pytest
from flask import Flask

from tests.integration.inventory.conftest import Yard
from tests.support.clients import ApiClient

ApiAs = Callable[..., ApiClient]


@pytest.fixture
def keeper(api_as: ApiAs, yard: Yard) -> ApiClient:
    """A program of the yard's keeper."""
    return api_as(yard.keeper)


def test_a_device_learns_who_scans_and_what_there_is_to_do(keeper: ApiClient, yard: Yard) -> None:
    told = keeper.get("/warehouse/device").json
    assert (told["user_id"], told["org_id"]) == (yard.keeper.user_id, yard.keeper.org_id)
    assert told["csrf_token"] is None
    (place,) = [one for one in told["yards"][0]["places"] if one["code"] == "A"]
    assert place["section"] is True
    assert [one["section"] for one in told["yards"][0]["places"] if one["code"] == "A-01"] == [False]


def test_a_kit_holds_the_bundles_of_a_section(keeper: ApiClient, api_as: ApiAs, yard: Yard) -> None:
    yard.receive("T1", "T2", place="A-01")
    yard.receive("T3", place="B-01")
    path = f"/warehouses/{yard.warehouse.id}/kit"
    assert [one["tag"] for one in keeper.get(path).json["items"]] == ["T1", "T2", "T3"]
    assert [one["tag"] for one in keeper.get(path, section="A").json["items"]] == ["T1", "T2"]
    page = keeper.get(path, section="A", limit=1).json
    assert [one["tag"] for one in keeper.get(path, section="A", after=page["next"]).json["items"]] == ["T2"]
    assert keeper.get(path, section="Z").json["code"] == "place_unknown"
    assert api_as("warehouse", "keeper").get(path).status_code == 404


def test_scans_that_were_given_up_are_audited(keeper: ApiClient, api_as: ApiAs, yard: Yard) -> None:
    body = {"warehouse_id": yard.warehouse.id, "scans": [{"client_op_id": "x1", "tag": "T9", "reason": "误扫"}]}
    assert keeper.post("/warehouse/given-up", body).json == {"noted": 1}
    assert api_as("warehouse", "keeper").post("/warehouse/given-up", body).status_code == 404


def test_the_worker_knows_every_file_that_it_keeps(app: Flask, yard: Yard) -> None:
    client = app.test_client()
    worker = client.get("/warehouse/scan-worker.js", base_url="https://localhost")
    assert worker.mimetype == "text/javascript"
    files = re.findall(r'"(/static/[^"]+)"', worker.text)
    assert len(files) > 10

    def fetched(name: str) -> bytes:
        answer = client.get(name, base_url="https://localhost", buffered=True)
        assert answer.status_code == 200, name
        return answer.data

    assert all(fetched(name) for name in files)
    manifest = client.get("/warehouse/scan.webmanifest", base_url="https://localhost").json
    assert manifest["start_url"] == "/warehouse/scan"
    assert [fetched(icon["src"])[:8] for icon in manifest["icons"]] == [b"\x89PNG\r\n\x1a\n"] * 3
