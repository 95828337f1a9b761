"""Tables of what becomes of bundles: processes, who descends from whom, losses, mixed heats, changes of owner."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from inventory.models import NUMBER, REFERENCE, WORD
from steelyard.core.models import Base, BigInt, Id, JsonText, Versioned
from steelyard.core.sequence import Sequenced

_ORG, _USER, _BUNDLE, _HEAT = "organisation.id", "user_account.id", "bundle.id", "heat.id"


class StockProcess(Sequenced, Base):
    """What made new bundles of old ones: a split, a merge, a new tag or work on the steel (拆捆、并捆、换标、加工).

    ``reverses_id`` names the process that this one undoes. ``parameters`` are those of a furnace.
    """

    __tablename__ = "stock_process"
    number: Mapped[str] = mapped_column(String(NUMBER), nullable=False, unique=True)
    warehouse_id: Mapped[int] = mapped_column(ForeignKey("warehouse.id"), nullable=False, index=True)
    owner_id: Mapped[int] = mapped_column(ForeignKey(_ORG), nullable=False, index=True)
    kind: Mapped[str] = mapped_column(String(WORD), nullable=False)
    reason: Mapped[str | None] = mapped_column(String(200))
    furnace_charge: Mapped[str | None] = mapped_column(String(REFERENCE))
    parameters: Mapped[dict[str, Any]] = mapped_column(JsonText, nullable=False)
    reverses_id: Mapped[int | None] = mapped_column(ForeignKey("stock_process.id"), unique=True)
    event_at: Mapped[datetime] = mapped_column(nullable=False)
    recorded_at: Mapped[datetime] = mapped_column(nullable=False)
    posted_by: Mapped[int] = mapped_column(ForeignKey(_USER), nullable=False)

    __table_args__ = (
        Index("ix_stock_process_feed", "warehouse_id", "epoch", "txid", "id"),
        {"info": {"append_only": True}},
    )


class BundleEdge(Sequenced, Base):
    """How much of a child came from a parent (捆的谱系). ``line`` numbers the lines of a process, each conserved.

    ``length_mm`` is that of all pieces together.
    """

    __tablename__ = "bundle_edge"
    warehouse_id: Mapped[int] = mapped_column(ForeignKey("warehouse.id"), nullable=False)
    process_id: Mapped[int] = mapped_column(ForeignKey("stock_process.id"), nullable=False)
    line: Mapped[int] = mapped_column(Integer, nullable=False)
    parent_id: Mapped[int] = mapped_column(ForeignKey(_BUNDLE), nullable=False)
    child_id: Mapped[int] = mapped_column(ForeignKey(_BUNDLE), nullable=False)
    pieces: Mapped[int] = mapped_column(BigInt, nullable=False)
    length_mm: Mapped[int] = mapped_column(BigInt, nullable=False)
    mass_g: Mapped[int] = mapped_column(BigInt, nullable=False)

    __table_args__ = (
        UniqueConstraint("parent_id", "child_id", "process_id"),
        Index("ix_bundle_edge_child", "child_id", "parent_id"),
        Index("ix_bundle_edge_process", "process_id"),
        Index("ix_bundle_edge_feed", "warehouse_id", "epoch", "txid", "id"),
        CheckConstraint("pieces >= 0 AND length_mm >= 0 AND mass_g >= 0 AND parent_id <> child_id", name="quantities"),
        {"info": {"append_only": True}},
    )


class ProcessLoss(Sequenced, Base):
    """What of a parent became no child: kerf, scrap, scale, samples; or, as coating, mass that was added to it."""

    __tablename__ = "process_loss"
    process_id: Mapped[int] = mapped_column(ForeignKey("stock_process.id"), nullable=False, index=True)
    line: Mapped[int] = mapped_column(Integer, nullable=False)
    parent_id: Mapped[int] = mapped_column(ForeignKey(_BUNDLE), nullable=False, index=True)
    kind: Mapped[str] = mapped_column(String(WORD), nullable=False)
    pieces: Mapped[int] = mapped_column(BigInt, nullable=False)
    length_mm: Mapped[int] = mapped_column(BigInt, nullable=False)
    mass_g: Mapped[int] = mapped_column(BigInt, nullable=False)

    __table_args__ = (
        Index("ix_process_loss_feed", "epoch", "txid", "id"),
        CheckConstraint(
            "pieces >= 0 AND length_mm >= 0 AND mass_g >= 0 AND pieces + length_mm + mass_g > 0",
            name="quantities",
        ),
        {"info": {"append_only": True}},
    )


class HeatPart(Base):
    """A heat that a mixed heat consists of (混炉): ``heat_id`` is the mixture, ``part_id`` a melt of a mill."""

    __tablename__ = "heat_part"
    heat_id: Mapped[int] = mapped_column(ForeignKey(_HEAT), primary_key=True)
    part_id: Mapped[int] = mapped_column(ForeignKey(_HEAT), primary_key=True, index=True)

    __table_args__ = ({"info": {"append_only": True}},)


class TitleTransfer(Versioned, Base):
    """Goods that change their owner where they lie (过户单, GH), by the written order of him who owns them."""

    __tablename__ = "title_transfer"
    id: Mapped[Id]
    number: Mapped[str] = mapped_column(String(NUMBER), nullable=False, unique=True)
    warehouse_id: Mapped[int] = mapped_column(ForeignKey("warehouse.id"), nullable=False, index=True)
    from_owner_id: Mapped[int] = mapped_column(ForeignKey(_ORG), nullable=False, index=True)
    to_owner_id: Mapped[int] = mapped_column(ForeignKey(_ORG), nullable=False, index=True)
    order_number: Mapped[str] = mapped_column(String(REFERENCE), nullable=False)
    status: Mapped[str] = mapped_column(String(WORD), nullable=False)
    reason: Mapped[str | None] = mapped_column(String(200))
    requested_at: Mapped[datetime] = mapped_column(nullable=False)
    requested_by: Mapped[int] = mapped_column(ForeignKey(_USER), nullable=False)
    decided_at: Mapped[datetime | None] = mapped_column()
    decided_by: Mapped[int | None] = mapped_column(ForeignKey(_USER))

    __table_args__ = (
        Index(
            "uq_title_transfer_order",
            "from_owner_id",
            "order_number",
            unique=True,
            sqlite_where=text("status <> 'refused'"),
            postgresql_where=text("status <> 'refused'"),
        ),
    )


class TitleTransferLine(Base):
    """A bundle that changes its owner."""

    __tablename__ = "title_transfer_line"
    transfer_id: Mapped[int] = mapped_column(ForeignKey("title_transfer.id"), primary_key=True)
    bundle_id: Mapped[int] = mapped_column(ForeignKey(_BUNDLE), primary_key=True, index=True)
