"""Workers that die, meet, or are not allowed to ask at all."""

import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from pricing import jobs
from pricing.calendars import calendar
from pricing.fetching import recording, running
from pricing.fetching.access import KINDS
from pricing.fetching.client import Client, Manners
from pricing.fetching.due import expected
from pricing.fetching.models import PriceFetch, PriceFetchOutcome
from pricing.models import RawDocument
from pricing.sources.catalogue import SOURCES
from steelyard.core.database import Database
from steelyard.jobs.effects import perform
from tests.integration.pricing import fetch_station
from tests.integration.pricing.fetch_station import MOMENT, exchange
from tests.support.price_documents import shfe_file
from tests.support.publisher import Publisher, Reply, publishing

DAY_FILE = "/kx20260907.dat"
PROMPT = Manners(connect=2, read=2, attempts=1, allow_private=True)


@pytest.fixture
def publisher() -> Iterator[Publisher]:
    with publishing() as found:
        found.says(DAY_FILE, Reply(shfe_file({}, MOMENT.date())))
        yield found


def run(db: Database, publisher: Publisher, minutes: int = 0) -> running.Report:
    """One run of a worker of its own."""
    moment = MOMENT + timedelta(minutes=minutes)
    client = Client(db, "x", PROMPT, lambda: moment)
    try:
        return running.run(db, exchange(publisher.home), running.Network(client, "k" * 32, lambda: moment))
    finally:
        client.close()


def counts(db: Database) -> tuple[int, ...]:
    with db.read() as session:
        tables = (PriceFetch, PriceFetchOutcome, RawDocument)
        return tuple(session.scalar(select(func.count()).select_from(table)) or 0 for table in tables)


def test_worker_killed_between_storing_and_reading_loses_nothing(db: Database, publisher: Publisher):
    """The bytes are there without an outcome; the next run reads them once and does not ask again."""
    address = db.url.render_as_string(hide_password=False)
    command = [sys.executable, str(Path(fetch_station.__file__)), address, publisher.home]
    assert subprocess.run(command, check=False, timeout=120).returncode == -signal.SIGKILL
    assert counts(db) == (1, 0, 0)
    assert run(db, publisher, minutes=1).stopped == "busy"  # the dead one's lease
    assert [one.outcome for one in run(db, publisher, minutes=16).concluded] == ["ok"]
    assert run(db, publisher, minutes=17).concluded == []
    assert (counts(db), publisher.count(DAY_FILE)) == ((1, 1, 1), 1)


def test_two_workers_at_once_ask_and_write_once(db: Database, publisher: Publisher):
    """Two leaders order the same run: one asks, the other finds the source taken."""
    publisher.says(DAY_FILE, Reply(shfe_file({}, MOMENT.date()), pause=0.3))
    reports: list[running.Report] = []
    gate = threading.Barrier(2)

    def work() -> None:
        gate.wait()
        reports.append(run(db, publisher))

    threads = [threading.Thread(target=work) for _number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(report.stopped for report in reports) == ["", "busy"]
    assert (counts(db), publisher.count(DAY_FILE)) == ((1, 1, 1), 1)


def test_two_workers_conclude_the_same_fetch_once(db: Database, publisher: Publisher):
    client = Client(db, "x", PROMPT, lambda: MOMENT)
    source = exchange(publisher.home)
    with db.read() as session:
        task = running.tasks_of(session, source, MOMENT)[0][0]
    answer = client.ask(task.request, frozenset({publisher.host}), timedelta(0), {})
    client.close()
    with db.write() as session:
        fetch_id = recording.record(session, source, task, answer)
    found: list[str] = []
    gate = threading.Barrier(2)

    def conclude() -> None:
        gate.wait()
        found.append(recording.conclude(db, source, fetch_id, MOMENT).outcome)

    threads = [threading.Thread(target=conclude) for _number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (found, counts(db)) == (["ok", "ok"], (1, 1, 1))


@pytest.fixture
def environ(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> pytest.MonkeyPatch:
    monkeypatch.setenv("STEELYARD_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("STEELYARD_SECRET_KEY", "k" * 40)
    monkeypatch.delenv("STEELYARD_FETCH_PRICES", raising=False)
    return monkeypatch


def test_nothing_is_asked_unless_the_operator_says_so(databases, publisher: Publisher, environ):
    db = databases.open("sqlite")
    for said in (None, "off"):
        if said:
            environ.setenv("STEELYARD_FETCH_PRICES", said)
        jobs.fetch(exchange(publisher.home), db)
    assert (counts(db), publisher.asked) == ((0, 0, 0), [])


def test_job_of_a_source_asks_when_it_may_and_never_a_private_address(databases, publisher: Publisher, environ):
    """What the clock starts has no setting that lets it speak to this machine; its order is carried out once."""
    environ.setenv("STEELYARD_FETCH_PRICES", "on")
    db = databases.open("sqlite")
    source = exchange(publisher.home)
    assert source.fetch is not None
    job = jobs._job(0, replace(source, fetch=replace(source.fetch, catch_up_days=12)))
    assert perform(db, {job.name: job}, job.name, "clock:1", {}) == "done"
    assert perform(db, {job.name: job}, job.name, "clock:1", {}) == "already done"
    with db.read() as session:
        assert set(session.scalars(select(PriceFetch.trouble))) == {"private_address"}
    assert publisher.asked == []


def test_each_source_that_can_be_fetched_has_a_job_of_its_own():
    """One that fails or hangs holds up no other; they begin in different minutes."""
    wanted = {f"pricing.fetch.{source.contract.code}" for source in SOURCES if source.fetch is not None}
    fetching = [job for job in jobs.JOBS if job.name.startswith("pricing.fetch.")]
    assert {job.name for job in fetching} == wanted
    assert {"pricing.fetch.shfe.daily", "pricing.fetch.nbs.ten_day"} <= wanted
    assert {job.cron for job in fetching[:5]} == {f"{minute}-59/5 * * * *" for minute in range(5)}


def test_plans_of_all_sources_name_known_calendars_and_https_or_declared_hosts():
    """A plan that cannot work would show only on the day on which it is due."""
    for source in SOURCES:
        if source.fetch is None:
            continue
        plan = source.fetch
        tasks = expected(plan, calendar(plan.calendar), MOMENT)
        assert tasks, source.contract.code
        assert {task.request.host for task in tasks} <= plan.hosts
        assert not plan.access or plan.access in KINDS
