"""The one factory of organisations, people and what proves who they are."""

import secrets
from collections.abc import Iterable
from datetime import timedelta
from functools import cache

from sqlalchemy import select
from sqlalchemy.orm import Session

from steelyard.accounts.models import ApiToken, BrowserSession, Membership, Organisation, User
from steelyard.accounts.secrets import new_token, token_hash
from steelyard.core.actors import Actor, OrgKind, Role
from steelyard.core.clock import utc_now
from steelyard.core.database import Database
from tests.support.passwords import light

PASSWORD = "a yard of good steel"  # every person of a test has it


@cache
def _password_hash() -> str:
    """Hash the password once a process, and so that to compare it costs nothing either."""
    return light().hash(PASSWORD)


class World:
    """Makes whoever a test needs, straight in the tables of ``accounts``."""

    def __init__(self, db: Database) -> None:
        self.db = db

    def org(self, kind: OrgKind | str, name: str | None = None) -> Organisation:
        """Return a new organisation; without a name it gets one of its own."""
        organisation = _new_org(kind, name)
        with self.db.write() as session:
            session.add(organisation)
        return organisation

    def actor(
        self,
        kind: OrgKind | str,
        *roles: Role | str,
        org: Organisation | Actor | int | None = None,
        name: str | None = None,
        locale: str = "zh",
    ) -> Actor:
        """Return a new person in ``org`` (or in a new organisation of ``kind``); without roles an admin of it."""
        held = [Role(role) for role in roles] or [Role.ADMIN]
        login = f"user-{secrets.token_hex(6)}"
        now = utc_now()
        user = User(login=login, name=name or login, password_hash=_password_hash(), locale=locale, created_at=now)
        with self.db.write() as session:
            organisation = _new_org(kind) if org is None else session.get_one(Organisation, _org_id(org))
            if organisation.kind != OrgKind(kind).value:
                raise AssertionError(f"{organisation.name} is a {organisation.kind}, not a {kind}")
            session.add_all([organisation, user])
            session.flush()
            roles_held = [role.value for role in held]
            session.add(
                Membership(user_id=user.id, org_id=organisation.id, roles=roles_held, active=True, created_at=now)
            )
        return Actor(
            user.id,
            user.name,
            organisation.id,
            OrgKind(organisation.kind),
            organisation.name,
            frozenset(held),
            locale=locale,
        )

    def login_of(self, actor: Actor) -> str:
        """Return the name with which ``actor`` signs in."""
        with self.db.read() as session:
            return session.get_one(User, actor.user_id).login

    def token(self, actor: Actor, scopes: Iterable[str] = ("*",), *, lifetime: timedelta = timedelta(days=1)) -> str:
        """Return a new API token of ``actor``; a negative ``lifetime`` makes an expired one."""
        token = new_token()
        now = utc_now()
        with self.db.write() as session:
            session.add(
                ApiToken(
                    token_hash=token_hash(token),
                    membership_id=_membership_id(session, actor),
                    name="test",
                    scopes=list(scopes),
                    created_at=now,
                    expires_at=now + lifetime,
                )
            )
        return token

    def browser_session(self, actor: Actor, *, lifetime: timedelta = timedelta(hours=1)) -> str:
        """Return the cookie of a browser in which ``actor`` is signed in."""
        cookie = new_token()
        now = utc_now()
        with self.db.write() as session:
            session.add(
                BrowserSession(
                    token_hash=token_hash(cookie),
                    membership_id=_membership_id(session, actor),
                    created_at=now,
                    expires_at=now + lifetime,
                )
            )
        return cookie


def _new_org(kind: OrgKind | str, name: str | None = None) -> Organisation:
    kind = OrgKind(kind).value
    name = name or f"{kind} {secrets.token_hex(4)}"
    return Organisation(kind=kind, name=name, active=True, created_at=utc_now())


def _org_id(org: Organisation | Actor | int) -> int:
    if isinstance(org, Actor):
        return org.org_id
    return org if isinstance(org, int) else org.id


def _membership_id(session: Session, actor: Actor) -> int:
    query = select(Membership.id).where(Membership.user_id == actor.user_id, Membership.org_id == actor.org_id)
    return session.scalars(query).one()
