"""What kinds of organisation and roles are called on pages, as message ids."""

from steelyard.core.actors import OrgKind, Role
from steelyard.core.i18n import N_

KIND_NAMES = {
    OrgKind.OPERATOR: N_("Platform operator"),
    OrgKind.PIPE_MAKER: N_("Pipe maker"),
    OrgKind.TRADER: N_("Pipe trader"),
    OrgKind.MILL: N_("Steel mill"),
    OrgKind.CARRIER: N_("Carrier"),
    OrgKind.WAREHOUSE: N_("Warehouse"),
    OrgKind.FINANCIER: N_("Financier"),
}

ROLE_NAMES = {
    Role.ADMIN: N_("Administrator"),
    Role.BUYER: N_("Buyer"),
    Role.SELLER: N_("Seller"),
    Role.DISPATCHER: N_("Dispatcher"),
    Role.KEEPER: N_("Store keeper"),
    Role.INSPECTOR: N_("Quality inspector"),
    Role.COUNTER: N_("Stock counter"),
    Role.FINANCE: N_("Finance officer"),
    Role.AUDITOR: N_("Auditor"),
    Role.VIEWER: N_("Viewer"),
}
