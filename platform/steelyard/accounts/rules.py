"""Who may use the accounts' routes."""

from steelyard.api.access import rule
from steelyard.core.actors import OrgKind, Role

ANYONE = rule("accounts:read")
SELF = rule("accounts:write")
OWN_ACCOUNT = rule("accounts:read", first=True)
OWN_PASSWORD = rule("accounts:write", first=True)
MANAGE = rule("accounts:write", roles=[Role.ADMIN])
FOUND_ORGANISATIONS = rule("accounts:write", kinds=[OrgKind.OPERATOR], roles=[Role.ADMIN])
READ_AUDIT = rule("audit:read", roles=[Role.AUDITOR])
