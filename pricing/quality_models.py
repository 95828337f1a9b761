"""Tables of what is held back and why, of what people decided, of calendars as overridden, and of alarms."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import Boolean, Date, ForeignKey, Index, SmallInteger, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from steelyard.core.models import Base, BigInt, Id, JsonText, Versioned

WORD = 24
CALENDAR = 60
REASON = 500
SUBJECT = 160


class PriceHold(Versioned, Base):
    """A figure that is or was held back (隔离), and a proposal where one person made one; one row a figure.

    ``mantissa`` / 10**``scale`` is the value that is meant: a revision is judged anew. Whether the figure is kept
    from its users stands in ``price_current.held`` and follows from ``state``, see `pricing.quality.standing`.
    """

    __tablename__ = "price_hold"
    id: Mapped[Id]
    series_id: Mapped[int] = mapped_column(ForeignKey("price_series.id"), nullable=False)
    day: Mapped[date] = mapped_column(Date, nullable=False)
    edition: Mapped[str] = mapped_column(String(WORD), nullable=False)
    mantissa: Mapped[int] = mapped_column(BigInt, nullable=False)
    scale: Mapped[int] = mapped_column(SmallInteger, nullable=False)
    state: Mapped[str] = mapped_column(String(WORD), nullable=False)
    findings: Mapped[list[dict[str, Any]]] = mapped_column(JsonText, nullable=False)
    opened_at: Mapped[datetime] = mapped_column(nullable=False)
    changed_at: Mapped[datetime] = mapped_column(nullable=False)
    proposed_verdict: Mapped[str | None] = mapped_column(String(WORD))
    proposed_reason: Mapped[str | None] = mapped_column(String(REASON))
    proposed_by: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    proposed_at: Mapped[datetime | None] = mapped_column()

    __table_args__ = (
        UniqueConstraint("series_id", "day", "edition"),
        Index("ix_price_hold_state_id", "state", "id"),
    )


class PriceHoldEvent(Base):
    """One change of what holds for a figure; append only, so that what was held at a moment never changes.

    A decision (released, rejected) is one of the value that it names, for ever: ``proposed_by`` and
    ``confirmed_by`` are two persons. An event without them is the program's own.
    """

    __tablename__ = "price_hold_event"
    id: Mapped[Id]
    series_id: Mapped[int] = mapped_column(ForeignKey("price_series.id"), nullable=False)
    day: Mapped[date] = mapped_column(Date, nullable=False)
    edition: Mapped[str] = mapped_column(String(WORD), nullable=False)
    mantissa: Mapped[int] = mapped_column(BigInt, nullable=False)
    scale: Mapped[int] = mapped_column(SmallInteger, nullable=False)
    state: Mapped[str] = mapped_column(String(WORD), nullable=False)
    findings: Mapped[list[dict[str, Any]]] = mapped_column(JsonText, nullable=False)
    known_from: Mapped[datetime] = mapped_column(nullable=False)
    proposed_by: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    confirmed_by: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    reason: Mapped[str | None] = mapped_column(String(REASON))

    __table_args__ = (
        Index("ix_price_hold_event_series_id_day_edition", "series_id", "day", "edition"),
        {"info": {"append_only": True}},
    )


class CalendarOverride(Versioned, Base):
    """A day of a calendar that people set right: a holiday, or a session where none was known."""

    __tablename__ = "price_calendar_override"
    id: Mapped[Id]
    calendar: Mapped[str] = mapped_column(String(CALENDAR), nullable=False)
    day: Mapped[date] = mapped_column(Date, nullable=False)
    counts: Mapped[bool] = mapped_column(Boolean, nullable=False)
    reason: Mapped[str] = mapped_column(String(REASON), nullable=False)
    set_by: Mapped[int] = mapped_column(ForeignKey("user_account.id"), nullable=False)
    set_at: Mapped[datetime] = mapped_column(nullable=False)

    __table_args__ = (UniqueConstraint("calendar", "day"),)


class CalendarPast(Base):
    """An entry of a calendar that was taken back, and when; append only, so that what was known then stays known."""

    __tablename__ = "price_calendar_past"
    id: Mapped[Id]
    calendar: Mapped[str] = mapped_column(String(CALENDAR), nullable=False)
    day: Mapped[date] = mapped_column(Date, nullable=False)
    counts: Mapped[bool] = mapped_column(Boolean, nullable=False)
    set_at: Mapped[datetime] = mapped_column(nullable=False)
    taken_back_at: Mapped[datetime] = mapped_column(nullable=False)

    __table_args__ = (
        Index("ix_price_calendar_past_calendar", "calendar"),
        {"info": {"append_only": True}},
    )


class PriceAlarm(Base):
    """Something that is wrong with a series or a calendar as a whole (告警); opened once, closed once."""

    __tablename__ = "price_alarm"
    id: Mapped[Id]
    kind: Mapped[str] = mapped_column(String(WORD), nullable=False)
    subject: Mapped[str] = mapped_column(String(SUBJECT), nullable=False)
    series_id: Mapped[int | None] = mapped_column(ForeignKey("price_series.id"))
    detail: Mapped[dict[str, Any]] = mapped_column(JsonText, nullable=False)
    opened_at: Mapped[datetime] = mapped_column(nullable=False)
    closed_at: Mapped[datetime | None] = mapped_column()

    __table_args__ = (
        Index(
            "uq_price_alarm_open", "kind", "subject", unique=True,
            sqlite_where=text("closed_at IS NULL"), postgresql_where=text("closed_at IS NULL"),
        ),
    )  # fmt: skip
