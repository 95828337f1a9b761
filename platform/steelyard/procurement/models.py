"""The tables of group purchasing."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import (
    CheckConstraint,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from steelyard.accounts.models import Organisation, User
from steelyard.core.models import Base, BigInt, Id, Versioned
from steelyard.procurement.lifecycle import State


class Material(StrEnum):
    """Raw material of pipe makers (圆管坯、方坯、带钢、热轧卷板)."""

    ROUND_BILLET = "round_billet"
    SQUARE_BILLET = "square_billet"
    STRIP = "strip"
    COIL = "coil"


class AwardState(StrEnum):
    """Whether a proposed award was confirmed or sent back."""

    PROPOSED = "proposed"
    CONFIRMED = "confirmed"
    DECLINED = "declined"


class DeliveryState(StrEnum):
    """How much of a delivery has arrived: nothing, some, or all within the tolerance."""

    EXPECTED = "expected"
    PARTIAL = "partial"
    RECEIVED = "received"


class Campaign(Versioned, Base):
    """A group purchase (集采): one product list, one deadline for pledges and one for bids.

    ``tolerance_permille`` is what its contract says of the receiving yard's weighbridge (磅差允差), if it says it.
    """

    __tablename__ = "campaign"
    id: Mapped[Id]
    number: Mapped[str] = mapped_column(String(24), nullable=False, unique=True)
    title: Mapped[str] = mapped_column(String(120), nullable=False)
    state: Mapped[str] = mapped_column(String(16), nullable=False, index=True)
    opens_at: Mapped[datetime] = mapped_column(nullable=False)
    pledge_deadline: Mapped[datetime] = mapped_column(nullable=False)
    bid_deadline: Mapped[datetime] = mapped_column(nullable=False)
    published_at: Mapped[datetime | None] = mapped_column()
    public_key: Mapped[bytes | None] = mapped_column(LargeBinary)
    receipts_root: Mapped[str | None] = mapped_column(String(64))
    tie_seed: Mapped[str | None] = mapped_column(String(64))
    ended_reason: Mapped[str | None] = mapped_column(String(500))
    tolerance_permille: Mapped[int | None] = mapped_column(Integer)
    created_at: Mapped[datetime] = mapped_column(nullable=False)
    created_by: Mapped[int] = mapped_column(BigInt, ForeignKey("user_account.id"), nullable=False)

    lines: Mapped[list["CampaignLine"]] = relationship(order_by="CampaignLine.position", lazy="selectin")
    officers: Mapped[list["Officer"]] = relationship(order_by="Officer.id", lazy="selectin")

    __table_args__ = (
        CheckConstraint("opens_at < pledge_deadline AND pledge_deadline < bid_deadline", name="deadlines"),
    )

    @property
    def stage(self) -> State:
        """The state as a value of the table of transitions."""
        return State(self.state)


class CampaignLine(Base):
    """One product of a campaign (品种行), traded in whole lots of ``lot_g`` grams."""

    __tablename__ = "campaign_line"
    id: Mapped[Id]
    campaign_id: Mapped[int] = mapped_column(BigInt, ForeignKey("campaign.id"), nullable=False)
    position: Mapped[int] = mapped_column(Integer, nullable=False)
    kind: Mapped[str] = mapped_column(String(16), nullable=False)
    grade: Mapped[str] = mapped_column(String(40), nullable=False)
    size: Mapped[str] = mapped_column(String(40), nullable=False)
    standard: Mapped[str] = mapped_column(String(60), nullable=False)
    lot_g: Mapped[int] = mapped_column(BigInt, nullable=False)
    delivery_from: Mapped[date] = mapped_column(Date, nullable=False)
    delivery_to: Mapped[date] = mapped_column(Date, nullable=False)

    __table_args__ = (
        UniqueConstraint("campaign_id", "position"),
        CheckConstraint("lot_g > 0", name="lot"),
        CheckConstraint("delivery_from <= delivery_to", name="window"),
    )


class Officer(Base):
    """One of the two people (开标人) without whom no bid of the campaign can be opened; see ``envelope``."""

    __tablename__ = "campaign_officer"
    id: Mapped[Id]
    campaign_id: Mapped[int] = mapped_column(BigInt, ForeignKey("campaign.id"), nullable=False)
    user_id: Mapped[int] = mapped_column(BigInt, ForeignKey("user_account.id"), nullable=False)
    salt: Mapped[bytes] = mapped_column(LargeBinary, nullable=False)
    public_key: Mapped[bytes] = mapped_column(LargeBinary, nullable=False)
    sealed_share: Mapped[bytes | None] = mapped_column(LargeBinary)
    held_share: Mapped[bytes | None] = mapped_column(LargeBinary)
    approved_at: Mapped[datetime | None] = mapped_column()

    user: Mapped[User] = relationship(lazy="selectin")

    __table_args__ = (UniqueConstraint("campaign_id", "user_id"),)


class Pledge(Versioned, Base):
    """A member's firm demand for a line (认购): whole lots, and the highest price he will pay (fen per
    tonne).
    """

    __tablename__ = "pledge"
    id: Mapped[Id]
    campaign_id: Mapped[int] = mapped_column(BigInt, ForeignKey("campaign.id"), nullable=False, index=True)
    line_id: Mapped[int] = mapped_column(BigInt, ForeignKey("campaign_line.id"), nullable=False)
    org_id: Mapped[int] = mapped_column(BigInt, ForeignKey("organisation.id"), nullable=False, index=True)
    mass_g: Mapped[int] = mapped_column(BigInt, nullable=False)
    ceiling_fen_per_t: Mapped[int] = mapped_column(BigInt, nullable=False)
    pledged_by: Mapped[int] = mapped_column(BigInt, ForeignKey("user_account.id"), nullable=False)
    pledged_at: Mapped[datetime] = mapped_column(nullable=False)
    withdrawn_at: Mapped[datetime | None] = mapped_column()

    org: Mapped[Organisation] = relationship(lazy="selectin")

    __table_args__ = (
        Index(
            "uq_pledge_standing",
            "line_id",
            "org_id",
            unique=True,
            sqlite_where=text("withdrawn_at IS NULL"),
            postgresql_where=text("withdrawn_at IS NULL"),
        ),
        CheckConstraint("mass_g > 0", name="mass"),
        CheckConstraint("ceiling_fen_per_t > 0", name="ceiling"),
    )


class SealedBid(Base):
    """What a mill handed in before the close: ciphertext and receipt. Its last one counts; no row ever
    changes.

    Ids are never shown before the opening, since a counter would tell how many there are.
    """

    __tablename__ = "sealed_bid"
    id: Mapped[Id]
    campaign_id: Mapped[int] = mapped_column(BigInt, ForeignKey("campaign.id"), nullable=False)
    org_id: Mapped[int] = mapped_column(BigInt, ForeignKey("organisation.id"), nullable=False)
    user_id: Mapped[int] = mapped_column(BigInt, ForeignKey("user_account.id"), nullable=False)
    ciphertext: Mapped[bytes] = mapped_column(LargeBinary, nullable=False)
    receipt: Mapped[str] = mapped_column(String(64), nullable=False)
    received_at: Mapped[datetime] = mapped_column(nullable=False)

    __table_args__ = (
        Index("ix_sealed_bid_campaign_id_org_id", "campaign_id", "org_id"),
        {"info": {"append_only": True}},
    )


class OpenedBid(Base):
    """A mill's final bid (投标) after the opening, under its public number; without lines if it was
    unreadable.
    """

    __tablename__ = "bid"
    id: Mapped[Id]
    campaign_id: Mapped[int] = mapped_column(BigInt, ForeignKey("campaign.id"), nullable=False)
    number: Mapped[str] = mapped_column(String(24), nullable=False, unique=True)
    org_id: Mapped[int] = mapped_column(BigInt, ForeignKey("organisation.id"), nullable=False)
    sealed_bid_id: Mapped[int] = mapped_column(BigInt, ForeignKey("sealed_bid.id"), nullable=False, unique=True)
    receipt: Mapped[str] = mapped_column(String(64), nullable=False)
    received_at: Mapped[datetime] = mapped_column(nullable=False)
    capacity_g: Mapped[int | None] = mapped_column(BigInt)

    org: Mapped[Organisation] = relationship(lazy="selectin")
    lines: Mapped[list["BidLine"]] = relationship(order_by="BidLine.id", lazy="selectin")

    __table_args__ = (UniqueConstraint("campaign_id", "org_id"), {"info": {"append_only": True}})


class BidLine(Base):
    """A mill's price (fen per tonne) and capacity (grams) for one line."""

    __tablename__ = "bid_line"
    id: Mapped[Id]
    bid_id: Mapped[int] = mapped_column(BigInt, ForeignKey("bid.id"), nullable=False)
    line_id: Mapped[int] = mapped_column(BigInt, ForeignKey("campaign_line.id"), nullable=False)
    price_fen_per_t: Mapped[int] = mapped_column(BigInt, nullable=False)
    capacity_g: Mapped[int] = mapped_column(BigInt, nullable=False)

    __table_args__ = (UniqueConstraint("bid_id", "line_id"), {"info": {"append_only": True}})


