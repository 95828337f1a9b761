"""Tokens for programs."""

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from steelyard.accounts.errors import ScopeTooWide, UnknownScope
from steelyard.accounts.models import ApiToken, Membership
from steelyard.accounts.secrets import new_token, token_hash
from steelyard.api.access import covers
from steelyard.core import audit
from steelyard.core.actors import Actor
from steelyard.core.clock import utc_now
from steelyard.core.errors import NotFound

LONGEST_DAYS = 366
AREAS = ("accounts", "audit", "events", "pricing", "procurement", "inventory", "logistics")


def create(
    session: Session, actor: Actor | None, member: Membership, *, name: str, scopes: list[str], days: int
) -> tuple[ApiToken, str]:
    """Make a token for ``member``; return its row and its text, which is shown this once.

    A token made with a token gets no more than that one has. Raises ``UnknownScope`` and ``ScopeTooWide``.
    """
    for scope in scopes:
        _check(scope)
    held = None if actor is None else actor.scopes
    if held is not None and not all(covers(held, scope) for scope in scopes):
        raise ScopeTooWide
    text = new_token()
    now = utc_now()
    token = ApiToken(
        token_hash=token_hash(text),
        membership_id=member.id,
        name=name,
        scopes=sorted(set(scopes)),
        created_at=now,
        expires_at=now + timedelta(days=min(days, LONGEST_DAYS)),
    )
    session.add(token)
    session.flush()
    audit.record(session, actor, "token.created", f"token:{token.id}", {"scopes": token.scopes})
    return token, text


def _check(scope: str) -> None:
    area, _, verb = scope.partition(":")
    if scope != "*" and (area not in AREAS or verb not in {"read", "write", "*"}):
        raise UnknownScope(scope=scope[:40], known=", ".join(AREAS))


def revoke(session: Session, actor: Actor, token_id: int) -> None:
    """End one of the actor's own tokens. Raises ``NotFound``."""
    token = session.scalar(
        select(ApiToken)
        .join(Membership, Membership.id == ApiToken.membership_id)
        .where(ApiToken.id == token_id, Membership.user_id == actor.user_id, ApiToken.revoked_at.is_(None))
    )
    if token is None:
        raise NotFound
    token.revoked_at = utc_now()
    audit.record(session, actor, "token.revoked", f"token:{token.id}")
