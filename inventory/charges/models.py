"""The table of tariffs."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from steelyard.core.models import Base, BigInt, Id


class StorageTariff(Base):
    """A version of what a yard asks for storage and handling (仓储费、吊装费费率); append-only.

    Of several versions that hold on a day the one that was set last counts, so that a mistake is set right by another
    version. ``storage_fen_per_t_day`` is asked for each day from the end of the ``free_days`` on.
    """

    __tablename__ = "storage_tariff"
    id: Mapped[Id]
    warehouse_id: Mapped[int] = mapped_column(ForeignKey("warehouse.id"), nullable=False)
    valid_from: Mapped[date] = mapped_column(nullable=False)
    valid_to: Mapped[date | None] = mapped_column()
    storage_fen_per_t_day: Mapped[int] = mapped_column(BigInt, nullable=False)
    free_days: Mapped[int] = mapped_column(Integer, nullable=False)
    in_fen_per_t: Mapped[int] = mapped_column(BigInt, nullable=False)
    out_fen_per_t: Mapped[int] = mapped_column(BigInt, nullable=False)
    minimum_fen: Mapped[int] = mapped_column(BigInt, nullable=False)
    remark: Mapped[str | None] = mapped_column(String(200))
    set_at: Mapped[datetime] = mapped_column(nullable=False)
    set_by: Mapped[int] = mapped_column(ForeignKey("user_account.id"), nullable=False)

    __table_args__ = (
        Index("ix_storage_tariff_warehouse", "warehouse_id", "id"),
        CheckConstraint(
            "storage_fen_per_t_day >= 0 AND free_days >= 0 AND in_fen_per_t >= 0 AND out_fen_per_t >= 0 "
            "AND minimum_fen >= 0",
            name="amounts",
        ),
        CheckConstraint("valid_to >= valid_from", name="validity"),
        {"info": {"append_only": True}},
    )
