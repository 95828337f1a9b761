"""Who may do what in the yard."""

from steelyard.api.access import rule
from steelyard.core.actors import OrgKind, Role

SEE = rule("inventory:read")
"""Everybody signed in; what he is shown is narrowed to his own yard or goods."""
SEE_YARD = rule("inventory:read", kinds={OrgKind.WAREHOUSE, OrgKind.OPERATOR})
KEEP = rule("inventory:write", kinds={OrgKind.WAREHOUSE}, roles={Role.KEEPER})
COUNT = rule("inventory:write", kinds={OrgKind.WAREHOUSE}, roles={Role.KEEPER, Role.COUNTER})
APPROVE = rule("inventory:write", kinds={OrgKind.WAREHOUSE}, roles={Role.KEEPER, Role.INSPECTOR})
HOLD = rule("inventory:write", kinds={OrgKind.WAREHOUSE}, roles={Role.INSPECTOR})
HEAD = rule("inventory:write", kinds={OrgKind.WAREHOUSE}, roles={Role.ADMIN})
"""The yard's tolerance, and a place filled beyond what it takes, are on the word of its administrator only."""
REPORT = rule("inventory:write", kinds={OrgKind.WAREHOUSE}, roles={Role.KEEPER, Role.INSPECTOR, Role.COUNTER})
"""Whoever sees a defect reports it; what is done about it is another's to propose, and yet another's to approve."""
PROPOSE = rule("inventory:write", kinds={OrgKind.WAREHOUSE}, roles={Role.KEEPER, Role.INSPECTOR})
SET_UP = rule("inventory:write", kinds={OrgKind.WAREHOUSE, OrgKind.OPERATOR}, roles={Role.KEEPER})
"""Warehouses, places and products; an organisation's admin has every role of it."""
OWNING = {OrgKind.PIPE_MAKER, OrgKind.TRADER, OrgKind.OPERATOR}
SEE_OWNED = rule("inventory:read", kinds={*OWNING, OrgKind.WAREHOUSE})
"""What owners of goods and their yards read."""
SELL = rule("inventory:write", kinds=OWNING, roles={Role.SELLER, Role.BUYER})
"""Title is given by those whose goods lie in a yard."""
END_DELIVERY = rule("inventory:write", kinds={*OWNING, OrgKind.WAREHOUSE}, roles={Role.SELLER, Role.BUYER, Role.KEEPER})
"""A delivery order is ended by its owner, or by the yard."""
TARIFF = rule("inventory:write", kinds={OrgKind.WAREHOUSE}, roles={Role.FINANCE})
"""What the yard asks for storage and handling is set by its accountant."""
ANNOUNCE = rule("inventory:write", kinds={*OWNING, OrgKind.WAREHOUSE}, roles={Role.KEEPER, Role.SELLER, Role.BUYER})
"""Goods are announced by their owner, or by the keeper to whom he has written."""
CERTIFY = rule("inventory:write", roles={Role.KEEPER, Role.INSPECTOR, Role.SELLER, Role.BUYER})
"""Certificates are filed by whoever has them: the mill, the maker, the trader, the yard."""
CAPTURE = rule("inventory:write", roles={Role.KEEPER, Role.DISPATCHER, Role.SELLER, Role.BUYER, Role.INSPECTOR})
"""Events of partners: everybody tells of his own work, whatever kind of organisation he is of."""
