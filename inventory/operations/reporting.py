"""Reporting defects (不良品): what is wrong with which goods, with photos. From the report on they are not promised."""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from inventory import errors
from inventory.models import Bundle, Heat, Warehouse
from inventory.operations import announcing, defect_scans, holding, reasons, yard
from inventory.operations.scope import own_warehouse
from inventory.operations.yard import Stood
from inventory.quality.errors import DefectSettled, DefectTarget, DispositionWaiting, MorePieces, TooManyPhotos
from inventory.quality.errors import ReporterMayNotApprove as ReporterMayNotSettle
from inventory.quality.kinds import DefectStatus, DispositionStatus, Severity
from inventory.quality.models import Defect, DefectPhoto, Disposition
from inventory.quality.photos import MOST_PHOTOS, Photo
from inventory.reasons import ReasonUse
from inventory.setting_aside import state_after
from inventory.states import PlaceKind, State
from steelyard.core import audit
from steelyard.core.actors import Actor
from steelyard.core.batch import Batch
from steelyard.core.clock import business_date
from steelyard.core.database import db_now
from steelyard.core.errors import NotFound
from steelyard.core.files import FileStore
from steelyard.core.numbering import next_number


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found; ``kind`` is the code of the yard's reason.

    ``pieces`` are the defective ones of a bundle, by default all; ``place`` is where they lay.
    """

    kind: str
    severity: Severity
    tag: str | None = None
    heat_id: int | None = None
    pieces: int | None = None
    place: str | None = None
    remark: str | None = None
    event_at: datetime | None = None


def report(session: Session, actor: Actor, warehouse_id: int, finding: Finding) -> Defect:
    """Write a report about a bundle or a heat of the actor's yard.

    A bundle in the yard becomes defective, or goes to quarantine until its defective pieces are split off.
    Raises ``NotFound``, ``DefectTarget``, ``BundleUnknown``, ``MorePieces``, ``PlaceUnknown``, ``EventInFuture``,
    ``EventTooOld``, ``ReasonUnknown``, ``ReasonRetired``.
    """
    warehouse = own_warehouse(session, actor, warehouse_id)
    if (finding.tag is None) == (finding.heat_id is None) or (finding.tag is None and finding.pieces is not None):
        raise DefectTarget
    now = db_now(session)
    if finding.event_at is not None:
        errors.check_moment(finding.event_at, now)
    reasons.check(session, warehouse.id, ReasonUse.DEFECT, [finding.kind])
    bundle, stood = _found(session, warehouse, finding)
    heat_id = _heat(session, warehouse, finding.heat_id) if bundle is None else bundle.heat_id
    place = _place(session, warehouse, finding, stood)
    written = Defect(
        number=next_number(session, "BL", business_date(now)), warehouse_id=warehouse.id, heat_id=heat_id,
        bundle_id=bundle.id if bundle else None, kind=finding.kind, severity=finding.severity,
        pieces=_pieces(bundle, stood, finding) if bundle else None, place=place, remark=finding.remark,
        status=DefectStatus.OPEN, event_at=finding.event_at or now, reported_at=now, reported_by=actor.user_id,
    )  # fmt: skip
    session.add(written)
    session.flush()
    if bundle is not None:
        _set_aside(session, actor, written, bundle, stood)
    audit.record(session, actor, "inventory.defect_reported", f"defect:{written.number}", {"kind": finding.kind})
    _tell(session, "defect_reported", warehouse, written)
    return written


def _found(session: Session, warehouse: Warehouse, finding: Finding) -> tuple[Bundle | None, list[Stood]]:
    if finding.tag is None:
        return None, []
    id_ = yard.lock_by_tags(session, warehouse.id, [finding.tag]).get(finding.tag)
    if id_ is None:
        raise errors.BundleUnknown(tag=finding.tag)
    return session.get_one(Bundle, id_), yard.standing(session, [id_]).get(id_, [])


def _heat(session: Session, warehouse: Warehouse, heat_id: int | None) -> int:
    """The heat, if the yard has or had a bundle of it; raises ``NotFound``."""
    query = select(Bundle.heat_id).where(Bundle.heat_id == heat_id, Bundle.warehouse_id == warehouse.id)
    found = session.scalars(query.where(Bundle.voided == 0).limit(1)).first()
    if found is None:
        raise NotFound
    return found


def _pieces(bundle: Bundle, stood: list[Stood], finding: Finding) -> int:
    present = stood[0].quantity.pieces if stood else bundle.pieces
    if finding.pieces is not None and finding.pieces > present:
        raise MorePieces(tag=bundle.tag, pieces=present)
    return finding.pieces or present


def _place(session: Session, warehouse: Warehouse, finding: Finding, stood: list[Stood]) -> str | None:
    """The code of the place named, else of the one where the bundle lies; raises ``PlaceUnknown``."""
    if finding.place is not None and finding.place not in yard.real_places(session, warehouse.id, [finding.place]):
        raise errors.PlaceUnknown(place=finding.place)
    at = next((each.position.place_id for each in stood if each.kind is PlaceKind.REAL), None)
    return finding.place or (yard.code_of(session, at) if at is not None else None)


def _set_aside(session: Session, actor: Actor, written: Defect, bundle: Bundle, stood: list[Stood]) -> None:
    """Nothing of a bundle with a defective piece is promised; part of a bundle never changes its state alone."""
    present = stood[0].quantity.pieces if stood else bundle.pieces
    is_whole = written.pieces == present
    states = {state: state_after(state, is_whole=is_whole) for state in (State.AVAILABLE, State.QUARANTINE)}
    changed = {before: after for before, after in states.items() if before is not after}
    holding.shift(session, actor, written.number, [bundle], {bundle.id: stood}, changed)
    if any(at.position.state is State.EXPECTED for at in stood):
        defect_scans.keep_arriving(batch := Batch(session), [bundle.id])
        batch.run()


def own_defect(session: Session, actor: Actor, defect_id: int, *, lock: bool = False) -> tuple[Defect, Warehouse]:
    """A report of the actor's own yard, locked until the transaction ends if asked for; raises ``NotFound``."""
    query = select(Defect).where(Defect.id == defect_id).execution_options(populate_existing=True)
    found = session.scalars(query.with_for_update() if lock else query).one_or_none()
    if found is None:
        raise NotFound
    return found, own_warehouse(session, actor, found.warehouse_id)


