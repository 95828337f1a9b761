"""Attacks on the store: any order, two processes, a killed process, withdrawals, editions, figures without origin."""

import signal
import subprocess
import sys
from collections.abc import Callable
from datetime import date, timedelta
from hashlib import sha256

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import event, func, select, text
from sqlalchemy.exc import DBAPIError

from pricing import errors
from pricing.merging import Statement, Value, belief, revisions
from pricing.models import PriceCurrent, PriceObservation, PriceSeries, RawDocument
from pricing.operations.ingestion import IngestReport, ingest, ingest_parsed
from pricing.queries import values as queries
from pricing.sources import history, nbs
from pricing.sources.base import Source
from steelyard.core.database import Database
from tests.support.clients import ApiClient
from tests.support.price_documents import FETCHED, document, history_file

Api = Callable[..., ApiClient]
LONG = 60


def bring(db: Database, content: bytes, minutes: int = 0) -> IngestReport:
    with db.write() as session:
        moment = FETCHED + timedelta(minutes=minutes)
        return ingest(session, None, source="history", url="https://x/", fetched_at=moment, content=content)


def believed(db: Database) -> list[tuple[object, ...]]:
    row, origin = PriceCurrent, RawDocument
    with db.read() as session:
        found = session.execute(
            select(PriceSeries.code, row.day, row.edition, row.mantissa, row.scale, row.status, row.revision)
            .add_columns(origin.sha256, origin.fetched_at)
            .join(PriceSeries, PriceSeries.id == row.series_id)
            .join(origin, origin.id == row.document_id)
            .order_by(PriceSeries.code, row.day, row.edition)
        )
        return [tuple(one) for one in found]


class Store(RuleBasedStateMachine):
    """Histories of one day of one series come in any order: editions, provisional and final figures, withdrawals."""

    db: Database
    runs = 0

    @initialize()
    def begin(self) -> None:
        Store.runs += 1
        self.word = f"billet-{Store.runs}"
        self.said: dict[str, dict[tuple[object, ...], Statement]] = {}

    @rule(
        minutes=st.integers(0, 4),
        rows=st.dictionaries(
            st.sampled_from(["10:51", "15:00", "settlement"]),
            st.tuples(st.integers(3000, 3001), st.sampled_from(["provisional", "final", "withdrawn"])),
            min_size=1,
        ),
    )
    def bring(self, minutes: int, rows: dict[str, tuple[int, str]]) -> None:
        lines = [
            f"2026-01-05,{edition},{'' if status == 'withdrawn' else value},{status}"
            for edition, (value, status) in sorted(rows.items())
        ]
        content = history_file({self.word: lines})
        report = bring(self.db, content, minutes)
        assert report.kept + report.dropped == report.rows == len(rows)
        stamp = (FETCHED + timedelta(minutes=minutes), sha256(content).hexdigest(), 0)
        for edition, (value, status) in rows.items():
            figure = Value(0 if status == "withdrawn" else value, 0, None, status)
            self.said.setdefault(edition, {})[stamp] = Statement(stamp, figure)

    @invariant()
    def what_is_believed_follows_from_what_was_said(self) -> None:
        rows = {}
        for code, _, edition, mantissa, _, status, revision, digest, moment in believed(self.db):
            if code == f"history:{getattr(self, 'word', '')}":
                rows[edition] = (mantissa, status, revision, moment, digest)
        expected = {}
        for edition, statements in getattr(self, "said", {}).items():
            last = belief(statements.values())
            value, stamp = last.statement.value, last.statement.stamp
            expected[edition] = (value.mantissa, value.status, last.revision, *stamp[:2])
            assert last.revision == len(revisions(statements.values()))
        assert rows == expected


def test_any_order_of_editions_corrections_and_withdrawals_gives_one_belief(db: Database):
    class OnThisDatabase(Store):
        pass

    OnThisDatabase.db = db
    run_state_machine_as_test(OnThisDatabase, settings=settings(max_examples=8, stateful_step_count=6))


