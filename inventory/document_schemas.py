"""Bodies, filters and answers of the yard's documents."""

from inventory.cycles import CycleClass
from inventory.quantities import MOST_PIECES
from inventory.reasons import LONGEST_CODE
from inventory.schemas import LEAST_PIECE_MM, MOST_PIECE_MM
from inventory.states import (
    ArrivalState,
    Finding,
    IssueStatus,
    ReceiptSource,
    ReceiptStatus,
    Resolution,
    State,
    StocktakeStatus,
)
from inventory.weighbridge_schemas import TicketOut
from steelyard.api.fields import (
    Choice,
    Day,
    FenPerT,
    Flag,
    IdField,
    Int,
    LengthMm,
    ListOf,
    MassG,
    Nested,
    Pieces,
    Text,
    Timestamp,
)
from steelyard.api.schemas import PageQuery, QuerySchema, Schema

MOST_BUNDLES = 500
MOST_RECOUNTED = 500


class ArrivalIn(Schema):
    """A bundle that came."""

    tag = Text(max=60, required=True)
    product_id = IdField(required=True)
    heat_number = Text(max=80, required=True)
    mill_name = Text(max=120, required=True)
    certificate_number = Text(max=80)
    pieces = Pieces(max=MOST_PIECES, required=True)
    piece_length_mm = LengthMm(min=LEAST_PIECE_MM, max=MOST_PIECE_MM, required=True)
    certificate_mass_g = MassG()
    weighed_mass_g = MassG()
    place = Text(max=40, required=True)
    state = Choice(ArrivalState, load_default=ArrivalState.AVAILABLE)


class StockReceiptIn(Schema):
    """A lorry's load for one owner."""

    warehouse_id = IdField(required=True)
    owner_org_id = IdField(required=True)
    source = Choice(ReceiptSource, required=True)
    advice_number = Text(max=80)
    plate = Text(max=24)
    event_at = Timestamp()
    bundles = ListOf(Nested(ArrivalIn), min=1, max=MOST_BUNDLES, required=True)


class StockReceiptLineOut(Schema):
    """A bundle of a receipt."""

    bundle_id = IdField(required=True)
    tag = Text(max=60, required=True)
    heat_number = Text(max=80, required=True)
    mill_name = Text(max=120, required=True)
    certificate_number = Text(max=80, allow_none=True)
    product_id = IdField(required=True)
    pieces = Int(required=True)
    piece_length_mm = Int(required=True)
    theoretical_mass_g = Int(required=True)
    certificate_mass_g = Int(allow_none=True)
    weighed_mass_g = Int(allow_none=True)
    place = Text(max=40, required=True)
    reversed = Flag(required=True)


class StockReceiptSummaryOut(Schema):
    """The head of a receipt."""

    id = IdField(required=True)
    number = Text(max=24, required=True)
    warehouse_id = IdField(required=True)
    owner_org_id = IdField(attribute="owner_id", required=True)
    status = Choice(ReceiptStatus, required=True)
    source = Choice(ReceiptSource, required=True)
    advice_number = Text(max=80, allow_none=True)
    plate = Text(max=24, allow_none=True)
    event_at = Timestamp(required=True)
    recorded_at = Timestamp(required=True)


class StockReceiptOut(StockReceiptSummaryOut):
    """A receipt with its bundles."""

    owner_name = Text(max=120, required=True)
    lines = ListOf(Nested(StockReceiptLineOut), required=True)


class StockReceiptQuery(PageQuery):
    """Filters of receipts."""

    warehouse_id = IdField()
    status = Choice(ReceiptStatus)
    advice_number = Text(max=80)


class IssueIn(Schema):
    """A lorry to be loaded; without ``post`` it stays open for scanning."""

    warehouse_id = IdField(required=True)
    owner_org_id = IdField(required=True)
    waybill_number = Text(max=80, required=True)
    plate = Text(max=24, required=True)
    tags = ListOf(Text(max=60), max=MOST_BUNDLES, load_default=list)
    post = Flag(load_default=True)


