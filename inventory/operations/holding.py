"""Quality holds (质量冻结): a bundle or a whole heat is kept in the yard from one commit on.

A hold of a heat locks the heat's row against new bundles of it, after the bundles that it has: whoever receives or
splits at that moment is finished before, or begins after and is held.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from inventory import errors
from inventory.genealogy_models import HeatPart
from inventory.models import Bundle, Heat, StockIssue, StockMove, Warehouse
from inventory.operations import announcing, ledger, parts, yard
from inventory.operations.parts import Query
from inventory.operations.scope import own_warehouse
from inventory.operations.yard import Stood
from inventory.quality.errors import HolderMayNotLift, HoldLifted, HoldTarget, ReportOfAnotherHeat
from inventory.quality.kinds import DefectStatus
from inventory.quality.models import Defect, QualityHold
from inventory.quantities import Movement
from inventory.states import Document, IssueStatus, PlaceKind, State
from steelyard.core import audit
from steelyard.core.actors import Actor
from steelyard.core.clock import business_date
from steelyard.core.database import db_now
from steelyard.core.errors import NotFound
from steelyard.core.numbering import next_number
from steelyard.core.prepared import one_of


@dataclass(frozen=True, slots=True)
class Ban:
    """What is to be held, a bundle or a heat, and why."""

    reason: str
    bundle_id: int | None = None
    heat_id: int | None = None
    defect_id: int | None = None


def place(session: Session, actor: Actor, ban: Ban) -> QualityHold:
    """Hold a bundle, or a heat in all yards of the actor's organisation; what is available goes to quarantine.

    Raises ``HoldTarget``, ``NotFound``, ``ReportOfAnotherHeat``, and ``AlreadyIssued`` for a bundle whose lorry left.
    """
    if (ban.bundle_id is None) == (ban.heat_id is None):
        raise HoldTarget
    heat_id, bundles = _lock(session, actor, ban.heat_id, ban.bundle_id)
    _check_report(session, actor, ban, heat_id)
    stood = yard.standing(session, [bundle.id for bundle in bundles])
    if ban.bundle_id is not None:
        _check_within_reach(session, bundles[0], stood.get(ban.bundle_id, []))
    now = db_now(session)
    hold = QualityHold(
        number=next_number(session, "DJ", business_date(now)), org_id=actor.org_id, heat_id=heat_id,
        bundle_id=ban.bundle_id, defect_id=ban.defect_id, reason=ban.reason, placed_at=now, placed_by=actor.user_id,
    )  # fmt: skip
    session.add(hold)
    session.flush()
    shift(session, actor, hold.number, bundles, stood, {State.AVAILABLE: State.QUARANTINE})
    audit.record(session, actor, "inventory.hold_placed", f"hold:{hold.number}", {"reason": ban.reason})
    _tell(session, "heat_quarantined" if hold.bundle_id is None else "bundle_quarantined", hold, bundles, stood)
    return hold


def pass_on(session: Session, actor: Actor, descent: Mapping[int, Collection[int]]) -> None:
    """Give new bundles holds of their own for those that stand on the bundles of which each was made.

    ``descent`` names the new bundles and what went into each. Whoever placed the first hold is named on these, too;
    it stands on as their origin, and lifting it lifts them all.
    """
    taken = sorted({id_ for made_of in descent.values() for id_ in made_of})
    query = select(QualityHold).where(QualityHold.bundle_id.in_(taken), QualityHold.lifted_at.is_(None))
    standing = session.scalars(query.order_by(QualityHold.id)).all()
    if not standing:
        return
    now = db_now(session)
    for child_id, made_of in sorted(descent.items()):
        child = session.get_one(Bundle, child_id)
        for origin_id, first in sorted(
            {one.origin_id or one.id: one for one in standing if one.bundle_id in made_of}.items()
        ):
            hold = QualityHold(
                number=next_number(session, "DJ", business_date(now)), org_id=first.org_id, heat_id=child.heat_id,
                bundle_id=child_id, defect_id=first.defect_id, reason=first.reason, placed_at=now,
                placed_by=first.placed_by, origin_id=origin_id,
            )  # fmt: skip
            session.add(hold)
            session.flush()
            audit.record(session, actor, "inventory.hold_passed_on", f"hold:{hold.number}", {"from": first.number})
            _tell(session, "bundle_quarantined", hold, [child], yard.standing(session, [child_id]))


def lift(session: Session, actor: Actor, hold_id: int, because: str) -> QualityHold:
    """Lift a hold; what a hold brought to quarantine is available again where no other hold stands.

    The holds that it was passed on to are lifted with it. Raises ``NotFound``, ``HoldLifted`` and
    ``HolderMayNotLift``.
    """
    seen = session.get(QualityHold, hold_id)
    if seen is None or seen.org_id != actor.org_id:
        raise NotFound
    bundles: Sequence[Bundle]
    if seen.bundle_id is None:
        _, bundles = _lock(session, actor, seen.heat_id, None)
    else:
        bundles = _lock_parts(session, seen)
    of_it = (QualityHold.id == hold_id) | (QualityHold.origin_id == hold_id)
    query = select(QualityHold).where(of_it, QualityHold.lifted_at.is_(None)).order_by(QualityHold.id)
    holds = session.scalars(query.with_for_update().execution_options(populate_existing=True)).all()
    if not holds or holds[0].id != hold_id:
        raise HoldLifted(number=seen.number)
    if seen.placed_by == actor.user_id:
        raise HolderMayNotLift(number=seen.number)
    for hold in holds:
        _end(session, actor, hold, because)
        shift(
            session, actor, hold.number, *_freed(session, [one for one in bundles if hold.bundle_id in (None, one.id)])
        )
        held = [one for one in bundles if hold.bundle_id in (None, one.id)]
        _tell(session, "hold_lifted", hold, held, yard.standing(session, [bundle.id for bundle in held]))
    return holds[0]


def _lock_parts(session: Session, hold: QualityHold) -> Sequence[Bundle]:
    """Lock the bundle of a hold and those to which it was passed on, also by a split that is committed meanwhile."""
    locked: set[int] = set()
    of_it = (QualityHold.id == hold.id) | ((QualityHold.origin_id == hold.id) & QualityHold.lifted_at.is_(None))
    while True:
        ids = {id_ for id_ in session.scalars(select(QualityHold.bundle_id).where(of_it)) if id_ is not None}
        if ids <= locked:
            found = select(Bundle).where(Bundle.id.in_(ids)).order_by(Bundle.id)
            return session.scalars(found.execution_options(populate_existing=True)).all()
        yard.lock_by_ids(session, ids - locked)
        locked |= ids


def lift_with(session: Session, actor: Actor, bundles: Sequence[Bundle], defect_id: int, because: str) -> None:
    """Lift the holds of single bundles that a report brought about; the bundles are locked, their states are left.

    A hold that the actor placed himself stands on: a colleague lifts it.
    """
    query = select(QualityHold).where(
        QualityHold.defect_id == defect_id, QualityHold.lifted_at.is_(None), QualityHold.placed_by != actor.user_id,
        QualityHold.bundle_id.in_([bundle.id for bundle in bundles]),
    )  # fmt: skip
    for hold in session.scalars(query.order_by(QualityHold.id).with_for_update()).all():
        _end(session, actor, hold, because)
        held = [bundle for bundle in bundles if bundle.id == hold.bundle_id]
        _tell(session, "hold_lifted", hold, held, yard.standing(session, [bundle.id for bundle in held]))


def renew(session: Session, actor: Actor, lifted: QualityHold, because: str) -> QualityHold:
    """Place a hold of a single locked bundle again, because what lifted it was undone."""
    now = db_now(session)
    hold = QualityHold(
        number=next_number(session, "DJ", business_date(now)), org_id=lifted.org_id, heat_id=lifted.heat_id,
        bundle_id=lifted.bundle_id, defect_id=lifted.defect_id, reason=lifted.reason, placed_at=now,
        placed_by=actor.user_id,
    )  # fmt: skip
    session.add(hold)
    session.flush()
    detail = {"again": lifted.number, "because": because}
    audit.record(session, actor, "inventory.hold_placed", f"hold:{hold.number}", detail)
    bundles = [session.get_one(Bundle, hold.bundle_id)]
    _tell(session, "bundle_quarantined", hold, bundles, yard.standing(session, [bundles[0].id]))
    return hold


def _end(session: Session, actor: Actor, hold: QualityHold, because: str) -> None:
    """Write that a hold is lifted, and its origin too once nothing bears it any more."""
    hold.lifted_at, hold.lifted_by, hold.lifted_because = db_now(session), actor.user_id, because
    session.flush()
    audit.record(session, actor, "inventory.hold_lifted", f"hold:{hold.number}", {"because": because})
    if hold.origin_id is None:
        return
    others = select(QualityHold.id).where(QualityHold.origin_id == hold.origin_id, QualityHold.lifted_at.is_(None))
    origin = session.get_one(QualityHold, hold.origin_id)
    if origin.lifted_at is None and session.scalars(others.limit(1)).first() is None:
        _end(session, actor, origin, because)


def _freed(
    session: Session, bundles: Sequence[Bundle]
) -> tuple[Sequence[Bundle], dict[int, list[Stood]], dict[State, State]]:
    """What of the bundles no hold and no open report keeps in quarantine any more, and where it goes."""
    ids = [bundle.id for bundle in bundles]
    kept = {id_ for id_, other in yard.held(session, ids).items() if other.is_quality} | reported(session, ids)
    freed = _brought_by_quality(session, set(ids) - kept)
    free = [bundle for bundle in bundles if bundle.id in freed]
    return free, yard.standing(session, ids), {State.QUARANTINE: State.AVAILABLE}


def reported(session: Session, bundle_ids: Collection[int], but: int = 0) -> set[int]:
    """Those of the bundles about which a report is open, other than the report ``but``."""
    query = select(Defect.bundle_id).where(Defect.status == DefectStatus.OPEN, Defect.id != but)
    return set(session.scalars(query.where(Defect.bundle_id.in_(sorted(bundle_ids)))))


def reports(session: Session, bundle_ids: Collection[int]) -> dict[int, str]:
    """The number of an open report about each of the bundles of which there is one."""
    rows = session.execute(_open_reports(Defect.bundle_id.in_(sorted(bundle_ids))))
    return {bundle_id: number for bundle_id, number in rows if bundle_id is not None}


def reported_about(dialect: str) -> Iterator[Query]:
    """The part that reads the numbers of open reports about the bundles ``picked_ids``."""
    yield parts.whole(dialect, "reported", _open_reports(one_of(dialect, Defect.bundle_id, "picked_ids")))


def _open_reports(condition: ColumnElement[bool]) -> Query:
    return select(Defect.bundle_id, Defect.number).where(Defect.status == DefectStatus.OPEN, condition)


def _check_report(session: Session, actor: Actor, ban: Ban, heat_id: int) -> None:
    """Raise unless the report that a hold names is of one's own organisation and of the same heat."""
    if ban.defect_id is None:
        return
    report = session.get(Defect, ban.defect_id)
    if report is None:
        raise NotFound
    own_warehouse(session, actor, report.warehouse_id)
    if report.heat_id != heat_id:
        raise ReportOfAnotherHeat(number=report.number)