class Award(Versioned, Base):
    """A proposed or confirmed award (定标): who delivers what at which price."""

    __tablename__ = "award"
    id: Mapped[Id]
    campaign_id: Mapped[int] = mapped_column(BigInt, ForeignKey("campaign.id"), nullable=False, index=True)
    state: Mapped[str] = mapped_column(String(16), nullable=False)
    reason: Mapped[str | None] = mapped_column(String(500))
    proposed_by: Mapped[int] = mapped_column(BigInt, ForeignKey("user_account.id"), nullable=False)
    proposed_at: Mapped[datetime] = mapped_column(nullable=False)
    decided_by: Mapped[int | None] = mapped_column(BigInt, ForeignKey("user_account.id"))
    decided_at: Mapped[datetime | None] = mapped_column()

    proposer: Mapped[User] = relationship(foreign_keys=proposed_by, lazy="selectin")
    decider: Mapped[User | None] = relationship(foreign_keys=decided_by, lazy="selectin")
    totals: Mapped[list["AwardTotal"]] = relationship(order_by="AwardTotal.id", lazy="selectin")
    lines: Mapped[list["AwardLine"]] = relationship(order_by="AwardLine.id", lazy="selectin")
    allocations: Mapped[list["Allocation"]] = relationship(order_by="Allocation.id", lazy="selectin")

    __table_args__ = (CheckConstraint("decided_by <> proposed_by", name="two_officers"),)


