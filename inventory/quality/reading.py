"""Reading reports, holds, dispositions and claims: the yard its own, an owner what is about his goods."""

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, or_, select, true
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from inventory import reason_reading, visibility
from inventory.genealogy_models import HeatPart
from inventory.models import Bundle, Heat, Product, Warehouse
from inventory.quality.kinds import DefectStatus, DispositionStatus
from inventory.quality.models import Claim, Defect, DefectPhoto, Disposition, DispositionBundle, QualityHold
from inventory.reasons import ReasonUse
from inventory.searching import begins
from steelyard.accounts.models import Organisation, User
from steelyard.core.actors import Actor, OrgKind
from steelyard.core.errors import NotFound

Record = dict[str, Any]
Page = tuple[list[Record], int | None]


def _seen(actor: Actor) -> ColumnElement[bool]:
    """The condition on ``Defect``: reports of one's own yard, and those about goods that are one's own."""
    if actor.is_operator:
        return true()
    if actor.org_kind is OrgKind.WAREHOUSE:
        return visibility.documents(actor, Defect.warehouse_id)
    about = or_(
        Bundle.id == Defect.bundle_id,
        Defect.bundle_id.is_(None) & (Bundle.heat_id == Defect.heat_id) & (Bundle.warehouse_id == Defect.warehouse_id),
    )
    return exists(select(Bundle.id).where(about, visibility.bundles(actor)).correlate(Defect))


def _mixed(heat_id: InstrumentedAttribute[int]) -> ColumnElement[bool]:
    """Whether a heat is a mixture of several."""
    return exists().where(HeatPart.heat_id == heat_id).label("mixed_heats")


def _reports(actor: Actor) -> Select[Any]:
    names, with_names = reason_reading.named(ReasonUse.DEFECT, Defect.warehouse_id, Defect.kind, "kind")
    columns: tuple[Any, ...] = (
        Defect, Heat.heat_number, Heat.mill_name, _mixed(Defect.heat_id), Bundle.tag,
        User.name.label("reported_by_name"), *names,
    )  # fmt: skip
    return (
        with_names(select(*columns))
        .join(Heat, Heat.id == Defect.heat_id)
        .outerjoin(Bundle, Bundle.id == Defect.bundle_id)
        .join(User, User.id == Defect.reported_by)
        .where(_seen(actor))
    )


def _plain(row: Any) -> Record:
    """The columns of a row's document, and what was joined to it."""
    document, *joined = row
    return {**_columns(document), **dict(zip(list(row._mapping)[1:], joined, strict=True))}


def _columns(document: Any) -> Record:
    return {column.key: getattr(document, column.key) for column in document.__table__.columns}


def _page(session: Session, query: Select[Any], key: Any, wanted: Mapping[str, Any], *, newest: bool) -> Page:
    limit = wanted.get("limit", 50)
    if wanted.get("after") is not None:
        query = query.where(key < wanted["after"] if newest else key > wanted["after"])
    rows = session.execute(query.order_by(key.desc() if newest else key).limit(limit + 1)).all()
    records = [_plain(row) for row in rows[:limit]]
    return records, (records[-1]["id"] if len(rows) > limit else None)


def defects(session: Session, actor: Actor, wanted: Mapping[str, Any], *, newest: bool = False) -> Page:
    """A page of reports."""
    names = ("warehouse_id", "status", "kind", "severity", "heat_id", "bundle_id")
    filters = [getattr(Defect, name) == wanted[name] for name in names if wanted.get(name) is not None]
    return _page(session, _reports(actor).where(*filters), Defect.id, wanted, newest=newest)


def defect(session: Session, actor: Actor, defect_id: int) -> Record:
    """One report with all that hangs on it; raises ``NotFound``."""
    row = session.execute(_reports(actor).where(Defect.id == defect_id)).one_or_none()
    if row is None:
        raise NotFound
    of_it = select(DefectPhoto).where(DefectPhoto.defect_id == defect_id).order_by(DefectPhoto.id)
    claims = select(Claim).where(Claim.defect_id == defect_id).order_by(Claim.id)
    on_yard = actor.is_operator or actor.org_kind is OrgKind.WAREHOUSE
    return {
        **_plain(row),
        "photos": session.scalars(of_it).all(),
        "holds": [_plain(hold) for hold in session.execute(_holds(QualityHold.defect_id == defect_id))],
        "dispositions": _dispositions(session, defect_id),
        "claims": session.scalars(claims).all() if on_yard else [],
    }


def photo(session: Session, actor: Actor, defect_id: int, photo_id: int) -> DefectPhoto:
    """A photo of a report that one sees; raises ``NotFound``."""
    query = select(DefectPhoto).join(Defect, Defect.id == DefectPhoto.defect_id)
    found = session.scalars(query.where(_seen(actor), Defect.id == defect_id, DefectPhoto.id == photo_id)).one_or_none()
    if found is None:
        raise NotFound
    return found


