"""Taking back what was received: the bundle's moves undone one by one by counter-moves, and its tag free again."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory import arrival_errors, scanning
from inventory.models import Bundle, ReceiptLine, StockMove
from inventory.operations import advices, announcing, ledger, moving, receipts, yard
from inventory.operations.receipts import Held
from inventory.states import Document, ReceiptStatus
from steelyard.core import audit
from steelyard.core.actors import Actor
from steelyard.core.errors import NotFound

_UNDONE = frozenset({Document.RECEIPT, Document.SCAN, Document.TRANSFER})
"""What a bundle may have met since it came: its receipt, and moves within the yard."""


def receipt(session: Session, actor: Actor, receipt_id: int, reason: str, bundle_id: int | None = None) -> None:
    """Take back all bundles of a receipt, or the one named.

    Raises ``NotFound``, ``ReceiptClosed`` for a receipt that is refused or reversed or waits for a decision,
    ``BundleMovedOn``, ``BundleEncumbered`` and ``BundleQuarantined``; then nothing is written.
    """
    load = receipts.locked(session, actor, receipt_id)
    if load.receipt.status not in {ReceiptStatus.OPEN, ReceiptStatus.POSTED}:
        raise arrival_errors.ReceiptClosed(number=load.receipt.number)
    if bundle_id is not None:
        load.bundles = [one for one in load.bundles if one[0].id == bundle_id]
        if not load.bundles:
            raise NotFound
    all_of(session, actor, load, reason)
    if not _left(session, receipt_id):
        load.receipt.status = ReceiptStatus.REVERSED
        session.flush()


def all_of(session: Session, actor: Actor, load: Held, reason: str) -> None:
    """Undo the arrival of the bundles of ``load``, which are locked; the owner and the yard hear of each."""
    holds = yard.held(session, [bundle.id for bundle, _, _ in load.bundles])
    for bundle, _, _ in load.bundles:
        scanning.check_free(yard.bundle_view(bundle.id, bundle.tag, [], holds.get(bundle.id)))
    virtual = yard.virtual_places(session, load.warehouse.id)
    stamp = yard.stamp(session, actor, load.warehouse.id, virtual)
    ways = {bundle.id: _way(session, bundle) for bundle, _, _ in load.bundles}
    postings = [
        ledger.Posting(
            moving.movement_of(move).reversed(), Document(move.document_kind), move.document_number,
            stamp.recorded_at, reverses_id=move.id,
        )
        for way in ways.values()
        for move in way
    ]  # fmt: skip
    ledger.post(session, stamp, postings)
    for bundle, _, _ in load.bundles:
        arrival = ways[bundle.id][-1]
        counter = select(StockMove.id).where(StockMove.reverses_id == arrival.id)
        bundle.voided = session.scalars(counter).one()
        _tell(session, load, bundle, arrival, load.stood[bundle.id][0].quantity.mass_g)
    session.flush()
    tags = [bundle.tag for bundle, _, _ in load.bundles]
    detail = {"tags": tags, "reason": reason}
    audit.record(session, actor, "inventory.receipt_reversed", f"receipt:{load.receipt.number}", detail)
    if load.advice is not None:
        advices.settle(session, load.advice)


def _way(session: Session, bundle: Bundle) -> Sequence[StockMove]:
    """The moves of a bundle that stand, the newest first; raises ``BundleMovedOn`` for one that is more than moved."""
    moves = session.scalars(select(StockMove).where(StockMove.bundle_id == bundle.id).order_by(StockMove.id.desc()))
    found = list(moves)
    undone = {move.reverses_id for move in found if move.reverses_id is not None}
    standing = [move for move in found if move.reverses_id is None and move.id not in undone]
    if not standing or any(move.document_kind not in _UNDONE for move in standing):
        raise arrival_errors.BundleMovedOn(tag=bundle.tag)
    return standing


def _left(session: Session, receipt_id: int) -> bool:
    query = select(ReceiptLine.bundle_id).join(Bundle, Bundle.id == ReceiptLine.bundle_id)
    return session.scalars(query.where(ReceiptLine.receipt_id == receipt_id, Bundle.voided == 0)).first() is not None


def _tell(session: Session, load: Held, bundle: Bundle, arrival: StockMove, mass_g: int) -> None:
    """The event of a reversed move, with the mass that the bundle had in the end."""
    announcing.announce(
        session, "move_reversed", f"move:{arrival.id}", load.warehouse, [load.receipt.owner_id],
        {
            "move_id": arrival.id, "tag": bundle.tag, "document_kind": arrival.document_kind,
            "number": arrival.document_number, "waybill_number": None, "pieces": arrival.pieces, "mass_g": mass_g,
            "owner_org_id": load.receipt.owner_id,
        },
    )  # fmt: skip
