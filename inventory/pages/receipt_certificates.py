"""Forms of a receipt's page for the certificates that came with the lorry."""

from typing import Any

from flask import flash, redirect, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from inventory import advice_forms, rules
from inventory.api.certificates import store
from inventory.operations import certifying
from inventory.operations import receipt_certificates as operations
from inventory.operations.receipt_certificates import PaperCertificate
from inventory.pages.certificates import uploaded
from inventory.pages.slice import pages
from steelyard.api.calls import Call


@pages.form(
    "/warehouse/receipts/<id:receipt_id>/certificates", rule=rules.KEEP, form=advice_forms.CertificateChoiceForm
)
def pick_certificate(call: Call, form: dict[str, Any], receipt_id: int) -> Response:
    """Say that a certificate is that of the bundles of its heat."""
    found = operations.pick(call.session, call.actor, receipt_id, form["certificate_id"])
    return _to(receipt_id, found.number)


def _scanned(call: Call, form: dict[str, Any], receipt_id: int) -> tuple[str, bytes]:
    name, content = uploaded(certifying.MOST_PDF_BYTES)
    certifying.check_pdf(content)
    return name, content


@pages.form(
    "/warehouse/receipts/<id:receipt_id>/paper-certificates", rule=rules.KEEP, form=advice_forms.PaperCertificateForm,
    prepare=_scanned,
)  # fmt: skip
def attach_certificate(call: Call, form: dict[str, Any], receipt_id: int) -> Response:
    """File the paper that came with the lorry as PDF."""
    paper = PaperCertificate(form["heat_id"], form["certificate_number"], form["issued_on"], *call.prepared)
    found = operations.file_paper(call.session, call.actor, store(), receipt_id, paper)
    return _to(receipt_id, found.number)


def _to(receipt_id: int, number: str) -> Response:
    flash(_("Certificate %(number)s belongs to the bundles of its heat now.", number=number), "success")
    return redirect(url_for("inventory_pages.receipt", receipt_id=receipt_id), 303)
