"""The same formula asked as of the same moment gives the same answer for ever, whatever becomes known later."""

from datetime import datetime, timedelta
from itertools import count
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from pricing.calendars import calendar
from pricing.formulas import price
from pricing.formulas.answers import digest
from pricing.operations import calendar_overrides
from pricing.operations.ingestion import ingest
from pricing.queries.calendars import all_overrides
from steelyard.core.clock import utc_now
from steelyard.core.database import Database, db_now
from steelyard.core.errors import SteelyardError
from tests.support.formula_prices import HC, clock_at, shanghai
from tests.support.price_documents import shfe_file
from tests.support.world import World

RULES = ("refuse", "skip", "previous")
BEGIN = shanghai("2026-09-01T09:00")
_weeks = count()

_documents = st.tuples(
    st.integers(0, 2),  # which session it speaks of
    st.sampled_from([3000, 3010, 3333, 9000, ""]),  # 9000 is a move that no session allows, "" no settlement
    st.integers(-90, 0),  # fetched so many minutes before it is brought: late ones overtake each other
)


def answer(session: Session, text: str, as_of: datetime) -> Any:
    """The whole answer, or what it was refused for."""
    try:
        return digest(price(session, text, as_of=as_of).document())
    except SteelyardError as refusal:
        return refusal.code, str(refusal)


@given(st.lists(_documents, min_size=2, max_size=5))
@settings(max_examples=3)
def test_no_revision_no_late_document_and_no_hold_changes_a_price_of_the_past(
    db: Database, documents: list[tuple[int, Any, int]]
):
    days = calendar("shfe").sessions(BEGIN.date().replace(month=3), BEGIN.date())[3 * next(_weeks) :][:3]
    texts = [f"avg({HC}, {days[0]}..{days[2]}, missing={rule}) + 60" for rule in RULES]
    asked: dict[tuple[str, datetime], Any] = {}
    for hour, (place, value, minutes) in enumerate(documents):
        with clock_at(BEGIN + timedelta(hours=hour)):
            with db.write() as session:
                try:
                    ingest(
                        session,
                        None,
                        source="shfe.daily",
                        url="https://example.org/",
                        fetched_at=utc_now() + timedelta(minutes=minutes),
                        content=shfe_file({"hc2610": value}, days[place]),
                    )
                except SteelyardError:
                    session.rollback()
            with db.read() as session:
                moment = db_now(session)
                asked |= {(text, moment): answer(session, text, moment) for text in texts}
    with clock_at(BEGIN + timedelta(days=1)), db.read() as session:
        assert {key: answer(session, *key) for key in asked} == asked


def test_a_price_counts_by_the_calendar_as_it_was_known_then(db: Database, world: World):
    first, shut, last = calendar("shfe").sessions(BEGIN.date().replace(month=8, day=3), BEGIN.date())[:3]
    text = f"avg({HC}, {first}..{last})"
    operator = world.actor("operator", "buyer")
    moments: list[datetime] = []
    for hour in range(3):
        with clock_at(BEGIN + timedelta(hours=hour)), db.write() as session:
            if hour == 0:
                for day in (first, last):
                    content = shfe_file({"hc2610": 3000}, day)
                    address = f"https://example.org/{day}"
                    ingest(
                        session, None, source="shfe.daily", url=address, fetched_at=utc_now(), content=content
                    )  # fmt: skip
            elif hour == 1:
                calendar_overrides.set_day(session, operator, name="shfe", day=shut, counts=False, reason="Typhoon")
            else:
                calendar_overrides.take_back(session, operator, session.scalars(all_overrides()).one())
            session.flush()
            moments.append(db_now(session))
    with clock_at(BEGIN + timedelta(days=1)), db.read() as session:
        answers = [answer(session, text, moment) for moment in moments]
    assert [isinstance(one, tuple) for one in answers] == [True, False, True]
