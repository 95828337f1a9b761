"""The people of an installation on which the demonstration has been played."""

from sqlalchemy import select

from steelyard.accounts.models import Membership, User
from steelyard.core.actors import Actor, OrgKind, Role
from steelyard.core.database import Database

LEADS = {
    OrgKind.OPERATOR: "demo-operator",
    OrgKind.PIPE_MAKER: "demo-maker-1",
    OrgKind.TRADER: "demo-trader",
    OrgKind.MILL: "demo-mill-1",
    OrgKind.CARRIER: "demo-carrier-1",
    OrgKind.WAREHOUSE: "demo-keeper",
    OrgKind.FINANCIER: "demo-financier",
}


def leads(db: Database) -> dict[OrgKind, Actor]:
    """Return the demonstration's chief person of each kind of organisation."""
    with db.read() as session:
        query = select(Membership).join(User).where(User.login.in_(LEADS.values()))
        found = {member.user.login: _actor(member) for member in session.scalars(query)}
    return {kind: found[login] for kind, login in LEADS.items()}


def _actor(member: Membership) -> Actor:
    roles = frozenset(Role(role) for role in member.roles)
    kind = OrgKind(member.org.kind)
    return Actor(member.user_id, member.user.name, member.org_id, kind, member.org.name, roles)
