"""Taking in documents: once, twice, late, changed, broken, and from two workers at a time; on both databases."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import event, func, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from pricing import errors
from pricing.models import PriceCurrent, PriceObservation, PriceSeries, RawContent, RawDocument
from pricing.operations.ingestion import IngestReport, ingest
from pricing.reference import load_fixtures
from steelyard.core.audit import AuditEntry
from steelyard.core.database import Database
from steelyard.core.outbox import Event
from tests.support.price_documents import FETCHED, NBS_PAGE, SHFE_FILE, dce_answer, dce_entry, shfe_file, shipped

TABLES = (PriceSeries, RawContent, RawDocument, PriceObservation, PriceCurrent, AuditEntry, Event)


def take_in(
    db: Database, content: bytes, *, source: str = "shfe.daily", minutes: int = 0, url: str = "https://example.org/"
) -> IngestReport:
    with db.write() as session:
        return ingest(
            session,
            None,
            source=source,
            url=url,
            fetched_at=FETCHED + timedelta(minutes=minutes),
            content=content,
        )


def sizes(db: Database) -> dict[str, int]:
    with db.read() as session:
        return {table.__tablename__: session.scalar(select(func.count()).select_from(table)) or 0 for table in TABLES}


def believed(db: Database, contract: str = "rb2610") -> tuple[int, int | None, int]:
    with db.read() as session:
        row = session.execute(
            select(PriceCurrent.mantissa, PriceCurrent.change_mantissa, PriceCurrent.revision)
            .join(PriceSeries, PriceSeries.id == PriceCurrent.series_id)
            .where(PriceSeries.contract == contract)
        ).one()
        return row.mantissa, row.change_mantissa, row.revision


def test_shipped_documents_fill_an_empty_database_and_loading_them_again_changes_nothing(db: Database):
    with db.write() as session:
        reports = load_fixtures(session, None)
    assert [(report.rows, report.kept, report.appended) for report in reports] == [
        (118, 50, 50),
        (52, 48, 48),
        (36, 36, 30),
        (2569, 2568, 2568),
        (2569, 2568, 2568),
        (1584, 1392, 1392),
    ]
    before = sizes(db)
    assert before["price_series"] == 98 + 14 + 10
    assert before["price_observation"] == before["price_current"] == 128 + 2 * 2568 + 1392
    with db.write() as session:
        again = load_fixtures(session, None)
    assert all(report.repeated for report in again)
    assert [report.document_id for report in again] == [report.document_id for report in reports]
    assert sizes(db) == before


def test_same_bytes_fetched_later_confirm_and_append_nothing(db: Database):
    take_in(db, shfe_file({}))
    before = sizes(db)
    report = take_in(db, shfe_file({}), minutes=5)
    assert (report.appended, report.unchanged, report.repeated) == (0, 48, False)
    after = sizes(db)
    assert after.pop("price_document") == before.pop("price_document") + 1
    assert {table: count for table, count in after.items() if table.startswith("price_")} == {
        table: count for table, count in before.items() if table.startswith("price_")
    }


def test_changed_value_appends_a_revision_and_is_believed(db: Database):
    take_in(db, shfe_file({"rb2610": 3100}))
    report = take_in(db, shfe_file({"rb2610": 3105}), minutes=5)
    assert (report.appended, report.unchanged) == (1, 47)
    assert believed(db) == (3105, 105, 2)


def test_late_document_joins_the_history_and_does_not_displace_what_came_after_it(db: Database):
    take_in(db, shfe_file({"rb2610": 3105}), minutes=5)
    report = take_in(db, shfe_file({"rb2610": 3100}), minutes=0)
    assert report.appended == 48
    assert believed(db) == (3105, 105, 2)
    assert believed(db, "rb2611") == (3011, 11, 1)


def test_value_that_was_confirmed_comes_back_when_a_late_document_contradicts_it(db: Database):
    take_in(db, shfe_file({"rb2610": 3100}), minutes=0)
    take_in(db, shfe_file({"rb2610": 3100, "wr2609": 3300}), minutes=9)
    take_in(db, shfe_file({"rb2610": 3105}), minutes=5)
    assert believed(db) == (3100, 100, 3)


def test_a_day_that_only_the_address_tells_is_known_when_a_document_is_read_again(db: Database):
    url = "http://www.dce.com.cn/dceapi/dayQuotes#tradeDate=20251105"

    def answer(price: str, *more: dict[str, object]) -> bytes:
        return dce_answer(*more).replace(b'"793.5"', f'"{price}"'.encode())

    take_in(db, answer("793.5"), source="dce.daily", minutes=0, url=url)
    take_in(db, answer("793.5", dce_entry("lg2607")), source="dce.daily", minutes=9, url=url)
    take_in(db, answer("794"), source="dce.daily", minutes=5, url=url)
    with db.read() as session:
        row = session.execute(
            select(PriceCurrent.mantissa, PriceCurrent.scale, PriceCurrent.revision)
            .join(PriceSeries, PriceSeries.id == PriceCurrent.series_id)
            .where(PriceSeries.contract == "i2601", PriceSeries.value_field == "settle")
        ).one()
    assert tuple(row) == (7935, 1, 3)


REFUSED = {
    "truncated page": ("nbs.ten_day", shipped(NBS_PAGE)[:60_000], errors.DocumentTruncated),
    "unsettled file": (
        "shfe.daily",
        shipped(SHFE_FILE).replace(b'"SETTLEMENTPRICE":3', b'"X":3'),
        errors.DocumentNotSettled,
    ),
    "nothing": ("shfe.daily", b"", errors.DocumentEmpty),
    "challenge": ("shfe.daily", b"<html>verify</html>", errors.DocumentBlocked),
    "noise": ("nbs.ten_day.transcript", b"\xff\xfe", errors.DocumentUnreadable),
    "another format": ("nbs.ten_day.transcript", shipped(SHFE_FILE), errors.DocumentUnreadable),
    "unknown source": ("mysteel", b"{}", errors.SourceUnknown),
}


@pytest.mark.parametrize(("source", "content", "error"), REFUSED.values(), ids=REFUSED)
def test_refused_document_changes_nothing(db: Database, source: str, content: bytes, error: type[Exception]):
    take_in(db, shipped(SHFE_FILE))
    before = sizes(db)
    with pytest.raises(error) as refused:
        take_in(db, content, source=source)
    assert type(refused.value) is error
    assert sizes(db) == before


def test_recorded_file_of_the_session_is_refused_as_not_settled(db: Database, shared_data: Path):
    content = (shared_data / "prices/shfe/kx_intraday_unsettled_shape.json").read_bytes()
    with pytest.raises(errors.DocumentNotSettled):
        take_in(db, content)
    assert sizes(db)["price_document"] == 0


def test_file_of_another_day_than_its_address_names_is_refused(db: Database):
    with pytest.raises(errors.DocumentRefused, match="date"):
        take_in(db, shipped(SHFE_FILE), url="https://www.shfe.com.cn/data/kx20260908.dat")


def test_fetch_time_still_to_come_is_refused(db: Database):
    far = int((datetime.now(UTC) - FETCHED) / timedelta(minutes=1)) + 10
    with pytest.raises(errors.FetchedInFuture):
        take_in(db, shipped(SHFE_FILE), minutes=far)
    assert sizes(db)["price_document"] == 0


@pytest.mark.parametrize("table", ["price_raw_content", "price_document", "price_observation"])
@pytest.mark.parametrize("statement", ["UPDATE {} SET {} = {}", "DELETE FROM {}"], ids=["update", "delete"])
def test_what_was_written_stays(db: Database, table: str, statement: str):
    take_in(db, shipped(SHFE_FILE))
    column = {"price_raw_content": "size", "price_document": "kept", "price_observation": "mantissa"}[table]
    with pytest.raises(DBAPIError, match="append-only"), db.write() as session:
        session.execute(text(statement.format(table, column, column)))


def test_one_event_and_one_audit_entry_tell_of_a_document(db: Database):
    report = take_in(db, shipped(SHFE_FILE))
    with db.read() as session:
        told = session.scalars(select(Event)).one()
        noted = session.scalars(select(AuditEntry)).one()
    assert told.type == noted.action == "pricing.document_ingested"
    assert told.subject == noted.subject == f"price_document:{report.document_id}"
    assert told.data == {"document_id": report.document_id, "source": "shfe.daily", "kept": 48, "appended": 48}


@contextmanager
def counted(db: Database) -> Iterator[list[str]]:
    seen: list[str] = []

    def note(connection: object, cursor: object, statement: str, *rest: object) -> None:
        if not statement.startswith(("BEGIN", "COMMIT")):
            seen.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(db.engine, "before_cursor_execute", note)


def test_document_takes_a_fixed_number_of_statements(db: Database):
    with counted(db) as first:
        take_in(db, shfe_file({}))
    with counted(db) as unchanged:
        take_in(db, shfe_file({}), minutes=1)
    with counted(db) as revised:
        take_in(db, shfe_file({"rb2610": 3333, "hc2610": 3334}), minutes=2)
    assert (len(first), len(unchanged), len(revised)) == ((23, 10, 19) if db.dialect == "postgresql" else (33, 19, 31))


def test_two_workers_with_the_same_and_with_different_documents_leave_one_history(db: Database):
    documents = [(shfe_file({"rb2610": 3100 + number % 3}), number % 4) for number in range(8)]
    failures: list[BaseException] = []

    def work(part: list[tuple[bytes, int]]) -> None:
        try:
            for content, minutes in part:
                take_in(db, content, minutes=minutes)
        except BaseException as failure:
            failures.append(failure)

    workers = [threading.Thread(target=work, args=(part,)) for part in (documents, documents[::-1], documents[2:6])]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert failures == []
    with db.read() as session:
        assert session.scalar(select(func.count()).select_from(PriceCurrent)) == 48
        assert session.scalar(select(func.count()).select_from(RawDocument)) == 8
        no_document = select(func.count()).where(PriceObservation.document_id.not_in(select(RawDocument.id)))
        assert session.scalar(no_document) == 0


def test_days_and_values_are_what_the_exchange_settled(db: Database):
    take_in(db, shipped(SHFE_FILE))
    with db.read() as session:
        rows = _settlements(session)
    assert rows["rb2610"] == (date(2026, 9, 7), 3100, 0, "settlement", "final")
    assert len(rows) == 48


def _settlements(session: Session) -> dict[str, tuple[object, ...]]:
    row = PriceCurrent
    found = session.execute(
        select(PriceSeries.contract, row.day, row.mantissa, row.scale, row.edition, row.status).join(
            PriceSeries, PriceSeries.id == row.series_id
        )
    )
    return {contract: tuple(rest) for contract, *rest in found}
