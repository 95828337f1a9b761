"""The two officers of a campaign: they choose their passphrases before it opens and approve the opening
after the close.
"""

from sqlalchemy.orm import Session

from steelyard.core import audit
from steelyard.core.actors import Actor
from steelyard.core.database import db_now
from steelyard.procurement import envelope, errors
from steelyard.procurement.lifecycle import State
from steelyard.procurement.models import Campaign, Officer
from steelyard.procurement.operations.moves import advance

OFFICERS = 2


def appoint_officer(session: Session, actor: Actor, campaign: Campaign, passphrase: str, secret: str) -> None:
    """Make the acting person one of the draft's two officers; a second call replaces his passphrase.

    ``secret`` is the installation's. Raises ``OfficersComplete``, ``WrongState``.
    """
    if campaign.stage is not State.DRAFT:
        raise errors.WrongState(number=campaign.number)
    officer = _officer(campaign, actor)
    if officer is None:
        if len(campaign.officers) == OFFICERS:
            raise errors.OfficersComplete
        officer = Officer(user_id=actor.user_id)
        campaign.officers.append(officer)
    officer.salt = envelope.new_salt()
    officer.public_key = envelope.officer_public_key(passphrase, officer.salt, secret)
    audit.record(session, actor, "campaign.appoint_officer", f"campaign:{campaign.number}")


def approve_opening(session: Session, actor: Actor, campaign: Campaign, passphrase: str, secret: str) -> None:
    """Give an officer's consent to the opening, after the bids are closed; giving it again changes nothing.

    Raises ``WrongState``, ``NotAnOfficer``, ``WrongPassphrase``.
    """
    now = db_now(session)
    advance(session, campaign, now)
    if campaign.stage is not State.BIDS_CLOSED:
        raise errors.WrongState(number=campaign.number)
    officer = _officer(campaign, actor)
    if officer is None or officer.sealed_share is None:
        raise errors.NotAnOfficer
    share = envelope.take_share(officer.sealed_share, passphrase, officer.salt, secret)
    if share is None:
        raise errors.WrongPassphrase
    if officer.approved_at is None:
        officer.held_share = envelope.hold_share(share, secret)
        officer.approved_at = now
        audit.record(session, actor, "campaign.approve_opening", f"campaign:{campaign.number}")


def _officer(campaign: Campaign, actor: Actor) -> Officer | None:
    return next((officer for officer in campaign.officers if officer.user_id == actor.user_id), None)
