"""A random yard of splits, merges, cuts, heats and sales against a simple picture of it: nothing appears or is lost."""

from dataclasses import dataclass, field

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, rule
from sqlalchemy import func, select

from inventory import errors, queries
from inventory.genealogy_models import BundleEdge, ProcessLoss, StockProcess
from inventory.making import Line, Loss, Output
from inventory.models import Bundle, StockBalance
from inventory.operations import encumbrances, owning, unmaking
from inventory.quantities import Quantity
from inventory.states import EncumbranceKind, LossKind, ProcessKind
from steelyard.core.errors import Refused
from tests.support.attacks import attack
from tests.support.databases import Databases

from .attacked import Attacked
from .test_processing import merge, split, work

PICK = st.integers(0, 30)


@dataclass
class Lot:
    """A bundle in the picture; ``version`` grows with whatever happens to it."""

    quantity: Quantity
    length_mm: int
    owner: int
    condition: str | None
    held: bool = False
    version: int = 0


@dataclass
class Done:
    """A process in the picture: what it took, what it made, and how that stood then."""

    id: int
    took: dict[str, Lot]
    made: dict[str, int] = field(default_factory=dict)


class ProcessMachine(Attacked):
    """``lots`` is the picture of the yard by tag; ``lost`` the steel that has become kerf or scale."""

    @initialize()
    def open_yard(self) -> None:
        self.open_fresh()
        self.lots: dict[str, Lot] = {}
        self.done: list[Done] = []
        self.received = self.lost = 0
        self.count = 0

    def _new_tag(self) -> str:
        self.count += 1
        return f"N{self.count}"

    def _chosen(self, pick: int) -> str | None:
        tags = sorted(self.lots)
        return tags[pick % len(tags)] if tags else None

    @rule(heat=st.sampled_from(["H1", "H2"]), sold=st.booleans())
    def receive(self, heat: str, sold: bool) -> None:
        owner = self.yard.other_owner if sold else self.yard.owner
        tag = self._new_tag()
        self.yard.receive(tag, heat_number=heat, owner=owner)
        self._look({tag}, owner.org_id)
        self.received += self.lots[tag].quantity.mass_g

    def _look(self, tags: set[str], owner: int) -> None:
        with self.yard.db.read() as session:
            rows, _ = queries.stock(session, self.yard.keeper, {"limit": 200})
        for row in rows:
            if row["tag"] in tags:
                quantity = Quantity(row["pieces"], row["length_mm"], row["mass_g"])
                self.lots[row["tag"]] = Lot(quantity, row["piece_length_mm"], owner, row["condition"])

    def _posted(self, process: StockProcess, took: set[str], made: set[str], lost_g: int = 0) -> None:
        before = {tag: self.lots.pop(tag) for tag in took}
        self._look(made, next(iter(before.values())).owner)
        assert sum(self.lots[tag].quantity.mass_g for tag in made) + lost_g == sum(
            lot.quantity.mass_g for lot in before.values()
        )
        self.lost += lost_g
        self.done.append(Done(process.id, before, dict.fromkeys(made, lost_g)))

    @rule(pick=PICK, first=st.integers(1, 9))
    def split(self, pick: int, first: int) -> None:
        tag = self._chosen(pick)
        if tag is None:
            return
        lot, parts = self.lots[tag], (self._new_tag(), self._new_tag())
        pieces = (first, lot.quantity.pieces - first)
        if pieces[1] < 1:
            return
        if lot.held:
            with pytest.raises(errors.BundleEncumbered):
                split(self.yard, tag, *pieces, tags=parts)
            return
        self._posted(split(self.yard, tag, *pieces, tags=parts), {tag}, set(parts))

    @rule(pick=PICK, other=PICK)
    def merge(self, pick: int, other: int) -> None:
        tags = {self._chosen(pick), self._chosen(other)} - {None}
        if len(tags) < 2:
            return
        lots, new = [self.lots[str(tag)] for tag in tags], self._new_tag()
        alike = len({(lot.owner, lot.length_mm, lot.condition) for lot in lots}) == 1
        alike = alike and not any(lot.held for lot in lots)
        try:
            process = merge(self.yard, *(str(tag) for tag in tags), tag=new)
        except Refused:
            assert not alike
        else:
            assert alike
            self._posted(process, {str(tag) for tag in tags}, {new})

    @rule(pick=PICK, kerf=st.integers(0, 40))
    def cut_in_two(self, pick: int, kerf: int) -> None:
        tag = self._chosen(pick)
        if tag is None or self.lots[tag].held or self.lots[tag].length_mm < 1000:
            return
        lot, new = self.lots[tag], self._new_tag()
        half = (lot.length_mm - kerf) // 2
        gone = lot.quantity.length_mm - lot.quantity.pieces * 2 * half
        losses = [Loss(LossKind.KERF, length_mm=gone)] if gone else []
        output = Output(lot.quantity.pieces * 2, new, half)
        process = work(self.yard, ProcessKind.CUT, Line([tag], [output], losses))
        self._posted(process, {tag}, {new}, self._lost_by(process))

    @rule(pick=PICK, scale=st.integers(1, 500))
    def heat(self, pick: int, scale: int) -> None:
        tag = self._chosen(pick)
        if tag is None or self.lots[tag].held or self.lots[tag].quantity.mass_g < 2 * scale:
            return
        pieces, new = self.lots[tag].quantity.pieces, self._new_tag()
        line = Line([tag], [Output(pieces, new)], [Loss(LossKind.SCALE, mass_g=scale)])
        heating = {"treatment": "normalise", "temperature_c": 900, "holding_min": 30, "medium": "air"}
        kind, parameters = ProcessKind.HEAT_TREATMENT, {"heatings": [heating]}
        try:
            process = work(self.yard, kind, line, furnace_charge="L-1", parameters=parameters)
        except errors.MassImplausible:
            return
        self._posted(process, {tag}, {new}, scale)

    def _lost_by(self, process: StockProcess) -> int:
        with self.yard.db.read() as session:
            query = select(func.coalesce(func.sum(ProcessLoss.mass_g), 0)).where(ProcessLoss.process_id == process.id)
            return int(session.scalar(query) or 0)

    @rule(pick=PICK)
    def sell(self, pick: int) -> None:
        tag = self._chosen(pick)
        if tag is None:
            return
        lot = self.lots[tag]
        people = {one.org_id: one for one in (self.yard.owner, self.yard.other_owner)}
        giver = people.pop(lot.owner)
        (taker,) = people.values()
        self.count += 1
        try:
            with self.yard.db.write() as session:
                order = owning.request(session, giver, self.yard.warehouse.id, taker.org_id, f"GH-{self.count}", [tag])
                owning.confirm(session, self.yard.keeper, order.id)
        except errors.BundleEncumbered:
            assert lot.held
        else:
            assert not lot.held
            lot.owner, lot.version = taker.org_id, lot.version + 1

    @rule(pick=PICK)
    def hold(self, pick: int) -> None:
        tag = self._chosen(pick)
        if tag is None or self.lots[tag].held:
            return
        with self.yard.db.write() as session:
            id_ = session.scalars(select(Bundle.id).where(Bundle.tag == tag, Bundle.voided == 0)).one()
            encumbrances.place(session, self.yard.keeper, id_, EncumbranceKind.PLEDGE, f"ZY-{id_}")
        self.lots[tag].held = True

    @rule(pick=PICK)
    def undo(self, pick: int) -> None:
        if not self.done:
            return
        done = self.done[pick % len(self.done)]
        untouched = all(tag in self.lots and self.lots[tag].version == 0 for tag in done.made)
        free = not any(self.lots[tag].held for tag in done.made if tag in self.lots)
        try:
            with self.yard.db.write() as session:
                unmaking.reverse(session, self.yard.keeper, done.id, "a slip")
        except errors.ProcessNotReversible:
            assert not untouched
        except errors.BundleEncumbered:
            assert not free
        else:
            assert untouched
            assert free
            self.lost -= next(iter(done.made.values()))
            for tag in done.made:
                del self.lots[tag]
            self.lots |= done.took
            self.done.remove(done)

    @invariant()
    def the_yard_is_the_picture(self) -> None:
        self.yard.assert_sound()
        with self.yard.db.read() as session:
            rows, _ = queries.stock(session, self.yard.keeper, {"limit": 200})
            total = session.execute(
                select(*(func.coalesce(func.sum(getattr(StockBalance, name)), 0) for name in Quantity._fields))
            ).one()
            edges = session.scalar(select(func.count()).select_from(BundleEdge)) or 0
        assert {row["tag"]: (row["owner_org_id"], row["mass_g"]) for row in rows} == {
            tag: (lot.owner, lot.quantity.mass_g) for tag, lot in self.lots.items()
        }
        assert tuple(total) == (0, 0, 0)
        assert edges >= len(self.done)
        assert sum(lot.quantity.mass_g for lot in self.lots.values()) + self.lost == self.received

    def teardown(self) -> None:
        if hasattr(self, "yard"):
            self.yard.db.close()


@pytest.mark.slow
def test_nothing_appears_or_is_lost_whatever_is_done(databases: Databases, dialect: str) -> None:
    attack(ProcessMachine, databases, dialect, stories=3, steps=25)
