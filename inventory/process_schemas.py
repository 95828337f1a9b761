"""Bodies, filters and answers of what becomes of bundles: splits, merges, new tags, work on the steel, new owners."""

from inventory.document_schemas import MOST_BUNDLES
from inventory.quantities import MOST_PIECES
from inventory.schemas import LEAST_PIECE_MM, MOST_PIECE_MM
from inventory.states import LossKind, Medium, ProcessKind, TitleStatus, Treatment, WorkKind
from steelyard.api.fields import Choice, Flag, IdField, Int, LengthMm, ListOf, MassG, Nested, Pieces, Text, Timestamp
from steelyard.api.schemas import PageQuery, Schema

MOST_OUTPUTS, MOST_LINES, MOST_LOSSES, MOST_HEATINGS = 200, 50, 8, 6
HOTTEST_C, LONGEST_MIN = 1_300, 100_000
"""No heat treatment of steel pipe is hotter; the bound only keeps typing errors out."""


class PartIn(Schema):
    """A bundle to be tied; without ``tag`` it is named after the first that goes in, without ``place`` it stays."""

    pieces = Pieces(max=MOST_PIECES, required=True)
    tag = Text(max=60)
    mass_g = MassG(max=10**12)
    place = Text(max=40)


class SplitIn(Schema):
    """A bundle and the parts that are all of it; masses that are not given follow in proportion."""

    warehouse_id = IdField(required=True)
    tag = Text(max=60, required=True)
    parts = ListOf(Nested(PartIn), min=1, max=MOST_OUTPUTS, required=True)
    reason = Text(max=200)


class MergeIn(Schema):
    """Bundles of one product, length and owner that become one."""

    warehouse_id = IdField(required=True)
    tags = ListOf(Text(max=60), min=2, max=MOST_BUNDLES, required=True)
    tag = Text(max=60)
    place = Text(max=40)
    reason = Text(max=200)


class RetagIn(Schema):
    """A bundle and the tag that it gets."""

    warehouse_id = IdField(required=True)
    tag = Text(max=60, required=True)
    new_tag = Text(max=60)
    reason = Text(max=200)


class WorkOutputIn(PartIn):
    """A bundle that comes out; cutting needs ``piece_length_mm``. ``product_id`` where it becomes another product."""

    piece_length_mm = LengthMm(min=LEAST_PIECE_MM, max=MOST_PIECE_MM)
    product_id = IdField()


class LossIn(Schema):
    """Steel that is in no new bundle: ``length_mm`` of all pieces together; a mass not given follows the length."""

    kind = Choice(LossKind, required=True)
    pieces = Pieces(min=0, max=MOST_PIECES, load_default=0)
    length_mm = Int(max=10**9, load_default=0)
    mass_g = MassG(max=10**12)


class WorkLineIn(Schema):
    """Bundles that are worked on together, and what comes out of them: it conserves by itself."""

    tags = ListOf(Text(max=60), min=1, max=MOST_BUNDLES, required=True)
    outputs = ListOf(Nested(WorkOutputIn), min=1, max=MOST_OUTPUTS, required=True)
    losses = ListOf(Nested(LossIn), max=MOST_LOSSES, load_default=list)
    added_mass_g = MassG(min=0, max=10**12, load_default=0)


class HeatingIn(Schema):
    """One heating in the furnace: temperature in degrees Celsius, minutes held, and in what it was cooled."""

    treatment = Choice(Treatment, required=True)
    temperature_c = Int(min=100, max=HOTTEST_C, required=True)
    holding_min = Int(min=1, max=LONGEST_MIN, required=True)
    medium = Choice(Medium, required=True)


class WorkIn(Schema):
    """Work on the steel. Heat treatment needs ``furnace_charge`` and ``heatings``, nothing else takes them."""

    warehouse_id = IdField(required=True)
    kind = Choice(WorkKind, required=True)
    lines = ListOf(Nested(WorkLineIn), min=1, max=MOST_LINES, required=True)
    reason = Text(max=200)
    furnace_charge = Text(max=80)
    heatings = ListOf(Nested(HeatingIn), max=MOST_HEATINGS, load_default=list)
    standard = Text(max=40, metadata={"description": "The standard of a thread or a coating."})
    event_at = Timestamp()


