"""Recognising a caller by his session cookie or bearer token, in one statement."""

from typing import Any

from flask import Request
from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from steelyard.accounts.models import ApiToken, BrowserSession, Membership, Organisation, User
from steelyard.accounts.secrets import token_hash
from steelyard.api.middleware import SESSION_COOKIE as SESSION_COOKIE
from steelyard.api.services import Caller
from steelyard.core.actors import Actor, OrgKind, Role
from steelyard.core.clock import utc_now
from steelyard.core.errors import Unauthenticated


def authenticate(session: Session, request: Request) -> Caller | None:
    """Return the caller; a bearer token goes before a cookie. Raises ``Unauthenticated`` for a bad token."""
    header = request.headers.get("Authorization")
    if header is not None:
        scheme, _, token = header.partition(" ")
        actor = _by_token(session, token.strip()) if scheme.lower() == "bearer" else None
        if actor is None:
            raise Unauthenticated
        return Caller(actor)
    cookie = request.cookies.get(SESSION_COOKIE)
    if not cookie:
        return None
    return _by_cookie(session, cookie)


def _people(entity: Any) -> Select[Any]:
    return (
        select(
            entity,
            User.id,
            User.name,
            User.locale,
            Organisation.id,
            Organisation.kind,
            Organisation.name,
            Membership.roles,
            User.must_change,
        )
        .join(Membership, Membership.id == entity.membership_id)
        .join(User, User.id == Membership.user_id)
        .join(Organisation, Organisation.id == Membership.org_id)
        .where(Membership.active, User.active, Organisation.active, entity.expires_at > utc_now())
    )


def _by_token(session: Session, token: str) -> Actor | None:
    query = _people(ApiToken).where(ApiToken.token_hash == token_hash(token), ApiToken.revoked_at.is_(None))
    row = session.execute(query).one_or_none()
    return None if row is None else _actor(row, frozenset(row[0].scopes))


def _by_cookie(session: Session, cookie: str) -> Caller | None:
    key = token_hash(cookie)
    row = session.execute(_people(BrowserSession).where(BrowserSession.token_hash == key)).one_or_none()
    return None if row is None else Caller(_actor(row, None), session_key=key, must_change=row[-1])


def _actor(row: Any, scopes: frozenset[str] | None) -> Actor:
    _, user_id, user_name, locale, org_id, kind, org_name, roles, _must_change = row
    return Actor(
        user_id,
        user_name,
        org_id,
        OrgKind(kind),
        org_name,
        frozenset(Role(role) for role in roles),
        scopes,
        locale,
    )
