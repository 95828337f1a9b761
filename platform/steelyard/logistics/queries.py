"""What may be read of the freight market, and by whom.

Postings on the board are seen by the whole market in summary: without their owner, plate, references and
prices. Loads and waybills are seen by their two sides, the operator, and the organisations named in them; of
the money the warehouse and the receiver see nothing.
"""

from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Select, false, func, or_, select, true
from sqlalchemy.orm import Session, contains_eager, joinedload, selectinload
from sqlalchemy.orm.interfaces import ORMOption

from steelyard.accounts.models import Organisation
from steelyard.api.pages import Waiting
from steelyard.core.actors import Actor, OrgKind
from steelyard.core.errors import NotFound
from steelyard.core.i18n import N_
from steelyard.logistics import rules
from steelyard.logistics.errors import ReceiverUnknown
from steelyard.logistics.models import (
    FreightDemand,
    FreightLeftOver,
    FreightLoad,
    FreightRound,
    FreightSupply,
    Waybill,
)
from steelyard.logistics.states import VISIBLE_STATES, LoadState, PostingState, WaybillState

PostingTable = type[FreightDemand] | type[FreightSupply]
PostingRow = FreightDemand | FreightSupply


# What a view shows beside the row comes with it: a list costs the same number of statements however long it is.
# These are made at the first call: naming a relation maps all tables, which the start of a server need not wait for.


@cache
def _shown_with(table: PostingTable) -> tuple[ORMOption, ...]:
    if table is FreightSupply:
        return (joinedload(FreightSupply.org),)
    return (
        joinedload(FreightDemand.org),
        joinedload(FreightDemand.loading_warehouse),
        joinedload(FreightDemand.receiver),
    )


@cache
def _shown_with_load() -> tuple[ORMOption, ...]:
    return (
        joinedload(FreightLoad.shipper),
        joinedload(FreightLoad.carrier),
        selectinload(FreightLoad.waybill).lazyload(Waybill.load),
    )


@cache
def _shown_with_waybill() -> tuple[ORMOption, ...]:
    return (
        joinedload(Waybill.shipper),
        joinedload(Waybill.carrier),
        joinedload(Waybill.warehouse),
        joinedload(Waybill.receiver),
        selectinload(Waybill.loadings),
    )


def may_see_all_of(actor: Actor, posting: PostingRow) -> bool:
    """Whether the actor sees owner and prices of a posting."""
    return actor.is_operator or posting.org_id == actor.org_id


def postings(actor: Actor, table: PostingTable, filters: dict[str, Any]) -> Select[Any]:
    """The postings that the actor may see, narrowed by `state`, `mine` and any column of the table."""
    query = select(table).options(*_shown_with(table))
    if not actor.is_operator:
        query = query.where(or_(table.org_id == actor.org_id, table.state.in_(VISIBLE_STATES)))
    for name, value in filters.items():
        if name == "mine":
            query = query.where(table.org_id == actor.org_id if value else table.org_id != actor.org_id)
        elif name not in {"after", "limit"}:
            query = query.where(getattr(table, name) == value)
    return query


def posting(session: Session, actor: Actor, table: PostingTable, posting_id: int) -> Any:
    """One posting that the actor may see; raises NotFound."""
    return _one(session, postings(actor, table, {}).where(table.id == posting_id))


def _loads_seen_by(actor: Actor) -> ColumnElement[bool]:
    if actor.is_operator:
        return true()
    return or_(
        FreightLoad.shipper_org_id == actor.org_id,
        FreightLoad.carrier_org_id == actor.org_id,
        FreightLoad.warehouse_org_id == actor.org_id,
    )


def loads(actor: Actor, *, state: LoadState | None = None, round_id: int | None = None) -> Select[Any]:
    """The loads that name the actor's organisation; all of them for the operator."""
    query = select(FreightLoad).options(*_shown_with_load()).where(_loads_seen_by(actor))
    if state is not None:
        query = query.where(FreightLoad.state == state)
    return query if round_id is None else query.where(FreightLoad.round_id == round_id)


def load(session: Session, actor: Actor, load_id: int) -> FreightLoad:
    """One load that the actor may see; raises NotFound."""
    found: FreightLoad = _one(session, loads(actor).where(FreightLoad.id == load_id))
    return found


def waybills(actor: Actor, *, state: WaybillState | None = None) -> Select[Any]:
    """The waybills that name the actor's organisation; all of them for the operator."""
    query = select(Waybill).options(*_shown_with_waybill())
    if not actor.is_operator:
        query = query.where(
            or_(
                Waybill.shipper_org_id == actor.org_id,
                Waybill.carrier_org_id == actor.org_id,
                Waybill.warehouse_org_id == actor.org_id,
                Waybill.receiver_org_id == actor.org_id,
            )
        )
    return query if state is None else query.where(Waybill.state == state)


