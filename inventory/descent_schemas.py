"""Answers of the trace: descendants, ancestors, the recall list, the balance of a heat."""

from inventory.schemas import StockOut
from inventory.states import PlaceKind, ProcessKind
from steelyard.api.fields import LARGEST, Choice, Flag, IdField, Int, ListOf, Nested, Text, Timestamp
from steelyard.api.schemas import Schema


class ParentOut(Schema):
    """A bundle of which another was made, how much of it, and by which process."""

    bundle_id = IdField(required=True)
    tag = Text(max=60, required=True)
    pieces = Int(required=True)
    length_mm = Int(required=True)
    mass_g = Int(required=True)
    process_id = IdField(required=True)
    number = Text(max=24, required=True)
    kind = Choice(ProcessKind, required=True)


class DescendantOut(StockOut):
    """A bundle of a descent and its parents; children have higher ids than their parents."""

    parents = ListOf(Nested(ParentOut), required=True)


class AncestorOut(Schema):
    """A bundle of which another was made; ``shown`` where the reader may see more of it."""

    bundle_id = IdField(required=True)
    tag = Text(max=60, required=True)
    heat_id = IdField(required=True)
    heat_number = Text(max=80, required=True)
    mill_name = Text(max=120, required=True)
    certificate_number = Text(max=80, allow_none=True)
    mixed_heats = Flag(required=True)
    shown = Flag(required=True)
    parents = ListOf(Nested(ParentOut), required=True)


class RecallOut(StockOut):
    """Where a bundle lies, or on which papers it left."""

    issue_number = Text(max=24, required=True, allow_none=True)
    waybill_number = Text(max=80, required=True, allow_none=True)
    plate = Text(max=24, required=True, allow_none=True)
    left_at = Timestamp(required=True, allow_none=True)


class NodeOut(Schema):
    """A bundle of a genealogy, and where most of it stands."""

    bundle_id = IdField(required=True)
    tag = Text(max=60, required=True)
    heat_id = IdField(required=True)
    piece_length_mm = Int(required=True)
    place_kind = Choice(PlaceKind, required=True)
    place = Text(max=40, required=True)
    pieces = Int(required=True)
    mass_g = Int(required=True)


class EdgeOut(Schema):
    """How much of a parent is in a child, by which process."""

    parent_id = IdField(required=True)
    child_id = IdField(required=True)
    process_id = IdField(required=True)
    mass_g = Int(required=True)


class GenealogyOut(Schema):
    """A whole genealogy: a graph without circles."""

    nodes = ListOf(Nested(NodeOut), max=10_000, required=True)
    edges = ListOf(Nested(EdgeOut), max=1_000_000, required=True)


class BalanceLineOut(Schema):
    """A line of a balance: a quantity that came in, went out or was lost, by its name."""

    what = Text(max=24, required=True)
    length_mm = Int(min=-LARGEST, required=True)
    mass_g = Int(min=-LARGEST, required=True)


class MassBalanceOut(Schema):
    """What came in is what is in stock, what went out and what was lost, over the bundles that the reader sees."""

    incoming = ListOf(Nested(BalanceLineOut), required=True)
    outgoing = ListOf(Nested(BalanceLineOut), required=True)
    length_mm = Int(min=-LARGEST, required=True)
    mass_g = Int(min=-LARGEST, required=True)
    holds = Flag(required=True)