class IssueSummaryOut(Schema):
    """The head of an issue."""

    id = IdField(required=True)
    number = Text(max=24, required=True)
    warehouse_id = IdField(required=True)
    owner_org_id = IdField(attribute="owner_id", required=True)
    waybill_number = Text(max=80, required=True)
    plate = Text(max=24, required=True)
    status = Choice(IssueStatus, required=True)
    opened_at = Timestamp(required=True)
    posted_at = Timestamp(allow_none=True)
    version = Int(required=True)


class IssueLineOut(Schema):
    """A bundle on the lorry."""

    bundle_id = IdField(required=True)
    tag = Text(max=60, required=True)
    heat_number = Text(max=80, required=True)
    mixed_heats = Flag(required=True)
    certificate_number = Text(max=80, allow_none=True)
    pieces = Int(required=True)
    length_mm = Int(required=True)
    mass_g = Int(required=True)


class IssueOut(IssueSummaryOut):
    """An issue with its bundles."""

    owner_name = Text(max=120, required=True)
    lines = ListOf(Nested(IssueLineOut), required=True)
    mass_g = Int(required=True)
    weighings = ListOf(Nested(TicketOut), required=True)
    difference_reason = Text(max=200, allow_none=True, required=True)


class IssueQuery(PageQuery):
    """Filters of issues."""

    warehouse_id = IdField()
    waybill_number = Text(max=80)
    status = Choice(IssueStatus)


class TransferIn(Schema):
    """Bundles to be brought to a place; with ``over_capacity`` an administrator fills it beyond what it takes."""

    warehouse_id = IdField(required=True)
    place = Text(max=40, required=True)
    tags = ListOf(Text(max=60), min=1, max=MOST_BUNDLES, required=True)
    reason = Text(max=200, required=True)
    over_capacity = Flag(load_default=False)


class TransferOut(Schema):
    """A relocation."""

    id = IdField(required=True)
    number = Text(max=24, required=True)
    warehouse_id = IdField(required=True)
    place_id = IdField(required=True)
    reason = Text(max=200, required=True)
    recorded_at = Timestamp(required=True)


class MoveOut(Schema):
    """A row of the ledger."""

    id = IdField(required=True)
    warehouse_id = IdField(required=True)
    bundle_id = IdField(required=True)
    pieces = Int(required=True)
    length_mm = Int(required=True)
    mass_g = Int(required=True)
    from_place_id = IdField(required=True)
    from_owner_id = IdField(required=True)
    from_state = Choice(State, required=True)
    to_place_id = IdField(required=True)
    to_owner_id = IdField(required=True)
    to_state = Choice(State, required=True)
    document_kind = Text(max=24, required=True)
    document_number = Text(max=24, allow_none=True)
    reverses_id = IdField(allow_none=True)
    event_at = Timestamp(required=True)
    recorded_at = Timestamp(required=True)


class MoveFilter(QuerySchema):
    """Filters of moves; the days, both included, are those of recording in Shanghai."""

    warehouse_id = IdField()
    bundle_id = IdField()
    document_number = Text(max=24)
    from_day = Day()
    to_day = Day()


class MoveQuery(PageQuery, MoveFilter):
    """Filters of moves, and which page of them."""


class ReversalIn(Schema):
    """Why a move is undone."""

    reason = Text(max=200, required=True)


class StocktakeIn(Schema):
    """A stocktake of ``place`` and all below it, or of the whole yard; perhaps only an owner's or a product's goods.

    With ``cycle`` it is of the places that the plan of cycle counts has due. Up to ``tolerance_pieces`` more or fewer
    in a bundle are let pass.
    """

    warehouse_id = IdField(required=True)
    place = Text(max=40)
    owner_org_id = IdField()
    product_id = IdField()
    cycle = Flag()
    tolerance_pieces = Int(max=1000)


class ReasonIn(Schema):
    """What people found out about a line, by the code of one of the yard's reasons."""

    tag = Text(max=60, required=True)
    reason = Text(max=LONGEST_CODE, required=True)
    remark = Text(max=200)


class ReasonsIn(Schema):
    """Reasons of lines of a variance."""

    reasons = ListOf(Nested(ReasonIn), min=1, max=1000, required=True)


