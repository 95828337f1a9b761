"""Runs of a source: what is asked when, what becomes of each answer, and what is made good after an outage."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from sqlalchemy import func, select

from pricing.fetching import recording, running
from pricing.fetching.client import Client, Manners
from pricing.fetching.models import FetchTarget, PriceFetch, PriceFetchOutcome, SourceState
from pricing.fetching.plans import Daily, FetchPlan, Listed, Request
from pricing.fetching.running import Network
from pricing.models import PriceCurrent, RawContent, RawDocument
from pricing.sources import nbs, nbs_list, shfe
from pricing.sources.base import Source
from steelyard.core.database import Database
from steelyard.core.outbox import Event
from tests.support.price_documents import NBS_PAGE, shfe_file, shipped, unsettled_shfe_file
from tests.support.publisher import Publisher, Reply, challenge, cut_off, publishing

MONDAY = date(2026, 9, 7)
AFTERNOON = datetime(2026, 9, 7, 8, 0, tzinfo=UTC)
"""16:00 in Shanghai: the settlements may be out."""
PATIENT = Manners(connect=1, read=1, attempts=1, backoff=0, jitter=0, allow_private=True, fail_max=3)


@pytest.fixture
def publisher() -> Iterator[Publisher]:
    with publishing() as found:
        yield found


def exchange(publisher: Publisher, **plan: object) -> Source:
    """The daily files of the exchange, fetched from the publisher of the test."""

    def requests(day: date) -> tuple[Request, ...]:
        return (Request(f"{publisher.home}/kx{day:%Y%m%d}.dat", day),)

    values = {"catch_up_days": 0, "times": (time(15, 40),), "retry": timedelta(minutes=20)} | plan
    made = FetchPlan(hosts=frozenset({publisher.host}), calendar="shfe", how=Daily(requests), **values)  # type: ignore[arg-type]  # as given
    return Source(replace(shfe.CONTRACT, min_seconds_between_requests=0), shfe.parse, shfe.day_of_url, made)


class Station:
    """A worker with a clock of its own, which the test moves."""

    def __init__(self, db: Database, source: Source, moment: datetime = AFTERNOON) -> None:
        self.db, self.source, self.moment = db, source, moment

    def run(self, *wanted: Request, manners: Manners = PATIENT) -> running.Report:
        """One run."""
        client = Client(self.db, "Steelyard/1 (test)", manners, lambda: self.moment)
        try:
            return running.run(self.db, self.source, Network(client, "k" * 32, lambda: self.moment), wanted or None)
        finally:
            client.close()

    def outcomes(self, **shift: float) -> list[str]:
        """Move the clock on and run; the outcomes."""
        self.moment += timedelta(**shift)
        return [one.outcome for one in self.run().concluded]

    def state(self) -> SourceState:
        with self.db.read() as session:
            return session.get_one(SourceState, self.source.contract.code)


def count(db: Database, model: type) -> int:
    with db.read() as session:
        return session.scalar(select(func.count()).select_from(model)) or 0


def test_document_is_stored_read_and_believed(db: Database, publisher: Publisher):
    publisher.says("/kx20260907.dat", Reply(shfe_file({}, MONDAY), headers={"ETag": '"1"'}))
    station = Station(db, exchange(publisher))
    assert station.outcomes() == ["ok"]
    with db.read() as session:
        fetch = session.scalars(select(PriceFetch)).one()
        outcome = session.get_one(PriceFetchOutcome, fetch.id)
        document = session.get_one(RawDocument, outcome.document_id)
        assert (fetch.http_status, fetch.headers["etag"], fetch.day) == (200, '"1"', MONDAY)
        assert (outcome.rows, outcome.kept) == (48, 48)
        assert (document.url, document.sha256, document.fetched_at) == (fetch.target, fetch.sha256, fetch.fetched_at)
    assert station.outcomes(minutes=5) == []
    assert station.state().kept == 48


@pytest.mark.parametrize(
    ("reply", "outcome", "fault", "alarm"),
    [
        pytest.param(Reply(b"", 404), "not_yet", "absent", None, id="not there"),
        pytest.param(challenge(), "blocked", "blocked", "blocked", id="challenge"),
        pytest.param(Reply(b"", 200), "empty", "empty", None, id="empty"),
        pytest.param(cut_off(shfe_file({}, MONDAY)), "failed", "cut_off", None, id="cut off"),
        pytest.param(Reply(b"down", 500), "failed", "server_error", None, id="server error"),
        pytest.param(
            Reply(shfe_file({}, MONDAY).replace(b"o_cur", b"x")), "schema_changed", "columns", "schema_changed",
            id="other columns",
        ),
        pytest.param(Reply(shfe_file({}, date(2026, 9, 4))), "schema_changed", "date", "schema_changed", id="old day"),
    ],
)  # fmt: skip
def test_outcome_is_typed_and_nothing_is_believed(databases, publisher, reply, outcome, fault, alarm):
    publisher.says("/kx20260907.dat", reply)
    station = Station(databases.open("sqlite"), exchange(publisher))
    found = station.run().concluded[0]
    assert (found.outcome, found.fault, found.document_id) == (outcome, fault, None)
    assert found.kept + len(found.dropped) == found.rows or found.kept == 0
    assert station.state().alarm == alarm
    assert count(station.db, PriceCurrent) == 0
    assert count(station.db, RawContent) == (1 if reply.body else 0)


def test_refused_document_keeps_its_bytes_and_says_of_each_row_why(db: Database, publisher: Publisher):
    publisher.says("/kx20260907.dat", Reply(unsettled_shfe_file(MONDAY)))
    station = Station(db, exchange(publisher))
    found = station.run().concluded[0]
    assert (found.outcome, found.fault, found.rows, found.kept) == ("not_yet", "unsettled", 48, 0)
    assert {drop["reason"] for drop in found.dropped} == {"unsettled"}
    assert len(found.dropped) == 48


def test_file_of_the_middle_of_a_session_is_fetched_again_until_it_is_settled(databases, publisher: Publisher):
    unsettled = unsettled_shfe_file(MONDAY)
    publisher.says("/kx20260907.dat", Reply(unsettled), Reply(unsettled), Reply(shfe_file({}, MONDAY)))
    station = Station(databases.open("sqlite"), exchange(publisher))
    assert station.outcomes() == ["not_yet"]
    assert station.outcomes(minutes=5) == []
    assert station.outcomes(minutes=15) == ["not_modified"]
    assert station.outcomes(minutes=20) == ["ok"]
    assert station.outcomes(hours=5) == []


def test_blocked_source_rests_a_day_and_raises_an_alarm_once(db: Database, publisher: Publisher):
    for path in ("/kx20260907.dat", "/kx20260908.dat"):
        publisher.says(path, challenge())
    station = Station(db, exchange(publisher))
    assert station.outcomes() == ["blocked"]
    assert station.run(Request(f"{publisher.home}/kx20260907.dat", MONDAY)).stopped == "resting"
    assert station.outcomes(hours=23) == []
    assert len(publisher.asked) == 1
    assert station.outcomes(hours=2) == ["blocked"]
    with db.read() as session:
        events = session.scalars(select(Event).where(Event.type == "pricing.source_alarm")).all()
        assert [event.data["alarm"] for event in events] == ["blocked"]
    publisher.says("/kx20260910.dat", Reply(shfe_file({}, date(2026, 9, 10))))
    assert station.outcomes(hours=49) == ["ok"]
    assert station.state().alarm is None


def test_unchanged_document_is_not_read_again(databases, publisher: Publisher):
    publisher.says("/kx20260907.dat", Reply(shfe_file({}, MONDAY), headers={"ETag": '"1"'}))
    publisher.knows_etags("/kx20260907.dat")
    station = Station(databases.open("sqlite"), exchange(publisher, catch_up_days=1, confirm_after=timedelta(hours=17)))
    assert station.outcomes() == ["ok"]
    assert station.outcomes(hours=16) == []
    assert station.outcomes(hours=1) == ["not_modified"]
    assert publisher.asked[1].headers["if-none-match"] == '"1"'
    assert station.outcomes(hours=1) == []
    assert count(station.db, RawDocument) == 1


def test_correction_of_the_next_morning_is_a_revision(databases, publisher: Publisher):
    publisher.says("/kx20260907.dat", Reply(shfe_file({}, MONDAY)), Reply(shfe_file({"rb2610": 3333}, MONDAY)))
    station = Station(databases.open("sqlite"), exchange(publisher, catch_up_days=1, confirm_after=timedelta(hours=17)))
    assert [station.outcomes(), station.outcomes(hours=17), station.outcomes(hours=1)] == [["ok"], ["ok"], []]
    with station.db.read() as session:
        assert session.scalars(select(PriceCurrent.mantissa).where(PriceCurrent.revision == 2)).all() == [3333]


def test_missed_sessions_are_made_good_oldest_first_and_a_few_at_a_time(databases, publisher: Publisher):
    """Five sessions and a weekend lie in the span; what is older stays missing; holidays are never asked for."""
    days = [date(2026, 9, day) for day in (1, 2, 3, 4, 7)]
    for day in days:
        publisher.says(f"/kx{day:%Y%m%d}.dat", Reply(shfe_file({}, day)))
    station = Station(databases.open("sqlite"), exchange(publisher, catch_up_days=6, most_per_run=3))
    assert station.outcomes() == ["ok", "ok", "ok"]
    assert station.outcomes(minutes=5) == ["ok", "ok"]
    assert station.outcomes(minutes=5) == []
    assert [question.path for question in publisher.asked] == [f"/kx{day:%Y%m%d}.dat" for day in days]


def test_one_day_that_fails_does_not_hold_up_the_others(databases, publisher: Publisher):
    publisher.says("/kx20260904.dat", Reply(b"down", 500))
    publisher.says("/kx20260907.dat", Reply(shfe_file({}, MONDAY)))
    station = Station(databases.open("sqlite"), exchange(publisher, catch_up_days=3))
    assert station.outcomes() == ["failed", "ok"]
    assert station.outcomes(minutes=10) == []
    assert station.outcomes(minutes=6) == ["failed"]


def test_host_that_is_down_is_left_alone(databases, publisher: Publisher):
    publisher.says("/kx20260907.dat", Reply(b"down", 503))
    station = Station(databases.open("sqlite"), exchange(publisher))
    assert [station.outcomes(), station.outcomes(minutes=15), station.outcomes(minutes=30)] == [["failed"]] * 3
    assert station.state().alarm == "failing"
    station.moment += timedelta(minutes=29)
    assert station.run(Request(f"{publisher.home}/kx20260907.dat", MONDAY)).stopped == "host_rests"
    assert len(publisher.asked) == 3


def test_fetch_without_outcome_is_read_by_the_next_run_exactly_once(db: Database, publisher: Publisher):
    """What a worker stored before it died is read without asking again, by whoever comes first."""
    publisher.says("/kx20260907.dat", Reply(shfe_file({}, MONDAY)))
    station = Station(db, exchange(publisher))
    answer = Client(db, "x", PATIENT, lambda: AFTERNOON).ask(
        Request(f"{publisher.home}/kx20260907.dat", MONDAY), frozenset({publisher.host}), timedelta(0), {}
    )
    with db.read() as session:
        task = running.tasks_of(session, station.source, AFTERNOON)[0][0]
    with db.write() as session:
        fetch_id = recording.record(session, station.source, task, answer)
    assert station.outcomes(minutes=1) == ["ok"]
    again = recording.conclude(db, station.source, fetch_id, AFTERNOON)
    assert (again.outcome, count(db, RawDocument), count(db, PriceFetchOutcome)) == ("ok", 1, 1)
    assert len(publisher.asked) == 1


def test_second_worker_leaves_a_source_that_is_being_fetched(db: Database, publisher: Publisher):
    publisher.says("/kx20260907.dat", Reply(shfe_file({}, MONDAY)))
    station = Station(db, exchange(publisher))
    with db.write() as session:
        state = recording.state_of(session, "shfe.daily")
        state.lease_holder, state.lease_until = "another", AFTERNOON + timedelta(minutes=15)
    assert station.run().stopped == "busy"
    assert publisher.asked == []
    assert station.outcomes(minutes=16) == ["ok"]  # the other one died
    assert station.state().lease_holder is None


def test_source_that_is_off_is_not_asked(databases, publisher: Publisher):
    source = exchange(publisher)
    station = Station(databases.open("sqlite"), replace(source, contract=replace(source.contract, enabled=False)))
    assert (station.run().stopped, publisher.asked) == ("off", [])


@pytest.mark.parametrize("raised", [ValueError("no"), RecursionError()], ids=["value", "recursion"])
def test_parser_that_raises_is_an_outcome(databases, publisher: Publisher, raised: Exception):
    def parse(document):
        raise raised

    publisher.says("/kx20260907.dat", Reply(b"{}"))
    station = Station(databases.open("sqlite"), replace(exchange(publisher), parse=parse))
    assert [(one.outcome, one.fault) for one in station.run().concluded] == [("failed", "internal")]


LIST = """<html><body><ul class="list-content">
<li><a href="/sj/zxfb/202608/t20260824_1.html" title="2026年7月份工业">2026年7月份工业</a><span>2026-08-24</span></li>
{entries}</ul></body></html>"""
ENTRY = """<li><div><a href="./{path}" title="2026年8月中旬流通领域重要生产资料市场价格变动情况">
2026年8月中旬流通</a></div><span>{day}</span></li>"""


def bureau(publisher: Publisher) -> Source:
    """The releases of the bureau, listed and printed by the publisher of the test."""

    def page(number: int) -> str:
        return f"{publisher.home}/zxfb/{'index' if number == 0 else f'index_{number}'}.html"

    made = replace(nbs_list.PLAN, hosts=frozenset({publisher.host}), how=Listed(page, nbs_list.links, most_pages=2))
    contract = replace(nbs.CONTRACT, min_seconds_between_requests=0)
    return Source(contract, nbs.parse, fetch=made)


RELEASED = datetime(2026, 8, 24, 1, 40, tzinfo=UTC)
"""09:40 in Shanghai on a release day."""


def test_release_is_found_by_the_list(db: Database, publisher: Publisher):
    older = ENTRY.format(path="202608/t20260814_9.html", day="2026-08-14")
    publisher.says("/zxfb/index.html", Reply(LIST.format(entries=older).encode()))
    publisher.says("/zxfb/index_1.html", Reply(LIST.format(entries=older).encode()))
    publisher.says("/zxfb/202608/t20260814_9.html", Reply(b"gone", 404))
    station = Station(db, bureau(publisher), RELEASED)
    assert station.outcomes() == ["ok", "ok", "not_yet"]  # two lists; an old release that is not there
    assert station.outcomes(minutes=25) == []
    found = ENTRY.format(path="202608/t20260821_1965093.html", day="2026-08-24")
    publisher.says("/zxfb/index.html", Reply(LIST.format(entries=found + older).encode()))
    publisher.says("/zxfb/202608/t20260821_1965093.html", Reply(shipped(NBS_PAGE)))
    assert station.outcomes(minutes=6) == ["ok", "not_yet", "ok"]
    assert station.outcomes(hours=3) == ["not_yet"]
    assert publisher.count("/zxfb/index.html") == 2
    with db.read() as session:
        assert session.scalars(select(RawDocument.url)).all() == [
            f"{publisher.home}/zxfb/202608/t20260821_1965093.html"
        ]


def test_list_without_releases_and_foreign_links(databases, publisher: Publisher):
    foreign = LIST.format(entries=ENTRY.format(path="x.html", day="2026-08-24").replace("./x", "http://a.example/x"))
    publisher.says("/zxfb/index.html", Reply(foreign.encode()))
    publisher.says("/zxfb/index_1.html", challenge())
    station = Station(databases.open("sqlite"), bureau(publisher), RELEASED)
    assert station.outcomes() == ["empty", "blocked"]
    with station.db.read() as session:
        assert session.scalars(select(FetchTarget).where(FetchTarget.purpose == "document")).all() == []
