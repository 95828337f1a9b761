"""What was known at a moment stays what it was, also where a document is being written in that moment."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import date, datetime, timedelta
from threading import Event
from time import sleep

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from pricing.models import PriceSeries
from pricing.operations.calendar_overrides import set_day
from pricing.operations.ingestion import ingest
from pricing.queries import prices as queries
from pricing.queries.calendars import overrides
from pricing.queries.prices import Revision
from steelyard.core.database import Database, db_now, undisturbed
from tests.support.price_documents import FETCHED, shfe_file
from tests.support.world import World

LONG = 30
"""Seconds after which a test that hangs gives up."""
Ask = Callable[[Session, int, dict[str, object]], list[Revision]]


def observations(session: Session, series_id: int, filters: dict[str, object]) -> list[Revision]:
    return queries.observations(session, series_id, filters | {"limit": 10})[0]


def bring(session: Session, settlement: int, minutes: int) -> None:
    content, moment = shfe_file({"rb2610": settlement}), FETCHED + timedelta(minutes=minutes)
    ingest(session, None, source="shfe.daily", url="https://example.org/", fetched_at=moment, content=content)


@pytest.fixture
def series_id(db: Database) -> int:
    with db.write() as session:
        bring(session, 3100, 0)
        return session.scalars(select(PriceSeries.id).where(PriceSeries.contract == "rb2610")).one()


@pytest.mark.parametrize("ask", [observations, queries.history, queries.revised], ids=lambda ask: ask.__name__)
def test_a_document_that_is_being_written_cannot_change_the_answer_later(db: Database, series_id: int, ask: Ask):
    written, go_on = Event(), Event()

    def write() -> None:
        with db.write() as session:
            bring(session, 3105, 1)
            written.set()
            assert go_on.wait(LONG)

    def answer(moment: datetime) -> list[int]:
        with db.read() as session:
            queries.series(session, series_id)  # the reader has begun before the document is committed
            return [row.mantissa for row in ask(session, series_id, {"as_of": moment})]

    with ThreadPoolExecutor(2) as pool:
        writer = pool.submit(write)
        assert written.wait(LONG)
        with db.read() as session:
            moment = db_now(session)
        sleep(0.01)
        reader: Future[list[int]] = pool.submit(answer, moment)
        sleep(0.3)
        go_on.set()
        writer.result(LONG)
        first = reader.result(LONG)
    assert answer(moment) == first
    assert 3105 in first


def test_a_day_that_is_being_set_right_cannot_change_the_calendar_of_a_moment_later(db: Database, world: World):
    written, go_on, operator, day = Event(), Event(), world.actor("operator", "buyer"), date(2026, 9, 15)

    def write() -> None:
        with db.write() as session:
            set_day(session, operator, name="shfe", day=day, counts=False, reason="Typhoon")
            written.set()
            assert go_on.wait(LONG)

    def answer(moment: datetime) -> dict[date, bool]:
        with db.read() as session:
            db_now(session)  # the reader has begun before the day is committed
            return overrides(session, "shfe", moment)

    with ThreadPoolExecutor(2) as pool:
        writer = pool.submit(write)
        assert written.wait(LONG)
        with db.read() as session:
            moment = db_now(session)
        sleep(0.01)
        reader: Future[dict[date, bool]] = pool.submit(answer, moment)
        sleep(0.3)
        go_on.set()
        writer.result(LONG)
        assert reader.result(LONG) == {day: False} == answer(moment)


def test_who_writes_asks_for_the_past_in_his_own_transaction(db: Database, series_id: int):
    with db.write() as session:
        before = db_now(session)
        sleep(0.002)  # the clock of SQLite ticks in milliseconds
        bring(session, 3105, 1)
        now = db_now(session)
        assert [row.mantissa for row in queries.history(session, series_id, {"as_of": now})] == [3105]
        assert [row.mantissa for row in queries.history(session, series_id, {"as_of": before})] == [3100]


def test_a_reader_of_the_past_leaves_the_writers_their_turn(db: Database, series_id: int):
    with db.read() as session:
        moment = db_now(session)
        queries.history(session, series_id, {"as_of": moment})
        if db.dialect == "sqlite":
            with undisturbed(session) as alone:
                assert alone is not session
            with db.write() as writing, undisturbed(writing) as own:
                assert own is writing
    with db.write() as session:
        bring(session, 3105, 1)
    with db.read() as session:
        assert [row.mantissa for row in queries.history(session, series_id, {})] == [3105]
