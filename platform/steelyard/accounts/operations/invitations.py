"""Inviting people by a link, good once and for a week."""

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from steelyard.accounts.errors import InvitationUnusable
from steelyard.accounts.models import Invitation, Membership, Organisation
from steelyard.accounts.operations import organisations
from steelyard.accounts.secrets import hash_password, new_token, token_hash
from steelyard.core import audit
from steelyard.core.actors import Actor, Role
from steelyard.core.clock import utc_now

LIFETIME = timedelta(days=7)


def invite(
    session: Session, actor: Actor, *, roles: list[Role], org: Organisation | None = None
) -> tuple[Invitation, str]:
    """Make an invitation into the actor's organisation (the operator: into ``org``); return it and its token."""
    text = new_token()
    now = utc_now()
    invitation = Invitation(
        token_hash=token_hash(text),
        org_id=org.id if org is not None and actor.is_operator else actor.org_id,
        roles=sorted({role.value for role in roles}),
        invited_by=actor.user_id,
        created_at=now,
        expires_at=now + LIFETIME,
    )
    session.add(invitation)
    session.flush()
    audit.record(session, actor, "invitation.made", f"invitation:{invitation.id}", {"roles": invitation.roles})
    return invitation, text


def usable(session: Session, token: str, *, lock: bool = False) -> Invitation:
    """Return the open invitation of ``token``; raise ``InvitationUnusable``."""
    query = select(Invitation).where(
        Invitation.token_hash == token_hash(token),
        Invitation.accepted_at.is_(None),
        Invitation.expires_at > utc_now(),
    )
    invitation = session.scalar(query.with_for_update() if lock else query)
    if invitation is None:
        raise InvitationUnusable
    return invitation


def work_out(session: Session, *, token: str, password: str) -> str | None:
    """Do the slow part of :func:`accept`, which needs no lock: hash the password, for a good invitation alone."""
    try:
        usable(session, token)
    except InvitationUnusable:
        return None
    return hash_password(password)


def accept(
    session: Session,
    password_hash: str | None,
    *,
    token: str,
    login: str,
    name: str,
    password: str,
    locale: str = "zh",
) -> Membership:
    """Create the invited person and make him a member; the invitation is used up.

    ``password_hash`` is what :func:`work_out` returned.

    Raises ``InvitationUnusable``, ``LoginTaken`` and ``WeakPassword``.
    """
    invitation = usable(session, token, lock=True)
    user, _ = organisations.create_user(
        session, None, login=login, name=name, password=password, password_hash=password_hash, locale=locale
    )
    org = session.get_one(Organisation, invitation.org_id)
    invitation.accepted_at = utc_now()
    return organisations.join(session, None, user=user, org=org, roles=[Role(role) for role in invitation.roles])
