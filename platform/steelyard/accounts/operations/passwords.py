"""Changing a password."""

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from steelyard.accounts.errors import OldPasswordWrong
from steelyard.accounts.models import BrowserSession, Membership, User
from steelyard.accounts.operations.organisations import check_password
from steelyard.accounts.secrets import hash_password, verify_password
from steelyard.core import audit
from steelyard.core.actors import Actor


def change(session: Session, actor: Actor, *, old: str, new: str, keep: str | None = None) -> None:
    """Change the actor's own password and end his other browser sessions (all but the one with hash ``keep``).

    Raises ``OldPasswordWrong`` and ``WeakPassword``.
    """
    user = session.get_one(User, actor.user_id)
    if not verify_password(user.password_hash, old):
        raise OldPasswordWrong
    check_password(new, login=user.login, name=user.name)
    _store(session, user, new, keep)
    audit.record(session, actor, "password.changed", f"user:{user.id}")


def reset(session: Session, login: str, new: str) -> None:
    """Set a password from the command line and end all of the person's sessions."""
    user = session.scalars(select(User).where(User.login == login)).one()
    check_password(new, login=user.login, name=user.name)
    _store(session, user, new, None)
    audit.record(session, None, "password.reset", f"user:{user.id}")


def _store(session: Session, user: User, password: str, keep: str | None) -> None:
    user.password_hash = hash_password(password)
    user.must_change = False
    members = select(Membership.id).where(Membership.user_id == user.id)
    session.execute(
        delete(BrowserSession).where(
            BrowserSession.membership_id.in_(members), BrowserSession.token_hash != (keep or "")
        )
    )