def _dispositions(session: Session, defect_id: int) -> list[Record]:
    proposer, decider, former, counter = aliased(User), aliased(User), aliased(Disposition), aliased(Disposition)
    columns: tuple[Any, ...] = (
        Disposition, proposer.name.label("proposed_by_name"), decider.name.label("decided_by_name"),
        former.number.label("reverses_number"), counter.number.label("undone_by_number"),
    )  # fmt: skip
    undoes = (counter.reverses_id == Disposition.id) & (counter.status == DispositionStatus.APPROVED)
    query = (
        select(*columns)
        .join(proposer, proposer.id == Disposition.proposed_by)
        .outerjoin(decider, decider.id == Disposition.decided_by)
        .outerjoin(former, former.id == Disposition.reverses_id)
        .outerjoin(counter, undoes)
        .where(Disposition.defect_id == defect_id)
        .order_by(Disposition.id)
    )
    found = [_plain(row) for row in session.execute(query)]
    goods: dict[int, list[Record]] = {}
    named = (
        select(DispositionBundle.disposition_id, Bundle.id, Bundle.tag)
        .join(Bundle, Bundle.id == DispositionBundle.bundle_id)
        .where(DispositionBundle.disposition_id.in_([one["id"] for one in found]))
        .order_by(Bundle.id)
    )
    for disposition_id, bundle_id, tag in session.execute(named):
        goods.setdefault(disposition_id, []).append({"bundle_id": bundle_id, "tag": tag})
    return [{**one, "bundles": goods.get(one["id"], [])} for one in found]


def disposition(session: Session, actor: Actor, disposition_id: int) -> Record:
    """One disposition of a report that one sees; raises ``NotFound``."""
    found = session.get(Disposition, disposition_id)
    if found is None or not session.scalar(select(exists().where(Defect.id == found.defect_id, _seen(actor)))):
        raise NotFound
    return next(one for one in _dispositions(session, found.defect_id) if one["id"] == disposition_id)


def claim(session: Session, actor: Actor, claim_id: int) -> Claim:
    """One claim of a report of one's yard; raises ``NotFound``."""
    query = select(Claim).join(Defect, Defect.id == Claim.defect_id)
    own = visibility.documents(actor, Defect.warehouse_id)
    found = session.scalars(query.where(Claim.id == claim_id, own)).one_or_none()
    if found is None:
        raise NotFound
    return found


@cache
def _of_hold() -> tuple[type[User], type[User], type[QualityHold]]:
    """Who placed a hold, who lifted it, and the hold that it was handed on from."""
    return aliased(User), aliased(User), aliased(QualityHold)


def _holds(*conditions: ColumnElement[bool]) -> Select[Any]:
    placer, lifter, origin = _of_hold()
    columns: tuple[Any, ...] = (
        QualityHold, Heat.heat_number, Heat.mill_name, _mixed(QualityHold.heat_id), Bundle.tag,
        placer.name.label("placed_by_name"), lifter.name.label("lifted_by_name"),
        origin.number.label("origin_number"),
    )  # fmt: skip
    return (
        select(*columns)
        .join(Heat, Heat.id == QualityHold.heat_id)
        .outerjoin(Bundle, Bundle.id == QualityHold.bundle_id)
        .join(placer, placer.id == QualityHold.placed_by)
        .outerjoin(lifter, lifter.id == QualityHold.lifted_by)
        .outerjoin(origin, origin.id == QualityHold.origin_id)
        .where(*conditions)
        .order_by(QualityHold.id)
    )


def _hold_seen(actor: Actor) -> ColumnElement[bool]:
    """Holds of one's own organisation, and those that keep goods of one's own."""
    if actor.is_operator:
        return true()
    if actor.org_kind is OrgKind.WAREHOUSE:
        return QualityHold.org_id == actor.org_id
    kept = (
        select(Bundle.id)
        .join(Warehouse, Warehouse.id == Bundle.warehouse_id)
        .where(
            Bundle.heat_id == QualityHold.heat_id,
            Warehouse.org_id == QualityHold.org_id,
            or_(QualityHold.bundle_id.is_(None), QualityHold.bundle_id == Bundle.id),
            visibility.bundles(actor),
        )
    )
    return exists(kept.correlate(QualityHold))


def holds(session: Session, actor: Actor, wanted: Mapping[str, Any], *, newest: bool = False) -> Page:
    """A page of holds."""
    names = ("heat_id", "bundle_id")
    filters = [getattr(QualityHold, name) == wanted[name] for name in names if wanted.get(name) is not None]
    if (standing := wanted.get("standing")) is not None:
        filters.append(QualityHold.lifted_at.is_(None) if standing else QualityHold.lifted_at.is_not(None))
    query = _holds(_hold_seen(actor), *filters).order_by(None)
    return _page(session, query, QualityHold.id, wanted, newest=newest)


