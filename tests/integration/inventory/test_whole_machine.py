"""A random yard in which everything that the ledger knows happens, in any order: whatever is refused changes nothing.

Other machines hold single parts of it against a picture of their own; this one tries every operation upon what every
other one left, and asks after each step what must always hold.
"""

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from sqlalchemy import func, select

from inventory import queries
from inventory.delivery_models import DeliveryOrder, StockAllocation
from inventory.genealogy_models import StockProcess
from inventory.making import Line, Loss, Order, Output
from inventory.matching import Said
from inventory.models import Bundle, Encumbrance, Place, Receipt, StockBalance, StockIssue, StockMove, Stocktake
from inventory.operations import (
    allocating,
    approving,
    disposing,
    encumbrances,
    gate,
    holding,
    issuing,
    merging,
    moving,
    owning,
    processing,
    receipts,
    reporting,
    retagging,
    splitting,
    stocktakes,
    taking_back,
    unmaking,
    yard,
)
from inventory.operations.deliveries import OrderedLine
from inventory.operations.disposing import Proposal
from inventory.operations.gate import Leaving
from inventory.operations.holding import Ban
from inventory.operations.reporting import Finding
from inventory.operations.seals import verify_seals
from inventory.quality.kinds import DefectKind, DispositionKind, DispositionStatus, Severity
from inventory.quality.models import Defect, Disposition, QualityHold
from inventory.scanning import Answer, Operation
from inventory.states import (
    AllocationState,
    Document,
    EncumbranceKind,
    IssueStatus,
    LossKind,
    PlaceKind,
    ProcessKind,
    Rest,
    StocktakeStatus,
)
from steelyard.core.errors import Refused
from tests.support.attacks import THOROUGH, attack
from tests.support.databases import Databases
from tests.support.world import World

from .conftest import PLACES, Yard, make_yard
from .orders import PLATE, kept, order, right

PICK = st.integers(0, 60)
SPOTS = st.sampled_from(PLACES)
FURNACE = {"heatings": [{"treatment": "normalise", "temperature_c": 900, "holding_min": 30, "medium": "air"}]}
LEFT = (Document.ISSUE, Document.DELIVERY)
ACCEPTED: Counter[str] = Counter()
"""How often each operation was not refused: one that always is shows nothing."""
EVERYTHING = frozenset({
    "receive_by_scan", "finish", "take_back", "move", "transfer", "load", "issue", "post_issue", "reverse", "split",
    "merge", "retag", "cut", "heat", "rework", "undo_work", "sell", "hold", "release", "pledge", "redeem", "report",
    "propose", "decide", "undo_decision", "allocate", "pick", "gate", "part", "back", "cancel", "count", "close",
    "approve", "recount",
})  # fmt: skip
"""What a thorough attack has brought about at least once, but for what chance left out."""
MOST_LEFT_OUT = 5


