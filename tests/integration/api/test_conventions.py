"""The conventions of the API: errors, replays, versions, paging, languages."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from steelyard.accounts.models import Organisation
from steelyard.api.idempotency import KEPT, IdempotencyKey, purge
from steelyard.core import clock
from steelyard.core.actors import OrgKind
from tests.support.clients import ApiClient
from tests.support.world import World

pytestmark = pytest.mark.either_database


@pytest.fixture
def operator(api_as: Callable[..., ApiClient]) -> ApiClient:
    """An operator's administrator."""
    return api_as(OrgKind.OPERATOR)


def mill(name: str) -> dict[str, str]:
    """The body that founds a mill."""
    return {"kind": "mill", "name": name}


BAD_BODIES: dict[str, tuple[bytes, int, str]] = {
    "broken off": (b'{"kind": "mill"', 400, "bad_request"),
    "not utf-8": (b'{"kind": "\xff"}', 400, "bad_request"),
    "not a number": (b'{"kind": NaN}', 400, "bad_request"),
    "infinity": (b'{"kind": -Infinity}', 400, "bad_request"),
    "float beyond range": (b'{"kind": 1e999}', 400, "bad_request"),
    "5,000 digits": (b'{"kind": ' + b"9" * 5000 + b"}", 400, "bad_request"),
    "200,000 deep": (b"[" * 200_000, 400, "bad_request"),
    "the same key twice": (b'{"kind": "mill", "kind": "mill"}', 400, "bad_request"),
    "half a surrogate pair": (b'{"kind": "mill", "name": "\\ud800"}', 400, "bad_request"),
    "a list": (b"[]", 422, "invalid"),
    "wrong type": (b'{"kind": "mill", "name": 7}', 422, "invalid"),
    "unknown field": (b'{"kind": "mill", "name": "x", "colour": "red"}', 422, "invalid"),
    "control character": (b'{"kind": "mill", "name": "a\\u0007"}', 422, "invalid"),
    "only spaces": (b'{"kind": "mill", "name": "   "}', 422, "invalid"),
    "too long": (b'{"kind": "mill", "name": "' + b"x" * 121 + b'"}', 422, "invalid"),
    "unknown choice": (b'{"kind": "bank", "name": "x"}', 422, "invalid"),
}


@pytest.mark.parametrize(("body", "status", "code"), BAD_BODIES.values(), ids=BAD_BODIES.keys())
def test_bad_bodies_are_typed_and_change_nothing(
    operator: ApiClient, world: World, body: bytes, status: int, code: str
) -> None:
    """Each way to send rubbish has its answer, never a 500."""
    before = _organisations(world)
    headers = {"Idempotency-Key": "bad", "Content-Type": "application/json"}
    response = operator.call("POST", "/organisations", data=body, headers=headers)
    assert (response.status_code, response.get_json()["code"]) == (status, code)
    assert response.mimetype == "application/problem+json"
    assert response.get_json()["request_id"] == response.headers["X-Request-Id"]
    assert _organisations(world) == before


def test_a_body_must_be_json_by_its_type(operator: ApiClient) -> None:
    """Another media type is 415."""
    headers = {"Idempotency-Key": "form"}
    response = operator.call("POST", "/organisations", data={"kind": "mill"}, headers=headers)
    assert (response.status_code, response.get_json()["code"]) == (415, "unsupported_media_type")


def test_an_oversized_body_is_refused(operator: ApiClient) -> None:
    """More than the server accepts is 413, before it is parsed."""
    headers = {"Idempotency-Key": "big", "Content-Type": "application/json"}
    response = operator.call("POST", "/organisations", data=b" " * (17 << 20), headers=headers)
    assert (response.status_code, response.get_json()["code"]) == (413, "too_large")


BAD_QUERIES = {
    "unknown": "colour=red",
    "repeated": "limit=1&limit=2",
    "limit zero": "limit=0",
    "limit negative": "limit=-1",
    "limit above 200": "limit=201",
    "limit huge": "limit=99999999999999999999",
    "limit in other digits": "limit=%D9%A1",
    "after with a plus": "after=%2B1",
}


