"""The two officers of a campaign: they choose their passphrases before it opens and approve the opening
after the close.

A passphrase is stretched by Argon2id, which takes about 0.1 s and much memory; that is done before the
transaction that writes begins, so that nobody waits for the campaign's lock meanwhile.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from steelyard.core import audit
from steelyard.core.actors import Actor
from steelyard.core.clock import utc_now
from steelyard.core.database import Database, db_now
from steelyard.core.errors import NotFound, TooManyRequests
from steelyard.procurement import envelope, errors, queries
from steelyard.procurement.lifecycle import State
from steelyard.procurement.models import Campaign, Officer
from steelyard.procurement.operations.moves import advance

OFFICERS = 2
WRONG_TRIES = 5
"""So many wrong passphrases of one officer and campaign within ``WINDOW``; then he must wait."""
WINDOW = timedelta(minutes=15)
_REFUSED = "campaign.refuse_passphrase"


@dataclass(frozen=True, slots=True)
class Chosen:
    """The public half of the key that belongs to a passphrase and its salt."""

    salt: bytes
    public_key: bytes


@dataclass(frozen=True, slots=True)
class Attempt:
    """What a passphrase gave: the officer's share, or seconds to wait, or (neither) that it is wrong."""

    share: bytes | None = None
    wait_seconds: int = 0


def choose_passphrase(session: Session, actor: Actor, campaign_id: int, passphrase: str, secret: str) -> Chosen | None:
    """Stretch the passphrase of somebody who wants to be an officer; ``None`` where nobody can become one."""
    campaign = _campaign(session, actor, campaign_id)
    if campaign is None or campaign.stage is not State.DRAFT:
        return None
    session.rollback()
    salt = envelope.new_salt()
    return Chosen(salt, envelope.officer_public_key(passphrase, salt, secret))


def appoint_officer(session: Session, actor: Actor, campaign: Campaign, chosen: Chosen | None) -> None:
    """Make the acting person one of the draft's two officers; a second call replaces his passphrase.

    Raises ``OfficersComplete``, ``WrongState``.
    """
    if campaign.stage is not State.DRAFT or chosen is None:
        raise errors.WrongState(number=campaign.number)
    officer = _officer(campaign, actor)
    if officer is None:
        if len(campaign.officers) == OFFICERS:
            raise errors.OfficersComplete
        officer = Officer(user_id=actor.user_id)
        campaign.officers.append(officer)
    officer.salt, officer.public_key = chosen.salt, chosen.public_key
    audit.record(session, actor, "campaign.appoint_officer", f"campaign:{campaign.number}")


def try_passphrase(
    session: Session, db: Database, actor: Actor, campaign_id: int, passphrase: str, secret: str
) -> Attempt | None:
    """Open the acting officer's share; ``None`` where there is nothing to approve for him.

    A wrong passphrase is entered into the audit trail in a transaction of its own, because the refusal that
    follows undoes the caller's; the entries are what is counted.
    """
    campaign = _campaign(session, actor, campaign_id)
    officer = _officer(campaign, actor) if campaign else None
    if campaign is None or officer is None or officer.sealed_share is None or not _closed(campaign, db_now(session)):
        return None
    subject, sealed_share, salt = f"campaign:{campaign.number}", officer.sealed_share, officer.salt
    wait_seconds = _wait_seconds(session, actor, subject)
    session.rollback()
    if wait_seconds:
        return Attempt(wait_seconds=wait_seconds)
    share = envelope.take_share(sealed_share, passphrase, salt, secret)
    if share is None:
        with db.write() as own:
            audit.record(own, actor, _REFUSED, subject)
    return Attempt(share)


def approve_opening(session: Session, actor: Actor, campaign: Campaign, attempt: Attempt | None, secret: str) -> None:
    """Give an officer's consent to the opening, after the bids are closed; giving it again changes nothing.

    ``secret`` is the installation's. Raises ``WrongState``, ``NotAnOfficer``, ``TooManyRequests``,
    ``WrongPassphrase``.
    """
    now = db_now(session)
    advance(session, campaign, now)
    if campaign.stage is not State.BIDS_CLOSED:
        raise errors.WrongState(number=campaign.number)
    officer = _officer(campaign, actor)
    if officer is None or officer.sealed_share is None:
        raise errors.NotAnOfficer
    if attempt is None:  # it came before the close and was looked at after it
        raise errors.WrongState(number=campaign.number)
    if attempt.wait_seconds:
        raise TooManyRequests(attempt.wait_seconds)
    if attempt.share is None:
        raise errors.WrongPassphrase
    if officer.approved_at is None:
        officer.held_share = envelope.hold_share(attempt.share, secret)
        officer.approved_at = now
        audit.record(session, actor, "campaign.approve_opening", f"campaign:{campaign.number}")


def _campaign(session: Session, actor: Actor, campaign_id: int) -> Campaign | None:
    try:
        return queries.campaign(session, actor, campaign_id)
    except NotFound:
        return None


def _officer(campaign: Campaign, actor: Actor) -> Officer | None:
    return next((officer for officer in campaign.officers if officer.user_id == actor.user_id), None)


def _closed(campaign: Campaign, now: datetime) -> bool:
    """Whether its bids are closed, or would be if the clock had been here."""
    return campaign.stage in {State.OPEN, State.LOCKED, State.BIDS_CLOSED} and now >= campaign.bid_deadline


def _wait_seconds(session: Session, actor: Actor, subject: str) -> int:
    """How long the officer must wait for his next try; 0 if he need not."""
    entry = audit.AuditEntry
    wrong = select(func.count(), func.min(entry.at)).where(
        entry.subject == subject,
        entry.action == _REFUSED,
        entry.user_id == actor.user_id,
        entry.at > utc_now() - WINDOW,
    )
    count, first = session.execute(wrong).one()
    return max(1, int((first + WINDOW - utc_now()).total_seconds())) if count >= WRONG_TRIES else 0
