"""Bodies, filters and answers of quality."""

from inventory.quality.kinds import (
    ClaimStatus,
    DefectStatus,
    DispositionKind,
    DispositionStatus,
    Severity,
)
from inventory.quantities import MOST_PIECES
from inventory.reasons import LONGEST_CODE
from steelyard.api.fields import Choice, Fen, Flag, IdField, Int, ListOf, Nested, Pieces, Text, Timestamp
from steelyard.api.schemas import PageQuery, Schema

MOST_TAGS = 500


class DefectIn(Schema):
    """A defect of a bundle (``tag``, with the number of defective pieces, by default all) or of a whole heat.

    ``kind`` is the code of one of the yard's reasons of defects.
    """

    warehouse_id = IdField(required=True)
    tag = Text(max=60)
    heat_id = IdField()
    kind = Text(max=LONGEST_CODE, required=True)
    severity = Choice(Severity, required=True)
    pieces = Pieces(max=MOST_PIECES)
    place = Text(max=40)
    remark = Text(max=1000, multiline=True)
    event_at = Timestamp()


class DefectSummaryOut(Schema):
    """The head of a report."""

    id = IdField(required=True)
    number = Text(max=24, required=True)
    warehouse_id = IdField(required=True)
    heat_id = IdField(required=True)
    heat_number = Text(max=80, required=True)
    mill_name = Text(max=120, required=True)
    mixed_heats = Flag(required=True)
    bundle_id = IdField(allow_none=True)
    tag = Text(max=60, allow_none=True)
    kind = Text(max=LONGEST_CODE, required=True)
    severity = Choice(Severity, required=True)
    pieces = Int(allow_none=True)
    place = Text(max=40, allow_none=True)
    remark = Text(max=1000, allow_none=True)
    status = Choice(DefectStatus, required=True)
    event_at = Timestamp(required=True)
    reported_at = Timestamp(required=True)
    reported_by_name = Text(max=120, required=True)
    settled_at = Timestamp(allow_none=True)
    version = Int(required=True)


class PhotoOut(Schema):
    """A photo of a defect; its picture is at ``/defects/<id>/photos/<id>``."""

    id = IdField(required=True)
    digest = Text(max=64, required=True)
    width = Int(required=True)
    height = Int(required=True)
    bytes = Int(required=True)
    taken_at = Timestamp(required=True)


class DispositionIn(Schema):
    """What is to be done with ``tags``, by default the bundle that was reported.

    ``concession`` needs ``consent``, ``downgrade`` needs ``product_id``.
    """

    kind = Choice(DispositionKind, required=True)
    remark = Text(max=1000, multiline=True, required=True)
    tags = ListOf(Text(max=60), max=MOST_TAGS, load_default=list)
    cost_fen = Fen(load_default=0)
    product_id = IdField()
    consent = Text(max=200)


class DisposedBundleOut(Schema):
    """A bundle that a disposition is about."""

    bundle_id = IdField(required=True)
    tag = Text(max=60, required=True)


class DispositionOut(Schema):
    """A disposition; one that undoes another names it, one that was undone names what undid it."""

    id = IdField(required=True)
    number = Text(max=24, required=True)
    defect_id = IdField(required=True)
    kind = Choice(DispositionKind, required=True)
    status = Choice(DispositionStatus, required=True)
    remark = Text(max=1000, required=True)
    cost_fen = Int(required=True)
    product_id = IdField(allow_none=True)
    consent = Text(max=200, allow_none=True)
    bundles = ListOf(Nested(DisposedBundleOut), required=True)
    proposed_at = Timestamp(required=True)
    proposed_by_name = Text(max=120, required=True)
    decided_at = Timestamp(allow_none=True)
    decided_by_name = Text(max=120, allow_none=True)
    reverses_id = IdField(allow_none=True)
    reverses_number = Text(max=24, allow_none=True)
    undone_by_number = Text(max=24, allow_none=True)
    version = Int(required=True)


class DispositionUndoingIn(Schema):
    """Why a disposition is undone."""

    remark = Text(max=1000, multiline=True, required=True)


class DispositionDecisionIn(Schema):
    """Whether a disposition is approved, else it is rejected."""

    approved = Flag(required=True)


class ClaimIn(Schema):
    """What is demanded of the mill."""

    demand = Text(max=1000, multiline=True, required=True)
    amount_fen = Fen(required=True)


class ClaimAnswerIn(Schema):
    """What the mill answers."""

    answer = Text(max=1000, multiline=True, required=True)


class ClaimEndIn(Schema):
    """What the mill pays in the end."""

    settled_fen = Fen(required=True)


class ClaimOut(Schema):
    """A claim to the mill."""

    id = IdField(required=True)
    number = Text(max=24, required=True)
    defect_id = IdField(required=True)
    status = Choice(ClaimStatus, required=True)
    demand = Text(max=1000, required=True)
    amount_fen = Int(required=True)
    sent_at = Timestamp(required=True)
    answer = Text(max=1000, allow_none=True)
    answered_at = Timestamp(allow_none=True)
    settled_fen = Int(allow_none=True)
    settled_at = Timestamp(allow_none=True)
    version = Int(required=True)


class QualityHoldIn(Schema):
    """A bundle or a whole heat to be held, and why."""

    bundle_id = IdField()
    heat_id = IdField()
    defect_id = IdField()
    reason = Text(max=1000, multiline=True, required=True)


class QualityHoldEndIn(Schema):
    """Why a hold is lifted."""

    because = Text(max=1000, multiline=True, required=True)


class QualityHoldOut(Schema):
    """A quality hold; of the whole heat where it names no bundle.

    One that was passed on to a part of a bundle names the hold with which it is lifted as its origin.
    """

    id = IdField(required=True)
    number = Text(max=24, required=True)
    heat_id = IdField(required=True)
    heat_number = Text(max=80, required=True)
    mill_name = Text(max=120, required=True)
    mixed_heats = Flag(required=True)
    bundle_id = IdField(allow_none=True)
    tag = Text(max=60, allow_none=True)
    defect_id = IdField(allow_none=True)
    reason = Text(max=1000, required=True)
    placed_at = Timestamp(required=True)
    placed_by_name = Text(max=120, required=True)
    lifted_at = Timestamp(allow_none=True)
    lifted_by_name = Text(max=120, allow_none=True)
    lifted_because = Text(max=1000, allow_none=True)
    origin_id = IdField(allow_none=True)
    origin_number = Text(max=24, allow_none=True)


class QualityHoldQuery(PageQuery):
    """Filters of holds; ``standing`` alone are those that keep something."""

    standing = Flag()
    heat_id = IdField()
    bundle_id = IdField()


class DefectQuery(PageQuery):
    """Filters of reports."""

    warehouse_id = IdField()
    status = Choice(DefectStatus)
    kind = Text(max=LONGEST_CODE)
    severity = Choice(Severity)
    heat_id = IdField()
    bundle_id = IdField()


class DefectOut(DefectSummaryOut):
    """A report with its photos, holds, dispositions and claims."""

    photos = ListOf(Nested(PhotoOut), required=True)
    holds = ListOf(Nested(QualityHoldOut), required=True)
    dispositions = ListOf(Nested(DispositionOut), required=True)
    claims = ListOf(Nested(ClaimOut), required=True)
