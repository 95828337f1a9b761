"""What the freight API takes and gives; integers in grams, millimetres, metres and fen, times in UTC."""

from typing import Any

from steelyard.api.fields import (
    Choice,
    Fen,
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
from steelyard.api.schemas import PageQuery, Schema
from steelyard.logistics import rules
from steelyard.logistics.lorries import Equipment, LorryClass, Need
from steelyard.logistics.models import NUMBER, PLATE, REFERENCE, REMARK
from steelyard.logistics.pairing import Reason
from steelyard.logistics.states import LoadState, PostingState, Side, WaybillState


def _adcode(**options: Any) -> Text:
    return Text(min=6, max=6, pattern="[0-9]{6}", **options)


_OPTIONAL: dict[str, Any] = {"required": True, "allow_none": True}


class FreightPlace(Schema):
    """A place of the freight market; longitude and latitude in micro-degrees."""

    adcode = _adcode(required=True)
    name_zh = Text(max=40, required=True)
    name_en = Text(max=40, required=True)
    lon_udeg = Int(min=-180_000_000, max=180_000_000, required=True)
    lat_udeg = Int(min=-90_000_000, max=90_000_000, required=True)


class FreightYard(Schema):
    """A warehouse that a demand may name for loading."""

    org_id = IdField(required=True)
    name = Text(max=120, required=True)


class FreightPlaces(Schema):
    """What a posting may name: all places of the market, and the warehouses."""

    places = ListOf(Nested(FreightPlace), max=1000, required=True)
    warehouses = ListOf(Nested(FreightYard), max=1000, required=True)


class DemandQuery(PageQuery):
    """Filters of the demands."""

    state = Choice(PostingState)
    mine = Flag()
    origin = _adcode()
    destination = _adcode()


class SupplyQuery(PageQuery):
    """Filters of the supplies."""

    state = Choice(PostingState)
    mine = Flag()
    position = _adcode()


class LoadQuery(PageQuery):
    """Filters of the loads."""

    state = Choice(LoadState)


class WaybillQuery(PageQuery):
    """Filters of the waybills."""

    state = Choice(WaybillState)


class FreightDemandIn(Schema):
    """Goods to be carried."""

    origin = _adcode(required=True)
    destination = _adcode(required=True)
    mass_g = MassG(max=rules.MOST_MASS_G, required=True)
    pieces = Pieces(max=rules.MOST_PIECES, required=True)
    longest_mm = LengthMm(max=rules.MOST_LENGTH_MM, required=True)
    pickup_from = Timestamp(required=True)
    pickup_until = Timestamp(required=True)
    delivery_from = Timestamp(required=True)
    delivery_until = Timestamp(required=True)
    ceiling_fen = Fen(min=1, max=rules.MOST_CEILING_FEN, required=True)
    needs = ListOf(Choice(Need), max=len(Need))
    order_reference = Text(max=REFERENCE, allow_none=True)
    loading_warehouse_org_id = IdField(allow_none=True)
    receiver_org_id = IdField(allow_none=True)


class FreightDemandChange(Schema):
    """What of an open demand is to be different."""

    origin = _adcode()
    destination = _adcode()
    mass_g = MassG(max=rules.MOST_MASS_G)
    pieces = Pieces(max=rules.MOST_PIECES)
    longest_mm = LengthMm(max=rules.MOST_LENGTH_MM)
    pickup_from = Timestamp()
    pickup_until = Timestamp()
    delivery_from = Timestamp()
    delivery_until = Timestamp()
    ceiling_fen = Fen(min=1, max=rules.MOST_CEILING_FEN)
    needs = ListOf(Choice(Need), max=len(Need))
    order_reference = Text(max=REFERENCE, allow_none=True)
    loading_warehouse_org_id = IdField(allow_none=True)
    receiver_org_id = IdField(allow_none=True)


class FreightDemandOut(Schema):
    """A demand; owner, price and references are null for readers who may not see them."""

    id = IdField(required=True)
    number = Text(max=NUMBER, required=True)
    state = Choice(PostingState, required=True)
    version = Int(required=True)
    posted_at = Timestamp(required=True)
    mine = Flag(required=True)
    org_name = Text(max=120, **_OPTIONAL)
    origin = _adcode(required=True)
    destination = _adcode(required=True)
    mass_g = MassG(required=True)
    pieces = Pieces(required=True)
    longest_mm = LengthMm(required=True)
    pickup_from = Timestamp(required=True)
    pickup_until = Timestamp(required=True)
    delivery_from = Timestamp(required=True)
    delivery_until = Timestamp(required=True)
    needs = ListOf(Choice(Need), required=True)
    ceiling_fen = Fen(**_OPTIONAL)
    order_reference = Text(max=REFERENCE, **_OPTIONAL)
    loading_warehouse_org_id = IdField(**_OPTIONAL)
    loading_warehouse_name = Text(max=120, **_OPTIONAL)
    receiver_org_id = IdField(**_OPTIONAL)
    receiver_name = Text(max=120, **_OPTIONAL)


class FreightSupplyIn(Schema):
    """A lorry that is free."""

    plate = Text(min=6, max=PLATE, required=True)
    lorry_class = Choice(LorryClass, required=True)
    bed_length_mm = LengthMm(max=rules.MOST_LENGTH_MM, required=True)
    payload_g = MassG(max=rules.MOST_MASS_G, required=True)
    tare_g = MassG(max=rules.MOST_MASS_G, allow_none=True)
    equipment = ListOf(Choice(Equipment), max=len(Equipment))
    position = _adcode(required=True)
    home = _adcode(allow_none=True)
    free_from = Timestamp(required=True)
    free_until = Timestamp(allow_none=True)
    ask_fen_per_km = Fen(max=rules.MOST_ASK_FEN_PER_KM, required=True)
    fixed_fen = Fen(max=rules.MOST_FIXED_FEN, required=True)


class FreightSupplyChange(Schema):
    """What of an open supply is to be different."""

    plate = Text(min=6, max=PLATE)
    lorry_class = Choice(LorryClass)
    bed_length_mm = LengthMm(max=rules.MOST_LENGTH_MM)
    payload_g = MassG(max=rules.MOST_MASS_G)
    tare_g = MassG(max=rules.MOST_MASS_G, allow_none=True)
    equipment = ListOf(Choice(Equipment), max=len(Equipment))
    position = _adcode()
    home = _adcode(allow_none=True)
    free_from = Timestamp()
    free_until = Timestamp(allow_none=True)
    ask_fen_per_km = Fen(max=rules.MOST_ASK_FEN_PER_KM)
    fixed_fen = Fen(max=rules.MOST_FIXED_FEN)


class FreightSupplyOut(Schema):
    """A supply; owner, plate and asks are null for readers who may not see them."""

    id = IdField(required=True)
    number = Text(max=NUMBER, required=True)
    state = Choice(PostingState, required=True)
    version = Int(required=True)
    posted_at = Timestamp(required=True)
    mine = Flag(required=True)
    org_name = Text(max=120, **_OPTIONAL)
    plate = Text(max=PLATE, **_OPTIONAL)
    lorry_class = Choice(LorryClass, required=True)
    over_length = Flag(required=True)
    bed_length_mm = LengthMm(required=True)
    usable_payload_g = MassG(required=True)
    payload_g = MassG(**_OPTIONAL)
    tare_g = MassG(**_OPTIONAL)
    equipment = ListOf(Choice(Equipment), required=True)
    position = _adcode(required=True)
    home = _adcode(**_OPTIONAL)
    free_from = Timestamp(required=True)
    free_until = Timestamp(**_OPTIONAL)
    ask_fen_per_km = Fen(**_OPTIONAL)
    fixed_fen = Fen(**_OPTIONAL)


class FreightRoundIn(Schema):
    """How long the offers of a round stand, in minutes; half an hour where it is not given."""

    offer_minutes = Int(min=1, max=rules.MOST_OFFER_MINUTES)


class FreightLeftOverOut(Schema):
    """A posting that stayed without a partner, and why."""

    demand_id = IdField(**_OPTIONAL)
    supply_id = IdField(**_OPTIONAL)
    number = Text(max=NUMBER, required=True)
    reason = Choice(Reason, required=True)


class FreightRoundFiguresOut(Schema):
    """The figures of a round; the surplus is null for all but the operator."""

    id = IdField(required=True)
    held_at = Timestamp(required=True)
    offers_until = Timestamp(required=True)
    demands = Int(required=True)
    supplies = Int(required=True)
    matched = Int(required=True)
    empty_m = Int(required=True)
    loaded_m = Int(required=True)
    surplus_fen = Fen(**_OPTIONAL)


class FreightRoundOut(FreightRoundFiguresOut):
    """A round with the reader's postings left over; the operator sees all of them."""

    left_over = ListOf(Nested(FreightLeftOverOut), max=100_000, required=True)


class FreightDeclineIn(Schema):
    """Why an offer is declined."""

    reason = Text(max=REMARK, allow_none=True)


class FreightLoadOut(Schema):
    """A load; prices are null for the warehouse. Each side is shown only its own limit, but can compute the
    other's from it: the price is the midpoint.
    """

    id = IdField(required=True)
    number = Text(max=NUMBER, required=True)
    state = Choice(LoadState, required=True)
    version = Int(required=True)
    round_id = IdField(required=True)
    demand_id = IdField(required=True)
    demand_number = Text(max=NUMBER, required=True)
    supply_id = IdField(required=True)
    supply_number = Text(max=NUMBER, required=True)
    shipper_org_id = IdField(required=True)
    shipper_name = Text(max=120, required=True)
    carrier_org_id = IdField(required=True)
    carrier_name = Text(max=120, required=True)
    warehouse_org_id = IdField(**_OPTIONAL)
    side = Choice(Side, **_OPTIONAL)
    awaits_me = Flag(required=True)
    origin = _adcode(required=True)
    destination = _adcode(required=True)
    position = _adcode(required=True)
    mass_g = MassG(required=True)
    pieces = Pieces(required=True)
    longest_mm = LengthMm(required=True)
    needs = ListOf(Choice(Need), required=True)
    plate = Text(max=PLATE, required=True)
    lorry_class = Choice(LorryClass, required=True)
    over_length = Flag(required=True)
    bed_length_mm = LengthMm(required=True)
    usable_payload_g = MassG(required=True)
    load_permille = Int(max=1000, required=True)
    empty_m = Int(required=True)
    loaded_m = Int(required=True)
    distance_source = Text(max=32, required=True)
    pickup_at = Timestamp(required=True)
    delivery_at = Timestamp(required=True)
    shipper_pays_fen = Fen(**_OPTIONAL)
    carrier_receives_fen = Fen(**_OPTIONAL)
    cost_fen = Fen(**_OPTIONAL)
    ceiling_fen = Fen(**_OPTIONAL)
    expires_at = Timestamp(required=True)
    shipper_accepted_at = Timestamp(**_OPTIONAL)
    carrier_accepted_at = Timestamp(**_OPTIONAL)
    closed_at = Timestamp(**_OPTIONAL)
    declined_side = Choice(Side, **_OPTIONAL)
    decline_reason = Text(max=REMARK, **_OPTIONAL)
    waybill_id = IdField(**_OPTIONAL)
    waybill_number = Text(max=NUMBER, **_OPTIONAL)


class WaybillBundleOut(Schema):
    """A bundle on the lorry, as the yard's issue names it."""

    tag = Text(max=80, **_OPTIONAL)
    heat_number = Text(max=80, **_OPTIONAL)
    certificate_number = Text(max=80, **_OPTIONAL)
    pieces = Pieces(**_OPTIONAL)
    mass_g = MassG(**_OPTIONAL)


class WaybillLoadingOut(Schema):
    """What one issue of a yard put on the lorry."""

    issue_number = Text(max=NUMBER, required=True)
    plate = Text(max=NUMBER, **_OPTIONAL)
    mass_g = MassG(required=True)
    loaded_at = Timestamp(required=True)
    bundles = ListOf(Nested(WaybillBundleOut), required=True)


class WaybillOut(Schema):
    """A waybill with what was loaded; it holds no money."""

    id = IdField(required=True)
    number = Text(max=NUMBER, required=True)
    state = Choice(WaybillState, required=True)
    version = Int(required=True)
    load_id = IdField(required=True)
    load_number = Text(max=NUMBER, required=True)
    shipper_org_id = IdField(required=True)
    shipper_name = Text(max=120, required=True)
    carrier_org_id = IdField(required=True)
    carrier_name = Text(max=120, required=True)
    warehouse_org_id = IdField(**_OPTIONAL)
    warehouse_name = Text(max=120, **_OPTIONAL)
    receiver_org_id = IdField(**_OPTIONAL)
    receiver_name = Text(max=120, **_OPTIONAL)
    plate = Text(max=PLATE, required=True)
    lorry_class = Choice(LorryClass, required=True)
    over_length = Flag(required=True)
    origin = _adcode(required=True)
    destination = _adcode(required=True)
    mass_g = MassG(required=True)
    pieces = Pieces(required=True)
    longest_mm = LengthMm(required=True)
    order_reference = Text(max=REFERENCE, **_OPTIONAL)
    loaded_m = Int(required=True)
    distance_source = Text(max=32, required=True)
    pickup_at = Timestamp(required=True)
    delivery_at = Timestamp(required=True)
    issued_at = Timestamp(required=True)
    loaded_at = Timestamp(**_OPTIONAL)
    loaded_mass_g = MassG(**_OPTIONAL)
    delivered_at = Timestamp(**_OPTIONAL)
    received_mass_g = MassG(**_OPTIONAL)
    remark = Text(max=REMARK, **_OPTIONAL)
    loadings = ListOf(Nested(WaybillLoadingOut), required=True)


class WaybillDeliveryIn(Schema):
    """What arrived."""

    received_mass_g = MassG(max=rules.MOST_MASS_G, allow_none=True)
    remark = Text(max=REMARK, allow_none=True)
