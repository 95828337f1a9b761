"""What the pages show: campaigns as cards, and one campaign with all that a person may see and do there."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from steelyard.api.locales import say
from steelyard.core.actors import Actor, OrgKind
from steelyard.core.errors import Invalid
from steelyard.core.i18n import N_
from steelyard.core.units import format_mass, parse_mass_g, parse_price_fen_per_t
from steelyard.procurement import queries
from steelyard.procurement.lifecycle import ENDS, TIMELINE, State
from steelyard.procurement.models import Allocation, Campaign, Delivery, Material, Pledge
from steelyard.procurement.operations.moves import facts_of
from steelyard.procurement.schemas import LOT_LEAST_G, LOT_MOST_G, MOST_MASS_G

_SHOWN = 100
DELIVERIES = 200
"""How many deliveries their page shows, the newest first."""


@dataclass(frozen=True, slots=True)
class Card:
    """A campaign in the list: what it pools (grams, ``None`` where that may not be seen) and when it ends."""

    campaign: Campaign
    pooled_g: int | None
    next_deadline: datetime | None


@dataclass(frozen=True, slots=True)
class Step:
    """A station of the timeline: done, current or still to come."""

    state: State
    status: str
    at: datetime | None


def cards(session: Session, actor: Actor, now: datetime) -> list[Card]:
    """Return the newest campaigns that ``actor`` may see."""
    query = queries.campaigns(actor).order_by(Campaign.id.desc()).limit(_SHOWN)
    found = session.scalars(query).all()
    totals = queries.pooled(session, [campaign.id for campaign in found])
    return [
        Card(
            campaign,
            sum(totals.get(line.id, 0) for line in campaign.lines) if queries.sees_pool(actor, campaign, now) else None,
            _next_deadline(campaign),
        )
        for campaign in found
    ]


def campaign_page(session: Session, actor: Actor, campaign: Campaign, now: datetime) -> dict[str, Any]:
    """Gather what a campaign's page shows to ``actor``."""
    award = queries.award(session, actor, campaign.id)
    award_seen = queries.award_seen(actor, award) if award else {"lines": (), "totals": ()}
    allocations: Sequence[Allocation] = ()
    if award is not None and actor.org_kind is not OrgKind.MILL:
        allocations = session.scalars(queries.allocations(actor, award.id).order_by(Allocation.id)).all()
    deliveries = queries.deliveries(actor).where(Delivery.campaign_id == campaign.id).order_by(Delivery.id)
    shown_pledges = queries.pledges(actor, campaign.id).order_by(Pledge.line_id, Pledge.id)
    return {
        "campaign": campaign,
        "steps": steps(campaign),
        "progress": queries.progress(session, actor, campaign, now),
        "own_pledges": own_pledges(session, actor, campaign.id) if actor.org_kind is OrgKind.PIPE_MAKER else {},
        "pledges": session.scalars(shown_pledges).all() if actor.is_operator else (),
        "taking_pledges": campaign.stage is State.OPEN and campaign.opens_at <= now < campaign.pledge_deadline,
        "taking_bids": _taking_bids(session, campaign, now),
        "receipt": queries.own_sealed_bid(session, actor, campaign.id) if actor.org_kind is OrgKind.MILL else None,
        "bids": session.scalars(queries.opened_bids(actor, campaign.id)).all(),
        "award": award,
        "award_lines": award_seen["lines"],
        "totals": {total.line_id: total for total in award_seen["totals"]},
        "allocations": allocations,
        "deliveries": session.scalars(deliveries).all(),
        "is_officer": any(officer.user_id == actor.user_id for officer in campaign.officers),
        "has_approved": any(o.user_id == actor.user_id and o.approved_at for o in campaign.officers),
        "may_open": actor.is_operator and _closed_by_clock(campaign, now),
        "line_of": {line.id: line for line in campaign.lines},
        "proposed_by_me": award is not None and award.proposed_by == actor.user_id,
    }


def own_pledges(session: Session, actor: Actor, campaign_id: int) -> dict[int, Pledge]:
    """Return the organisation's own standing pledges by line."""
    query = queries.standing_pledges(campaign_id).where(Pledge.org_id == actor.org_id)
    return {pledge.line_id: pledge for pledge in session.scalars(query)}


