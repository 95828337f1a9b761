"""A random yard of orders: allocated, picked, swapped, given back, held, let out, in any order."""

from typing import Any

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, rule
from sqlalchemy import func, select

from inventory.delivery_models import StockAllocation
from inventory.models import Bundle, Place, StockBalance, StockMove
from inventory.operations import allocating, encumbrances, holding
from inventory.operations.deliveries import OrderedLine
from inventory.operations.holding import Ban
from inventory.states import PROMISED, AllocationState, EncumbranceKind, Rest
from steelyard.core.actors import Actor
from steelyard.core.errors import Refused
from tests.support.attacks import attack
from tests.support.databases import Databases

from .attacked import Attacked
from .orders import allocate, kept, let_out, order, pick

TAGS = st.sampled_from([f"T{number}" for number in range(6)])
ORDERS = st.integers(0, 2)
LINES = (
    OrderedLine(grade="20", pieces=20, one_heat=True),
    OrderedLine(grade="20", mass_g=1_500_000),
    OrderedLine(grade="20", pieces=13, whole_bundles=False),
)
KEPT = (AllocationState.RESERVED, AllocationState.PICKED)


class DeliveryMachine(Attacked):
    """``held`` are the tags that a hold or a pledge keeps; ``orders`` the ids of the orders."""

    @initialize()
    def open_yard(self) -> None:
        self.open_fresh()
        self.inspector: Actor = self.yard.world.actor("warehouse", "inspector", org=self.yard.keeper)
        self.yard.receive("T0", "T1", "T2")
        self.yard.receive("T3", "T4", "T5", heat_number="H2")
        self.held: dict[str, int] = {}
        self.orders: list[int] = []
        self.placed = 0
        for number, line in enumerate(LINES):
            self.orders.append(order(self.yard, line, number=f"O-{number}"))
        self.keep(0)

    @rule(which=ORDERS)
    def keep(self, which: int) -> None:
        self._try(lambda: allocate(self.yard, self.orders[which]))

    @rule(which=ORDERS, tag=TAGS, swap=st.booleans())
    def pick_or_swap(self, which: int, tag: str, swap: bool) -> None:
        self._pick(which, tag, "nearer" if swap else None)

    def pick_all(self, which: int) -> None:
        for tag in kept(self.yard, self.orders[which], "reserved"):
            self._pick(which, tag, None)

    def _pick(self, which: int, tag: str, reason: str | None) -> None:
        code = pick(self.yard, self.orders[which], tag, swap_reason=reason)
        assert (code not in ("picked", "swapped")) or tag not in self.held

    @rule(which=ORDERS)
    def split(self, which: int) -> None:
        parts = select(Bundle.tag).join(StockAllocation, StockAllocation.bundle_id == Bundle.id)
        mine = parts.where(StockAllocation.order_id == self.orders[which], StockAllocation.is_part)
        with self.yard.db.read() as session:
            tags = session.scalars(mine.where(StockAllocation.state == AllocationState.RESERVED)).all()
        for tag in tags:
            self._act(lambda session, tag=tag: allocating.split(session, self.yard.keeper, self.orders[which], tag))

    @rule(which=ORDERS, rest=st.sampled_from(Rest))
    def let_out(self, which: int, rest: Rest) -> None:
        self.pick_all(which)
        self._try(lambda: let_out(self.yard, self.orders[which], rest))

    @rule(which=ORDERS, tag=TAGS, all_of_it=st.booleans())
    def give_back(self, which: int, tag: str, all_of_it: bool) -> None:
        """Take a bundle off an order, or cancel it and place another."""
        number = self.orders[which]
        if not all_of_it:
            self._act(lambda session: allocating.give_back(session, self.yard.keeper, number, [tag], "no room"))
            return
        self._act(lambda session: allocating.cancel(session, self.yard.owner, number, "changed"))
        self.placed += 1
        self.orders[which] = order(self.yard, LINES[which], number=f"O-{which}-{self.placed}")
        self.keep(which)

    @rule(tag=st.sampled_from(["T1", "T4"]), pledge=st.booleans())
    def hold(self, tag: str, pledge: bool) -> None:
        (id_,) = self.yard.bundle_ids([tag])

        def place() -> None:
            with self.yard.db.write() as session:
                if pledge:
                    encumbrances.place(session, self.yard.keeper, id_, EncumbranceKind.PLEDGE, f"ZY-{tag}")
                else:
                    holding.place(session, self.inspector, Ban("crack", bundle_id=id_))
            self.held[tag] = id_

        self._try(place)

    def _try(self, act: Any) -> None:
        """Whatever is refused changes nothing; what the invariants say holds all the same."""
        try:
            act()
        except Refused:
            return

    def _act(self, act: Any) -> None:
        def whole() -> None:
            with self.yard.db.write() as session:
                act(session)

        self._try(whole)

    @invariant()
    def what_is_reserved_is_what_is_kept(self) -> None:
        """The bundles in the states of promised goods are those with an open allocation, each with one."""
        if not hasattr(self, "yard"):
            return
        promised = select(StockBalance.bundle_id, StockBalance.state, StockBalance.pieces)
        promised = promised.where(StockBalance.is_real, StockBalance.pieces > 0, StockBalance.state.in_(PROMISED))
        query = select(StockAllocation).where(StockAllocation.state.in_(KEPT))
        with self.yard.db.read() as session:
            lying = {id_: (state, pieces) for id_, state, pieces in session.execute(promised)}
            kept = session.scalars(query).all()
        assert len(kept) == len({one.bundle_id for one in kept})
        assert {one.bundle_id: str(one.state) for one in kept} == {id_: state for id_, (state, _) in lying.items()}
        assert sum(one.pieces for one in kept if not one.is_part) == sum(
            lying[one.bundle_id][1] for one in kept if not one.is_part
        )

    @invariant()
    def nothing_held_has_left(self) -> None:
        if not hasattr(self, "yard") or not self.held:
            return
        out = select(Bundle.tag).join(StockMove, StockMove.bundle_id == Bundle.id)
        out = out.join(Place, Place.id == StockMove.to_place_id).where(Place.kind == "customer")
        with self.yard.db.read() as session:
            assert not set(session.scalars(out)) & set(self.held)

    def teardown(self) -> None:
        if hasattr(self, "yard"):
            self.yard.assert_sound()
            with self.yard.db.read() as session:
                negative = select(func.count()).select_from(StockBalance).where(StockBalance.is_real)
                assert session.scalar(negative.where(StockBalance.pieces < 0)) == 0
            self.yard.db.close()


@pytest.mark.slow
def test_no_order_of_events_keeps_a_bundle_twice_or_lets_a_held_one_out(databases: Databases, dialect: str) -> None:
    attack(DeliveryMachine, databases, dialect, stories=2, steps=20)
