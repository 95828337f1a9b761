"""Bodies, filters and answers of advices and of receipts in progress."""

from inventory.document_schemas import StockReceiptOut, StockReceiptSummaryOut
from inventory.operations.advices import MOST_LINES
from inventory.quantities import MOST_PIECES
from inventory.schemas import LEAST_PIECE_MM, MOST_PIECE_MM
from inventory.states import AdviceSource, AdviceStatus, Decision
from inventory.tolerances import MOST_PERMILLE
from inventory.weighbridge_schemas import TicketOut
from steelyard.api.fields import Choice, Flag, IdField, Int, LengthMm, ListOf, MassG, Nested, Pieces, Text, Timestamp
from steelyard.api.schemas import PageQuery, Schema


class AdviceLineIn(Schema):
    """One bundle by its ``tag``, or ``bundles`` alike; ``pieces`` are those of a bundle, ``mass_g`` the line's."""

    tag = Text(max=60)
    bundles = Int(min=1, max=10_000)
    product_id = IdField()
    goods = Text(max=240)
    heat_number = Text(max=80)
    mill_name = Text(max=120)
    certificate_number = Text(max=80)
    pieces = Pieces(max=MOST_PIECES)
    piece_length_mm = LengthMm(min=LEAST_PIECE_MM, max=MOST_PIECE_MM)
    mass_g = MassG()


class AdviceIn(Schema):
    """Goods to come; a keeper names the owner, an owner may leave the yard open.

    ``tolerance_permille`` is what the contract says of the weighbridge; without it the yard's own holds.
    """

    number = Text(max=80, required=True)
    warehouse_id = IdField()
    owner_org_id = IdField()
    plate = Text(max=24)
    tolerance_permille = Int(max=MOST_PERMILLE)
    lines = ListOf(Nested(AdviceLineIn), min=1, max=MOST_LINES, required=True)


class AdviceSummaryOut(Schema):
    """The head of an advice."""

    id = IdField(required=True)
    number = Text(max=80, required=True)
    warehouse_id = IdField(allow_none=True, required=True)
    owner_org_id = IdField(attribute="owner_id", required=True)
    source = Choice(AdviceSource, required=True)
    plate = Text(max=24, allow_none=True)
    tolerance_permille = Int(required=True)
    tolerance_agreed = Flag(required=True)
    status = Choice(AdviceStatus, required=True)
    created_at = Timestamp(required=True)
    version = Int(required=True)


class AdviceLineOut(Schema):
    """A line, and how many bundles of it have come; what was not said is ``null``."""

    id = IdField(required=True)
    tag = Text(max=60, allow_none=True)
    bundles = Int(allow_none=True)
    product_id = IdField(allow_none=True)
    goods = Text(max=240, allow_none=True)
    heat_number = Text(max=80, allow_none=True)
    mill_name = Text(max=120, allow_none=True)
    certificate_number = Text(max=80, allow_none=True)
    pieces = Int(allow_none=True)
    piece_length_mm = Int(allow_none=True)
    mass_g = Int(allow_none=True)
    came = Int(required=True)


class AdviceOut(AdviceSummaryOut):
    """An advice with its lines."""

    owner_name = Text(max=120, required=True)
    lines = ListOf(Nested(AdviceLineOut), required=True)
    receipts = ListOf(Nested(StockReceiptSummaryOut), required=True)


class AdviceQuery(PageQuery):
    """Filters of advices."""

    warehouse_id = IdField()
    number = Text(max=80)
    status = Choice(AdviceStatus)


class ReceiptOpenIn(Schema):
    """A lorry to be received: by an advice, or without one for an owner."""

    warehouse_id = IdField(required=True)
    advice_number = Text(max=80)
    owner_org_id = IdField()
    plate = Text(max=24)


class StopFindingOut(Schema):
    """What stopped a receipt, with those of the figures that belong to it, in grams."""

    kind = Text(max=24, required=True)
    net_g = Int()
    advised_g = Int()
    difference_g = Int(min=-(10**13))
    tolerance_permille = Int()
    mass_g = Int()
    theory_g = Int()
    least_g = Int()
    most_g = Int()
    tags = ListOf(Text(max=60))


class StopOut(Schema):
    """A stop, and what was decided."""

    findings = ListOf(Nested(StopFindingOut), required=True)
    stopped_at = Timestamp(required=True)
    decision = Choice(Decision, allow_none=True)
    because = Text(max=400, allow_none=True)
    decided_at = Timestamp(allow_none=True)


class ReceiptProgressOut(StockReceiptOut):
    """A receipt with its tickets and stops, its masses side by side, and what is still to come."""

    advice_id = IdField(allow_none=True, required=True)
    weighings = ListOf(Nested(TicketOut), required=True)
    stops = ListOf(Nested(StopOut), required=True)
    net_g = Int(allow_none=True, required=True)
    advised_g = Int(allow_none=True, required=True)
    theory_g = Int(required=True)
    tolerance_permille = Int(required=True)
    extra_tags = ListOf(Text(max=60), required=True)
    missing_bundles = Int(required=True)


class CertificateChoiceIn(Schema):
    """A certificate that is on file."""

    certificate_id = IdField(required=True)


class FinishIn(Schema):
    """Whether the receipt is posted although announced bundles are missing."""

    as_part = Flag(load_default=False)


class ReceiptDecisionIn(Schema):
    """What becomes of a receipt that stopped, and why."""

    decision = Choice(Decision, required=True)
    because = Text(max=400, required=True)


class AwaitedOut(Schema):
    """What a device is told of a bundle that is announced."""

    line_id = IdField(required=True)
    receipt_number = Text(max=24, required=True)
    tag = Text(max=60, allow_none=True, required=True)
    bundles = Int(allow_none=True, required=True)
    goods = Text(max=240, allow_none=True, required=True)
    heat_number = Text(max=80, allow_none=True, required=True)
    pieces = Int(allow_none=True, required=True)
    mass_g = Int(allow_none=True, required=True)


class PutAwayOut(Schema):
    """A bundle that lies where it came in, and the place that is suggested for it."""

    bundle_id = IdField(required=True)
    tag = Text(max=60, required=True)
    place = Text(max=40, required=True)
    suggested = Text(max=40, allow_none=True, required=True)
    size = Text(max=60, required=True)
    grade = Text(max=40, required=True)
    pieces = Int(required=True)
