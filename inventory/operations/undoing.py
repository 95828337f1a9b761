"""Undoing an approved disposition (撤销处置) by a counter-document, while the goods are still where it put them.

The counter-document is a disposition itself: proposed by one person, approved by another, with a number of its own.
"""

from collections.abc import Sequence

from sqlalchemy import and_, exists, select
from sqlalchemy.orm import Session, aliased

from inventory.models import Bundle, StockMove
from inventory.operations import holding, ledger, reporting, yard
from inventory.operations.moving import movement_of
from inventory.quality.errors import DispositionNotReversible
from inventory.quality.kinds import DefectStatus, DispositionKind, DispositionStatus
from inventory.quality.models import Defect, Disposition, ProductChange, QualityHold
from inventory.states import Document
from steelyard.core.actors import Actor


def moves_to_undo(
    session: Session, found: Disposition, bundles: Sequence[Bundle], counter_id: int = 0
) -> Sequence[StockMove]:
    """The moves of an approved disposition in their order; the bundles are locked.

    Raises ``DispositionNotReversible`` where it was undone, undoes one itself, or something happened to a bundle since.
    What was itself undone meanwhile left no trace and does not stand in the way, nor does ``counter_id``, which is
    about to undo it.
    """
    undone = exists().where(
        Disposition.reverses_id == found.id, Disposition.status == DispositionStatus.APPROVED,
        Disposition.id != counter_id,
    )  # fmt: skip
    if found.status != DispositionStatus.APPROVED or found.reverses_id is not None or session.scalar(select(undone)):
        raise DispositionNotReversible(number=found.number)
    own = session.scalars(select(StockMove).filter_by(document_number=found.number).order_by(StockMove.id)).all()
    since = StockMove.id > own[-1].id if own else StockMove.recorded_at > found.decided_at
    counter = aliased(StockMove)
    stands = and_(StockMove.reverses_id.is_(None), ~exists().where(counter.reverses_id == StockMove.id))
    later = select(StockMove.id).where(StockMove.bundle_id.in_([bundle.id for bundle in bundles]), since, stands)
    renamed = found.kind == DispositionKind.DOWNGRADE and any(one.product_id != found.product_id for one in bundles)
    if renamed or session.scalars(later.limit(1)).first() is not None:
        raise DispositionNotReversible(number=found.number)
    return own


def carry_out(session: Session, actor: Actor, defect: Defect, counter: Disposition, bundles: Sequence[Bundle]) -> None:
    """Post the counter-moves; names, holds and the report are as they were before the disposition that is undone.

    Raises ``DispositionNotReversible``.
    """
    assert counter.reverses_id is not None
    former = session.get_one(Disposition, counter.reverses_id, populate_existing=True)
    moves = moves_to_undo(session, former, bundles, counter.id)
    warehouse_id = defect.warehouse_id
    stamp = yard.stamp(session, actor, warehouse_id, yard.virtual_places(session, warehouse_id))
    postings = [
        ledger.Posting(
            movement_of(move).reversed(), Document.QUALITY, counter.number, stamp.recorded_at, reverses_id=move.id
        )
        for move in reversed(moves)
    ]
    ledger.post(session, stamp, postings)
    _call_as_before(session, former, counter, bundles)
    ended = select(QualityHold).filter_by(defect_id=defect.id, lifted_because=former.number).order_by(QualityHold.id)
    for hold in session.scalars(ended).all():
        holding.renew(session, actor, hold, counter.number)
    its_end = former.kind != DispositionKind.REWORK and defect.bundle_id in {bundle.id for bundle in bundles}
    if its_end and defect.status == DefectStatus.SETTLED:
        reporting.reopen(session, actor, defect)


def _call_as_before(session: Session, former: Disposition, counter: Disposition, bundles: Sequence[Bundle]) -> None:
    """Give the bundles of a downgrade the products back that they were before."""
    assert counter.decided_at is not None
    changes = session.scalars(select(ProductChange).filter_by(disposition_id=former.id).order_by(ProductChange.id))
    by_id = {bundle.id: bundle for bundle in bundles}
    for change in changes.all():
        session.add(
            ProductChange(
                bundle_id=change.bundle_id, disposition_id=counter.id, from_product_id=change.to_product_id,
                to_product_id=change.from_product_id, changed_at=counter.decided_at,
            )
        )  # fmt: skip
        by_id[change.bundle_id].product_id = change.from_product_id
    session.flush()
