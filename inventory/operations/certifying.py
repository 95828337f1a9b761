"""Filing certificates: from a document or typed, tied to heats, with their scans."""

import hashlib
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory import visibility
from inventory.certificates.errors import CertificateExists, NotAPdf
from inventory.certificates.metals import Figure, Paper
from inventory.certificates.models import Certificate, CertificateFile, CertificateHeat, CertificateValue
from inventory.models import Bundle, Heat
from steelyard.core import audit
from steelyard.core.actors import Actor
from steelyard.core.database import db_now
from steelyard.core.errors import NotFound
from steelyard.core.files import FileStore

MOST_PDF_BYTES = 10 << 20
_PLAIN = (
    "number", "revision", "mill_name", "heat_number", "batch", "product", "grade", "standard", "condition",
    "thickness_um", "issued_on",
)  # fmt: skip


def file_certificate(session: Session, actor: Actor, paper: Paper, digest: str | None = None) -> Certificate:
    """File a certificate; ``digest`` names its stored original. The same original again gives what is on file.

    It is tied to the heat of its number where the actor sees one such heat of the mill, or only one at all; one that
    names no heat to those heats of the mill whose bundles name the certificate.
    Raises ``CertificateExists``.
    """
    known = session.scalars(
        select(Certificate).where(
            Certificate.org_id == actor.org_id, Certificate.number == paper.number,
            Certificate.mill_name == paper.mill_name, Certificate.revision == paper.revision,
        )
    ).one_or_none()  # fmt: skip
    if known is not None:
        if digest is None or known.digest != digest:
            raise CertificateExists(number=paper.number, mill=paper.mill_name)
        return known
    filed = Certificate(
        org_id=actor.org_id, source="metals" if digest else "typed", digest=digest, recorded_at=db_now(session),
        recorded_by=actor.user_id, **{name: getattr(paper, name) for name in _PLAIN},
    )  # fmt: skip
    session.add(filed)
    session.flush()
    session.add_all(_row(filed.id, position, value) for position, value in enumerate(paper.values, 1))
    audit.record(session, actor, "inventory.certificate_filed", f"certificate:{filed.id}", {"number": filed.number})
    for heat_id in _own_heats(session, actor, paper):
        _tie(session, actor, filed, heat_id)
    session.flush()
    return filed


def _row(certificate_id: int, position: int, value: Figure) -> CertificateValue:
    def parts(name: str, figure: Any) -> dict[str, int | None]:
        return {
            f"{name}mantissa": figure.mantissa if figure else None,
            f"{name}scale": figure.scale if figure else None,
        }

    return CertificateValue(
        certificate_id=certificate_id, position=position, family=value.family, symbol=value.symbol, name=value.name,
        part=value.part, unit=value.unit, method=value.method, circumstances=value.circumstances,
        direction=value.direction, operator=value.operator, text=value.text, **parts("", value.figure),
        **parts("low_", value.low), **parts("high_", value.high),
    )  # fmt: skip


def _own_heats(session: Session, actor: Actor, paper: Paper) -> list[int]:
    seen = select(Bundle.heat_id).where(visibility.bundles(actor))
    if paper.heat_number is None:
        naming = seen.where(Bundle.certificate_number == paper.number, Bundle.voided == 0)
        return list(session.scalars(select(Heat.id).where(Heat.id.in_(naming), Heat.mill_name == paper.mill_name)))
    heats = session.scalars(select(Heat).where(Heat.heat_number == paper.heat_number, Heat.id.in_(seen))).all()
    of_mill = [heat.id for heat in heats if heat.mill_name == paper.mill_name]
    return of_mill or ([heats[0].id] if len(heats) == 1 else [])


def tie_to_heat(session: Session, actor: Actor, certificate_id: int, heat_id: int) -> Certificate:
    """Say that one's own certificate is of a heat that one sees; saying it twice is no mistake. Raises ``NotFound``."""
    certificate = own_certificate(session, actor, certificate_id)
    seen = select(Bundle.id).where(Bundle.heat_id == heat_id, visibility.bundles(actor)).limit(1)
    if session.scalars(seen).first() is None:
        raise NotFound
    _tie(session, actor, certificate, heat_id)
    return certificate


def _tie(session: Session, actor: Actor, certificate: Certificate, heat_id: int) -> None:
    if session.get(CertificateHeat, (certificate.id, heat_id)) is not None:
        return
    session.add(
        CertificateHeat(
            certificate_id=certificate.id, heat_id=heat_id, linked_at=db_now(session), linked_by=actor.user_id
        )
    )
    session.flush()
    audit.record(session, actor, "inventory.certificate_tied", f"certificate:{certificate.id}", {"heat_id": heat_id})


def own_certificate(session: Session, actor: Actor, certificate_id: int) -> Certificate:
    """A certificate that the actor's organisation filed; raises ``NotFound``."""
    found = session.get(Certificate, certificate_id)
    if found is None or found.org_id != actor.org_id:
        raise NotFound
    return found


def check_pdf(content: bytes) -> None:
    """Raise ``NotAPdf`` unless the bytes begin and end as a PDF does, whatever the file is called."""
    begins = content[:1024].lstrip()[:5] == b"%PDF-"
    if not begins or b"%%EOF" not in content[-2048:] or b"startxref" not in content[-4096:]:
        raise NotAPdf


def attach(
    session: Session, actor: Actor, store: FileStore, certificate_id: int, name: str, content: bytes
) -> CertificateFile:
    """Add a PDF to one's own certificate; the same bytes again change nothing. Raises ``NotFound``, ``NotAPdf``."""
    certificate = own_certificate(session, actor, certificate_id)
    check_pdf(content)
    digest = hashlib.sha256(content).hexdigest()
    query = select(CertificateFile).filter_by(certificate_id=certificate.id, digest=digest)
    known = session.scalars(query).one_or_none()
    if known is not None:
        return known
    store.put(content)
    file = CertificateFile(
        certificate_id=certificate.id, digest=digest, name=_name(name), bytes=len(content),
        recorded_at=db_now(session), recorded_by=actor.user_id,
    )  # fmt: skip
    session.add(file)
    session.flush()
    audit.record(session, actor, "inventory.certificate_attached", f"certificate:{certificate.id}", {"digest": digest})
    return file


def _name(name: str) -> str:
    plain = "".join(char for char in name.replace("\\", "/").rpartition("/")[2] if char.isprintable()).strip()
    return plain[:100] or "certificate.pdf"