def waybill(session: Session, actor: Actor, waybill_id: int) -> Waybill:
    """One waybill that the actor may see; raises NotFound."""
    found: Waybill = _one(session, waybills(actor).where(Waybill.id == waybill_id))
    return found


def round_(session: Session, round_id: int) -> FreightRound:
    """One round; raises NotFound."""
    found: FreightRound = _one(session, select(FreightRound).where(FreightRound.id == round_id))
    return found


def left_over(session: Session, actor: Actor, round_id: int) -> list[FreightLeftOver]:
    """The actor's postings that stayed without a partner in a round; all of them for the operator."""
    query = (
        select(FreightLeftOver)
        .outerjoin(FreightLeftOver.demand)
        .outerjoin(FreightLeftOver.supply)
        .options(contains_eager(FreightLeftOver.demand), contains_eager(FreightLeftOver.supply))
        .where(FreightLeftOver.round_id == round_id)
        .order_by(FreightLeftOver.id)
    )
    if not actor.is_operator:
        query = query.where(or_(FreightDemand.org_id == actor.org_id, FreightSupply.org_id == actor.org_id))
    return list(session.scalars(query))


def warehouses(session: Session) -> list[Organisation]:
    """The yards that a demand may name for loading, by name."""
    query = select(Organisation).where(Organisation.kind == OrgKind.WAREHOUSE, Organisation.active)
    return list(session.scalars(query.order_by(Organisation.name, Organisation.id).limit(1000)))


def receiver_named(session: Session, name: str) -> int:
    """The id of the firm of exactly this name that can receive goods; raises ReceiverUnknown."""
    query = select(Organisation.id).where(
        Organisation.name == name, Organisation.kind.in_(rules.RECEIVERS), Organisation.active
    )
    found = session.scalars(query).one_or_none()
    if found is None:
        raise ReceiverUnknown
    return found


def count_open(session: Session, table: PostingTable) -> int:
    """How many postings of the table wait for a round."""
    return session.scalar(select(func.count()).where(table.state == PostingState.OPEN)) or 0


def count_answers_due(session: Session, actor: Actor) -> int:
    """How many offers wait for the answer of the actor's side."""
    mine = or_(
        (FreightLoad.shipper_org_id == actor.org_id) & FreightLoad.shipper_accepted_at.is_(None),
        (FreightLoad.carrier_org_id == actor.org_id) & FreightLoad.carrier_accepted_at.is_(None),
    )
    return session.scalar(select(func.count()).where(FreightLoad.state == LoadState.OFFERED, mine)) or 0


def count_waybills(session: Session, actor: Actor, state: WaybillState) -> int:
    """How many waybills in this state wait for the actor: to load for a warehouse, else to confirm."""
    mine: ColumnElement[bool] = false()
    if state is WaybillState.ISSUED:
        mine = Waybill.warehouse_org_id == actor.org_id
    elif state is WaybillState.LOADED and actor.org_kind in rules.RECEIVERS:
        mine = or_(Waybill.shipper_org_id == actor.org_id, Waybill.receiver_org_id == actor.org_id)
    return session.scalar(select(func.count()).where(Waybill.state == state, mine)) or 0


def _one(session: Session, query: Select[Any]) -> Any:
    found = session.scalars(query).one_or_none()
    if found is None:
        raise NotFound
    return found


def waiting(session: Session, actor: Actor) -> list[Waiting]:
    """What waits for the actor's people on their home page."""
    from flask import url_for

    board, papers = url_for("logistics_pages.board"), url_for("logistics_pages.waybill_list")
    found: list[Waiting] = []
    if rules.ANSWER_OFFER.allows(actor):
        label = N_("%(count)s freight offers wait for your answer")
        found.append(Waiting(label, count_answers_due(session, actor), board))
    if rules.HOLD_ROUND.allows(actor):
        label = N_("%(count)s consignments wait for a matching round")
        found.append(Waiting(label, count_open(session, FreightDemand), board))
    if rules.CONFIRM_DELIVERY.allows(actor):
        label = N_("%(count)s waybills wait for your confirmation of delivery")
        found.append(Waiting(label, count_waybills(session, actor, WaybillState.LOADED), papers))
    if actor.org_kind is OrgKind.WAREHOUSE:
        label = N_("%(count)s lorries come to be loaded")
        found.append(Waiting(label, count_waybills(session, actor, WaybillState.ISSUED), papers))
    if actor.org_kind is OrgKind.CARRIER:
        label = N_("%(count)s waybills are yours to drive")
        found.append(Waiting(label, _count_drives(session, actor), papers))
    return [item for item in found if item.count]


def _count_drives(session: Session, actor: Actor) -> int:
    """How many of the carrier's waybills are not delivered yet."""
    open_ = Waybill.state.in_([WaybillState.ISSUED, WaybillState.LOADED])
    return session.scalar(select(func.count()).where(Waybill.carrier_org_id == actor.org_id, open_)) or 0
