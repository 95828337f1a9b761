"""Tables of what people bring: sheets on their way in, and the mappings that are offered next time."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from steelyard.core.models import Base, Id, JsonText, Versioned

NAME = 60
FILE_NAME = 120
WORD = 24
FORM = 40
DIGEST = 64
SIGNATURE = 32


class PriceImport(Versioned, Base):
    """A sheet that somebody brought (价格表导入): its bytes, how they are to be read, and what became of it.

    The bytes are there before anything is read from them and stay as they came; `packed` is zlib. The recipe
    may change until the sheet is confirmed; then `document_id` names what was stored with the recipe.
    """

    __tablename__ = "price_import"
    id: Mapped[Id]
    org_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), nullable=False)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), nullable=False)
    created_at: Mapped[datetime] = mapped_column(nullable=False)
    state: Mapped[str] = mapped_column(String(WORD), nullable=False)
    file_name: Mapped[str] = mapped_column(String(FILE_NAME), nullable=False)
    form: Mapped[str] = mapped_column(String(FORM), nullable=False)
    sha256: Mapped[str] = mapped_column(String(DIGEST), nullable=False)
    size: Mapped[int] = mapped_column(Integer, nullable=False)
    packed: Mapped[bytes] = mapped_column(LargeBinary, nullable=False)
    recipe: Mapped[dict[str, Any]] = mapped_column(JsonText, nullable=False)
    mapping_name: Mapped[str | None] = mapped_column(String(NAME))
    confirmed_at: Mapped[datetime | None] = mapped_column()
    document_id: Mapped[int | None] = mapped_column(ForeignKey("price_document.id"))

    __table_args__ = (
        Index("ix_price_import_org_id_state", "org_id", "state", "id"),
        CheckConstraint("(state = 'confirmed') = (document_id IS NOT NULL)", name="confirmed_has_document"),
    )


class PriceImportMapping(Versioned, Base):
    """How an organisation reads sheets of one kind (列对应), by name; offered where the columns are the same."""

    __tablename__ = "price_import_mapping"
    id: Mapped[Id]
    org_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), nullable=False)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), nullable=False)
    saved_at: Mapped[datetime] = mapped_column(nullable=False)
    name: Mapped[str] = mapped_column(String(NAME), nullable=False)
    signature: Mapped[str] = mapped_column(String(SIGNATURE), nullable=False)
    recipe: Mapped[dict[str, Any]] = mapped_column(JsonText, nullable=False)

    __table_args__ = (
        UniqueConstraint("org_id", "name"),
        Index("ix_price_import_mapping_org_id_signature", "org_id", "signature"),
    )
