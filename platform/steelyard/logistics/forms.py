"""What people type on the freight pages; each form gives the values of the terms, exact integers."""

from steelyard.api.fields import ListOf
from steelyard.api.form_fields import (
    FormChoice,
    FormDateTime,
    FormInt,
    FormLength,
    FormMass,
    FormMoney,
    FormSchema,
    FormText,
)
from steelyard.logistics.lorries import Equipment, LorryClass, Need
from steelyard.logistics.models import REFERENCE, REMARK
from steelyard.logistics.rules import MOST_OFFER_MINUTES


class DemandForm(FormSchema):
    """Goods to be carried: `28吨`, `12米`, `5200元`, times in Asia/Shanghai."""

    origin = FormText(min=6, max=6, required=True)
    destination = FormText(min=6, max=6, required=True)
    mass_g = FormMass(required=True)
    pieces = FormInt(min=1, required=True)
    longest_mm = FormLength(required=True)
    pickup_from = FormDateTime(required=True)
    pickup_until = FormDateTime(required=True)
    delivery_from = FormDateTime(required=True)
    delivery_until = FormDateTime(required=True)
    ceiling_fen = FormMoney(required=True)
    needs = ListOf(FormChoice(Need), max=len(Need))
    order_reference = FormText(max=REFERENCE)
    loading_warehouse_org_id = FormInt(min=1)
    receiver_name = FormText(max=120)


class DemandChangeForm(DemandForm):
    """The same, with the version that the person saw."""

    version = FormInt(min=1, required=True)


class SupplyForm(FormSchema):
    """A lorry that is free: `32吨`, `13米`, `6.5元`, times in Asia/Shanghai."""

    plate = FormText(min=6, max=16, required=True)
    lorry_class = FormChoice(LorryClass, required=True)
    bed_length_mm = FormLength(required=True)
    payload_g = FormMass(required=True)
    tare_g = FormMass()
    equipment = ListOf(FormChoice(Equipment), max=len(Equipment))
    position = FormText(min=6, max=6, required=True)
    home = FormText(min=6, max=6)
    free_from = FormDateTime(required=True)
    free_until = FormDateTime()
    ask_fen_per_km = FormMoney(min=0, required=True)
    fixed_fen = FormMoney(min=0, required=True)


class SupplyChangeForm(SupplyForm):
    """The same, with the version that the person saw."""

    version = FormInt(min=1, required=True)


class RoundForm(FormSchema):
    """How long the offers of a round stand."""

    offer_minutes = FormInt(min=1, max=MOST_OFFER_MINUTES)


class DeclineForm(FormSchema):
    """Why an offer is declined."""

    reason = FormText(max=REMARK)


class DeliveryForm(FormSchema):
    """What arrived."""

    received_mass_g = FormMass()
    remark = FormText(max=REMARK)
