"""Tables of EPCIS: events that partners captured, what they name, and the jobs that captured them."""

from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, ForeignKey, Index, Integer, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from inventory.epcis.structure import LONGEST_URI
from steelyard.core.models import Base, BigInt, Id, JsonText

_APPEND_ONLY = {"info": {"append_only": True}}


class CaptureJob(Base):
    """One delivery of events by a partner (采集任务), done before it was answered."""

    __tablename__ = "epcis_capture_job"
    id: Mapped[Id]
    capture_id: Mapped[str] = mapped_column(String(40), nullable=False, unique=True)
    org_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), nullable=False)
    behaviour: Mapped[str] = mapped_column(String(12), nullable=False)
    success: Mapped[bool] = mapped_column(Boolean, nullable=False)
    errors: Mapped[list[dict[str, Any]]] = mapped_column(JsonText, nullable=False)
    captured: Mapped[int] = mapped_column(Integer, nullable=False)
    created_at: Mapped[datetime] = mapped_column(nullable=False)
    finished_at: Mapped[datetime] = mapped_column(nullable=False)
    captured_by: Mapped[int] = mapped_column(ForeignKey("user_account.id"), nullable=False)

    __table_args__ = (Index("ix_epcis_capture_job_org", "org_id", "id"), _APPEND_ONLY)


class PartnerEvent(Base):
    """An event as a partner sent it (合作方事件), bound to his organisation; ``document`` is canonical JSON.

    An organisation has one event under an id, and any number of declarations that it was an error.
    """

    __tablename__ = "partner_event"
    id: Mapped[Id]
    org_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), nullable=False)
    event_id: Mapped[str] = mapped_column(String(LONGEST_URI), nullable=False)
    is_declaration: Mapped[bool] = mapped_column(Boolean, nullable=False)
    fingerprint: Mapped[str] = mapped_column(String(64), nullable=False)
    type: Mapped[str] = mapped_column(String(LONGEST_URI), nullable=False)
    event_at: Mapped[datetime] = mapped_column(nullable=False)
    recorded_at: Mapped[datetime] = mapped_column(nullable=False)
    action: Mapped[str | None] = mapped_column(String(8))
    biz_step: Mapped[str | None] = mapped_column(String(LONGEST_URI))
    disposition: Mapped[str | None] = mapped_column(String(LONGEST_URI))
    read_point: Mapped[str | None] = mapped_column(String(LONGEST_URI))
    biz_location: Mapped[str | None] = mapped_column(String(LONGEST_URI))
    declared_at: Mapped[datetime | None] = mapped_column()
    error_reason: Mapped[str | None] = mapped_column(String(LONGEST_URI))
    document: Mapped[str] = mapped_column(Text, nullable=False)
    contexts: Mapped[str] = mapped_column(Text, nullable=False)

    __table_args__ = (
        UniqueConstraint("org_id", "event_id", "fingerprint"),
        Index(
            "uq_partner_event_one_body",
            "org_id",
            "event_id",
            unique=True,
            sqlite_where=text("NOT is_declaration"),
            postgresql_where=text("NOT is_declaration"),
        ),
        Index("ix_partner_event_time", "org_id", "event_at", "id"),
        _APPEND_ONLY,
    )


class PartnerEventTerm(Base):
    """A URI that an event names, and as what: the index behind the queries by object, paper and party."""

    __tablename__ = "partner_event_term"
    row_id: Mapped[int] = mapped_column(BigInt, ForeignKey("partner_event.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(LONGEST_URI), primary_key=True)
    value: Mapped[str] = mapped_column(String(LONGEST_URI), primary_key=True)

    __table_args__ = (Index("ix_partner_event_term_value", "value", "row_id"), _APPEND_ONLY)
