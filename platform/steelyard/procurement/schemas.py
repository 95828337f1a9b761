"""What the API of group purchasing reads and answers."""

from marshmallow import fields

from steelyard.api.fields import (
    LARGEST,
    Choice,
    Day,
    FenPerT,
    Flag,
    IdField,
    Int,
    ListOf,
    MassG,
    Nested,
    Text,
    Timestamp,
)
from steelyard.api.schemas import PageQuery, Schema
from steelyard.procurement.lifecycle import State
from steelyard.procurement.models import AwardState, DeliveryState, Material

MOST_LINES = 30
MOST_MASS_G = 10**12
MOST_PERMILLE = 200
"""Most that a contract lets the weighbridge be off."""
LOT_LEAST_G, LOT_MOST_G = 1_000, 10**9
DIGEST = "[0-9a-f]{64}"


class CampaignQuery(PageQuery):
    """Filters of the list of campaigns."""

    state = Choice(State)


class CampaignLineIn(Schema):
    """A product of a new campaign."""

    kind = Choice(Material, required=True)
    grade = Text(max=40, required=True)
    size = Text(max=40, required=True)
    standard = Text(max=60, required=True)
    lot_g = MassG(min=LOT_LEAST_G, max=LOT_MOST_G, required=True)
    delivery_from = Day(required=True)
    delivery_to = Day(required=True)


class CampaignLineOut(CampaignLineIn):
    """A product of a campaign."""

    id = IdField(required=True)
    position = Int(min=1, max=MOST_LINES, required=True)


class CampaignIn(Schema):
    """A new campaign; without ``opens_at`` it opens as soon as it is published.

    ``tolerance_permille`` is what the contract says of the yard's weighbridge; without it the yard's own holds.
    """

    title = Text(max=120, required=True)
    opens_at = Timestamp()
    pledge_deadline = Timestamp(required=True)
    bid_deadline = Timestamp(required=True)
    tolerance_permille = Int(max=MOST_PERMILLE)
    lines = ListOf(Nested(CampaignLineIn), min=1, max=MOST_LINES, required=True)


class CampaignPatch(Schema):
    """Changes of a draft, or later deadlines of a published campaign."""

    title = Text(max=120)
    opens_at = Timestamp()
    pledge_deadline = Timestamp()
    bid_deadline = Timestamp()
    tolerance_permille = Int(max=MOST_PERMILLE, allow_none=True)


class CampaignOut(Schema):
    """A campaign. ``receipts_root`` and ``tie_seed`` are published when the bids are closed."""

    id = IdField(required=True)
    number = Text(max=24, required=True)
    title = Text(max=120, required=True)
    state = Choice(State, required=True)
    opens_at = Timestamp(required=True)
    pledge_deadline = Timestamp(required=True)
    bid_deadline = Timestamp(required=True)
    published_at = Timestamp(required=True, allow_none=True)
    receipts_root = Text(max=64, pattern=DIGEST, required=True, allow_none=True)
    tie_seed = Text(max=64, pattern=DIGEST, required=True, allow_none=True)
    ended_reason = Text(max=500, multiline=True, required=True, allow_none=True)
    tolerance_permille = Int(max=MOST_PERMILLE, required=True, allow_none=True)
    version = Int(min=1, required=True)
    lines = ListOf(Nested(CampaignLineOut), max=MOST_LINES, required=True)


class PooledLine(Schema):
    """What is pledged for a line in all; null while the caller may not see it."""

    line_id = IdField(required=True)
    position = Int(min=1, max=MOST_LINES, required=True)
    pooled_g = Int(required=True, allow_none=True)


class CampaignProgressOut(Schema):
    """How far a campaign is: pooled totals, officers appointed, approvals given."""

    state = Choice(State, required=True)
    lines = ListOf(Nested(PooledLine), max=MOST_LINES, required=True)
    officers = Int(max=2, required=True)
    approvals = Int(max=2, required=True)


class OpeningPassphrase(Schema):
    """An officer's opening passphrase; it is never stored."""

    passphrase = Text(min=12, max=200, required=True, load_only=True)


class CampaignReason(Schema):
    """Why."""

    reason = Text(max=500, multiline=True, required=True)


class PledgePatch(Schema):
    """A pledge's quantity and the highest price the member will pay."""

    mass_g = MassG(max=MOST_MASS_G, required=True)
    ceiling_fen_per_t = FenPerT(required=True)


class PledgeIn(PledgePatch):
    """A firm pledge for a line."""

    line_id = IdField(required=True)


class PledgeOut(PledgeIn):
    """A standing pledge."""

    id = IdField(required=True)
    campaign_id = IdField(required=True)
    org_id = IdField(required=True)
    org_name = fields.String(attribute="org.name", required=True)
    pledged_at = Timestamp(required=True)
    version = Int(min=1, required=True)


