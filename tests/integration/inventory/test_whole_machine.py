"""A random yard in which everything that the ledger knows happens, in any order: whatever is refused changes nothing.

Other machines hold single parts of it against a picture of their own; this one tries every operation upon what every
other one left, and asks after each step what must always hold.
"""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule
from sqlalchemy import func, select

from inventory import queries
from inventory.delivery_models import DeliveryOrder, StockAllocation
from inventory.models import Bundle, Encumbrance, Place, StockBalance, StockMove, Stocktake
from inventory.operations import (
    allocating,
    approving,
    disposing,
    encumbrances,
    gate,
    holding,
    owning,
    reporting,
    stocktakes,
    yard,
)
from inventory.operations.deliveries import OrderedLine
from inventory.operations.disposing import Proposal
from inventory.operations.gate import Leaving
from inventory.operations.holding import Ban
from inventory.operations.reporting import Finding
from inventory.operations.seals import verify_seals
from inventory.quality.kinds import DispositionKind, DispositionStatus, Severity
from inventory.quality.models import Defect, Disposition, QualityHold
from inventory.states import (
    AllocationState,
    Document,
    EncumbranceKind,
    PlaceKind,
    Rest,
    StocktakeStatus,
)
from tests.support.attacks import THOROUGH, attack
from tests.support.databases import Databases

from .orders import PLATE, kept, order, right
from .whole_yard import ACCEPTED, PICK, SPOTS, Goods

LEFT = (Document.ISSUE, Document.DELIVERY)
EVERYTHING = frozenset({
    "receive_by_scan", "finish", "take_back", "move", "transfer", "load", "issue", "post_issue", "reverse", "split",
    "merge", "retag", "cut", "heat", "rework", "undo_work", "sell", "hold", "release", "pledge", "redeem", "report",
    "propose", "decide", "undo_decision", "allocate", "pick", "gate", "part", "back", "cancel", "count", "close",
    "approve", "recount",
})  # fmt: skip
"""What can happen."""
LEAST_DONE = len(EVERYTHING) - 5 if THOROUGH else 12
"""Chance leaves a few out of a thorough attack, and more of the short one in every run."""