class HeatingOut(HeatingIn):
    """One heating in the furnace."""


class ProcessBundleOut(Schema):
    """A bundle and how much of it went in or came out."""

    bundle_id = IdField(required=True)
    tag = Text(max=60, required=True)
    heat_number = Text(max=80, required=True)
    mixed_heats = Flag(required=True)
    mill_name = Text(max=120, required=True)
    piece_length_mm = Int(required=True)
    pieces = Int(required=True)
    length_mm = Int(required=True)
    mass_g = Int(required=True)


class ProcessLossOut(Schema):
    """What was lost, by kind; ``coating`` is mass that was added."""

    kind = Text(max=24, required=True)
    pieces = Int(required=True)
    length_mm = Int(required=True)
    mass_g = Int(required=True)


class ProcessLineOut(Schema):
    """A line: the inputs and what was added are the outputs and the losses."""

    line = Int(required=True)
    inputs = ListOf(Nested(ProcessBundleOut), required=True)
    outputs = ListOf(Nested(ProcessBundleOut), required=True)
    losses = ListOf(Nested(ProcessLossOut), required=True)


class ProcessSummaryOut(Schema):
    """The head of a process."""

    id = IdField(required=True)
    number = Text(max=24, required=True)
    warehouse_id = IdField(required=True)
    owner_org_id = IdField(attribute="owner_id", required=True)
    kind = Choice(ProcessKind, required=True)
    reason = Text(max=200, allow_none=True)
    furnace_charge = Text(max=80, allow_none=True)
    reverses_id = IdField(allow_none=True)
    event_at = Timestamp(required=True)
    recorded_at = Timestamp(required=True)


class ProcessOut(ProcessSummaryOut):
    """A process with all that went in and came out."""

    owner_name = Text(max=120, required=True)
    heatings = ListOf(Nested(HeatingOut), required=True)
    standard = Text(max=40, allow_none=True)
    reversed_by = Text(max=24, allow_none=True)
    reverses = Text(max=24, allow_none=True)
    lines = ListOf(Nested(ProcessLineOut), required=True)


class ProcessQuery(PageQuery):
    """Filters of processes."""

    warehouse_id = IdField()
    kind = Choice(ProcessKind)
    number = Text(max=24)
    furnace_charge = Text(max=80)


class TitleIn(Schema):
    """The order of who owns the bundles that they become another's (过户); its number is his own."""

    warehouse_id = IdField(required=True)
    to_owner_org_id = IdField(required=True)
    order_number = Text(max=80, required=True)
    tags = ListOf(Text(max=60), min=1, max=MOST_BUNDLES, required=True)


class TitleRefusalIn(Schema):
    """Why the yard does not carry out the order."""

    reason = Text(max=200, required=True)


class TitleLineOut(Schema):
    """A bundle that changes its owner."""

    bundle_id = IdField(required=True)
    tag = Text(max=60, required=True)
    heat_number = Text(max=80, required=True)
    mixed_heats = Flag(required=True)
    certificate_number = Text(max=80, allow_none=True)


class TitleSummaryOut(Schema):
    """The head of a title transfer."""

    id = IdField(required=True)
    number = Text(max=24, required=True)
    warehouse_id = IdField(required=True)
    from_owner_org_id = IdField(attribute="from_owner_id", required=True)
    to_owner_org_id = IdField(attribute="to_owner_id", required=True)
    order_number = Text(max=80, required=True)
    status = Choice(TitleStatus, required=True)
    reason = Text(max=200, allow_none=True)
    requested_at = Timestamp(required=True)
    decided_at = Timestamp(allow_none=True)
    version = Int(required=True)


class TitleOut(TitleSummaryOut):
    """A title transfer with its bundles."""

    from_owner_name = Text(max=120, required=True)
    to_owner_name = Text(max=120, required=True)
    lines = ListOf(Nested(TitleLineOut), required=True)


class TitleQuery(PageQuery):
    """Filters of title transfers."""

    warehouse_id = IdField()
    status = Choice(TitleStatus)
    order_number = Text(max=80)
