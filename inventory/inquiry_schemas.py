"""Filters and answers of the figures of the stock."""

from inventory.states import Condition, ProductKind
from steelyard.api.fields import Choice, Day, IdField, Int, ListOf, Nested, Text
from steelyard.api.schemas import PageQuery, Schema

_SIGNED = -(10**15)


class AmountOut(Schema):
    """So many bundles, pieces and grams."""

    bundles = Int(required=True)
    pieces = Int(required=True)
    mass_g = Int(required=True)


class FiguresOut(Schema):
    """What is on hand, and its parts, which sum to it."""

    on_hand = Nested(AmountOut, required=True)
    available = Nested(AmountOut, required=True)
    reserved = Nested(AmountOut, required=True)
    held = Nested(AmountOut, required=True)
    arriving = Nested(AmountOut, required=True)
    in_processing = Nested(AmountOut, required=True)


class OwnerFiguresOut(FiguresOut):
    """The figures of an owner."""

    owner_org_id = IdField(required=True)
    owner_name = Text(max=120, required=True)


class ProductFiguresOut(FiguresOut):
    """The figures of a product and of each of its owners."""

    product_id = IdField(required=True)
    kind = Choice(ProductKind, required=True)
    standard = Text(max=40, required=True)
    grade = Text(max=40, required=True)
    condition = Choice(Condition, allow_none=True, required=True)
    size = Text(max=60, required=True)
    owners = ListOf(Nested(OwnerFiguresOut), required=True)


class AgeClassOut(AmountOut):
    """What lies from ``from_days`` to ``to_days`` days; the last class has no end."""

    from_days = Int(required=True)
    to_days = Int(required=True, allow_none=True)


class AgesOut(Schema):
    """The stock of an owner by age; ``undated`` is what no receipt tells of."""

    owner_org_id = IdField(required=True)
    owner_name = Text(max=120, required=True)
    on_hand = Nested(AmountOut, required=True)
    undated = Nested(AmountOut, required=True)
    classes = ListOf(Nested(AgeClassOut), required=True)


class TurnoverQuery(PageQuery):
    """The days, both included, of which one asks; at most 366."""

    warehouse_id = IdField()
    owner_org_id = IdField()
    from_day = Day(required=True)
    to_day = Day(required=True)


class TurnoverOut(Schema):
    """What moved of a product, in grams: opening + in - out + other = closing.

    ``turns_x1000`` is how often the average stock went out, ``lasts_days`` for how long it lasts at that pace.
    """

    product_id = IdField(required=True)
    kind = Choice(ProductKind, required=True)
    standard = Text(max=40, required=True)
    grade = Text(max=40, required=True)
    condition = Choice(Condition, allow_none=True, required=True)
    size = Text(max=60, required=True)
    opening_g = Int(min=_SIGNED, required=True)
    in_g = Int(min=_SIGNED, required=True)
    out_g = Int(min=_SIGNED, required=True)
    other_g = Int(min=_SIGNED, required=True)
    closing_g = Int(min=_SIGNED, required=True)
    average_g = Int(min=_SIGNED, required=True)
    days = Int(required=True)
    turns_x1000 = Int(required=True, allow_none=True)
    lasts_days = Int(required=True, allow_none=True)


class InTransitQuery(PageQuery):
    """Filters of what is on the way."""

    warehouse_id = IdField()
    owner_org_id = IdField()
    product_id = IdField()


class InTransitOut(Schema):
    """What of a line of an advice is still to come; what was not said is null."""

    line_id = IdField(required=True)
    advice_id = IdField(required=True)
    advice_number = Text(max=80, required=True)
    warehouse_id = IdField(required=True, allow_none=True)
    owner_org_id = IdField(required=True)
    owner_name = Text(max=120, required=True)
    product_id = IdField(required=True, allow_none=True)
    goods = Text(max=240, required=True, allow_none=True)
    heat_number = Text(max=80, required=True, allow_none=True)
    bundles = Int(required=True, allow_none=True)
    pieces = Int(required=True, allow_none=True)
    mass_g = Int(required=True, allow_none=True)
