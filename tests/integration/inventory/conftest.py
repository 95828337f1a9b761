"""A yard with places, people, a product and owners, as every test of inventory needs it."""

from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import select

from inventory.models import Bundle, Product, Receipt, StockIssue, Warehouse
from inventory.operations import issuing, receiving, scans, setting_up
from inventory.operations.receiving import Arrival, Delivery
from inventory.operations.seals import seal_ledger
from inventory.operations.verification import verify
from inventory.scanning import Answer, Operation
from inventory.states import LengthKind, OperationKind, ProductKind, ReceiptSource
from steelyard.core.actors import Actor
from steelyard.core.database import Database
from steelyard.core.units import parse_size
from tests.support.databases import Databases
from tests.support.world import World

PLACES = ("A-01", "A-02", "B-01")
NOON = datetime(2026, 9, 1, 4, 0, tzinfo=UTC)


@dataclass
class Yard:
    """A warehouse of two zones with its people and two owners of goods."""

    db: Database
    world: World
    warehouse: Warehouse
    product: Product
    keeper: Actor
    counter: Actor
    manager: Actor
    owner: Actor
    other_owner: Actor
    _ops: list[int] = field(default_factory=lambda: [0])

    def receive(
        self, *tags: str, owner: Actor | None = None, place: str = "A-01", event_at: datetime | None = None, **more: Any
    ) -> Receipt:
        """Receive pipe bundles of ten pieces of six metres each, of heat H1 by default."""
        details = {"heat_number": "H1", "mill_name": "Mill One", "certificate_number": "ZB-1", **more}
        arrivals = [
            Arrival(tag=tag, product_id=self.product.id, pieces=10, piece_length_mm=6000, place=place, **details)
            for tag in tags
        ]
        delivery = Delivery(
            owner_id=(owner or self.owner).org_id, source=ReceiptSource.ANNOUNCED, arrivals=arrivals,
            advice_number="DH-20260901-0001", event_at=event_at,
        )  # fmt: skip
        with self.db.write() as session:
            return receiving.receive(session, self.keeper, self.warehouse.id, delivery)

    def issue(self, *tags: str, owner: Actor | None = None) -> StockIssue:
        """Issue bundles to a lorry at once."""
        loading = issuing.Loading((owner or self.owner).org_id, "YD-20260901-0001", "鲁P12345", tags)
        with self.db.write() as session:
            return issuing.issue_at_once(session, self.keeper, self.warehouse.id, loading)

    def operation(self, kind: str, tag: str, **more: Any) -> Operation:
        """One scan under an id of its own."""
        self._ops[0] += 1
        more.setdefault("client_op_id", f"op-{self._ops[0]}")
        more.setdefault("event_at", datetime.now(UTC))
        return Operation(kind=OperationKind(kind), tag=tag, **more)

    def scan(self, *operations: Operation, actor: Actor | None = None) -> list[Answer]:
        """Send operations as one request."""
        with self.db.write() as session:
            return scans.perform(session, actor or self.keeper, self.warehouse.id, operations)

    def seal(self) -> None:
        """Seal what is new, as the clock's job does."""
        with self.db.write() as session:
            seal_ledger(session)

    def bundle_ids(self, tags: Sequence[str]) -> list[int]:
        """The ids of bundles by their tags."""
        with self.db.read() as session:
            return list(session.scalars(select(Bundle.id).where(Bundle.tag.in_(tags)).order_by(Bundle.id)))

    def assert_sound(self) -> None:
        """Fail unless rebuilding from the moves gives the balances."""
        with self.db.read() as session:
            report = verify(session)
        assert report.holds, [str(fault) for fault in report.faults]


def make_yard(db: Database, world: World, code: str = "LC01") -> Yard:
    """Set up a yard."""
    org = world.org("warehouse")
    keeper = world.actor("warehouse", "keeper", org=org, locale="en")
    with db.write() as session:
        warehouse = setting_up.open_warehouse(session, keeper, code, "聊城一号库")
        setting_up.add_place(session, keeper, warehouse.id, "A", "A 区")
        setting_up.add_place(session, keeper, warehouse.id, "B", "B 区")
        for place in PLACES:
            setting_up.add_place(session, keeper, warehouse.id, place, place, parent=place[0])
        spec = setting_up.ProductSpec(
            ProductKind.PIPE, "GB/T 8163", "20", parse_size("108*4.5*6000"), LengthKind.FIXED, 7850
        )
        existing = session.scalars(select(Product).where(Product.key == spec.key)).first()
        product = existing or setting_up.add_product(session, keeper, spec)
    return Yard(
        db, world, warehouse, product, keeper,
        world.actor("warehouse", "counter", org=org, locale="en"),
        world.actor("warehouse", "admin", org=org, locale="en"),
        world.actor("pipe_maker", "seller", locale="en"), world.actor("trader", "seller", locale="en"),
    )  # fmt: skip


def a_yard(db: Database) -> dict[str, Any]:
    """Set up a yard; return its parts but for the database."""
    made = make_yard(db, World(db))
    return {one.name: getattr(made, one.name) for one in fields(made) if one.name not in {"db", "world", "_ops"}}


@pytest.fixture
def db(request: pytest.FixtureRequest, databases: Databases, dialect: str) -> Database:
    """A fresh migrated database, with a yard on it where the test asks for one."""
    return databases.open(dialect, holding=a_yard if "yard" in request.fixturenames else None)


@pytest.fixture
def yard(db: Database, world: World, databases: Databases, dialect: str) -> Yard:
    """A yard on a fresh database."""
    return Yard(db, world, **databases.held(dialect, a_yard))


@pytest.fixture
def inspector(yard: Yard) -> Actor:
    """Who holds and reports."""
    return yard.world.actor("warehouse", "inspector", org=yard.keeper, locale="en")


@pytest.fixture
def colleague(yard: Yard) -> Actor:
    """Who lifts and approves."""
    return yard.world.actor("warehouse", "inspector", org=yard.keeper, locale="en")
