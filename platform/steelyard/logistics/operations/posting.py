"""Posting demand and supply, changing and withdrawing what is open."""

from dataclasses import asdict, fields
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from steelyard.accounts.models import Organisation
from steelyard.core.actors import Actor, OrgKind
from steelyard.core.audit import record
from steelyard.core.clock import business_date
from steelyard.core.database import db_now
from steelyard.core.numbering import next_number
from steelyard.logistics import rules
from steelyard.logistics.errors import LorryAlreadyPosted, PostingFrozen, ReceiverUnknown, WarehouseUnknown
from steelyard.logistics.models import FreightDemand, FreightSupply
from steelyard.logistics.operations.expiry import expire_offers
from steelyard.logistics.operations.locks import Posting, lock_own_posting
from steelyard.logistics.states import VISIBLE_STATES, PostingState
from steelyard.logistics.terms import DemandTerms, SupplyTerms, read_plate


def post_demand(session: Session, actor: Actor, terms: DemandTerms) -> FreightDemand:
    """Put goods on the board; raises the refusals of the terms and of the organisations named in them."""
    now = db_now(session)
    terms.check(now)
    _check_organisations(session, terms)
    demand = FreightDemand(
        **_columns(terms),
        number=next_number(session, "HY", business_date(now)),
        org_id=actor.org_id,
        posted_by=actor.user_id,
        posted_at=now,
        state=PostingState.OPEN,
    )
    session.add(demand)
    session.flush()
    record(session, actor, "freight.demand_posted", f"freight_demand:{demand.number}")
    return demand


def post_supply(session: Session, actor: Actor, terms: SupplyTerms) -> FreightSupply:
    """Put a lorry on the board; raises the refusals of the terms, and LorryAlreadyPosted for a second time."""
    now = db_now(session)
    terms.check(now)
    columns = _columns(terms) | {"plate": read_plate(terms.plate)}
    _check_plate_free(session, actor, columns["plate"], but=None)
    supply = FreightSupply(
        **columns,
        number=next_number(session, "CL", business_date(now)),
        org_id=actor.org_id,
        posted_by=actor.user_id,
        posted_at=now,
        state=PostingState.OPEN,
    )
    session.add(supply)
    session.flush()
    record(session, actor, "freight.supply_posted", f"freight_supply:{supply.number}")
    return supply


def change_demand(session: Session, actor: Actor, demand: FreightDemand, changes: dict[str, Any]) -> None:
    """Change an open demand that is locked by the caller; the terms must hold as a whole afterwards."""
    terms = DemandTerms(**(_terms(demand, DemandTerms) | changes))
    terms.check(db_now(session))
    _check_organisations(session, terms)
    _apply(session, actor, demand, _columns(terms))


def change_supply(session: Session, actor: Actor, supply: FreightSupply, changes: dict[str, Any]) -> None:
    """Change an open supply that is locked by the caller; the terms must hold as a whole afterwards."""
    terms = SupplyTerms(**(_terms(supply, SupplyTerms) | changes))
    terms.check(db_now(session))
    columns = _columns(terms) | {"plate": read_plate(terms.plate)}
    _check_plate_free(session, actor, columns["plate"], but=supply.id)
    _apply(session, actor, supply, columns)


def open_for_change(session: Session, actor: Actor, table: type[Posting], posting_id: int) -> Posting:
    """Lock a posting of the actor's organisation that is open; raises NotFound or PostingFrozen.

    Offers whose time is over are released first, so that nobody waits for the clock.
    """
    expire_offers(session)
    posting = lock_own_posting(session, actor, table, posting_id)
    if posting.state != PostingState.OPEN:
        raise PostingFrozen(number=posting.number)
    return posting


def withdraw(session: Session, actor: Actor, table: type[Posting], posting_id: int) -> Posting:
    """Take an open posting off the board; raises NotFound or PostingFrozen."""
    posting = open_for_change(session, actor, table, posting_id)
    posting.state = PostingState.WITHDRAWN
    record(session, actor, "freight.posting_withdrawn", f"{table.__tablename__}:{posting.number}")
    return posting


def _apply(session: Session, actor: Actor, posting: FreightDemand | FreightSupply, columns: dict[str, Any]) -> None:
    changed = {name: value for name, value in columns.items() if getattr(posting, name) != value}
    for name, value in changed.items():
        setattr(posting, name, value)
    record(
        session,
        actor,
        "freight.posting_changed",
        f"{posting.__tablename__}:{posting.number}",
        {"fields": sorted(changed)},
    )


def _columns(terms: DemandTerms | SupplyTerms) -> dict[str, Any]:
    """The terms as columns; lists of words are sorted and each word stands once."""
    return {
        name: sorted(set(value)) if name in {"needs", "equipment"} else value for name, value in asdict(terms).items()
    }


def _terms(posting: FreightDemand | FreightSupply, kind: type[DemandTerms] | type[SupplyTerms]) -> dict[str, Any]:
    return {field.name: getattr(posting, field.name) for field in fields(kind)}


def _check_organisations(session: Session, terms: DemandTerms) -> None:
    warehouse, receiver = terms.loading_warehouse_org_id, terms.receiver_org_id
    if warehouse is not None and not _is_active(session, warehouse, frozenset({OrgKind.WAREHOUSE})):
        raise WarehouseUnknown
    if receiver is not None and not _is_active(session, receiver, rules.RECEIVERS):
        raise ReceiverUnknown


def _is_active(session: Session, org_id: int, kinds: frozenset[OrgKind]) -> bool:
    organisation = session.get(Organisation, org_id)
    return organisation is not None and organisation.active and organisation.kind in kinds


def _check_plate_free(session: Session, actor: Actor, plate: str, *, but: int | None) -> None:
    query = select(FreightSupply.id).where(
        FreightSupply.org_id == actor.org_id,
        FreightSupply.plate == plate,
        FreightSupply.state.in_(VISIBLE_STATES),
        FreightSupply.id != (but or 0),
    )
    if session.scalars(query.limit(1)).first() is not None:
        raise LorryAlreadyPosted(plate=plate)
