"""Requests that need a key: the token of the exchange is got once, kept, renewed, and never asked for in a hurry."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from sqlalchemy import select

from pricing.fetching import running, vault
from pricing.fetching.client import Client, Manners
from pricing.fetching.models import PriceFetch, SourceSecret, SourceState
from pricing.fetching.plans import Daily, FetchPlan, Request, Secret
from pricing.fetching.running import Network
from pricing.models import RawContent
from pricing.sources import shfe
from pricing.sources.base import RawDocument, Source
from steelyard.core.database import Database
from tests.support.price_documents import shfe_file
from tests.support.publisher import Publisher, Reply, publishing

AT = datetime(2026, 9, 8, 9, 0, tzinfo=UTC)
TUESDAY = date(2026, 9, 8)
KEY = "k" * 40
TOKEN, QUOTES = "/dceapi/cms/auth/accessToken", "/dceapi/forward/publicweb/dailystat/dayQuotes"
POLITE = Manners(connect=2, read=2, attempts=1, backoff=0, jitter=0, allow_private=True)


def said(code: int, data: object = None, status: int = 200) -> Reply:
    """An answer of the exchange's API, of the recorded form."""
    return Reply(json.dumps({"success": code == 200, "code": code, "msg": "…", "data": data}).encode(), status)


def token(value: str, seconds: int = 3600) -> Reply:
    """A token as the exchange gives it."""
    return said(200, {"tokenType": "Bearer", "token": value, "expiresIn": seconds})


@pytest.fixture
def publisher() -> Iterator[Publisher]:
    with publishing() as found:
        yield found


class Desk:
    """A worker at the exchange's API; the prices in it are those of a file that is known well."""

    def __init__(self, db: Database, publisher: Publisher) -> None:
        self.db, self.publisher, self.moment = db, publisher, AT
        plan = FetchPlan(
            hosts=frozenset({publisher.host}),
            calendar="dce",
            times=(time(16, 0),),
            how=Daily(self._requests),
            catch_up_days=0,
            access="dce",
            secrets=(Secret("apikey", "Key"), Secret("secret", "Secret")),
        )
        contract = replace(shfe.CONTRACT, min_seconds_between_requests=0)
        self.source = Source(contract, self._parse, fetch=plan)

    def _requests(self, day: date) -> tuple[Request, ...]:
        body = {"varietyId": "all", "tradeDate": f"{day:%Y%m%d}"}
        return (Request(self.publisher.home + QUOTES, day, body),)

    @staticmethod
    def _parse(document: RawDocument):
        return shfe.parse(replace(document, requested_day=TUESDAY))

    def keep_keys(self) -> None:
        with self.db.write() as session:
            for name in ("apikey", "secret"):
                vault.put(session, KEY, "shfe.daily", name, f"my {name}", now=AT)

    def run(self, **shift: float) -> running.Report:
        self.moment += timedelta(**shift)
        client = Client(self.db, "x", POLITE, lambda: self.moment)
        try:
            return running.run(self.db, self.source, Network(client, KEY, lambda: self.moment))
        finally:
            client.close()


@pytest.fixture
def desk(databases, publisher: Publisher) -> Desk:
    return Desk(databases.open("sqlite"), publisher)


def outcomes(report: running.Report) -> list[tuple[str, str | None]]:
    return [(one.outcome, one.fault) for one in report.concluded]


def test_without_key_nothing_is_asked(desk: Desk):
    assert desk.run().stopped == "key_missing"
    assert desk.publisher.asked == []


def test_token_is_got_with_the_key_and_kept_encrypted(desk: Desk):
    desk.keep_keys()
    desk.publisher.says(TOKEN, token("t-1"))
    desk.publisher.says(QUOTES, Reply(shfe_file({}, TUESDAY)))
    assert outcomes(desk.run()) == [("ok", None)]
    first, second = desk.publisher.asked
    assert (first.method, first.headers["apikey"], json.loads(first.body)) == (
        "POST",
        "my apikey",
        {"secret": "my secret"},
    )
    assert (second.headers["authorization"], second.headers["apikey"]) == ("Bearer t-1", "my apikey")
    assert json.loads(second.body) == {"varietyId": "all", "tradeDate": "20260908"}
    with desk.db.read() as session:
        fetch = session.scalars(select(PriceFetch)).one()
        assert fetch.target.endswith(f"{QUOTES}#tradeDate=20260908&varietyId=all")
        assert session.scalars(select(RawContent.sha256)).all() == [fetch.sha256]
        assert b"t-1" not in session.get_one(SourceSecret, ("shfe.daily", "token")).sealed


def test_kept_token_serves_until_it_expires(desk: Desk):
    desk.keep_keys()
    desk.publisher.says(TOKEN, token("t-1"), token("t-2"))
    desk.publisher.says(QUOTES, Reply(status=404), Reply(status=404), Reply(shfe_file({}, TUESDAY)))
    desk.run()
    desk.run(minutes=30)
    assert (desk.publisher.count(TOKEN), desk.publisher.count(QUOTES)) == (1, 2)
    assert outcomes(desk.run(hours=1)) == [("ok", None)]
    assert desk.publisher.count(TOKEN) == 2
    assert desk.publisher.asked[-1].headers["authorization"] == "Bearer t-2"


def test_expired_token_is_renewed_once(desk: Desk):
    desk.keep_keys()
    desk.publisher.says(TOKEN, token("old"), token("new"))
    desk.publisher.says(QUOTES, said(402), Reply(shfe_file({}, TUESDAY)))
    assert outcomes(desk.run()) == [("ok", None)]
    assert [question.headers.get("authorization") for question in desk.publisher.asked] == [
        None, "Bearer old", None, "Bearer new",
    ]  # fmt: skip


def test_token_that_is_always_expired_is_not_renewed_for_ever(desk: Desk):
    desk.keep_keys()
    desk.publisher.says(TOKEN, token("t"))
    desk.publisher.says(QUOTES, said(402))
    assert outcomes(desk.run()) == [("failed", "key_refused")]
    assert len(desk.publisher.asked) == 4


@pytest.mark.parametrize(
    ("prepare", "fault"),
    [
        pytest.param(lambda p: p.says(TOKEN, said(200, None, 403)), "too_frequent", id="token too often"),
        pytest.param(lambda p: p.says(TOKEN, said(501)), "too_frequent", id="token 501"),
        pytest.param(lambda p: (p.says(TOKEN, token("t")), p.says(QUOTES, said(501))), "too_frequent", id="quotes 501"),
        pytest.param(lambda p: p.says(TOKEN, said(401)), "key_refused", id="key refused"),
        pytest.param(lambda p: p.says(TOKEN, Reply(b"<html>")), "key_refused", id="no JSON"),
    ],
)
def test_refusal_is_respected_for_an_hour(desk: Desk, prepare: Callable[[Publisher], object], fault: str):
    desk.keep_keys()
    prepare(desk.publisher)
    assert outcomes(desk.run()) == [("failed", fault)]
    asked = len(desk.publisher.asked)
    assert desk.run(minutes=59).stopped == "resting"
    assert len(desk.publisher.asked) == asked
    desk.run(minutes=2)
    assert len(desk.publisher.asked) > asked
    with desk.db.read() as session:
        alarm = session.get_one(SourceState, "shfe.daily").alarm
        assert alarm == ("key_refused" if fault == "key_refused" else None)
