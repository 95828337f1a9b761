"""A member's pledges: made, replaced and withdrawn freely while the campaign is open.

Each of these shares the campaign's lock, which whoever locks the campaign holds alone: a pledge is either
counted in the pool or refused, never neither.
"""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from steelyard.core import audit
from steelyard.core.actors import Actor
from steelyard.core.database import db_now
from steelyard.core.units import format_mass
from steelyard.procurement import errors
from steelyard.procurement.lifecycle import State
from steelyard.procurement.models import Campaign, CampaignLine, Pledge
from steelyard.procurement.shown import moment


def make_pledge(
    session: Session, actor: Actor, campaign: Campaign, *, line_id: int, mass_g: int, ceiling_fen_per_t: int
) -> Pledge:
    """Pledge a firm quantity. Raises ``CampaignClosed``, ``NotYetOpen``, ``UnknownLine``, ``NotInLots``,
    ``AlreadyPledged``.
    """
    now = _taking(session, campaign)
    _check_lots(campaign, line_id, mass_g)
    same = (Pledge.line_id == line_id, Pledge.org_id == actor.org_id, Pledge.withdrawn_at.is_(None))
    if session.scalar(select(Pledge.id).where(*same)) is not None:
        raise errors.AlreadyPledged
    pledge = Pledge(
        campaign_id=campaign.id,
        line_id=line_id,
        org_id=actor.org_id,
        mass_g=mass_g,
        ceiling_fen_per_t=ceiling_fen_per_t,
        pledged_by=actor.user_id,
        pledged_at=now,
    )
    session.add(pledge)
    session.flush()
    _record(session, actor, "pledge.make", campaign, pledge)
    return pledge


def replace_pledge(
    session: Session, actor: Actor, campaign: Campaign, pledge: Pledge, *, mass_g: int, ceiling_fen_per_t: int
) -> None:
    """Replace quantity and ceiling. Raises ``CampaignClosed``, ``NotYetOpen``, ``NotInLots``."""
    now = _taking(session, campaign)
    _check_lots(campaign, pledge.line_id, mass_g)
    pledge.mass_g, pledge.ceiling_fen_per_t = mass_g, ceiling_fen_per_t
    pledge.pledged_by, pledge.pledged_at = actor.user_id, now
    _record(session, actor, "pledge.replace", campaign, pledge)


def withdraw_pledge(session: Session, actor: Actor, campaign: Campaign, pledge: Pledge) -> None:
    """Withdraw a pledge, free of charge. Raises ``CampaignClosed``, ``NotYetOpen``."""
    pledge.withdrawn_at = _taking(session, campaign)
    _record(session, actor, "pledge.withdraw", campaign, pledge)


def _taking(session: Session, campaign: Campaign) -> datetime:
    """Return the moment, if the campaign takes pledges at it."""
    now = db_now(session)
    if campaign.stage is not State.OPEN or now >= campaign.pledge_deadline:
        raise errors.CampaignClosed(number=campaign.number, closed_at=moment(campaign.pledge_deadline))
    if now < campaign.opens_at:
        raise errors.NotYetOpen(number=campaign.number, opens_at=moment(campaign.opens_at))
    return now


def _check_lots(campaign: Campaign, line_id: int, mass_g: int) -> CampaignLine:
    line = next((line for line in campaign.lines if line.id == line_id), None)
    if line is None:
        raise errors.UnknownLine
    if mass_g % line.lot_g:
        raise errors.NotInLots(lot=format_mass(line.lot_g, "en", exact=True))
    return line


def _record(session: Session, actor: Actor, action: str, campaign: Campaign, pledge: Pledge) -> None:
    detail = {"line_id": pledge.line_id, "mass_g": pledge.mass_g, "ceiling_fen_per_t": pledge.ceiling_fen_per_t}
    audit.record(session, actor, action, f"campaign:{campaign.number}", detail)
