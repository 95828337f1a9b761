"""The tables of tariffs and of statements that were issued."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, String, text
from sqlalchemy.orm import Mapped, mapped_column

from steelyard.core.models import Base, BigInt, Id, JsonText


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


class StorageStatement(Base):
    """A month's statement as it was issued to an owner (仓储费结算单, JS); append-only.

    ``lines`` and ``details`` are what it asked for and what each bundle brought to that, frozen. ``corrects_id`` names
    the statement in whose place this one stands, for the ``reason`` given.
    """

    __tablename__ = "storage_statement"
    id: Mapped[Id]
    number: Mapped[str] = mapped_column(String(24), nullable=False, unique=True)
    warehouse_id: Mapped[int] = mapped_column(ForeignKey("warehouse.id"), nullable=False)
    owner_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), nullable=False)
    owner_name: Mapped[str] = mapped_column(String(120), nullable=False)
    month: Mapped[date] = mapped_column(nullable=False)
    last_day: Mapped[date] = mapped_column(nullable=False)
    total_fen: Mapped[int] = mapped_column(BigInt, nullable=False)
    lines: Mapped[list[dict[str, Any]]] = mapped_column(JsonText, nullable=False)
    details: Mapped[list[list[Any]]] = mapped_column(JsonText, nullable=False)
    corrects_id: Mapped[int | None] = mapped_column(ForeignKey("storage_statement.id"), unique=True)
    reason: Mapped[str | None] = mapped_column(String(200))
    issued_at: Mapped[datetime] = mapped_column(nullable=False)
    issued_by: Mapped[int] = mapped_column(ForeignKey("user_account.id"), nullable=False)

    __table_args__ = (
        Index("ix_storage_statement_month", "warehouse_id", "month", "owner_id"),
        Index("ix_storage_statement_owner", "owner_id", "id"),
        Index(
            "uq_storage_statement_first",
            "warehouse_id",
            "owner_id",
            "month",
            unique=True,
            sqlite_where=text("corrects_id IS NULL"),
            postgresql_where=text("corrects_id IS NULL"),
        ),
        CheckConstraint("(corrects_id IS NULL) = (reason IS NULL)", name="reason"),
        {"info": {"append_only": True}},
    )
