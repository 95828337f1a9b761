"""Who plays in the demonstration: organisations of all seven kinds, all of them invented and named so."""

import secrets
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from steelyard.accounts.models import ApiToken, Membership, Organisation, User
from steelyard.accounts.operations import organisations, passwords, tokens
from steelyard.accounts.secrets import token_hash
from steelyard.cli.demo.notebook import Notebook
from steelyard.core.actors import OrgKind, Role
from steelyard.core.clock import utc_now

TOKEN_DAYS = 30


@dataclass(frozen=True, slots=True)
class Part:
    """One person: his login, name, organisation and roles; ``shown`` ones are named for signing in."""

    login: str
    name: str
    org: str
    kind: OrgKind
    roles: tuple[Role, ...]
    shown: bool = False


OPERATOR = "示例集采平台"
WAREHOUSE = "示例钢管公共仓"
MAKERS = ("示例钢管一厂", "示例钢管二厂", "示例钢管三厂", "示例钢管四厂")
MILLS = ("示例钢厂甲", "示例钢厂乙", "示例钢厂丙")
CARRIERS = ("示例物流东", "示例物流西")

PARTS = (
    Part("demo-operator", "王平", OPERATOR, OrgKind.OPERATOR, (Role.ADMIN,), shown=True),
    Part("demo-officer", "李正", OPERATOR, OrgKind.OPERATOR, (Role.BUYER, Role.AUDITOR)),
    Part("demo-maker-1", "张一", MAKERS[0], OrgKind.PIPE_MAKER, (Role.ADMIN,), shown=True),
    Part("demo-maker-2", "张二", MAKERS[1], OrgKind.PIPE_MAKER, (Role.BUYER, Role.DISPATCHER)),
    Part("demo-maker-3", "张三", MAKERS[2], OrgKind.PIPE_MAKER, (Role.BUYER, Role.DISPATCHER)),
    Part("demo-maker-4", "张四", MAKERS[3], OrgKind.PIPE_MAKER, (Role.BUYER, Role.DISPATCHER)),
    Part("demo-mill-1", "赵甲", MILLS[0], OrgKind.MILL, (Role.ADMIN,), shown=True),
    Part("demo-mill-2", "赵乙", MILLS[1], OrgKind.MILL, (Role.SELLER,)),
    Part("demo-mill-3", "赵丙", MILLS[2], OrgKind.MILL, (Role.SELLER,)),
    Part("demo-trader", "孙立", "示例贸易行", OrgKind.TRADER, (Role.ADMIN,), shown=True),
    Part("demo-carrier-1", "周东", CARRIERS[0], OrgKind.CARRIER, (Role.ADMIN,), shown=True),
    Part("demo-carrier-2", "周西", CARRIERS[1], OrgKind.CARRIER, (Role.DISPATCHER,)),
    Part("demo-keeper", "钱库", WAREHOUSE, OrgKind.WAREHOUSE, (Role.ADMIN,), shown=True),
    Part("demo-counter", "钱点", WAREHOUSE, OrgKind.WAREHOUSE, (Role.COUNTER,)),
    Part("demo-financier", "吴信", "示例资金方", OrgKind.FINANCIER, (Role.ADMIN,), shown=True),
)


def engage(session: Session, notebook: Notebook) -> None:
    """Create whoever is missing, and give everybody a token; passwords and tokens stand in the notebook alone.

    A notebook of which this database knows no token belongs to another one, and is begun anew.
    """
    if not any(_is_known(session, token) for token in notebook.tokens.values()):
        notebook.begin_anew()
    for part in PARTS:
        org = session.scalar(select(Organisation).where(Organisation.name == part.org))
        if org is None:
            org = organisations.found(session, None, kind=part.kind, name=part.org)
        member = _member(session, part, org, notebook)
        notebook.org_ids[part.org] = org.id
        if not _is_good(session, notebook.tokens.get(part.login)):
            _, text = tokens.create(session, None, member, name="demo", scopes=["*"], days=TOKEN_DAYS)
            notebook.tokens[part.login] = text


def _member(session: Session, part: Part, org: Organisation, notebook: Notebook) -> Membership:
    user = session.scalar(select(User).where(User.login == part.login))
    is_new_here = part.login not in notebook.passwords
    password = notebook.passwords.setdefault(part.login, secrets.token_urlsafe(9))
    if user is not None and is_new_here:
        passwords.reset(session, part.login, password)
    if user is None:
        user, _ = organisations.create_user(session, None, login=part.login, name=part.name, password=password)
    known = session.scalar(select(Membership).where(Membership.user_id == user.id, Membership.org_id == org.id))
    return known or organisations.join(session, None, user=user, org=org, roles=list(part.roles))


def _is_known(session: Session, token: str) -> bool:
    return session.scalar(select(ApiToken.id).where(ApiToken.token_hash == token_hash(token))) is not None


def _is_good(session: Session, token: str | None) -> bool:
    """Whether a kept token still has a day to live."""
    if token is None:
        return False
    query = select(ApiToken.id).where(
        ApiToken.token_hash == token_hash(token),
        ApiToken.revoked_at.is_(None),
        ApiToken.expires_at > utc_now() + timedelta(days=1),
    )
    return session.scalar(query) is not None
