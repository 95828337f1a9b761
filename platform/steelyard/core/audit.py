"""The audit trail: who did what, append-only, sealed in chained blocks (:mod:`steelyard.core.sealing`)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import BigInteger, Index, String, insert, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from steelyard.core.actors import Actor
from steelyard.core.batch import Batch, Write
from steelyard.core.clock import utc_now
from steelyard.core.context import request_id
from steelyard.core.models import Base, BigInt, JsonText, UtcDateTime, canonical_json
from steelyard.core.prepared import given, packed
from steelyard.core.rowset import RowTypes
from steelyard.core.sequence import Sequenced


class AuditEntry(Sequenced, Base):
    """One act of one person (审计记录)."""

    __tablename__ = "audit_entry"
    at: Mapped[datetime] = mapped_column(nullable=False)
    user_id: Mapped[int | None] = mapped_column(BigInt)
    org_id: Mapped[int | None] = mapped_column(BigInt, index=True)
    action: Mapped[str] = mapped_column(String(80), nullable=False)
    subject: Mapped[str] = mapped_column(String(120), nullable=False, index=True)
    detail: Mapped[dict[str, Any]] = mapped_column(JsonText, nullable=False)
    request_id: Mapped[str] = mapped_column(String(64), nullable=False)

    __table_args__ = (
        Index("ix_audit_entry_feed", "epoch", "txid", "id"),
        {"info": {"append_only": True}},
    )

    def leaf(self) -> dict[str, Any]:
        """Return what a seal covers, as plain JSON values."""
        return {
            "id": self.id,
            "at": self.at.isoformat(),
            "user_id": self.user_id,
            "org_id": self.org_id,
            "action": self.action,
            "subject": self.subject,
            "detail": self.detail,
            "request_id": self.request_id,
        }


def record(
    session: Session, actor: Actor | None, action: str, subject: str, detail: dict[str, Any] | None = None
) -> None:
    """Write one entry in the caller's transaction; ``actor`` is ``None`` for the system's own acts."""
    session.add(
        AuditEntry(
            at=utc_now(),
            user_id=actor.user_id if actor else None,
            org_id=actor.org_id if actor else None,
            action=action,
            subject=subject,
            detail=detail or {},
            request_id=request_id.get(),
        )
    )


_ENTRY: RowTypes = {
    "at": UtcDateTime(), "user_id": BigInteger(), "org_id": BigInteger(), "action": String(), "subject": String(),
    "detail": String(), "request_id": String(),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Act:
    """An entry to be written: what was done, to what, and what is worth keeping of it."""

    action: str
    subject: str
    detail: dict[str, Any]


def add(batch: Batch, actor: Actor | None, acts: Sequence[Act]) -> None:
    """Write entries, as :func:`record` does, in one write together with the others of ``batch``; once a batch."""
    if not acts:
        return
    by = {
        "at": utc_now(),
        "user_id": actor.user_id if actor else None,
        "org_id": actor.org_id if actor else None,
        "request_id": request_id.get(),
    }
    entries = (
        {**by, "action": act.action, "subject": act.subject, "detail": canonical_json(act.detail)} for act in acts
    )
    rows = packed(batch.dialect, "audited_acts", _ENTRY, entries)
    batch.add(_audited(batch.dialect, one=rows.one), rows)


@cache
def _audited(dialect: str, *, one: bool) -> Write:
    rows = given(dialect, "audited_acts", _ENTRY, one=one)
    entries = insert(AuditEntry).from_select(list(_ENTRY), select(*(rows.c[name] for name in _ENTRY)))
    return Write("audited", entries)