PROGRAM = """
import sys, time
from datetime import timedelta
from pricing.operations.ingestion import ingest
from steelyard.core.database import Database
from tests.support.price_documents import FETCHED, history_file
url, job = sys.argv[1:]
db = Database(url)
def content(number):
    days = [f"2026-0{month}-{day:02}" for month in (1, 2) for day in range(1, 29)]
    return history_file({f"s{one}": [f"{day},release,{3000 + number % 3 + one}" for day in days] for one in range(4)})
def bring(session, number):
    moment = FETCHED + timedelta(minutes=number % 4)
    return ingest(session, None, source="history", url="https://x/", fetched_at=moment, content=content(number))
if job == "killed":
    with db.write() as session:
        bring(session, 1)
        print("written", flush=True)
        time.sleep(60)
for number in range(8) if job == "forward" else range(7, -1, -1):
    with db.write() as session:
        bring(session, number)
"""


def program(db: Database, job: str) -> "subprocess.Popen[str]":
    command = [sys.executable, "-c", PROGRAM, db.url.render_as_string(hide_password=False), job]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def test_two_processes_at_once_leave_what_one_would_have_left(db: Database, databases, dialect: str):
    with program(db, "forward") as one, program(db, "backward") as other:
        assert (one.wait(LONG), other.wait(LONG)) == (0, 0)
    alone = databases.open(dialect)
    with program(alone, "forward") as one:
        assert one.wait(LONG) == 0
    assert believed(db) == believed(alone)
    assert len(believed(db)) == 4 * 56


def test_process_killed_before_its_commit_leaves_nothing_and_holds_up_nobody(db: Database):
    with program(db, "killed") as victim:
        assert victim.stdout is not None
        assert victim.stdout.readline() == "written\n"
        victim.send_signal(signal.SIGKILL)
    with db.read() as session:
        assert [session.scalar(select(func.count()).select_from(table)) for table in (RawDocument, PriceCurrent)] == [
            0,
            0,
        ]
    with program(db, "forward") as after:
        assert after.wait(LONG) == 0
    assert len(believed(db)) == 4 * 56


def test_no_figure_stands_without_its_document(db: Database):
    bring(db, history_file({"billet": ["2026-01-05,release,3050"]}))
    statement = (
        "INSERT INTO price_observation (id, series_id, day, edition, mantissa, scale, status, known_from, document_id) "
        "SELECT 99, series_id, day, '15:00', 1, 0, 'final', known_from, 77 FROM price_observation"
    )
    with pytest.raises(DBAPIError, match="not there"), db.write() as session:
        session.execute(text(statement))


def test_two_sources_are_never_one_series(db: Database):
    bring(db, history_file({"billet": ["2026-01-05,release,3050"]}))
    other = Source(nbs.CONTRACT, history.parse)
    fetched = document("nbs.ten_day", history_file({"billet": ["2026-01-06,release,3060"]}))
    with pytest.raises(errors.SeriesOfAnother), db.write() as session:
        ingest_parsed(session, None, other, fetched, other.parse(fetched))
    assert len(believed(db)) == 1


def test_stream_drops_repeats_and_refuses_contradictions_whole(db: Database):
    repeated = ["2026-01-05,release,3050", "2026-01-05,release,3050.0", "2026-01-06,release,x", "2026-01-07,release,0"]
    report = bring(db, history_file({"billet": [*repeated, *(f"2026-02-{day:02},release,1" for day in range(1, 29))]}))
    assert (report.rows, report.kept, report.dropped) == (32, 29, 3)
    before = believed(db)
    with pytest.raises(errors.DocumentRefused, match="conflict"):
        bring(db, history_file({"billet": ["2026-03-05,release,3050", "2026-03-05,release,3051"]}), 1)
    with pytest.raises(errors.DocumentUnreadable):
        bring(db, b"{}", 2)
    assert believed(db) == before


def test_changed_specification_starts_a_series_that_is_linked_whichever_comes_first(db: Database):
    bring(db, history_file({"new": ["2026-02-05,release,3050"]}, predecessor="old"))
    bring(db, history_file({"old": ["2026-01-05,release,3000"]}), 1)
    with db.read() as session:
        ids = dict(session.execute(select(PriceSeries.code, PriceSeries.id)).all())
        new = session.get_one(PriceSeries, ids["history:new"])
        assert (new.predecessor, new.predecessor_id) == ("history:old", ids["history:old"])


