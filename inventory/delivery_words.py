"""The words by which pages call delivery orders, what is kept for them, and why a bundle is not; message ids."""

from inventory.allocating import Why
from inventory.states import AllocationState, DeliveryStatus, Rest
from steelyard.core.i18n import N_

STATUSES = {
    DeliveryStatus.PLACED: N_("waits for goods"),
    DeliveryStatus.ALLOCATED: N_("goods are kept"),
    DeliveryStatus.COMPLETED: N_("all handed over"),
    DeliveryStatus.CANCELLED: N_("cancelled"),
}
STATUS_BADGES = {DeliveryStatus.PLACED: "warn", DeliveryStatus.ALLOCATED: "info", DeliveryStatus.COMPLETED: "ok"}
ALLOCATIONS = {
    AllocationState.RESERVED: N_("to be picked"),
    AllocationState.PICKED: N_("picked"),
    AllocationState.ISSUED: N_("has left"),
    AllocationState.RELEASED: N_("free again"),
}
ALLOCATION_BADGES = {AllocationState.RESERVED: "warn", AllocationState.PICKED: "info", AllocationState.ISSUED: "ok"}
RESTS = {Rest.KEEP: N_("stays kept for the order"), Rest.RELEASE: N_("is free again; the order ends")}
WHYS = {
    Why.HELD: N_("held by %(reference)s"),
    Why.PROMISED: N_("kept for an order"),
    Why.QUARANTINE: N_("in quarantine"),
    Why.DEFECTIVE: N_("defective"),
    Why.NOT_AVAILABLE: N_("not available"),
    Why.NO_CERTIFICATE: N_("no certificate"),
    Why.TOO_SHORT: N_("pieces too short"),
    Why.TOO_LONG: N_("pieces too long"),
    Why.SEVERAL_HEATS: N_("several heats"),
    Why.OTHER_HEAT: N_("another heat"),
    Why.OTHER_CONDITION: N_("another condition of delivery"),
    Why.ANOTHER_LINE: N_("goes to another line"),
    Why.TOO_MUCH: N_("more than is missing"),
    Why.NOT_NEEDED: N_("not needed, came later"),
}
