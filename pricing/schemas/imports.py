"""What the API of imports takes and gives."""

from marshmallow import fields, validate

from pricing.importing import recipe, terms
from pricing.importing.columns import Column
from pricing.importing.grids import MOST_COLUMNS, MOST_ROWS
from pricing.importing.terms import Delivery, Payment
from pricing.operations.imports import STATES
from pricing.schemas.prices import LONGEST_BASE64
from pricing.sources.base import DropReason, Fault, Outcome
from pricing.sources.traits import Weighing
from steelyard.api.fields import Choice, Day, Flag, IdField, Int, ListOf, Nested, Text, Timestamp
from steelyard.api.schemas import PageQuery, Schema

LONGEST_TEXT = 1_000_000
TIME = "(?:[01][0-9]|2[0-3]):[0-5][0-9]"


class ImportIn(Schema):
    """A price sheet: the bytes of a file in base64, or a pasted text; exactly one of the two."""

    file_name = Text(max=recipe.LONGEST_FILE_NAME)
    content_base64 = fields.String(validate=validate.Length(max=LONGEST_BASE64))
    text = fields.String(validate=validate.Length(max=LONGEST_TEXT))


class ClauseDoc(Schema):
    """Terms of the prices and the products that they are said of; without products, of all. Null is not stated."""

    products = ListOf(Text(max=40), max=terms.MOST_PRODUCTS, required=True)
    weighing = Choice(Weighing, allow_none=True)
    payment = Choice(Payment, allow_none=True)
    tax_included = Flag(allow_none=True)
    delivery = Choice(Delivery, allow_none=True)
    length = Text(max=terms.LONGEST_LENGTH_TERMS, allow_none=True)


class ImportPatch(Schema):
    """How a sheet is to be read; what is absent stays. `sheet` and `header` count from 0, header -1 is none.

    Another `sheet` or `header` has columns and terms found anew unless they are given too. `mapping_id` reads the
    sheet by a saved mapping first.
    """

    mapping_id = IdField()
    sheet = Int(max=200)
    header = Int(min=-1, max=MOST_ROWS)
    columns = ListOf(Choice(Column), max=MOST_COLUMNS)
    terms = ListOf(Nested(ClauseDoc), max=terms.MOST_CLAUSES)
    provider = Text(max=recipe.LONGEST_PROVIDER)
    permission = Text(max=recipe.LONGEST_NOTE)
    market = Text(max=recipe.LONGEST_MARKET)
    day = Day(allow_none=True)
    time = Text(max=5, pattern=TIME, allow_none=True)


class ColumnOut(Schema):
    """A column of the sheet: its heading, the first things in it, and what it is taken for."""

    heading = fields.String(required=True)
    values = ListOf(fields.String(), required=True)
    column = Choice(Column, required=True)


class ImportOut(Schema):
    """A sheet on its way in, or what became of it; `missing` names what only people can say."""

    id = IdField(required=True)
    version = Int(required=True)
    state = fields.String(required=True, validate=validate.OneOf(STATES))
    file_name = fields.String(required=True)
    form = fields.String(required=True)
    sha256 = fields.String(required=True)
    size = Int(required=True)
    created_at = Timestamp(required=True)
    mapping_name = fields.String(allow_none=True, required=True)
    sheet = Int(required=True)
    header = Int(min=-1, required=True)
    columns = ListOf(Choice(Column), required=True)
    terms = ListOf(Nested(ClauseDoc), required=True)
    provider = fields.String(required=True)
    permission = fields.String(required=True)
    market = fields.String(required=True)
    day = fields.String(allow_none=True, required=True)
    time = fields.String(allow_none=True, required=True)
    missing = ListOf(fields.String(), required=True)
    confirmed_at = Timestamp(allow_none=True, required=True)
    document_id = IdField(allow_none=True, required=True)


class ImportColumnsOut(Schema):
    """What stands in the sheet, for mapping it: titles, columns and the footnote that tells the terms."""

    title = ListOf(fields.String(), required=True)
    columns = ListOf(Nested(ColumnOut), required=True)
    footnote = ListOf(fields.String(), required=True)
    rows = Int(required=True)


class TrialOut(Schema):
    """What would become of the sheet; confirm it by its `digest`. Kept and dropped rows add up to `rows`."""

    digest = fields.String(required=True)
    outcome = Choice(Outcome, required=True)
    fault = Choice(Fault, allow_none=True, required=True)
    detail = fields.String(allow_none=True, required=True)
    rows = Int(required=True)
    kept = Int(required=True)
    dropped = Int(required=True)
    ready = Flag(required=True)
    missing = ListOf(fields.String(), required=True)


class TrialLineOut(Schema):
    """One row of the trial: kept with its series (`series_id` null where it is new), or dropped with a reason.

    `remark` is one of a kept row that holds a figure: it is not taken.
    """

    row = Int(required=True)
    kept = Flag(required=True)
    reason = Choice(DropReason, allow_none=True, required=True)
    text = fields.String(required=True)
    series_code = fields.String(allow_none=True, required=True)
    series_id = IdField(allow_none=True, required=True)
    day = Day(allow_none=True, required=True)
    edition = fields.String(allow_none=True, required=True)
    unit = fields.String(allow_none=True, required=True)
    mantissa = Int(allow_none=True, required=True)
    scale = Int(allow_none=True, required=True)
    last_day = Day(allow_none=True, required=True)
    last_mantissa = Int(allow_none=True, required=True)
    last_scale = Int(allow_none=True, required=True)
    remark = fields.String(allow_none=True, required=True)


class TrialLineQuery(PageQuery):
    """Rows behind the one numbered `after`."""


class ConfirmIn(Schema):
    """The trial that was looked at."""

    digest = Text(max=64, min=64, pattern="[0-9a-f]{64}", required=True)


class MappingIn(Schema):
    """The name under which an import's mapping is kept."""

    import_id = IdField(required=True)
    name = Text(max=60, required=True)


class MappingOut(Schema):
    """A saved mapping; sheets with the same `signature` of headings are read by it."""

    id = IdField(required=True)
    version = Int(required=True)
    name = fields.String(required=True)
    signature = fields.String(required=True)
    saved_at = Timestamp(required=True)
    columns = ListOf(Choice(Column), required=True)
    provider = fields.String(required=True)
    permission = fields.String(required=True)
    market = fields.String(required=True)
