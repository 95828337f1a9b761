"""What was announced to the yard, and receipts that stopped for a decision."""

from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, CheckConstraint, ForeignKey, Index, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from inventory.models import NUMBER, REFERENCE, TAG, WORD
from steelyard.core.models import Base, BigInt, Id, JsonText, Versioned

_USER = "user_account.id"


class StockAdvice(Versioned, Base):
    """An advice of goods to come (到货通知、预报): from a group purchase's delivery, the owner, or the yard's keeper.

    ``warehouse_id`` is ``None`` while it is open to which yard the lorry drives. ``tolerance_permille`` is that of the
    weighbridge against the advised mass: the contract's where ``tolerance_agreed``, else the yard's holds.
    """

    __tablename__ = "stock_advice"
    id: Mapped[Id]
    number: Mapped[str] = mapped_column(String(REFERENCE), nullable=False, index=True)
    warehouse_id: Mapped[int | None] = mapped_column(ForeignKey("warehouse.id"), index=True)
    owner_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), nullable=False)
    source: Mapped[str] = mapped_column(String(WORD), nullable=False)
    plate: Mapped[str | None] = mapped_column(String(NUMBER))
    tolerance_permille: Mapped[int] = mapped_column(Integer, nullable=False)
    tolerance_agreed: Mapped[bool] = mapped_column(Boolean, nullable=False, default=True)
    status: Mapped[str] = mapped_column(String(WORD), nullable=False)
    created_at: Mapped[datetime] = mapped_column(nullable=False)
    created_by: Mapped[int | None] = mapped_column(ForeignKey(_USER))

    __table_args__ = (
        UniqueConstraint("owner_id", "number"),
        CheckConstraint("tolerance_permille >= 0", name="tolerance"),
    )


class StockAdviceLine(Base):
    """What an advice announces: one bundle by its ``tag``, or ``bundles`` bundles alike, whose tags are not known.

    ``pieces`` are those of one bundle, ``mass_g`` is that of the whole line; what is ``None`` was not said.
    """

    __tablename__ = "stock_advice_line"
    id: Mapped[Id]
    advice_id: Mapped[int] = mapped_column(ForeignKey("stock_advice.id"), nullable=False, index=True)
    tag: Mapped[str | None] = mapped_column(String(TAG))
    goods: Mapped[str | None] = mapped_column(String(240))
    product_id: Mapped[int | None] = mapped_column(ForeignKey("product.id"))
    heat_number: Mapped[str | None] = mapped_column(String(REFERENCE))
    mill_name: Mapped[str | None] = mapped_column(String(120))
    certificate_number: Mapped[str | None] = mapped_column(String(REFERENCE))
    bundles: Mapped[int | None] = mapped_column(Integer)
    pieces: Mapped[int | None] = mapped_column(Integer)
    piece_length_mm: Mapped[int | None] = mapped_column(Integer)
    mass_g: Mapped[int | None] = mapped_column(BigInt)

    __table_args__ = (
        UniqueConstraint("advice_id", "tag"),
        CheckConstraint("tag IS NULL OR bundles = 1", name="bundle_of_tag"),
        CheckConstraint("bundles > 0 AND pieces > 0 AND piece_length_mm > 0 AND mass_g > 0", name="quantities"),
    )


class StockAdviceArrival(Base):
    """A bundle that was announced, has come, and by which line; one that came besides has none."""

    __tablename__ = "stock_advice_arrival"
    bundle_id: Mapped[int] = mapped_column(ForeignKey("bundle.id"), primary_key=True)
    advice_line_id: Mapped[int] = mapped_column(ForeignKey("stock_advice_line.id"), nullable=False, index=True)


class ReceiptStop(Base):
    """A receipt that was stopped (入库暂停): by what was found, and what another person decided."""

    __tablename__ = "receipt_stop"
    id: Mapped[Id]
    receipt_id: Mapped[int] = mapped_column(ForeignKey("receipt.id"), nullable=False)
    findings: Mapped[list[dict[str, Any]]] = mapped_column(JsonText, nullable=False)
    stopped_at: Mapped[datetime] = mapped_column(nullable=False)
    stopped_by: Mapped[int] = mapped_column(ForeignKey(_USER), nullable=False)
    decision: Mapped[str | None] = mapped_column(String(WORD))
    because: Mapped[str | None] = mapped_column(String(400))
    decided_at: Mapped[datetime | None] = mapped_column()
    decided_by: Mapped[int | None] = mapped_column(ForeignKey(_USER))

    __table_args__ = (
        Index("ix_receipt_stop_receipt", "receipt_id", "id"),
        CheckConstraint("decided_by <> stopped_by", name="four_eyes"),
        CheckConstraint("(decision IS NULL) = (decided_by IS NULL)", name="decided"),
    )
