"""Changing a password."""

from dataclasses import dataclass

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from steelyard.accounts.errors import OldPasswordWrong
from steelyard.accounts.models import BrowserSession, Membership, User
from steelyard.accounts.operations.organisations import check_password
from steelyard.accounts.secrets import hash_password, verify_password
from steelyard.core import audit
from steelyard.core.actors import Actor


@dataclass(frozen=True, slots=True)
class Worked:
    """What the slow hash found out: whether the old password opens ``stored``, and the hash of the new one."""

    stored: str
    right: bool
    new_hash: str


def work_out(session: Session, actor: Actor, *, old: str, new: str) -> Worked:
    """Do the slow part of :func:`change`, which needs no lock and changes nothing."""
    stored = session.get_one(User, actor.user_id).password_hash
    right = verify_password(stored, old)
    return Worked(stored, right, hash_password(new) if right else "")


def change(session: Session, actor: Actor, worked: Worked, *, new: str, keep: str | None = None) -> None:
    """Change the actor's own password and end his other browser sessions (all but the one with hash ``keep``).

    Raises ``OldPasswordWrong``, also where it was changed meanwhile, and ``WeakPassword``.
    """
    user = session.get_one(User, actor.user_id, with_for_update=True)
    if not worked.right or user.password_hash != worked.stored:
        raise OldPasswordWrong
    check_password(new, login=user.login, name=user.name)
    _store(session, user, worked.new_hash, keep)
    audit.record(session, actor, "password.changed", f"user:{user.id}")


def reset(session: Session, login: str, new: str) -> None:
    """Set a password from the command line and end all of the person's sessions."""
    user = session.scalars(select(User).where(User.login == login)).one()
    check_password(new, login=user.login, name=user.name)
    _store(session, user, hash_password(new), None)
    audit.record(session, None, "password.reset", f"user:{user.id}")


def _store(session: Session, user: User, password_hash: str, keep: str | None) -> None:
    user.password_hash = password_hash
    user.must_change = False
    members = select(Membership.id).where(Membership.user_id == user.id)
    session.execute(
        delete(BrowserSession).where(
            BrowserSession.membership_id.in_(members), BrowserSession.token_hash != (keep or "")
        )
    )