def _lock(session: Session, actor: Actor, heat_id: int | None, bundle_id: int | None) -> tuple[int, Sequence[Bundle]]:
    """Lock what is to be held; return the heat and the bundles. Raises ``NotFound``."""
    if bundle_id is not None:
        bundle = session.get(Bundle, bundle_id)
        if bundle is None or bundle.voided:
            raise NotFound
        own_warehouse(session, actor, bundle.warehouse_id)
        yard.lock_by_ids(session, [bundle_id])
        return bundle.heat_id, [bundle]
    assert heat_id is not None
    locked: set[int] = set()
    own = select(Warehouse.id).where(Warehouse.org_id == actor.org_id)
    while True:
        attempt = session.begin_nested()
        if locked:
            yard.lock_by_ids(session, locked)
        session.execute(select(Heat.id).where(Heat.id == heat_id).with_for_update())
        mixtures = select(HeatPart.heat_id).where(HeatPart.part_id == heat_id)
        of_it = (Bundle.heat_id == heat_id) | Bundle.heat_id.in_(mixtures)
        query = select(Bundle).where(of_it, Bundle.voided == 0, Bundle.warehouse_id.in_(own))
        found = session.scalars(query.order_by(Bundle.id)).all()
        ids = {bundle.id for bundle in found}
        if not found:
            raise NotFound
        if ids <= locked:
            attempt.commit()
            return heat_id, found
        attempt.rollback()
        locked |= ids


