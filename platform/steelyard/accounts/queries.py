"""Reading organisations, members, tokens and the audit trail, bound to the caller's organisation."""

from collections.abc import Sequence

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from steelyard.accounts.models import ApiToken, Membership, Organisation, User
from steelyard.core.actors import Actor
from steelyard.core.audit import AuditEntry
from steelyard.core.errors import NotFound


def organisations(actor: Actor) -> Select[Organisation]:
    """Select the organisations of the platform: names and kinds are known to every member of it."""
    query = select(Organisation)
    return query if actor.is_operator else query.where(Organisation.active)


def organisation(session: Session, actor: Actor, org_id: int) -> Organisation:
    """Return one organisation; raise ``NotFound``."""
    found = session.scalar(organisations(actor).where(Organisation.id == org_id))
    if found is None:
        raise NotFound
    return found


def members(actor: Actor) -> Select[Membership]:
    """Select the members of the caller's organisation."""
    return select(Membership).where(Membership.org_id == actor.org_id)


def member(session: Session, actor: Actor, member_id: int) -> Membership:
    """Return one member of the caller's organisation (the operator: of any); raise ``NotFound``."""
    query = select(Membership) if actor.is_operator else members(actor)
    found = session.scalar(query.where(Membership.id == member_id))
    if found is None:
        raise NotFound
    return found


def own_membership(session: Session, actor: Actor) -> Membership:
    """Return the membership by which the actor acts."""
    return session.scalars(members(actor).where(Membership.user_id == actor.user_id)).one()


def memberships(session: Session, actor: Actor) -> Sequence[Membership]:
    """Return the actor's places in all organisations."""
    query = select(Membership).join(Organisation).where(Membership.user_id == actor.user_id, Membership.active)
    return session.scalars(query.where(Organisation.active).order_by(Membership.id)).all()


def tokens(actor: Actor) -> Select[ApiToken]:
    """Select the actor's own tokens that were not revoked."""
    own = select(Membership.id).where(Membership.user_id == actor.user_id)
    return select(ApiToken).where(ApiToken.membership_id.in_(own), ApiToken.revoked_at.is_(None))


def audit_trail(actor: Actor) -> Select[AuditEntry]:
    """Select the audit entries of the caller's organisation; an operator's auditor sees all."""
    query = select(AuditEntry)
    return query if actor.is_operator else query.where(AuditEntry.org_id == actor.org_id)


def user_by_login(session: Session, login: str) -> User:
    """Return a person by login; raise ``NotFound``."""
    user = session.scalar(select(User).where(User.login == login))
    if user is None:
        raise NotFound
    return user
