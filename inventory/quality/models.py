"""Tables of quality: reports of defects with photos, holds, dispositions and their bundles, claims to the mill."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, String, column, text
from sqlalchemy.orm import Mapped, mapped_column

from inventory.quality.kinds import ClaimStatus, DefectStatus, DispositionStatus
from steelyard.core.models import Base, BigInt, Id, Versioned

NUMBER, WORD, REMARK, CODE = 24, 24, 1000, 40
_ORG, _USER = "organisation.id", "user_account.id"
_APPEND_ONLY = {"info": {"append_only": True}}


class Defect(Versioned, Base):
    """A report of defective goods (不良品报告, BL): of a whole heat where it names no bundle.

    ``pieces`` are the defective ones; ``place`` is the code of the place where they were found.
    """

    __tablename__ = "quality_defect"
    id: Mapped[Id]
    number: Mapped[str] = mapped_column(String(NUMBER), nullable=False, unique=True)
    warehouse_id: Mapped[int] = mapped_column(ForeignKey("warehouse.id"), nullable=False)
    heat_id: Mapped[int] = mapped_column(ForeignKey("heat.id"), nullable=False, index=True)
    bundle_id: Mapped[int | None] = mapped_column(ForeignKey("bundle.id"), index=True)
    kind: Mapped[str] = mapped_column(String(WORD), nullable=False)
    severity: Mapped[str] = mapped_column(String(WORD), nullable=False)
    pieces: Mapped[int | None] = mapped_column(Integer)
    place: Mapped[str | None] = mapped_column(String(CODE))
    remark: Mapped[str | None] = mapped_column(String(REMARK))
    status: Mapped[str] = mapped_column(String(WORD), nullable=False, default=DefectStatus.OPEN)
    event_at: Mapped[datetime] = mapped_column(nullable=False)
    reported_at: Mapped[datetime] = mapped_column(nullable=False)
    reported_by: Mapped[int] = mapped_column(ForeignKey(_USER), nullable=False)
    settled_at: Mapped[datetime | None] = mapped_column()
    settled_by: Mapped[int | None] = mapped_column(ForeignKey(_USER))

    __table_args__ = (
        Index("ix_quality_defect_warehouse", "warehouse_id", "id"),
        CheckConstraint("(bundle_id IS NULL) = (pieces IS NULL)", name="pieces_of_bundle"),
        CheckConstraint("pieces > 0", name="pieces"),
    )


class DefectPhoto(Base):
    """A photo of a defect, as it was written anew: without what the camera noted about person and place."""

    __tablename__ = "quality_photo"
    id: Mapped[Id]
    defect_id: Mapped[int] = mapped_column(ForeignKey("quality_defect.id"), nullable=False, index=True)
    digest: Mapped[str] = mapped_column(String(64), nullable=False)
    width: Mapped[int] = mapped_column(Integer, nullable=False)
    height: Mapped[int] = mapped_column(Integer, nullable=False)
    bytes: Mapped[int] = mapped_column(Integer, nullable=False)
    taken_at: Mapped[datetime] = mapped_column(nullable=False)
    taken_by: Mapped[int] = mapped_column(ForeignKey(_USER), nullable=False)

    __table_args__ = (_APPEND_ONLY,)


class QualityHold(Base):
    """A quality hold (质量冻结, DJ) of a bundle, or of a whole heat in the yards of one organisation.

    A heat's hold keeps bundles that are received or split off later, too: it is looked up by the heat. A hold of one
    bundle is passed on to what is made of it, each part with a hold of its own; ``origin_id`` names that first one.
    """

    __tablename__ = "quality_hold"
    id: Mapped[Id]
    number: Mapped[str] = mapped_column(String(NUMBER), nullable=False, unique=True)
    org_id: Mapped[int] = mapped_column(ForeignKey(_ORG), nullable=False)
    heat_id: Mapped[int] = mapped_column(ForeignKey("heat.id"), nullable=False)
    bundle_id: Mapped[int | None] = mapped_column(ForeignKey("bundle.id"))
    defect_id: Mapped[int | None] = mapped_column(ForeignKey("quality_defect.id"), index=True)
    reason: Mapped[str] = mapped_column(String(REMARK), nullable=False)
    placed_at: Mapped[datetime] = mapped_column(nullable=False)
    placed_by: Mapped[int] = mapped_column(ForeignKey(_USER), nullable=False)
    lifted_at: Mapped[datetime | None] = mapped_column()
    lifted_by: Mapped[int | None] = mapped_column(ForeignKey(_USER))
    lifted_because: Mapped[str | None] = mapped_column(String(REMARK))
    origin_id: Mapped[int | None] = mapped_column(BigInt)

    __table_args__ = (
        CheckConstraint("lifted_by <> placed_by", name="four_eyes"),
        CheckConstraint("(lifted_at IS NULL) = (lifted_by IS NULL)", name="lifted"),
        Index("ix_quality_hold_org", "org_id", "id"),
        Index(
            "ix_quality_hold_standing",
            "heat_id",
            sqlite_where=column("lifted_at").is_(None),
            postgresql_where=column("lifted_at").is_(None),
        ),
        Index(
            "ix_quality_hold_origin",
            "origin_id",
            sqlite_where=column("lifted_at").is_(None),
            postgresql_where=column("lifted_at").is_(None),
        ),
    )


class Disposition(Versioned, Base):
    """What is to be done with defective goods (处置单, CZ); ``cost_fen`` is what it costs the yard or the owner.

    ``reverses_id`` names the approved one that this one undoes.
    """

    __tablename__ = "quality_disposition"
    id: Mapped[Id]
    number: Mapped[str] = mapped_column(String(NUMBER), nullable=False, unique=True)
    defect_id: Mapped[int] = mapped_column(ForeignKey("quality_defect.id"), nullable=False, index=True)
    kind: Mapped[str] = mapped_column(String(WORD), nullable=False)
    status: Mapped[str] = mapped_column(String(WORD), nullable=False, default=DispositionStatus.PROPOSED)
    remark: Mapped[str] = mapped_column(String(REMARK), nullable=False)
    cost_fen: Mapped[int] = mapped_column(BigInt, nullable=False)
    product_id: Mapped[int | None] = mapped_column(ForeignKey("product.id"))
    consent: Mapped[str | None] = mapped_column(String(200))
    proposed_at: Mapped[datetime] = mapped_column(nullable=False)
    proposed_by: Mapped[int] = mapped_column(ForeignKey(_USER), nullable=False)
    decided_at: Mapped[datetime | None] = mapped_column()
    decided_by: Mapped[int | None] = mapped_column(ForeignKey(_USER))
    reverses_id: Mapped[int | None] = mapped_column(BigInt)

    __table_args__ = (
        CheckConstraint("decided_by <> proposed_by", name="four_eyes"),
        CheckConstraint("cost_fen >= 0", name="cost"),
        Index(
            "uq_quality_disposition_reverses",
            "reverses_id",
            unique=True,
            sqlite_where=text("status <> 'rejected'"),
            postgresql_where=text("status <> 'rejected'"),
        ),
    )


class DispositionBundle(Base):
    """A bundle that a disposition is about."""

    __tablename__ = "quality_disposition_bundle"
    disposition_id: Mapped[int] = mapped_column(ForeignKey("quality_disposition.id"), primary_key=True)
    bundle_id: Mapped[int] = mapped_column(ForeignKey("bundle.id"), primary_key=True, index=True)

    __table_args__ = (_APPEND_ONLY,)


class ProductChange(Base):
    """What a bundle was called before and after a disposition: the way of its product, oldest first."""

    __tablename__ = "quality_product_change"
    id: Mapped[Id]
    bundle_id: Mapped[int] = mapped_column(ForeignKey("bundle.id"), nullable=False, index=True)
    disposition_id: Mapped[int] = mapped_column(ForeignKey("quality_disposition.id"), nullable=False)
    from_product_id: Mapped[int] = mapped_column(ForeignKey("product.id"), nullable=False)
    to_product_id: Mapped[int] = mapped_column(ForeignKey("product.id"), nullable=False)
    changed_at: Mapped[datetime] = mapped_column(nullable=False)

    __table_args__ = (_APPEND_ONLY,)


class Claim(Versioned, Base):
    """A claim to the mill (质量异议书, SP) for a defect; amounts in fen."""

    __tablename__ = "quality_claim"
    id: Mapped[Id]
    number: Mapped[str] = mapped_column(String(NUMBER), nullable=False, unique=True)
    defect_id: Mapped[int] = mapped_column(ForeignKey("quality_defect.id"), nullable=False, index=True)
    status: Mapped[str] = mapped_column(String(WORD), nullable=False, default=ClaimStatus.SENT)
    demand: Mapped[str] = mapped_column(String(REMARK), nullable=False)
    amount_fen: Mapped[int] = mapped_column(BigInt, nullable=False)
    sent_at: Mapped[datetime] = mapped_column(nullable=False)
    sent_by: Mapped[int] = mapped_column(ForeignKey(_USER), nullable=False)
    answer: Mapped[str | None] = mapped_column(String(REMARK))
    answered_at: Mapped[datetime | None] = mapped_column()
    answered_by: Mapped[int | None] = mapped_column(ForeignKey(_USER))
    settled_fen: Mapped[int | None] = mapped_column(BigInt)
    settled_at: Mapped[datetime | None] = mapped_column()
    settled_by: Mapped[int | None] = mapped_column(ForeignKey(_USER))

    __table_args__ = (CheckConstraint("amount_fen >= 0 AND settled_fen >= 0", name="amounts"),)