def _check_within_reach(session: Session, bundle: Bundle, stood: Sequence[Stood]) -> None:
    """Raise ``AlreadyIssued`` unless the bundle lies in the yard or on a lorry that is still being loaded."""
    if any(at.kind is PlaceKind.REAL for at in stood):
        return
    last = select(StockMove.document_number).where(StockMove.bundle_id == bundle.id).order_by(StockMove.id.desc())
    number = session.scalars(last.limit(1)).first()
    status = session.scalar(select(StockIssue.status).where(StockIssue.number == number))
    if status != IssueStatus.OPEN:
        raise errors.AlreadyIssued(tag=bundle.tag)


def _brought_by_quality(session: Session, ids: Collection[int]) -> set[int]:
    """Those bundles whose last way into quarantine was a document of quality, not a receipt.

    A part that was split off in quarantine came into it with the bundle that it was split from.
    """
    into = select(StockMove.bundle_id, StockMove.document_kind).where(
        StockMove.bundle_id.in_(sorted(ids)), StockMove.to_state == State.QUARANTINE,
        (StockMove.from_state != State.QUARANTINE) | (StockMove.document_kind == Document.RECEIPT),
    )  # fmt: skip
    last: dict[int, str] = dict(session.execute(into.order_by(StockMove.id)).all())
    return {id_ for id_ in ids if last.get(id_) != Document.RECEIPT}


