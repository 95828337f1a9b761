"""Tables of labels: the company prefixes of yards, the numbers of bundles, and what was printed."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from inventory.gs1 import LONGEST_PREFIX, SSCC_DIGITS
from inventory.models import WORD
from steelyard.core.models import Base, BigInt, Id, JsonText

REASON = 120
_ORG, _USER, _BUNDLE = "organisation.id", "user_account.id", "bundle.id"


class Gs1Prefix(Base):
    """A company prefix that GS1 gave to an organisation (厂商识别代码); its newest is used.

    ``used`` serial numbers of it were given.
    """

    __tablename__ = "gs1_prefix"
    id: Mapped[Id]
    org_id: Mapped[int] = mapped_column(ForeignKey(_ORG), nullable=False, index=True)
    prefix: Mapped[str] = mapped_column(String(LONGEST_PREFIX), nullable=False, unique=True)
    used: Mapped[int] = mapped_column(BigInt, nullable=False, default=0)
    added_at: Mapped[datetime] = mapped_column(nullable=False)
    added_by: Mapped[int] = mapped_column(ForeignKey(_USER), nullable=False)

    __table_args__ = (CheckConstraint("used >= 0", name="used"),)


class BundleSscc(Base):
    """The number that a bundle got with its first label; it is never given again."""

    __tablename__ = "bundle_sscc"
    sscc: Mapped[str] = mapped_column(String(SSCC_DIGITS), primary_key=True)
    bundle_id: Mapped[int] = mapped_column(ForeignKey(_BUNDLE), nullable=False, unique=True)
    prefix_id: Mapped[int] = mapped_column(ForeignKey("gs1_prefix.id"), nullable=False)

    __table_args__ = ({"info": {"append_only": True}},)


class LabelPrint(Base):
    """Labels printed together (吊牌打印): how, when, by whom, and why again."""

    __tablename__ = "label_print"
    id: Mapped[Id]
    warehouse_id: Mapped[int] = mapped_column(ForeignKey("warehouse.id"), nullable=False)
    layout: Mapped[str] = mapped_column(String(WORD), nullable=False)
    symbol: Mapped[str] = mapped_column(String(WORD), nullable=False)
    reason: Mapped[str | None] = mapped_column(String(REASON))
    printed_at: Mapped[datetime] = mapped_column(nullable=False)
    printed_by: Mapped[int] = mapped_column(ForeignKey(_USER), nullable=False)

    __table_args__ = (Index("ix_label_print_yard", "warehouse_id", "id"), {"info": {"append_only": True}})


class LabelPrintLine(Base):
    """One label as it was printed; ``copy`` counts the labels of its bundle from 1."""

    __tablename__ = "label_print_line"
    print_id: Mapped[int] = mapped_column(ForeignKey("label_print.id"), primary_key=True)
    position: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    bundle_id: Mapped[int] = mapped_column(ForeignKey(_BUNDLE), nullable=False)
    copy: Mapped[int] = mapped_column(Integer, nullable=False)
    label: Mapped[dict[str, Any]] = mapped_column(JsonText, nullable=False)

    __table_args__ = (UniqueConstraint("bundle_id", "copy"), {"info": {"append_only": True}})
