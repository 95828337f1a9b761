"""Alarms open once and close once, by the clock and by what is there; calendars are set right; on both databases."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import select

from pricing.operations.alarms import weigh_alarms
from pricing.queries.calendars import calendars
from steelyard.core import clock
from steelyard.core.audit import AuditEntry
from steelyard.core.clock import SHANGHAI
from steelyard.core.database import Database
from steelyard.core.outbox import Event
from tests.support.clients import ApiClient, Browser
from tests.support.held_prices import MONDAY, bring


@contextmanager
def it_is(text: str) -> Iterator[None]:
    """The clock, of the program and of the database, moved to a moment of Shanghai."""
    moment = datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)
    with clock.shifted(seconds=(moment - datetime.now(UTC)).total_seconds()):
        yield


def weigh(db: Database) -> None:
    with db.write() as session:
        weigh_alarms(session)


def open_alarms(client: ApiClient, kind: str) -> list[str]:
    return [one["subject"] for one in client.get("/price-alarms", kind=kind, open="true").json["items"]]


def told(db: Database) -> list[tuple[str, str]]:
    with db.read() as session:
        rows = session.scalars(select(Event).where(Event.type.like("pricing.alarm%")).order_by(Event.id))
        return [(row.type.rpartition("_")[2], row.data["kind"]) for row in rows]


def test_a_stale_source_is_told_once_and_ends_with_the_next_file(db: Database, api_as: Callable[..., ApiClient]):
    bring(db, 42, 3000)
    client = api_as("operator", "auditor")
    with it_is("2026-09-14T18:00"):
        weigh(db)
        assert open_alarms(client, "stale") == []
    with it_is("2026-09-15T20:01"):
        weigh(db)
        weigh(db)
        assert open_alarms(client, "stale") == ["shfe.daily"]
        (alarm,) = client.get("/price-alarms", kind="stale").json["items"]
        assert alarm["sentence"] == "The last figures are of 2026-09-14; 1 are due since."
        bring(db, 43, 3001)
        weigh(db)
        assert open_alarms(client, "stale") == []
        assert client.get("/price-alarms", kind="stale", open="false").json["items"][0]["closed_at"] is not None
    assert told(db) == [("opened", "stale"), ("closed", "stale")]


def test_an_override_keeps_the_alarm_silent(db: Database, api_as: Callable[..., ApiClient]):
    bring(db, 42, 3000)
    operator = api_as("operator", "buyer")
    holiday = {"calendar": "shfe", "day": "2026-09-15", "counts": False, "reason": "Typhoon; the exchange is shut."}
    made = operator.post("/price-calendar-overrides", holiday)
    assert made.status_code == 201
    with it_is("2026-09-15T20:01"):
        weigh(db)
        assert told(db) == []
    etag = f'"{made.json["version"]}"'
    assert operator.delete(f"/price-calendar-overrides/{made.json['id']}", etag=etag).status_code == 204
    with it_is("2026-09-15T20:01"):
        weigh(db)
        assert told(db) == [("opened", "stale")]
    with db.read() as session:
        actions = session.scalars(select(AuditEntry.action).where(AuditEntry.action.like("pricing.calendar%"))).all()
        assert actions == ["pricing.calendar_day_set", "pricing.calendar_day_taken_back"]


def test_the_end_of_the_calendars_is_told_sixty_days_before(db: Database, api_as: Callable[..., ApiClient]):
    client = api_as("operator", "auditor")
    with it_is("2026-10-31T12:00"):
        weigh(db)
        assert open_alarms(client, "horizon") == []
    with it_is("2026-11-01T12:00"):
        weigh(db)
        expected = ["calendar:dce", "calendar:nbs.ten_day", "calendar:shfe", "calendar:workdays"]
        assert sorted(open_alarms(client, "horizon")) == expected


def test_rows_that_are_missing_are_told(db: Database, api_as: Callable[..., ApiClient]):
    bring(db, 42, 3000, contract="hc2801")
    bring(db, 43, 3000)
    with it_is("2026-09-15T18:00"):
        weigh(db)
        assert open_alarms(api_as("operator", "auditor"), "missing_rows") == ["shfe.daily:hc2801:settle"]


REFUSALS: dict[str, tuple[dict[str, Any], str]] = {
    "said already": ({}, "price_calendar_override_exists"),
    "known anyway": ({"day": "2026-10-01"}, "price_calendar_override_idle"),
}


def test_an_override_that_says_nothing_new_is_refused(db: Database, api_as: Callable[..., ApiClient]):
    operator = api_as("operator", "finance")
    body = {"calendar": "workdays", "day": "2027-01-01", "counts": False, "reason": "New Year's Day"}
    assert operator.post("/price-calendar-overrides", body).status_code == 201
    for more, code in REFUSALS.values():
        assert operator.post("/price-calendar-overrides", body | more).json["code"] == code
    with db.read() as session:
        assert calendars(session).of("workdays").next(date(2026, 12, 31)) == date(2027, 1, 4)
    assert api_as("mill", "seller").post("/price-calendar-overrides", body).status_code == 403


def test_the_calendar_page_sets_a_day_and_takes_it_back(db: Database, browse_as: Callable[..., Browser]):
    browser = browse_as("operator", "buyer", locale="en")
    page = browser.submit(
        "/prices/calendar", "/prices/calendar", calendar="dce", day=str(MONDAY + timedelta(days=1)), counts="no",
        reason="Typhoon",
    ).text  # fmt: skip
    assert "The day is set." in page
    assert "Typhoon" in page
    page = browser.submit("/prices/calendar", "/prices/calendar/1/take-back").text
    assert "No day was set." in page
    assert "Set a day" not in browse_as("mill", "seller", locale="en").get("/prices/calendar").text
