"""Bodies, filters and answers of delivery orders, of what is kept for them and of gate passes."""

from inventory.allocating import Why
from inventory.document_schemas import MOST_BUNDLES
from inventory.states import AllocationState, Condition, DeliveryStatus, Rest
from inventory.tolerances import MOST_PERMILLE
from inventory.weighbridge_schemas import GateTicketIn, SecondWeightIn
from steelyard.api.fields import Choice, Flag, IdField, Int, LengthMm, ListOf, MassG, Nested, Pieces, Text, Timestamp
from steelyard.api.schemas import PageQuery, Schema

MOST_LINES = 50
MOST_PIECES = 100_000
SHORTEST_CODE, LONGEST_CODE = 6, 20


class DeliveryLineIn(Schema):
    """A bundle by its ``tag``, or ``pieces`` or ``mass_g`` of what product, size, grade and standard describe.

    Rules: ``condition`` of delivery, ``one_heat`` for the whole line, ``certified`` goods only, a range of lengths of a
    piece, ``whole_bundles``.
    """

    tag = Text(max=60)
    product_id = IdField()
    size = Text(max=60)
    grade = Text(max=40)
    standard = Text(max=40)
    condition = Choice(Condition)
    pieces = Pieces(max=MOST_PIECES)
    mass_g = MassG(max=10**10)
    min_piece_mm = LengthMm()
    max_piece_mm = LengthMm()
    one_heat = Flag(load_default=False)
    certified = Flag(load_default=False)
    whole_bundles = Flag(load_default=True)


class DeliveryOrderIn(Schema):
    """An owner's order; ``pass_code`` is what the driver says at the gate.

    ``tolerance_permille`` is what the contract says of the weighbridge; without it the yard's own holds.
    """

    warehouse_id = IdField(required=True)
    order_number = Text(max=80, required=True)
    plate = Text(max=24, required=True)
    driver = Text(max=80)
    waybill_number = Text(max=80)
    remark = Text(max=200)
    pass_code = Text(min=SHORTEST_CODE, max=LONGEST_CODE, required=True)
    tolerance_permille = Int(max=MOST_PERMILLE)
    valid_until = Timestamp(required=True)
    lines = ListOf(Nested(DeliveryLineIn), min=1, max=MOST_LINES, required=True)


class DeliveryOrderPatch(Schema):
    """What an owner may change; the lines until goods were allocated."""

    plate = Text(max=24)
    driver = Text(max=80, allow_none=True)
    waybill_number = Text(max=80, allow_none=True)
    remark = Text(max=200, allow_none=True)
    tolerance_permille = Int(max=MOST_PERMILLE, allow_none=True)
    valid_until = Timestamp()
    lines = ListOf(Nested(DeliveryLineIn), min=1, max=MOST_LINES)


class PassCodeIn(Schema):
    """Another pick-up code."""

    pass_code = Text(min=SHORTEST_CODE, max=LONGEST_CODE, required=True)


class DeliveryOrderSummaryOut(Schema):
    """The head of a delivery order; its pick-up code is told to nobody."""

    id = IdField(required=True)
    number = Text(max=24, required=True)
    order_number = Text(max=80, required=True)
    warehouse_id = IdField(required=True)
    owner_org_id = IdField(attribute="owner_id", required=True)
    plate = Text(max=24, required=True)
    driver = Text(max=80, allow_none=True)
    waybill_number = Text(max=80, allow_none=True)
    remark = Text(max=200, allow_none=True)
    tolerance_permille = Int(allow_none=True)
    status = Choice(DeliveryStatus, required=True)
    valid_until = Timestamp(required=True)
    placed_at = Timestamp(required=True)
    ended_at = Timestamp(allow_none=True)
    reason = Text(max=200, allow_none=True)
    version = Int(required=True)


class DeliveryBundleOut(Schema):
    """A bundle that is or was kept for an order; ``place`` is where it lies, if in the yard."""

    bundle_id = IdField(required=True)
    line = Int(required=True)
    tag = Text(max=60, required=True)
    heat_number = Text(max=80, required=True)
    mixed_heats = Flag(required=True)
    certificate_number = Text(max=80, allow_none=True)
    place = Text(max=40, allow_none=True)
    state = Choice(AllocationState, required=True)
    is_part = Flag(required=True)
    pieces = Int(required=True)
    mass_g = Int(required=True)
    held = Flag(required=True)
    reason = Text(max=200, allow_none=True)


