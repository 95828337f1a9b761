"""What the API of prices takes and gives. Values are integers: `mantissa` / 10**`scale` in the series' `unit`."""

from marshmallow import fields, validate

from pricing.models import NAME, SOURCE, URL, WORD
from pricing.sources.base import DropReason, Status
from pricing.sources.traits import EDITION_PATTERN, Adjustment, Kind, Weighing
from steelyard.api.fields import Choice, Day, Flag, IdField, Int, ListOf, Nested, Text, Timestamp
from steelyard.api.schemas import PageQuery, Schema

LONGEST_BASE64 = 4_194_304
"""3 MiB of bytes; the largest known real document has 0.7."""
FIGURE = 10**15


class DocumentIn(Schema):
    """A document of a publisher, byte for byte, in base64; fetched now where `fetched_at` is not given."""

    source = Text(max=SOURCE, pattern=f"[a-z0-9_.]{{1,{SOURCE}}}", required=True)
    url = Text(max=URL, pattern=r"https?://[!-~]{1,490}", required=True)
    fetched_at = Timestamp()
    content_base64 = fields.String(required=True, validate=validate.Length(max=LONGEST_BASE64))


class DropOut(Schema):
    """A row that was not kept."""

    row = Int(required=True)
    reason = Choice(DropReason, required=True)
    text = fields.String(required=True)


class DocumentOut(Schema):
    """Where numbers come from: one fetch of one document and what became of its rows (kept and dropped add up)."""

    id = IdField(required=True)
    source = fields.String(required=True)
    publisher = fields.String(required=True)
    url = fields.String(required=True)
    sha256 = fields.String(required=True)
    size = Int(required=True)
    fetched_at = Timestamp(required=True)
    known_from = Timestamp(required=True)
    first_day = Day(required=True)
    last_day = Day(required=True)
    rows = Int(required=True)
    kept = Int(required=True)
    dropped = ListOf(Nested(DropOut), max=100_000, required=True)
    appended = Int(required=True)
    unchanged = Int(required=True)


class SeriesQuery(PageQuery):
    """Filters of series."""

    kind = Choice(Kind)
    family = Text(max=SOURCE)
    category = Text(max=NAME)
    commodity = Text(max=NAME)
    contract = Text(max=WORD)
    instrument = Text(max=NAME)
    city = Text(max=NAME)


class SeriesOut(Schema):
    """A series and what makes it itself."""

    id = IdField(required=True)
    code = fields.String(required=True)
    family = fields.String(required=True)
    publisher = fields.String(required=True)
    kind = Choice(Kind, required=True)
    name = fields.String(required=True)
    commodity = fields.String(required=True)
    category = fields.String(required=True)
    specification = fields.String(required=True, allow_none=True)
    spec_raw = fields.String(required=True, allow_none=True)
    standard = fields.String(required=True, allow_none=True)
    grade = fields.String(required=True, allow_none=True)
    market = fields.String(required=True)
    city = fields.String(required=True, allow_none=True)
    mill = fields.String(required=True, allow_none=True)
    contract = fields.String(required=True, allow_none=True)
    instrument = fields.String(required=True, allow_none=True)
    value_field = fields.String(required=True)
    adjustment = Choice(Adjustment, required=True)
    frequency = fields.String(required=True)
    unit = fields.String(required=True)
    currency = fields.String(required=True)
    tax_included = Flag(required=True)
    weighing = Choice(Weighing, required=True, allow_none=True)
    payment = fields.String(required=True, allow_none=True)
    delivery_basis = fields.String(required=True, allow_none=True)
    length_terms = fields.String(required=True, allow_none=True)
    counting = fields.String(required=True, allow_none=True)
    source = fields.String(required=True, allow_none=True)
    methodology = fields.String(required=True, allow_none=True)
    predecessor = fields.String(required=True, allow_none=True)
    predecessor_id = IdField(required=True, allow_none=True)


class ObservationQuery(PageQuery):
    """Filters of observations; `as_of` asks for what was known at a moment that has passed."""

    as_of = Timestamp()
    day_from = Day()
    day_to = Day()
    edition = Text(max=WORD, pattern=EDITION_PATTERN)


class ObservationOut(Schema):
    """One revision of what is said of one day; `derived` marks what nobody published as a price.

    What is `held` waits for people and counts for nothing; what is withdrawn states no figure: its mantissa is 0.
    """

    id = IdField(required=True)
    day = Day(required=True)
    edition = fields.String(required=True)
    derived = Flag(required=True)
    held = Flag(required=True)
    mantissa = Int(min=-FIGURE, max=FIGURE, required=True)
    scale = Int(max=6, required=True)
    value = fields.String(required=True)
    change_mantissa = Int(min=-FIGURE, max=FIGURE, required=True, allow_none=True)
    status = Choice(Status, required=True)
    published_at = Timestamp(required=True, allow_none=True)
    known_from = Timestamp(required=True)
    fetched_at = Timestamp(required=True)
    document_id = IdField(required=True)
    revision = Int(min=1, required=True)
    revisions = Int(min=1, required=True)
