"""Dispositions (处置): what is done with defective goods, proposed by one person and decided on by another."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory import errors
from inventory.delivery_errors import BundlePromised
from inventory.models import Bundle, Product, Warehouse
from inventory.operations import announcing, holding, reporting, undoing, yard
from inventory.operations.yard import Stood
from inventory.quality import errors as refusals
from inventory.quality import standing
from inventory.quality.kinds import FREEING, LEAVING, DefectStatus, DispositionKind, DispositionStatus
from inventory.quality.models import Defect, Disposition, DispositionBundle, ProductChange
from inventory.quantities import Movement
from inventory.states import PROMISED, PlaceKind, State
from steelyard.core import audit
from steelyard.core.actors import Actor
from steelyard.core.clock import business_date
from steelyard.core.database import db_now
from steelyard.core.errors import NotFound
from steelyard.core.numbering import next_number

_WHOLE_BUNDLE = frozenset(DispositionKind) - {DispositionKind.RELEASE, DispositionKind.CONCESSION}
"""What can be done with defective pieces only, so that they are split from the sound ones first."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """What is to be done; ``tags`` are the bundles, by default the one that was reported. ``cost_fen`` in fen."""

    kind: DispositionKind
    remark: str
    tags: Sequence[str] = ()
    cost_fen: int = 0
    product_id: int | None = None
    consent: str | None = None


def propose(session: Session, actor: Actor, defect_id: int, proposal: Proposal) -> Disposition:
    """Propose what is done with the goods of a report.

    Raises ``NotFound``, ``DefectSettled``, ``BundlesMissing``, ``BundleUnknown``, ``BundleOfAnotherHeat``,
    ``SplitFirst``, ``NotInTheYard``, ``BundleBeingDecided``, ``ConsentMissing``, ``NewProductMissing``,
    ``ProductUnknown``, ``NewProductUnfit`` and ``BundleEncumbered``.
    """
    seen, warehouse = reporting.own_defect(session, actor, defect_id)
    bundles = _bundles(session, seen, proposal.tags)
    defect, _ = reporting.own_defect(session, actor, defect_id, lock=True)
    if defect.status != DefectStatus.OPEN:
        raise refusals.DefectSettled(number=defect.number)
    stood = yard.standing(session, [bundle.id for bundle in bundles])
    _check_proposal(session, defect, proposal, bundles, stood)
    now = db_now(session)
    written = Disposition(
        number=next_number(session, "CZ", business_date(now)), defect_id=defect.id, kind=proposal.kind,
        status=DispositionStatus.PROPOSED, remark=proposal.remark, cost_fen=proposal.cost_fen,
        product_id=proposal.product_id if proposal.kind is DispositionKind.DOWNGRADE else None,
        consent=proposal.consent, proposed_at=now, proposed_by=actor.user_id,
    )  # fmt: skip
    session.add(written)
    session.flush()
    session.add_all(DispositionBundle(disposition_id=written.id, bundle_id=bundle.id) for bundle in bundles)
    session.flush()
    subject = f"disposition:{written.number}"
    audit.record(session, actor, "inventory.disposition_proposed", subject, {"kind": written.kind})
    _tell(session, "disposition_proposed", warehouse, defect, written, bundles, stood)
    return written


def _bundles(session: Session, defect: Defect, tags: Sequence[str]) -> list[Bundle]:
    """The bundles named, else the one that was reported, locked in the order of their ids."""
    if tags:
        ids = yard.lock_by_tags(session, defect.warehouse_id, tags)
        for tag in tags:
            if tag not in ids:
                raise errors.BundleUnknown(tag=tag)
        wanted = sorted(ids.values())
    elif defect.bundle_id is not None:
        wanted = [defect.bundle_id]
        yard.lock_by_ids(session, wanted)
    else:
        raise refusals.BundlesMissing
    query = select(Bundle).where(Bundle.id.in_(wanted)).order_by(Bundle.id)
    return list(session.scalars(query.execution_options(populate_existing=True)))


def _check_proposal(
    session: Session, defect: Defect, proposal: Proposal, bundles: Sequence[Bundle], stood: dict[int, list[Stood]]
) -> None:
    kind = proposal.kind
    if kind is DispositionKind.CONCESSION and proposal.consent is None:
        raise refusals.ConsentMissing
    product = _new_product(session, proposal) if kind is DispositionKind.DOWNGRADE else None
    for bundle in bundles:
        if bundle.heat_id != defect.heat_id:
            raise refusals.BundleOfAnotherHeat(tag=bundle.tag)
        present = stood.get(bundle.id, [])
        if kind in _WHOLE_BUNDLE and bundle.id == defect.bundle_id and present:
            _check_whole(bundle, defect, present[0])
        if product is not None and not _fits(session.get_one(Product, bundle.product_id), product):
            raise refusals.NewProductUnfit(tag=bundle.tag)
    _check_free(session, kind, bundles, stood)
    _check_none_waits(session, bundles)


def _check_none_waits(session: Session, bundles: Sequence[Bundle]) -> None:
    """Raise ``BundleBeingDecided`` where another disposition of one of the bundles waits for its decision."""
    ids = [bundle.id for bundle in bundles]
    query = (
        select(Disposition.number, Bundle.tag)
        .join(DispositionBundle, DispositionBundle.disposition_id == Disposition.id)
        .join(Bundle, Bundle.id == DispositionBundle.bundle_id)
        .where(Disposition.status == DispositionStatus.PROPOSED, Bundle.id.in_(ids))
        .order_by(Disposition.id)
    )
    if (waiting := session.execute(query.limit(1)).first()) is not None:
        raise refusals.BundleBeingDecided(number=waiting.number, tag=waiting.tag)


def _new_product(session: Session, proposal: Proposal) -> Product:
    if proposal.product_id is None:
        raise refusals.NewProductMissing
    product = session.get(Product, proposal.product_id)
    if product is None:
        raise errors.ProductUnknown(product_id=proposal.product_id)
    return product


def _fits(old: Product, new: Product) -> bool:
    """A downgrade changes the name of the goods (grade, standard, kind of length), never their size."""
    return old.id != new.id and (old.kind, old.od_mm_x100, old.wall_mm_x100) == (
        new.kind, new.od_mm_x100, new.wall_mm_x100,
    )  # fmt: skip


def _check_whole(bundle: Bundle, defect: Defect, at: Stood) -> None:
    if defect.pieces is not None and defect.pieces < at.quantity.pieces:
        raise refusals.SplitFirst(defective=defect.pieces, pieces=at.quantity.pieces, tag=bundle.tag)


def _check_free(
    session: Session, kind: DispositionKind, bundles: Sequence[Bundle], stood: dict[int, list[Stood]]
) -> None:
    """Raise unless the goods lie in the yard and, where they are to leave it, no pledge or court keeps them."""
    tags = {bundle.id: bundle.tag for bundle in bundles}
    for id_, tag in tags.items():
        if not any(at.kind is PlaceKind.REAL for at in stood.get(id_, [])):
            raise refusals.NotInTheYard(tag=tag)
        if kind in LEAVING and any(at.position.state in PROMISED for at in stood[id_]):
            raise BundlePromised(tag=tag)
    if kind in LEAVING:
        for id_, reference in sorted(standing.others(session, list(tags)).items()):
            raise errors.BundleEncumbered(tag=tags[id_], reference=reference)


def propose_undoing(session: Session, actor: Actor, disposition_id: int, remark: str) -> Disposition:
    """Propose that an approved disposition is undone by a counter-document, which another person approves.

    Raises ``NotFound``, ``DispositionNotReversible`` where the goods are no longer where it put them, and
    ``BundleBeingDecided``.
    """
    warehouse, bundles, defect, former = _locked(session, actor, disposition_id)
    undoing.moves_to_undo(session, former, bundles)
    _check_none_waits(session, bundles)
    now = db_now(session)
    written = Disposition(
        number=next_number(session, "CZ", business_date(now)), defect_id=defect.id, kind=former.kind,
        status=DispositionStatus.PROPOSED, remark=remark, cost_fen=0, reverses_id=former.id, proposed_at=now,
        proposed_by=actor.user_id,
    )  # fmt: skip
    session.add(written)
    session.flush()
    session.add_all(DispositionBundle(disposition_id=written.id, bundle_id=bundle.id) for bundle in bundles)
    session.flush()
    subject = f"disposition:{written.number}"
    audit.record(session, actor, "inventory.disposition_undoing_proposed", subject, {"undoes": former.number})
    stood = yard.standing(session, [bundle.id for bundle in bundles])
    _tell(session, "disposition_proposed", warehouse, defect, written, bundles, stood)
    return written


def decide(session: Session, actor: Actor, disposition_id: int, *, approved: bool) -> Disposition:
    """Approve or reject a disposition; approved, it is posted.

    Raises ``NotFound``, ``DispositionDecided``, ``ReporterMayNotApprove``, and where the goods were touched meanwhile
    ``NotInTheYard``, ``BundleEncumbered`` or, for one that undoes another, ``DispositionNotReversible``.
    """
    warehouse, bundles, defect, found = _locked(session, actor, disposition_id)
    if found.status != DispositionStatus.PROPOSED:
        raise refusals.DispositionDecided(number=found.number)
    if actor.user_id in {found.proposed_by, defect.reported_by}:
        raise refusals.ReporterMayNotApprove(number=found.number)
    found.status = DispositionStatus.APPROVED if approved else DispositionStatus.REJECTED
    found.decided_at, found.decided_by = db_now(session), actor.user_id
    session.flush()
    stood = yard.standing(session, [bundle.id for bundle in bundles])
    if approved and found.reverses_id is not None:
        undoing.carry_out(session, actor, defect, found, bundles)
    elif approved:
        _carry_out(session, actor, defect, found, bundles, stood)
    audit.record(session, actor, f"inventory.disposition_{found.status}", f"disposition:{found.number}")
    _tell(session, "disposition_decided", warehouse, defect, found, bundles, stood)
    return found


def _locked(
    session: Session, actor: Actor, disposition_id: int
) -> tuple[Warehouse, Sequence[Bundle], Defect, Disposition]:
    """The disposition with its bundles and its report, locked in this order: bundles, report, disposition."""
    seen = session.get(Disposition, disposition_id)
    if seen is None:
        raise NotFound
    _, warehouse = reporting.own_defect(session, actor, seen.defect_id)
    ids = session.scalars(select(DispositionBundle.bundle_id).filter_by(disposition_id=disposition_id)).all()
    yard.lock_by_ids(session, ids)
    bundles = select(Bundle).where(Bundle.id.in_(ids)).order_by(Bundle.id).execution_options(populate_existing=True)
    goods = session.scalars(bundles).all()
    defect, _ = reporting.own_defect(session, actor, seen.defect_id, lock=True)
    session.refresh(seen, with_for_update=True)
    return warehouse, goods, defect, seen


def _carry_out(
    session: Session, actor: Actor, defect: Defect, found: Disposition,
    bundles: Sequence[Bundle], stood: dict[int, list[Stood]],
) -> None:  # fmt: skip
    kind = DispositionKind(found.kind)
    _check_free(session, kind, bundles, stood)
    if kind is DispositionKind.DOWNGRADE:
        _rename(session, found, bundles)
    if kind in LEAVING:
        _let_go(session, actor, found, bundles, stood)
    elif kind is DispositionKind.REWORK:
        unfit = dict.fromkeys((State.AVAILABLE, State.QUARANTINE), State.DEFECTIVE)
        holding.shift(session, actor, found.number, bundles, stood, unfit)
        return
    holding.lift_with(session, actor, bundles, defect.id, found.number)
    if kind in FREEING:
        _free(session, actor, defect, found, bundles, stood)
    if defect.bundle_id in {bundle.id for bundle in bundles}:
        reporting.end(session, actor, defect)


def _free(
    session: Session, actor: Actor, defect: Defect, found: Disposition,
    bundles: Sequence[Bundle], stood: dict[int, list[Stood]],
) -> None:  # fmt: skip
    """The goods are available again, or in quarantine while another hold or report stands."""
    ids = [bundle.id for bundle in bundles]
    kept = {id_ for id_, hold in yard.held(session, ids).items() if hold.is_quality}
    kept |= holding.reported(session, ids, but=defect.id)
    held = [bundle for bundle in bundles if bundle.id in kept]
    free = [bundle for bundle in bundles if bundle.id not in kept]
    holding.shift(session, actor, found.number, held, stood, {State.DEFECTIVE: State.QUARANTINE})
    out = dict.fromkeys((State.DEFECTIVE, State.QUARANTINE), State.AVAILABLE)
    holding.shift(session, actor, found.number, free, stood, out)


def _let_go(
    session: Session, actor: Actor, found: Disposition, bundles: Sequence[Bundle], stood: dict[int, list[Stood]]
) -> None:
    warehouse_id = bundles[0].warehouse_id
    to = PlaceKind.SCRAP if found.kind == DispositionKind.SCRAP else PlaceKind.MILL
    target = yard.virtual_places(session, warehouse_id)[to]
    movements = [
        Movement(bundle.id, at.quantity, at.position, at.position.at(target))
        for bundle in bundles
        for at in stood[bundle.id]
        if at.kind is PlaceKind.REAL
    ]
    holding.post(session, actor, warehouse_id, found.number, movements)


def _rename(session: Session, found: Disposition, bundles: Sequence[Bundle]) -> None:
    assert found.product_id is not None
    assert found.decided_at is not None
    for bundle in bundles:
        change = ProductChange(
            bundle_id=bundle.id, disposition_id=found.id, from_product_id=bundle.product_id,
            to_product_id=found.product_id, changed_at=found.decided_at,
        )  # fmt: skip
        session.add(change)
        bundle.product_id = found.product_id
    session.flush()


def _tell(
    session: Session, type_: str, warehouse: Warehouse, defect: Defect, found: Disposition,
    bundles: Sequence[Bundle], stood: dict[int, list[Stood]],
) -> None:  # fmt: skip
    """Tell the yard and each owner of his own bundles."""
    common = {
        "disposition_id": found.id, "number": found.number, "defect_number": defect.number, "kind": found.kind,
        "status": found.status, "cost_fen": found.cost_fen, "reverses_id": found.reverses_id,
    }  # fmt: skip
    by_owner: dict[int, list[dict[str, object]]] = {}
    for bundle in bundles:
        for at in stood.get(bundle.id, [])[:1]:
            told = {"bundle_id": bundle.id, "tag": bundle.tag}
            by_owner.setdefault(at.position.owner_id, []).append(told)
    announcing.announce_each(
        session, type_, f"disposition:{found.number}", warehouse,
        {owner: {**common, "bundles": told} for owner, told in sorted(by_owner.items())},
    )  # fmt: skip
