"""What waits for a person among the prices, for his home page; each part of the work adds a function."""

from flask import url_for
from sqlalchemy.orm import Session

from pricing import rules
from pricing.quality import Standing
from pricing.queries import alarms, holds, inbox
from steelyard.api.pages import Waiting
from steelyard.core.actors import Actor
from steelyard.core.i18n import N_


def held_figures(session: Session, actor: Actor) -> list[Waiting]:
    """Held figures without a proposal, proposals of others, and open alarms: for the operator's people."""
    if not rules.WATCH.allows(actor):
        return []
    found = []
    if rules.DECIDE.allows(actor):
        numbers = holds.counts(session)
        others, page = holds.proposals_of_others(session, actor.user_id), url_for("pricing_pages.quarantine")
        untouched = numbers.get(Standing.OPEN, 0) - numbers["proposed"]
        if others:
            found.append(Waiting(N_("%(count)s decisions on held prices wait for a second pair of eyes"), others, page))
        if untouched > 0:
            found.append(Waiting(N_("%(count)s prices are held back and wait for a look"), untouched, page))
    alarm_count = alarms.open_count(session)
    if alarm_count:
        page = url_for("pricing_pages.quarantine", _anchor="alarms")
        found.append(Waiting(N_("%(count)s alarms about prices are open"), alarm_count, page))
    return found


PARTS = (held_figures, inbox.unread)


def waiting(session: Session, actor: Actor) -> list[Waiting]:
    """All that waits for a person."""
    return [one for part in PARTS for one in part(session, actor)]
