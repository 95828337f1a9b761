"""Bodies, filters and answers of the API of certificates, and the form of the page."""

from inventory.certificates.editions import By
from inventory.certificates.judging import Family, Verdict
from steelyard.api.fields import Choice, Day, Flag, IdField, Int, ListOf, Nested, Text, Timestamp
from steelyard.api.form_fields import FormDay, FormInt, FormSchema, FormText
from steelyard.api.schemas import PageQuery, Schema

FIGURE = r"(<=|>=|<|>|≤|≥|=)?[+-]?[0-9]{1,9}(\.[0-9]{1,8})?"
SYMBOL = r"[A-Za-z0-9_.+()-]{1,24}"


class TypedValueIn(Schema):
    """A value as it stands on the certificate: ``{"symbol": "C", "value": "0.19"}``; the usual unit may be left out."""

    symbol = Text(max=24, pattern=SYMBOL, required=True)
    value = Text(max=30, pattern=FIGURE, required=True)
    unit = Text(max=24)


class CertificateIn(Schema):
    """A certificate typed from paper; ``thickness_um`` is the nominal wall in micrometres."""

    number = Text(max=80, required=True)
    mill_name = Text(max=120, required=True)
    heat_number = Text(max=80, required=True)
    issued_on = Day(required=True)
    batch = Text(max=80)
    product = Text(max=200)
    grade = Text(max=80)
    standard = Text(max=80)
    condition = Text(max=120)
    thickness_um = Int(min=1, max=10**6)
    values = ListOf(Nested(TypedValueIn), min=1, max=100, required=True)


class CertificateForm(FormSchema):
    """A certificate typed on the page; the values one to a line."""

    number = FormText(max=80, required=True)
    mill_name = FormText(max=120, required=True)
    heat_number = FormText(max=80, required=True)
    issued_on = FormDay(required=True)
    grade = FormText(max=80)
    standard = FormText(max=80)
    condition = FormText(max=120)
    thickness = FormText(max=16)
    values = FormText(max=4000, multiline=True, required=True)


class HeatForm(FormSchema):
    """The heat that a certificate is of."""

    heat_id = FormInt(min=1, required=True)


class CertificateQuery(PageQuery):
    """Filters of certificates."""

    number = Text(max=80)
    heat_number = Text(max=80)
    heat_id = IdField()


class CertificateOut(Schema):
    """A certificate in a list."""

    id = IdField(required=True)
    org_id = IdField(required=True)
    number = Text(max=80, required=True)
    revision = Text(max=24, min=0, required=True)
    source = Text(max=12, required=True)
    mill_name = Text(max=120, required=True)
    heat_number = Text(max=80, allow_none=True)
    batch = Text(max=80, allow_none=True)
    product = Text(max=200, allow_none=True)
    grade = Text(max=80, allow_none=True)
    standard = Text(max=80, allow_none=True)
    condition = Text(max=120, allow_none=True)
    thickness_um = Int(allow_none=True)
    issued_on = Day(required=True)
    recorded_at = Timestamp(required=True)


class EditionOut(Schema):
    """The edition of the standard whose limits were ``used``, and ``asked``, the one by which the paper is to be read.

    ``by`` says how that is known: ``stated`` on the paper, or by the ``date`` of its issue.
    """

    standard = Text(max=80, required=True)
    used = Int(required=True)
    asked = Int(required=True)
    by = Choice(By, required=True)
    is_other = Flag(required=True)


class GradeLimitOut(Schema):
    """A limit that may hold for a value, and where it stands; ``table`` null is not stated."""

    between = Text(max=60, required=True)
    standard = Text(max=40, required=True)
    year = Int(required=True)
    table = Text(max=20, allow_none=True)
    direction = Text(max=8, allow_none=True)
    over_um = Int(allow_none=True)
    to_um = Int(allow_none=True)


class CertificateValueOut(Schema):
    """A value with the limits of the grade; exact as mantissa × 10^−scale."""

    position = Int(required=True)
    family = Choice(Family, required=True)
    symbol = Text(max=24, required=True)
    name = Text(max=200, allow_none=True)
    part = Text(max=80, allow_none=True)
    unit = Text(max=24, allow_none=True)
    method = Text(max=200, allow_none=True)
    circumstances = Text(max=200, allow_none=True)
    operator = Text(max=2, required=True)
    mantissa = Int(min=-(10**18), max=10**18, allow_none=True)
    scale = Int(allow_none=True)
    text = Text(max=200, required=True)
    printed = Text(max=60, allow_none=True)
    limits = ListOf(Nested(GradeLimitOut), required=True)
    verdict = Choice(Verdict, required=True)


class CertificateHeatOut(Schema):
    """A heat that a certificate is of."""

    id = IdField(required=True)
    heat_number = Text(max=80, required=True)
    mill_name = Text(max=120, required=True)


class CertificateBundleOut(Schema):
    """A bundle of such a heat."""

    bundle_id = IdField(required=True)
    tag = Text(max=60, required=True)


class CertificateFileOut(Schema):
    """A PDF that belongs to a certificate."""

    id = IdField(required=True)
    certificate_id = IdField(required=True)
    name = Text(max=120, required=True)
    digest = Text(max=64, required=True)
    bytes = Int(required=True)
    recorded_at = Timestamp(required=True)


class CertificateDetailOut(CertificateOut):
    """A certificate with all that is known of it."""

    filed_by = Text(max=120, required=True)
    compared_with = Text(max=120, allow_none=True)
    mechanics_compared = Flag(required=True)
    edition = Nested(EditionOut, allow_none=True, required=True)
    heats = ListOf(Nested(CertificateHeatOut), required=True)
    bundles = ListOf(Nested(CertificateBundleOut), required=True)
    files = ListOf(Nested(CertificateFileOut), required=True)
    values = ListOf(Nested(CertificateValueOut), required=True)


class HeatTieIn(Schema):
    """The heat that a certificate is of."""

    heat_id = IdField(required=True)
