"""The API of prices: what the board says, what was known when, and what a refused document answers."""

from base64 import b64encode
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from werkzeug.test import TestResponse

from pricing.operations.ingestion import ingest
from pricing.reference import RECENT, content_of
from steelyard.core import clock
from steelyard.core.database import Database
from tests.support.clients import ApiClient
from tests.support.price_documents import FETCHED, NBS_PAGE, SHFE_FILE, shfe_file, shipped

PIPE = "nbs.ten_day:无缝钢管(219*6,20#):t"
Api = Callable[..., ApiClient]


def body(content: bytes, source: str = "shfe.daily", **more: str) -> dict[str, str]:
    return {
        "source": source,
        "url": "https://example.org/document",
        "content_base64": b64encode(content).decode(),
    } | more


@pytest.fixture
def loaded(recent_prices: Database) -> Database:
    """The shipped prices are there."""
    return recent_prices


def id_of(client: ApiClient, code: str) -> int:
    after, found = None, {}
    while True:
        page = client.get("/price-series", limit=200, **({"after": after} if after else {})).json
        found |= {one["code"]: one["id"] for one in page["items"]}
        after = page["next"]
        if after is None:
            return found[code]


def problem(response: TestResponse) -> tuple[int, str]:
    assert response.json is not None
    return response.status_code, response.json["code"]


def test_operator_loads_the_shipped_documents_over_the_api(api_as: Api):
    operator = api_as("operator")
    for fixture in RECENT:
        sent = body(content_of(fixture), fixture.source, url=fixture.url, fetched_at=fixture.fetched_at.isoformat())
        answer = operator.post("/price-documents", sent)
        assert answer.status_code == 201, answer.json
        assert answer.json["kept"] + len(answer.json["dropped"]) == answer.json["rows"]
    board = operator.get("/price-board", limit=200).json
    assert (len(board["entries"]), board["total"], board["next"]) == (98, 98, None)


def test_board_shows_the_last_release_and_never_a_figure_that_nobody_published(loaded: Database, api_as: Api):
    shown = api_as("pipe_maker").get("/price-board", limit=200).json["entries"]
    entries = {one["series"]["code"]: one for one in shown}
    assert len(entries) == 98
    pipe = entries[PIPE]
    assert (pipe["day"], pipe["value"], pipe["mantissa"], pipe["scale"]) == ("2026-08-31", "4011.9", 40119, 1)
    assert pipe["change"] == {"mantissa": 14, "scale": 1, "basis_points": 3, "basis": "published"}
    assert (pipe["series"]["publisher"], pipe["published_at"]) == ("国家统计局", "2026-09-04T01:30:00Z")
    rebar = entries["shfe.daily:rb2610:settle"]
    assert (rebar["value"], rebar["day"], rebar["change"]["mantissa"]) == ("3100", "2026-09-07", -2)


@pytest.mark.parametrize(
    ("days", "pipe", "rebar"),
    [(-76, "fresh", "fresh"), (-60, "stale", "stale"), (0, "stale", "ended")],
    ids=["8 September", "24 September", "23 November"],
)
def test_board_says_how_fresh_each_price_is(
    loaded: Database, api_as: Api, monkeypatch: pytest.MonkeyPatch, days: int, pipe: str, rebar: str
):
    client = api_as("trader")
    there = datetime(2026, 11, 23, 4, 0, tzinfo=UTC) + timedelta(days=days)
    monkeypatch.setattr("pricing.queries.board.db_now", lambda session: there)
    shown = client.get("/price-board", limit=200).json["entries"]
    entries = {one["series"]["code"]: one["freshness"] for one in shown}
    assert (entries[PIPE], entries["shfe.daily:rb2609:settle"]) == (pipe, rebar)


def test_filters_narrow_the_board_and_the_series(loaded: Database, api_as: Api):
    client = api_as("trader")
    assert len(client.get("/price-board", kind="futures").json["entries"]) == 48
    assert len(client.get("/price-board", category="黑色金属").json["entries"]) == 6
    found = client.get("/price-series", commodity="无缝钢管").json["items"]
    assert [(one["specification"], one["grade"], one["unit"]) for one in found] == [("219×6 20#", "20#", "CNY/t")]


def test_series_is_paged_by_day_with_every_edition_named(loaded: Database, api_as: Api):
    client = api_as("trader")
    path = f"/price-series/{id_of(client, PIPE)}/observations"
    first = client.get(path, limit=4).json
    second = client.get(path, limit=4, after=first["next"]).json
    rows = first["items"] + second["items"]
    assert second["next"] is None
    assert [(row["day"], row["value"], row["edition"], row["derived"]) for row in rows] == [
        ("2026-05-31", "4048.8", "implied", True),
        ("2026-06-10", "4055.0", "release", False),
        ("2026-08-10", "4022.7", "implied", True),
        ("2026-08-20", "4010.5", "release", False),
        ("2026-08-31", "4011.9", "release", False),
        ("2026-09-10", "4026.9", "computed", True),
    ]


def test_chart_draws_published_and_derived_figures_as_lines_of_their_own(loaded: Database, api_as: Api):
    client = api_as("trader")
    lines = client.get(f"/price-series/{id_of(client, PIPE)}/chart").json["series"]
    assert [(line["name"], len(line["points"])) for line in lines] == [
        ("As released", 3),
        ("Implied by the next release", 2),
        ("Computed", 1),
    ]
    assert lines[0]["points"][1] == ["2026-08-20", 4010.5]


