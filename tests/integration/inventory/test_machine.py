"""A random yard against a simple picture of it: receive, move, issue, hold, count, reverse, replay, in any order."""

from typing import Any

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import (
    initialize,
    invariant,
    precondition,
    rule,
)
from sqlalchemy import func, select

from inventory import errors, queries
from inventory.models import Bundle, StockBalance, StockMove, Stocktake
from inventory.operations import approving, encumbrances, moving, stocktakes
from inventory.scanning import Operation
from inventory.states import EncumbranceKind
from steelyard.core.errors import Refused
from tests.support.attacks import attack
from tests.support.databases import Databases

from .attacked import Attacked
from .conftest import PLACES

TAGS = st.sampled_from([f"T{number}" for number in range(5)])
SPOTS = st.sampled_from(PLACES)


class YardMachine(Attacked):
    """``where`` is the picture: the place of each tag in the yard, or ``None`` for one that is known but not there."""

    @initialize()
    def open_yard(self) -> None:
        self.open_fresh()
        self.where: dict[str, str | None] = {}
        self.pieces: dict[str, int] = {}
        self.held: dict[str, int] = {}
        self.sent: list[tuple[Operation, Any]] = []
        self.stocktake: Stocktake | None = None
        self.counted: dict[str, tuple[str, int | None]] = {}

    @rule(tag=TAGS, place=SPOTS)
    def receive(self, tag: str, place: str) -> None:
        try:
            self.yard.receive(tag, place=place)
        except errors.TagTaken:
            assert tag in self.where
        else:
            assert tag not in self.where
            self.where[tag], self.pieces[tag] = place, 10

    @rule(tag=TAGS, place=SPOTS)
    def move(self, tag: str, place: str) -> None:
        operation = self.yard.operation("move", tag, place=place)
        (answer,) = self.yard.scan(operation)
        self.sent.append((operation, answer))
        may = self.where.get(tag) not in (None, place)
        assert (answer.code == "moved") is may
        if may:
            self.where[tag] = place

    @rule(tag=TAGS)
    def issue(self, tag: str) -> None:
        try:
            self.yard.issue(tag)
        except Refused:
            assert self.where.get(tag) is None or tag in self.held
        else:
            assert self.where[tag] is not None
            assert tag not in self.held
            self.where[tag] = None

    @rule(tag=TAGS)
    def hold(self, tag: str) -> None:
        if self.where.get(tag) is None or tag in self.held:
            return
        with self.yard.db.write() as session:
            id_ = session.scalars(select(Bundle.id).where(Bundle.tag == tag, Bundle.voided == 0)).one()
            hold = encumbrances.place(session, self.yard.keeper, id_, EncumbranceKind.PLEDGE, f"ZY-{id_}")
        self.held[tag] = hold.id

    @precondition(lambda self: self.held)
    @rule()
    def lift(self) -> None:
        tag, hold = self.held.popitem()
        with self.yard.db.write() as session:
            assert encumbrances.lift(session, self.yard.keeper, hold).lifted_at is not None
        assert tag in self.where

    @rule(tag=TAGS)
    def reverse(self, tag: str) -> None:
        """Undo whatever happened last to a bundle."""
        query = (
            select(StockMove).join(Bundle).where(Bundle.tag == tag, Bundle.voided == 0).order_by(StockMove.id.desc())
        )
        with self.yard.db.read() as session:
            last = session.scalars(query).first()
        if last is None:
            return
        try:
            with self.yard.db.write() as session:
                moving.reverse(session, self.yard.keeper, last.id, "a slip")
        except errors.LoadHasLeft:
            assert last.document_kind == "issue"
            assert last.reverses_id is None
        except errors.MoveNotReversible:
            assert last.reverses_id is not None or last.document_kind == "stocktake"
        except errors.BundleEncumbered:
            assert last.document_kind == "receipt"
            assert tag in self.held
        else:
            self._forget_or_bring_back(tag, last)

    def _forget_or_bring_back(self, tag: str, undone: StockMove) -> None:
        if undone.document_kind == "receipt":
            assert tag not in self.held
            del self.where[tag]
            return
        with self.yard.db.read() as session:
            rows, _ = queries.stock(session, self.yard.keeper, {"limit": 50})
        self.where[tag] = next(row["place"] for row in rows if row["tag"] == tag)

    @precondition(lambda self: self.sent)
    @rule(data=st.data())
    def replay(self, data: st.DataObject) -> None:
        chosen = data.draw(st.lists(st.sampled_from(range(len(self.sent))), min_size=1, max_size=4))
        before = self._moves()
        answers = self.yard.scan(*(self.sent[index][0] for index in chosen))
        assert answers == [self.sent[index][1] for index in chosen]
        assert self._moves() == before

    @precondition(lambda self: self.stocktake is None)
    @rule()
    def open_stocktake(self) -> None:
        with self.yard.db.write() as session:
            self.stocktake = stocktakes.open_stocktake(session, self.yard.keeper, self.yard.warehouse.id)
        self.counted = {}

    @precondition(lambda self: self.stocktake is not None)
    @rule(tag=TAGS, place=SPOTS, pieces=st.none() | st.integers(1, 15))
    def count(self, tag: str, place: str, pieces: int | None) -> None:
        assert self.stocktake is not None
        operation = self.yard.operation(
            "count", tag, place=place, pieces=pieces, stocktake_number=self.stocktake.number
        )
        (answer,) = self.yard.scan(operation, actor=self.yard.counter)
        assert answer.code == "counted"
        self.sent.append((operation, answer))
        self.counted[tag] = (place, pieces)

    @precondition(lambda self: self.stocktake is not None)
    @rule()
    def settle(self) -> None:
        """Close and approve; afterwards a tag counted since its last move lies where it was counted."""
        assert self.stocktake is not None
        with self.yard.db.write() as session:
            stocktakes.close(session, self.yard.counter, self.stocktake.id)
        with self.yard.db.write() as session:
            approving.approve(session, self.yard.manager, self.stocktake.id)
        self.stocktake = None
        with self.yard.db.read() as session:
            rows, _ = queries.stock(session, self.yard.keeper, {"limit": 50})
        now = {row["tag"]: (row["place"], row["pieces"]) for row in rows}
        for tag in self.where:
            self.where[tag], self.pieces[tag] = now.get(tag, (None, 0))
        assert set(now) <= set(self.where)

    @invariant()
    def the_picture_is_the_stock(self) -> None:
        if not hasattr(self, "yard"):
            return
        with self.yard.db.read() as session:
            rows, _ = queries.stock(session, self.yard.keeper, {"limit": 50})
        assert {row["tag"]: row["place"] for row in rows} == {
            tag: place for tag, place in self.where.items() if place is not None
        }

    @invariant()
    def moves_and_balances_agree(self) -> None:
        if hasattr(self, "yard"):
            self.yard.assert_sound()

    def _moves(self) -> int:
        with self.yard.db.read() as session:
            return session.scalar(select(func.count()).select_from(StockMove)) or 0

    def teardown(self) -> None:
        if hasattr(self, "yard"):
            with self.yard.db.read() as session:
                sums = session.execute(select(func.sum(StockBalance.pieces), func.sum(StockBalance.mass_g))).one()
            assert set(sums) <= {0, None}
            self.yard.db.close()


@pytest.mark.slow
def test_no_order_of_operations_breaks_the_books(databases: Databases, dialect: str) -> None:
    attack(YardMachine, databases, dialect, stories=4, steps=25)
