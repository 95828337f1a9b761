"""Prices as CSV and XLSX: the figures of the JSON, typed, with origin, under a Chinese name."""

import csv
import io
from collections.abc import Callable
from datetime import date
from urllib.parse import quote

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import select

from pricing.models import PriceSeries
from pricing.operations.ingestion import ingest
from steelyard.core.database import Database, db_now
from tests.support.clients import ApiClient
from tests.support.price_documents import shfe_file

pytestmark = pytest.mark.either_database

Api = Callable[..., ApiClient]


@pytest.fixture
def loaded(all_prices: Database) -> Database:
    """The shipped prices are there."""
    return all_prices


def table(client: ApiClient, path: str, **query: str) -> list[list[str]]:
    answer = client.get(f"{path}.csv", **query)
    assert (answer.status_code, answer.mimetype) == (200, "text/csv"), answer.text
    return list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"), newline="")))


def sheet(client: ApiClient, path: str, **query: str) -> list[list[object]]:
    answer = client.get(f"{path}.xlsx", **query)
    assert answer.status_code == 200, answer.text
    return CalamineWorkbook.from_filelike(io.BytesIO(answer.data)).get_sheet_by_index(0).to_python()


def test_board_as_a_file(loaded: Database, api_as: Api):
    client = api_as("pipe_maker")
    rows = table(client, "/price-board", commodity="无缝钢管")
    assert rows[0][:4] == ["Product", "Market", "Price", "Unit"]
    assert [row[:5] + row[7:8] for row in rows[1:]] == [
        ["无缝钢管（219*6，20#）", "全国", "4011.9", "yuan/t", "1.4", "2026-08-31"]
    ]
    (_, row) = sheet(client, "/price-board", commodity="无缝钢管")
    assert (row[0], row[2], row[7]) == ("无缝钢管（219*6，20#）", 4011.9, date(2026, 8, 31))
    assert len(table(client, "/price-board")) > 40


def test_a_series_as_it_was_known(loaded: Database, api_as: Api):
    client = api_as("trader")
    with loaded.write() as session:
        found = session.scalars(select(PriceSeries).filter_by(contract="rb2610", value_field="settle")).one()
        number, name, moment = found.id, found.name, db_now(session)
    client.get("/price-board")
    with loaded.write() as session:
        content = shfe_file({"rb2610": 3111}, date(2026, 9, 7))
        ingest(
            session,
            None,
            source="shfe.daily",
            url="https://example.org/kx20260907.dat",
            fetched_at=db_now(session),
            content=content,
        )
    path = f"/price-series/{number}"
    assert [row[2] for row in table(client, f"{path}/observations")[1:]] == ["3111"]
    revisions = table(client, f"{path}/revisions")
    assert ([row[7] for row in revisions[1:]], revisions[-1][2]) == (["1", "2"], "3111")
    then = table(client, f"{path}/observations", as_of=moment.isoformat())
    assert then[1][2] == revisions[1][2] != "3111"
    header = client.get(f"{path}/observations.xlsx").headers
    assert f"filename*=UTF-8''{quote(name)}.xlsx" in header["Content-Disposition"]
    assert int(header["Content-Length"]) > 1000


def test_documents_with_every_row_that_was_dropped(loaded: Database, api_as: Api):
    client = api_as("mill")
    documents = table(client, "/price-documents")
    assert {row[1] for row in documents[1:]} >= {"国家统计局"}
    number = documents[-1][0]
    shown = client.get(f"/price-documents/{number}").json
    rows = table(client, f"/price-documents/{number}/rows")
    assert [row[1] for row in rows[1:]].count("dropped") == len(shown["dropped"])
    assert [row[1] for row in rows[1:]].count("kept") == shown["appended"]


def test_what_is_not_there_is_not_exported(api_as: Api):
    client = api_as("trader")
    for path in (
        "/price-series/99/observations.csv",
        "/price-series/99/revisions.xlsx",
        "/price-documents/99/rows.csv",
    ):
        assert client.get(path).status_code == 404


def test_too_many_rows_are_refused(loaded: Database, api_as: Api, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("pricing.api.exports.LIMIT", {"limit": 1})
    with loaded.read() as session:
        number = session.scalars(select(PriceSeries.id).filter_by(commodity="无缝钢管")).one()
    refused = api_as("trader").get(f"/price-series/{number}/observations.csv")
    assert (refused.status_code, refused.json["code"]) == (409, "too_many_rows")