class WholeYard(Goods):
    """Whose goods are, what keeps them, what is promised and counted; and what always holds."""

    # --- whose it is, and what keeps it ---

    @rule(pick=PICK)
    def sell(self, pick: int) -> None:
        tag, number = self.tag(pick), self.new("GH-")
        giver, taker = self.yard.owner, self.yard.other_owner
        if pick % 3 == 0:
            giver, taker = taker, giver

        def pass_on(session: Any) -> None:
            asked = owning.request(session, giver, self.yard.warehouse.id, taker.org_id, number, [tag])
            owning.confirm(session, self.yard.keeper, asked.id)

        self.act("sell", pass_on)

    @rule(pick=PICK, whole=st.booleans())
    def hold(self, pick: int, whole: bool) -> None:
        """Hold a bundle or its heat for quality."""
        bundle = self.one(0, select(Bundle).where(Bundle.tag == self.tag(pick), Bundle.voided == 0))
        ban = Ban("crack", heat_id=bundle.heat_id) if whole else Ban("crack", bundle_id=bundle.id)
        self.act("hold", lambda session: holding.place(session, self.people[0], ban))

    @rule(pick=PICK)
    def release(self, pick: int) -> None:
        hold = self.one(pick, select(QualityHold.id).where(QualityHold.lifted_at.is_(None)))
        if hold is not None:
            self.act("release", lambda session: holding.lift(session, self.people[1], hold, "it is sound"))

    @rule(pick=PICK, lift=st.booleans())
    def pledge(self, pick: int, lift: bool) -> None:
        placed = self.one(pick, select(Encumbrance.id).where(Encumbrance.lifted_at.is_(None)))
        if lift and placed is not None:
            self.act("redeem", lambda session: encumbrances.lift(session, self.yard.keeper, placed))
            return
        bundle = self.one(0, select(Bundle.id).where(Bundle.tag == self.tag(pick), Bundle.voided == 0))
        kind = EncumbranceKind.PLEDGE
        self.act("pledge", lambda session: encumbrances.place(session, self.yard.keeper, bundle, kind, self.new("ZY")))

    @rule(pick=PICK, some=st.booleans())
    def report(self, pick: int, some: bool) -> None:
        finding = Finding("crack", Severity.MAJOR, tag=self.tag(pick), pieces=1 if some else None)
        ground = self.yard.warehouse.id
        self.act("report", lambda session: reporting.report(session, self.people[0], ground, finding))

    @rule(pick=PICK, kind=st.sampled_from(DispositionKind), tagged=st.booleans(), at_once=st.booleans())
    def propose(self, pick: int, kind: DispositionKind, tagged: bool, at_once: bool) -> None:
        """Propose what is done about a report, one that is written now where none is open; perhaps it is decided."""
        defect = self.one(pick, select(Defect.id).where(Defect.status == "open"))
        if defect is None:
            self.report(pick, some=False)
            return
        proposal = Proposal(kind, "as seen", [self.tag(pick)] if tagged else (), consent="by letter")
        self.act("propose", lambda session: disposing.propose(session, self.people[1], defect, proposal))
        if at_once:
            self.decide(pick, approved=True)

    @rule(pick=PICK, approved=st.integers(0, 3).map(bool))
    def decide(self, pick: int, approved: bool) -> None:
        waits = self.one(pick, select(Disposition).where(Disposition.status == DispositionStatus.PROPOSED))
        if waits is not None:
            what, boss = "decide" if waits.reverses_id is None else "undo_decision", self.people[2]
            self.act(what, lambda session: disposing.decide(session, boss, waits.id, approved=approved))

    @rule(pick=PICK, at_once=st.booleans())
    def undo_a_decision(self, pick: int, at_once: bool) -> None:
        done = self.one(pick, select(Disposition.id).where(Disposition.status == DispositionStatus.APPROVED))
        if done is None:
            self.propose(pick, DispositionKind.RELEASE, tagged=False, at_once=True)
            return
        proposer = self.people[1]
        self.act("undo", lambda session: disposing.propose_undoing(session, proposer, done, "a slip"))
        if at_once:
            self.decide(pick, approved=True)

    # --- what is promised ---

    @rule(pick=PICK)
    def ordered(self, pick: int) -> None:
        """Place an order and keep goods for it."""
        lines = (
            OrderedLine(grade="20", pieces=20, one_heat=True), OrderedLine(grade="20", mass_g=900_000),
            OrderedLine(grade="20", pieces=7, whole_bundles=False),
        )  # fmt: skip
        placed = order(self.yard, lines[pick % len(lines)], number=self.new("O-"))
        self.act("allocate", lambda session: allocating.allocate(session, self.yard.keeper, placed))

    def kept(self, pick: int, *conditions: Any) -> tuple[DeliveryOrder, str] | None:
        """An order and a bundle that is kept for it; where there is none, one is placed for the next time."""
        query = (
            select(DeliveryOrder, Bundle.tag)
            .join(StockAllocation, StockAllocation.order_id == DeliveryOrder.id)
            .join(Bundle, Bundle.id == StockAllocation.bundle_id)
            .where(StockAllocation.state.in_((AllocationState.RESERVED, AllocationState.PICKED)), *conditions)
        )
        with self.yard.db.read() as session:
            rows = session.execute(query).all()
        if not rows:
            self.ordered(2 if conditions else pick)
        return tuple(rows[pick % len(rows)]) if rows else None

    @rule(pick=PICK, other=PICK, swap=st.booleans())
    def pick_(self, pick: int, other: int, swap: bool) -> None:
        if (found := self.kept(pick)) is None:
            return
        document, tag = found
        more = {"delivery_number": document.number, "swap_reason": "nearer" if swap else None}
        self.scan("pick", self.yard.operation("pick", self.tag(other) if swap else tag, **more))

    @rule(pick=PICK, rest=st.sampled_from(Rest))
    def pass_the_gate(self, pick: int, rest: Rest) -> None:
        if (found := self.kept(pick)) is not None:
            id_ = found[0].id
            picks = {"delivery_number": found[0].number}
            self.scan("pick", *(self.yard.operation("pick", tag, **picks) for tag in kept(self.yard, id_, "reserved")))
            leaving, tried = Leaving(PLATE, rest), right(self.yard, id_)
            self.act("gate", lambda session: gate.pass_out(session, self.yard.keeper, id_, leaving, tried))

    @rule(pick=PICK, what=st.sampled_from(["part", "back", "cancel"]))
    def change_an_order(self, pick: int, what: str) -> None:
        conditions = (StockAllocation.is_part, StockAllocation.state == AllocationState.RESERVED)
        if (found := self.kept(pick, *(conditions if what == "part" else ()))) is None:
            return
        id_, tag, keeper, owner = found[0].id, found[1], self.yard.keeper, self.yard.owner
        changes: dict[str, Callable[[Any], object]] = {
            "part": lambda session: allocating.split(session, keeper, id_, tag),
            "back": lambda session: allocating.give_back(session, keeper, id_, [tag], "no room"),
            "cancel": lambda session: allocating.cancel(session, owner, id_, "changed"),
        }
        self.act(what, changes[what])

    # --- what is counted, and what is sent again ---

    @rule(pick=PICK, place=SPOTS, pieces=st.none() | st.integers(1, 12))
    def count_a_bundle(self, pick: int, place: str, pieces: int | None) -> None:
        open_ = self.one(0, select(Stocktake).where(Stocktake.status == StocktakeStatus.OPEN))
        if open_ is None:
            with self.yard.db.write() as session:
                open_ = stocktakes.open_stocktake(session, self.yard.keeper, self.yard.warehouse.id)
        more = {"place": place, "pieces": pieces, "stocktake_number": open_.number}
        self.scan("count", self.yard.operation("count", self.tag(pick), **more), actor=self.yard.counter)

    @rule()
    def close_the_count(self) -> None:
        open_ = self.one(0, select(Stocktake.id).where(Stocktake.status == StocktakeStatus.OPEN))
        if open_ is not None:
            self.act("close", lambda session: stocktakes.close(session, self.yard.counter, open_))

    @rule(pick=PICK, again=st.booleans())
    def approve_the_count(self, pick: int, again: bool) -> None:
        """Post a variance, after other things happened perhaps, or count once more."""
        if pick % 2:
            self.close_the_count()
        closed = self.one(pick, select(Stocktake.id).where(Stocktake.status == StocktakeStatus.CLOSED))
        if closed is None:
            return
        if again:
            self.act("recount", lambda session: stocktakes.reopen(session, self.yard.manager, closed))
        else:
            self.act("approve", lambda session: approving.approve(session, self.yard.manager, closed))

    @rule(data=st.data())
    def replay(self, data: st.DataObject) -> None:
        """Scans sent again, in any order and mixture, get their first answers and change nothing."""
        counted = [one for one in self.sent if one[0].kind == "count"]
        others = [one for one in self.sent if one[0].kind != "count"]
        for sent, actor in ((counted, self.yard.counter), (others, self.yard.keeper)):
            if sent:
                chosen = data.draw(st.lists(st.sampled_from(range(len(sent))), min_size=1, max_size=5))
                before = self.count()
                assert self.yard.scan(*(sent[n][0] for n in chosen), actor=actor) == [sent[n][1] for n in chosen]
                assert self.count() == before

    # --- what always holds ---

    @invariant()
    def the_books_hold(self) -> None:
        """Rebuilding gives the balances; nothing is below zero, at two places, promised twice, made or lost."""
        if hasattr(self, "people"):
            self.yard.assert_sound()

    @invariant()
    def what_was_held_has_not_left(self) -> None:
        """Of the moves since the last step none took out of the gate what a hold kept before it."""
        if not hasattr(self, "people"):
            return
        query = select(StockMove).join(Place, Place.id == StockMove.to_place_id)
        query = query.where(StockMove.id > self.newest, Place.kind == PlaceKind.CUSTOMER)
        with self.yard.db.read() as session:
            out = session.scalars(query.where(StockMove.document_kind.in_(LEFT))).all()
            assert not {move.bundle_id for move in out} & self.held
            self.newest = session.scalar(select(func.max(StockMove.id))) or 0
            self.held = set(yard.held(session, session.scalars(select(Bundle.id)).all()))

    @invariant()
    def nothing_is_promised_twice(self) -> None:
        if not hasattr(self, "people"):
            return
        kept = select(StockAllocation.bundle_id).where(
            StockAllocation.state.in_((AllocationState.RESERVED, AllocationState.PICKED))
        )
        with self.yard.db.read() as session:
            bundles = session.scalars(kept).all()
        assert len(bundles) == len(set(bundles))

    def teardown(self) -> None:
        """The owners' views together are the yard; all sums are zero; the seals prove moves and genealogy."""
        if not hasattr(self, "people"):
            return
        self.yard.seal()
        wanted = {"limit": 500}
        with self.yard.db.read() as session:
            whole, _ = queries.stock(session, self.yard.keeper, wanted)
            seen = [queries.stock(session, one, wanted)[0] for one in (self.yard.owner, self.yard.other_owner)]
            sums = [func.sum(getattr(StockBalance, name)) for name in ("pieces", "length_mm", "mass_g")]
            totals = session.execute(select(*sums)).one()
            seals = list(verify_seals(session))
        assert sorted(row["tag"] for rows in seen for row in rows) == sorted(row["tag"] for row in whole)
        assert set(totals) <= {0, None}
        assert all(seal.holds and not seal.unsealed for seal in seals)
        self.yard.db.close()


@pytest.mark.slow
def test_whatever_happens_in_whatever_order_the_books_hold(databases: Databases, dialect: str) -> None:
    ACCEPTED.clear()
    attack(WholeYard, databases, dialect, stories=5, steps=40)
    assert len(EVERYTHING & set(ACCEPTED)) >= LEAST_DONE, EVERYTHING - set(ACCEPTED)