@pytest.mark.parametrize("query", BAD_QUERIES.values(), ids=BAD_QUERIES.keys())
def test_bad_queries_are_refused(operator: ApiClient, query: str) -> None:
    """Unknown, repeated and out-of-range parameters are 422."""
    response = operator.call("GET", f"/organisations?{query}")
    assert (response.status_code, response.get_json()["code"]) == (422, "invalid")


def test_ids_out_of_range_belong_to_nothing(operator: ApiClient) -> None:
    """Zero, a leading zero, and more than 2^53 − 1 are 404."""
    for id_ in ("0", "01", "9007199254740992", "9" * 30, "-1", "1.0"):
        assert operator.get(f"/organisations/{id_}").status_code == 404, id_


def test_a_replay_gives_the_first_answer_and_does_nothing(operator: ApiClient, world: World) -> None:
    """The same key and body answer alike; the same key with another body is refused."""
    first = operator.post("/organisations", mill("First"), key="one")
    again = operator.post("/organisations", mill("First"), key="one")
    other = operator.post("/organisations", mill("Second"), key="one")
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.get_json() == again.get_json()
    assert first.headers["ETag"] == again.headers["ETag"]
    assert again.headers["Idempotent-Replay"] == "true"
    assert (other.status_code, other.get_json()["code"]) == (409, "idempotency_key_reused")
    assert _organisations(world) == 2


def test_a_refusal_does_not_use_up_the_key(operator: ApiClient) -> None:
    """After a refusal the same key may be tried again with a mended body."""
    operator.post("/organisations", mill("Taken"))
    assert operator.post("/organisations", mill("Taken"), key="k").get_json()["code"] == "name_taken"
    assert operator.post("/organisations", mill("Free"), key="k").status_code == 201


def test_without_a_key_nothing_is_made(operator: ApiClient) -> None:
    """A POST without the header is 422."""
    response = operator.call("POST", "/organisations", json=mill("No key"))
    assert (response.status_code, response.get_json()["code"]) == (422, "invalid")


def test_eight_at_once_with_one_key_make_one(app: Flask, operator: ApiClient, world: World) -> None:
    """Retries that overtake each other get one answer between them."""
    with ThreadPoolExecutor(8) as pool:
        calls = [pool.submit(operator.post, "/organisations", mill("Once"), key="same") for _ in range(8)]
        answers = [call.result() for call in calls]
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.get_json()["id"] for answer in answers}) == 1
    assert _organisations(world) == 2


def test_a_secret_is_not_kept_for_the_replay(operator: ApiClient, world: World) -> None:
    """A token's text is shown once and stands nowhere in the database."""
    body = {"name": "robot", "scopes": ["events:read"]}
    first = operator.post("/tokens", body, key="secret").get_json()
    again = operator.post("/tokens", body, key="secret").get_json()
    assert first["token"].startswith("sy_")
    assert again == {**first, "token": ""}
    with world.db.read() as session:
        kept = session.scalars(select(IdempotencyKey.body)).all()
    assert first["token"] not in "".join(text or "" for text in kept)


def test_old_answers_are_forgotten(operator: ApiClient, world: World) -> None:
    """Answers are kept for thirty days."""
    operator.post("/organisations", mill("Kept"))
    with world.db.write() as session:
        purge(session)
        assert session.scalar(select(func.count()).select_from(IdempotencyKey)) == 1
    with clock.shifted(days=KEPT.days + 1), world.db.write() as session:
        purge(session)
        assert session.scalar(select(func.count()).select_from(IdempotencyKey)) == 0


def test_a_change_names_the_version_it_changes(operator: ApiClient) -> None:
    """Absent 428, stale 412, right 200 with a new ETag."""
    made = operator.post("/organisations", mill("Versioned"))
    path = f"/organisations/{made.get_json()['id']}"
    etag = made.headers["ETag"]
    assert operator.get(path).headers["ETag"] == etag
    assert operator.patch(path, {"active": False}).status_code == 428
    assert operator.patch(path, {"active": False}, etag='"99"').get_json()["code"] == "stale_version"
    changed = operator.patch(path, {"active": False}, etag=etag)
    assert (changed.status_code, changed.get_json()["active"]) == (200, False)
    assert operator.patch(path, {"active": True}, etag=etag).status_code == 412
    assert operator.call("GET", path, headers={"If-None-Match": changed.headers["ETag"]}).status_code == 304


