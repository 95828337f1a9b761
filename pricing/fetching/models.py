"""Tables of fetching: what was asked and answered, what became of it, and the state of sources and hosts."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import Boolean, Date, ForeignKey, Index, Integer, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from pricing.models import DIGEST, SOURCE, URL, WORD
from steelyard.core.models import Base, BigInt, Id, JsonText

DETAIL = 200
HOST = 120


class PriceFetch(Base):
    """One question to a publisher and its answer (抓取记录), written before anything of it is read.

    ``target`` is the address asked for, ``url`` the one that answered. Without content (`sha256`) nothing came
    that could be kept, or the publisher said that nothing has changed. ``trouble`` names what went wrong on
    the way; the body is then as much as arrived.
    """

    __tablename__ = "price_fetch"
    id: Mapped[Id]
    source: Mapped[str] = mapped_column(String(SOURCE), nullable=False)
    purpose: Mapped[str] = mapped_column(String(WORD), nullable=False)
    target: Mapped[str] = mapped_column(String(URL), nullable=False)
    url: Mapped[str] = mapped_column(String(URL), nullable=False)
    day: Mapped[date | None] = mapped_column(Date)
    asked_at: Mapped[datetime] = mapped_column(nullable=False)
    fetched_at: Mapped[datetime] = mapped_column(nullable=False)
    http_status: Mapped[int | None] = mapped_column(Integer)
    headers: Mapped[dict[str, str]] = mapped_column(JsonText, nullable=False)
    sha256: Mapped[str | None] = mapped_column(ForeignKey("price_raw_content.sha256"))
    size: Mapped[int] = mapped_column(Integer, nullable=False)
    attempts: Mapped[int] = mapped_column(Integer, nullable=False)
    trouble: Mapped[str | None] = mapped_column(String(WORD))
    detail: Mapped[str] = mapped_column(String(DETAIL), nullable=False)

    __table_args__ = (
        Index("ix_price_fetch_source_id", "source", "id"),
        {"info": {"append_only": True}},
    )


class PriceFetchOutcome(Base):
    """What became of a fetch: exactly one row for each, written together with what the document changed."""

    __tablename__ = "price_fetch_outcome"
    fetch_id: Mapped[int] = mapped_column(ForeignKey("price_fetch.id"), primary_key=True, autoincrement=False)
    outcome: Mapped[str] = mapped_column(String(WORD), nullable=False)
    fault: Mapped[str | None] = mapped_column(String(WORD))
    detail: Mapped[str] = mapped_column(String(DETAIL), nullable=False)
    rows: Mapped[int] = mapped_column(Integer, nullable=False)
    kept: Mapped[int] = mapped_column(Integer, nullable=False)
    dropped: Mapped[list[dict[str, Any]]] = mapped_column(JsonText, nullable=False)
    document_id: Mapped[int | None] = mapped_column(ForeignKey("price_document.id"))
    concluded_at: Mapped[datetime] = mapped_column(nullable=False)

    __table_args__ = ({"info": {"append_only": True}},)


class FetchTarget(Base):
    """Where the asking for one address stands; it could be worked out from the fetches again.

    ``etag``, ``last_modified`` and ``sha256`` are of the last answer that was understood.
    """

    __tablename__ = "price_fetch_target"
    source: Mapped[str] = mapped_column(String(SOURCE), primary_key=True)
    target: Mapped[str] = mapped_column(String(URL), primary_key=True)
    purpose: Mapped[str] = mapped_column(String(WORD), nullable=False)
    day: Mapped[date | None] = mapped_column(Date)
    outcome: Mapped[str | None] = mapped_column(String(WORD))
    done: Mapped[bool] = mapped_column(Boolean, nullable=False)
    tries: Mapped[int] = mapped_column(Integer, nullable=False)
    asked_at: Mapped[datetime | None] = mapped_column()
    next_at: Mapped[datetime | None] = mapped_column()
    etag: Mapped[str | None] = mapped_column(String(DETAIL))
    last_modified: Mapped[str | None] = mapped_column(String(DETAIL))
    sha256: Mapped[str | None] = mapped_column(String(DIGEST))


class SourceState(Base):
    """How a source fares (数据源状态); ``switched_on`` is the operator's word, None where he has not spoken.

    ``lease_holder`` alone may fetch until ``lease_until``; before ``resume_at`` nobody may. ``failures``
    counts the fetches since the last one that was understood, ``missing`` the addresses that owe an answer.
    ``next_at`` and ``calendar_until`` are written by the last run: when something is due next, and the last
    day that the source's calendar knows.
    """

    __tablename__ = "price_source"
    source: Mapped[str] = mapped_column(String(SOURCE), primary_key=True)
    switched_on: Mapped[bool | None] = mapped_column(Boolean)
    lease_holder: Mapped[str | None] = mapped_column(String(DIGEST))
    lease_until: Mapped[datetime | None] = mapped_column()
    resume_at: Mapped[datetime | None] = mapped_column()
    outcome: Mapped[str | None] = mapped_column(String(WORD))
    asked_at: Mapped[datetime | None] = mapped_column()
    succeeded_at: Mapped[datetime | None] = mapped_column()
    kept: Mapped[int | None] = mapped_column(Integer)
    failures: Mapped[int] = mapped_column(Integer, nullable=False)
    alarm: Mapped[str | None] = mapped_column(String(WORD))
    alarm_detail: Mapped[str | None] = mapped_column(String(DETAIL))
    alarm_at: Mapped[datetime | None] = mapped_column()
    next_at: Mapped[datetime | None] = mapped_column()
    missing: Mapped[int] = mapped_column(Integer, nullable=False)
    calendar_until: Mapped[date | None] = mapped_column(Date)


class SourceSecret(Base):
    """A key that the operator brought, or a token got with it; encrypted with the secret key.

    ``source`` is the keyring: the source's code, or the common name of sources that share their keys.
    """

    __tablename__ = "price_source_secret"
    source: Mapped[str] = mapped_column(String(SOURCE), primary_key=True)
    name: Mapped[str] = mapped_column(String(WORD), primary_key=True)
    sealed: Mapped[bytes] = mapped_column(LargeBinary, nullable=False)
    set_at: Mapped[datetime] = mapped_column(nullable=False)
    set_by: Mapped[int | None] = mapped_column(BigInt)
    expires_at: Mapped[datetime | None] = mapped_column()


class HostState(Base):
    """What all workers know of a host: its circuit breaker, and the state of its token bucket."""

    __tablename__ = "price_host"
    host: Mapped[str] = mapped_column(String(HOST), primary_key=True)
    breaker: Mapped[str] = mapped_column(String(WORD), nullable=False)
    failures: Mapped[int] = mapped_column(Integer, nullable=False)
    successes: Mapped[int] = mapped_column(Integer, nullable=False)
    opened_at: Mapped[datetime | None] = mapped_column()
    bucket: Mapped[list[int]] = mapped_column(JsonText, nullable=False)
