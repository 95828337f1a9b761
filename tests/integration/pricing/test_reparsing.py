"""Reading stored documents again: what a later parser says otherwise is appended, and the past keeps its answers."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from pricing.models import PriceCurrent, PriceObservation, PriceSeries, RawDocument
from pricing.operations.ingestion import ingest, ingest_parsed
from pricing.operations.reparsing import reparse
from pricing.queries.prices import history
from pricing.sources import catalogue, shfe
from pricing.sources.base import ParseResult, Source
from pricing.sources.base import RawDocument as Fetched
from steelyard.core.database import Database, db_now
from tests.support.price_documents import FETCHED, shfe_file

Change = Callable[[ParseResult], ParseResult]


@pytest.fixture
def parser(monkeypatch: pytest.MonkeyPatch) -> Callable[[Change], None]:
    """Put a later version of the exchange's parser in its place."""

    def put(change: Change) -> None:
        def parse(document: Fetched) -> ParseResult:
            return change(shfe.SOURCE.parse(document))

        later = Source(shfe.CONTRACT, parse, day_of_url=shfe.SOURCE.day_of_url)
        found = type(catalogue.SOURCES).get
        monkeypatch.setattr(
            type(catalogue.SOURCES), "get", lambda self, code: later if code == "shfe.daily" else found(self, code)
        )

    return put


@pytest.fixture
def loaded(db: Database) -> Database:
    with db.write() as session:
        ingest(session, None, source="shfe.daily", url="https://x/", fetched_at=FETCHED, content=shfe_file({}))
    return db


def ingest_as_before(session: Session, content: bytes, fetched_at: datetime) -> None:
    """Take a document in that was parsed by the former parser."""
    fetched = Fetched("shfe.daily", "https://x/", fetched_at, content)
    ingest_parsed(session, None, shfe.SOURCE, fetched, shfe.SOURCE.parse(fetched))


def tenths(result: ParseResult) -> ParseResult:
    """A later parser that reads tenths where the former read yuan."""
    return replace(result, kept=tuple(replace(row, mantissa=row.mantissa * 10 + 1, scale=1) for row in result.kept))


def without_rebar(result: ParseResult) -> ParseResult:
    kept = tuple(row for row in result.kept if row.traits.contract != "rb2610")
    return replace(result, kept=kept, rows=len(kept) + len(result.dropped))


def series_id(session: Session, contract: str = "rb2610") -> int:
    return session.scalars(
        select(PriceSeries.id).where(PriceSeries.contract == contract, PriceSeries.value_field == "settle")
    ).one()


def count(session: Session, table: type) -> int:
    return session.scalar(select(func.count()).select_from(table)) or 0


def test_the_same_parser_changes_nothing(loaded: Database):
    with loaded.read() as session:
        before = [count(session, table) for table in (RawDocument, PriceObservation, PriceCurrent)]
    assert [(one.appended, one.withdrawn, one.reading, one.refused) for one in reparse(loaded)] == [(0, 0, None, None)]
    with loaded.read() as session:
        assert [count(session, table) for table in (RawDocument, PriceObservation, PriceCurrent)] == before


def test_what_is_read_otherwise_is_a_revision_of_the_same_document(loaded: Database, parser: Callable[[Change], None]):
    with loaded.read() as session:
        before, figures = db_now(session), count(session, PriceObservation)
        was = [row.value for row in history(session, series_id(session), {})]
    parser(tenths)
    assert [one.appended for one in reparse(loaded, dry_run=True)] == [figures]
    with loaded.read() as session:
        assert count(session, PriceObservation) == figures
    (report,) = reparse(loaded, "shfe.daily")
    assert (report.appended, report.reading) == (figures, 1)
    assert [one.appended for one in reparse(loaded)] == [0]
    with loaded.read() as session:
        (row,) = history(session, series_id(session), {})
        assert (row.value, row.revision) == (f"{was[0]}.1", 2)
        assert [row.value for row in history(session, series_id(session), {"as_of": before})] == was
        readings = session.execute(select(RawDocument.reading, RawDocument.rows, RawDocument.kept)).all()
        assert sorted(row.reading for row in readings) == [0, 1]


def test_what_is_no_longer_read_is_withdrawn(loaded: Database, parser: Callable[[Change], None]):
    parser(without_rebar)
    (report,) = reparse(loaded)
    assert report.withdrawn == report.appended > 0
    with loaded.read() as session:
        (row,) = history(session, series_id(session), {})
        assert (row.status, row.mantissa, row.revision) == ("withdrawn", 0, 2)
        current = session.scalars(select(PriceCurrent).where(PriceCurrent.series_id == series_id(session))).one()
        assert (current.status, current.mantissa) == ("withdrawn", 0)
    parser(lambda result: result)
    (report,) = reparse(loaded)
    assert report.appended > 0
    with loaded.read() as session:
        (row,) = history(session, series_id(session), {})
        assert (row.status, row.revision) == ("final", 3)


def test_a_later_reading_counts_in_place_of_the_former_wherever_its_rows_stand(loaded: Database):
    with loaded.write() as session:
        found, first = series_id(session), session.scalars(select(RawDocument)).one()
        observed = session.scalars(select(PriceObservation).where(PriceObservation.series_id == found)).one()
        for reading, document_id, value in ((1, first.id + 20, 3201), (2, first.id + 10, 3202)):
            columns = {one.key: getattr(first, one.key) for one in RawDocument.__table__.columns}
            session.add(RawDocument(**columns | {"id": document_id, "reading": reading}))
            session.flush()
            columns = {one.key: getattr(observed, one.key) for one in PriceObservation.__table__.columns}
            fresh = {"id": 1000 + document_id, "document_id": document_id, "mantissa": value}
            session.add(PriceObservation(**columns | fresh))
            session.flush()
    with loaded.read() as session:
        (row,) = history(session, found, {})
        assert (row.mantissa, row.revision) == (3202, 3)


def test_a_document_that_is_refused_today_stays_as_it_was(loaded: Database, parser: Callable[[Change], None]):
    def nothing(result: ParseResult) -> ParseResult:
        return replace(result, kept=(), rows=len(result.dropped))

    parser(nothing)
    assert [one.refused for one in reparse(loaded)] == ["empty"]
    with loaded.read() as session:
        assert count(session, RawDocument) == 1


def with_the_day_after(result: ParseResult) -> ParseResult:
    """A later parser that finds the next day's figures in the same bytes."""
    more = tuple(replace(row, day=row.day + timedelta(days=1), row=row.row + 1000) for row in result.kept)
    return replace(result, kept=result.kept + more, rows=result.rows + len(more))


def test_late_document_brings_no_day_that_only_todays_parser_reads_in_those_after_it(
    loaded: Database, parser: Callable[[Change], None]
):
    parser(with_the_day_after)
    late, day = FETCHED - timedelta(minutes=5), date(2026, 9, 8)
    with loaded.write() as session:
        ingest_as_before(session, shfe_file({"rb2610": 3456}), late)
    with loaded.read() as session:
        assert set(session.scalars(select(PriceCurrent.day))) == {day}
    assert [report.appended > 0 for report in reparse(loaded)] == [True, True]
    with loaded.read() as session:
        assert set(session.scalars(select(PriceCurrent.day))) == {day, day + timedelta(days=1)}