def steps(campaign: Campaign) -> list[Step]:
    """Return the stations of a campaign's life; one that ended early shows its end last."""
    state = campaign.stage
    at = {
        State.OPEN: campaign.published_at or campaign.opens_at,
        State.LOCKED: campaign.pledge_deadline,
        State.BIDS_CLOSED: campaign.bid_deadline,
    }
    if state in ENDS and state not in TIMELINE:
        return [Step(State.DRAFT, "done", campaign.created_at), Step(state, "current", None)]
    reached = TIMELINE.index(state)
    status = ("done", "current", "later")
    return [
        Step(station, status[(place >= reached) + (place > reached)], at.get(station))
        for place, station in enumerate(TIMELINE)
    ]


def lines_of(form: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the products typed into the form for a new campaign. Raises ``Invalid``, ``UnitError``."""
    columns = [form[name] for name in ("kind", "grade", "size", "standard", "lot", "delivery_from", "delivery_to")]
    lines = []
    for number, row in enumerate(zip(*columns, strict=False), 1):
        kind, grade, size, standard, lot, first, last = row
        if not grade:
            continue
        if not (size and standard and lot and kind in list(Material)):
            raise _incomplete(number)
        lines.append(
            {
                "kind": kind,
                "grade": grade,
                "size": size,
                "standard": standard,
                "lot_g": _within(parse_mass_g(lot, assume="t"), LOT_LEAST_G, LOT_MOST_G, number),
                "delivery_from": _day(first, number),
                "delivery_to": _day(last, number),
            }
        )
    if not lines:
        raise _incomplete(1)
    return lines


def offers_of(form: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the offers typed into a bid's table; a row without a price is none. Raises ``Invalid``,
    ``UnitError``.
    """
    offers = []
    for number, (line_id, price, capacity) in enumerate(
        zip(form["line_id"], form["price"], form["capacity"], strict=False), 1
    ):
        if not price:
            continue
        if not capacity:
            raise _incomplete(number)
        offers.append(
            {
                "line_id": line_id,
                "price_fen_per_t": _positive(parse_price_fen_per_t(price), number),
                "capacity_g": _within(parse_mass_g(capacity, assume="t"), 1, MOST_MASS_G, number),
            }
        )
    if not offers:
        raise _incomplete(1)
    return offers


def _positive(value: int, row: int) -> int:
    if value < 1:
        raise _incomplete(row)
    return value


def _within(mass_g: int, least_g: int, most_g: int, row: int) -> int:
    """Return the mass if the API would take it too. Raises ``Invalid``."""
    if not least_g <= mass_g <= most_g:
        least, most = (format_mass(bound, "en", exact=True) for bound in (least_g, most_g))
        sentence = say(N_("the mass must lie between %(least)s and %(most)s"), least=least, most=most)
        raise Invalid(fields={say(N_("row %(number)s"), number=row): [sentence]})
    return mass_g


def _incomplete(row: int) -> Invalid:
    sentence = say(N_("must be filled in completely"))
    return Invalid(fields={say(N_("row %(number)s"), number=row): [sentence]})


def _day(text: str, row: int) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise _incomplete(row) from None


def _next_deadline(campaign: Campaign) -> datetime | None:
    deadlines = {State.DRAFT: campaign.pledge_deadline, State.OPEN: campaign.pledge_deadline}
    return deadlines.get(campaign.stage, campaign.bid_deadline if campaign.stage is State.LOCKED else None)


def _taking_bids(session: Session, campaign: Campaign, now: datetime) -> bool:
    if campaign.stage not in {State.OPEN, State.LOCKED}:
        return False
    return campaign.pledge_deadline <= now < campaign.bid_deadline and facts_of(session, campaign, now).pledged


def _closed_by_clock(campaign: Campaign, now: datetime) -> bool:
    """Whether bids wait to be opened, told by the clock alone and never by how many there are."""
    waiting = {State.OPEN, State.LOCKED, State.BIDS_CLOSED}
    return campaign.stage in waiting and now >= campaign.bid_deadline