def add_photo(session: Session, actor: Actor, store: FileStore, defect_id: int, photo: Photo) -> DefectPhoto:
    """Add a photo to an open report; the same picture again changes nothing.

    Raises ``NotFound``, ``DefectSettled`` and ``TooManyPhotos``.
    """
    defect, _ = own_defect(session, actor, defect_id, lock=True)
    digest = hashlib.sha256(photo.content).hexdigest()
    known = session.scalars(select(DefectPhoto).filter_by(defect_id=defect_id, digest=digest)).one_or_none()
    if known is not None:
        return known
    if defect.status != DefectStatus.OPEN:
        raise DefectSettled(number=defect.number)
    how_many = session.scalar(select(func.count()).select_from(DefectPhoto).filter_by(defect_id=defect_id)) or 0
    if how_many >= MOST_PHOTOS:
        raise TooManyPhotos(most=MOST_PHOTOS)
    store.put(photo.content)
    added = DefectPhoto(
        defect_id=defect_id, digest=digest, width=photo.width, height=photo.height, bytes=len(photo.content),
        taken_at=db_now(session), taken_by=actor.user_id,
    )  # fmt: skip
    session.add(added)
    session.flush()
    audit.record(session, actor, "inventory.defect_photographed", f"defect:{defect.number}", {"digest": digest})
    return added


def settle(session: Session, actor: Actor, defect_id: int) -> Defect:
    """Say that nothing is left to be done about a report, such as one of a whole heat.

    Raises ``NotFound``, ``DefectSettled``, ``DispositionWaiting`` and ``ReporterMayNotApprove``.
    """
    defect, warehouse = own_defect(session, actor, defect_id, lock=True)
    if defect.status != DefectStatus.OPEN:
        raise DefectSettled(number=defect.number)
    if defect.reported_by == actor.user_id:
        raise ReporterMayNotSettle(number=defect.number)
    waiting = select(Disposition.number).filter_by(defect_id=defect_id, status=DispositionStatus.PROPOSED)
    if (number := session.scalars(waiting.limit(1)).first()) is not None:
        raise DispositionWaiting(number=number)
    end(session, actor, defect)
    _tell(session, "defect_settled", warehouse, defect)
    return defect


def end(session: Session, actor: Actor, defect: Defect) -> None:
    """Settle a locked report."""
    defect.status, defect.settled_at, defect.settled_by = DefectStatus.SETTLED, db_now(session), actor.user_id
    session.flush()
    audit.record(session, actor, "inventory.defect_settled", f"defect:{defect.number}")


def reopen(session: Session, actor: Actor, defect: Defect) -> None:
    """Open a locked report again, because what settled it was undone."""
    defect.status, defect.settled_at, defect.settled_by = DefectStatus.OPEN, None, None
    session.flush()
    audit.record(session, actor, "inventory.defect_reopened", f"defect:{defect.number}")


def _tell(session: Session, type_: str, warehouse: Warehouse, defect: Defect) -> None:
    """Tell the yard, and of a bundle its owner."""
    heat = session.get_one(Heat, defect.heat_id)
    data = {
        "defect_id": defect.id, "number": defect.number, "kind": defect.kind, "severity": defect.severity,
        "heat_number": heat.heat_number, "mill_name": heat.mill_name, "bundle_id": defect.bundle_id,
        "pieces": defect.pieces,
    }  # fmt: skip
    stood = yard.standing(session, [defect.bundle_id] if defect.bundle_id else [])
    owners = {at.position.owner_id for places in stood.values() for at in places[:1]}
    announcing.announce(session, type_, f"defect:{defect.number}", warehouse, owners, data)
