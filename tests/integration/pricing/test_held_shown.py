"""What is held or withdrawn is shown as such wherever figures of a series are shown, and counts nowhere."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select

from pricing.models import PriceSeries
from pricing.operations.ingestion import ingest
from pricing.queries.prices import history
from steelyard.core.database import Database, db_now
from tests.support.clients import ApiClient, Browser
from tests.support.held_prices import MONDAY, bring
from tests.support.price_documents import FETCHED, history_file

HELD_DAY = (MONDAY + timedelta(days=3)).isoformat()


@pytest.fixture
def series_id(db: Database) -> int:
    """A settlement whose last day moved by 13 % and is held."""
    for day, value in enumerate((3000, 3010, 3020, 3400)):
        bring(db, day, value)
    with db.read() as session:
        wanted = (PriceSeries.contract == "rb2610", PriceSeries.value_field == "settle")
        return session.scalars(select(PriceSeries.id).where(*wanted)).one()


def test_the_api_says_what_is_held_and_no_chart_draws_it(series_id: int, api_as: Callable[..., ApiClient]):
    client = api_as("trader")
    rows = client.get(f"/price-series/{series_id}/observations").json["items"]
    assert [(row["mantissa"], row["held"]) for row in rows] == [
        (3000, False), (3010, False), (3020, False), (3400, True),
    ]  # fmt: skip
    for overlay in ({}, {"overlay": "averages"}, {"overlay": "seasons"}, {"overlay": "basis", "other": series_id}):
        drawn = client.get(f"/price-series/{series_id}/chart", **overlay).json
        assert [len(line["points"]) for line in drawn["series"]] == [3]


def test_the_page_leads_with_the_last_figure_that_counts(series_id: int, browse_as: Callable[..., Browser]):
    page = browse_as("trader").get(f"/prices/{series_id}").text
    tile = page[page.index("Latest published price") :]
    assert "3,020" in tile[: tile.index("</div>")]
    assert page.count("Held back") == 1


def test_a_file_names_what_is_held(series_id: int, api_as: Callable[..., ApiClient]):
    lines = api_as("trader").get(f"/price-series/{series_id}/observations.csv").text.splitlines()
    place = next(number for number, name in enumerate(lines[0].split(",")) if name in ("Held back", "暂缓"))
    assert [line.split(",")[place] for line in lines[1:]] == ["", "", "", "Yes"]


def test_what_was_held_at_a_moment_stays_so_in_answers_of_that_moment(db: Database, series_id: int):
    with db.read() as session:
        before = db_now(session)
    bring(db, 3, 3030, minutes=5)
    with db.read() as session:
        assert [row.held for row in history(session, series_id, {})] == [False] * 4
        then = history(session, series_id, {"as_of": before})
        assert [(row.mantissa, row.held) for row in then][-1] == (3400, True)


def _history(db: Database, content: bytes) -> None:
    with db.write() as session:
        ingest(session, None, source="history", url="https://example.org/h", content=content, fetched_at=FETCHED)


def test_what_was_withdrawn_states_no_figure(
    db: Database, api_as: Callable[..., ApiClient], browse_as: Callable[..., Browser]
):
    _history(db, history_file({"billet": ["2026-08-03,release,3050", "2026-08-04,release,,withdrawn"]}))
    client = api_as("trader")
    (wanted,) = client.get("/price-series").json["items"]
    files = (f"/price-series/{wanted['id']}/observations.csv", "/price-documents/1/rows.csv")
    for lines in (client.get(path).text.splitlines()[1:] for path in files):
        assert [",3050," in line for line in lines] == [True, False]
        assert ",0," not in lines[1]
    page = browse_as("trader").get(f"/prices/{wanted['id']}").text
    row = page[page.index('<th scope="row" data-label="Date">2026-08-04') :]
    assert "—" in row[: row.index("</td>")]


def test_a_series_names_its_terms_and_what_stood_before_and_behind_a_change(
    db: Database, browse_as: Callable[..., Browser]
):
    old = history_file(
        {"old": ["2026-08-03,release,3050"]}, weighing="theoretical", mill="西王", standard="GB/T 8162-2018"
    )
    _history(db, old)
    _history(db, history_file({"new": ["2026-08-04,release,3060"]}, predecessor="old", payment="承兑"))
    with db.read() as session:
        ids = {one.name: one.id for one in session.scalars(select(PriceSeries))}
    browser = browse_as("trader")
    former, later = (browser.get(f"/prices/{ids[name]}").text for name in ("old", "new"))
    link = '<dt>{}</dt><dd><a href="/prices/{}">{}</a></dd>'
    assert link.format("Since the change", ids["new"], "new") in former
    assert link.format("Until the change before", ids["old"], "old") in later
    for words in ("西王", "GB/T 8162-2018", "by theoretical mass"):
        assert words in former
        assert words not in later
    assert "承兑" in later