class BidLineIn(Schema):
    """A price and a capacity for a line."""

    line_id = IdField(required=True)
    price_fen_per_t = FenPerT(required=True)
    capacity_g = MassG(max=MOST_MASS_G, required=True)


class BidIn(Schema):
    """A mill's bid; ``nonce`` is its own random secret of 64 hex digits, kept to prove the bid by its receipt."""

    capacity_g = MassG(max=MOST_MASS_G, required=True)
    lines = ListOf(Nested(BidLineIn), min=1, max=MOST_LINES, required=True)
    nonce = Text(min=64, max=64, pattern=DIGEST, required=True, load_only=True)


class BidReceiptOut(Schema):
    """The receipt of a sealed bid: SHA-256(canonical bid ‖ nonce)."""

    campaign_id = IdField(required=True)
    receipt = Text(max=64, pattern=DIGEST, required=True)
    received_at = Timestamp(required=True)


class BidOut(Schema):
    """An opened bid; without capacity and lines if it could not be read."""

    id = IdField(required=True)
    number = Text(max=24, required=True)
    org_id = IdField(required=True)
    org_name = fields.String(attribute="org.name", required=True)
    receipt = Text(max=64, pattern=DIGEST, required=True)
    received_at = Timestamp(required=True)
    capacity_g = Int(required=True, allow_none=True)
    lines = ListOf(Nested(BidLineIn), max=MOST_LINES, required=True)


class ProposalIn(Schema):
    """A proposal to award; the reason is needed with fewer than three readable bids."""

    reason = Text(max=500, multiline=True)


class AwardTotalOut(Schema):
    """A line's result. ``leftover_fen`` is what members pay less what mills are paid."""

    line_id = IdField(required=True)
    pledged_g = Int(required=True)
    won_g = Int(required=True)
    price_fen_per_t = FenPerT(required=True, allow_none=True)
    leftover_fen = Int(min=-LARGEST, required=True)


class AwardLineOut(Schema):
    """What a mill wins of a line."""

    bid_number = fields.String(attribute="bid.number", required=True)
    org_id = IdField(required=True)
    org_name = fields.String(attribute="org.name", required=True)
    line_id = IdField(required=True)
    mass_g = Int(required=True)
    price_fen_per_t = FenPerT(required=True)
    amount_fen = Int(required=True)


class AwardOut(Schema):
    """An award; ``totals`` and ``lines`` hold what the caller may see."""

    id = IdField(required=True)
    campaign_id = IdField(required=True)
    state = Choice(AwardState, required=True)
    reason = Text(max=500, multiline=True, required=True, allow_none=True)
    proposed_at = Timestamp(required=True)
    decided_at = Timestamp(required=True, allow_none=True)
    totals = ListOf(Nested(AwardTotalOut), max=MOST_LINES, required=True)
    lines = ListOf(Nested(AwardLineOut), max=10_000, required=True)
    version = Int(min=1, required=True)


class AllocationOut(Schema):
    """A member's share of a line; 0 g with ``over_ceiling`` where the price passed his ceiling."""

    id = IdField(required=True)
    pledge_id = IdField(required=True)
    org_id = IdField(required=True)
    org_name = fields.String(attribute="org.name", required=True)
    line_id = IdField(required=True)
    pledged_g = Int(required=True)
    mass_g = Int(required=True)
    price_fen_per_t = FenPerT(required=True, allow_none=True)
    amount_fen = Int(required=True)
    over_ceiling = Flag(required=True)


class DeliveryQuery(PageQuery):
    """Filters of the list of deliveries."""

    campaign_id = IdField()
    state = Choice(DeliveryState)


class DeliveryReceiptOut(Schema):
    """A warehouse receipt posted against a delivery; what was reversed of one is an entry below zero."""

    receipt_number = Text(max=24, required=True)
    mass_g = Int(min=-LARGEST, required=True)
    posted_at = Timestamp(required=True)


class DeliveryOut(Schema):
    """What one mill delivers to one member of one line."""

    id = IdField(required=True)
    number = Text(max=24, required=True)
    campaign_id = IdField(required=True)
    line_id = IdField(required=True)
    mill_org_id = IdField(required=True)
    mill_name = fields.String(attribute="mill.name", required=True)
    member_org_id = IdField(required=True)
    member_name = fields.String(attribute="member.name", required=True)
    mass_g = Int(required=True)
    received_g = Int(required=True)
    state = Choice(DeliveryState, required=True)
    receipts = ListOf(Nested(DeliveryReceiptOut), max=1000, required=True)
    version = Int(min=1, required=True)
