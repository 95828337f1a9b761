"""The tables of sheets of master data that were brought, and of the reasons of a yard."""

from datetime import datetime

from sqlalchemy import Boolean, ForeignKey, Index, Integer, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from inventory.reasons import LONGEST_CODE, LONGEST_NAME
from steelyard.core.models import Base, Id, Versioned

FILE_NAME = 100


class MasterImport(Versioned, Base):
    """A sheet of master data (基础资料导入) with its bytes, packed, so that what was tried is what is taken in."""

    __tablename__ = "master_import"
    id: Mapped[Id]
    org_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), nullable=False)
    warehouse_id: Mapped[int | None] = mapped_column(ForeignKey("warehouse.id"))
    kind: Mapped[str] = mapped_column(String(24), nullable=False)
    file_name: Mapped[str] = mapped_column(String(FILE_NAME), nullable=False)
    content: Mapped[bytes] = mapped_column(LargeBinary, nullable=False)
    state: Mapped[str] = mapped_column(String(24), nullable=False)
    rows: Mapped[int] = mapped_column(Integer, nullable=False)
    taken: Mapped[int | None] = mapped_column(Integer)
    brought_at: Mapped[datetime] = mapped_column(nullable=False)
    brought_by: Mapped[int] = mapped_column(ForeignKey("user_account.id"), nullable=False)
    closed_at: Mapped[datetime | None] = mapped_column()
    closed_by: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))

    __table_args__ = (Index("ix_master_import_org", "org_id", "id"),)


class Reason(Versioned, Base):
    """A reason (原因) of a yard for one kind of work; a retired one is offered no more, but documents still name it."""

    __tablename__ = "reason"
    id: Mapped[Id]
    warehouse_id: Mapped[int] = mapped_column(ForeignKey("warehouse.id"), nullable=False)
    use: Mapped[str] = mapped_column(String(24), nullable=False)
    code: Mapped[str] = mapped_column(String(LONGEST_CODE), nullable=False)
    name_zh: Mapped[str] = mapped_column(String(LONGEST_NAME), nullable=False)
    name_en: Mapped[str] = mapped_column(String(LONGEST_NAME), nullable=False)
    is_retired: Mapped[bool] = mapped_column(Boolean, nullable=False, default=False)

    __table_args__ = (UniqueConstraint("warehouse_id", "use", "code"),)
