"""Who may use the prices: all read and follow; the operator brings documents and decides on holds."""

from steelyard.api.access import rule
from steelyard.core.actors import OrgKind, Role

SEE = rule("pricing:read")
BRING = rule("pricing:write", kinds=[OrgKind.OPERATOR], roles=[Role.BUYER, Role.FINANCE])
AGREE = rule(
    "pricing:write",
    kinds=[OrgKind.OPERATOR, OrgKind.PIPE_MAKER, OrgKind.TRADER, OrgKind.MILL],
    roles=[Role.BUYER, Role.SELLER, Role.FINANCE],
)
"""Who keeps contracts priced by formula, and prices them; everybody of the organisation reads them."""
GOVERN = rule("pricing:write", kinds=[OrgKind.OPERATOR], roles=[Role.FINANCE])
"""Who defines indexes and signs their values off."""
KEEP_KEYS = rule("pricing:write", kinds=[OrgKind.OPERATOR], roles=[])
"""The keys of sources are brought by the operator's administrators alone."""
WATCH = rule("pricing:read", kinds=[OrgKind.OPERATOR])
"""Figures that are held back, and alarms: seen by the operator's people."""
DECIDE = rule("pricing:write", kinds=[OrgKind.OPERATOR], roles=[Role.BUYER, Role.FINANCE])
"""Proposing and confirming what becomes of a held figure; setting calendars right."""
FOLLOW = rule("pricing:write")
ADMINISTER = rule("pricing:write", roles=[Role.ADMIN])
