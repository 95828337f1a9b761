"""What the clock starts: deadlines that have passed are acted upon without waiting for a command."""

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from steelyard.core.database import db_now
from steelyard.core.jobs import ClockJob
from steelyard.procurement.models import Campaign
from steelyard.procurement.operations.moves import advance, overdue


def advance_due(session: Session) -> None:
    """Move every campaign on whose deadline has passed; it only hastens what the next command would do."""
    for campaign_id in overdue(session, db_now(session)):
        query = select(Campaign).where(Campaign.id == campaign_id).with_for_update()
        campaign = session.scalars(query.execution_options(populate_existing=True)).one()
        advance(session, campaign, db_now(session))


JOBS = (ClockJob("procurement.advance_due", advance_due, every=timedelta(seconds=2)),)
