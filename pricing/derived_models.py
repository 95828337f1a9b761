"""Tables of what is derived: contracts priced by formula, what they cost, indexes, and the platform's own deals."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import Boolean, CheckConstraint, Date, ForeignKey, Index, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from steelyard.accounts.models import User
from steelyard.core.models import Base, BigInt, Id, JsonText

NUMBER = 24
TITLE = 120
FORMULA = 3000
CODE = 60
DIGEST = 64
WORD = 24
APPEND_ONLY = {"info": {"append_only": True}}


class PriceContract(Base):
    """A contract whose price follows a formula (公式价合同); never changed, another one takes its place.

    ``formula`` is the canonical text in the ``language`` of that version, ``typed`` what the person wrote.
    ``series`` holds id and code of every series that the formula reads, as they were on the signing.
    """

    __tablename__ = "price_contract"
    id: Mapped[Id]
    number: Mapped[str] = mapped_column(String(NUMBER), nullable=False, unique=True)
    org_id: Mapped[int] = mapped_column(BigInt, ForeignKey("organisation.id"), nullable=False)
    title: Mapped[str] = mapped_column(String(TITLE), nullable=False)
    counterparty: Mapped[str | None] = mapped_column(String(TITLE))
    formula: Mapped[str] = mapped_column(String(FORMULA), nullable=False)
    typed: Mapped[str] = mapped_column(String(FORMULA), nullable=False)
    language: Mapped[int] = mapped_column(Integer, nullable=False)
    methodology: Mapped[str] = mapped_column(String(WORD), nullable=False)
    series: Mapped[list[dict[str, Any]]] = mapped_column(JsonText, nullable=False)
    signed_at: Mapped[datetime] = mapped_column(nullable=False)
    created_at: Mapped[datetime] = mapped_column(nullable=False)
    created_by: Mapped[int] = mapped_column(BigInt, ForeignKey("user_account.id"), nullable=False)

    author: Mapped[User] = relationship(lazy="joined")

    __table_args__ = (Index("ix_price_contract_org_id_id", "org_id", "id"), APPEND_ONLY)


class PriceQuote(Base):
    """What a contract's formula gave as of a moment (计价单); ``fen`` is per tonne, of a settlement an amount.

    ``answer`` holds every day and every step, and the sessions that counted, so that it can be replayed.
    """

    __tablename__ = "price_quote"
    id: Mapped[Id]
    contract_id: Mapped[int] = mapped_column(BigInt, ForeignKey("price_contract.id"), nullable=False)
    org_id: Mapped[int] = mapped_column(BigInt, ForeignKey("organisation.id"), nullable=False)
    as_of: Mapped[datetime] = mapped_column(nullable=False)
    month: Mapped[str | None] = mapped_column(String(7))
    kind: Mapped[str] = mapped_column(String(WORD), nullable=False)
    fen: Mapped[int] = mapped_column(BigInt, nullable=False)
    provisional: Mapped[bool] = mapped_column(Boolean, nullable=False)
    answer: Mapped[dict[str, Any]] = mapped_column(JsonText, nullable=False)
    digest: Mapped[str] = mapped_column(String(DIGEST), nullable=False)
    made_at: Mapped[datetime] = mapped_column(nullable=False)
    made_by: Mapped[int] = mapped_column(BigInt, ForeignKey("user_account.id"), nullable=False)

    contract: Mapped[PriceContract] = relationship(lazy="joined")
    author: Mapped[User] = relationship(lazy="joined")

    __table_args__ = (
        Index("ix_price_quote_org_id_id", "org_id", "id"),
        Index("ix_price_quote_contract_id_id", "contract_id", "id"),
        APPEND_ONLY,
    )


class PriceIndex(Base):
    """One version of the definition of an index (指数): another basket or rule is another version.

    ``kind`` is ``city`` (of published series) or ``deals`` (of the platform's own). ``members`` of a city index
    are series with their contributor and weight; of a deals index the goods that count.
    """

    __tablename__ = "price_index"
    id: Mapped[Id]
    code: Mapped[str] = mapped_column(String(CODE), nullable=False)
    version: Mapped[int] = mapped_column(Integer, nullable=False)
    kind: Mapped[str] = mapped_column(String(WORD), nullable=False)
    name: Mapped[str] = mapped_column(String(TITLE), nullable=False)
    methodology: Mapped[str] = mapped_column(String(WORD), nullable=False)
    least_contributors: Mapped[int] = mapped_column(Integer, nullable=False)
    most_share_bp: Mapped[int] = mapped_column(Integer, nullable=False)
    base_day: Mapped[date] = mapped_column(Date, nullable=False)
    members: Mapped[list[dict[str, Any]]] = mapped_column(JsonText, nullable=False)
    defined_at: Mapped[datetime] = mapped_column(nullable=False)
    defined_by: Mapped[int] = mapped_column(BigInt, ForeignKey("user_account.id"), nullable=False)

    __table_args__ = (
        UniqueConstraint("code", "version"),
        CheckConstraint("least_contributors >= 3", name="enough_contributors"),
        CheckConstraint("most_share_bp BETWEEN 1000 AND 5000", name="no_contributor_rules"),
        APPEND_ONLY,
    )


class PriceIndexRelease(Base):
    """A value of an index as a person signed it off, or the reason why there is none; a correction is a revision.

    The value is ``mantissa`` / 10**``scale``; ``sheet`` holds the calculation without any firm's name or price.
    """

    __tablename__ = "price_index_release"
    id: Mapped[Id]
    index_id: Mapped[int] = mapped_column(BigInt, ForeignKey("price_index.id"), nullable=False)
    day: Mapped[date] = mapped_column(Date, nullable=False)
    revision: Mapped[int] = mapped_column(Integer, nullable=False)
    as_of: Mapped[datetime] = mapped_column(nullable=False)
    mantissa: Mapped[int | None] = mapped_column(BigInt)
    scale: Mapped[int] = mapped_column(Integer, nullable=False)
    reason: Mapped[str | None] = mapped_column(String(WORD))
    contributors: Mapped[int] = mapped_column(Integer, nullable=False)
    sheet: Mapped[dict[str, Any]] = mapped_column(JsonText, nullable=False)
    remark: Mapped[str | None] = mapped_column(String(500))
    signed_at: Mapped[datetime] = mapped_column(nullable=False)
    signed_by: Mapped[int] = mapped_column(BigInt, ForeignKey("user_account.id"), nullable=False)

    __table_args__ = (
        UniqueConstraint("index_id", "day", "revision"),
        CheckConstraint("(mantissa IS NULL) = (reason IS NOT NULL)", name="value_or_reason"),
        APPEND_ONLY,
    )


class PriceDeal(Base):
    """One deal, bid or talk on the platform as its event told (平台成交); never shown, it only enters an index."""

    __tablename__ = "price_deal"
    id: Mapped[Id]
    event_id: Mapped[int] = mapped_column(BigInt, nullable=False)
    position: Mapped[int] = mapped_column(Integer, nullable=False)
    evidence: Mapped[str] = mapped_column(String(WORD), nullable=False)
    day: Mapped[date] = mapped_column(Date, nullable=False)
    material: Mapped[str] = mapped_column(String(CODE), nullable=False)
    grade: Mapped[str] = mapped_column(String(CODE), nullable=False)
    price_fen_per_t: Mapped[int] = mapped_column(BigInt, nullable=False)
    mass_g: Mapped[int] = mapped_column(BigInt, nullable=False)
    contributor: Mapped[int] = mapped_column(BigInt, nullable=False)
    known_from: Mapped[datetime] = mapped_column(nullable=False)

    __table_args__ = (
        UniqueConstraint("event_id", "position"),
        Index("ix_price_deal_material_grade_day", "material", "grade", "day"),
        CheckConstraint("price_fen_per_t > 0 AND mass_g > 0", name="positive"),
        APPEND_ONLY,
    )
