"""Bodies, filters and answers of the yard's API: ground, stock, trace and scans."""

from inventory.codes import LONGEST_CODE
from inventory.quality.kinds import Severity
from inventory.quantities import MOST_PIECES
from inventory.states import (
    ArrivalState,
    Condition,
    EncumbranceKind,
    LengthKind,
    OperationKind,
    Outcome,
    PlaceKind,
    ProcessKind,
    ProductKind,
    State,
)
from inventory.steps import StepKind
from steelyard.api.fields import (
    VISIBLE,
    Choice,
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
from steelyard.core.sizes import DENSITY_LEAST, DENSITY_MOST
from steelyard.core.units import STEEL_DENSITY_KG_PER_M3

CODE = r"[0-9A-Za-z\u4e00-\u9fff][0-9A-Za-z\u4e00-\u9fff_.-]{0,39}"
"""A code that people give: it cannot begin with the ``@`` of virtual places."""
CODE_CHAR = r"[^\x00-\x08\x0b\x0c\x0e-\x1c\x1e\x1f\x7f-\x9f]"
"""What the text of a scanned code may hold: lines too, and the separator between variable fields of GS1."""
OPERATION_ID = r"[0-9A-Za-z_.:-]{1,80}"
MOST_OPERATIONS, MOST_WALKING, MOST_DAYS = 1000, 1_000_000, 36_500
MOST_CAPACITY_G = 10**11
"""A place takes 100,000 t at most: more than any yard."""
LEAST_PIECE_MM, MOST_PIECE_MM = 200, 30_000
CODE_TEXT = rf"{CODE_CHAR}*{VISIBLE}{CODE_CHAR}*"


class WarehouseIn(Schema):
    """A new yard; only the operator names another organisation."""

    code = Text(max=40, pattern=CODE, required=True)
    name = Text(max=120, required=True)
    org_id = IdField()


class WarehouseOut(Schema):
    """A yard."""

    id = IdField(required=True)
    org_id = IdField(required=True)
    code = Text(max=40, required=True)
    name = Text(max=120, required=True)
    tolerance_permille = Int(required=True)
    version = Int(required=True)


class PlaceIn(Schema):
    """A new place, below ``parent`` (a code) or at the top, and what it takes."""

    code = Text(max=40, pattern=CODE, required=True)
    name = Text(max=120, required=True)
    parent = Text(max=40)
    capacity_g = MassG(max=MOST_CAPACITY_G, allow_none=True)
    capacity_mm = LengthMm(allow_none=True)
    is_blocked = Flag()
    walking_order = Int(max=MOST_WALKING, allow_none=True)


class PlaceChange(Schema):
    """What changes of a place; ``null`` says that it is not known."""

    name = Text(max=120)
    capacity_g = MassG(max=MOST_CAPACITY_G, allow_none=True)
    capacity_mm = LengthMm(allow_none=True)
    is_blocked = Flag()
    walking_order = Int(max=MOST_WALKING, allow_none=True)


class PlaceOut(Schema):
    """A place: it takes ``capacity_g`` of pieces up to ``capacity_mm`` long, nothing while it is blocked."""

    id = IdField(required=True)
    warehouse_id = IdField(required=True)
    parent_id = IdField(allow_none=True)
    code = Text(max=40, required=True)
    name = Text(max=120, required=True)
    kind = Choice(PlaceKind, required=True)
    capacity_g = Int(allow_none=True, required=True)
    capacity_mm = Int(allow_none=True, required=True)
    is_blocked = Flag(required=True)
    walking_order = Int(allow_none=True, required=True)
    version = Int(required=True)


class ProductIn(Schema):
    """A new product; ``size`` as the trade writes it: 108×4.5×6000, φ50×6000."""

    kind = Choice(ProductKind, required=True)
    standard = Text(max=40, required=True)
    grade = Text(max=40, required=True)
    size = Text(max=60, required=True)
    length_kind = Choice(LengthKind, load_default=LengthKind.RANDOM)
    density_kg_per_m3 = Int(min=DENSITY_LEAST, max=DENSITY_MOST, load_default=STEEL_DENSITY_KG_PER_M3)
    condition = Choice(Condition, allow_none=True, load_default=None)


class ProductOut(Schema):
    """A product."""

    id = IdField(required=True)
    kind = Choice(ProductKind, required=True)
    standard = Text(max=40, required=True)
    grade = Text(max=40, required=True)
    size = Text(max=60, attribute="size_text", required=True)
    od_mm_x100 = Int(required=True)
    wall_mm_x100 = Int(allow_none=True)
    length_mm = Int(allow_none=True)
    length_kind = Choice(LengthKind, required=True)
    density_kg_per_m3 = Int(required=True)
    condition = Choice(Condition, allow_none=True, required=True)


class ProductQuery(PageQuery):
    """Filters of the catalogue."""

    kind = Choice(ProductKind)
    standard = Text(max=40)
    grade = Text(max=40)
    condition = Choice(Condition)


class StockFilter(QuerySchema):
    """Filters of stock; ``tag`` by its beginning in capitals or small letters, ``size`` as ``219*6``.

    ``place`` with all places below it, ``owner`` by a part of the name. ``held`` is what any encumbrance or quality
    hold keeps, ``quarantined`` what a quality hold keeps. Ages are calendar days since the goods came. ``as_of`` asks
    for what stood then; certificates and masses are shown as they are known now.
    """

    warehouse_id = IdField()
    tag = Text(max=60)
    size = Text(max=60)
    kind = Choice(ProductKind)
    standard = Text(max=40)
    grade = Text(max=40)
    condition = Choice(Condition)
    heat_number = Text(max=80)
    certificate_number = Text(max=80)
    owner_org_id = IdField()
    owner = Text(max=120)
    place = Text(max=40)
    state = Choice(State)
    held = Flag()
    quarantined = Flag()
    min_age_days = Int(max=MOST_DAYS)
    max_age_days = Int(max=MOST_DAYS)
    as_of = Timestamp()


class StockQuery(PageQuery, StockFilter):
    """Filters of stock, and which page of it."""


class StockOut(Schema):
    """A bundle and where it stands."""

    bundle_id = IdField(required=True)
    tag = Text(max=60, required=True)
    warehouse_id = IdField(required=True)
    warehouse_code = Text(max=40, required=True)
    product_id = IdField(required=True)
    kind = Choice(ProductKind, required=True)
    standard = Text(max=40, required=True)
    grade = Text(max=40, required=True)
    size = Text(max=60, required=True)
    condition = Choice(Condition, allow_none=True, required=True)
    piece_length_mm = Int(required=True)
    heat_id = IdField(required=True)
    heat_number = Text(max=80, required=True)
    mill_name = Text(max=120, required=True)
    certificate_number = Text(max=80, allow_none=True)
    owner_org_id = IdField(required=True)
    owner_name = Text(max=120, required=True)
    place = Text(max=40, required=True)
    place_kind = Choice(PlaceKind, required=True)
    state = Choice(State, required=True)
    in_stock = Flag(required=True)
    encumbered = Flag(required=True)
    mixed_heats = Flag(required=True)
    pieces = Int(required=True)
    length_mm = Int(required=True)
    mass_g = Int(required=True)
    theoretical_mass_g = Int(required=True)
    certificate_mass_g = Int(allow_none=True)
    weighed_mass_g = Int(allow_none=True)
    arrived_at = Timestamp(allow_none=True)
    age_days = Int(min=-1, allow_none=True)


class EncumbranceIn(Schema):
    """A hold on a bundle."""

    kind = Choice(EncumbranceKind, required=True)
    reference = Text(max=80, required=True)


class EncumbranceOut(Schema):
    """A hold on a bundle, lifted or standing."""

    id = IdField(required=True)
    bundle_id = IdField(required=True)
    kind = Choice(EncumbranceKind, required=True)
    reference = Text(max=80, required=True)
    placed_at = Timestamp(required=True)
    lifted_at = Timestamp(allow_none=True)


class HeatOut(Schema):
    """A heat."""

    id = IdField(required=True)
    heat_number = Text(max=80, required=True)
    mill_name = Text(max=120, required=True)


class MadeByOut(Schema):
    """The process that made a bundle, or that it went into."""

    id = IdField(required=True)
    number = Text(max=24, required=True)
    kind = Choice(ProcessKind, required=True)


class BundleOut(StockOut):
    """A bundle with its heats, its holds, and how it came: by a receipt or out of a process."""

    receipt_number = Text(max=24, required=True, allow_none=True)
    advice_number = Text(max=80, allow_none=True)
    received_at = Timestamp(required=True, allow_none=True)
    made_by = Nested(MadeByOut, required=True, allow_none=True)
    worked_on_by = Nested(MadeByOut, required=True, allow_none=True)
    heats = ListOf(Nested(HeatOut), required=True)
    encumbrances = ListOf(Nested(EncumbranceOut), required=True)


class StepOut(Schema):
    """A step on a bundle's way."""

    move_id = IdField(required=True)
    bundle_id = IdField(required=True)
    tag = Text(max=60, required=True)
    kind = Choice(StepKind, required=True)
    from_place = Text(max=40, required=True)
    to_place = Text(max=40, required=True)
    pieces = Int(required=True)
    length_mm = Int(required=True)
    mass_g = Int(required=True)
    document_kind = Text(max=24, required=True)
    document_number = Text(max=24, allow_none=True)
    advice_number = Text(max=80, allow_none=True)
    waybill_number = Text(max=80, allow_none=True)
    plate = Text(max=24, allow_none=True)
    reverses_id = IdField(allow_none=True)
    event_at = Timestamp(required=True)
    recorded_at = Timestamp(required=True)


class BundleTraceOut(Schema):
    """A bundle and its way."""

    bundle = Nested(BundleOut, required=True)
    steps = ListOf(Nested(StepOut), required=True)


class HeatQuery(PageQuery):
    """Heats by their number."""

    heat_number = Text(max=80)


class HeatBundleOut(StockOut):
    """A bundle of a heat, with the papers on which it came and left."""

    receipt_number = Text(max=24, allow_none=True)
    advice_number = Text(max=80, allow_none=True)
    waybill_number = Text(max=80, allow_none=True)


class HeatBalanceOut(Schema):
    """Where a heat's mass went, in grams; received = issued + other + in stock."""

    received_g = Int(required=True)
    issued_g = Int(required=True)
    other_g = Int(required=True)
    in_stock_g = Int(required=True)


class HeatTraceOut(HeatOut):
    """A heat, its bundles and their ways."""

    bundles = ListOf(Nested(HeatBundleOut), required=True)
    steps = ListOf(Nested(StepOut), required=True)
    balance = Nested(HeatBalanceOut, required=True)


class CountIn(Schema):
    """A count: a tag seen at a place, with its pieces if they were counted."""

    client_op_id = Text(max=80, pattern=OPERATION_ID, required=True)
    tag = Text(max=60, required=True)
    place = Text(max=40, required=True)
    pieces = Pieces(max=MOST_PIECES)
    event_at = Timestamp(required=True)


class CountsIn(Schema):
    """Counts made by one device."""

    counts = ListOf(Nested(CountIn), min=1, max=MOST_OPERATIONS, required=True)


class DefectSaidIn(Schema):
    """What is wrong with a bundle that is scanned; ``kind`` is one of the yard's reasons."""

    kind = Text(max=24, required=True)
    severity = Choice(Severity, required=True)
    remark = Text(max=1000)


class OperationIn(Schema):
    """A scan: ``move`` needs ``place``, ``issue`` needs ``issue_number``, ``count`` needs place and stocktake.

    ``pick`` needs ``delivery_number``; ``place`` is where the bundle is brought, ``swap_reason`` why it is taken in the
    place of one that is on the list. ``receive`` needs ``receipt_number`` and ``place``; what advice and code do not
    say of the bundle is told by ``product_id`` … ``mass_g``, the stated mass; ``extra`` is for what was not announced.

    ``put_away`` is a move to a place that has room; with ``over_capacity``, a reason, an administrator of the yard
    fills it beyond what it takes. ``defect`` needs ``defect``; ``pieces`` are the defective ones, without them all.

    Every one needs ``tag``, or ``code``: the text of a scanned code that the server reads where no tag is given.
    """

    client_op_id = Text(max=80, pattern=OPERATION_ID, required=True)
    kind = Choice(OperationKind, required=True)
    tag = Text(max=60)
    code = Text(max=LONGEST_CODE, pattern=CODE_TEXT)
    event_at = Timestamp(required=True)
    place = Text(max=40)
    from_place = Text(max=40)
    issue_number = Text(max=24)
    stocktake_number = Text(max=24)
    delivery_number = Text(max=24)
    swap_reason = Text(max=120)
    pieces = Pieces(max=MOST_PIECES)
    receipt_number = Text(max=24)
    product_id = IdField()
    heat_number = Text(max=80)
    mill_name = Text(max=120)
    certificate_number = Text(max=80)
    piece_length_mm = LengthMm(min=LEAST_PIECE_MM, max=MOST_PIECE_MM)
    mass_g = MassG()
    state = Choice(ArrivalState)
    extra = Flag()
    over_capacity = Text(max=200)
    defect = Nested(DefectSaidIn)


class OperationsIn(Schema):
    """The scans of one device in one yard, in their order."""

    warehouse_id = IdField(required=True)
    operations = ListOf(Nested(OperationIn), min=1, max=MOST_OPERATIONS, required=True)


class AnswerOut(Schema):
    """The answer to one operation: ``code`` for programs, ``detail`` for people."""

    client_op_id = Text(max=80, required=True)
    outcome = Choice(Outcome, required=True)
    code = Text(max=40, required=True)
    detail = Text(max=400, required=True)
    bundle_id = IdField(allow_none=True)


class AnswersOut(Schema):
    """One answer for each operation, in their order."""

    answers = ListOf(Nested(AnswerOut), required=True)
