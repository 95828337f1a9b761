"""Sheets that people bring, and saved mappings of their columns."""

import sqlalchemy as sa
from alembic import op

from steelyard.core.models import BigInt, JsonText, UtcDateTime

revision = "0010"
down_revision: str | None = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables."""
    _imports()
    _mappings()


def _imports() -> None:
    op.create_table(
        "price_import",
        sa.Column("id", BigInt, nullable=False),
        sa.Column("org_id", BigInt, nullable=False),
        sa.Column("user_id", BigInt, nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("state", sa.String(24), nullable=False),
        sa.Column("file_name", sa.String(120), nullable=False),
        sa.Column("form", sa.String(40), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("size", sa.Integer, nullable=False),
        sa.Column("packed", sa.LargeBinary, nullable=False),
        sa.Column("recipe", JsonText, nullable=False),
        sa.Column("mapping_name", sa.String(60)),
        sa.Column("confirmed_at", UtcDateTime),
        sa.Column("document_id", BigInt),
        sa.Column("version", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_price_import"),
        sa.ForeignKeyConstraint(["org_id"], ["organisation.id"], name="fk_price_import_org_id_organisation"),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name="fk_price_import_user_id_user_account"),
        sa.ForeignKeyConstraint(
            ["document_id"], ["price_document.id"], name="fk_price_import_document_id_price_document"
        ),
        sa.CheckConstraint(
            "(state = 'confirmed') = (document_id IS NOT NULL)", name="ck_price_import_confirmed_has_document"
        ),
    )
    op.create_index("ix_price_import_org_id_state", "price_import", ["org_id", "state", "id"])


def _mappings() -> None:
    op.create_table(
        "price_import_mapping",
        sa.Column("id", BigInt, nullable=False),
        sa.Column("org_id", BigInt, nullable=False),
        sa.Column("user_id", BigInt, nullable=False),
        sa.Column("saved_at", UtcDateTime, nullable=False),
        sa.Column("name", sa.String(60), nullable=False),
        sa.Column("signature", sa.String(32), nullable=False),
        sa.Column("recipe", JsonText, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_price_import_mapping"),
        sa.ForeignKeyConstraint(["org_id"], ["organisation.id"], name="fk_price_import_mapping_org_id_organisation"),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name="fk_price_import_mapping_user_id_user_account"),
        sa.UniqueConstraint("org_id", "name", name="uq_price_import_mapping_org_id_name"),
    )
    op.create_index("ix_price_import_mapping_org_id_signature", "price_import_mapping", ["org_id", "signature"])


def downgrade() -> None:
    """Drop them again."""
    op.drop_table("price_import_mapping")
    op.drop_table("price_import")
