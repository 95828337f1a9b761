"""Who may use the prices: everybody who is signed in reads; the operator brings documents."""

from steelyard.api.access import rule
from steelyard.core.actors import OrgKind, Role

SEE = rule("pricing:read")
BRING = rule("pricing:write", kinds=[OrgKind.OPERATOR], roles=[Role.BUYER, Role.FINANCE])
