"""Forms of the yard's pages: they take what people type."""

from collections.abc import Mapping
from typing import Any

from inventory import errors
from inventory.charges.schemas import MOST_FREE_DAYS
from inventory.masters.sheets import MasterKind
from inventory.operations.receiving import Arrival
from inventory.quantities import MOST_PIECES
from inventory.reasons import CODE as REASON_CODE
from inventory.reasons import LONGEST_CODE, LONGEST_NAME, ReasonUse
from inventory.schemas import CODE, MOST_CAPACITY_G, MOST_WALKING
from inventory.states import ArrivalState, Condition, LabelLayout, LabelSymbol, LengthKind, ProductKind
from inventory.tolerances import MOST_PERMILLE
from steelyard.api.fields import ListOf
from steelyard.api.form_fields import (
    FormChoice,
    FormDay,
    FormFlag,
    FormInt,
    FormLength,
    FormMass,
    FormMoney,
    FormPrice,
    FormSchema,
    FormText,
)
from steelyard.core.units import UnitError, parse_mass_g

ROWS = 8
"""Rows of the receipt's table; a longer lorry takes a second receipt, or the scanner."""


class ReceiptForm(FormSchema):
    """A receipt: what all bundles share, and a row for each bundle."""

    warehouse_id = FormInt(min=1, required=True)
    owner_id = FormInt(min=1, required=True)
    advice_number = FormText(max=80)
    plate = FormText(max=24)
    product_id = FormInt(min=1, required=True)
    heat_number = FormText(max=80, required=True)
    mill_name = FormText(max=120, required=True)
    certificate_number = FormText(max=80)
    piece_length_mm = FormLength(required=True)
    place = FormText(max=40, required=True)
    state = FormChoice(ArrivalState, required=True)
    tag = ListOf(FormText(max=60, min=0), min=1, max=ROWS, required=True)
    pieces = ListOf(FormText(max=10, min=0), min=1, max=ROWS, required=True)
    weighed = ListOf(FormText(max=40, min=0), min=1, max=ROWS, required=True)


class LabelsForm(FormSchema):
    """Labels to print."""

    layout = FormChoice(LabelLayout, required=True)
    symbol = FormChoice(LabelSymbol, required=True)
    reason = FormText(max=120)


class PrefixForm(FormSchema):
    """A company prefix of GS1."""

    prefix = FormText(max=12, required=True)


class ProductForm(FormSchema):
    """A new product."""

    kind = FormChoice(ProductKind, required=True)
    standard = FormText(max=40, required=True)
    grade = FormText(max=40, required=True)
    size = FormText(max=60, required=True)
    length_kind = FormChoice(LengthKind, required=True)
    condition = FormChoice(Condition)


class IssueForm(FormSchema):
    """A lorry to be loaded; the tags one to a line, or none to scan them."""

    warehouse_id = FormInt(min=1, required=True)
    owner_id = FormInt(min=1, required=True)
    waybill_number = FormText(max=80, required=True)
    plate = FormText(max=24, required=True)
    tags = FormText(max=4000, multiline=True)


class PlaceForm(FormSchema):
    """A new place of the yard."""

    warehouse_id = FormInt(min=1, required=True)
    code = FormText(max=40, pattern=CODE, required=True)
    name = FormText(max=120, required=True)
    parent = FormText(max=40)
    capacity = FormMass(max=MOST_CAPACITY_G)
    longest_mm = FormLength()
    walking_order = FormInt(max=MOST_WALKING)


class PlaceChangeForm(FormSchema):
    """What a place takes; what is left empty is not known."""

    name = FormText(max=120, required=True)
    capacity = FormMass(max=MOST_CAPACITY_G)
    longest_mm = FormLength()
    walking_order = FormInt(max=MOST_WALKING)
    is_blocked = FormFlag()


class YardForm(FormSchema):
    """How far the weighbridge may be off where no contract says it."""

    tolerance = FormInt(max=MOST_PERMILLE, required=True)


class StocktakeForm(FormSchema):
    """A stocktake to be opened."""

    warehouse_id = FormInt(min=1, required=True)
    place = FormText(max=40)
    owner_id = FormInt(min=1)
    product_id = FormInt(min=1)
    cycle = FormFlag()
    tolerance_pieces = FormInt(max=1000)


