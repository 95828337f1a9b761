"""Receiving under attack: several telephones at one lorry, posting while one scans, any order of steps."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from sqlalchemy import func, select

from inventory.advice_models import StockAdviceArrival
from inventory.matching import Said
from inventory.models import Bundle, Receipt, ReceiptLine, StockBalance, StockMove
from inventory.operations import deciding, moving, receipts, reweighing, scans, taking_back
from inventory.operations.weighings import Ticket
from inventory.states import Decision, ReceiptStatus, State
from steelyard.core.errors import Refused
from tests.support.attacks import attack
from tests.support.databases import Databases
from tests.support.world import World

from .conftest import PLACES, Yard, make_yard
from .test_receiving import announce, codes, finish, line, open_receipt, scan

CLIENTS = 8


def unsettled(yard: Yard) -> list[tuple[str, str, str]]:
    """Bundles in the yard that are usable before their receipt is posted, or unusable after it."""
    query = (
        select(Bundle.tag, Receipt.status, StockBalance.state)
        .join(ReceiptLine, ReceiptLine.bundle_id == Bundle.id)
        .join(Receipt, Receipt.id == ReceiptLine.receipt_id)
        .join(StockBalance, StockBalance.bundle_id == Bundle.id)
        .where(StockBalance.is_real, StockBalance.pieces > 0)
    )
    with yard.db.read() as session:
        found = session.execute(query).all()
    return [row for row in found if (row[1] == ReceiptStatus.POSTED) != (row[2] != State.EXPECTED)]


def test_of_eight_telephones_three_receive_the_three_announced(yard: Yard) -> None:
    """Eight tags at once for three announced bundles, and one tag by all: nothing comes twice or beyond the advice."""
    announce(yard, line(yard, bundles=3), line(yard, "K1"))
    receipt = open_receipt(yard)
    with ThreadPoolExecutor(CLIENTS) as pool:
        alike = [answers[0].code for answers in pool.map(lambda n: scan(yard, receipt, f"L{n}"), range(CLIENTS))]
        same = [answers[0].code for answers in pool.map(lambda _: scan(yard, receipt, "K1"), range(CLIENTS))]
    assert sorted(alike) == ["advice_exceeded"] * 5 + ["received"] * 3
    assert sorted(same) == ["already_received"] * 7 + ["received"]
    yard.assert_sound()


def test_two_lorries_do_not_both_bring_the_last_bundle_of_an_advice(yard: Yard) -> None:
    """Two receipts of one advice are open; the second waits for the first, and is refused by what that one took."""
    announce(yard, line(yard, bundles=1))
    first, second = open_receipt(yard), open_receipt(yard)
    with ThreadPoolExecutor(1) as pool:
        with yard.db.write() as session:
            operation = yard.operation("receive", "L1", receipt_number=first.number, place="A-01")
            assert [answer.code for answer in scans.perform(session, yard.keeper, yard.warehouse.id, [operation])] == [
                "received"
            ]
            late = pool.submit(scan, yard, second, "L2")
            with pytest.raises(TimeoutError):
                late.result(timeout=0.3)
        assert [answer.code for answer in late.result()] == ["advice_exceeded"]
    yard.assert_sound()


def test_posting_and_scanning_at_once_leaves_no_bundle_between(yard: Yard) -> None:
    for number in range(2):
        receipt = open_receipt(yard, None, owner_id=yard.owner.org_id)
        said = Said(yard.product.id, "H1", "Mill One", pieces=10)
        scan(yard, receipt, f"P{number}", said=said)

        def post(receipt: Receipt = receipt) -> str:
            try:
                return finish(yard, receipt).status
            except Refused as refusal:
                return refusal.code

        with ThreadPoolExecutor(4) as pool:
            posting = pool.submit(post)
            scans = [pool.submit(scan, yard, receipt, f"Q{number}{n}", said=said) for n in range(3)]
            outcome, scanned = posting.result(), [job.result()[0].code for job in scans]
        assert outcome in {"posted", "receipt_changed"}
        assert set(scanned) <= {"received", "receipt_closed"}
        if outcome != "posted":
            assert scanned == ["received"] * 3
        assert unsettled(yard) == []
    yard.assert_sound()


TAGS = st.sampled_from(["A1", "A2", "B1", "B2", "X1"])


class Receiving(RuleBasedStateMachine):
    """Steps of two people at two receipts in any order; what is refused changes nothing."""

    databases: Databases
    dialect: str

    @initialize()
    def begin(self) -> None:
        db = self.databases.open(self.dialect)
        self.yard = make_yard(db, World(db))
        self.tickets = 0
        tagged = [line(self.yard, tag, mass_g=690_000) for tag in ("A1", "A2")]
        announce(self.yard, *tagged, line(self.yard, bundles=1, heat_number="H2"))
        self.open: list[Receipt] = [open_receipt(self.yard)]
        self.open.append(open_receipt(self.yard, None, owner_id=self.yard.owner.org_id))

    def _do(self, step: Any) -> None:
        try:
            with self.yard.db.write() as session:
                step(session)
        except Refused:
            return

    def _receipt(self, data: st.DataObject) -> Receipt:
        return data.draw(st.sampled_from(self.open))

    @rule(data=st.data(), tag=TAGS, heat=st.sampled_from([None, "H1", "H2"]), extra=st.booleans())
    def scan(self, data: st.DataObject, tag: str, heat: str | None, extra: bool) -> None:
        said = Said(self.yard.product.id, heat, "Mill One", pieces=10, extra=extra)
        scan(self.yard, self._receipt(data), tag, said=said)

    @rule(tag=TAGS, place=st.sampled_from(PLACES))
    def move(self, tag: str, place: str) -> None:
        self.yard.scan(self.yard.operation("move", tag, place=place))

    @rule(data=st.data(), net_g=st.sampled_from([690_000, 691_000, 1_381_000, 2_070_000]))
    def weigh(self, data: st.DataObject, net_g: int) -> None:
        self.tickets += 1
        ticket = Ticket(f"BD-{self.tickets}", "鲁P1", 16_000_000 + net_g, 16_000_000)
        receipt = self._receipt(data)
        self._do(lambda session: reweighing.weigh(session, self.yard.keeper, receipt.id, ticket))

    @rule(data=st.data(), partial=st.booleans())
    def post(self, data: st.DataObject, partial: bool) -> None:
        receipt = self._receipt(data)
        self._do(lambda session: receipts.finish(session, self.yard.keeper, receipt.id, partial=partial))

    @rule(data=st.data(), decision=st.sampled_from(Decision), boss=st.booleans())
    def decide(self, data: st.DataObject, decision: Decision, boss: bool) -> None:
        receipt, actor = self._receipt(data), self.yard.manager if boss else self.yard.keeper
        self._do(lambda session: deciding.decide(session, actor, receipt.id, decision, "so be it"))

    @rule(data=st.data(), tag=st.none() | TAGS)
    def take_back(self, data: st.DataObject, tag: str | None) -> None:
        receipt = self._receipt(data)
        with self.yard.db.read() as session:
            named = select(Bundle.id).where(Bundle.tag == tag, Bundle.voided == 0)
            bundle_id = session.scalar(named) if tag else None
        if tag is None or bundle_id is not None:
            self._do(lambda session: self._back(session, receipt, bundle_id))

    def _back(self, session: Any, receipt: Receipt, bundle_id: int | None) -> None:
        if bundle_id is None or session.get(ReceiptLine, (receipt.id, bundle_id)) is not None:
            taking_back.receipt(session, self.yard.keeper, receipt.id, "a slip", bundle_id)

    @rule(tag=TAGS)
    def undo(self, tag: str) -> None:
        query = select(func.max(StockMove.id)).join(Bundle).where(Bundle.tag == tag, Bundle.voided == 0)
        with self.yard.db.read() as session:
            last = session.scalar(query)
        if last is not None:
            self._do(lambda session: moving.reverse(session, self.yard.keeper, last, "a slip"))

    @invariant()
    def books_hold(self) -> None:
        if hasattr(self, "open"):
            self.yard.assert_sound()
            assert unsettled(self.yard) == []

    @invariant()
    def no_line_is_exceeded(self) -> None:
        if not hasattr(self, "open"):
            return
        query = (
            select(func.count())
            .select_from(StockAdviceArrival)
            .join(Bundle, Bundle.id == StockAdviceArrival.bundle_id)
            .where(Bundle.voided == 0)
        )
        with self.yard.db.read() as session:
            counts = session.scalars(query.group_by(StockAdviceArrival.advice_line_id)).all()
        assert set(counts) <= {1}

    def teardown(self) -> None:
        if hasattr(self, "open"):
            self.yard.db.close()


@pytest.mark.slow
def test_no_order_of_steps_breaks_a_receipt(databases: Databases, dialect: str) -> None:
    attack(Receiving, databases, dialect, stories=2, steps=20)


def test_a_refusal_is_answered_again_after_the_receipt_has_changed(yard: Yard) -> None:
    receipt = open_receipt(yard, None, owner_id=yard.owner.org_id)
    operation = yard.operation("receive", "Z1", receipt_number=receipt.number, place="A-01")
    assert codes(yard.scan(operation)) == ["goods_unknown"]
    scan(yard, receipt, "Z1", said=Said(yard.product.id, "H1", "Mill One", pieces=10))
    assert codes(yard.scan(operation)) == ["goods_unknown"]
