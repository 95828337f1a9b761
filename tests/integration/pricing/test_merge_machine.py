"""A machine that takes in documents at will: the tables always agree with a model that knows them all."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from hashlib import sha256
from itertools import count

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import select
from sqlalchemy.orm import Session

from pricing.models import PriceCurrent, PriceSeries
from pricing.operations.ingestion import IngestReport, ingest
from pricing.queries.prices import history, revised
from steelyard.core.database import Database, db_now
from tests.support.price_documents import FETCHED, shfe_file

CONTRACT = "rb2610"
days = count()


@dataclass(frozen=True)
class Known:
    """An answer as of a moment, which later documents must not change."""

    moment: datetime
    answer: list[tuple[int, int]]


class Merging(RuleBasedStateMachine):
    """The machine; every run has a trading day of its own."""

    db: Database

    @initialize()
    def begin(self) -> None:
        self.day = date(2020, 1, 1) + timedelta(days=next(days))
        self.fetched: dict[tuple[int, int], bytes] = {}
        self.answers: list[Known] = []

    @rule(minutes=st.integers(0, 5), settlement=st.integers(3001, 3003))
    def fetch(self, minutes: int, settlement: int) -> None:
        content = shfe_file({CONTRACT: settlement}, self.day)
        report = self._take_in(minutes, content)
        assert report.repeated == ((minutes, settlement) in self.fetched)
        self.fetched[minutes, settlement] = content

    @precondition(lambda self: self.fetched)
    @rule(data=st.data())
    def fetch_again(self, data: st.DataObject) -> None:
        minutes, settlement = data.draw(st.sampled_from(sorted(self.fetched)))
        assert self._take_in(minutes, self.fetched[minutes, settlement]).repeated

    @precondition(lambda self: self.fetched)
    @rule()
    def remember(self) -> None:
        with self.db.read() as session:
            moment = db_now(session)
        self.answers.append(Known(moment, self._believed(as_of=moment)))

    @invariant()
    def tables_agree_with_the_model(self) -> None:
        if not getattr(self, "fetched", None):
            return
        expected = self._model()
        assert self._believed() == [(expected[-1], len(expected))]
        assert self._current() == (expected[-1], len(expected))
        if len(expected) > 1:
            assert self._revised() == expected

    @invariant()
    def answers_of_the_past_stay(self) -> None:
        for known in getattr(self, "answers", []):
            assert self._believed(as_of=known.moment) == known.answer

    def _take_in(self, minutes: int, content: bytes) -> IngestReport:
        with self.db.write() as session:
            return ingest(
                session,
                None,
                source="shfe.daily",
                url="https://example.org/",
                fetched_at=FETCHED + timedelta(minutes=minutes),
                content=content,
            )

    def _model(self) -> list[int]:
        """The revisions of the contract: by fetch time and digest, equal neighbours once."""
        stamps = {(key[0], sha256(content).hexdigest()): key[1] for key, content in self.fetched.items()}
        found: list[int] = []
        for _stamp, settlement in sorted(stamps.items()):
            if not found or found[-1] != settlement:
                found.append(settlement)
        return found

    def _series(self, session: Session) -> int:
        return session.scalars(select(PriceSeries.id).where(PriceSeries.contract == CONTRACT)).one()

    def _filters(self, **more: object) -> dict[str, object]:
        return {"day_from": self.day, "day_to": self.day} | more

    def _believed(self, **more: object) -> list[tuple[int, int]]:
        with self.db.read() as session:
            rows = history(session, self._series(session), self._filters(**more))
        return [(row.mantissa, row.revision) for row in rows]

    def _revised(self) -> list[int]:
        with self.db.read() as session:
            rows = revised(session, self._series(session), self._filters())
        return [row.mantissa for row in rows][::-1]

    def _current(self) -> tuple[int, int]:
        with self.db.read() as session:
            row = PriceCurrent
            here = (row.series_id == self._series(session)) & (row.day == self.day)
            found = session.execute(select(row.mantissa, row.revision).where(here)).one()
        return found.mantissa, found.revision


def test_any_order_and_repetition_agree_with_the_model(db: Database):
    class OnThisDatabase(Merging):
        pass

    OnThisDatabase.db = db
    run_state_machine_as_test(OnThisDatabase, settings=settings(max_examples=12, stateful_step_count=10))
