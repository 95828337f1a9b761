"""What the weighbridge at the gate says."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from inventory.models import NUMBER, REFERENCE, WORD
from steelyard.core.models import Base, BigInt, Id

PLATE = 24


class Weighing(Base):
    """A ticket of the weighbridge (磅单): a lorry weighed full and empty, for a receipt or an issue.

    ``voided`` is 0, or the row's own id once the ticket was entered wrongly; its number can then be entered again.
    """

    __tablename__ = "weighing"
    id: Mapped[Id]
    warehouse_id: Mapped[int] = mapped_column(ForeignKey("warehouse.id"), nullable=False)
    document_kind: Mapped[str] = mapped_column(String(WORD), nullable=False)
    document_number: Mapped[str] = mapped_column(String(NUMBER), nullable=False)
    ticket_number: Mapped[str] = mapped_column(String(REFERENCE), nullable=False)
    plate: Mapped[str] = mapped_column(String(PLATE), nullable=False)
    gross_g: Mapped[int] = mapped_column(BigInt, nullable=False)
    tare_g: Mapped[int] = mapped_column(BigInt, nullable=False)
    net_g: Mapped[int] = mapped_column(BigInt, nullable=False)
    weighed_at: Mapped[datetime] = mapped_column(nullable=False)
    recorded_at: Mapped[datetime] = mapped_column(nullable=False)
    weighed_by: Mapped[int] = mapped_column(ForeignKey("user_account.id"), nullable=False)
    voided: Mapped[int] = mapped_column(BigInt, nullable=False, default=0)

    __table_args__ = (
        UniqueConstraint("warehouse_id", "ticket_number", "voided"),
        CheckConstraint("tare_g > 0 AND net_g > 0 AND net_g = gross_g - tare_g", name="masses"),
        Index("ix_weighing_document", "document_number"),
    )
