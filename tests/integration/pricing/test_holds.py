"""Holds: what is held follows from the believed figures, whatever the order of arrival; on both databases."""

from datetime import timedelta
from itertools import count
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from pricing.quality import Code, Standing
from pricing.quality_models import PriceHoldEvent
from steelyard.core.database import Database
from steelyard.core.outbox import Event
from tests.support.held_prices import MONDAY, bring, held, layer


def test_a_limit_move_is_held_with_its_evidence(db: Database):
    for day, value in enumerate((3000, 3010, 3400, 3390)):
        bring(db, day, value)
    assert held(db) == [2]
    ((day, mantissa, state, findings),) = layer(db)
    assert (day, mantissa, state) == (MONDAY + timedelta(days=2), 3400, Standing.OPEN)
    assert findings[0]["code"] == Code.LIMIT_MOVE
    assert findings[0]["evidence"] == {
        "before_mantissa": 3010, "change_bp": 1295, "day": "2026-08-04", "limit_bp": 600, "scale": 0,
    }  # fmt: skip


def test_a_revision_to_a_sound_value_clears_the_hold_and_the_past_stays(db: Database):
    for day, value in enumerate((3000, 3400)):
        bring(db, day, value)
    bring(db, 1, 3040, minutes=5)
    assert held(db) == []
    with db.read() as session:
        states = session.execute(select(PriceHoldEvent.state, PriceHoldEvent.mantissa).order_by(PriceHoldEvent.id))
        assert [tuple(row) for row in states] == [(Standing.OPEN, 3400), (Standing.CLEARED, 3040)]


def test_a_figure_that_arrives_before_it_opens_a_hold_on_the_one_behind(db: Database):
    bring(db, 3, 3400)
    assert held(db) == []
    bring(db, 2, 3000)
    assert held(db) == [3]
    bring(db, 1, 3400)
    assert held(db) == [2]


def test_opened_holds_are_told_to_the_operator_once(db: Database):
    for day, value in enumerate((3000, 3400, 3400)):
        bring(db, day, value)
    bring(db, 1, 3400, minutes=5)
    with db.read() as session:
        events = session.scalars(select(Event).where(Event.type == "pricing.hold_opened")).all()
    assert [(event.data["count"], event.data["holds"][0]["day"]) for event in events] == [(1, "2026-08-04")]


def test_an_absurd_level_stays_held_while_it_is_remembered(db: Database):
    for day, value in enumerate((3000, 3000, *([300] * 12))):
        bring(db, day, value)
    assert held(db) == list(range(2, 12))


DAYS = st.lists(st.sampled_from((1000, 2900, 3000, 3050, 3100, 3400, 3650, 9900)), min_size=3, max_size=7)


def test_order_of_arrival_does_not_matter(db: Database):
    """Documents in order, and the same ones about another contract shuffled, leave the same layer."""
    examples = count(1)

    @settings(max_examples=8)
    @given(values=DAYS, revised=st.integers(1, 6), to=st.sampled_from((3000, 3600)), shuffle=st.randoms())
    def arrive(values: list[int], revised: int, to: int, shuffle: Random) -> None:
        number = next(examples)
        documents = [(day, value, day) for day, value in enumerate(values)]
        documents.append((min(revised, len(values) - 1), to, 60))
        layers = []
        for product, arrival in (("rb", documents), ("hc", shuffle.sample(documents, len(documents)))):
            contract = f"{product}{number // 12:02}{number % 12 + 1:02}"
            for day, value, minutes in arrival:
                bring(db, number * 100 + day, value, minutes=minutes, contract=contract)
            layers.append((held(db, contract), layer(db, contract)))
        assert layers[0] == layers[1]

    arrive()