def shift(
    session: Session, actor: Actor, number: str, bundles: Sequence[Bundle],
    stood: dict[int, list[Stood]], states: dict[State, State],
) -> list[Movement]:  # fmt: skip
    """Move those of the locked bundles that lie in the yard from one state to another, on document ``number``."""
    by_yard: dict[int, list[Movement]] = {}
    for bundle in bundles:
        for at in stood.get(bundle.id, []):
            target = states.get(at.position.state)
            if at.kind is PlaceKind.REAL and target is not None:
                movement = Movement(bundle.id, at.quantity, at.position, at.position._replace(state=target))
                by_yard.setdefault(bundle.warehouse_id, []).append(movement)
    for warehouse_id, movements in sorted(by_yard.items()):
        post(session, actor, warehouse_id, number, movements)
    return [movement for _, movements in sorted(by_yard.items()) for movement in movements]


def post(session: Session, actor: Actor, warehouse_id: int, number: str, movements: Sequence[Movement]) -> None:
    """Post movements on a document of quality."""
    stamp = yard.stamp(session, actor, warehouse_id, yard.virtual_places(session, warehouse_id))
    ledger.post(session, stamp, [ledger.Posting(one, Document.QUALITY, number, stamp.recorded_at) for one in movements])


def _tell(
    session: Session, type_: str, hold: QualityHold, bundles: Sequence[Bundle], stood: dict[int, list[Stood]]
) -> None:
    """Tell each yard and each owner of what is his, in the yard or gone."""
    heat = session.get_one(Heat, hold.heat_id)
    common = {
        "hold_id": hold.id, "number": hold.number, "heat_number": heat.heat_number, "mill_name": heat.mill_name,
        "whole_heat": hold.bundle_id is None, "reason": hold.lifted_because or hold.reason,
    }  # fmt: skip
    tags: dict[int, dict[int, list[dict[str, Any]]]] = {}
    for bundle in bundles:
        for at in stood.get(bundle.id, [])[:1]:
            told = {"bundle_id": bundle.id, "tag": bundle.tag, "in_yard": at.kind is PlaceKind.REAL}
            tags.setdefault(bundle.warehouse_id, {}).setdefault(at.position.owner_id, []).append(told)
    for warehouse_id, by_owner in sorted(tags.items()):
        announcing.announce_each(
            session, type_, f"hold:{hold.number}", session.get_one(Warehouse, warehouse_id),
            {owner: {**common, "bundles": told} for owner, told in sorted(by_owner.items())},
        )  # fmt: skip
