"""What a scanned report of a defect does to its bundle: nothing of it is promised any more.

Imports neither flask nor sqlalchemy.
"""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from inventory.quality.errors import MorePieces
from inventory.quality.kinds import Severity
from inventory.quantities import Movement, Position
from inventory.states import State

if TYPE_CHECKING:
    from inventory.scanning import BundleView


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a bundle that is reported; ``kind`` is the code of the yard's reason."""

    kind: str
    severity: Severity
    remark: str | None = None


@dataclass(slots=True)
class SetAside:
    """A report of ``pieces`` defective pieces of a bundle, found at a place, and the movement that sets it aside.

    ``is_expected`` where its receipt is not posted yet. ``number`` and ``told`` come when the report is written.
    """

    fault: Fault
    bundle_id: int
    owner_id: int
    pieces: int
    place_id: int
    movement: Movement | None
    is_expected: bool
    number: str = ""
    told: dict[str, Any] = field(default_factory=dict)


def report(bundle: "BundleView", position: Position, fault: Fault, pieces: int | None, place_id: int) -> SetAside:
    """Set a bundle aside that lies at ``position``, because of all or some of its pieces; raises ``MorePieces``."""
    present = bundle.quantity.pieces
    if pieces is not None and pieces > present:
        raise MorePieces(tag=bundle.tag, pieces=present)
    target = position._replace(state=state_after(position.state, is_whole=pieces in (None, present)))
    movement = Movement(bundle.bundle_id, bundle.quantity, position, target) if target != position else None
    bundle.position = target
    return SetAside(
        fault, bundle.bundle_id, position.owner_id, pieces or present, place_id, movement,
        position.state is State.EXPECTED,
    )  # fmt: skip


def state_after(state: State, *, is_whole: bool) -> State:
    """The state of goods of which a defect is reported: defective as a whole, else in quarantine until it is split."""
    if is_whole and state in (State.AVAILABLE, State.QUARANTINE):
        return State.DEFECTIVE
    return State.QUARANTINE if state is State.AVAILABLE else state