def test_years_have_partitions_of_their_own_and_a_figure_of_nowhere_is_dropped(db: Database):
    rows = [f"{year}-01-05,release,3050" for year in (1899, 1960, 1999, 2000, 2026, 2031, 2999)]
    report = bring(db, history_file({"billet": [*rows, *(f"2025-02-{day:02},release,1" for day in range(1, 29))]}))
    assert (report.kept, report.dropped) == (33, 2)
    if db.dialect == "postgresql":
        with db.read() as session:
            found = session.execute(text("SELECT DISTINCT tableoid::regclass::text FROM price_observation")).scalars()
            names = {name.removeprefix("partitions.price_observation_") for name in found}
        assert names == {"early", "2000", "2025", "2026", "2031"}


def test_values_and_latest_values_take_one_statement_each(db: Database):
    days = [date(2024, 1, 1) + timedelta(days=number) for number in range(800)]
    bring(db, history_file({f"s{one}": [f"{day},release,{3000 + one}" for day in days] for one in range(3)}))
    bring(db, history_file({"s0": [f"{days[-1]},release,,withdrawn"], "s1": [f"{days[-1]},15:00,1"]}), 1)
    seen: list[str] = []
    with db.read() as session:
        ids = list(session.scalars(select(PriceSeries.id).order_by(PriceSeries.code)))
        event.listen(db.engine, "before_cursor_execute", lambda *call: seen.append(call[2]))
        latest = queries.latest(session, ids)
        columns = queries.values(session, ids[0], {"limit": 10_000})
    assert len(seen) == 2
    assert [(row.day, row.edition, row.mantissa) for row in latest] == [
        (days[-2], "release", 3000),
        (days[-1], "release", 3001),
        (days[-1], "release", 3002),
    ]
    assert (columns.statuses[-2:], columns.mantissas[-2:]) == (["final", "withdrawn"], [3000, None])
    assert (len(columns.days), columns.next_day) == (len(days), None)


def test_a_page_of_values_holds_whole_days(db: Database):
    """What goes on from `next_day` continues where the page ended, and nothing is given twice."""
    rows = [f"2026-01-{day:02},{edition},3000" for day in range(1, 10) for edition in ("10:51", "15:00", "release")]
    bring(db, history_file({"s": rows}))
    seen: list[tuple[str, str]] = []
    day: date | None = date(2026, 1, 2)
    with db.read() as session:
        series_id = session.scalars(select(PriceSeries.id)).one()
        while day is not None:
            page = queries.values(session, series_id, {"limit": 7, "day_from": day, "day_to": date(2026, 1, 8)})
            seen += zip(page.days, page.editions, strict=True)
            assert len(page.days) % 3 == 0
            day = page.next_day
        only = queries.values(session, series_id, {"limit": 100, "edition": "15:00"})
    assert seen == sorted((row.split(",")[0], row.split(",")[1]) for row in rows[3:-3])
    assert (len(only.days), set(only.editions), set(only.held)) == (9, {"15:00"}, {False})


def test_api_gives_columns_and_latest_values(db: Database, api_as: Api):
    bring(db, history_file({"billet": ["2026-01-05,release,3050.5", "2026-01-06,15:00,,withdrawn"]}))
    client = api_as("trader")
    with db.read() as session:
        series_id = session.scalars(select(PriceSeries.id)).one()
    found = client.get(f"/price-series/{series_id}/values").json
    assert (found["days"], found["mantissas"], found["scales"]) == (["2026-01-05", "2026-01-06"], [30505, None], [1, 0])
    (latest,) = client.get("/price-latest", ids=str(series_id)).json["values"]
    assert (latest["day"], latest["mantissa"], latest["unit"]) == ("2026-01-05", 30505, "CNY/t")
    assert client.get("/price-latest", ids=f"{series_id},999").status_code == 404
    assert client.get("/price-series/999/values").status_code == 404
    with db.read() as session:
        assert session.scalar(select(func.count()).select_from(PriceObservation)) == 2
