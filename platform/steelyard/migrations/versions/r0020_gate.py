"""Tickets of the weighbridge, and what a place takes: capacity, length, a block, the lane of the forklift."""

import sqlalchemy as sa
from alembic import op

from steelyard.core.models import BigInt, UtcDateTime

revision = "0020"
down_revision: str | None = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table and add the columns."""
    op.create_table(
        "weighing",
        sa.Column("id", BigInt, primary_key=True),
        sa.Column("warehouse_id", BigInt, sa.ForeignKey("warehouse.id"), nullable=False),
        sa.Column("document_kind", sa.String(24), nullable=False),
        sa.Column("document_number", sa.String(24), nullable=False),
        sa.Column("ticket_number", sa.String(80), nullable=False),
        sa.Column("plate", sa.String(24), nullable=False),
        sa.Column("gross_g", BigInt, nullable=False),
        sa.Column("tare_g", BigInt, nullable=False),
        sa.Column("net_g", BigInt, nullable=False),
        sa.Column("weighed_at", UtcDateTime, nullable=False),
        sa.Column("recorded_at", UtcDateTime, nullable=False),
        sa.Column("weighed_by", BigInt, sa.ForeignKey("user_account.id"), nullable=False),
        sa.Column("voided", BigInt, nullable=False),
        sa.UniqueConstraint("warehouse_id", "ticket_number", "voided"),
        sa.CheckConstraint("tare_g > 0 AND net_g > 0 AND net_g = gross_g - tare_g", name="masses"),
    )
    op.create_index("ix_weighing_document", "weighing", ["document_number"])
    op.add_column("place", sa.Column("capacity_g", BigInt))
    op.add_column("place", sa.Column("capacity_mm", sa.Integer))
    op.add_column("place", sa.Column("is_blocked", sa.Boolean, nullable=False, server_default=sa.false()))
    op.add_column("place", sa.Column("walking_order", sa.Integer))
    op.add_column("place", sa.Column("version", sa.Integer, nullable=False, server_default="1"))


def downgrade() -> None:
    """Take them out again."""
    for name in ("version", "walking_order", "is_blocked", "capacity_mm", "capacity_g"):
        op.drop_column("place", name)
    op.drop_table("weighing")
