"""Who acts: the caller's organisation, its kind and his roles."""

from dataclasses import dataclass
from enum import StrEnum


class OrgKind(StrEnum):
    """Kinds of organisation (平台运营方、钢管企业、贸易商、钢厂、承运人、仓储方、资金方)."""

    OPERATOR = "operator"
    PIPE_MAKER = "pipe_maker"
    TRADER = "trader"
    MILL = "mill"
    CARRIER = "carrier"
    WAREHOUSE = "warehouse"
    FINANCIER = "financier"


class Role(StrEnum):
    """Roles of a member within his organisation."""

    ADMIN = "admin"
    BUYER = "buyer"
    SELLER = "seller"
    DISPATCHER = "dispatcher"
    KEEPER = "keeper"
    INSPECTOR = "inspector"
    COUNTER = "counter"
    FINANCE = "finance"
    AUDITOR = "auditor"
    VIEWER = "viewer"


@dataclass(frozen=True, slots=True)
class Actor:
    """The person (or program) on whose behalf something is done, in one organisation.

    ``scopes`` is ``None`` for a browser session, which may do all that the roles allow; an API token
    may do no more than its scopes.
    """

    user_id: int
    user_name: str
    org_id: int
    org_kind: OrgKind
    org_name: str
    roles: frozenset[Role]
    scopes: frozenset[str] | None = None
    locale: str = "zh"

    @property
    def is_operator(self) -> bool:
        """Whether the organisation runs the platform and so sees all that is opened."""
        return self.org_kind is OrgKind.OPERATOR

    def has_role(self, *roles: Role) -> bool:
        """Whether the actor has at least one of ``roles``."""
        return not self.roles.isdisjoint(roles)
