"""The lives of freight documents: each table of transitions says what may follow what."""

from enum import StrEnum

from steelyard.core.i18n import N_


class PostingState(StrEnum):
    """The life of a demand or a supply: an offered one is frozen until its load is accepted, declined or expires."""

    OPEN = "open"
    OFFERED = "offered"
    BOOKED = "booked"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"


class LoadState(StrEnum):
    """The life of a load."""

    OFFERED = "offered"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    EXPIRED = "expired"


class WaybillState(StrEnum):
    """The life of a waybill."""

    ISSUED = "issued"
    LOADED = "loaded"
    DELIVERED = "delivered"


class Side(StrEnum):
    """The two sides of a load."""

    SHIPPER = "shipper"
    CARRIER = "carrier"


POSTING_TRANSITIONS: dict[PostingState, frozenset[PostingState]] = {
    PostingState.OPEN: frozenset({PostingState.OFFERED, PostingState.WITHDRAWN, PostingState.LAPSED}),
    PostingState.OFFERED: frozenset({PostingState.OPEN, PostingState.BOOKED}),
    PostingState.BOOKED: frozenset(),
    PostingState.WITHDRAWN: frozenset(),
    PostingState.LAPSED: frozenset(),
}

VISIBLE_STATES = frozenset({PostingState.OPEN, PostingState.OFFERED})
"""A posting in one of these is on the board, in summary, for everyone in the market."""

STATE_LABELS: dict[str, str] = {
    "open": N_("On the board"),
    "offered": N_("Waiting for both answers"),
    "booked": N_("Deal made"),
    "withdrawn": N_("Withdrawn"),
    "lapsed": N_("Lapsed"),
    "accepted": N_("Accepted by both"),
    "declined": N_("Declined"),
    "expired": N_("Offer expired"),
    "issued": N_("Waiting to be loaded"),
    "loaded": N_("On the road"),
    "delivered": N_("Arrived"),
}
