"""Tables of what people follow: watch lists, alerts and their firings, the inbox, channels and what was sent."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    String,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from steelyard.core.models import Base, BigInt, Id, JsonText, Versioned

NAME = 80
WORD = 24
KEY = 120
ERROR = 300


class PriceWatch(Base):
    """A series on a person's watch list (自选)."""

    __tablename__ = "price_watch"
    id: Mapped[Id]
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), nullable=False)
    org_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), nullable=False)
    series_id: Mapped[int] = mapped_column(ForeignKey("price_series.id"), nullable=False)
    created_at: Mapped[datetime] = mapped_column(nullable=False)

    __table_args__ = (UniqueConstraint("user_id", "org_id", "series_id"),)


class PriceAlert(Versioned, Base):
    """What a person or his organisation (`shared`) wants to be told of a series (预警).

    ``threshold_mantissa`` / 10**``threshold_scale`` is in the series' unit, or in percent for the measures that
    say so. ``armed`` and ``fired_day`` are the state of :mod:`pricing.alerting`.
    """

    __tablename__ = "price_alert"
    id: Mapped[Id]
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), nullable=False)
    org_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), nullable=False)
    shared: Mapped[bool] = mapped_column(Boolean, nullable=False)
    series_id: Mapped[int] = mapped_column(ForeignKey("price_series.id"), nullable=False, index=True)
    other_id: Mapped[int | None] = mapped_column(ForeignKey("price_series.id"), index=True)
    measure: Mapped[str] = mapped_column(String(WORD), nullable=False)
    direction: Mapped[str] = mapped_column(String(WORD), nullable=False)
    threshold_mantissa: Mapped[int] = mapped_column(BigInt, nullable=False)
    threshold_scale: Mapped[int] = mapped_column(SmallInteger, nullable=False)
    armed: Mapped[bool] = mapped_column(Boolean, nullable=False)
    fired_day: Mapped[date | None] = mapped_column(Date)
    paused: Mapped[bool] = mapped_column(Boolean, nullable=False)
    ended: Mapped[bool] = mapped_column(Boolean, nullable=False)
    created_at: Mapped[datetime] = mapped_column(nullable=False)

    __table_args__ = (
        Index("ix_price_alert_org_id_user_id", "org_id", "user_id"),
        CheckConstraint("(measure = 'basis') = (other_id IS NOT NULL)", name="basis_has_two"),
    )


class AlertFiring(Base):
    """One firing of one alert, at most one for one revision of an observation; append only."""

    __tablename__ = "price_alert_firing"
    id: Mapped[Id]
    alert_id: Mapped[int] = mapped_column(ForeignKey("price_alert.id"), nullable=False)
    observation_id: Mapped[int] = mapped_column(BigInt, nullable=False)
    day: Mapped[date] = mapped_column(Date, nullable=False)
    content: Mapped[dict[str, Any]] = mapped_column(JsonText, nullable=False)
    fired_at: Mapped[datetime] = mapped_column(nullable=False)

    __table_args__ = (UniqueConstraint("alert_id", "observation_id"), {"info": {"append_only": True}})


class InboxMessage(Base):
    """A message to one person in the console (站内消息); its sentences are made when it is read."""

    __tablename__ = "price_inbox"
    id: Mapped[Id]
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), nullable=False)
    org_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), nullable=False)
    kind: Mapped[str] = mapped_column(String(WORD), nullable=False)
    content: Mapped[dict[str, Any]] = mapped_column(JsonText, nullable=False)
    created_at: Mapped[datetime] = mapped_column(nullable=False)
    read_at: Mapped[datetime | None] = mapped_column()

    __table_args__ = (Index("ix_price_inbox_user_id_org_id_read_at", "user_id", "org_id", "read_at"),)


class PriceChannel(Versioned, Base):
    """A way out of the console that an organisation has set up (通知渠道); ``sealed`` is never shown."""

    __tablename__ = "price_channel"
    id: Mapped[Id]
    org_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), nullable=False, index=True)
    name: Mapped[str] = mapped_column(String(NAME), nullable=False)
    kind: Mapped[str] = mapped_column(String(WORD), nullable=False)
    sealed: Mapped[bytes] = mapped_column(LargeBinary, nullable=False)
    active: Mapped[bool] = mapped_column(Boolean, nullable=False)
    created_by: Mapped[int] = mapped_column(ForeignKey("user_account.id"), nullable=False)
    created_at: Mapped[datetime] = mapped_column(nullable=False)


class ChannelFollower(Base):
    """What a person wants to get through a channel of his organisation."""

    __tablename__ = "price_channel_follower"
    channel_id: Mapped[int] = mapped_column(ForeignKey("price_channel.id"), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), primary_key=True)
    alerts: Mapped[bool] = mapped_column(Boolean, nullable=False)
    digest: Mapped[bool] = mapped_column(Boolean, nullable=False)


class Sending(Base):
    """One message to one channel: what was to be sent, how often it was tried, and how that ended."""

    __tablename__ = "price_sending"
    id: Mapped[Id]
    key: Mapped[str] = mapped_column(String(KEY), nullable=False, unique=True)
    channel_id: Mapped[int] = mapped_column(ForeignKey("price_channel.id"), nullable=False, index=True)
    title: Mapped[str] = mapped_column(String(200), nullable=False)
    body: Mapped[str] = mapped_column(String(4000), nullable=False)
    status: Mapped[str] = mapped_column(String(WORD), nullable=False)
    attempts: Mapped[int] = mapped_column(Integer, nullable=False)
    error: Mapped[str | None] = mapped_column(String(ERROR))
    next_at: Mapped[datetime | None] = mapped_column(index=True)
    created_at: Mapped[datetime] = mapped_column(nullable=False)
    finished_at: Mapped[datetime | None] = mapped_column()


class PriceDigest(Base):
    """That a person's digest of a day was made, or was found to hold nothing new (日报)."""

    __tablename__ = "price_digest"
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), primary_key=True)
    org_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), primary_key=True)
    day: Mapped[date] = mapped_column(Date, primary_key=True)
    sent: Mapped[bool] = mapped_column(Boolean, nullable=False)
    made_at: Mapped[datetime] = mapped_column(nullable=False)