class WholeYard(RuleBasedStateMachine):
    """``sent`` are the scans with their first answers; what else there is stands in the books alone."""

    databases: Databases
    dialect: str

    @initialize()
    def open_yard(self) -> None:
        db = self.databases.open(self.dialect)
        self.yard: Yard = make_yard(db, World(db))
        org = self.yard.keeper
        self.people = [self.yard.world.actor("warehouse", "inspector", org=org) for _ in range(3)]
        self.sent: list[tuple[Operation, Answer]] = []
        self.numbers = self.newest = 0
        self.held: set[int] = set()
        for heat in ("H1", "H2"):
            self.yard.receive(self.new("T"), self.new("T"), heat_number=heat)
        self.yard.receive(self.new("T"), owner=self.yard.other_owner)

    def new(self, letter: str) -> str:
        """A tag or number that nothing bears yet."""
        self.numbers += 1
        return f"{letter}{self.numbers}"

    def act(self, what: str, change: Callable[[Any], object]) -> None:
        """Do it in a transaction of its own; whatever is refused must leave nothing behind."""
        before = self.count()
        try:
            with self.yard.db.write() as session:
                change(session)
        except Refused:
            assert self.count() == before
        else:
            ACCEPTED[what] += 1

    def count(self) -> int:
        with self.yard.db.read() as session:
            return session.scalar(select(func.count()).select_from(StockMove)) or 0

    def tag(self, pick: int) -> str:
        """A bundle that is known, lying here or gone, the newer ones oftener."""
        with self.yard.db.read() as session:
            tags = session.scalars(select(Bundle.tag).where(Bundle.voided == 0).order_by(Bundle.id.desc())).all()
        return tags[pick % min(len(tags), 12)] if tags else "T0"

    def one(self, pick: int, query: Any) -> Any:
        """One of the documents that a query finds, or ``None``."""
        with self.yard.db.read() as session:
            found = session.scalars(query).all()
        return found[pick % len(found)] if found else None

    def scan(self, what: str, *operations: Operation, actor: Any = None) -> None:
        answers = self.yard.scan(*operations, actor=actor)
        self.sent += zip(operations, answers, strict=True)
        ACCEPTED[what] += sum(answer.outcome == "done" for answer in answers)

    # --- what comes and goes ---

    @rule(heat=st.sampled_from(["H1", "H2", "H3"]), sold=st.booleans(), place=SPOTS)
    def receive(self, heat: str, sold: bool, place: str) -> None:
        owner = self.yard.other_owner if sold else self.yard.owner
        self.yard.receive(self.new("T"), heat_number=heat, owner=owner, place=place)

    @rule(pick=PICK, post=st.booleans())
    def receive_by_scan(self, pick: int, post: bool) -> None:
        """Scan a bundle to a receipt, a new one where none is open, and perhaps post it."""
        open_ = self.one(pick, select(Receipt).where(Receipt.status == "open"))
        if open_ is None:
            owner = self.yard.owner.org_id
            with self.yard.db.write() as session:
                open_ = receipts.open_receipt(session, self.yard.keeper, self.yard.warehouse.id, owner_id=owner)
        said = Said(self.yard.product.id, "H1", "Mill One", pieces=10)
        more = {"receipt_number": open_.number, "place": "A-01", "said": said}
        self.scan("receive_by_scan", self.yard.operation("receive", self.new("T"), **more))
        if post:
            self.act("finish", lambda session: receipts.finish(session, self.yard.keeper, open_.id))

    @rule(pick=PICK)
    def take_back_a_receipt(self, pick: int) -> None:
        found = self.one(pick, select(Receipt).order_by(Receipt.id.desc()).limit(4))
        if found is not None:
            self.act("take_back", lambda session: taking_back.receipt(session, self.yard.keeper, found.id, "a slip"))

    @rule(pick=PICK, other=PICK, place=SPOTS)
    def move(self, pick: int, other: int, place: str) -> None:
        operations = [self.yard.operation("move", tag, place=place) for tag in (self.tag(pick), self.tag(other))]
        self.scan("move", *operations)

    @rule(pick=PICK, place=SPOTS)
    def transfer(self, pick: int, place: str) -> None:
        tag, ground = self.tag(pick), self.yard.warehouse.id
        self.act("transfer", lambda session: moving.transfer(session, self.yard.keeper, ground, [tag], place, "room"))

    @rule(pick=PICK, post=st.booleans())
    def issue(self, pick: int, post: bool) -> None:
        """Load a bundle on a lorry that is open, or on a new one, and perhaps let the lorry go."""
        tag = self.tag(pick)
        open_ = self.one(0, select(StockIssue).where(StockIssue.status == IssueStatus.OPEN))
        if open_ is None:
            loading = issuing.Loading(self.yard.owner.org_id, "YD-1", PLATE, [tag])
            ground = self.yard.warehouse.id
            self.act("load", lambda session: issuing.open_issue(session, self.yard.keeper, ground, loading))
            return
        self.scan("issue", self.yard.operation("issue", tag, issue_number=open_.number))
        if post:
            self.act("post_issue", lambda session: issuing.post_issue(session, self.yard.keeper, open_.id))

    @rule(pick=PICK)
    def reverse(self, pick: int) -> None:
        query = select(func.max(StockMove.id)).join(Bundle).where(Bundle.tag == self.tag(pick), Bundle.voided == 0)
        last = self.one(0, query)
        if last is not None:
            self.act("reverse", lambda session: moving.reverse(session, self.yard.keeper, last, "a slip"))

    # --- what becomes other bundles ---

    def work(self, what: str, kind: ProcessKind, *lines: Line, **more: Any) -> None:
        made, ground = Order(kind, lines, **more), self.yard.warehouse.id
        self.act(what, lambda session: processing.post(session, self.yard.keeper, ground, made))

    @rule(pick=PICK, first=st.integers(1, 9))
    def split(self, pick: int, first: int) -> None:
        tag, ground = self.tag(pick), self.yard.warehouse.id
        with self.yard.db.read() as session:
            pieces = session.scalar(select(Bundle.pieces).where(Bundle.tag == tag, Bundle.voided == 0)) or 2
        parts = [Output(min(first, pieces - 1) or 1, self.new("S")), Output(max(pieces - first, 1), self.new("S"))]
        self.act("split", lambda session: splitting.split(session, self.yard.keeper, ground, tag, parts))

    @rule(pick=PICK, other=PICK)
    def merge(self, pick: int, other: int) -> None:
        tags, new, ground = sorted({self.tag(pick), self.tag(other)}), self.new("M"), self.yard.warehouse.id
        self.act("merge", lambda session: merging.merge(session, self.yard.keeper, ground, tags, new))

    @rule(pick=PICK)
    def tag_anew(self, pick: int) -> None:
        tag, new, ground = self.tag(pick), self.new("R"), self.yard.warehouse.id
        self.act("retag", lambda session: retagging.retag(session, self.yard.keeper, ground, tag, new, "the rain"))

    @rule(pick=PICK, kerf=st.integers(0, 40))
    def cut(self, pick: int, kerf: int) -> None:
        tag = self.tag(pick)
        query = select(Bundle.pieces, Bundle.piece_length_mm).where(Bundle.tag == tag, Bundle.voided == 0)
        with self.yard.db.read() as session:
            pieces, length = session.execute(query).one_or_none() or (1, 6000)
        half = (length - kerf) // 2
        gone = pieces * (length - 2 * half)
        losses = [Loss(LossKind.KERF, length_mm=gone)] if gone else []
        self.work("cut", ProcessKind.CUT, Line([tag], [Output(2 * pieces, self.new("C"), half)], losses))

    @rule(pick=PICK, scale=st.integers(1, 500), again=st.booleans())
    def heat(self, pick: int, scale: int, again: bool) -> None:
        """Heat a bundle in the furnace, or work on what is defective."""
        tag = self.tag(pick)
        with self.yard.db.read() as session:
            pieces = session.scalar(select(Bundle.pieces).where(Bundle.tag == tag, Bundle.voided == 0)) or 1
        line = Line([tag], [Output(pieces, self.new("W"))], [Loss(LossKind.SCALE, mass_g=scale)])
        if again:
            self.work("rework", ProcessKind.REWORK, line)
        else:
            self.work("heat", ProcessKind.HEAT_TREATMENT, line, furnace_charge="L-1", parameters=FURNACE)

    @rule(pick=PICK)
    def undo_work(self, pick: int) -> None:
        done = self.one(pick, select(StockProcess.id).order_by(StockProcess.id.desc()).limit(5))
        if done is not None:
            self.act("undo_work", lambda session: unmaking.reverse(session, self.yard.keeper, done, "a slip"))

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
        finding = Finding(DefectKind.CRACK, Severity.MAJOR, tag=self.tag(pick), pieces=1 if some else None)
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
    attack(WholeYard, databases, dialect, stories=3, steps=25)
    never = EVERYTHING - set(ACCEPTED)
    assert len(never) <= (MOST_LEFT_OUT if THOROUGH else len(EVERYTHING)), never