class FoundGoodsIn(Schema):
    """What a bundle under an unknown tag is; ``mass_g`` where it was weighed."""

    tag = Text(max=60, required=True)
    owner_org_id = IdField(required=True)
    product_id = IdField(required=True)
    heat_number = Text(max=80, required=True)
    mill_name = Text(max=120, required=True)
    pieces = Pieces(max=MOST_PIECES, required=True)
    piece_length_mm = LengthMm(min=LEAST_PIECE_MM, max=MOST_PIECE_MM, required=True)
    mass_g = MassG()
    certificate_number = Text(max=80)


class LinkIn(Schema):
    """An unknown tag, and the tag in the books of the bundle that bears it now."""

    tag = Text(max=60, required=True)
    bundle_tag = Text(max=60, required=True)


class RelocationsIn(Schema):
    """Bundles that were counted at another place."""

    tags = ListOf(Text(max=60), min=1, max=500, required=True)


class ProductValueIn(Schema):
    """What a product is worth, in fen per tonne."""

    product_id = IdField(required=True)
    fen_per_t = FenPerT(required=True)


class ProductValueOut(ProductValueIn):
    """What a product was set to be worth."""

    id = IdField(required=True)
    warehouse_id = IdField(required=True)
    set_at = Timestamp(required=True)


class CyclePlanOut(Schema):
    """A place of the plan of cycle counts: class A, B or C by its share of the yard's value, and when it is due.

    ``value_fen`` is worked out from the values set for products; where none is set, the mass decides.
    """

    place_id = IdField(required=True)
    code = Text(max=40, required=True)
    cycle_class = Choice(CycleClass, required=True)
    bundles = Int(required=True)
    mass_g = Int(required=True)
    value_fen = Int(required=True)
    oldest = Day(required=True, allow_none=True)
    counted_on = Day(required=True, allow_none=True)
    due_on = Day(required=True)


class StocktakeSummaryOut(Schema):
    """The head of a stocktake."""

    id = IdField(required=True)
    number = Text(max=24, required=True)
    warehouse_id = IdField(required=True)
    status = Choice(StocktakeStatus, required=True)
    opened_at = Timestamp(required=True)
    closed_at = Timestamp(allow_none=True)
    decided_at = Timestamp(allow_none=True)
    round = Int(required=True)
    is_cycle = Flag(required=True)
    tolerance_pieces = Int(required=True)
    version = Int(required=True)


class VarianceLineOut(Schema):
    """What a stocktake says of one tag."""

    id = IdField(required=True)
    tag = Text(max=60, required=True)
    bundle_id = IdField(allow_none=True)
    finding = Choice(Finding, required=True)
    resolution = Choice(Resolution, allow_none=True)
    reason = Text(max=LONGEST_CODE, allow_none=True)
    remark = Text(max=200, allow_none=True)
    booked_place = Text(max=40, allow_none=True)
    booked_pieces = Int(allow_none=True)
    counted_place = Text(max=40, allow_none=True)
    counted_pieces = Int(allow_none=True)
    settled_at = Timestamp(allow_none=True)


class FindingSumOut(Schema):
    """How many lines of a variance say the same."""

    finding = Choice(Finding, required=True)
    count = Int(required=True)


class StocktakeOut(StocktakeSummaryOut):
    """A stocktake; once the counting has ended, how many lines there are by finding.

    ``to_recount`` are tags that several people counted differently in an earlier round, 500 at a time.
    """

    place = Text(max=40, allow_none=True)
    owner_org_id = IdField(allow_none=True)
    owner_name = Text(max=120, allow_none=True)
    product = Text(max=120, allow_none=True)
    counted_tags = Int(required=True)
    counters = Int(required=True)
    late_counts = Int(required=True)
    findings = ListOf(Nested(FindingSumOut), required=True)
    to_recount = ListOf(Text(max=60), max=MOST_RECOUNTED, required=True)


class LineQuery(PageQuery):
    """Which lines of a variance; ``differing`` ones are those that do not agree with the books."""

    finding = Choice(Finding)
    tag = Text(max=60)
    differing = Flag()


class StocktakeQuery(PageQuery):
    """Filters of stocktakes."""

    warehouse_id = IdField()
    status = Choice(StocktakeStatus)
