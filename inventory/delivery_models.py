"""Tables of issuing by an owner's order: the order and its lines, what is allocated to it, codes tried, gate passes."""

from datetime import datetime

from sqlalchemy import Boolean, CheckConstraint, ForeignKey, Index, Integer, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from inventory.models import NUMBER, REFERENCE, WORD
from steelyard.core.models import Base, BigInt, Id, Versioned

_ORG, _USER, _BUNDLE, _ORDER = "organisation.id", "user_account.id", "bundle.id", "delivery_order.id"
PLATE, DRIVER, REASON, GRADE = 24, 80, 200, 40
_OPEN = text("state IN ('reserved', 'picked')")
_STANDS = text("status <> 'cancelled'")


class DeliveryOrder(Versioned, Base):
    """An owner's order that his goods be handed to a lorry (提货单, TH).

    ``order_number`` is the owner's own; ``tolerance_permille`` the contract's, of the weighbridge against the books, or
    ``None`` where the yard's holds. Whoever comes shows the plate and says the pick-up code (提货码), of which only
    a slow hash is kept.
    """

    __tablename__ = "delivery_order"
    id: Mapped[Id]
    number: Mapped[str] = mapped_column(String(NUMBER), nullable=False, unique=True)
    order_number: Mapped[str] = mapped_column(String(REFERENCE), nullable=False)
    warehouse_id: Mapped[int] = mapped_column(ForeignKey("warehouse.id"), nullable=False, index=True)
    owner_id: Mapped[int] = mapped_column(ForeignKey(_ORG), nullable=False, index=True)
    plate: Mapped[str] = mapped_column(String(PLATE), nullable=False)
    driver: Mapped[str | None] = mapped_column(String(DRIVER))
    waybill_number: Mapped[str | None] = mapped_column(String(REFERENCE))
    pass_hash: Mapped[str] = mapped_column(String(REASON), nullable=False)
    remark: Mapped[str | None] = mapped_column(String(REASON))
    tolerance_permille: Mapped[int | None] = mapped_column(Integer)
    status: Mapped[str] = mapped_column(String(WORD), nullable=False)
    valid_until: Mapped[datetime] = mapped_column(nullable=False)
    placed_at: Mapped[datetime] = mapped_column(nullable=False)
    placed_by: Mapped[int] = mapped_column(ForeignKey(_USER), nullable=False)
    ended_at: Mapped[datetime | None] = mapped_column()
    ended_by: Mapped[int | None] = mapped_column(ForeignKey(_USER))
    reason: Mapped[str | None] = mapped_column(String(REASON))

    __table_args__ = (
        Index(
            "uq_delivery_order_owner",
            "owner_id",
            "order_number",
            unique=True,
            sqlite_where=_STANDS,
            postgresql_where=_STANDS,
        ),
    )


class DeliveryLine(Base):
    """What is ordered: a bundle by name, or pieces or a mass of what a product, size, grade and standard describe.

    The rules: one condition of delivery, all from one heat, only what has a certificate, a range of lengths of a piece,
    whole bundles only.
    """

    __tablename__ = "delivery_line"
    id: Mapped[Id]
    order_id: Mapped[int] = mapped_column(ForeignKey(_ORDER), nullable=False)
    position: Mapped[int] = mapped_column(Integer, nullable=False)
    bundle_id: Mapped[int | None] = mapped_column(ForeignKey(_BUNDLE))
    product_id: Mapped[int | None] = mapped_column(ForeignKey("product.id"))
    od_mm_x100: Mapped[int | None] = mapped_column(Integer)
    wall_mm_x100: Mapped[int | None] = mapped_column(Integer)
    grade: Mapped[str | None] = mapped_column(String(GRADE))
    standard: Mapped[str | None] = mapped_column(String(GRADE))
    condition: Mapped[str | None] = mapped_column(String(WORD))
    pieces: Mapped[int | None] = mapped_column(Integer)
    mass_g: Mapped[int | None] = mapped_column(BigInt)
    min_piece_mm: Mapped[int | None] = mapped_column(Integer)
    max_piece_mm: Mapped[int | None] = mapped_column(Integer)
    one_heat: Mapped[bool] = mapped_column(Boolean, nullable=False)
    certified: Mapped[bool] = mapped_column(Boolean, nullable=False)
    whole_bundles: Mapped[bool] = mapped_column(Boolean, nullable=False)

    __table_args__ = (
        UniqueConstraint("order_id", "position"),
        CheckConstraint("bundle_id IS NULL OR (pieces IS NULL AND mass_g IS NULL)", name="named_whole"),
        CheckConstraint("bundle_id IS NOT NULL OR (pieces IS NULL) <> (mass_g IS NULL)", name="one_measure"),
        CheckConstraint("(pieces IS NULL OR pieces > 0) AND (mass_g IS NULL OR mass_g > 0)", name="quantities"),
    )