class ReasonForm(FormSchema):
    """What was found out about a line of a variance."""

    tag = FormText(max=60, required=True)
    reason = FormText(max=LONGEST_CODE, required=True)
    remark = FormText(max=200)


class YardReasonForm(FormSchema):
    """A new reason of the yard."""

    use = FormChoice(ReasonUse, required=True)
    code = FormText(max=LONGEST_CODE, pattern=REASON_CODE, required=True)
    name_zh = FormText(max=LONGEST_NAME, required=True)
    name_en = FormText(max=LONGEST_NAME)


class YardReasonChangeForm(FormSchema):
    """Whether a reason is retired."""

    is_retired = FormFlag()


class FoundGoodsForm(FormSchema):
    """What a bundle under an unknown tag is."""

    tag = FormText(max=60, required=True)
    owner_org_id = FormInt(min=1, required=True)
    product_id = FormInt(min=1, required=True)
    heat_number = FormText(max=80, required=True)
    mill_name = FormText(max=120, required=True)
    pieces = FormInt(min=1, max=MOST_PIECES, required=True)
    piece_length_mm = FormLength(required=True)
    mass_g = FormMass()
    certificate_number = FormText(max=80)


class LinkForm(FormSchema):
    """An unknown tag, and the bundle that bears it."""

    tag = FormText(max=60, required=True)
    bundle_tag = FormText(max=60, required=True)


class RelocateForm(FormSchema):
    """A bundle that was counted at another place."""

    tag = FormText(max=60, required=True)


class ProductValueForm(FormSchema):
    """What a product is worth, in yuan per tonne."""

    warehouse_id = FormInt(min=1, required=True)
    product_id = FormInt(min=1, required=True)
    fen_per_t = FormPrice(required=True)


class CountForm(FormSchema):
    """A count typed at a desk."""

    tag = FormText(max=60, required=True)
    place = FormText(max=40, required=True)
    pieces = FormInt(min=1, max=MOST_PIECES)


class TariffForm(FormSchema):
    """A version of a yard's tariff, in yuan."""

    warehouse_id = FormInt(min=1, required=True)
    valid_from = FormDay(required=True)
    valid_to = FormDay()
    storage_fen_per_t_day = FormMoney(min=0, required=True)
    free_days = FormInt(max=MOST_FREE_DAYS, required=True)
    in_fen_per_t = FormMoney(min=0, required=True)
    out_fen_per_t = FormMoney(min=0, required=True)
    minimum_fen = FormMoney(min=0, required=True)
    remark = FormText(max=200)


class StatementForm(FormSchema):
    """The month of a statement that is issued."""

    month = FormText(max=7, required=True)


class CorrectionForm(FormSchema):
    """Why a statement is set right."""

    reason = FormText(max=200, required=True)


class MasterSheetForm(FormSchema):
    """A sheet of master data; the file comes beside it."""

    kind = FormChoice(MasterKind, required=True)
    warehouse_id = FormInt(min=1)


SHARED = (
    "product_id", "heat_number", "mill_name", "piece_length_mm", "place", "state", "certificate_number",
)  # fmt: skip


def arrivals_of(form: Mapping[str, Any]) -> list[Arrival]:
    """The bundles of a receipt form; rows without a tag are left out.

    Raises ``RowUnreadable`` for a row whose pieces or mass cannot be read, or where there is no row.
    """
    shared = {name: form[name] for name in SHARED if name in form}
    rows = zip(form["tag"], form["pieces"], form["weighed"], strict=False)
    found = [
        Arrival(tag=tag, **_amounts(number, pieces, weighed), **shared)
        for number, (tag, pieces, weighed) in enumerate(rows, 1)
        if tag
    ]
    if not found:
        raise errors.RowUnreadable(row=1)
    return found


def _amounts(row: int, pieces: str, weighed: str) -> dict[str, Any]:
    try:
        count = int(pieces) if pieces.isascii() and pieces.isdigit() else 0
        mass = parse_mass_g(weighed, assume="kg") if weighed else None
    except UnitError:
        raise errors.RowUnreadable(row=row) from None
    if not 1 <= count <= MOST_PIECES or mass == 0:
        raise errors.RowUnreadable(row=row)
    return {"pieces": count, "weighed_mass_g": mass}


def tags_of(text: str | None) -> list[str]:
    """The tags of a text area, one to a line."""
    return [line.strip() for line in (text or "").splitlines() if line.strip()]