class AwardTotal(Base):
    """A line's pooled result: demand, supply, the members' price (fen per tonne) and the fen left over."""

    __tablename__ = "award_total"
    id: Mapped[Id]
    award_id: Mapped[int] = mapped_column(BigInt, ForeignKey("award.id"), nullable=False)
    line_id: Mapped[int] = mapped_column(BigInt, ForeignKey("campaign_line.id"), nullable=False)
    pledged_g: Mapped[int] = mapped_column(BigInt, nullable=False)
    won_g: Mapped[int] = mapped_column(BigInt, nullable=False)
    price_fen_per_t: Mapped[int | None] = mapped_column(BigInt)
    leftover_fen: Mapped[int] = mapped_column(BigInt, nullable=False)

    __table_args__ = (UniqueConstraint("award_id", "line_id"), {"info": {"append_only": True}})


class AwardLine(Base):
    """What one mill wins of one line, at its own price (fen per tonne)."""

    __tablename__ = "award_line"
    id: Mapped[Id]
    award_id: Mapped[int] = mapped_column(BigInt, ForeignKey("award.id"), nullable=False)
    bid_id: Mapped[int] = mapped_column(BigInt, ForeignKey("bid.id"), nullable=False)
    org_id: Mapped[int] = mapped_column(BigInt, ForeignKey("organisation.id"), nullable=False)
    line_id: Mapped[int] = mapped_column(BigInt, ForeignKey("campaign_line.id"), nullable=False)
    mass_g: Mapped[int] = mapped_column(BigInt, nullable=False)
    price_fen_per_t: Mapped[int] = mapped_column(BigInt, nullable=False)
    amount_fen: Mapped[int] = mapped_column(BigInt, nullable=False)

    org: Mapped[Organisation] = relationship(lazy="selectin")
    bid: Mapped[OpenedBid] = relationship(lazy="selectin")

    __table_args__ = (UniqueConstraint("award_id", "bid_id", "line_id"), {"info": {"append_only": True}})


