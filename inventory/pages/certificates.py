"""Pages of certificates: the list, filing a document or a paper, one certificate beside the limits of its grade."""

from typing import Any

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from inventory import rules, tracing, words
from inventory.api.certificates import store
from inventory.certificates import metals, reading, typing_in
from inventory.certificates.errors import FileNotChosen
from inventory.certificates.metals import CertificateInvalid, Paper
from inventory.certificates.models import Certificate
from inventory.certificates.schemas import CertificateForm, HeatForm
from inventory.operations import certifying
from inventory.pages.slice import LATEST, after, asked, pages
from steelyard.api.bindings import BodyTooLarge
from steelyard.api.calls import Call
from steelyard.api.pages import render

FILTERS = ("number", "heat_number")
MOST_FAULTS_SHOWN = 3


@pages.view("/certificates", rule=rules.SEE)
def certificates(call: Call) -> str:
    """Certificates, the newest first."""
    wanted = asked(*FILTERS)
    query = reading.certificates(call.actor, wanted).order_by(Certificate.id.desc())
    if (before := after()) is not None:
        query = query.where(Certificate.id < before)
    rows = call.session.scalars(query.limit(LATEST + 1)).all()
    address: dict[str, Any] = {**wanted, "after": rows[LATEST - 1].id} if len(rows) > LATEST else {}
    return render(
        "inventory/certificates.html",
        rows=rows[:LATEST],
        wanted=wanted,
        following=url_for("inventory_pages.certificates", **address) if address else None,
        may_file=rules.CERTIFY.allows(call.actor),
    )


@pages.view("/certificates/new", rule=rules.CERTIFY)
def new_certificate(call: Call) -> str:
    """The forms for a document and for a paper."""
    return render("inventory/certificate_new.html")


@pages.form("/certificates/new", rule=rules.CERTIFY, form=CertificateForm)
def type_certificate(call: Call, form: dict[str, Any]) -> Response:
    """File a certificate typed from paper."""
    thickness = typing_in.thickness_um(form.pop("thickness", None))
    paper = Paper(values=typing_in.values(form.pop("values")), thickness_um=thickness, **form)
    return _filed(certifying.file_certificate(call.session, call.actor, paper))


def uploaded(most_bytes: int) -> tuple[str, bytes]:
    """Return name and bytes of the file that was chosen; raises ``FileNotChosen`` and ``BodyTooLarge``."""
    file = request.files.get("file")
    if file is None or not file.filename:
        raise FileNotChosen
    content = file.stream.read(most_bytes + 1)
    if len(content) > most_bytes:
        raise BodyTooLarge(most=most_bytes >> 10)
    return file.filename, content


def _read_document(call: Call, form: dict[str, Any]) -> tuple[bytes, Paper]:
    """Read the document before anything is locked; what is wrong is told in a few lines, as a page can show them."""
    _name, raw = uploaded(metals.MOST_BYTES)
    try:
        return raw, metals.read(raw)
    except CertificateInvalid as error:
        (where, what), *others = [(field, texts[0][:120]) for field, texts in error.fields.items()]
        more = {field: [text] for field, text in others[:MOST_FAULTS_SHOWN]}
        raise CertificateInvalid(fields=more, where=where, what=what) from None


@pages.form("/certificates/import", rule=rules.CERTIFY, prepare=_read_document)
def upload_certificate(call: Call, form: dict[str, Any]) -> Response:
    """File a certificate as JSON of the Metals schema."""
    raw, paper = call.prepared
    return _filed(certifying.file_certificate(call.session, call.actor, paper, store().put(raw)))


def _filed(filed: Certificate) -> Response:
    flash(_("Certificate %(number)s is on file.", number=filed.number), "success")
    return redirect(url_for("inventory_pages.certificate", certificate_id=filed.id), 303)


@pages.view("/certificates/<id:certificate_id>", rule=rules.SEE)
def certificate(call: Call, certificate_id: int) -> str:
    """One certificate, its values beside the limits of the grade."""
    found = reading.detail(call.session, call.actor, certificate_id)
    may_change = found["is_own"] and rules.CERTIFY.allows(call.actor)
    tied = {heat["id"] for heat in found["heats"]}
    heats: list[dict[str, Any]] = []
    if may_change:
        heats, _more = tracing.heats(call.session, call.actor, found["heat_number"], None, LATEST)
    return render(
        "inventory/certificate.html",
        certificate=found,
        may_change=may_change,
        heats=[heat for heat in heats if heat["id"] not in tied],
        words=words,
    )


def _read_scan(call: Call, form: dict[str, Any], certificate_id: int) -> tuple[str, bytes]:
    name, content = uploaded(certifying.MOST_PDF_BYTES)
    certifying.check_pdf(content)
    return name, content


@pages.form("/certificates/<id:certificate_id>/files", rule=rules.CERTIFY, prepare=_read_scan)
def upload_scan(call: Call, form: dict[str, Any], certificate_id: int) -> Response:
    """Add a PDF to a certificate."""
    name, content = call.prepared
    certifying.attach(call.session, call.actor, store(), certificate_id, name, content)
    flash(_("The PDF is on file with the certificate."), "success")
    return redirect(url_for("inventory_pages.certificate", certificate_id=certificate_id), 303)


@pages.form("/certificates/<id:certificate_id>/heats", rule=rules.CERTIFY, form=HeatForm)
def tie_heat(call: Call, form: dict[str, Any], certificate_id: int) -> Response:
    """Say of which heat a certificate is."""
    certifying.tie_to_heat(call.session, call.actor, certificate_id, form["heat_id"])
    flash(_("The certificate belongs to the heat now."), "success")
    return redirect(url_for("inventory_pages.certificate", certificate_id=certificate_id), 303)
