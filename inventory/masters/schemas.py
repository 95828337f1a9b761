"""Bodies, filters and answers of the import of master data, and of reasons."""

from enum import StrEnum

from marshmallow import fields, validate

from inventory.masters.models import FILE_NAME
from inventory.masters.sheets import MOST_BYTES, MasterKind
from inventory.reasons import CODE, LONGEST_CODE, LONGEST_NAME, ReasonUse
from steelyard.api.fields import Choice, Flag, IdField, Int, Text, Timestamp
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

    ``warehouse_id`` is given for places and reasons and for nothing else.
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


class YardReasonIn(Schema):
    """A reason of a yard for one kind of work; without an English name the Chinese one stands for it."""

    use = Choice(ReasonUse, required=True)
    code = Text(max=LONGEST_CODE, pattern=CODE, required=True)
    name_zh = Text(max=LONGEST_NAME, required=True)
    name_en = Text(max=LONGEST_NAME)


class YardReasonChange(Schema):
    """Whether a reason is retired: offered and taken no more, but still named by the documents that have it."""

    is_retired = Flag(required=True)


class YardReasonOut(YardReasonIn):
    """A reason."""

    id = IdField(required=True)
    warehouse_id = IdField(required=True)
    is_retired = Flag(required=True)
    version = Int(required=True)


class YardReasonQuery(PageQuery):
    """Filters of reasons."""

    use = Choice(ReasonUse)
    is_retired = Flag()
