"""What states and materials are called on pages, as message ids, and in which tone a state is shown."""

from steelyard.core.i18n import N_
from steelyard.procurement.lifecycle import State
from steelyard.procurement.models import DeliveryState, Material

STATE_NAMES = {
    State.DRAFT: N_("Draft"),
    State.OPEN: N_("Taking pledges"),
    State.LOCKED: N_("Taking bids"),
    State.BIDS_CLOSED: N_("Bids closed"),
    State.OPENED: N_("Bids opened"),
    State.AWARD_PROPOSED: N_("Award proposed"),
    State.AWARDED: N_("Awarded"),
    State.PERFORMING: N_("Being delivered"),
    State.CLOSED: N_("Closed"),
    State.CANCELLED: N_("Cancelled"),
    State.FAILED_VOLUME: N_("Failed: no pledges"),
    State.FAILED_BIDS: N_("Failed: no bids"),
}
STATE_TONES = {
    State.OPEN: "info",
    State.LOCKED: "info",
    State.BIDS_CLOSED: "warn",
    State.OPENED: "warn",
    State.AWARD_PROPOSED: "warn",
    State.AWARDED: "ok",
    State.PERFORMING: "ok",
    State.CLOSED: "ok",
    State.CANCELLED: "bad",
    State.FAILED_VOLUME: "bad",
    State.FAILED_BIDS: "bad",
}
MATERIAL_NAMES = {
    Material.ROUND_BILLET: N_("Round tube billet"),
    Material.SQUARE_BILLET: N_("Square billet"),
    Material.STRIP: N_("Strip"),
    Material.COIL: N_("Hot-rolled coil"),
}
DELIVERY_NAMES = {
    DeliveryState.EXPECTED: N_("Expected"),
    DeliveryState.PARTIAL: N_("Partly received"),
    DeliveryState.RECEIVED: N_("Received"),
}
DELIVERY_TONES = {DeliveryState.PARTIAL: "warn", DeliveryState.RECEIVED: "ok"}
