"""Tables of the job queue that are ours; the queue's own tables are made by DBOS."""

from datetime import datetime

from sqlalchemy import Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from steelyard.core.models import Base, BigInt


class JobRun(Base):
    """The proof that an order's effect is in the database: written in the very transaction of the effect."""

    __tablename__ = "job_run"
    order_id: Mapped[str] = mapped_column(String(255), primary_key=True)
    job: Mapped[str] = mapped_column(String(80), nullable=False)
    finished_at: Mapped[datetime] = mapped_column(nullable=False, index=True)


class DeliveryFailure(Base):
    """An event that a subscriber could not handle; the row goes when the event is handled."""

    __tablename__ = "outbox_failure"
    subscriber: Mapped[str] = mapped_column(String(80), primary_key=True)
    event_id: Mapped[int] = mapped_column(BigInt, nullable=False)
    attempts: Mapped[int] = mapped_column(Integer, nullable=False)
    error: Mapped[str] = mapped_column(Text, nullable=False)
    failed_at: Mapped[datetime] = mapped_column(nullable=False)
    retry_at: Mapped[datetime] = mapped_column(nullable=False)