def test_as_of_answers_what_was_known_then_whatever_comes_later(db: Database, api_as: Api):
    client = api_as("trader")
    moments = []
    for number, settlement in enumerate((3100, 3105, 3095)):
        with db.write() as session:
            ingest(
                session,
                None,
                source="shfe.daily",
                url="https://example.org/",
                fetched_at=FETCHED + timedelta(minutes=(0, 9, 5)[number]),
                content=shfe_file({"rb2610": settlement}),
            )
        moments.append(client.get("/price-board").json["at"])
    path = f"/price-series/{id_of(client, 'shfe.daily:rb2610:settle')}/observations"
    then = [client.get(path, as_of=moment).json["items"][0] for moment in moments]
    assert [(row["value"], row["revision"], row["revisions"]) for row in then] == [
        ("3100", 1, 1),
        ("3105", 2, 2),
        ("3105", 3, 3),
    ]
    revisions = client.get(path.replace("observations", "revisions")).json["items"]
    assert [(row["revision"], row["value"]) for row in revisions] == [(1, "3100"), (2, "3095"), (3, "3105")]
    assert client.get(path, as_of="2026-09-01T00:00:00Z").json == {"items": [], "next": None}


def test_moment_still_to_come_is_refused(loaded: Database, api_as: Api):
    client = api_as("trader")
    path = f"/price-series/{id_of(client, PIPE)}/observations"
    with clock.shifted(hours=1):
        later = client.get("/price-board").json["at"]
    assert problem(client.get(path, as_of=later)) == (409, "price_as_of_in_future")


def test_every_number_leads_to_its_document_and_to_the_bytes(loaded: Database, api_as: Api):
    client = api_as("trader")
    row = client.get(f"/price-series/{id_of(client, PIPE)}/observations", day_from="2026-08-20").json["items"][0]
    document = client.get(f"/price-documents/{row['document_id']}").json
    assert (document["source"], document["rows"], document["kept"]) == ("nbs.ten_day", 118, 50)
    assert document["publisher"] == "国家统计局"
    assert client.get(f"/price-documents/{row['document_id']}/content").data == shipped(NBS_PAGE)
    listed = client.get("/price-documents").json["items"]
    assert [(one["source"], one["kept"]) for one in listed] == [
        ("nbs.ten_day", 50),
        ("shfe.daily", 48),
        ("nbs.ten_day.transcript", 36),
    ]


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "truncated page": (body(shipped(NBS_PAGE)[:60_000], "nbs.ten_day"), "price_document_truncated"),
    "unsettled file": (
        body(shipped(SHFE_FILE).replace(b'"SETTLEMENTPRICE":3', b'"X":3')),
        "price_document_not_settled",
    ),
    "nothing": (body(b""), "price_document_empty"),
    "no base64": (body(b"") | {"content_base64": "价格"}, "price_document_unreadable"),
    "half a byte": (body(b"") | {"content_base64": "AAAAA"}, "price_document_unreadable"),
    "unknown source": (body(b"{}", "mysteel"), "price_source_unknown"),
    "from the future": (body(shipped(SHFE_FILE), fetched_at="2099-01-01T00:00:00Z"), "price_document_from_future"),
}


@pytest.mark.parametrize(("sent", "code"), REFUSED.values(), ids=REFUSED)
def test_refused_document_has_a_typed_answer_and_changes_nothing(api_as: Api, sent: dict[str, Any], code: str):
    operator = api_as("operator")
    assert problem(operator.post("/price-documents", sent)) == (409, code)
    assert operator.get("/price-documents").json["items"] == []
    assert operator.get("/price-board").json["entries"] == []


MALFORMED: dict[str, dict[str, Any]] = {
    "no text": body(b"") | {"content_base64": 7},
    "too long": body(b"") | {"content_base64": "A" * 4_194_305},
    "unknown field": body(b"") | {"force": True},
    "address of a script": body(b"") | {"url": "javascript:alert(1)"},
    "naive moment": body(b"") | {"fetched_at": "2026-09-08T10:00:00"},
}


@pytest.mark.parametrize("sent", MALFORMED.values(), ids=MALFORMED)
def test_malformed_document_is_invalid(api_as: Api, sent: dict[str, Any]):
    assert problem(api_as("operator").post("/price-documents", sent)) == (422, "invalid")


def test_only_the_operator_brings_documents(api_as: Api):
    kinds = ("pipe_maker", "trader", "mill", "carrier", "warehouse", "financier")
    answers = {kind: problem(api_as(kind).post("/price-documents", body(b""))) for kind in kinds}
    assert answers == dict.fromkeys(kinds, (403, "forbidden"))


def test_stranger_sees_no_prices(api_as: Api):
    assert api_as(None).get("/price-board").status_code == 401


NOWHERE = (
    "/price-series/99999",
    "/price-series/99999/observations",
    "/price-series/99999/chart",
    "/price-documents/99999",
    "/price-documents/99999/content",
    "/price-series/1/observations?after=99999",
)


def test_what_does_not_exist_is_not_found(loaded: Database, api_as: Api):
    client = api_as("trader")
    assert {path: problem(client.get(path)) for path in NOWHERE} == dict.fromkeys(NOWHERE, (404, "not_found"))


def test_same_request_sent_again_brings_the_document_once(api_as: Api):
    operator = api_as("operator")
    sent = body(shipped(SHFE_FILE))
    first = operator.post("/price-documents", sent, key="monday")
    again = operator.post("/price-documents", sent, key="monday")
    assert first.json == again.json
    assert len(operator.get("/price-documents").json["items"]) == 1