class DeliveryLineOut(Schema):
    """A line, with what of it is kept and what has left."""

    position = Int(required=True)
    tag = Text(max=60, allow_none=True)
    product_id = IdField(allow_none=True)
    size = Text(max=60, allow_none=True)
    grade = Text(max=40, allow_none=True)
    standard = Text(max=40, allow_none=True)
    condition = Choice(Condition, allow_none=True)
    pieces = Int(allow_none=True)
    mass_g = Int(allow_none=True)
    min_piece_mm = Int(allow_none=True)
    max_piece_mm = Int(allow_none=True)
    one_heat = Flag(required=True)
    certified = Flag(required=True)
    whole_bundles = Flag(required=True)
    kept_pieces = Int(required=True)
    kept_g = Int(required=True)
    issued_pieces = Int(required=True)
    issued_g = Int(required=True)


class GatePassOut(Schema):
    """A gate pass and the issue that it stands for."""

    id = IdField(required=True)
    number = Text(max=24, required=True)
    delivery_id = IdField(required=True)
    delivery_number = Text(max=24, required=True)
    issue_id = IdField(required=True)
    issue_number = Text(max=24, required=True)
    plate = Text(max=24, required=True)
    passed_at = Timestamp(required=True)
    difference_reason = Text(max=200, allow_none=True)


class DeliveryOrderOut(DeliveryOrderSummaryOut):
    """A delivery order with its lines, what is kept for it in walking order, and its gate passes."""

    warehouse_code = Text(max=40, required=True)
    owner_name = Text(max=120, required=True)
    lines = ListOf(Nested(DeliveryLineOut), required=True)
    allocations = ListOf(Nested(DeliveryBundleOut), required=True)
    gate_passes = ListOf(Nested(GatePassOut), required=True)


class DeliveryQuery(PageQuery):
    """Filters of delivery orders."""

    warehouse_id = IdField()
    status = Choice(DeliveryStatus)
    order_number = Text(max=80)
    plate = Text(max=24)


class DeliveryCandidateOut(Schema):
    """A bundle that a line would get now, or ``why`` it would not."""

    bundle_id = IdField(required=True)
    tag = Text(max=60, required=True)
    place = Text(max=40, required=True)
    heat_number = Text(max=80, required=True)
    mixed_heats = Flag(required=True)
    received_at = Timestamp(required=True)
    pieces = Int(required=True)
    mass_g = Int(required=True)
    why = Choice(Why, allow_none=True, required=True)
    held_by = Text(max=80, allow_none=True)


class DeliveryChoiceOut(Schema):
    """A line that wants more: ``missing`` pieces, or grams where it orders a mass, after what it would get now."""

    line = Int(required=True)
    missing = Int(required=True)
    candidates = ListOf(Nested(DeliveryCandidateOut), required=True)


class DeliveryExplanationOut(Schema):
    """Why an order is short, bundle by bundle."""

    lines = ListOf(Nested(DeliveryChoiceOut), required=True)


class DeliveryReturnIn(Schema):
    """Bundles that go back into stock: where they lie, or at ``place``."""

    tags = ListOf(Text(max=60), min=1, max=MOST_BUNDLES, required=True)
    reason = Text(max=200, required=True)
    place = Text(max=40)


class DeliveryPartIn(Schema):
    """A bundle of which a part was ordered; tags that are not given follow from its own."""

    tag = Text(max=60, required=True)
    part_tag = Text(max=60)
    rest_tag = Text(max=60)


class GatePassIn(Schema):
    """A lorry at the gate; ``rest`` is what becomes of goods that are kept for the order and not on it.

    It brings a whole ``ticket``, or was weighed empty before: ``second`` is its weight with the goods.
    """

    plate = Text(max=24, required=True)
    pass_code = Text(max=LONGEST_CODE, required=True)
    rest = Choice(Rest, load_default=Rest.KEEP)
    ticket = Nested(GateTicketIn)
    second = Nested(SecondWeightIn)
    difference_reason = Text(max=200)


class GatePassQuery(PageQuery):
    """Filters of gate passes."""

    number = Text(max=24)
