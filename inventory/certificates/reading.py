"""Reading certificates: who sees which, and their values beside the limits of the grade."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, or_, select, true
from sqlalchemy.orm import Session

from inventory import visibility
from inventory.certificates import editions, limits
from inventory.certificates.exact import Exact
from inventory.certificates.judging import Family, Value, judge, limits_for
from inventory.certificates.limits import Direction, Grade, Limit
from inventory.certificates.models import Certificate, CertificateFile, CertificateHeat, CertificateValue
from inventory.models import Bundle, Heat, Product, Warehouse
from steelyard.accounts.models import Organisation
from steelyard.core.actors import Actor
from steelyard.core.errors import NotFound

Record = dict[str, Any]
MOST_BUNDLES = 200


def visible(actor: Actor) -> ColumnElement[bool]:
    """The condition on ``Certificate``: one's own, and those of bundles that one sees.

    A certificate is a bundle's where it is of its heat and the receipt names its number; a bundle received without a
    number has the certificates that its own yard filed for the heat. The operator sees all.
    """
    if actor.is_operator:
        return true()
    of_bundle = or_(
        Bundle.certificate_number == Certificate.number,
        and_(Bundle.certificate_number.is_(None), Warehouse.org_id == Certificate.org_id),
    )
    seen = exists().where(
        CertificateHeat.certificate_id == Certificate.id, Bundle.heat_id == CertificateHeat.heat_id,
        Warehouse.id == Bundle.warehouse_id, Bundle.voided == 0, of_bundle, visibility.bundles(actor),
    )  # fmt: skip
    return or_(Certificate.org_id == actor.org_id, seen)


def certificates(actor: Actor, wanted: Mapping[str, Any]) -> Select[Certificate]:
    """The certificates that the actor sees, narrowed by ``number``, ``heat_number`` and ``heat_id``."""
    query = select(Certificate).where(visible(actor))
    for name in ("number", "heat_number"):
        if wanted.get(name) is not None:
            query = query.where(getattr(Certificate, name) == wanted[name])
    if wanted.get("heat_id") is not None:
        tied = exists().where(
            CertificateHeat.certificate_id == Certificate.id, CertificateHeat.heat_id == wanted["heat_id"]
        )
        query = query.where(tied)
    return query


def certificate(session: Session, actor: Actor, certificate_id: int) -> Certificate:
    """One of them; raises ``NotFound``."""
    found = session.scalars(certificates(actor, {}).where(Certificate.id == certificate_id)).one_or_none()
    if found is None:
        raise NotFound
    return found


def of_heats(session: Session, actor: Actor, heat_ids: Sequence[int]) -> list[Certificate]:
    """The certificates of heats that the actor sees, the newest first."""
    tied = select(CertificateHeat.certificate_id).where(CertificateHeat.heat_id.in_(heat_ids))
    query = certificates(actor, {}).where(Certificate.id.in_(tied)).order_by(Certificate.id.desc()).limit(MOST_BUNDLES)
    return list(session.scalars(query))


def file(session: Session, actor: Actor, certificate_id: int, file_id: int) -> CertificateFile:
    """A scan of a certificate that the actor sees; raises ``NotFound``."""
    certificate(session, actor, certificate_id)
    found = session.get(CertificateFile, file_id)
    if found is None or found.certificate_id != certificate_id:
        raise NotFound
    return found


def detail(session: Session, actor: Actor, certificate_id: int) -> Record:
    """A certificate with its heats, bundles, files and judged values; raises ``NotFound``."""
    found = certificate(session, actor, certificate_id)
    heats = list(
        session.scalars(
            select(Heat)
            .join(CertificateHeat, CertificateHeat.heat_id == Heat.id)
            .where(CertificateHeat.certificate_id == found.id)
            .order_by(Heat.id)
        )
    )
    bundles = session.execute(
        select(Bundle.id.label("bundle_id"), Bundle.tag)
        .where(Bundle.heat_id.in_([heat.id for heat in heats]), Bundle.voided == 0, visibility.bundles(actor))
        .order_by(Bundle.id)
        .limit(MOST_BUNDLES)
    )
    files = select(CertificateFile).where(CertificateFile.certificate_id == found.id).order_by(CertificateFile.id)
    grade = grade_of(session, found)
    return {
        **{column.key: getattr(found, column.key) for column in Certificate.__table__.columns},
        "filed_by": session.get_one(Organisation, found.org_id).name,
        "is_own": found.org_id == actor.org_id,
        "heats": [{"id": one.id, "heat_number": one.heat_number, "mill_name": one.mill_name} for one in heats],
        "bundles": [dict(row._mapping) for row in bundles],
        "files": list(session.scalars(files)),
        "compared_with": f"{grade[0].standard} {grade[0].name}" if grade else None,
        "mechanics_compared": bool(grade and grade[1]),
        "edition": _edition(found, grade[0]) if grade else None,
        "values": judged(session, found, grade),
    }


def _edition(found: Certificate, grade: Grade) -> Record:
    compared = editions.compared(grade, found.standard, found.issued_on)
    return {
        "standard": compared.standard, "used": compared.used, "asked": compared.asked, "by": compared.by,
        "is_other": compared.is_other,
    }  # fmt: skip


def grade_of(session: Session, found: Certificate) -> tuple[Grade, bool] | None:
    """Return the limits for a certificate: by what it says of its grade, else by what the bundles of its heats are."""
    named = limits.find(found.grade, found.standard)
    if named is not None:
        return named
    products = session.execute(
        select(Product.grade, Product.standard)
        .join(Bundle, Bundle.product_id == Product.id)
        .join(CertificateHeat, CertificateHeat.heat_id == Bundle.heat_id)
        .where(CertificateHeat.certificate_id == found.id)
        .distinct()
        .order_by(Product.grade, Product.standard)
    )
    for grade, standard in products:
        if (by_product := limits.find(grade, standard)) is not None:
            return by_product
    return None


def values_of(session: Session, certificate_id: int) -> Sequence[CertificateValue]:
    """The values of a certificate in their order."""
    query = select(CertificateValue).where(CertificateValue.certificate_id == certificate_id)
    return session.scalars(query.order_by(CertificateValue.position)).all()


def judged(session: Session, found: Certificate, grade: tuple[Grade, bool] | None) -> list[Record]:
    """Return the values of a certificate, each with the limits that may hold for it and the verdict."""
    steel, mechanics = grade if grade else (None, False)
    records = []
    for row in values_of(session, found.id):
        figure = _figure(row.mantissa, row.scale)
        direction = Direction(row.direction) if row.direction else None
        value = Value(Family(row.family), row.symbol, figure, row.operator, row.unit, direction, row.circumstances)
        may_hold = limits_for(value, steel, mechanics, found.thickness_um)
        sign = "" if row.operator == "=" else row.operator
        records.append({
            "position": row.position, "family": row.family, "symbol": row.symbol, "name": row.name, "part": row.part,
            "unit": row.unit, "method": row.method, "circumstances": row.circumstances,
            "mantissa": row.mantissa, "scale": row.scale, "operator": row.operator,
            "text": f"{sign}{figure}" if figure else row.text,
            "printed": _between(_figure(row.low_mantissa, row.low_scale), _figure(row.high_mantissa, row.high_scale)),
            "limits": [_limit(limit) for limit in may_hold],
            "verdict": judge(value, may_hold),
        })  # fmt: skip
    return records


def _figure(mantissa: int | None, scale: int | None) -> Exact | None:
    return None if mantissa is None or scale is None else Exact(mantissa, scale)


def _between(low: Exact | None, high: Exact | None) -> str | None:
    if low is not None and high is not None:
        return f"{low} – {high}"
    return f"≥ {low}" if low is not None else f"≤ {high}" if high is not None else None


def _limit(limit: Limit) -> Record:
    return {
        "between": _between(limit.low, limit.high),
        "standard": limit.source.standard, "year": limit.source.year, "table": limit.source.table,
        "direction": limit.direction,
        "over_um": limit.over_um or None, "to_um": limit.to_um,
    }  # fmt: skip
