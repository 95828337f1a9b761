"""Tables of certificates: the certificate, its values, the heats that it is of, the files that belong to it."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from steelyard.core.models import Base, BigInt, Id

NUMBER, NAME, WORDS = 80, 120, 200
_APPEND_ONLY = {"info": {"append_only": True}}


class Certificate(Base):
    """A mill's certificate (质量证明书) as an organisation filed it; another version of it is another row.

    ``thickness_um`` is the nominal wall or thickness in micrometres; ``digest`` names the stored original.
    """

    __tablename__ = "mill_certificate"
    id: Mapped[Id]
    org_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), nullable=False)
    number: Mapped[str] = mapped_column(String(NUMBER), nullable=False, index=True)
    revision: Mapped[str] = mapped_column(String(24), nullable=False)
    source: Mapped[str] = mapped_column(String(12), nullable=False)
    mill_name: Mapped[str] = mapped_column(String(NAME), nullable=False)
    heat_number: Mapped[str | None] = mapped_column(String(NUMBER), index=True)
    batch: Mapped[str | None] = mapped_column(String(NUMBER))
    product: Mapped[str | None] = mapped_column(String(WORDS))
    grade: Mapped[str | None] = mapped_column(String(NUMBER))
    standard: Mapped[str | None] = mapped_column(String(NUMBER))
    condition: Mapped[str | None] = mapped_column(String(NAME))
    thickness_um: Mapped[int | None] = mapped_column(Integer)
    issued_on: Mapped[date] = mapped_column(Date, nullable=False)
    digest: Mapped[str | None] = mapped_column(String(64))
    recorded_at: Mapped[datetime] = mapped_column(nullable=False)
    recorded_by: Mapped[int] = mapped_column(ForeignKey("user_account.id"), nullable=False)

    __table_args__ = (UniqueConstraint("org_id", "number", "mill_name", "revision"), _APPEND_ONLY)


class CertificateValue(Base):
    """One figure of a certificate, exact: ``mantissa`` × 10^−``scale``; or a text where it is no figure.

    ``low`` and ``high`` are the limits that the certificate itself prints.
    """

    __tablename__ = "certificate_value"
    certificate_id: Mapped[int] = mapped_column(ForeignKey("mill_certificate.id"), primary_key=True)
    position: Mapped[int] = mapped_column(Integer, primary_key=True)
    family: Mapped[str] = mapped_column(String(16), nullable=False)
    symbol: Mapped[str] = mapped_column(String(24), nullable=False)
    name: Mapped[str | None] = mapped_column(String(WORDS))
    part: Mapped[str | None] = mapped_column(String(NUMBER))
    unit: Mapped[str | None] = mapped_column(String(24))
    method: Mapped[str | None] = mapped_column(String(WORDS))
    circumstances: Mapped[str | None] = mapped_column(String(WORDS))
    direction: Mapped[str | None] = mapped_column(String(8))
    operator: Mapped[str] = mapped_column(String(2), nullable=False)
    mantissa: Mapped[int | None] = mapped_column(BigInt)
    scale: Mapped[int | None] = mapped_column(Integer)
    text: Mapped[str | None] = mapped_column(String(WORDS))
    low_mantissa: Mapped[int | None] = mapped_column(BigInt)
    low_scale: Mapped[int | None] = mapped_column(Integer)
    high_mantissa: Mapped[int | None] = mapped_column(BigInt)
    high_scale: Mapped[int | None] = mapped_column(Integer)

    __table_args__ = (
        CheckConstraint("(mantissa IS NULL) = (scale IS NULL)", name="whole_figure"),
        CheckConstraint("mantissa IS NOT NULL OR text IS NOT NULL", name="some_value"),
        _APPEND_ONLY,
    )


class CertificateHeat(Base):
    """A heat that a certificate is of; through it the certificate belongs to the heat's bundles."""

    __tablename__ = "certificate_heat"
    certificate_id: Mapped[int] = mapped_column(ForeignKey("mill_certificate.id"), primary_key=True)
    heat_id: Mapped[int] = mapped_column(ForeignKey("heat.id"), primary_key=True)
    linked_at: Mapped[datetime] = mapped_column(nullable=False)
    linked_by: Mapped[int] = mapped_column(ForeignKey("user_account.id"), nullable=False)

    __table_args__ = (Index("ix_certificate_heat_heat", "heat_id"), _APPEND_ONLY)


class CertificateFile(Base):
    """A PDF that belongs to a certificate (附件); the bytes lie in the store of files."""

    __tablename__ = "certificate_file"
    id: Mapped[Id]
    certificate_id: Mapped[int] = mapped_column(ForeignKey("mill_certificate.id"), nullable=False)
    digest: Mapped[str] = mapped_column(String(64), nullable=False)
    name: Mapped[str] = mapped_column(String(NAME), nullable=False)
    bytes: Mapped[int] = mapped_column(Integer, nullable=False)
    recorded_at: Mapped[datetime] = mapped_column(nullable=False)
    recorded_by: Mapped[int] = mapped_column(ForeignKey("user_account.id"), nullable=False)

    __table_args__ = (UniqueConstraint("certificate_id", "digest"), _APPEND_ONLY)