def test_two_changes_of_one_version_at_once(operator: ApiClient) -> None:
    """Exactly one of two simultaneous changes wins."""
    made = operator.post("/organisations", mill("Contended"))
    path = f"/organisations/{made.get_json()['id']}"
    with ThreadPoolExecutor(2) as pool:
        calls = [pool.submit(operator.patch, path, {"active": False}, etag=made.headers["ETag"]) for _ in range(2)]
        statuses = sorted(call.result().status_code for call in calls)
    assert statuses[0] == 200
    assert statuses[1] in {409, 412}


def test_pages_follow_one_another(operator: ApiClient) -> None:
    """Keyset pages give everything once, in order."""
    for number in range(5):
        operator.post("/organisations", mill(f"Mill {number}"))
    seen: list[int] = []
    after: int | None = None
    while True:
        query: dict[str, Any] = {"limit": 2} | ({"after": after} if after else {})
        page = operator.get("/organisations", **query).get_json()
        seen += [item["id"] for item in page["items"]]
        after = page["next"]
        if after is None:
            break
    assert seen == sorted(set(seen))
    assert len(seen) == 6


def test_sentences_are_in_the_callers_language(operator: ApiClient) -> None:
    """Chinese and English by Accept-Language; the code is the same."""
    english = operator.call("GET", "/organisations/999", headers={"Accept-Language": "en"}).get_json()
    chinese = operator.call("GET", "/organisations/999", headers={"Accept-Language": "zh-CN"}).get_json()
    assert english["code"] == chinese["code"] == "not_found"
    assert english["detail"].isascii()
    assert not chinese["detail"].isascii()


@pytest.mark.parametrize(
    "header", ["Bearer sy_unknown", "Bearer ", "Basic b3A6b3A=", "sy_x"], ids=["unknown", "empty", "basic", "bare"]
)
def test_bad_tokens(api_as: Callable[..., ApiClient], header: str) -> None:
    """A token that is not one is 401, with the challenge."""
    response = api_as(None).call("GET", "/me", headers={"Authorization": header})
    assert (response.status_code, response.get_json()["code"]) == (401, "unauthenticated")
    assert response.headers["WWW-Authenticate"].startswith("Bearer")


def test_expired_revoked_and_switched_off_tokens(app: Flask, world: World) -> None:
    """A token ends with its date, its revocation, its owner's membership and its organisation."""
    actor = world.actor(OrgKind.MILL)
    assert ApiClient(app, world.token(actor, lifetime=timedelta(seconds=-1))).get("/me").status_code == 401
    client = ApiClient(app, world.token(actor))
    token = client.get("/tokens").get_json()["items"][-1]["id"]
    assert client.delete(f"/tokens/{token}").status_code == 204
    assert client.get("/me").status_code == 401
    other = ApiClient(app, world.token(actor))
    with world.db.write() as session:
        session.get_one(Organisation, actor.org_id).active = False
    assert other.get("/me").status_code == 401


def test_a_flood_is_slowed(world: World, settings_of: Callable[..., Any]) -> None:
    """Beyond the rate a caller gets 429 and is told when to come back."""
    from dataclasses import replace

    from steelyard.app import create_app

    app = create_app(replace(settings_of(world.db), requests_per_minute=10), world.db)
    client = ApiClient(app)
    answers = [client.get("/ping") for _ in range(25)]
    last = answers[-1]
    assert (last.status_code, last.get_json()["code"]) == (429, "too_many_requests")
    assert 1 <= int(last.headers["Retry-After"]) <= 60


def test_probes_and_metrics(app: Flask, operator: ApiClient) -> None:
    """The probes answer, and the metrics count by route without naming sealed ones."""
    client = app.test_client()
    operator.get("/campaigns/1/bids")
    assert client.get("/healthz").get_json() == {"status": "ok"}
    assert client.get("/readyz").get_json() == {"status": "ok"}
    text = client.get("/metrics").text
    assert 'route="/healthz"' in text
    assert "/bid" not in text
    assert "sealed" not in text


def _organisations(world: World) -> int:
    with world.db.read() as session:
        return session.scalar(select(func.count()).select_from(Organisation)) or 0
