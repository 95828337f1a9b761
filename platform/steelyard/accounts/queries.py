"""Reading organisations, members, tokens and the audit trail, bound to the caller's organisation."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Select, func, or_, select
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


def directory(
    session: Session, actor: Actor, words: str, behind: int | None, limit: int
) -> tuple[Sequence[tuple[Organisation, int]], int | None]:
    """Return a page of organisations, each with its number of members, and the id behind which the next begins."""
    count = select(func.count()).where(Membership.org_id == Organisation.id, Membership.active).scalar_subquery()
    query = organisations(actor).add_columns(count).order_by(Organisation.id).limit(limit + 1)
    if words:
        query = query.where(Organisation.name.contains(words, autoescape=True))
    if behind is not None:
        query = query.where(Organisation.id > behind)
    rows = [(organisation, members) for organisation, members in session.execute(query)]
    return rows[:limit], (rows[limit - 1][0].id if len(rows) > limit else None)


@dataclass(frozen=True, slots=True)
class Act:
    """An entry of the audit trail with the names of who did it, or None for the system itself."""

    entry: AuditEntry
    user_name: str | None
    org_name: str | None


def latest_audit(
    session: Session, actor: Actor, words: str, behind: int | None, limit: int
) -> tuple[Sequence[Act], int | None]:
    """Return a page of the audit trail, the latest first, narrowed by a piece of the action or of the subject."""
    query = (
        audit_trail(actor)
        .outerjoin(User, User.id == AuditEntry.user_id)
        .outerjoin(Organisation, Organisation.id == AuditEntry.org_id)
        .add_columns(User.name, Organisation.name)
        .order_by(AuditEntry.id.desc())
        .limit(limit + 1)
    )
    if words:
        contains = (column.contains(words, autoescape=True) for column in (AuditEntry.action, AuditEntry.subject))
        query = query.where(or_(*contains))
    if behind is not None:
        query = query.where(AuditEntry.id < behind)
    rows = [Act(*row) for row in session.execute(query)]
    return rows[:limit], (rows[limit - 1].entry.id if len(rows) > limit else None)
