"""Sheets of master data that were brought."""

import sqlalchemy as sa
from alembic import op

from steelyard.core.models import BigInt, UtcDateTime

revision = "0024"
down_revision: str | None = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "master_import",
        sa.Column("id", BigInt, primary_key=True),
        sa.Column("org_id", BigInt, sa.ForeignKey("organisation.id"), nullable=False),
        sa.Column("warehouse_id", BigInt, sa.ForeignKey("warehouse.id")),
        sa.Column("kind", sa.String(24), nullable=False),
        sa.Column("file_name", sa.String(100), nullable=False),
        sa.Column("content", sa.LargeBinary, nullable=False),
        sa.Column("state", sa.String(24), nullable=False),
        sa.Column("rows", sa.Integer, nullable=False),
        sa.Column("taken", sa.Integer),
        sa.Column("brought_at", UtcDateTime, nullable=False),
        sa.Column("brought_by", BigInt, sa.ForeignKey("user_account.id"), nullable=False),
        sa.Column("closed_at", UtcDateTime),
        sa.Column("closed_by", BigInt, sa.ForeignKey("user_account.id")),
        sa.Column("version", sa.Integer, nullable=False),
    )
    op.create_index("ix_master_import_org", "master_import", ["org_id", "id"])


def downgrade() -> None:
    """Drop it."""
    op.drop_table("master_import")