def hold(session: Session, actor: Actor, hold_id: int) -> Record:
    """One hold; raises ``NotFound``."""
    row = session.execute(_holds(_hold_seen(actor), QualityHold.id == hold_id)).one_or_none()
    if row is None:
        raise NotFound
    return _plain(row)


def of_bundle(session: Session, actor: Actor, bundle: Mapping[str, Any]) -> tuple[list[Record], list[Record]]:
    """The standing holds that keep a bundle which the actor sees, and the newest reports about it or its heat."""
    covering = or_(QualityHold.bundle_id == bundle["bundle_id"], QualityHold.bundle_id.is_(None))
    yard = select(Warehouse.org_id).where(Warehouse.id == bundle["warehouse_id"]).scalar_subquery()
    heats = {bundle["heat_id"], *(heat.id for heat in bundle["heats"])}
    standing = _holds(
        QualityHold.heat_id.in_(heats), covering, QualityHold.org_id == yard, QualityHold.lifted_at.is_(None)
    )
    about = or_(Defect.bundle_id == bundle["bundle_id"], Defect.bundle_id.is_(None))
    reports = _reports(actor).where(Defect.heat_id.in_(heats), about).order_by(Defect.id.desc()).limit(10)
    return _all(session.execute(standing)), _all(session.execute(reports))


def _all(rows: Iterable[Any]) -> list[Record]:
    return [_plain(row) for row in rows]


def waiting(session: Session, actor: Actor) -> tuple[int, int]:
    """How many reports of the yard are open, and how many dispositions the actor may decide on."""
    own = visibility.documents(actor, Defect.warehouse_id)
    open_ = select(Defect.id).where(own, Defect.status == DefectStatus.OPEN).limit(1000)
    proposed = (
        select(Disposition.id)
        .join(Defect, Defect.id == Disposition.defect_id)
        .where(own, Disposition.status == DispositionStatus.PROPOSED)
        .where(Disposition.proposed_by != actor.user_id, Defect.reported_by != actor.user_id)
        .limit(1000)
    )
    return len(session.scalars(open_).all()), len(session.scalars(proposed).all())


def bundles_about(session: Session, report: Mapping[str, Any], most: int) -> Sequence[Any]:
    """What a report is about, for the claim: the bundle, or the bundles of the heat in that yard."""
    query = select(Bundle, Product).join(Product, Product.id == Bundle.product_id).where(Bundle.voided == 0)
    if report["bundle_id"] is not None:
        query = query.where(Bundle.id == report["bundle_id"])
    else:
        query = query.where(Bundle.heat_id == report["heat_id"], Bundle.warehouse_id == report["warehouse_id"])
    return session.execute(query.order_by(Bundle.id).limit(most)).all()


def yard_name(session: Session, warehouse_id: int) -> str:
    """The name of the organisation that runs a yard, and the yard's."""
    query = select(Organisation.name, Warehouse.name).join(Warehouse, Warehouse.org_id == Organisation.id)
    return " ".join(session.execute(query.where(Warehouse.id == warehouse_id)).one())


def targets(session: Session, actor: Actor, text: str, most: int) -> tuple[list[Record], list[Record]]:
    """The bundles whose tag begins with ``text``, and the heats of that number, in the yards that the actor runs."""
    own = (Warehouse.org_id == actor.org_id, Bundle.voided == 0)
    tags: tuple[Any, ...] = (Bundle.id, Bundle.tag, Bundle.pieces, Heat.heat_number, Warehouse.code)
    bundles = (
        select(*tags)
        .join(Warehouse, Warehouse.id == Bundle.warehouse_id)
        .join(Heat, Heat.id == Bundle.heat_id)
        .where(*own, begins(Bundle.tag, text))
        .order_by(Bundle.tag, Bundle.id)
        .limit(most)
    )
    melts: tuple[Any, ...] = (
        Heat.id,
        Heat.heat_number,
        Heat.mill_name,
        Warehouse.id.label("warehouse_id"),
        Warehouse.code,
    )
    heats = (
        select(*melts)
        .join(Bundle, Bundle.heat_id == Heat.id)
        .join(Warehouse, Warehouse.id == Bundle.warehouse_id)
        .where(*own, Heat.heat_number == text)
        .distinct()
        .order_by(Heat.id, Warehouse.id)
        .limit(most)
    )
    return [dict(row._mapping) for row in session.execute(bundles)], [
        dict(row._mapping) for row in session.execute(heats)
    ]
