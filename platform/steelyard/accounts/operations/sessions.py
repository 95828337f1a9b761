"""Signing in and out by browser, throttled by account and by address."""

from datetime import timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from steelyard.accounts.errors import WrongPassword
from steelyard.accounts.models import BrowserSession, Membership, Organisation, SignInAttempt, User
from steelyard.accounts.secrets import decoy_hash, new_token, token_hash, verify_password
from steelyard.core import audit
from steelyard.core.clock import utc_now
from steelyard.core.database import Database
from steelyard.core.errors import NotFound, TooManyRequests

WINDOW = timedelta(minutes=15)
FAILURES_AN_ACCOUNT = 5
FAILURES_AN_ADDRESS = 50
LIFETIME = timedelta(hours=12)


def sign_in(db: Database, *, login: str, password: str, address: str) -> str:
    """Check a password and return the token of a new browser session.

    The password is checked between two transactions, so that its slow hash holds no lock; a failure is kept
    although the caller gets an error. Raises ``WrongPassword`` and ``TooManyRequests``.
    """
    account = login.casefold()[:80]
    with db.read() as session:
        _throttle(session, account, address)
        user = session.scalar(select(User).where(User.login == login))
        stored = user.password_hash if user is not None and user.active else None
    right = verify_password(stored or decoy_hash(), password) and stored is not None
    with db.write() as session:
        token = _open(session, user.id) if right and user is not None else None
        if token is None:
            session.add(SignInAttempt(account=account, address=address, at=utc_now()))
            audit.record(session, None, "session.refused", f"login:{account}", {"address": address})
        else:
            session.execute(delete(SignInAttempt).where(SignInAttempt.account == account))
    if token is None:
        raise WrongPassword
    return token


def _throttle(session: Session, account: str, address: str) -> None:
    since = utc_now() - WINDOW
    for column, value, most in (
        (SignInAttempt.account, account, FAILURES_AN_ACCOUNT),
        (SignInAttempt.address, address, FAILURES_AN_ADDRESS),
    ):
        count, first = session.execute(
            select(func.count(), func.min(SignInAttempt.at)).where(column == value, SignInAttempt.at > since)
        ).one()
        if count >= most:
            raise TooManyRequests(max(1, int((first + WINDOW - utc_now()).total_seconds())))


def _open(session: Session, user_id: int) -> str | None:
    """Open a session in the person's first organisation; ``None`` when he belongs to none that is active."""
    member = session.scalar(
        select(Membership)
        .join(Organisation)
        .where(Membership.user_id == user_id, Membership.active, Organisation.active)
        .order_by(Membership.id)
        .limit(1)
    )
    return None if member is None else _start(session, member)


def _start(session: Session, member: Membership) -> str:
    token = new_token()
    now = utc_now()
    session.add(
        BrowserSession(token_hash=token_hash(token), membership_id=member.id, created_at=now, expires_at=now + LIFETIME)
    )
    audit.record(session, None, "session.opened", f"user:{member.user_id}", {"org_id": member.org_id})
    return token


def switch(session: Session, *, key: str, user_id: int, org_id: int) -> None:
    """Let a browser session act for another organisation of the same person. Raises ``NotFound``."""
    member = session.scalar(
        select(Membership)
        .join(Organisation)
        .where(Membership.user_id == user_id, Membership.org_id == org_id, Membership.active, Organisation.active)
    )
    opened = session.scalar(select(BrowserSession).where(BrowserSession.token_hash == key))
    if member is None or opened is None:
        raise NotFound
    opened.membership_id = member.id
    audit.record(session, None, "session.switched", f"user:{user_id}", {"org_id": org_id})


def sign_out(session: Session, key: str) -> None:
    """End the browser session whose token's hash is ``key``."""
    session.execute(delete(BrowserSession).where(BrowserSession.token_hash == key))


def purge(session: Session) -> None:
    """Forget expired sessions and old failures."""
    session.execute(delete(BrowserSession).where(BrowserSession.expires_at < utc_now()))
    session.execute(delete(SignInAttempt).where(SignInAttempt.at < utc_now() - WINDOW))
