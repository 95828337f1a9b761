"""What happens to goods of a random yard: they come, go and become others; whatever is refused changes nothing.

The machine of `test_whole_machine` adds the rest and asks after each step.
"""

from collections import Counter
from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import initialize, rule
from sqlalchemy import func, select

from inventory.genealogy_models import StockProcess
from inventory.making import Line, Loss, Order, Output
from inventory.matching import Said
from inventory.models import Bundle, Receipt, StockIssue, StockMove
from inventory.operations import (
    issuing,
    merging,
    moving,
    processing,
    receipts,
    retagging,
    splitting,
    taking_back,
    unmaking,
)
from inventory.operations.outgoing import Weighed
from inventory.operations.weighings import Ticket
from inventory.scanning import Answer, Operation
from inventory.states import (
    IssueStatus,
    LossKind,
    ProcessKind,
)
from steelyard.core.errors import Refused

from .attacked import Attacked
from .conftest import PLACES
from .orders import PLATE

PICK = st.integers(0, 60)
SPOTS = st.sampled_from(PLACES)
FURNACE = {"heatings": [{"treatment": "normalise", "temperature_c": 900, "holding_min": 30, "medium": "air"}]}
ACCEPTED: Counter[str] = Counter()
"""How often each operation was not refused: one that always is shows nothing."""


def ticket_of(net_g: int, number: str) -> Ticket:
    """A lorry of one's own weighbridge, the ticket named after the issue."""
    return Ticket(f"BD-{number}", PLATE, 15_000_000 + net_g, 15_000_000)


class Goods(Attacked):
    """``sent`` are the scans with their first answers; what else there is stands in the books alone."""

    @initialize()
    def open_yard(self) -> None:
        self.open_fresh()
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

    @rule(pick=PICK, post=st.booleans(), net_g=st.none() | st.integers(1, 2_000_000))
    def issue(self, pick: int, post: bool, net_g: int | None) -> None:
        """Load a bundle on a lorry that is open, or on a new one, and perhaps let the lorry go, weighed or not."""
        tag = self.tag(pick)
        open_ = self.one(0, select(StockIssue).where(StockIssue.status == IssueStatus.OPEN))
        if open_ is None:
            loading = issuing.Loading(self.yard.owner.org_id, "YD-1", PLATE, [tag])
            ground = self.yard.warehouse.id
            self.act("load", lambda session: issuing.open_issue(session, self.yard.keeper, ground, loading))
            return
        self.scan("issue", self.yard.operation("issue", tag, issue_number=open_.number))
        if post:
            weighed = Weighed() if net_g is None else Weighed(ticket_of(net_g, open_.number), None, "wet goods")
            self.act("post_issue", lambda session: issuing.post_issue(session, self.yard.keeper, open_.id, weighed))

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
