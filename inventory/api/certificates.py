"""The API of certificates: filed as documents or typed, tied to heats, derived for bundles."""

import json
from typing import Any

from flask import request

from inventory import rules
from inventory.api.slice import Body, Record, blp
from inventory.certificates import deriving, issuing, metals, printing, reading, typing_in
from inventory.certificates import schemas as papers
from inventory.certificates.metals import Paper
from inventory.certificates.models import Certificate
from inventory.epcis.canonical import dumps
from inventory.operations import certifying
from steelyard.api import bindings
from steelyard.api.bindings import Binding, Reply
from steelyard.api.calls import Call
from steelyard.api.downloads import NamedFile
from steelyard.api.services import services
from steelyard.core.errors import Invalid
from steelyard.core.files import FileStore

METALS = Binding(takes=("application/json",), offers=("application/json",))
PDF = Binding(takes=("application/pdf",), offers=("application/json",))
_NAME = {"name": "name", "in": "query", "schema": {"type": "string", "minLength": 1, "maxLength": 100}}
_OUTLINE = {
    "type": "object",
    "description": "A certificate by the Metals schema v0.1.1 of Material Identity.",
    "required": ["DigitalMaterialPassport"],
    "properties": {"DigitalMaterialPassport": {"type": "object"}},
}


def store() -> FileStore:
    """Return the store of files of the running application."""
    return FileStore(services().settings.data_dir)


@blp.list_("/certificates", rule=rules.SEE, query=papers.CertificateQuery, returns=papers.CertificateOut)
def list_certificates(call: Call, query: Body) -> Any:
    """Certificates: one's own, and those of bundles that one sees."""
    return call.page(reading.certificates(call.actor, query), query, Certificate.id)


@blp.create("/certificates", rule=rules.CERTIFY, body=papers.CertificateIn, returns=papers.CertificateDetailOut)
def file_certificate(call: Call, body: Body) -> Record:
    """File a certificate typed from paper."""
    typed = body.pop("values")
    values = tuple(
        typing_in.typed(one["symbol"], one["value"], one.get("unit"), line) for line, one in enumerate(typed, 1)
    )
    filed = certifying.file_certificate(call.session, call.actor, Paper(values=values, **body))
    return reading.detail(call.session, call.actor, filed.id)


def _document() -> tuple[bytes, Paper]:
    raw = bindings.body(metals.MOST_BYTES)
    return raw, metals.read(raw)


@blp.bound(
    "POST", "/certificates/import", rule=rules.CERTIFY, binding=METALS, read=_document, status=201, also=(422,),
    body=_OUTLINE, returns={"$ref": "#/components/schemas/CertificateDetailOut"},
)  # fmt: skip
def import_certificate(call: Call, given: tuple[bytes, Paper]) -> Reply:
    """File a certificate as JSON of the Metals schema v0.1.1; the same document again gives what is on file."""
    raw, paper = given
    digest = store().put(raw)
    filed = certifying.file_certificate(call.session, call.actor, paper, digest)
    shown = papers.CertificateDetailOut().dump(reading.detail(call.session, call.actor, filed.id))
    return Reply(json.dumps(shown, ensure_ascii=False), 201, {"Location": f"/api/v1/certificates/{filed.id}"})


@blp.get("/certificates/<id:certificate_id>", rule=rules.SEE, returns=papers.CertificateDetailOut)
def get_certificate(call: Call, certificate_id: int) -> Record:
    """One certificate, its values beside the limits of the grade."""
    return reading.detail(call.session, call.actor, certificate_id)


@blp.act(
    "/certificates/<id:certificate_id>/heats", rule=rules.CERTIFY, body=papers.HeatTieIn,
    returns=papers.CertificateDetailOut,
)  # fmt: skip
def tie_certificate(call: Call, body: Body, certificate_id: int) -> Record:
    """Say that a certificate is of a heat."""
    certifying.tie_to_heat(call.session, call.actor, certificate_id, body["heat_id"])
    return reading.detail(call.session, call.actor, certificate_id)


def _scan() -> tuple[str, bytes]:
    content = bindings.body(certifying.MOST_PDF_BYTES)
    certifying.check_pdf(content)
    name = request.args.get("name", "certificate.pdf")
    if set(request.args) - {"name"} or len(request.args.getlist("name")) > 1 or not 0 < len(name) <= 100:
        raise Invalid(fields={"name": ["must be one text of 1 to 100 characters"]})
    return name, content


@blp.bound(
    "POST", "/certificates/<id:certificate_id>/files", rule=rules.CERTIFY, binding=PDF, read=_scan, status=201,
    also=(422,), body={"type": "string", "format": "binary"}, parameters=[_NAME],
    returns={"$ref": "#/components/schemas/CertificateFileOut"},
)  # fmt: skip
def attach_scan(call: Call, given: tuple[str, bytes], certificate_id: int) -> Reply:
    """Add a PDF to one's own certificate, as the body of the request; the same bytes again change nothing."""
    name, content = given
    file = certifying.attach(call.session, call.actor, store(), certificate_id, name, content)
    return Reply(json.dumps(papers.CertificateFileOut().dump(file), ensure_ascii=False), 201)


@blp.file(
    "/certificates/<id:certificate_id>/files/<id:file_id>", rule=rules.SEE, media_type="application/pdf"
)  # fmt: skip
def download_scan(call: Call, certificate_id: int, file_id: int) -> NamedFile:
    """A PDF of a certificate, to be saved."""
    file = reading.file(call.session, call.actor, certificate_id, file_id)
    name = file.name if file.name.lower().endswith(".pdf") else f"{file.name}.pdf"
    return NamedFile(name, store().get(file.digest))


@blp.file("/bundles/<id:bundle_id>/certificate.json", rule=rules.SEE, media_type="application/json")
def derive_certificate(call: Call, bundle_id: int) -> NamedFile:
    """Our own certificate for a bundle, derived from the mill's, as JSON of the Metals schema v0.1.1."""
    derived = issuing.derived(call.session, call.actor, bundle_id)
    return NamedFile(f"{derived.number}.json", dumps(deriving.metals_document(derived), ordered=False).encode())


@blp.file("/bundles/<id:bundle_id>/certificate.pdf", rule=rules.SEE, media_type="application/pdf")
def print_certificate(call: Call, bundle_id: int) -> NamedFile:
    """Our own certificate for a bundle, derived from the mill's, on paper."""
    derived = issuing.derived(call.session, call.actor, bundle_id)
    return NamedFile(f"{derived.number}.pdf", printing.pdf(derived))
