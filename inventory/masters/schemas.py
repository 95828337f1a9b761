"""Bodies, filters and answers of the import of master data."""

from enum import StrEnum

from marshmallow import fields, validate

from inventory.masters.models import FILE_NAME
from inventory.masters.sheets import MOST_BYTES, MasterKind
from steelyard.api.fields import Choice, IdField, Int, Text, Timestamp
from steelyard.api.schemas import PageQuery, Schema

LONGEST_TEXT = 4 * 1024 * 1024
MOST_ROW = 2**31 - 1


class RowOutcome(StrEnum):
    """What becomes of a row: it is added, it is there already, or it cannot be taken."""

    NEW = "new"
    KNOWN = "known"
    WRONG = "wrong"


class MasterImportIn(Schema):
    """A sheet of master data: the bytes of a file in base64, or a text; exactly one of the two.

    ``warehouse_id`` is given for places and for nothing else.
    """

    kind = Choice(MasterKind, required=True)
    warehouse_id = IdField()
    file_name = Text(max=FILE_NAME)
    content_base64 = fields.String(validate=validate.Length(max=MOST_BYTES * 4 // 3 + 4))
    text = fields.String(validate=validate.Length(max=LONGEST_TEXT))


class MasterImportOut(Schema):
    """A sheet that was brought; ``taken`` is how many rows were added."""

    id = IdField(required=True)
    kind = Choice(MasterKind, required=True)
    warehouse_id = IdField(required=True, allow_none=True)
    file_name = Text(max=FILE_NAME, required=True)
    state = Text(max=24, required=True)
    rows = Int(required=True)
    taken = Int(required=True, allow_none=True)
    brought_at = Timestamp(required=True)
    closed_at = Timestamp(required=True, allow_none=True)


class MasterRowQuery(PageQuery):
    """Rows behind the row ``after``, of one outcome or of all."""

    outcome = Choice(RowOutcome)


class MasterRowOut(Schema):
    """What becomes of a row, and why it cannot be taken."""

    row = Int(required=True, max=MOST_ROW)
    name = Text(max=120, required=True)
    outcome = Choice(RowOutcome, required=True)
    reason = Text(max=400, required=True, allow_none=True)
