"""The status of sources: what people and programs see, and what the operator switches and keeps."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from pricing.fetching import recording, vault
from pricing.fetching.answers import Answer
from pricing.fetching.bodies import Trouble
from pricing.fetching.due import Purpose, Task
from pricing.fetching.models import SourceSecret, SourceState
from pricing.fetching.plans import Request
from pricing.fetching.starting import user_agent
from pricing.sources import shfe
from steelyard.core.audit import AuditEntry
from steelyard.core.database import Database
from tests.support.clients import ApiClient, Browser
from tests.support.price_documents import shfe_file, unsettled_shfe_file
from tests.support.publisher import CHALLENGE

Api = Callable[..., ApiClient]
Browse = Callable[..., Browser]
AT = datetime(2026, 9, 8, 8, 0, tzinfo=UTC)
URL = "https://www.shfe.com.cn/data/tradedata/future/dailydata/kx20260908.dat"


def fetched(db: Database, content: bytes, status: int = 200, minutes: int = 0, trouble: Trouble | None = None) -> int:
    """A fetch as a worker records it, and its outcome."""
    moment = AT + timedelta(minutes=minutes)
    request = Request(URL)
    answer = Answer(URL, moment, moment, status, {"server": "nginx"}, content, trouble)
    with db.write() as session:
        fetch_id = recording.record(session, shfe.SOURCE, Task(Purpose.DOCUMENT, request, moment), answer)
    recording.conclude(db, shfe.SOURCE, fetch_id, moment)
    return fetch_id


@pytest.fixture
def told(db: Database) -> Database:
    fetched(db, shfe_file({}))
    fetched(db, CHALLENGE, 412, minutes=9)
    return db


def one(api: ApiClient, code: str = "shfe.daily") -> dict:
    return api.get(f"/price-sources/{code}").get_json()


def text_of(response) -> str:
    assert response.status_code == 200
    return " ".join(re.sub(r"<[^>]+>", " ", response.text).split())


def test_program_sees_how_a_source_fares(told: Database, api_as: Api):
    api = api_as("trader")
    found = api.get("/price-sources").get_json()
    assert found["fetching"] is False
    source = one(api)
    assert source in found["sources"]
    assert (source["outcome"], source["rows"], source["failures"]) == ("blocked", 48, 1)
    assert [alarm["alarm"] for alarm in source["alarms"]] == ["blocked"]
    assert source["resume_at"] == "2026-09-09T08:09:00Z"
    assert api.get("/price-sources/no.such").status_code == 404


def test_program_reads_fetches_with_their_outcomes_and_bytes(told: Database, api_as: Api):
    api = api_as("trader")
    rows = api.get("/price-fetches", source="shfe.daily").get_json()["items"]
    assert [(row["outcome"], row["kept"], row["rows"]) for row in rows] == [("ok", 48, 48), ("blocked", 0, 0)]
    assert api.get("/price-fetches", outcome="blocked").get_json()["items"] == rows[1:]
    assert api.get("/price-fetches", limit=1).get_json()["next"] == rows[0]["id"]
    assert api.get("/price-fetches", source="nbs.ten_day").get_json()["items"] == []
    detail = api.get(f"/price-fetches/{rows[1]['id']}").get_json()
    assert (detail["headers"], detail["dropped"]) == ({"server": "nginx"}, [])
    assert api.get(f"/price-fetches/{rows[1]['id']}/content").data == CHALLENGE
    assert api.get("/price-fetches/999/content").status_code == 404


def test_operator_switches_a_source_and_it_is_written_down(db: Database, api_as: Api, world):
    buyer = world.actor("operator", "buyer")
    assert api_as(buyer).post("/price-sources/shfe.daily/switch", {"on": False}).get_json()["on"] is False
    assert api_as("trader", "buyer").post("/price-sources/shfe.daily/switch", {"on": True}).status_code == 403
    assert one(api_as("mill"))["on"] is False
    assert api_as(buyer).post("/price-sources/nbs.ten_day.transcript/switch", {"on": True}).status_code == 409
    with db.read() as session:
        entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "pricing.source_switched")).one()
        assert (entry.user_id, entry.subject, entry.detail) == (buyer.user_id, "price_source:shfe.daily", {"on": False})


def test_pages_show_sources_fetches_and_rows_that_were_dropped(told: Database, browse_as: Browse):
    browser = browse_as("operator", "buyer")
    text = text_of(browser.get("/prices/sources"))
    assert "This installation asks no publisher by itself." in text
    assert "Turned away by the publisher" in text
    page = text_of(browser.get("/prices/sources/shfe.daily"))
    assert page.index("Fetch 2") < page.index("Fetch 1")
    assert "48 / 48" in page
    assert "a challenge instead of prices" in text_of(browser.get("/prices/fetches/2"))
    fetched(told, unsettled_shfe_file(), minutes=20)
    assert text_of(browser.get("/prices/fetches/3")).count("Not settled yet") == 48
    assert browser.get("/prices/sources/shfe.daily?after=x").status_code == 400
    assert "Fetch 1" in text_of(browser.get("/prices/sources/shfe.daily?after=2"))


def test_switch_on_the_page(db: Database, browse_as: Browse):
    browser = browse_as("operator", "buyer")
    path = "/prices/sources/shfe.daily"
    browser.submit(path, f"{path}/switch")
    assert "Switch this source on" in browser.get(path).text
    assert "Switch this source" not in browse_as("trader").get(path).text


def test_key_is_encrypted_and_bound_to_its_place(db: Database):
    secret_key, value = "s" * 40, "一个密钥 4711"
    with db.write() as session:
        vault.put(session, secret_key, "dce.daily", "apikey", value, now=AT, by=7)
        vault.put(session, secret_key, "dce.daily", "token", "t", now=AT, expires_at=AT + timedelta(hours=1))
    with db.write() as session:
        row = session.get_one(SourceSecret, ("dce.daily", "apikey"))
        assert value.encode() not in row.sealed
        assert vault.get(session, secret_key, "dce.daily", "apikey", AT) == value
        assert vault.get(session, "another" * 8, "dce.daily", "apikey", AT) is None
        assert vault.get(session, secret_key, "dce.daily", "token", AT + timedelta(minutes=59)) == "t"
        assert vault.get(session, secret_key, "dce.daily", "token", AT + timedelta(hours=1)) is None
        session.merge(SourceSecret(source="other", name="apikey", sealed=row.sealed, set_at=AT))
        session.flush()
        assert vault.get(session, secret_key, "other", "apikey", AT) is None


def test_key_serves_all_sources_of_its_publisher_and_shows_nowhere(db: Database, api_as: Api, browse_as: Browse, world):
    admin = world.actor("operator", "admin", locale="en")
    path = "/price-sources/dce.daily/secrets/apikey"
    answer = api_as(admin).post(path, {"secret": "very secret 4711"})
    assert answer.status_code == 200
    for code in ("dce.daily", "dce.night"):
        source = one(api_as("trader"), code)
        assert [(secret["name"], secret["set_at"] is not None) for secret in source["secrets"]] == [
            ("apikey", True), ("secret", False),
        ]  # fmt: skip
    browser = browse_as(admin)
    browser.submit("/prices/sources/dce.night", "/prices/sources/dce.night/secrets/secret", secret="hidden 0815")
    page = browser.get("/prices/sources/dce.night").text
    assert "kept encrypted since" in page
    assert not re.search("4711|0815", page + answer.text + api_as(admin).get("/price-sources").text)
    with db.read() as session:
        details = session.scalars(select(AuditEntry.detail).where(AuditEntry.action == "pricing.source_key_set")).all()
        assert details == [{"name": "apikey"}, {"name": "secret"}]
    assert api_as(admin).post(f"{path}/forget").get_json()["secrets"][0]["set_at"] is None


def test_source_without_need_takes_no_key(db: Database, api_as: Api):
    refusal = api_as("operator", "admin").post("/price-sources/shfe.daily/secrets/apikey", {"secret": "x"})
    assert (refusal.status_code, refusal.get_json()["code"]) == (409, "price_source_secret_unknown")
    assert api_as("operator", "buyer").post("/price-sources/shfe.daily/secrets/a", {"secret": "x"}).status_code == 403


def test_alarm_ends_with_the_next_good_answer(told: Database, api_as: Api):
    fetched(told, shfe_file({"rb2610": 3001}), minutes=30)
    source = one(api_as("trader"))
    assert (source["alarms"], source["failures"], source["resume_at"]) == ([], 0, None)
    with told.read() as session:
        assert session.get_one(SourceState, "shfe.daily").succeeded_at == AT + timedelta(minutes=30)


def test_client_names_itself_and_whom_to_ask(settings_of, db: Database):
    settings = settings_of(db)
    assert re.fullmatch(r"Steelyard/[\d.]+ \(price reader\)", user_agent(settings))
    assert user_agent(replace(settings, fetch_contact="mail@example.org")).endswith("(price reader; mail@example.org)")
