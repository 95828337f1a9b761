"""Certificates that come with a lorry: picked from those of the heat, or filed from the paper as PDF."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory import arrival_errors
from inventory.certificates import reading
from inventory.certificates.errors import CertificateOfAnotherHeat
from inventory.certificates.metals import Paper
from inventory.certificates.models import Certificate, CertificateHeat
from inventory.models import Heat
from inventory.operations import certifying, receipts
from inventory.operations.receipts import Held
from inventory.states import ReceiptStatus
from steelyard.core import audit
from steelyard.core.actors import Actor
from steelyard.core.errors import NotFound
from steelyard.core.files import FileStore

_CLOSED = frozenset({ReceiptStatus.REFUSED, ReceiptStatus.REVERSED})


@dataclass(frozen=True, slots=True)
class PaperCertificate:
    """A certificate on paper: of which heat, its number and day, and the PDF that it was scanned to."""

    heat_id: int
    number: str
    issued_on: date
    file_name: str
    content: bytes


def pick(session: Session, actor: Actor, receipt_id: int, certificate_id: int) -> Certificate:
    """Say that a certificate is that of the receipt's bundles of its heats; a bundle that names another keeps it.

    Raises ``NotFound``, ``ReceiptClosed``, ``ReceiptChanged`` and ``CertificateOfAnotherHeat``.
    """
    load = _locked(session, actor, receipt_id)
    found = reading.certificate(session, actor, certificate_id)
    _tie(session, actor, load, found)
    return found


def file_paper(
    session: Session, actor: Actor, store: FileStore, receipt_id: int, scanned: PaperCertificate
) -> Certificate:
    """File the paper that came with a lorry as PDF, and pick it; the same number again adds the file to what is filed.

    Raises what :func:`pick` raises, and ``NotAPdf``.
    """
    load = _locked(session, actor, receipt_id)
    heats = {bundle.heat_id: product for bundle, product, _ in load.bundles}
    if (product := heats.get(scanned.heat_id)) is None:
        raise NotFound
    heat = session.get_one(Heat, scanned.heat_id)
    known = select(Certificate).filter_by(org_id=actor.org_id, number=scanned.number, mill_name=heat.mill_name)
    found = session.scalars(known.order_by(Certificate.id.desc()).limit(1)).first()
    if found is None:
        written = Paper(
            scanned.number, heat.mill_name, scanned.issued_on, (), heat_number=heat.heat_number, grade=product.grade,
            standard=product.standard,
        )  # fmt: skip
        found = certifying.file_certificate(session, actor, written)
    certifying.tie_to_heat(session, actor, found.id, heat.id)
    certifying.attach(session, actor, store, found.id, scanned.file_name, scanned.content)
    _tie(session, actor, load, found)
    return found


def _locked(session: Session, actor: Actor, receipt_id: int) -> Held:
    load = receipts.locked(session, actor, receipt_id)
    if load.receipt.status in _CLOSED:
        raise arrival_errors.ReceiptClosed(number=load.receipt.number)
    return load


def _tie(session: Session, actor: Actor, load: Held, found: Certificate) -> None:
    of = select(CertificateHeat.heat_id).where(CertificateHeat.certificate_id == found.id)
    heats = set(session.scalars(of))
    fitting = [bundle for bundle, _, _ in load.bundles if bundle.heat_id in heats]
    if not fitting:
        raise CertificateOfAnotherHeat(number=found.number, receipt=load.receipt.number)
    silent = [bundle for bundle in fitting if bundle.certificate_number is None]
    for bundle in silent:
        bundle.certificate_number = found.number
    session.flush()
    detail = {"certificate": found.number, "tags": [bundle.tag for bundle in silent]}
    audit.record(session, actor, "inventory.receipt_certified", f"receipt:{load.receipt.number}", detail)
    receipts.tell(session, load, "receipt_certified", {"certificate_number": found.number, "tags": detail["tags"]})
