"""Inquiry reads what lies in the yard, not what ever lay there."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import event, select, text
from sqlalchemy.orm import Session

from inventory import cycle_reading, devices, figures, queries, searching, storage
from inventory.charges import reading as charges
from inventory.models import Bundle, Warehouse
from steelyard.core import clock
from steelyard.core.actors import Actor
from steelyard.core.clock import business_date
from steelyard.core.database import db_now

from .conftest import Yard

GONE = 3_000
LYING = ("L1", "L2", "L3")
MOST_READ = 60
"""Rows of bundles and of balances together: a few lookups for each that lies there, and no more."""
_BEFORE = f"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {GONE})"
Question = Callable[[Session, Actor], Any]
QUESTIONS: dict[str, Question] = {
    "stock": lambda session, actor: queries.stock(session, actor, {"limit": 10}),
    "size": lambda session, actor: queries.stock(session, actor, {"limit": 10, "size": "108*4.5"}),
    "place": lambda session, actor: queries.stock(session, actor, {"limit": 10, "place": "A-01"}),
    "beginning": lambda session, actor: queries.stock(session, actor, {"limit": 10, "tag": "L"}),
    "owner": lambda session, actor: queries.stock(session, actor, {"limit": 10, "owner": "e"}),
    "held": lambda session, actor: queries.stock(session, actor, {"limit": 10, "held": False}),
    "age": lambda session, actor: queries.stock(session, actor, {"limit": 10, "max_age_days": 1000}),
    "totals": lambda session, actor: queries.totals(session, actor, {}),
    "figures": lambda session, actor: figures.of_products(session, actor, {"limit": 10}),
    "ages": lambda session, actor: figures.ages(session, actor, {"limit": 10}),
}
FILTERS: list[dict[str, Any]] = [
    {"grade": "XX"}, {"size": "219*6"}, {"condition": "normalised"}, {"place": "NOWHERE"}, {"place": "B-01"},
    {"owner": "nobody is called so"}, {"held": True}, {"quarantined": True},
]  # fmt: skip
"""What no bundle fits that ever was here."""
QUESTIONS |= {f"all {one}": lambda session, actor, one=one: queries.bundles(session, actor, one) for one in FILTERS}


@pytest.fixture
def old_yard(yard: Yard) -> Yard:
    """A yard that thousands of bundles have left; the three that came last lie there."""
    yard.receive("MODEL")
    model = yard.bundle_ids(["MODEL"])[0]
    yard.issue("MODEL")
    with yard.db.engine.begin() as connection:
        for statement in _history(model):
            connection.execute(text(statement))
    yard.receive(*LYING)
    if yard.db.dialect == "postgresql":
        with yard.db.engine.begin() as connection:
            connection.execute(text("ANALYZE"))
    return yard


def _history(model: int) -> Iterator[str]:
    """Bundles that went the way of the one with the id ``model``."""
    columns = "warehouse_id, voided, product_id, heat_id, owner_id, pieces, piece_length_mm, theoretical_mass_g"
    yield f"INSERT INTO bundle (tag, {columns}) {_BEFORE} SELECT 'G' || i, {columns} FROM bundle, n WHERE id = {model}"
    cell = "place_id, owner_id, state, is_real, pieces, length_mm, mass_g"
    alike = f"SELECT b.id, {', '.join(f's.{name}' for name in cell.split(', '))} FROM stock_balance s, bundle b"
    yield f"INSERT INTO stock_balance (bundle_id, {cell}) {alike} WHERE s.bundle_id = {model} AND b.tag LIKE 'G%'"
    yield (
        f"INSERT INTO receipt_line (receipt_id, bundle_id, place_id, state) SELECT l.receipt_id, b.id, l.place_id, "
        f"l.state FROM receipt_line l, bundle b WHERE l.bundle_id = {model} AND b.tag LIKE 'G%'"
    )


def asked(yard: Yard, question: Question, actor: Actor) -> list[tuple[str, Any]]:
    """The statements that a question sends, with their parameters."""
    sent: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        sent.append((statement, parameters))

    event.listen(yard.db.engine, "before_cursor_execute", note)
    try:
        with yard.db.read() as session:
            question(session, actor)
    finally:
        event.remove(yard.db.engine, "before_cursor_execute", note)
    return sent


def rows_read(node: dict[str, Any]) -> int:
    """The rows of bundles and balances that a plan has read, those that it passed over too."""
    read = 0
    if node.get("Relation Name") in {"bundle", "stock_balance"}:
        read = node["Actual Loops"] * (node["Actual Rows"] + node.get("Rows Removed by Filter", 0))
    return read + sum(rows_read(part) for part in node.get("Plans", []))


def of_yard(session: Session, actor: Actor) -> None:
    """What only the people of a yard ask."""
    (id_,) = session.scalars(select(Warehouse.id).where(Warehouse.org_id == actor.org_id))
    storage.to_put_away(session, id_, {"limit": 10})
    cycle_reading.plan_of(session, id_, business_date(db_now(session)))
    devices.kit(session, actor, id_, {"limit": 10})
    charges.statements(session, actor, id_, charges.month_of(session, None))


@pytest.mark.parametrize("dialect", ["postgresql"], indirect=True)
def test_no_question_about_the_stock_reads_what_has_left(old_yard: Yard) -> None:
    own = {**QUESTIONS, "yard": of_yard}
    for actor, questions in ((old_yard.keeper, own), (old_yard.owner, QUESTIONS)):
        for name, question in questions.items():
            for statement, parameters in asked(old_yard, question, actor):
                with old_yard.db.engine.connect() as connection:
                    told = connection.exec_driver_sql(f"EXPLAIN (ANALYZE, FORMAT JSON) {statement}", parameters)
                    plan = told.scalar_one()
                assert rows_read(plan[0]["Plan"]) <= MOST_READ, (name, json.dumps(plan))


@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
def test_sqlite_sums_up_by_the_index_of_what_lies_there(old_yard: Yard) -> None:
    for name in ("figures", "totals"):
        for statement, parameters in asked(old_yard, QUESTIONS[name], old_yard.keeper):
            with old_yard.db.engine.connect() as connection:
                plan = [row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)]
            read = [step for step in plan if step.startswith(("SCAN stock_balance", "SCAN bundle"))]
            assert read in ([], ["SCAN stock_balance USING INDEX uq_stock_balance_one_place"]), (name, plan)


def test_the_figures_of_an_old_yard_are_those_of_what_lies_there(old_yard: Yard) -> None:
    with old_yard.db.read() as session:
        (product,), _ = figures.of_products(session, old_yard.keeper, {"limit": 10})
        sums = queries.totals(session, old_yard.owner, {})
    assert (product["on_hand"].bundles, product["available"].pieces) == (len(LYING), 10 * len(LYING))
    assert (sums["bundles"], sums["mass_g"]) == (len(LYING), product["on_hand"].mass_g)


def test_filters_of_all_bundles_find_the_same_by_either_way(old_yard: Yard) -> None:
    here, of_all = {"place": "A-01"}, {"owner": "e", "kind": "pipe"}
    some = [*FILTERS, here, of_all, {"grade": "20", "tag": "L"}, {"size": "108*4.5*6000", **here}]
    for actor in (old_yard.keeper, old_yard.owner, old_yard.other_owner):
        with old_yard.db.read() as session:
            for one in some:
                plain = queries.each(actor).where(*searching.conditions(session, actor, one))
                found, _ = queries.bundles(session, actor, {**one, "limit": 5})
                assert found == queries.page(session, plain, Bundle.id, {"limit": 5})[0], one


def test_the_past_is_the_same_from_either_end(yard: Yard) -> None:
    yard.receive("A", "B")
    with yard.db.read() as session:
        between = db_now(session)
    yard.issue("A")
    yard.receive("C")

    def cells(seconds: int) -> list[Any]:
        with clock.shifted(seconds=seconds), yard.db.read() as session:
            return sorted(map(tuple, session.execute(searching.stood(session, yard.keeper, between))))

    from_the_end, from_the_beginning = cells(-3600), cells(3600)
    assert from_the_end == from_the_beginning
    assert {row[0] for row in from_the_end} == {*yard.bundle_ids(["A", "B"])}
