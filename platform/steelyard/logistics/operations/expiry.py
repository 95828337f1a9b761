"""Offers and postings whose time is over, by the database's clock."""

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from steelyard.core.audit import record
from steelyard.core.database import db_now
from steelyard.core.outbox import publish
from steelyard.logistics.models import FreightDemand, FreightLoad, FreightSupply
from steelyard.logistics.operations.locks import lock_loads
from steelyard.logistics.states import LoadState, PostingState


def expire_offers(session: Session) -> int:
    """Close every offer whose time is over and put its postings back on the board; return how many.

    Runs before each command that needs to know what is open, and from the clock; doing it twice does nothing.
    """
    now = db_now(session)
    loads = lock_loads(session, FreightLoad.state == LoadState.OFFERED, FreightLoad.expires_at <= now)
    for load in loads:
        load.state, load.closed_at = LoadState.EXPIRED, now
        reopen(load)
        record(session, None, "freight.offer_expired", f"freight_load:{load.number}")
        publish(
            session,
            "logistics.load_expired",
            subject=f"freight_load:{load.number}",
            data={"load_id": load.id, "number": load.number},
            audience=[load.shipper_org_id, load.carrier_org_id],
        )
    session.flush()
    return len(loads)


def lapse_postings(session: Session) -> int:
    """Take off the board what can no longer be picked up, and lorries that are no longer free; return how many."""
    now = db_now(session)
    over: list[FreightDemand | FreightSupply] = []
    demands = select(FreightDemand).where(FreightDemand.state == PostingState.OPEN, FreightDemand.pickup_until <= now)
    over.extend(session.scalars(demands.order_by(FreightDemand.id).with_for_update(of=FreightDemand)))
    supplies = select(FreightSupply).where(FreightSupply.state == PostingState.OPEN, FreightSupply.free_until <= now)
    over.extend(session.scalars(supplies.order_by(FreightSupply.id).with_for_update(of=FreightSupply)))
    lapse(session, over)
    return len(over)


def lapse(session: Session, postings: Iterable[FreightDemand | FreightSupply]) -> None:
    """Take these open postings, locked by the caller, off the board."""
    for posting in postings:
        posting.state = PostingState.LAPSED
        record(session, None, "freight.posting_lapsed", f"{posting.__tablename__}:{posting.number}")
    session.flush()


def reopen(load: FreightLoad) -> None:
    """Put both postings of a closed load back on the board; the load's lock, held by the caller, protects them."""
    load.demand.state = load.supply.state = PostingState.OPEN
