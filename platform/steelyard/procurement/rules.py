"""Who may use the routes of group purchasing."""

from steelyard.api.access import rule
from steelyard.core.actors import OrgKind, Role

_PARTIES = [OrgKind.OPERATOR, OrgKind.PIPE_MAKER, OrgKind.MILL]

SEE = rule("procurement:read", kinds=_PARTIES)
SEE_PLEDGES = rule("procurement:read", kinds=[OrgKind.OPERATOR, OrgKind.PIPE_MAKER])
SEE_BIDS = rule("procurement:read", kinds=[OrgKind.OPERATOR, OrgKind.MILL])
RUN = rule("procurement:write", kinds=[OrgKind.OPERATOR], roles=[Role.BUYER])
PLEDGE = rule("procurement:write", kinds=[OrgKind.PIPE_MAKER], roles=[Role.BUYER])
BID = rule("procurement:write", kinds=[OrgKind.MILL], roles=[Role.SELLER])
SEE_OWN_BID = rule("procurement:read", kinds=[OrgKind.MILL])