class Allocation(Base):
    """A member's share (分配) of a line, 0 g where nothing was left or the price passed his ceiling."""

    __tablename__ = "allocation"
    id: Mapped[Id]
    award_id: Mapped[int] = mapped_column(BigInt, ForeignKey("award.id"), nullable=False)
    pledge_id: Mapped[int] = mapped_column(BigInt, ForeignKey("pledge.id"), nullable=False)
    org_id: Mapped[int] = mapped_column(BigInt, ForeignKey("organisation.id"), nullable=False, index=True)
    line_id: Mapped[int] = mapped_column(BigInt, ForeignKey("campaign_line.id"), nullable=False)
    pledged_g: Mapped[int] = mapped_column(BigInt, nullable=False)
    mass_g: Mapped[int] = mapped_column(BigInt, nullable=False)
    price_fen_per_t: Mapped[int | None] = mapped_column(BigInt)
    amount_fen: Mapped[int] = mapped_column(BigInt, nullable=False)
    over_ceiling: Mapped[bool] = mapped_column(nullable=False)

    org: Mapped[Organisation] = relationship(lazy="selectin")

    __table_args__ = (
        UniqueConstraint("award_id", "pledge_id"),
        CheckConstraint("mass_g >= 0 AND mass_g <= pledged_g", name="within_pledge"),
        {"info": {"append_only": True}},
    )


class Delivery(Versioned, Base):
    """What one mill owes one member of one line (到货); received lorry by lorry against its number."""

    __tablename__ = "delivery"
    id: Mapped[Id]
    number: Mapped[str] = mapped_column(String(24), nullable=False, unique=True)
    campaign_id: Mapped[int] = mapped_column(BigInt, ForeignKey("campaign.id"), nullable=False, index=True)
    award_id: Mapped[int] = mapped_column(BigInt, ForeignKey("award.id"), nullable=False)
    line_id: Mapped[int] = mapped_column(BigInt, ForeignKey("campaign_line.id"), nullable=False)
    mill_org_id: Mapped[int] = mapped_column(BigInt, ForeignKey("organisation.id"), nullable=False, index=True)
    member_org_id: Mapped[int] = mapped_column(BigInt, ForeignKey("organisation.id"), nullable=False, index=True)
    mass_g: Mapped[int] = mapped_column(BigInt, nullable=False)
    received_g: Mapped[int] = mapped_column(BigInt, nullable=False)
    state: Mapped[str] = mapped_column(String(16), nullable=False)

    mill: Mapped[Organisation] = relationship(foreign_keys=mill_org_id, lazy="selectin")
    member: Mapped[Organisation] = relationship(foreign_keys=member_org_id, lazy="selectin")
    line: Mapped[CampaignLine] = relationship(lazy="selectin")
    campaign: Mapped[Campaign] = relationship(lazy="selectin")
    receipts: Mapped[list["DeliveryReceipt"]] = relationship(order_by="DeliveryReceipt.id", lazy="selectin")

    __table_args__ = (
        UniqueConstraint("award_id", "mill_org_id", "member_org_id", "line_id"),
        CheckConstraint("mass_g > 0", name="mass"),
    )


class DeliveryReceipt(Base):
    """A warehouse receipt that was posted against a delivery, or (``move:…``, below zero) its reversal."""

    __tablename__ = "delivery_receipt"
    id: Mapped[Id]
    delivery_id: Mapped[int] = mapped_column(BigInt, ForeignKey("delivery.id"), nullable=False)
    receipt_number: Mapped[str] = mapped_column(String(24), nullable=False, unique=True)
    mass_g: Mapped[int] = mapped_column(BigInt, nullable=False)
    posted_at: Mapped[datetime] = mapped_column(nullable=False)

    __table_args__ = (
        Index("ix_delivery_receipt_delivery_id", "delivery_id"),
        {"info": {"append_only": True}},
    )
