"""Bodies and answers of the API of labels."""

from inventory.gs1 import LONGEST_PREFIX, SHORTEST_PREFIX
from inventory.label_models import REASON
from inventory.states import LabelLayout, LabelSymbol
from steelyard.api.fields import Choice, IdField, Int, ListOf, Nested, Text, Timestamp
from steelyard.api.schemas import Schema

MOST_LABELS = 200
"""Most labels of one print: as many as a lorry and its trailer bring, several times."""


class Gs1PrefixIn(Schema):
    """A company prefix that GS1 gave to the organisation."""

    prefix = Text(
        min=SHORTEST_PREFIX, max=LONGEST_PREFIX, pattern=f"[0-9]{{{SHORTEST_PREFIX},{LONGEST_PREFIX}}}", required=True
    )


class Gs1PrefixOut(Schema):
    """A company prefix; the newest is used. ``used`` counts the numbers given."""

    id = IdField(required=True)
    prefix = Text(max=LONGEST_PREFIX, required=True)
    used = Int(required=True)
    added_at = Timestamp(required=True)


class LabelPrintIn(Schema):
    """Labels to print. A ``reason`` is needed where one of them was printed before."""

    warehouse_id = IdField(required=True)
    bundle_ids = ListOf(IdField(), min=1, max=MOST_LABELS, required=True)
    layout = Choice(LabelLayout, load_default=LabelLayout.SINGLE)
    symbol = Choice(LabelSymbol, load_default=LabelSymbol.QR)
    reason = Text(max=REASON)


class LabelPrintLineOut(Schema):
    """One label: ``content`` is what its code says, ``copy`` counts the bundle's labels from 1."""

    bundle_id = IdField(required=True)
    tag = Text(max=60, required=True)
    copy = Int(required=True)
    sscc = Text(max=18, allow_none=True, required=True)
    content = Text(max=2000, required=True)


class LabelPrintOut(Schema):
    """What was printed; its files stand under ``labels.pdf`` and ``labels.zpl``."""

    id = IdField(required=True)
    warehouse_id = IdField(required=True)
    layout = Choice(LabelLayout, required=True)
    symbol = Choice(LabelSymbol, required=True)
    reason = Text(max=REASON, allow_none=True, required=True)
    printed_at = Timestamp(required=True)
    printed_by = IdField(required=True)
    printer_name = Text(max=120, required=True)
    lines = ListOf(Nested(LabelPrintLineOut), required=True)
