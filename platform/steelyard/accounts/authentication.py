"""Recognising a caller by his session cookie or bearer token, in one statement."""

import json
from functools import cache, lru_cache
from typing import Any, cast

from flask import Request
from sqlalchemy import String, Text, bindparam, literal, select
from sqlalchemy import cast as sql_cast

from steelyard.accounts.models import ApiToken, BrowserSession, Membership, Organisation, User
from steelyard.accounts.secrets import token_hash
from steelyard.api.middleware import SESSION_COOKIE as SESSION_COOKIE
from steelyard.api.services import Caller
from steelyard.core.actors import Actor, OrgKind, Role
from steelyard.core.clock import utc_now
from steelyard.core.errors import Unauthenticated
from steelyard.core.models import UtcDateTime
from steelyard.core.prepared import Line, dialect_of, moment, run


def authenticate(line: Line, request: Request) -> Caller | None:
    """Return the caller; a bearer token goes before a cookie. Raises ``Unauthenticated`` for a bad token."""
    header = request.headers.get("Authorization")
    if header is not None:
        scheme, _, token = header.partition(" ")
        actor = _by_token(line, token.strip()) if scheme.lower() == "bearer" else None
        if actor is None:
            raise Unauthenticated
        return Caller(actor)
    cookie = request.cookies.get(SESSION_COOKIE)
    if not cookie:
        return None
    return _by_cookie(line, cookie)


@cache
def _people(entity: type[ApiToken] | type[BrowserSession]) -> Any:
    """Whom a proof stands for: prepared once, because every request asks."""
    proof = cast(Any, entity)
    scopes = proof.scopes if entity is ApiToken else literal("null")
    found = (
        select(
            sql_cast(scopes, Text),
            User.id,
            User.name,
            User.locale,
            Organisation.id,
            Organisation.kind,
            Organisation.name,
            sql_cast(Membership.roles, Text),
            User.must_change,
        )
        .join_from(entity, Membership, Membership.id == proof.membership_id)
        .join(User, User.id == Membership.user_id)
        .join(Organisation, Organisation.id == Membership.org_id)
        .where(Membership.active, User.active, Organisation.active)
        .where(
            proof.token_hash == bindparam("proof", type_=String()),
            proof.expires_at > bindparam("now", type_=UtcDateTime()),
        )
    )
    return found.where(ApiToken.revoked_at.is_(None)) if entity is ApiToken else found


def _found(line: Line, entity: type[ApiToken] | type[BrowserSession], key: str) -> Any:
    dialect = dialect_of(line)
    rows = run(line, _people(entity), {"proof": key, "now": moment(dialect, utc_now())})
    return rows[0] if rows else None


def _by_token(line: Line, token: str) -> Actor | None:
    row = _found(line, ApiToken, token_hash(token))
    return None if row is None else _actor(*row[:-1])


def _by_cookie(line: Line, cookie: str) -> Caller | None:
    key = token_hash(cookie)
    row = _found(line, BrowserSession, key)
    return None if row is None else Caller(_actor(*row[:-1]), session_key=key, must_change=bool(row[-1]))


@lru_cache
def _actor(
    scopes: str, user_id: int, user_name: str, locale: str, org_id: int, kind: str, org_name: str, roles: str
) -> Actor:
    """What was read, as an actor: the same one as long as the same is read."""
    held, may = frozenset(Role(role) for role in json.loads(roles)), json.loads(scopes)
    return Actor(
        user_id, user_name, org_id, OrgKind(kind), org_name, held, None if may is None else frozenset(may), locale
    )