class StockAllocation(Base):
    """A bundle kept for an order (配货), or ``is_part`` of one that is split before it is picked.

    The partial index is the promise that no bundle is kept for two. Once ``issued``, pieces and mass are what left.
    """

    __tablename__ = "stock_allocation"
    id: Mapped[Id]
    order_id: Mapped[int] = mapped_column(ForeignKey(_ORDER), nullable=False, index=True)
    line_id: Mapped[int] = mapped_column(ForeignKey("delivery_line.id"), nullable=False)
    bundle_id: Mapped[int] = mapped_column(ForeignKey(_BUNDLE), nullable=False)
    state: Mapped[str] = mapped_column(String(WORD), nullable=False)
    is_part: Mapped[bool] = mapped_column(Boolean, nullable=False)
    pieces: Mapped[int] = mapped_column(BigInt, nullable=False)
    mass_g: Mapped[int] = mapped_column(BigInt, nullable=False)
    allocated_at: Mapped[datetime] = mapped_column(nullable=False)
    allocated_by: Mapped[int] = mapped_column(ForeignKey(_USER), nullable=False)
    picked_at: Mapped[datetime | None] = mapped_column()
    picked_by: Mapped[int | None] = mapped_column(ForeignKey(_USER))
    ended_at: Mapped[datetime | None] = mapped_column()
    ended_by: Mapped[int | None] = mapped_column(ForeignKey(_USER))
    reason: Mapped[str | None] = mapped_column(String(REASON))

    __table_args__ = (
        Index("uq_stock_allocation_open", "bundle_id", unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN),
        CheckConstraint("pieces > 0 AND mass_g > 0", name="quantities"),
    )


class PickupAttempt(Base):
    """A pick-up code that was said at the gate; it is counted before it is checked, so that nobody guesses in haste."""

    __tablename__ = "pickup_attempt"
    id: Mapped[Id]
    order_id: Mapped[int] = mapped_column(ForeignKey(_ORDER), nullable=False, index=True)
    made_at: Mapped[datetime] = mapped_column(nullable=False)
    made_by: Mapped[int] = mapped_column(ForeignKey(_USER), nullable=False)
    is_right: Mapped[bool] = mapped_column(Boolean, nullable=False)


class GatePass(Base):
    """What lets a lorry out of the gate (出门证, CM), with the issue that it stands for."""

    __tablename__ = "gate_pass"
    id: Mapped[Id]
    number: Mapped[str] = mapped_column(String(NUMBER), nullable=False, unique=True)
    order_id: Mapped[int] = mapped_column(ForeignKey(_ORDER), nullable=False, index=True)
    issue_id: Mapped[int] = mapped_column(ForeignKey("stock_issue.id"), nullable=False, unique=True)
    passed_at: Mapped[datetime] = mapped_column(nullable=False)
    passed_by: Mapped[int] = mapped_column(ForeignKey(_USER), nullable=False)
    difference_reason: Mapped[str | None] = mapped_column(String(REASON))

    __table_args__ = ({"info": {"append_only": True}},)
