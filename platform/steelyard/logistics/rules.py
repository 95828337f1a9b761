"""Who may use the freight routes, and the limits that the freight market sets."""

from datetime import timedelta

from steelyard.api.access import rule
from steelyard.core.actors import OrgKind, Role

SHIPPERS = frozenset({OrgKind.PIPE_MAKER, OrgKind.TRADER})
RECEIVERS = SHIPPERS | {OrgKind.WAREHOUSE}
MARKET = SHIPPERS | {OrgKind.CARRIER, OrgKind.OPERATOR}

SEE_MARKET = rule("logistics:read", kinds=MARKET)
SEE_LOADS = rule("logistics:read", kinds=MARKET | {OrgKind.WAREHOUSE})
POST_DEMAND = rule("logistics:write", kinds=SHIPPERS, roles=[Role.SELLER, Role.DISPATCHER])
POST_SUPPLY = rule("logistics:write", kinds=[OrgKind.CARRIER], roles=[Role.DISPATCHER])
HOLD_ROUND = rule("logistics:write", kinds=[OrgKind.OPERATOR], roles=[Role.DISPATCHER])
ANSWER_OFFER = rule("logistics:write", kinds=SHIPPERS | {OrgKind.CARRIER}, roles=[Role.SELLER, Role.DISPATCHER])
CONFIRM_DELIVERY = rule(
    "logistics:write", kinds=RECEIVERS, roles=[Role.SELLER, Role.BUYER, Role.DISPATCHER, Role.KEEPER]
)

OFFER_TIME = timedelta(minutes=30)
"""How long an offer stands where the operator does not say; lorries are planned to start at its end."""
MOST_OFFER_MINUTES = 24 * 60
REACH = timedelta(days=365)
"""How far from now a window may lie."""

MOST_MASS_G = 200_000_000
"""200 t: four times the heaviest lorry; what is heavier is not one consignment."""
MOST_PIECES = 100_000
MOST_LENGTH_MM = 20_000
"""Longer than any bed."""
MOST_CEILING_FEN = 100_000_000
"""A million yuan for one lorry-load: forty times the longest journey in the country."""
MOST_ASK_FEN_PER_KM = 100_000
MOST_FIXED_FEN = 10_000_000
