"""Founding organisations and naming their people."""

import secrets

from sqlalchemy import Select, delete, select, update
from sqlalchemy.orm import Session

from steelyard.accounts.errors import LastAdmin, LoginTaken, NameTaken, OwnOrganisation, WeakPassword
from steelyard.accounts.models import ApiToken, BrowserSession, Membership, Organisation, User
from steelyard.accounts.secrets import LONGEST_PASSWORD, SHORTEST_PASSWORD, hash_password
from steelyard.core import audit
from steelyard.core.actors import Actor, OrgKind, Role
from steelyard.core.clock import utc_now
from steelyard.core.errors import NotFound


def found(session: Session, actor: Actor | None, *, kind: OrgKind, name: str) -> Organisation:
    """Found an organisation; ``actor`` is ``None`` for the command line. Raises ``NameTaken``."""
    if session.scalar(select(Organisation.id).where(Organisation.name == name)) is not None:
        raise NameTaken(name=name)
    organisation = Organisation(kind=kind.value, name=name, active=True, created_at=utc_now())
    session.add(organisation)
    session.flush()
    audit.record(session, actor, "organisation.founded", f"organisation:{organisation.id}", {"kind": kind.value})
    return organisation


def set_active(session: Session, actor: Actor, organisation: Organisation, *, active: bool) -> Organisation:
    """Switch an organisation off or on; switched off, its people's sessions and tokens end for good.

    Raises ``OwnOrganisation``: nobody could undo that.
    """
    if organisation.id == actor.org_id and not active:
        raise OwnOrganisation
    organisation.active = active
    if not active:
        end_proofs(session, select(Membership.id).where(Membership.org_id == organisation.id))
    audit.record(session, actor, "organisation.switched", f"organisation:{organisation.id}", {"active": active})
    return organisation


def create_user(
    session: Session,
    actor: Actor | None,
    *,
    login: str,
    name: str,
    password: str | None = None,
    password_hash: str | None = None,
    locale: str = "zh",
) -> tuple[User, str]:
    """Create a person; return him and his password, which is made up where none is given (and must be changed).

    ``password_hash`` is the password's, where it was worked out before.

    Raises ``LoginTaken`` and ``WeakPassword``.
    """
    if session.scalar(select(User.id).where(User.login == login)) is not None:
        raise LoginTaken(login=login)
    chosen = password or secrets.token_urlsafe(12)
    check_password(chosen, login=login, name=name)
    user = User(
        login=login,
        name=name,
        password_hash=password_hash or hash_password(chosen),
        locale=locale,
        active=True,
        must_change=password is None,
        created_at=utc_now(),
    )
    session.add(user)
    session.flush()
    audit.record(session, actor, "user.created", f"user:{user.id}", {"login": login})
    return user, chosen


def check_password(password: str, *, login: str, name: str) -> None:
    """Raise ``WeakPassword`` for one that is short or endless, or the login or name again."""
    plain = password.casefold()
    same = len(set(plain)) < 4 or login.casefold() in plain or name.casefold() == plain
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD or same:
        raise WeakPassword(least=SHORTEST_PASSWORD, most=LONGEST_PASSWORD)


def join(session: Session, actor: Actor | None, *, user: User, org: Organisation, roles: list[Role]) -> Membership:
    """Make a person a member with ``roles``; a member who was switched off comes back with them."""
    member = session.scalar(select(Membership).where(Membership.user_id == user.id, Membership.org_id == org.id))
    if member is None:
        member = Membership(user=user, org=org, roles=[], active=True, created_at=utc_now())
        session.add(member)
    member.roles = sorted(role.value for role in roles)
    member.active = True
    session.flush()
    audit.record(session, actor, "member.joined", f"member:{member.id}", {"roles": member.roles})
    return member


def change_member(
    session: Session, actor: Actor, member: Membership, *, roles: list[Role] | None, active: bool | None
) -> Membership:
    """Change a member's roles or switch him off. Raises ``NotFound`` for another's member and ``LastAdmin``."""
    if member.org_id != actor.org_id and not actor.is_operator:
        raise NotFound
    if roles is not None:
        member.roles = sorted({role.value for role in roles})
    if active is not None:
        member.active = active
    if not member.active:
        end_proofs(session, select(Membership.id).where(Membership.id == member.id))
    session.flush()
    _keep_an_admin(session, member.org_id)
    audit.record(
        session,
        actor,
        "member.changed",
        f"member:{member.id}",
        {"roles": member.roles, "active": member.active},
    )
    return member


def end_proofs(session: Session, members: Select[int]) -> None:
    """End the browser sessions and tokens of ``members``; switching them on again does not bring them back."""
    session.execute(delete(BrowserSession).where(BrowserSession.membership_id.in_(members)))
    live = update(ApiToken).where(ApiToken.membership_id.in_(members), ApiToken.revoked_at.is_(None))
    session.execute(live.values(revoked_at=utc_now()), execution_options={"synchronize_session": False})


def _keep_an_admin(session: Session, org_id: int) -> None:
    """Check under lock, so that two administrators cannot dismiss each other at the same moment."""
    session.execute(select(Organisation.id).where(Organisation.id == org_id).with_for_update())
    rows = session.scalars(select(Membership.roles).where(Membership.org_id == org_id, Membership.active)).all()
    if not any(Role.ADMIN.value in roles for roles in rows):
        raise LastAdmin
