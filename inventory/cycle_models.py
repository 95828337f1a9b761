"""The table of what products are worth."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from steelyard.core.models import Base, BigInt, Id


class ProductValue(Base):
    """What a yard holds a product to be worth (货值), in fen per tonne; append-only, the one set last counts."""

    __tablename__ = "product_value"
    id: Mapped[Id]
    warehouse_id: Mapped[int] = mapped_column(ForeignKey("warehouse.id"), nullable=False)
    product_id: Mapped[int] = mapped_column(ForeignKey("product.id"), nullable=False)
    fen_per_t: Mapped[int] = mapped_column(BigInt, nullable=False)
    set_at: Mapped[datetime] = mapped_column(nullable=False)
    set_by: Mapped[int] = mapped_column(ForeignKey("user_account.id"), nullable=False)

    __table_args__ = (
        Index("ix_product_value_product", "warehouse_id", "product_id", "id"),
        CheckConstraint("fen_per_t > 0", name="value"),
        {"info": {"append_only": True}},
    )
