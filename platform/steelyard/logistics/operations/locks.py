"""Row locks of the freight market.

Locks are taken in one order everywhere: loads, then demands, then supplies, then waybills, each by id. Two
commands can therefore wait for each other, but never in a circle.
"""

from collections.abc import Sequence
from typing import NoReturn, TypeVar

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from steelyard.core.actors import Actor
from steelyard.core.errors import NotFound
from steelyard.logistics.models import FreightDemand, FreightLoad, FreightSupply, Waybill
from steelyard.logistics.states import PostingState

Posting = TypeVar("Posting", FreightDemand, FreightSupply)


def lock_open(session: Session, table: type[Posting]) -> Sequence[Posting]:
    """Every open posting, locked in the order of ids; what another command took meanwhile is left out.

    PostgreSQL looks at the state again once it has waited for a row, so that a second round sees what the
    first one offered; on SQLite the whole transaction waits.
    """
    query = select(table).where(table.state == PostingState.OPEN).order_by(table.id).with_for_update(of=table)
    return session.scalars(query.execution_options(populate_existing=True)).all()


def lock_own_posting(session: Session, actor: Actor, table: type[Posting], posting_id: int) -> Posting:
    """A posting of the actor's organisation, locked; raises NotFound for any other."""
    query = select(table).where(table.id == posting_id, table.org_id == actor.org_id).with_for_update(of=table)
    return session.scalars(query.execution_options(populate_existing=True)).one_or_none() or missing()


def lock_load(session: Session, actor: Actor, load_id: int) -> FreightLoad:
    """A load on one of whose sides the actor stands, locked; raises NotFound for any other."""
    sides = or_(FreightLoad.shipper_org_id == actor.org_id, FreightLoad.carrier_org_id == actor.org_id)
    found = lock_loads(session, FreightLoad.id == load_id, sides)
    return found[0] if found else missing()


def lock_loads(session: Session, *conditions: ColumnElement[bool]) -> Sequence[FreightLoad]:
    """The loads that meet the conditions, locked in the order of ids."""
    query = select(FreightLoad).where(*conditions).order_by(FreightLoad.id).with_for_update(of=FreightLoad)
    return session.scalars(query.execution_options(populate_existing=True)).all()


def lock_waybill(session: Session, *conditions: ColumnElement[bool]) -> Waybill | None:
    """The waybill that meets the conditions, locked; none where there is none."""
    query = select(Waybill).where(*conditions).with_for_update(of=Waybill)
    return session.scalars(query.execution_options(populate_existing=True)).one_or_none()


def missing() -> NoReturn:
    """Say that there is no such document, or that it is not the actor's: the two are not told apart."""
    raise NotFound
