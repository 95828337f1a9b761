"""Delivery orders as the tests of issuing need them."""

from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import select

from inventory.delivery_models import DeliveryOrder, GatePass, StockAllocation
from inventory.models import Bundle, StockBalance
from inventory.operations import allocating, deliveries, gate
from inventory.operations.deliveries import Ordered, OrderedLine
from inventory.operations.gate import Leaving, Tried
from inventory.states import Rest
from steelyard.accounts.secrets import hash_password
from steelyard.core.actors import Actor

from .conftest import Yard

CODE = "604817"
PLATE = "鲁P12345"


@cache
def code_hash() -> str:
    """Hash the code once a process: argon2id is meant to be slow."""
    return hash_password(CODE)


def order(yard: Yard, *lines: OrderedLine, number: str = "T-1", owner: Actor | None = None, **more: Any) -> int:
    """Place an order of the owner of goods; its id."""
    more.setdefault("valid_until", datetime.now(UTC) + timedelta(days=3))
    wanted = Ordered(number, PLATE, code_hash(), lines=lines or (OrderedLine(grade="20", pieces=20),), **more)
    with yard.db.write() as session:
        return deliveries.place(session, owner or yard.owner, yard.warehouse.id, wanted).id


def allocate(yard: Yard, order_id: int) -> list[str]:
    """Allocate, and return the tags that are kept for the order."""
    with yard.db.write() as session:
        allocating.allocate(session, yard.keeper, order_id)
    return kept(yard, order_id)


def kept(yard: Yard, order_id: int, *states: str) -> list[str]:
    """The tags of an order's allocations in these states, by default reserved and picked ones, in their order."""
    wanted = states or ("reserved", "picked")
    query = (
        select(Bundle.tag).join(StockAllocation, StockAllocation.bundle_id == Bundle.id).order_by(StockAllocation.id)
    )
    with yard.db.read() as session:
        return list(
            session.scalars(query.where(StockAllocation.order_id == order_id, StockAllocation.state.in_(wanted)))
        )


def read(yard: Yard, order_id: int) -> DeliveryOrder:
    """An order as it stands."""
    with yard.db.read() as session:
        return session.get_one(DeliveryOrder, order_id)


def pick(yard: Yard, order_id: int, tag: str, **more: Any) -> str:
    """Scan a bundle to pick; the code of the answer."""
    (answer,) = yard.scan(yard.operation("pick", tag, delivery_number=read(yard, order_id).number, **more))
    return answer.code


def right(yard: Yard, order_id: int) -> Tried:
    """A pick-up code that was tried and is right."""
    return Tried(is_right=True, proved=read(yard, order_id).pass_hash)


def let_out(yard: Yard, order_id: int, rest: Rest = Rest.KEEP, **more: Any) -> GatePass:
    """Let the lorry go."""
    with yard.db.write() as session:
        leaving = Leaving(more.pop("plate", PLATE), rest, **more)
        return gate.pass_out(session, yard.keeper, order_id, leaving, right(yard, order_id))


def states(yard: Yard) -> dict[str, str]:
    """The state of each bundle that lies in the yard."""
    query = select(Bundle.tag, StockBalance.state).join(StockBalance, StockBalance.bundle_id == Bundle.id)
    with yard.db.read() as session:
        return dict(session.execute(query.where(StockBalance.is_real, StockBalance.pieces > 0)).all())
