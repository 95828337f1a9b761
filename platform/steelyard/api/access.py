"""Rules: which kinds of organisation, which roles and which token scope may use a route."""

from collections.abc import Iterable
from dataclasses import dataclass

from flask import g
from flask.globals import request_ctx
from werkzeug.exceptions import HTTPException

from steelyard.api.services import Caller, services
from steelyard.core.actors import Actor, OrgKind, Role
from steelyard.core.errors import Forbidden, Unauthenticated
from steelyard.core.i18n import N_

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


@dataclass(frozen=True, slots=True)
class Rule:
    """Who may pass. ``None`` means any; a public rule lets strangers in.

    ``first`` routes are open even before a person has replaced the password that was made up for him.
    """

    scope: str
    kinds: frozenset[OrgKind] | None = None
    roles: frozenset[Role] | None = None
    public: bool = False
    first: bool = False

    def allows(self, actor: Actor) -> bool:
        """Whether ``actor`` passes: his kind of organisation, one of his roles, and his token's scope."""
        if self.kinds is not None and actor.org_kind not in self.kinds:
            return False
        if self.roles is not None and not actor.has_role(Role.ADMIN, *self.roles):
            return False
        return actor.scopes is None or covers(actor.scopes, self.scope)


def covers(scopes: frozenset[str], scope: str) -> bool:
    """Whether a token with ``scopes`` may do what ``scope`` names: ``*`` covers all, writing covers reading."""
    area, _, verb = scope.partition(":")
    wider = {"*", f"{area}:*", scope} | ({f"{area}:write"} if verb == "read" else set())
    return not wider.isdisjoint(scopes)


class PasswordMustChange(Forbidden):
    """The password was made up by somebody else and has not been replaced yet."""

    code = "password_must_change"
    message = N_("Choose a password of your own first; the present one was made up for you.")


PUBLIC = Rule(scope="", public=True)


def rule(
    scope: str,
    *,
    kinds: Iterable[OrgKind] | None = None,
    roles: Iterable[Role] | None = None,
    first: bool = False,
) -> Rule:
    """Make a rule. ``scope`` is ``area:read`` or ``area:write``; an organisation's admin has every role of it."""
    return Rule(
        scope,
        None if kinds is None else frozenset(kinds),
        None if roles is None else frozenset(roles),
        first=first,
    )


def caller() -> Caller | None:
    """Return who is calling, ``None`` for a stranger; looked up once a request."""
    if "caller" not in g:
        with services().db.glance() as line:
            g.caller = services().authenticate(line, request_ctx.request)
    found: Caller | None = g.caller
    return found


def current_actor() -> Actor | None:
    """Return the acting person, ``None`` for a stranger or where nobody can be recognised."""
    try:
        found = caller()
    except (Unauthenticated, HTTPException):
        return None
    return found.actor if found else None


def admit(needed: Rule) -> Caller | None:
    """Let the caller pass or raise ``Unauthenticated`` / ``Forbidden``; ``None`` only for a public rule."""
    if needed.public:
        return None
    found = caller()
    if found is None:
        raise Unauthenticated
    if found.must_change and not needed.first:
        raise PasswordMustChange
    if not needed.allows(found.actor):
        raise Forbidden
    return found
