"""Organisations, users, memberships, and what proves who somebody is."""

from datetime import datetime

from sqlalchemy import Boolean, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from steelyard.core.models import Base, BigInt, Id, JsonText, Versioned


class Organisation(Versioned, Base):
    """A firm on the platform (组织)."""

    __tablename__ = "organisation"
    id: Mapped[Id]
    kind: Mapped[str] = mapped_column(String(16), nullable=False, index=True)
    name: Mapped[str] = mapped_column(String(120), nullable=False, unique=True)
    active: Mapped[bool] = mapped_column(Boolean, nullable=False, default=True)
    created_at: Mapped[datetime] = mapped_column(nullable=False)


class User(Versioned, Base):
    """A person who signs in (用户)."""

    __tablename__ = "user_account"
    id: Mapped[Id]
    login: Mapped[str] = mapped_column(String(80), nullable=False, unique=True)
    name: Mapped[str] = mapped_column(String(80), nullable=False)
    password_hash: Mapped[str] = mapped_column(String(200), nullable=False)
    locale: Mapped[str] = mapped_column(String(8), nullable=False, default="zh")
    active: Mapped[bool] = mapped_column(Boolean, nullable=False, default=True)
    must_change: Mapped[bool] = mapped_column(Boolean, nullable=False, default=False)
    created_at: Mapped[datetime] = mapped_column(nullable=False)


class Membership(Versioned, Base):
    """A user's place in an organisation, with his roles (成员)."""

    __tablename__ = "membership"
    id: Mapped[Id]
    user_id: Mapped[int] = mapped_column(BigInt, ForeignKey("user_account.id"), nullable=False)
    org_id: Mapped[int] = mapped_column(BigInt, ForeignKey("organisation.id"), nullable=False, index=True)
    roles: Mapped[list[str]] = mapped_column(JsonText, nullable=False)
    active: Mapped[bool] = mapped_column(Boolean, nullable=False, default=True)
    created_at: Mapped[datetime] = mapped_column(nullable=False)

    user: Mapped[User] = relationship(lazy="joined", innerjoin=True)
    org: Mapped[Organisation] = relationship(lazy="joined", innerjoin=True)

    __table_args__ = (UniqueConstraint("user_id", "org_id"),)


class BrowserSession(Base):
    """A signed-in browser; the cookie's token is stored hashed."""

    __tablename__ = "browser_session"
    id: Mapped[Id]
    token_hash: Mapped[str] = mapped_column(String(64), nullable=False, unique=True)
    membership_id: Mapped[int] = mapped_column(BigInt, ForeignKey("membership.id"), nullable=False, index=True)
    created_at: Mapped[datetime] = mapped_column(nullable=False)
    expires_at: Mapped[datetime] = mapped_column(nullable=False, index=True)


class ApiToken(Base):
    """A token for programs (令牌): scoped, expiring, revocable, stored hashed."""

    __tablename__ = "api_token"
    id: Mapped[Id]
    token_hash: Mapped[str] = mapped_column(String(64), nullable=False, unique=True)
    membership_id: Mapped[int] = mapped_column(BigInt, ForeignKey("membership.id"), nullable=False, index=True)
    name: Mapped[str] = mapped_column(String(80), nullable=False)
    scopes: Mapped[list[str]] = mapped_column(JsonText, nullable=False)
    created_at: Mapped[datetime] = mapped_column(nullable=False)
    expires_at: Mapped[datetime] = mapped_column(nullable=False)
    revoked_at: Mapped[datetime | None]


class Invitation(Base):
    """A link by which a person joins an organisation (邀请), good once."""

    __tablename__ = "invitation"
    id: Mapped[Id]
    token_hash: Mapped[str] = mapped_column(String(64), nullable=False, unique=True)
    org_id: Mapped[int] = mapped_column(BigInt, ForeignKey("organisation.id"), nullable=False, index=True)
    roles: Mapped[list[str]] = mapped_column(JsonText, nullable=False)
    invited_by: Mapped[int] = mapped_column(BigInt, ForeignKey("user_account.id"), nullable=False)
    created_at: Mapped[datetime] = mapped_column(nullable=False)
    expires_at: Mapped[datetime] = mapped_column(nullable=False)
    accepted_at: Mapped[datetime | None]


class SignInAttempt(Base):
    """A failed sign-in, counted by account and by address."""

    __tablename__ = "sign_in_attempt"
    id: Mapped[Id]
    account: Mapped[str] = mapped_column(String(80), nullable=False)
    address: Mapped[str] = mapped_column(String(64), nullable=False)
    at: Mapped[datetime] = mapped_column(nullable=False, index=True)

    __table_args__ = (
        Index("ix_sign_in_attempt_account_at", "account", "at"),
        Index("ix_sign_in_attempt_address_at", "address", "at"),
    )
