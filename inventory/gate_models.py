"""What the weighbridge at the gate says."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from inventory.models import NUMBER, REFERENCE, WORD
from inventory.states import TicketStatus
from steelyard.core.models import Base, BigInt, Id, Versioned

PLATE, REASON = 24, 200
_USER = "user_account.id"


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
    weighed_by: Mapped[int] = mapped_column(ForeignKey(_USER), nullable=False)
    voided: Mapped[int] = mapped_column(BigInt, nullable=False, default=0)

    __table_args__ = (
        UniqueConstraint("warehouse_id", "ticket_number", "voided"),
        CheckConstraint("tare_g > 0 AND net_g > 0 AND net_g = gross_g - tare_g", name="masses"),
        Index("ix_weighing_document", "document_number"),
    )


class WeighbridgeTicket(Versioned, Base):
    """A ticket of the weighbridge between its two weights (未完磅单): the lorry was weighed once and comes back.

    Completed it names the weighing that it became. ``voided`` is 0, or the row's own id once its number may be entered
    again: the ticket was withdrawn, or its weighing was taken out.
    """

    __tablename__ = "weighbridge_ticket"
    id: Mapped[Id]
    warehouse_id: Mapped[int] = mapped_column(ForeignKey("warehouse.id"), nullable=False)
    ticket_number: Mapped[str] = mapped_column(String(REFERENCE), nullable=False)
    plate: Mapped[str] = mapped_column(String(PLATE), nullable=False)
    direction: Mapped[str] = mapped_column(String(WORD), nullable=False)
    status: Mapped[str] = mapped_column(String(WORD), nullable=False, default=TicketStatus.OPEN)
    opened_at: Mapped[datetime] = mapped_column(nullable=False)
    opened_by: Mapped[int] = mapped_column(ForeignKey(_USER), nullable=False)
    closed_at: Mapped[datetime | None] = mapped_column()
    closed_by: Mapped[int | None] = mapped_column(ForeignKey(_USER))
    reason: Mapped[str | None] = mapped_column(String(REASON))
    weighing_id: Mapped[int | None] = mapped_column(ForeignKey("weighing.id"))
    voided: Mapped[int] = mapped_column(BigInt, nullable=False, default=0)

    __table_args__ = (
        UniqueConstraint("warehouse_id", "ticket_number", "voided"),
        CheckConstraint("(status = 'open') = (closed_at IS NULL)", name="closed"),
    )


class WeighbridgeReading(Base):
    """What the weighbridge showed once, in grams; ``corrects_id`` names the wrong reading in whose place it stands."""

    __tablename__ = "weighbridge_reading"
    id: Mapped[Id]
    ticket_id: Mapped[int] = mapped_column(ForeignKey("weighbridge_ticket.id"), nullable=False, index=True)
    mass_g: Mapped[int] = mapped_column(BigInt, nullable=False)
    weighed_at: Mapped[datetime] = mapped_column(nullable=False)
    recorded_at: Mapped[datetime] = mapped_column(nullable=False)
    weighed_by: Mapped[int] = mapped_column(ForeignKey(_USER), nullable=False)
    corrects_id: Mapped[int | None] = mapped_column(ForeignKey("weighbridge_reading.id"), unique=True)
    reason: Mapped[str | None] = mapped_column(String(REASON))

    __table_args__ = (CheckConstraint("mass_g > 0", name="mass"), {"info": {"append_only": True}})
