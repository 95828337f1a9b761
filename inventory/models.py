"""Tables of the yard: master data, the ledger of moves and balances, documents."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    String,
    UniqueConstraint,
    column,
    func,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from inventory.states import ArrivalState, Condition, ReceiptStatus
from inventory.tolerances import CUSTOM_PERMILLE
from steelyard.core.models import Base, BigInt, Id, JsonText, Versioned
from steelyard.core.sequence import Sequenced
from steelyard.core.units import Size

CODE, TAG, NUMBER, REFERENCE, WORD = 40, 60, 24, 80, 24
_ORG, _USER = "organisation.id", "user_account.id"


class Warehouse(Versioned, Base):
    """A yard run by an organisation of the kind warehouse (仓库).

    ``tolerance_permille`` is how far the weighbridge may be off where no contract says it.
    """

    __tablename__ = "warehouse"
    id: Mapped[Id]
    org_id: Mapped[int] = mapped_column(ForeignKey(_ORG), nullable=False, index=True)
    code: Mapped[str] = mapped_column(String(CODE), nullable=False, unique=True)
    name: Mapped[str] = mapped_column(String(120), nullable=False)
    tolerance_permille: Mapped[int] = mapped_column(Integer, nullable=False, default=CUSTOM_PERMILLE)


class Place(Versioned, Base):
    """A place of a yard (库位): a real one in a tree of zones and racks, or a virtual one (see ``PlaceKind``).

    It takes up to ``capacity_g`` grams of pieces up to ``capacity_mm`` long, nothing while ``is_blocked``;
    ``walking_order`` is the order in which the forklift comes by. What is ``None`` is not known.
    """

    __tablename__ = "place"
    id: Mapped[Id]
    warehouse_id: Mapped[int] = mapped_column(ForeignKey("warehouse.id"), nullable=False)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("place.id"), index=True)
    code: Mapped[str] = mapped_column(String(CODE), nullable=False)
    name: Mapped[str] = mapped_column(String(120), nullable=False)
    kind: Mapped[str] = mapped_column(String(WORD), nullable=False)
    is_real: Mapped[bool] = mapped_column(Boolean, nullable=False)
    capacity_g: Mapped[int | None] = mapped_column(BigInt)
    capacity_mm: Mapped[int | None] = mapped_column(Integer)
    is_blocked: Mapped[bool] = mapped_column(Boolean, nullable=False, default=False)
    walking_order: Mapped[int | None] = mapped_column(Integer)

    __table_args__ = (
        UniqueConstraint("warehouse_id", "code"),
        UniqueConstraint("id", "is_real"),
    )


class Product(Base):
    """What a bundle is made of (品种): kind, standard, grade, size, condition and kind of length; all in ``key``."""

    __tablename__ = "product"
    id: Mapped[Id]
    key: Mapped[str] = mapped_column(String(240), nullable=False, unique=True)
    kind: Mapped[str] = mapped_column(String(WORD), nullable=False)
    standard: Mapped[str] = mapped_column(String(40), nullable=False)
    grade: Mapped[str] = mapped_column(String(40), nullable=False, index=True)
    od_mm_x100: Mapped[int] = mapped_column(Integer, nullable=False)
    wall_mm_x100: Mapped[int | None] = mapped_column(Integer)
    length_mm: Mapped[int | None] = mapped_column(Integer)
    length_kind: Mapped[str] = mapped_column(String(WORD), nullable=False)
    density_kg_per_m3: Mapped[int] = mapped_column(Integer, nullable=False)
    condition: Mapped[str | None] = mapped_column(String(WORD))

    __table_args__ = (Index("ix_product_size", "od_mm_x100", "wall_mm_x100"),)

    @property
    def size(self) -> Size:
        """The size as one value."""
        return Size(self.od_mm_x100, self.wall_mm_x100, self.length_mm)

    @property
    def size_text(self) -> str:
        """The size as it is printed, ``108×4.5×6000``."""
        return self.size.text()

    @property
    def standard_text(self) -> str:
        """The standard with the letters of the condition behind it, ``GB/T 8163 N``."""
        return f"{self.standard} {Condition(self.condition).letters}" if self.condition else self.standard


class Heat(Base):
    """A melt of a mill (炉号): the steel that bundles of billet and of pipe have in common."""

    __tablename__ = "heat"
    id: Mapped[Id]
    heat_number: Mapped[str] = mapped_column(String(REFERENCE), nullable=False)
    mill_name: Mapped[str] = mapped_column(String(120), nullable=False)
    mill_org_id: Mapped[int | None] = mapped_column(ForeignKey(_ORG), index=True)

    __table_args__ = (UniqueConstraint("heat_number", "mill_name"),)


class Bundle(Base):
    """A tied bundle of pipes or billets with a tag (捆、捆号); what it is, not where it lies.

    ``owner_id`` is for whom it was received; the present owner stands in the balance. ``voided`` is 0, or the id
    of the move that reversed the reception, so that the tag can be used again.
    """

    __tablename__ = "bundle"
    id: Mapped[Id]
    warehouse_id: Mapped[int] = mapped_column(ForeignKey("warehouse.id"), nullable=False)
    tag: Mapped[str] = mapped_column(String(TAG), nullable=False)
    voided: Mapped[int] = mapped_column(BigInt, nullable=False, default=0)
    product_id: Mapped[int] = mapped_column(ForeignKey("product.id"), nullable=False, index=True)
    heat_id: Mapped[int] = mapped_column(ForeignKey("heat.id"), nullable=False, index=True)
    owner_id: Mapped[int] = mapped_column(ForeignKey(_ORG), nullable=False, index=True)
    certificate_number: Mapped[str | None] = mapped_column(String(REFERENCE))
    pieces: Mapped[int] = mapped_column(Integer, nullable=False)
    piece_length_mm: Mapped[int] = mapped_column(Integer, nullable=False)
    theoretical_mass_g: Mapped[int] = mapped_column(BigInt, nullable=False)
    certificate_mass_g: Mapped[int | None] = mapped_column(BigInt)
    weighed_mass_g: Mapped[int | None] = mapped_column(BigInt)

    __table_args__ = (
        UniqueConstraint("warehouse_id", "tag", "voided"),
        CheckConstraint("pieces > 0 AND piece_length_mm > 0 AND theoretical_mass_g > 0", name="quantities"),
        Index(
            "ix_bundle_tag_begins",
            func.lower(column("tag")).label("begins"),
            postgresql_ops={"begins": "text_pattern_ops"},
        ).ddl_if(dialect="postgresql"),
    )


class StockMove(Sequenced, Base):
    """A movement of a bundle from one position to another (库存流水); append-only, undone by a counter-move.

    ``length_mm`` is that of all pieces together. ``reverses_id`` names the move that this one undoes.
    """

    __tablename__ = "stock_move"
    warehouse_id: Mapped[int] = mapped_column(ForeignKey("warehouse.id"), nullable=False)
    bundle_id: Mapped[int] = mapped_column(ForeignKey("bundle.id"), nullable=False)
    pieces: Mapped[int] = mapped_column(BigInt, nullable=False)
    length_mm: Mapped[int] = mapped_column(BigInt, nullable=False)
    mass_g: Mapped[int] = mapped_column(BigInt, nullable=False)
    from_place_id: Mapped[int] = mapped_column(ForeignKey("place.id"), nullable=False)
    from_owner_id: Mapped[int] = mapped_column(ForeignKey(_ORG), nullable=False)
    from_state: Mapped[str] = mapped_column(String(WORD), nullable=False)
    to_place_id: Mapped[int] = mapped_column(ForeignKey("place.id"), nullable=False)
    to_owner_id: Mapped[int] = mapped_column(ForeignKey(_ORG), nullable=False)
    to_state: Mapped[str] = mapped_column(String(WORD), nullable=False)
    document_kind: Mapped[str] = mapped_column(String(WORD), nullable=False)
    document_number: Mapped[str | None] = mapped_column(String(NUMBER))
    reverses_id: Mapped[int | None] = mapped_column(ForeignKey("stock_move.id"), unique=True)
    event_at: Mapped[datetime] = mapped_column(nullable=False)
    recorded_at: Mapped[datetime] = mapped_column(nullable=False)
    client_op_id: Mapped[str | None] = mapped_column(String(REFERENCE))
    actor_id: Mapped[int] = mapped_column(ForeignKey(_USER), nullable=False)

    __table_args__ = (
        Index("ix_stock_move_bundle", "bundle_id", "id"),
        Index("ix_stock_move_document", "document_number"),
        Index("ix_stock_move_feed", "warehouse_id", "epoch", "txid", "id"),
        Index("ix_stock_move_recorded", "recorded_at", postgresql_using="brin"),
        CheckConstraint(
            "pieces >= 0 AND length_mm >= 0 AND mass_g >= 0 AND pieces + length_mm + mass_g > 0",
            name="quantities",
        ),
        {"info": {"append_only": True}},
    )


class StockBalance(Base):
    """What of a bundle stands at a place, for an owner, in a state (库存余额); the sum of the moves, kept with them.

    Real places never hold less than nothing, and a bundle lies at one of them at most: the partial index says so.
    """

    __tablename__ = "stock_balance"
    bundle_id: Mapped[int] = mapped_column(ForeignKey("bundle.id"), primary_key=True)
    place_id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    owner_id: Mapped[int] = mapped_column(ForeignKey(_ORG), primary_key=True)
    state: Mapped[str] = mapped_column(String(WORD), primary_key=True)
    is_real: Mapped[bool] = mapped_column(Boolean, nullable=False)
    pieces: Mapped[int] = mapped_column(BigInt, nullable=False)
    length_mm: Mapped[int] = mapped_column(BigInt, nullable=False)
    mass_g: Mapped[int] = mapped_column(BigInt, nullable=False)

    __table_args__ = (
        ForeignKeyConstraint(["place_id", "is_real"], ["place.id", "place.is_real"]),
        CheckConstraint("NOT is_real OR (pieces >= 0 AND length_mm >= 0 AND mass_g >= 0)", name="real_not_negative"),
        Index(
            "uq_stock_balance_one_place",
            "bundle_id",
            unique=True,
            sqlite_where=text("is_real = 1 AND pieces > 0"),
            postgresql_where=text("is_real AND pieces > 0"),
        ),
        Index("ix_stock_balance_owner", "owner_id", "bundle_id"),
        Index("ix_stock_balance_place", "place_id", "bundle_id"),
    )


class Receipt(Versioned, Base):
    """Goods received (入库单, RK): bundles are scanned to it while it is open, and are available once it is posted."""

    __tablename__ = "receipt"
    id: Mapped[Id]
    number: Mapped[str] = mapped_column(String(NUMBER), nullable=False, unique=True)
    warehouse_id: Mapped[int] = mapped_column(ForeignKey("warehouse.id"), nullable=False, index=True)
    owner_id: Mapped[int] = mapped_column(ForeignKey(_ORG), nullable=False, index=True)
    status: Mapped[str] = mapped_column(String(WORD), nullable=False, default=ReceiptStatus.POSTED)
    source: Mapped[str] = mapped_column(String(WORD), nullable=False)
    advice_number: Mapped[str | None] = mapped_column(String(REFERENCE), index=True)
    plate: Mapped[str | None] = mapped_column(String(24))
    event_at: Mapped[datetime] = mapped_column(nullable=False)
    recorded_at: Mapped[datetime] = mapped_column(nullable=False)
    received_by: Mapped[int] = mapped_column(ForeignKey(_USER), nullable=False)


class ReceiptLine(Base):
    """A bundle that a receipt brought in, and where it was put.

    ``state`` is the one that it gets when the receipt is posted.
    """

    __tablename__ = "receipt_line"
    receipt_id: Mapped[int] = mapped_column(ForeignKey("receipt.id"), primary_key=True)
    bundle_id: Mapped[int] = mapped_column(ForeignKey("bundle.id"), primary_key=True, unique=True)
    place_id: Mapped[int] = mapped_column(ForeignKey("place.id"), nullable=False)
    state: Mapped[str] = mapped_column(String(WORD), nullable=False, default=ArrivalState.AVAILABLE)


class StockIssue(Versioned, Base):
    """Goods issued to a lorry (出库单, CK); ``difference_reason`` is why it weighed other than the books say."""

    __tablename__ = "stock_issue"
    id: Mapped[Id]
    number: Mapped[str] = mapped_column(String(NUMBER), nullable=False, unique=True)
    warehouse_id: Mapped[int] = mapped_column(ForeignKey("warehouse.id"), nullable=False, index=True)
    owner_id: Mapped[int] = mapped_column(ForeignKey(_ORG), nullable=False, index=True)
    waybill_number: Mapped[str] = mapped_column(String(REFERENCE), nullable=False, index=True)
    plate: Mapped[str] = mapped_column(String(24), nullable=False)
    status: Mapped[str] = mapped_column(String(WORD), nullable=False)
    opened_at: Mapped[datetime] = mapped_column(nullable=False)
    posted_at: Mapped[datetime | None] = mapped_column()
    opened_by: Mapped[int] = mapped_column(ForeignKey(_USER), nullable=False)
    posted_by: Mapped[int | None] = mapped_column(ForeignKey(_USER))
    difference_reason: Mapped[str | None] = mapped_column(String(200))


class StockTransfer(Base):
    """Bundles brought to another place by one order (移库单, YK)."""

    __tablename__ = "stock_transfer"
    id: Mapped[Id]
    number: Mapped[str] = mapped_column(String(NUMBER), nullable=False, unique=True)
    warehouse_id: Mapped[int] = mapped_column(ForeignKey("warehouse.id"), nullable=False, index=True)
    place_id: Mapped[int] = mapped_column(ForeignKey("place.id"), nullable=False)
    reason: Mapped[str] = mapped_column(String(200), nullable=False)
    recorded_at: Mapped[datetime] = mapped_column(nullable=False)
    moved_by: Mapped[int] = mapped_column(ForeignKey(_USER), nullable=False)


class Stocktake(Versioned, Base):
    """A blind count of a part of the yard (盘点单, PD): of places, and of them perhaps only an owner's or a product's.

    ``round`` is the number of the count, 1 and more with each recount (复盘). Up to ``tolerance_pieces`` more or fewer
    are let pass. ``judged_count_id`` is the last count that the variance knows; a later one has reopened it.
    """

    __tablename__ = "stocktake"
    id: Mapped[Id]
    number: Mapped[str] = mapped_column(String(NUMBER), nullable=False, unique=True)
    warehouse_id: Mapped[int] = mapped_column(ForeignKey("warehouse.id"), nullable=False, index=True)
    place_id: Mapped[int | None] = mapped_column(ForeignKey("place.id"))
    owner_id: Mapped[int | None] = mapped_column(BigInt)
    product_id: Mapped[int | None] = mapped_column(BigInt)
    is_cycle: Mapped[bool] = mapped_column(Boolean, nullable=False, default=False)
    tolerance_pieces: Mapped[int] = mapped_column(Integer, nullable=False, default=0)
    round: Mapped[int] = mapped_column(Integer, nullable=False, default=1)
    judged_count_id: Mapped[int | None] = mapped_column(BigInt)
    status: Mapped[str] = mapped_column(String(WORD), nullable=False)
    opened_at: Mapped[datetime] = mapped_column(nullable=False)
    opened_by: Mapped[int] = mapped_column(ForeignKey(_USER), nullable=False)
    closed_at: Mapped[datetime | None] = mapped_column()
    closed_by: Mapped[int | None] = mapped_column(ForeignKey(_USER))
    decided_at: Mapped[datetime | None] = mapped_column()
    decided_by: Mapped[int | None] = mapped_column(ForeignKey(_USER))


class StocktakePlace(Base):
    """A place that a stocktake covers: the tree below its place, as it was at the opening."""

    __tablename__ = "stocktake_place"
    stocktake_id: Mapped[int] = mapped_column(ForeignKey("stocktake.id"), primary_key=True)
    place_id: Mapped[int] = mapped_column(ForeignKey("place.id"), primary_key=True)


class StocktakeCount(Base):
    """One count of one tag; every count is kept, the variance takes the last."""

    __tablename__ = "stocktake_count"
    id: Mapped[Id]
    stocktake_id: Mapped[int] = mapped_column(ForeignKey("stocktake.id"), nullable=False)
    tag: Mapped[str] = mapped_column(String(TAG), nullable=False)
    bundle_id: Mapped[int | None] = mapped_column(ForeignKey("bundle.id"))
    place_id: Mapped[int] = mapped_column(ForeignKey("place.id"), nullable=False)
    pieces: Mapped[int | None] = mapped_column(Integer)
    round: Mapped[int] = mapped_column(Integer, nullable=False, default=1)
    event_at: Mapped[datetime] = mapped_column(nullable=False)
    recorded_at: Mapped[datetime] = mapped_column(nullable=False)
    client_op_id: Mapped[str] = mapped_column(String(REFERENCE), nullable=False)
    counted_by: Mapped[int] = mapped_column(ForeignKey(_USER), nullable=False)

    __table_args__ = (
        Index("ix_stocktake_count_stocktake", "stocktake_id", "tag", "id"),
        {"info": {"append_only": True}},
    )


class StocktakeLine(Base):
    """The variance of one tag, and whether it was posted, superseded by a later move, or kept to be looked into.

    ``reason`` is what people found out about it; ``settled_by`` who received, linked, moved or dismissed it.
    """

    __tablename__ = "stocktake_line"
    id: Mapped[Id]
    stocktake_id: Mapped[int] = mapped_column(ForeignKey("stocktake.id"), nullable=False)
    tag: Mapped[str] = mapped_column(String(TAG), nullable=False)
    bundle_id: Mapped[int | None] = mapped_column(ForeignKey("bundle.id"))
    finding: Mapped[str] = mapped_column(String(WORD), nullable=False)
    booked_place_id: Mapped[int | None] = mapped_column(ForeignKey("place.id"))
    booked_pieces: Mapped[int | None] = mapped_column(Integer)
    counted_place_id: Mapped[int | None] = mapped_column(ForeignKey("place.id"))
    counted_pieces: Mapped[int | None] = mapped_column(Integer)
    resolution: Mapped[str | None] = mapped_column(String(WORD))
    reason: Mapped[str | None] = mapped_column(String(WORD))
    remark: Mapped[str | None] = mapped_column(String(200))
    settled_at: Mapped[datetime | None] = mapped_column()
    settled_by: Mapped[int | None] = mapped_column(BigInt)

    __table_args__ = (UniqueConstraint("stocktake_id", "tag"),)


class Encumbrance(Base):
    """What keeps a bundle from leaving (权利限制): a pledge, a court order, a quality hold, and whose reference."""

    __tablename__ = "encumbrance"
    id: Mapped[Id]
    bundle_id: Mapped[int] = mapped_column(ForeignKey("bundle.id"), nullable=False)
    kind: Mapped[str] = mapped_column(String(WORD), nullable=False)
    reference: Mapped[str] = mapped_column(String(REFERENCE), nullable=False)
    placed_at: Mapped[datetime] = mapped_column(nullable=False)
    placed_by: Mapped[int] = mapped_column(ForeignKey(_USER), nullable=False)
    lifted_at: Mapped[datetime | None] = mapped_column()
    lifted_by: Mapped[int | None] = mapped_column(ForeignKey(_USER))

    __table_args__ = (
        Index(
            "ix_encumbrance_standing",
            "bundle_id",
            sqlite_where=column("lifted_at").is_(None),
            postgresql_where=column("lifted_at").is_(None),
        ),
    )


class ScanAnswer(Base):
    """The first answer to an operation of a device; a replay gets it again."""

    __tablename__ = "scan_answer"
    warehouse_id: Mapped[int] = mapped_column(ForeignKey("warehouse.id"), primary_key=True)
    client_op_id: Mapped[str] = mapped_column(String(REFERENCE), primary_key=True)
    fingerprint: Mapped[str] = mapped_column(String(64), nullable=False)
    answer: Mapped[dict[str, Any]] = mapped_column(JsonText, nullable=False)
    recorded_at: Mapped[datetime] = mapped_column(nullable=False)
    actor_id: Mapped[int] = mapped_column(ForeignKey(_USER), nullable=False)

    __table_args__ = ({"info": {"append_only": True}},)
