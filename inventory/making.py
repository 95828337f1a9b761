"""What a process is asked to do, and which bundles it may take. Imports neither flask nor sqlalchemy."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from inventory import errors
from inventory.quantities import Position
from inventory.scanning import BundleView, YardView, check_free
from inventory.states import LossKind, ProcessKind, State

LONGEST_HEAT, LONGEST_MILL = 80, 120
FURNACE = frozenset({ProcessKind.HEAT_TREATMENT})
SAME_GOODS = frozenset({ProcessKind.SPLIT, ProcessKind.RETAG})
"""What changes nothing but the tags: what kept the goods keeps the new bundles."""
IN_QUARANTINE = SAME_GOODS | {ProcessKind.REWORK}
"""Done while a hold of the bundle or of its heat stands: it keeps what comes out, too."""
FINISHING = frozenset({ProcessKind.THREADING, ProcessKind.COATING})


@dataclass(frozen=True, slots=True)
class Output:
    """A bundle to be made; what is ``None`` follows: a tag of the first input, its place, product and length."""

    pieces: int
    tag: str | None = None
    piece_length_mm: int | None = None
    mass_g: int | None = None
    place: str | None = None
    product_id: int | None = None


@dataclass(frozen=True, slots=True)
class Loss:
    """What becomes of steel that is in no new bundle; a mass of ``None`` follows from the length."""

    kind: LossKind
    pieces: int = 0
    length_mm: int = 0
    mass_g: int | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """Bundles that go in together and what comes out of them; each line of an order conserves by itself."""

    tags: Sequence[str]
    outputs: Sequence[Output]
    losses: Sequence[Loss] = ()
    added_mass_g: int = 0


@dataclass(frozen=True, slots=True)
class Order:
    """A process to be posted. ``event_at`` is when it was done, by default now."""

    kind: ProcessKind
    lines: Sequence[Line]
    reason: str | None = None
    furnace_charge: str | None = None
    parameters: Mapping[str, Any] = field(default_factory=dict)
    event_at: datetime | None = None

    @property
    def tags(self) -> list[str]:
        """The tags of all inputs in their order."""
        return [tag for line in self.lines for tag in line.tags]

    def check(self) -> None:
        """Raise ``ProcessIncomplete`` where the kind of work needs something else, ``TagRepeated`` for a tag twice."""
        if (self.kind in FURNACE) != (self.furnace_charge is not None):
            raise errors.ProcessIncomplete(field="furnace_charge")
        if (self.kind in FURNACE) != bool(self.parameters.get("heatings")):
            raise errors.ProcessIncomplete(field="heatings")
        if self.kind not in FINISHING and self.parameters.get("standard"):
            raise errors.ProcessIncomplete(field="standard")
        for line in self.lines:
            if line.added_mass_g and self.kind is not ProcessKind.COATING:
                raise errors.ProcessIncomplete(field="added_mass_g")
            if any(loss.mass_g is None and not loss.length_mm for loss in line.losses):
                raise errors.ProcessIncomplete(field="mass_g")
        _check_once([*self.tags, *(one.tag for line in self.lines for one in line.outputs if one.tag is not None)])


def _check_once(tags: Iterable[str]) -> None:
    seen: set[str] = set()
    for tag in tags:
        if tag in seen:
            raise errors.TagRepeated(tag=tag)
        seen.add(tag)


def free(
    view: YardView, tag: str, owner_id: int,
    states: Iterable[State] = (State.AVAILABLE,), *, in_quarantine: bool = False,
) -> Position:  # fmt: skip
    """Where a bundle of ``owner_id`` lies that nothing holds, or with ``in_quarantine`` nothing but holds of quality.

    Raises ``BundleUnknown``, ``AlreadyIssued``, ``BundleNotHere``, ``WrongOwner``, ``BundleEncumbered``,
    ``BundleQuarantined``, ``BundleNotWorkable``.
    """
    bundle = view.bundle(tag)
    position = lying(bundle)
    if position.owner_id != owner_id:
        raise errors.WrongOwner(tag=tag)
    if not (in_quarantine and bundle.hold_follows):
        check_free(bundle)
    if position.state not in states:
        raise errors.BundleNotWorkable(tag=tag)
    return position


def lying(bundle: BundleView) -> Position:
    """Where a bundle lies in the yard; raises ``AlreadyIssued`` and ``BundleNotHere``."""
    if bundle.position is None:
        raise errors.AlreadyIssued(tag=bundle.tag) if bundle.issued else errors.BundleNotHere(tag=bundle.tag)
    return bundle.position


def states_for(kind: ProcessKind) -> frozenset[State]:
    """The states in which a process takes bundles.

    Defective ones are reworked, or split from the sound pieces; what lies in quarantine can be split and tagged anew.
    """
    if kind is ProcessKind.REWORK:
        return frozenset({State.AVAILABLE, State.DEFECTIVE})
    return frozenset({State.AVAILABLE, State.DEFECTIVE, State.QUARANTINE} if kind in SAME_GOODS else {State.AVAILABLE})


def state_after(kind: ProcessKind, before: State) -> State:
    """The state of what comes out: what was reworked is looked at before it is promised."""
    return State.QUARANTINE if kind is ProcessKind.REWORK else before


def name_tags(first: str, wanted: Sequence[str | None], taken: Iterable[str], longest: int) -> list[str]:
    """Give a tag to each output without one: that of the first input with the next free number behind it."""
    used = {*taken, *(tag for tag in wanted if tag is not None)}
    number = 0
    found = []
    for tag in wanted:
        while tag is None:
            number += 1
            end = f"-{number}"
            made = first[: longest - len(end)] + end
            tag = made if made not in used else None
        used.add(tag)
        found.append(tag)
    return found


def mixed_name(parts: Iterable[tuple[str, str]]) -> tuple[str, str]:
    """What a mixture of heats is called: all numbers and mills, or how many there are and a mark of which."""
    known = sorted(set(parts))
    numbers = "+".join(number for number, _ in known)
    mills = " / ".join(sorted({mill for _, mill in known}))
    if len(numbers) <= LONGEST_HEAT and len(mills) <= LONGEST_MILL:
        return numbers, mills
    return f"{known[0][0][:40]}+… ({len(known)}, {_mark(known)})", mills[:LONGEST_MILL]


def _mark(parts: Sequence[tuple[str, str]]) -> str:
    import hashlib

    return hashlib.sha256(repr(parts).encode()).hexdigest()[:12]
